//! Links, and what somebody presents for one.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| framecast_http::fuzz::tokens(bytes));
