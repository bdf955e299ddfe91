//! The decoder that the encoder's fuzz target reads files with.

use framecast_jpeg::fuzz::Luma;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Strict: a file that needs mending is an error.
pub(crate) fn luma(file: &[u8]) -> Luma {
    let options =
        DecoderOptions::default().set_strict_mode(true).jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    let samples = decoder.decode().expect("the file can be decoded");
    let (width, height) = decoder.dimensions().expect("it has headers");
    assert_eq!(samples.len(), width * height);
    Luma { width, height, samples }
}
