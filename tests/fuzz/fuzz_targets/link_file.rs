//! The contents of a link file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| framecast_http::fuzz::link_file(bytes));
