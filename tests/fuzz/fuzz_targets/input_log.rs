//! The contents of an input log.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| framecast::fuzz::input_log(bytes));
