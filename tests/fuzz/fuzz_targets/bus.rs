//! What anybody may put on the bus of a relay.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| framecast_relay::fuzz::bus(bytes));
