//! Frames whose size changes.

use framecast_api::PhysicalSize;
use framecast_record::video::{Resizing, VideoOptions, VideoWriter};

use crate::tools::{decode, folder, ms, plain, probe, record};

const RED: [u8; 3] = [255, 0, 0];
const GREEN: [u8; 3] = [0, 255, 0];

fn pixel(picture: &[u8], width: usize, (x, y): (usize, usize)) -> [u8; 3] {
    picture.as_chunks().0[y * width + x]
}

#[test]
fn frames_of_another_size_are_letterboxed() {
    let path = folder("letterbox").join("sizes.apng");
    let sources = [plain((100, 50), RED), plain((50, 100), GREEN), plain((400, 200), RED)];
    let progress = record(&path, VideoOptions::new(), &sources, &[0, 100, 200], 300);
    assert_eq!(progress.parts, 1);
    let decoded = decode(&path, (100, 50));
    assert_eq!(decoded.len(), 3);
    assert!(decoded[0] == decoded[2] && decoded[0].as_chunks().0.iter().all(|it| *it == RED));
    for (place, color) in [
        ((0, 0), [0; 3]),
        ((36, 25), [0; 3]),
        ((38, 0), GREEN),
        ((61, 49), GREEN),
        ((63, 25), [0; 3]),
    ] {
        assert_eq!(pixel(&decoded[1], 100, place), color, "{place:?}");
    }
}

#[test]
fn a_wanted_size_counts_from_the_first_frame_on() {
    let path = folder("wanted-size").join("small.mp4");
    let options =
        VideoOptions::new().with_size(PhysicalSize::new(120, 60)).with_resizing(Resizing::Parts);
    let sources = [plain((60, 60), RED), plain((600, 300), GREEN)];
    let progress = record(&path, options, &sources, &[0, 1000], 3000);
    assert_eq!(progress.parts, 1);
    assert_eq!(probe(&path).size(), "120x60");
    let decoded = decode(&path, (120, 60));
    let [red, _, _] = pixel(&decoded[0], 120, (60, 30));
    let [bar, _, _] = pixel(&decoded[0], 120, (10, 30));
    assert!(red > 240 && bar < 10);
}

#[test]
fn a_size_that_lasts_begins_a_part() {
    let folder = folder("parts");
    let path = folder.join("out.mp4");
    let options = VideoOptions::new().with_resizing(Resizing::Parts);
    let mut video = VideoWriter::create(&path, options).unwrap();
    video.write(&plain((100, 50), RED), ms(0)).unwrap();
    // A window that is being dragged, and stays.
    for (n, width) in (0..10).zip((110..).step_by(10)) {
        video.write(&plain((width, 50), GREEN), ms(1000 + n * 20)).unwrap();
    }
    video.advance(ms(1400)).unwrap();
    assert_eq!(video.progress().parts, 1);
    // 200 pixels since 1180 ms.
    video.advance(ms(1700)).unwrap();
    assert_eq!(video.progress().parts, 2);
    video.write(&plain((200, 50), RED), ms(2700)).unwrap();
    let progress = video.finish(ms(3700)).unwrap();
    assert_eq!(progress.duration, ms(3700));
    let second = folder.join("out-2.mp4");
    let lengths = [&path, &second].map(|path| path.metadata().unwrap().len());
    assert_eq!(progress.bytes, lengths.iter().sum::<u64>());
    assert!(!folder.join("out-3.mp4").exists());
    let (first, second) = (probe(&path), probe(&second));
    assert_eq!([first.size(), second.size()], ["100x50", "200x50"]);
    assert!((first.duration() - 1.7).abs() < 1e-3, "{}", first.duration());
    assert!((second.duration() - 2.0).abs() < 1e-3, "{}", second.duration());
    assert_eq!(second.times().first(), Some(&0.0));
    assert_eq!(second.times().last(), Some(&1000.0));
}

#[test]
fn a_size_that_comes_back_begins_no_part() {
    let path = folder("parts-back").join("out.apng");
    let options = VideoOptions::new().with_resizing(Resizing::Parts);
    let sizes = [100, 120, 100, 120, 100].map(|width| plain((width, 50), [width as u8, 0, 0]));
    let progress = record(&path, options, &sizes, &[0, 1000, 1400, 1600, 2000], 9000);
    assert_eq!((progress.parts, progress.frames), (1, 5));
}

#[test]
fn the_first_frame_is_shown_from_the_beginning() {
    let path = folder("late").join("late.mp4");
    record(&path, VideoOptions::new(), &[plain((64, 48), RED)], &[700], 1000);
    let probe = probe(&path);
    assert_eq!(probe.times(), [0.0]);
    assert!((probe.duration() - 1.0).abs() < 1e-3, "{}", probe.duration());
}
