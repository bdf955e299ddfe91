//! One integration binary.
//!
//! - `fuzz`: the fuzz target of the reader, for a short time
//! - `recorder`: records on a real disk, with a real clock

mod fuzz;
mod recorder;
