//! Pictures and tiles through the JPEG encoder.
#![no_main]

#[path = "../luma.rs"]
mod luma;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| framecast_jpeg::fuzz::jpeg(bytes, luma::luma));
