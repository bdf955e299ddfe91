//! Which way up a picture is, as cameras say it in Exif.

use image::metadata::Orientation;
use image::{DynamicImage, RgbaImage};

/// Before the Exif data in JPEG; some programs write it elsewhere, too.
pub(super) const EXIF: &[u8] = b"Exif\0\0";

/// What Exif data say; without them, or if they are damaged, nothing is turned.
pub(super) fn read(exif: Option<&[u8]>) -> Orientation {
    exif.and_then(|exif| Orientation::from_exif_chunk(exif.strip_prefix(EXIF).unwrap_or(exif)))
        .unwrap_or(Orientation::NoTransforms)
}

/// Sets a picture upright. A quarter turn needs room for a second picture.
pub(super) fn upright(pixels: RgbaImage, orientation: Orientation) -> RgbaImage {
    let mut image = DynamicImage::ImageRgba8(pixels);
    image.apply_orientation(orientation);
    image.into_rgba8()
}

#[cfg(test)]
pub(super) mod tests {
    use image::Rgba;

    use super::*;

    /// Exif data whose only entry is the orientation.
    pub(in super::super) fn exif(orientation: u8) -> Vec<u8> {
        let mut exif = b"II*\0\x08\0\0\0\x01\0".to_vec();
        exif.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]);
        exif
    }

    #[test]
    fn all_eight_orientations_are_set_upright() {
        // TIFF 6.0: where row 0 and column 0 of the file are in the upright picture.
        // The upright picture is 1 2 3 / 4 5 6.
        let stored: [(u8, (u32, u32), &[u8]); 8] = [
            (1, (3, 2), &[1, 2, 3, 4, 5, 6]),
            (2, (3, 2), &[3, 2, 1, 6, 5, 4]),
            (3, (3, 2), &[6, 5, 4, 3, 2, 1]),
            (4, (3, 2), &[4, 5, 6, 1, 2, 3]),
            (5, (2, 3), &[1, 4, 2, 5, 3, 6]),
            (6, (2, 3), &[3, 6, 2, 5, 1, 4]),
            (7, (2, 3), &[6, 3, 5, 2, 4, 1]),
            (8, (2, 3), &[4, 1, 5, 2, 6, 3]),
        ];
        for (number, (width, height), shades) in stored {
            let pixels = RgbaImage::from_fn(width, height, |x, y| {
                Rgba([shades[(y * width + x) as usize], 0, 0, 255])
            });
            let turned = upright(pixels, read(Some(&exif(number))));
            assert_eq!(turned.dimensions(), (3, 2), "{number}");
            let got: Vec<u8> = turned.pixels().map(|pixel| pixel[0]).collect();
            assert_eq!(got, [1, 2, 3, 4, 5, 6], "{number}");
        }
    }

    #[test]
    fn damaged_data_turn_nothing() {
        let whole = exif(6);
        assert_eq!(read(None), Orientation::NoTransforms);
        assert_eq!(read(Some(&[EXIF, &whole].concat())), Orientation::Rotate90);
        assert_eq!(read(Some(&exif(0))), Orientation::NoTransforms);
        assert_eq!(read(Some(&exif(9))), Orientation::NoTransforms);
        for end in 0..whole.len() {
            read(Some(&whole[..end]));
        }
        for at in 0..whole.len() {
            for value in [0, 1, 127, 128, 255] {
                let mut bytes = whole.clone();
                bytes[at] = value;
                read(Some(&bytes));
            }
        }
    }
}
