//! PNG: one picture, or numbered ones.

use framecast_api::{Error, PhysicalSize, Result};
use png::{BitDepth, ColorType, Compression, Encoder, SrgbRenderingIntent};

use super::names::Numbered;
use super::output::{AtomicFile, Output};
use super::sink::{Picture, Sink, Span};

/// The newest picture, which appears under its name when it is complete.
pub(crate) struct PngSink {
    target: Option<PngTarget>,
    written: u64,
}

pub(crate) enum PngTarget {
    File(AtomicFile),
    Stream(Output),
}

/// A file for each picture.
pub(crate) struct NumberedSink {
    names: Numbered,
    overwrite: bool,
    /// Of the last picture.
    number: u64,
    /// The last picture as a file.
    encoded: Vec<u8>,
    written: u64,
}

impl PngSink {
    pub(crate) fn new(target: PngTarget) -> Self {
        Self { target: Some(target), written: 0 }
    }
}

impl Sink for PngSink {
    fn show(&mut self, picture: Picture<'_>, _: Span) -> Result<()> {
        let encoded = encode(picture)?;
        // Only the newest picture comes here, once.
        match self.target.take() {
            Some(PngTarget::File(file)) => file.replace(&encoded)?,
            Some(PngTarget::Stream(mut output)) => output.write(&encoded)?,
            None => return Ok(()),
        }
        self.written = encoded.len() as u64;
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        Ok(())
    }

    fn bytes(&self) -> u64 {
        self.written
    }
}

impl NumberedSink {
    /// From number 1 on.
    pub(crate) fn new(names: Numbered, overwrite: bool) -> Self {
        Self { names, overwrite, number: 0, encoded: Vec::new(), written: 0 }
    }
}

impl Sink for NumberedSink {
    fn show(&mut self, picture: Picture<'_>, span: Span) -> Result<()> {
        if !span.is_repeated {
            self.encoded = encode(picture)?;
        }
        let mut output = Output::create(&self.names.path(self.number + 1), self.overwrite)?;
        output.write(&self.encoded)?;
        self.number += 1;
        self.written += output.written();
        Ok(())
    }

    fn finish(&mut self) -> Result<()> {
        Ok(())
    }

    fn bytes(&self) -> u64 {
        self.written
    }
}

/// A file of RGB8, which says that it is sRGB.
fn encode(picture: Picture<'_>) -> Result<Vec<u8>> {
    let pixels = picture.bytes.as_chunks::<4>().0;
    let rgb: Vec<u8> =
        pixels.iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue]).collect();
    compress(picture.size, ColorType::Rgb, &rgb)
}

/// A file of 8 bits a sample.
pub(crate) fn compress(size: PhysicalSize, color: ColorType, samples: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, size.width, size.height);
    encoder.set_color(color);
    encoder.set_depth(BitDepth::Eight);
    // Twice as quick as the default, and a few per cent larger.
    encoder.set_compression(Compression::Fast);
    encoder.set_source_srgb(SrgbRenderingIntent::Perceptual);
    let write = || {
        let mut writer = encoder.write_header()?;
        writer.write_image_data(samples)?;
        writer.finish()
    };
    write().map_err(|error| {
        Error::failed(format!("cannot write a picture of {size} pixels as PNG")).with_source(error)
    })?;
    Ok(bytes)
}
