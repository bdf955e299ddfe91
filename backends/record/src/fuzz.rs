//! What the fuzz target of tests/fuzz, and a test of this crate, do with any bytes at all. No part of the API.

use std::io::Cursor;

use framecast_stream::ReadPart;

use crate::format::{self, Reader};
use crate::picture::Picture;
use crate::playback::Playback;

/// Frames larger than this take long to decode, and show nothing new.
const MOST_PIXELS: u64 = 1 << 20;
/// Items that are read.
const MOST_ITEMS: usize = 2000;

/// Reads a file as a recording, as it is, and with checksums that are right.
pub fn recording(bytes: &[u8]) {
    read(bytes);
    read(&format::repaired(bytes));
}

/// Reads all of a file, and what it shows at some times.
fn read(bytes: &[u8]) {
    let Ok(mut reader) = Reader::open(Cursor::new(bytes)) else { return };
    let mut is_small = true;
    for _ in 0..MOST_ITEMS {
        match reader.next_item().expect("memory can be read") {
            Some((_, crate::Item::Part(part) | crate::Item::Whole(part))) => {
                let part = ReadPart::parse(part);
                is_small &= part.is_ok_and(|part| {
                    part.size.area() <= MOST_PIXELS && part.picture_size().area() <= MOST_PIXELS
                });
            }
            Some(_) => {}
            None => match reader.next_place() {
                Some(place) => drop(reader.enter(place.time).expect("memory can be read")),
                None => break,
            },
        }
    }
    if !is_small {
        return;
    }
    let duration = reader.duration();
    let mut playback = Playback::new(reader);
    for time in [duration, 0, duration / 2, duration / 3, u64::MAX] {
        playback.seek(time).expect("memory can be read");
        let _ = playback.next_time().expect("memory can be read");
        let size = playback.picture().size();
        let pixels = size.map_or(0, |size| size.area());
        assert_eq!(playback.picture().pixels().len() as u64, pixels);
    }
}

/// Draws bytes as a part of a picture.
pub fn part(bytes: &[u8]) {
    if let Ok(part) = ReadPart::parse(bytes)
        && part.size.area() <= MOST_PIXELS
    {
        let _ = Picture::new().draw(&part);
    }
}
