//! Pictures in tiles: cutting a frame, finding what changed, encoding each tile on its own, and
//! composing any tiles into one picture by copying bytes. Pure.

mod codec;
mod compare;
mod encode;
mod encoded_tile;
mod flat;
mod grid;
mod jpeg;
mod png;

pub(crate) use codec::{Encoding, Fidelity};
pub(crate) use compare::changed;
pub(crate) use encode::{encode, sampling};
pub(crate) use encoded_tile::EncodedTile;
pub(crate) use grid::Grid;
pub(crate) use jpeg::Jpeg;
