//! Raw RGBA8 at a constant rate.

use framecast_api::Result;

use super::output::Output;
use super::sink::{Picture, Sink, Span};

pub(crate) struct RawSink {
    output: Output,
    /// The last picture, opaque: programs that read it may heed its alpha.
    opaque: Vec<u8>,
}

impl RawSink {
    pub(crate) fn new(output: Output) -> Self {
        Self { output, opaque: Vec::new() }
    }
}

impl Sink for RawSink {
    fn show(&mut self, picture: Picture<'_>, span: Span) -> Result<()> {
        if !span.is_repeated {
            self.opaque.clear();
            self.opaque.extend_from_slice(picture.bytes);
            for [_, _, _, alpha] in self.opaque.as_chunks_mut::<4>().0 {
                *alpha = 255;
            }
        }
        self.output.write(&self.opaque)
    }

    fn finish(&mut self) -> Result<()> {
        Ok(())
    }

    fn bytes(&self) -> u64 {
        self.output.written()
    }
}
