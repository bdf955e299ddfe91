//! What a program of another language writes to `framecast run`.
#![no_main]

// The program `framecast` is no library.
#[path = "../../../src/bin/framecast/frames/fuzz.rs"]
mod fuzz;
#[path = "../../../src/bin/framecast/frames/protocol.rs"]
mod protocol;
#[path = "../../../src/bin/framecast/frames/reader.rs"]
#[expect(dead_code, reason = "what follows the end of a show is not read here")]
mod reader;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::program(bytes));
