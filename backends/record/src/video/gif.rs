//! Animated GIF: of each frame only what changed, with a palette of its own.

use std::borrow::Cow;
use std::mem;

use framecast_api::{Error, PhysicalSize, Rect, Result};
use gif::{DisposalMethod, Encoder, EncodingError, Frame, Repeat};

use super::difference::Previous;
use super::output::Output;
use super::palette::{Indexed, Quantizer};
use super::sink::{Picture, Sink, Span};

/// Hundredths of a second; one frame's delay has 16 bits of them.
const MAX_DELAY: u64 = 65_535;

pub(crate) struct GifSink {
    output: Output,
    /// Writes into memory, which is emptied after each frame. `None` at the end.
    encoder: Option<Encoder<Vec<u8>>>,
    quantizer: Quantizer,
    previous: Previous,
}

impl GifSink {
    pub(crate) fn new(output: Output, size: PhysicalSize) -> Result<Self> {
        // A frame's sides have 16 bits, too.
        let (width, height) = (size.width as u16, size.height as u16);
        let start = || {
            let mut encoder = Encoder::new(Vec::new(), width, height, &[])?;
            encoder.set_repeat(Repeat::Infinite)?;
            Ok(encoder)
        };
        let encoder = Some(start().map_err(cannot_encode)?);
        let (quantizer, previous) = (Quantizer::new(), Previous::default());
        Ok(Self { output, encoder, quantizer, previous })
    }

    fn frame(&mut self, rect: Rect, delay: u64, indexed: Indexed) -> Result<()> {
        let Some(encoder) = &mut self.encoder else { return Ok(()) };
        let Indexed { mut palette, indices } = indexed;
        let transparent = palette.len() as u8;
        palette.push([0; 3]);
        let frame = Frame {
            delay: delay as u16,
            dispose: DisposalMethod::Keep,
            transparent: Some(transparent),
            left: rect.x as u16,
            top: rect.y as u16,
            width: rect.width as u16,
            height: rect.height as u16,
            palette: Some(palette.concat()),
            buffer: Cow::Owned(indices),
            ..Frame::default()
        };
        encoder.write_frame(&frame).map_err(cannot_encode)
    }
}

impl Sink for GifSink {
    fn show(&mut self, picture: Picture<'_>, span: Span) -> Result<()> {
        // Both are rounded since the beginning, so that no error adds up.
        let hundredths = |at: std::time::Duration| (at.as_millis() as u64 + 5) / 10;
        let mut rest = hundredths(span.end) - hundredths(span.start);
        let changed = if span.is_repeated { None } else { self.previous.compare(picture) };
        let drawn = changed.map(|changed| {
            let Rect { x, y, width, .. } = changed.rect;
            let pixels: Vec<_> = changed.pixels().collect();
            let place = (x as usize, y as usize);
            (changed.rect, self.quantizer.reduce(&pixels, place, width as usize))
        });
        if let Some((rect, indexed)) = drawn {
            self.previous.replace(picture, rect);
            let delay = rest.min(MAX_DELAY);
            self.frame(rect, delay, indexed)?;
            rest -= delay;
        }
        while rest > 0 {
            // Nothing, for as long as the picture stays.
            let nothing = Indexed { palette: Vec::new(), indices: vec![0] };
            let delay = rest.min(MAX_DELAY);
            self.frame(Rect::new(0, 0, 1, 1), delay, nothing)?;
            rest -= delay;
        }
        let bytes = self.encoder.as_mut().map(|encoder| mem::take(encoder.get_mut()));
        self.output.write(&bytes.unwrap_or_default())
    }

    fn finish(&mut self) -> Result<()> {
        let Some(encoder) = self.encoder.take() else { return Ok(()) };
        let end = encoder.into_inner().map_err(cannot_encode)?;
        self.output.write(&end)
    }

    fn bytes(&self) -> u64 {
        self.output.written()
    }
}

fn cannot_encode(error: EncodingError) -> Error {
    Error::failed("cannot encode a frame as GIF").with_source(error)
}
