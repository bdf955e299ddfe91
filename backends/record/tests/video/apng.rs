use framecast_record::video::{VideoOptions, VideoWriter};

use crate::scenes::{DISC, PLASMA};
use crate::tools::{assert_times, decode, folder, frames, ms, plain, probe, record, rgb};

const SIZE: (u32, u32) = (160, 150);

#[test]
fn every_pixel_and_every_time_comes_back() {
    let folder = folder("apng-exact");
    for scene in [DISC, PLASMA] {
        let path = folder.join(format!("{}.apng", scene.name));
        let times: Vec<u64> = (0..40).map(|n| n * 17 + n % 3).collect();
        let sources = frames(scene, SIZE, &times);
        let progress = record(&path, VideoOptions::new(), &sources, &times, 800);
        assert_eq!(progress.frames, 40);
        assert_eq!(progress.bytes, path.metadata().unwrap().len());
        let wanted: Vec<Vec<u8>> = sources.iter().map(rgb).collect();
        assert_eq!(decode(&path, SIZE), wanted);
        let wanted: Vec<f64> = times.iter().map(|at| *at as f64).collect();
        assert_times(&probe(&path).times(), &wanted, 1.0);
    }
}

#[test]
fn only_what_changed_is_stored() {
    let folder = folder("apng-changes");
    let times: Vec<u64> = (0..20).map(|n| n * 40).collect();
    let sources = frames(DISC, (640, 480), &times);
    let path = folder.join("disc.apng");
    record(&path, VideoOptions::new(), &sources, &times, 800);
    let first = folder.join("first.apng");
    record(&first, VideoOptions::new(), &sources[..1], &times[..1], 40);
    let (all, first) = [path, first].map(|path| path.metadata().unwrap().len()).into();
    assert!(all < first * 12, "{all} bytes, the first picture alone {first}");
}

#[test]
fn a_file_that_was_not_finished_says_how_many_frames_it_has() {
    let path = folder("apng-crash").join("crash.apng");
    let times: Vec<u64> = (0..10).map(|n| n * 100).collect();
    let sources = frames(DISC, SIZE, &times);
    let mut video = VideoWriter::create(&path, VideoOptions::new()).unwrap();
    for (frame, at) in sources.iter().zip(&times) {
        video.write(frame, ms(*at)).unwrap();
    }
    drop(video);
    // The frame that was being shown is not in it.
    let bytes = std::fs::read(&path).unwrap();
    let control = bytes.windows(4).position(|kind| kind == b"acTL").unwrap();
    assert_eq!(bytes[control + 4..control + 8], 9_u32.to_be_bytes());
    let wanted: Vec<Vec<u8>> = sources[..9].iter().map(rgb).collect();
    assert_eq!(decode(&path, SIZE), wanted);
}

#[test]
fn a_picture_that_rests_longer_than_a_delay_can_say_stays() {
    let path = folder("apng-rest").join("rest.apng");
    let sources = [[255, 0, 0], [0, 0, 255]].map(|color| plain((20, 10), color));
    record(&path, VideoOptions::new(), &sources, &[0, 100_000], 101_000);
    let wanted = [&sources[0], &sources[0], &sources[1]].map(rgb);
    assert_eq!(decode(&path, (20, 10)), wanted);
    assert_times(&probe(&path).times(), &[0.0, 65_535.0, 100_000.0], 1.0);
}
