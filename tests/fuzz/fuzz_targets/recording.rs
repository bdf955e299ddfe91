//! Any file, as a recording.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| framecast_record::fuzz::recording(bytes));
