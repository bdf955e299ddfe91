//! Formats with a constant rate.

use framecast_record::video::VideoOptions;

use crate::scenes::{DISC, PAGE, PLASMA};
use crate::tools::{decode, folder, frames, plain, probe, record, rgb};

#[test]
fn raw_pixels_are_exact_and_repeated_to_hold_the_rate() {
    let path = folder("rgba").join("frames.rgba");
    let sources = [[1, 2, 3], [200, 100, 50], [9, 9, 9]].map(|color| plain((5, 3), color));
    let options = VideoOptions::new().with_fps(10.0);
    // The second is replaced by the third within a tenth of a second.
    let progress = record(&path, options, &sources, &[0, 310, 330], 600);
    let wanted = [sources[0].bytes().repeat(3), sources[2].bytes().repeat(3)].concat();
    assert_eq!(std::fs::read(&path).unwrap(), wanted);
    assert_eq!((progress.frames, progress.bytes), (6, wanted.len() as u64));
}

#[test]
fn alpha_is_ignored() {
    let mut pool = framecast_api::FramePool::new();
    let mut buffer = pool.lend((2, 1).into()).unwrap();
    buffer.fill([7, 8, 9, 0]);
    let source = pool.freeze(buffer, 1, 0.0, 1.0);
    let folder = folder("alpha");
    for name in ["a.rgba", "a.png", "a.apng", "a.gif"] {
        record(&folder.join(name), VideoOptions::new(), std::slice::from_ref(&source), &[0], 30);
    }
    assert_eq!(std::fs::read(folder.join("a.rgba")).unwrap(), [7, 8, 9, 255].repeat(2));
    for name in ["a.png", "a.apng", "a.gif"] {
        assert_eq!(decode(&folder.join(name), (2, 1))[0], [7, 8, 9].repeat(2), "{name}");
    }
}

#[test]
fn y4m_comes_back_to_within_rounding() {
    let folder = folder("y4m");
    for (scene, size) in [(DISC, (161, 121)), (PLASMA, (320, 200)), (PAGE, (200, 120))] {
        let path = folder.join(format!("{}.y4m", scene.name));
        let times: Vec<u64> = (0..10).map(|n| n * 1000 / 30).collect();
        let sources = frames(scene, size, &times);
        let progress = record(&path, VideoOptions::new(), &sources, &times, 333);
        assert_eq!(progress.frames, 10);
        let probe = probe(&path);
        assert_eq!(probe.stream("pix_fmt"), "yuv444p");
        assert_eq!(probe.stream("r_frame_rate"), "30/1");
        assert_eq!(probe.size(), format!("{}x{}", size.0, size.1));
        let decoded = decode(&path, size);
        assert_eq!(decoded.len(), 10);
        for (decoded, source) in decoded.iter().zip(&sources) {
            let off = decoded.iter().zip(rgb(source)).map(|(one, other)| one.abs_diff(other)).max();
            assert!(off <= Some(3), "{}: {off:?}", scene.name);
        }
    }
}

#[test]
fn a_rate_can_be_a_fraction_and_frames_are_left_out() {
    let path = folder("y4m-rate").join("ntsc.y4m");
    let times: Vec<u64> = (0..198).map(|n| n * 10).collect();
    let options = VideoOptions::new().with_fps(29.97);
    let progress = record(&path, options, &frames(PLASMA, (32, 24), &times), &times, 2002);
    assert_eq!(progress.frames, 60);
    let probe = probe(&path);
    assert_eq!((probe.stream("r_frame_rate").as_str(), probe.frames()), ("30000/1001", 60));
}
