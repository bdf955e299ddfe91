//! The path of a request as the name of a file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| framecast_http::fuzz::paths(bytes));
