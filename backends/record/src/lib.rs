//! Records what a canvas shows, as video and pictures.

#![warn(missing_docs)]

pub mod video;
