//! What stands in the segments of a JPEG (ITU-T T.81, annex B) before and between its pixels.

use std::ops::Range;

use super::color::Space;
use super::orientation::EXIF;

/// Before a part of an ICC profile, which ends with its number and how many there are.
const PROFILE: &[u8] = b"ICC_PROFILE\0";

/// What the segments say.
#[derive(Debug, Default)]
pub(super) struct Segments {
    pub(super) size: (u32, u32),
    pub(super) components: u8,
    /// Exif data, behind their name.
    pub(super) exif: Option<Range<usize>>,
    /// The file has no end.
    pub(super) cut: bool,
    /// The marker of the frame.
    frame: u8,
    scans: u32,
    /// Where the first scan begins.
    scan: usize,
    /// Whether there are Huffman tables before the first scan.
    tables: bool,
    /// Parts of the profile: number, count, data.
    profile: Vec<(u8, u8, Range<usize>)>,
}

impl Segments {
    pub(super) fn read(file: &[u8]) -> Result<Self, String> {
        let mut segments = Self { cut: true, ..Self::default() };
        // Behind the marker of the start.
        let mut at = 2;
        while let Some((marker, behind)) = marker(file, at) {
            at = behind;
            // Those without a length; the end of the file is one of them.
            match marker {
                0xd9 => {
                    segments.cut = false;
                    break;
                }
                0x01 | 0xd0..=0xd8 => continue,
                _ => {}
            }
            let Some(length) = file.get(at..at + 2) else { break };
            let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
            let end = at + length.max(2);
            let Some(data) = file.get(at + 2..end) else { break };
            segments.segment(marker, at, data);
            at = end;
        }
        if segments.size.0 == 0 || segments.size.1 == 0 {
            return Err("a JPEG without a size".into());
        }
        Ok(segments)
    }

    fn segment(&mut self, marker: u8, at: usize, data: &[u8]) {
        let range = |skip: usize| at + 2 + skip..at + 2 + data.len();
        match marker {
            0xc4 => self.tables |= self.scans == 0,
            // The first frame counts; the numbers between are no frames.
            0xc0..=0xcf if marker != 0xc8 && marker != 0xcc && self.frame == 0 => {
                if let [_, h1, h0, w1, w0, components, ..] = *data {
                    let side = |high, low| u32::from(u16::from_be_bytes([high, low]));
                    self.size = (side(w1, w0), side(h1, h0));
                    self.components = components;
                    self.frame = marker;
                }
            }
            0xda => {
                if self.scans == 0 {
                    self.scan = at - 2;
                }
                self.scans += 1;
            }
            0xe1 if data.starts_with(EXIF) && self.exif.is_none() => {
                self.exif = Some(range(EXIF.len()));
            }
            0xe2 if data.starts_with(PROFILE) && data.len() >= PROFILE.len() + 2 => {
                let (number, count) = (data[PROFILE.len()], data[PROFILE.len() + 1]);
                // No more than can be numbered.
                if self.profile.len() < 255 {
                    self.profile.push((number, count, range(PROFILE.len() + 2)));
                }
            }
            _ => {}
        }
    }

    /// Whether coefficients have to be kept until the last scan.
    pub(super) fn several_scans(&self) -> bool {
        self.frame != 0xc0 && self.frame != 0xc1 || self.scans > 1
    }

    /// Where Huffman tables are missing.
    pub(super) fn without_tables(&self) -> Option<usize> {
        let sequential = self.frame == 0xc0 || self.frame == 0xc1;
        (sequential && !self.tables && self.scans > 0).then_some(self.scan)
    }

    /// Its colors, and what is wrong with the profile.
    pub(super) fn space(&self, file: &[u8]) -> (Space, Option<String>) {
        let Some((_, count, _)) = self.profile.first() else { return (Space::Srgb, None) };
        let mut profile = Vec::new();
        for wanted in 1..=*count {
            let Some((.., part)) = self.profile.iter().find(|(number, ..)| *number == wanted)
            else {
                let notice = "a part of its color profile is missing; sRGB is assumed";
                return (Space::Srgb, Some(notice.into()));
            };
            profile.extend_from_slice(&file[part.clone()]);
        }
        (Space::Icc(profile), None)
    }
}

/// The next marker and what is behind it. Pixels and rubbish before it are skipped.
fn marker(file: &[u8], at: usize) -> Option<(u8, usize)> {
    let mut at = at;
    loop {
        at += file.get(at..)?.iter().position(|byte| *byte == 0xff)?;
        // Any number of them may come before a marker, and 0 means that it is none.
        at += file[at..].iter().position(|byte| *byte != 0xff)?;
        // Markers between pixels start no segment.
        if file[at] != 0 && !(0xd0..=0xd7).contains(&file[at]) {
            return Some((file[at], at + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
        let length = (data.len() as u16 + 2).to_be_bytes();
        [&[0xff, marker], &length[..], data].concat()
    }

    fn file(parts: &[Vec<u8>]) -> Vec<u8> {
        [&[0xff, 0xd8][..], &parts.concat(), &[0xff, 0xd9]].concat()
    }

    fn frame() -> Vec<u8> {
        segment(0xc0, &[8, 0x01, 0x00, 0x02, 0x03, 3])
    }

    #[test]
    fn exif_need_not_come_first() {
        let exif = segment(0xe1, b"Exif\0\0II*");
        let xmp = segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0");
        let bytes = file(&[segment(0xe0, b"JFIF\0"), xmp, segment(0xfe, b"hello"), exif, frame()]);
        let segments = Segments::read(&bytes).unwrap();
        assert_eq!(&bytes[segments.exif.clone().unwrap()], b"II*");
        assert_eq!((segments.size, segments.components, segments.cut), ((0x203, 0x100), 3, false));
    }

    #[test]
    fn a_profile_is_joined_in_the_order_of_its_numbers() {
        let part = |number: u8, data: &[u8]| segment(0xe2, &[PROFILE, &[number, 3], data].concat());
        let whole = file(&[part(2, b"cd"), part(3, b"e"), part(1, b"ab"), frame()]);
        let (space, notice) = Segments::read(&whole).unwrap().space(&whole);
        assert!(matches!(space, Space::Icc(profile) if profile == b"abcde"));
        assert_eq!(notice, None);
        let lacking = file(&[part(2, b"cd"), part(1, b"ab"), frame()]);
        let (space, notice) = Segments::read(&lacking).unwrap().space(&lacking);
        assert!(matches!(space, Space::Srgb) && notice.is_some());
    }

    #[test]
    fn scans_tables_and_the_end_are_found_among_pixels() {
        let scan =
            [segment(0xda, &[1, 1, 0, 0, 63, 0]), vec![1, 0xff, 0, 2, 0xff, 0xd3, 9]].concat();
        let bytes = file(&[frame(), scan.clone(), scan.clone()]);
        let segments = Segments::read(&bytes).unwrap();
        assert!(segments.several_scans() && !segments.cut);
        assert_eq!(segments.without_tables(), Some(2 + frame().len()));
        let bytes = file(&[frame(), segment(0xc4, &[]), scan]);
        let segments = Segments::read(&bytes[..bytes.len() - 1]).unwrap();
        assert!(!segments.several_scans() && segments.cut);
        assert_eq!(segments.without_tables(), None);
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let part = segment(0xe2, &[PROFILE, &[1, 1, 7]].concat());
        let exif = segment(0xe1, b"Exif\0\0II*");
        let scan = [segment(0xda, &[1, 1, 0, 0, 63, 0]), vec![1, 0xff, 0, 2]].concat();
        let seed = file(&[part, exif, frame(), scan]);
        for end in 0..seed.len() {
            let _ = Segments::read(&seed[..end]);
            for value in 0..=255 {
                let mut bytes = seed.clone();
                bytes[end] = value;
                if let Ok(segments) = Segments::read(&bytes) {
                    segments.space(&bytes);
                }
            }
        }
    }
}
