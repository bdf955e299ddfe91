//! A quick baseline JPEG encoder (ITU-T T.81) for RGBA pictures, and for tiles that are encoded alone and
//! composed into pictures.
//!
//! [`Encoder::encode`] makes a file of a picture. [`Encoder::encode_tile`] makes a tile's *segment*, the
//! entropy-coded data between two restart markers, and [`Encoder::compose`] a file of any
//! tiles' segments, by copying: a tile that did not change, or that several people see, is encoded once.
//!
//! It uses AVX2, SSE2 or NEON, whichever the processor has; the bytes are the same with each, and
//! without any. It needs no C compiler and no other crate. It does not decode, and writes no
//! progressive, arithmetic-coded, grey or CMYK files.

mod bits;
mod color;
mod cpu;
mod dct;
mod encoder;
mod entropy;
mod error;
#[doc(hidden)]
pub mod fuzz;
mod huffman;
mod kernel;
mod lanes;
mod markers;
mod pixels;
mod quantization;
mod sampling;
mod scan;
mod zigzag;

pub use cpu::Instructions;
pub use encoder::{Encoder, TileSize};
pub use error::Error;
pub use pixels::Pixels;
pub use sampling::Sampling;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
