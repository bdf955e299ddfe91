//! Who is the presenter.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| framecast::fuzz::control(bytes));
