//! What clients say.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| framecast_http::fuzz::client_messages(bytes));
