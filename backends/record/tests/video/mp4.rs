use std::path::Path;

use framecast_api::PhysicalSize;
use framecast_record::video::{VideoOptions, VideoWriter};

use crate::scenes::{DISC, PAGE, PLASMA, Scene};
use crate::tools::{assert_times, decode, folder, frames, ms, plain, probe, psnr, record, rgb};

const SIZE: (u32, u32) = (640, 360);

/// Uneven times, as they are when a canvas is drawn on demand: 90 frames in 5.6 s.
fn uneven() -> Vec<u64> {
    let mut at = 0;
    (0..90)
        .map(|n| {
            let before = at;
            at += [16, 17, 50, 33, 7, 250][n % 6];
            before
        })
        .collect()
}

fn floats(times: &[u64]) -> Vec<f64> {
    times.iter().map(|at| *at as f64).collect()
}

#[test]
fn size_count_and_times_are_those_of_the_frames() {
    let path = folder("mp4-times").join("disc.mp4");
    let times = uneven();
    let progress = record(&path, VideoOptions::new(), &frames(DISC, SIZE, &times), &times, 6000);
    assert_eq!((progress.frames, progress.duration, progress.parts), (90, ms(6000), 1));
    assert_eq!(progress.bytes, std::fs::metadata(&path).unwrap().len());
    let probe = probe(&path);
    assert_eq!(probe.size(), "640x360");
    assert_eq!(probe.frames(), 90);
    assert!((probe.duration() - 6.0).abs() < 1e-3, "{}", probe.duration());
    assert_times(&probe.times(), &floats(&times), 0.02);
    assert_eq!(probe.stream("codec_name"), "h264");
    assert_eq!(probe.stream("profile"), "Constrained Baseline");
    assert_eq!(probe.stream("codec_tag_string"), "avc1");
    assert_eq!(probe.stream("pix_fmt"), "yuv420p");
    assert_eq!(probe.stream("color_range"), "tv");
    assert_eq!(probe.stream("color_space"), "smpte170m");
    assert_eq!(probe.stream("sample_aspect_ratio"), "1:1");
    // A player can start every two seconds.
    let keyframes: Vec<f64> =
        probe.packets().into_iter().filter(|(_, is_key)| *is_key).map(|(at, _)| at).collect();
    assert_eq!(keyframes[0], 0.0);
    let gaps = keyframes.windows(2).map(|pair| pair[1] - pair[0]).chain([6000.0 - keyframes[2]]);
    assert!(keyframes.len() == 3 && gaps.into_iter().all(|gap| gap < 2260.0), "{keyframes:?}");
}

#[test]
fn hd_is_marked_as_bt709() {
    let path = folder("mp4-hd").join("page.mp4");
    record(&path, VideoOptions::new(), &frames(PAGE, (1280, 720), &[0]), &[0], 100);
    let probe = probe(&path);
    for field in ["color_space", "color_transfer", "color_primaries"] {
        assert_eq!(probe.stream(field), "bt709", "{field}");
    }
    assert_eq!(probe.stream("color_range"), "tv");
}

#[track_caller]
fn check_quality(scene: Scene, least_luma: f64, least_color: f64) {
    let path = folder(&format!("mp4-quality-{}", scene.name)).join("scene.mp4");
    let times: Vec<u64> = (0..30).map(|n| n * 33).collect();
    let sources = frames(scene, SIZE, &times);
    record(&path, VideoOptions::new(), &sources, &times, 1000);
    let decoded = decode(&path, SIZE);
    assert_eq!(decoded.len(), sources.len());
    let all = |frames: Vec<Vec<u8>>| frames.concat();
    let (luma, color) = psnr(&all(decoded), &all(sources.iter().map(rgb).collect()));
    println!("{}: luma {luma:.1} dB, color {color:.1} dB", scene.name);
    assert!(luma > least_luma && color > least_color, "luma {luma} dB, color {color} dB");
}

#[test]
fn smooth_colors_come_back_nearly_as_they_were() {
    check_quality(PLASMA, 44.0, 36.0);
}

#[test]
fn a_small_moving_thing_comes_back_nearly_as_it_was() {
    check_quality(DISC, 44.0, 36.0);
}

#[test]
fn sharp_text_comes_back_nearly_as_it_was() {
    check_quality(PAGE, 38.0, 30.0);
}

/// Where each fragment ends, the header first.
fn fragment_ends(bytes: &[u8]) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        at += u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        if bytes.get(at + 4..at + 8).is_some_and(|kind| kind == b"moof" || kind == b"mfra") {
            ends.push(at);
        }
    }
    ends
}

#[test]
fn a_file_that_was_cut_plays_up_to_the_cut() {
    let folder = folder("mp4-cut");
    let path = folder.join("whole.mp4");
    let times: Vec<u64> = (0..100).map(|n| n * 40).collect();
    record(&path, VideoOptions::new(), &frames(DISC, (320, 180), &times), &times, 4000);
    let bytes = std::fs::read(&path).unwrap();
    let ends = fragment_ends(&bytes);
    assert!(ends.len() >= 8, "{ends:?}");
    let cut = folder.join("cut.mp4");
    let played = |length: usize| {
        std::fs::write(&cut, &bytes[..length]).unwrap();
        lenient_frames(&cut)
    };
    let mut before = 0;
    for pair in ends.windows(2) {
        // In the middle of the next fragment, what came before plays; at its end, it does, too.
        let middle = played(pair[0] + (pair[1] - pair[0]) / 2);
        assert!(middle >= before, "{middle} frames, not {before}");
        let whole = played(pair[1]);
        let fragment = whole - before;
        assert!((5..=14).contains(&fragment), "a fragment of {fragment} frames at {pair:?}");
        before = whole;
    }
    assert_eq!(before, 100);
}

/// Frames that ffmpeg decodes, whatever it complains about.
fn lenient_frames(path: &Path) -> usize {
    let output = std::process::Command::new("ffprobe")
        .args(["-v", "quiet", "-count_frames", "-select_streams", "v:0", "-of", "csv=p=0"])
        .args(["-show_entries", "stream=nb_read_frames"])
        .arg(path)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.trim().trim_end_matches(',').parse().unwrap_or(0)
}

#[test]
fn a_crash_loses_at_most_the_last_second() {
    let path = folder("mp4-crash").join("crash.mp4");
    let mut video = VideoWriter::create(&path, VideoOptions::new()).unwrap();
    let times: Vec<u64> = (0..50).map(|n| n * 30).collect();
    for (frame, at) in frames(DISC, (320, 180), &times).iter().zip(&times) {
        video.write(frame, ms(*at)).unwrap();
    }
    // The picture rests, and nobody says anything else.
    for now in (1500..=30_000).step_by(250) {
        video.advance(ms(now)).unwrap();
    }
    // As after `kill -9`: nothing more is written.
    let bytes = std::fs::read(&path).unwrap();
    drop(video);
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    let probe = probe(&path);
    let times = probe.times();
    let last = times.last().unwrap();
    assert!(*last >= 29_000.0 - 500.0, "{last}");
    assert!(probe.duration() >= 29.0, "{}", probe.duration());
    // Repeating costs little.
    assert!(bytes.len() < 120_000, "{} bytes", bytes.len());
}

#[test]
fn a_picture_that_rests_for_hours_has_its_true_duration() {
    let path = folder("mp4-hours").join("rest.mp4");
    let [red, blue] = [[255, 0, 0], [0, 0, 255]].map(|color| plain((64, 48), color));
    let hours = 30 * 3600 * 1000;
    record(&path, VideoOptions::new(), &[red, blue], &[0, hours], hours + 1000);
    let probe = probe(&path);
    assert_eq!(probe.times().last(), Some(&(hours as f64)));
    assert!((probe.duration() - (hours / 1000 + 1) as f64).abs() < 1e-3);
}

#[test]
fn frames_within_one_unit_of_time_keep_their_order() {
    let path = folder("mp4-quick").join("quick.mp4");
    let mut video = VideoWriter::create(&path, VideoOptions::new()).unwrap();
    for (frame, nanos) in frames(PLASMA, (64, 48), &[0, 100, 200, 300]).iter().zip([0, 1, 2, 3000])
    {
        video.write(frame, std::time::Duration::from_nanos(nanos)).unwrap();
    }
    video.finish(ms(100)).unwrap();
    let times = probe(&path).times();
    assert!(times.len() == 4 && times.is_sorted(), "{times:?}");
}

#[test]
fn at_most_the_wanted_rate_is_taken() {
    let path = folder("mp4-fps").join("ten.mp4");
    let times: Vec<u64> = (0..100).map(|n| n * 10).collect();
    let options = VideoOptions::new().with_fps(10.0);
    record(&path, options, &frames(PLASMA, (64, 48), &times), &times, 1000);
    let wanted: Vec<f64> = (0..=9).map(|n| f64::from(n) * 100.0).collect();
    let probe = probe(&path);
    // The frame at 950 ms and those after it are nearest to the eleventh slot.
    assert_times(&probe.times()[..10], &wanted, 0.02);
    assert!(probe.frames() <= 11);
}

#[test]
fn odd_sizes_are_coded_with_a_pixel_more() {
    let folder = folder("mp4-odd");
    for (width, height) in [(101, 75), (16, 16), (17, 16), (19, 700)] {
        let path = folder.join(format!("{width}x{height}.mp4"));
        let color = [180, 120, 60];
        record(&path, VideoOptions::new(), &[plain((width, height), color)], &[0], 500);
        let coded = (width.next_multiple_of(2), height.next_multiple_of(2));
        assert_eq!(probe(&path).size(), format!("{}x{}", coded.0, coded.1));
        // The pixels that were added have the color of the edge.
        let decoded = &decode(&path, coded)[0];
        let is_near = |pixel: &[u8; 3]| pixel.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= 8);
        assert!(decoded.as_chunks().0.iter().all(is_near), "{width}x{height}");
        let has_clap = std::fs::read(&path).unwrap().windows(4).any(|kind| kind == b"clap");
        assert_eq!(has_clap, coded != (width, height));
    }
}

#[test]
fn what_is_smaller_than_the_encoder_takes_gets_bars() {
    let path = folder("mp4-tiny").join("tiny.mp4");
    record(&path, VideoOptions::new(), &[plain((4, 2), [255, 255, 255])], &[0], 500);
    let picture = &decode(&path, (16, 16))[0];
    let [bar, middle] = [(8, 1), (8, 8)].map(|(x, y)| picture[(y * 16 + x) * 3]);
    assert!(bar < 10 && middle > 245, "{bar}, {middle}");
}

#[test]
fn what_is_larger_than_the_encoder_takes_is_scaled_down() {
    let path = folder("mp4-large").join("large.mp4");
    record(&path, VideoOptions::new(), &[plain((4096, 2048), [9, 90, 200])], &[0], 500);
    assert_eq!(probe(&path).size(), "3840x1920");
    let tall = path.with_file_name("tall.mp4");
    let options = VideoOptions::new().with_size(PhysicalSize::new(2400, 4800));
    record(&tall, options, &[plain((64, 128), [9, 90, 200])], &[0], 500);
    assert_eq!(probe(&tall).size(), "1920x3840");
}

/// CRC-32 of a file that is made of integers only, so that it is the same on every processor. Another version of
/// OpenH264 may change it; a change of our own must not.
#[test]
fn the_bytes_of_a_file_are_those_of_before() {
    let path = folder("mp4-bytes").join("bytes.mp4");
    let size = PhysicalSize::new(171, 93);
    let mut pool = framecast_api::FramePool::new();
    let mut video = VideoWriter::create(&path, VideoOptions::new()).unwrap();
    for n in 0..40_u32 {
        let mut buffer = pool.lend(size).unwrap();
        for (y, row) in (0..).zip(buffer.rows_mut()) {
            for (x, pixel) in (0..).zip(row.iter_mut()) {
                let (x, y): (u32, u32) = (x + n * 3, y + n);
                let shade = ((x * y) >> 5) as u8;
                let is_stroke = (x / 7 + y / 5).is_multiple_of(3);
                *pixel =
                    if is_stroke { [shade, 255 - shade, 40, 255] } else { [240, 240, shade, 0] };
            }
        }
        video
            .write(&pool.freeze(buffer, u64::from(n) + 1, 0.0, 1.0), ms(u64::from(n) * 70))
            .unwrap();
    }
    video.finish(ms(3000)).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!((bytes.len(), crc32fast::hash(&bytes)), (116_507, 3_373_847_956));
}
