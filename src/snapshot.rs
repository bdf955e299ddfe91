//! A frame as a picture to keep.

use std::path::Path;

use framecast_api::{Error, Frame, Result};

/// A frame that can be saved as a picture; made by [`Canvas::snapshot`](crate::Canvas::snapshot), or
/// from any [`Frame`].
///
/// It shares the frame's pixels and does not change while the canvas goes on. Encoding takes some
/// tens of milliseconds for a full screen; a snapshot can be sent to another thread to do it there.
///
/// ```
/// use framecast::{Canvas, Snapshot};
///
/// let canvas = Canvas::offscreen((4.0, 2.0))?;
/// assert!(canvas.snapshot().is_none(), "nothing was drawn yet");
/// let frame = canvas.draw(|frame| frame.fill([0, 80, 160, 255]))?;
///
/// let snapshot = canvas.snapshot().unwrap();
/// assert_eq!(snapshot.frame().pixels(), frame.pixels());
/// let png = std::thread::spawn(move || snapshot.png()).join().unwrap()?;
/// assert!(png.starts_with(b"\x89PNG"));
///
/// let file = std::env::temp_dir().join(format!("framecast-{}.png", std::process::id()));
/// Snapshot::from(frame).save_png(&file)?;
/// assert_eq!(std::fs::read(&file).unwrap(), png);
/// # std::fs::remove_file(file).unwrap();
/// # Ok::<(), framecast::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Snapshot {
    frame: Frame,
}

impl Snapshot {
    /// Returns the frame: its pixels, size, pixel ratio and timestamp.
    #[must_use]
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Encodes the frame as a PNG of its physical size, with its exact colors. Alpha is left out,
    /// because no view shows it.
    ///
    /// # Errors
    /// "Failed" if the frame cannot be encoded.
    pub fn png(&self) -> Result<Vec<u8>> {
        let frame = &self.frame;
        let rgb: Vec<_> = frame.pixels().iter().map(|[r, g, b, _]| [*r, *g, *b]).collect();
        encode_png(frame.width(), frame.height(), &rgb)
    }

    /// Writes the frame as a PNG to `path`, and replaces a file that is there.
    ///
    /// # Errors
    /// "Failed", with the path, if the frame cannot be encoded or the file cannot be written.
    pub fn save_png(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        std::fs::write(path, self.png()?).map_err(|error| {
            Error::failed(format!("cannot write a snapshot to {}: {error}", path.display()))
                .with_source(error)
        })
    }
}

/// The PNG of a picture of red, green and blue.
pub(crate) fn encode_png(width: u32, height: u32, rgb: &[[u8; 3]]) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(rgb.len() / 4);
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(rgb.as_flattened())?;
        writer.finish()
    });
    written.map_err(|error| {
        Error::failed(format!("cannot encode {width}x{height} pixels as PNG: {error}"))
            .with_source(error)
    })?;
    Ok(bytes)
}

impl From<Frame> for Snapshot {
    fn from(frame: Frame) -> Self {
        Self { frame }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Canvas;

    fn snapshot() -> Snapshot {
        let canvas = Canvas::offscreen((33.0, 17.0)).unwrap();
        let frame = canvas.draw(|frame| {
            for (n, pixel) in frame.pixels_mut().iter_mut().enumerate() {
                *pixel = [n as u8, (n >> 8) as u8, (n * 7) as u8, 0];
            }
        });
        frame.unwrap().into()
    }

    #[test]
    fn a_png_has_the_size_and_the_colors_and_no_alpha() {
        let snapshot = snapshot();
        let png = snapshot.png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (33, 17));
        assert_eq!(info.color_type, png::ColorType::Rgb);
        let same = pixels.chunks(3).zip(snapshot.frame().pixels()).all(|(a, b)| a == &b[..3]);
        assert!(same);
    }

    #[test]
    fn an_error_names_the_path() {
        let path = std::env::temp_dir().join("there is no such directory").join("a.png");
        let error = snapshot().save_png(&path).unwrap_err().to_string();
        assert!(error.contains("there is no such directory"), "{error}");
    }
}
