//! Pictures of a video, as binary messages.

use bytes::Bytes;

use super::part::{HEADER, PartHeader};
use crate::video::VideoPicture;

const VIDEO: u8 = 3;
const H264: u8 = 1;
const KEYFRAME: u8 = 1;

/// The first of some tiles in a row, and how many.
pub(crate) type TileRange = (u16, u16);

/// One update: a picture of a video, and the tiles that are drawn from it.
#[derive(Debug)]
pub struct VideoMessage {
    pub(crate) header: PartHeader,
    /// Growing, and not touching one another.
    pub(crate) ranges: Vec<TileRange>,
    pub(crate) picture: VideoPicture,
}

impl VideoMessage {
    /// The most ranges in one message.
    pub(crate) const MOST_RANGES: usize = 64;

    /// Returns the message. This copies the picture: call it while holding no lock.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        let Self { header, ranges, picture } = self;
        let (width, height) = header.grid.tile_size();
        let mut out = Vec::with_capacity(HEADER + 4 * ranges.len() + picture.bytes.len());
        out.extend_from_slice(&[VIDEO, H264]);
        out.extend_from_slice(&(HEADER as u16).to_le_bytes());
        out.extend_from_slice(&header.update.to_le_bytes());
        out.push(if picture.keyframe { KEYFRAME } else { 0 });
        out.extend_from_slice(&picture.profile);
        for number in [ranges.len() as u16, width, height, 0] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        for number in [header.size.width, header.size.height] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        for number in [picture.size.width as u16, picture.size.height as u16] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        header.print_times(&mut out);
        for (first, count) in ranges {
            out.extend_from_slice(&first.to_le_bytes());
            out.extend_from_slice(&count.to_le_bytes());
        }
        out.extend_from_slice(&picture.bytes);
        out.into()
    }
}

/// These tiles, which grow, in ranges; if that are too many, all `tiles` tiles of the frame in one.
pub(crate) fn ranges(listed: impl Iterator<Item = u16>, tiles: usize) -> Vec<TileRange> {
    let mut ranges: Vec<TileRange> = Vec::new();
    for tile in listed {
        let is_full = ranges.len() == VideoMessage::MOST_RANGES;
        match ranges.last_mut() {
            Some((first, count)) if u32::from(*first) + u32::from(*count) == u32::from(tile) => {
                *count += 1;
            }
            _ if is_full => return vec![(0, tiles as u16)],
            _ => ranges.push((tile, 1)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_become_ranges_and_too_many_of_them_one() {
        assert_eq!(ranges([0, 1, 2, 5, 9, 10].into_iter(), 11), [(0, 3), (5, 1), (9, 2)]);
        assert_eq!(ranges([].into_iter(), 11), []);
        let every_second = |count: u16| ranges((0..count).map(|n| n * 2), 500);
        assert_eq!(every_second(64).len(), VideoMessage::MOST_RANGES);
        assert_eq!(every_second(65), [(0, 500)]);
    }
}
