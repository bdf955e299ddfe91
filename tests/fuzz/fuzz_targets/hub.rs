//! Whatever happens to a hub, in any order and at any time.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| framecast_stream::fuzz::hub(bytes));
