//! Pictures in tiles: cutting a frame, finding what changed, encoding each tile on its own, and
//! composing any tiles into one picture by copying bytes. Pure.

mod compare;
mod encode;
mod flat;
mod grid;
mod jpeg;
mod png;

pub(crate) use compare::changed;
pub(crate) use encode::{Coding, EncodedTile, Form, compose, encode, sampling};
pub(crate) use grid::Grid;
