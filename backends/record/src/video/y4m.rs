//! YUV4MPEG2 in 4:4:4 at a constant rate.

use framecast_api::{PhysicalSize, Result};
use framecast_video::yuv::{Coefficients, Matrix, convert_444};

use super::output::Output;
use super::pace::Rate;
use super::sink::{Picture, Sink, Span};

pub(crate) struct Y4mSink {
    output: Output,
    coefficients: Coefficients,
    /// The last picture with what stands before each.
    frame: Vec<u8>,
}

impl Y4mSink {
    pub(crate) fn new(mut output: Output, size: PhysicalSize, rate: Rate) -> Result<Self> {
        let PhysicalSize { width, height } = size;
        let Rate { frames, seconds } = rate;
        output.write_head(
            format!(
                "YUV4MPEG2 W{width} H{height} F{frames}:{seconds} Ip A1:1 C444 XCOLORRANGE=LIMITED\n"
            )
            .as_bytes(),
        )?;
        let coefficients = Coefficients::new(Matrix::guessed(size));
        Ok(Self { output, coefficients, frame: Vec::new() })
    }
}

impl Sink for Y4mSink {
    fn show(&mut self, picture: Picture<'_>, span: Span) -> Result<()> {
        if !span.is_repeated {
            self.frame.clear();
            self.frame.extend_from_slice(b"FRAME\n");
            convert_444(picture, &self.coefficients, &mut self.frame);
        }
        self.output.write(&self.frame)
    }

    fn finish(&mut self) -> Result<()> {
        Ok(())
    }

    fn bytes(&self) -> u64 {
        self.output.written()
    }
}
