//! Reading pictures, still and animated, from files that nobody vouches for.

mod budget;

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use framecast::{Error, Result};
use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, Delay, DynamicImage, Frames, ImageDecoder, ImageFormat};
use image::{ImageReader, Limits, RgbaImage};

pub(crate) use self::budget::Budget;

/// The longest side, in pixels.
const MAX_SIDE: u32 = 30_000;
/// The largest file, in bytes.
const MAX_FILE: u64 = 1 << 29;
/// Delays shorter than this, in seconds, are taken for "unset", as browsers do …
const SHORTEST: f64 = 0.015;
/// … and become this.
const USUAL: f64 = 0.1;
/// Frames decoded in one go to catch up with the time.
const CATCH_UP: u32 = 4;

/// A picture.
pub(crate) struct Picture {
    /// Its file's name, without folders.
    pub(crate) name: String,
    /// What it shows now.
    pub(crate) pixels: RgbaImage,
    /// Whether anything is behind it to be seen.
    pub(crate) opaque: bool,
    /// Grows whenever `pixels` change.
    pub(crate) version: u64,
    animation: Option<Animation>,
}

/// A picture's other frames.
struct Animation {
    /// The file, for starting over.
    bytes: Bytes,
    budget: Budget,
    format: ImageFormat,
    frames: Frames<'static>,
    /// How long the frame shown now stays, in seconds.
    delay: f64,
    /// When the next frame is due; `None`: this one has not been shown yet.
    due: Option<f64>,
}

/// A file's content that many readers share.
#[derive(Clone)]
struct Bytes(Arc<[u8]>);

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

fn limits(budget: &Budget) -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(budget.bytes());
    limits
}

impl Picture {
    /// Reads the picture at `path`.
    ///
    /// # Errors
    /// If the file cannot be read, is no picture, or is too large.
    pub(crate) fn open(path: &Path, budget: &Budget) -> Result<Self> {
        let bytes = read(path)?;
        let name = path.file_name().unwrap_or(path.as_os_str());
        Self::decode(printable(&name.to_string_lossy()), bytes, budget)
            .map_err(|error| Error::failed(format!("{}: {error}", shown(path))).with_source(error))
    }

    /// Reads the picture in `bytes`, which is called `name`.
    ///
    /// # Errors
    /// If it is no picture, or is too large.
    #[cfg(test)]
    pub(crate) fn from_bytes(name: &str, bytes: Vec<u8>, budget: &Budget) -> Result<Self> {
        let name = printable(name);
        Self::decode(name.clone(), bytes, budget)
            .map_err(|error| Error::failed(format!("{name}: {error}")).with_source(error))
    }

    fn decode(name: String, bytes: Vec<u8>, budget: &Budget) -> image::ImageResult<Self> {
        let bytes = Bytes(bytes.into());
        let reader = ImageReader::new(Cursor::new(bytes.clone())).with_guessed_format()?;
        let format = reader.format();
        if let Some(format) = format
            && let Some(mut frames) = frames(&bytes, format, budget)?
            && let Some(first) = frames.next().transpose()?
        {
            let delay = seconds(first.delay());
            let animation = Animation { bytes, budget: *budget, format, frames, delay, due: None };
            let pixels = first.into_buffer();
            let opaque = is_opaque(&pixels);
            return Ok(Self { name, pixels, opaque, version: 0, animation: Some(animation) });
        }
        let mut reader = reader;
        reader.limits(limits(budget));
        let mut decoder = reader.into_decoder()?;
        // A camera held upright writes a picture that lies on its side, and says so.
        let orientation = decoder.orientation()?;
        let mut image = DynamicImage::from_decoder(decoder)?;
        image.apply_orientation(orientation);
        let pixels = image.into_rgba8();
        let opaque = is_opaque(&pixels);
        Ok(Self { name, pixels, opaque, version: 0, animation: None })
    }

    /// Moves an animation on to what is due at `time`, in seconds. Returns when the next frame is
    /// due, if it is animated.
    pub(crate) fn advance(&mut self, time: f64) -> Option<f64> {
        let animation = self.animation.as_mut()?;
        let mut due = *animation.due.get_or_insert(time + animation.delay);
        let mut decoded = 0;
        while due <= time {
            if decoded == CATCH_UP {
                // Decoding is slower than the animation: that goes slower, too.
                due = time + animation.delay;
                break;
            }
            decoded += 1;
            let Some(frame) = animation.next() else {
                // One frame only, or broken from here on: what is shown stays.
                self.animation = None;
                return None;
            };
            animation.delay = seconds(frame.delay());
            // Nobody looked for a while: it goes on from here instead of rushing through.
            due = if time - due > 1.0 { time } else { due } + animation.delay;
            let pixels = frame.into_buffer();
            if pixels.dimensions() == self.pixels.dimensions() {
                self.opaque = is_opaque(&pixels);
                self.pixels = pixels;
                self.version += 1;
            }
        }
        animation.due = Some(due);
        Some(due)
    }
}

impl Animation {
    /// The next frame; after the last comes the first.
    fn next(&mut self) -> Option<image::Frame> {
        if let Some(next) = self.frames.next() {
            return next.ok();
        }
        self.frames = frames(&self.bytes, self.format, &self.budget).ok()??;
        self.frames.next()?.ok()
    }
}

fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy())
}

/// A file's name may hold anything, also what a terminal would obey.
fn printable(name: &str) -> String {
    name.replace(char::is_control, "\u{fffd}")
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let fail = |error: std::io::Error| {
        Error::failed(format!("{}: {error}", shown(path))).with_source(error)
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(fail)?;
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > MAX_FILE {
        let most = MAX_FILE >> 20;
        return Err(Error::failed(format!("{}: larger than {most} MiB", shown(path))));
    }
    Ok(bytes)
}

/// The frames of a format that can be animated; `None`: this picture is not.
fn frames(
    bytes: &Bytes,
    format: ImageFormat,
    budget: &Budget,
) -> image::ImageResult<Option<Frames<'static>>> {
    let reader = Cursor::new(bytes.clone());
    Ok(match format {
        ImageFormat::Gif => {
            let mut decoder = GifDecoder::new(reader)?;
            decoder.set_limits(limits(budget))?;
            Some(decoder.into_frames())
        }
        ImageFormat::WebP => {
            let mut decoder = WebPDecoder::new(reader)?;
            decoder.set_limits(limits(budget))?;
            decoder.has_animation().then(|| decoder.into_frames())
        }
        ImageFormat::Png => {
            let decoder = PngDecoder::with_limits(reader, limits(budget))?;
            if decoder.is_apng()? { Some(decoder.apng()?.into_frames()) } else { None }
        }
        _ => None,
    })
}

fn seconds(delay: Delay) -> f64 {
    let (over, under) = delay.numer_denom_ms();
    let seconds = f64::from(over) / f64::from(under.max(1)) / 1000.0;
    if seconds < SHORTEST { USUAL } else { seconds }
}

fn is_opaque(pixels: &RgbaImage) -> bool {
    pixels.as_raw().as_chunks::<4>().0.iter().all(|pixel| pixel[3] == 255)
}

#[cfg(test)]
pub(super) mod tests {
    use image::codecs::gif::GifEncoder;
    use image::{Frame, ImageEncoder, Rgba};

    use super::*;

    fn gif(delays: &[u32]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = GifEncoder::new(&mut bytes);
        for (number, delay) in delays.iter().enumerate() {
            let shade = if number % 2 == 0 { 0 } else { 255 };
            let pixels = RgbaImage::from_pixel(3, 2, Rgba([shade, shade, shade, 255]));
            let delay = Delay::from_numer_denom_ms(*delay, 1);
            encoder.encode_frame(Frame::from_parts(pixels, 0, 0, delay)).unwrap();
        }
        drop(encoder);
        bytes
    }

    fn encoded(format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let pixels = RgbaImage::from_fn(4, 3, |x, y| Rgba([x as u8 * 60, y as u8 * 80, 9, 255]));
        let image = DynamicImage::from(pixels);
        let image = if matches!(format, ImageFormat::Jpeg | ImageFormat::Pnm) {
            DynamicImage::from(image.into_rgb8())
        } else {
            image
        };
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// A picture that is in no file.
    pub(in crate::show) fn still(pixels: RgbaImage) -> Picture {
        let opaque = is_opaque(&pixels);
        Picture { name: "still".into(), pixels, opaque, version: 0, animation: None }
    }

    fn decode(bytes: Vec<u8>) -> Result<Picture> {
        Picture::from_bytes("test", bytes, &Budget::default())
    }

    #[test]
    fn every_format_promised_is_read() {
        for format in [
            ImageFormat::Bmp,
            ImageFormat::Gif,
            ImageFormat::Jpeg,
            ImageFormat::Png,
            ImageFormat::Pnm,
            ImageFormat::Qoi,
            ImageFormat::WebP,
        ] {
            let picture = decode(encoded(format)).unwrap_or_else(|e| panic!("{format:?}: {e}"));
            assert_eq!(picture.pixels.dimensions(), (4, 3), "{format:?}");
            assert!(picture.opaque);
        }
    }

    #[test]
    fn an_animation_shows_each_frame_for_its_time_and_starts_over() {
        let mut picture = decode(gif(&[50, 200, 100])).unwrap();
        let shade = |picture: &Picture| picture.pixels.get_pixel(0, 0)[0];
        assert_eq!(picture.advance(10.0), Some(10.05));
        assert_eq!((shade(&picture), picture.version), (0, 0));
        assert_eq!(picture.advance(10.05), Some(10.25));
        assert_eq!((shade(&picture), picture.version), (255, 1));
        assert_eq!(picture.advance(10.24), Some(10.25));
        assert_eq!(picture.advance(10.25), Some(10.35));
        assert_eq!(shade(&picture), 0);
        // Late by several frames: 10.35 the first again, 10.4 the second.
        let due = picture.advance(10.5).unwrap();
        assert!((due - 10.6).abs() < 1e-9, "{due}");
        assert_eq!(shade(&picture), 255);
    }

    #[test]
    fn after_a_long_pause_it_goes_on_instead_of_rushing() {
        let mut picture = decode(gif(&[100, 100, 100])).unwrap();
        picture.advance(0.0);
        assert_eq!(picture.advance(1e9), Some(1e9 + 0.1));
        assert_eq!(picture.version, 1);
    }

    #[test]
    fn an_animation_faster_than_it_is_decoded_goes_slower() {
        let mut picture = decode(gif(&[20; 90])).unwrap();
        picture.advance(0.0);
        assert_eq!(picture.advance(0.9), Some(0.9 + 0.02));
        assert_eq!(picture.version, u64::from(CATCH_UP));
    }

    #[test]
    fn frames_without_a_delay_get_the_usual_one() {
        let mut picture = decode(gif(&[0, 10])).unwrap();
        assert_eq!(picture.advance(0.0), Some(USUAL));
    }

    #[test]
    fn a_gif_of_one_frame_becomes_still() {
        let mut picture = decode(gif(&[100])).unwrap();
        let due = picture.advance(0.0).unwrap();
        let version = picture.version;
        picture.advance(due);
        assert!(picture.version <= version + 1);
    }

    #[test]
    fn a_picture_on_its_side_is_set_upright() {
        // Exif of one entry: orientation 6, a quarter turn to the right.
        let mut exif = b"II*\0\x08\0\0\0\x01\0".to_vec();
        exif.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]);
        let mut bytes = Vec::new();
        let mut encoder = image::codecs::png::PngEncoder::new(&mut bytes);
        encoder.set_exif_metadata(exif).unwrap();
        encoder.write_image(&[0; 4 * 3 * 3], 4, 3, image::ExtendedColorType::Rgb8).unwrap();
        assert_eq!(decode(bytes).unwrap().pixels.dimensions(), (3, 4));
    }

    #[test]
    fn rubbish_and_truncated_pictures_are_errors() {
        assert!(decode(Vec::new()).is_err());
        assert!(decode(b"hello, world".to_vec()).is_err());
        for format in [ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP, ImageFormat::Qoi] {
            let whole = encoded(format);
            for end in 0..whole.len() / 2 {
                // Some formats still give a part; no panic is what counts.
                let _ = decode(whole[..end].to_vec());
            }
        }
        let missing = Picture::open(Path::new("/no/such/picture.png"), &Budget::default())
            .err()
            .unwrap()
            .to_string();
        assert!(missing.contains("/no/such/picture.png"), "{missing}");
        assert!(Picture::open(Path::new("/"), &Budget::default()).is_err());
        let error = Picture::open(Path::new("/no/\u{1b}[31m"), &Budget::default())
            .err()
            .unwrap()
            .to_string();
        assert!(!error.contains('\u{1b}'), "{error}");
    }

    #[test]
    fn a_bomb_is_refused() {
        // Headers that promise more pixels than memory may hold.
        let mut bytes = encoded(ImageFormat::Bmp);
        bytes[18..22].copy_from_slice(&60_000_u32.to_le_bytes());
        bytes[22..26].copy_from_slice(&60_000_u32.to_le_bytes());
        assert!(decode(bytes).is_err());
        let header = format!("P6 {} 1 255\n", MAX_SIDE + 1);
        assert!(decode(header.into_bytes()).is_err());
        let header = format!("P6 {MAX_SIDE} {MAX_SIDE} 255\n");
        assert!(decode(header.into_bytes()).is_err());
    }
}
