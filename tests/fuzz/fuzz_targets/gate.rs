//! The reader of request heads, and what decides about a request.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| framecast_http::fuzz::gate(bytes));
