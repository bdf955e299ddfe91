//! The interface of the example, apart from its `main`, so that a benchmark can draw it, too.

mod bench;
mod lists;
mod plot;
mod signal;
mod table;

pub use crate::bench::Bench;
