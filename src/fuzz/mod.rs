//! What the fuzz targets of tests/fuzz, and a test, do with any bytes at all. No part of the API.

mod control;
mod input_log;

pub use self::control::control;
pub use self::input_log::input_log;
