//! What recordings and the web mirror share of video: RGBA pixels in, Y'CbCr and H.264 out.
//!
//! It decides how colors are converted ([`yuv`]) and how the encoder is set up ([`h264`], feature `h264`). It does not
//! decide what is encoded, when and how coarsely, and knows no container and no protocol: the caller says all of that,
//! and hands in pictures of the size that it wants.
//!
//! ```
//! use framecast_api::PhysicalSize;
//! use framecast_video::Picture;
//! use framecast_video::yuv::{Coefficients, Matrix, Yuv420};
//!
//! let white = [255; 3 * 2 * 4];
//! let picture = Picture { size: PhysicalSize::new(3, 2), bytes: &white };
//! let mut planes = Yuv420::new();
//! planes.convert(picture, &Coefficients::new(Matrix::Bt709));
//! assert_eq!(planes.size(), PhysicalSize::new(4, 2)); // rounded up to even
//! assert_eq!(planes.planes(), [&[235; 8][..], &[128; 2], &[128; 2]]);
//! ```

#![warn(missing_docs)]

#[cfg(feature = "h264")]
pub mod h264;
pub mod yuv;

use framecast_api::{Frame, PhysicalSize};

/// RGBA8, rows from top to bottom without padding; alpha is ignored.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    /// Width and height in pixels, none of them 0.
    pub size: PhysicalSize,
    /// Four of each pixel.
    pub bytes: &'a [u8],
}

impl<'a> Picture<'a> {
    fn pixels(self) -> &'a [[u8; 4]] {
        let wanted = self.size.width as usize * self.size.height as usize * 4;
        let got = self.bytes.len();
        assert!(got == wanted && wanted > 0, "{} pixels need {wanted} bytes, not {got}", self.size);
        self.bytes.as_chunks().0
    }
}

impl<'a> From<&'a Frame> for Picture<'a> {
    fn from(frame: &'a Frame) -> Self {
        Self { size: frame.size(), bytes: frame.bytes() }
    }
}

/// Compiles the README's program.
#[cfg(all(doctest, feature = "h264"))]
#[doc = include_str!("../README.md")]
struct Readme;
