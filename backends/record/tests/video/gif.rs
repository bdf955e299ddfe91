use framecast_record::video::VideoOptions;

use crate::scenes::{DISC, PLASMA};
use crate::tools::{assert_times, decode, folder, frames, plain, probe, psnr, record, rgb};

const SIZE: (u32, u32) = (240, 200);

#[test]
fn times_are_true_and_their_rounding_does_not_add_up() {
    let path = folder("gif-times").join("disc.gif");
    // 30 a second: 33.3 ms, which hundredths cannot express.
    let times: Vec<u64> = (0..90).map(|n| n * 1000 / 30).collect();
    let options = VideoOptions::new().with_fps(30.0);
    let progress = record(&path, options, &frames(DISC, SIZE, &times), &times, 3000);
    assert_eq!(progress.frames, 90);
    let probe = probe(&path);
    assert_eq!((probe.size(), probe.frames()), ("240x200".to_owned(), 90));
    let wanted: Vec<f64> = times.iter().map(|at| *at as f64).collect();
    assert_times(&probe.times(), &wanted, 6.0);
    assert!((probe.duration() - 3.0).abs() < 0.02, "{}", probe.duration());
}

#[test]
fn at_most_25_a_second_unless_told_and_never_above_50() {
    let folder = folder("gif-rate");
    let times: Vec<u64> = (0..100).map(|n| n * 10).collect();
    let sources = frames(PLASMA, (64, 48), &times);
    for (options, most) in [
        (VideoOptions::new(), 26),
        (VideoOptions::new().with_fps(200.0), 51),
        (VideoOptions::new().with_fps(5.0), 6),
    ] {
        let path = folder.join(format!("{most}.gif"));
        let progress = record(&path, options, &sources, &times, 1000);
        assert!((most - 2..=most).contains(&progress.frames), "{}", progress.frames);
    }
}

#[test]
fn few_colors_are_exact_and_it_loops_for_ever() {
    let path = folder("gif-exact").join("colors.gif");
    let colors = [[255, 0, 0], [0, 255, 0], [1, 2, 3], [255, 255, 255]];
    let sources = colors.map(|color| plain((33, 21), color));
    record(&path, VideoOptions::new(), &sources, &[0, 100, 200, 300], 400);
    for (decoded, source) in decode(&path, (33, 21)).iter().zip(&sources) {
        assert_eq!(decoded, &rgb(source));
    }
    let bytes = std::fs::read(&path).unwrap();
    assert!(bytes.windows(16).any(|window| window == b"NETSCAPE2.0\x03\x01\0\0\0"));
}

#[test]
fn only_what_changed_is_stored() {
    let folder = folder("gif-changes");
    let times: Vec<u64> = (0..50).map(|n| n * 40).collect();
    let sources = frames(DISC, SIZE, &times);
    let path = folder.join("disc.gif");
    record(&path, VideoOptions::new(), &sources, &times, 2000);
    let first = folder.join("first.gif");
    record(&first, VideoOptions::new(), &sources[..1], &times[..1], 40);
    let (all, first) = [path.clone(), first].map(|path| path.metadata().unwrap().len()).into();
    // The disc is a tenth of the picture, and its new edge a part of that.
    assert!(all < first * 40, "{all} bytes, the first picture alone {first}");
    for (decoded, source) in decode(&path, SIZE).iter().zip(&sources) {
        let (_, color) = psnr(decoded, &rgb(source));
        assert!(color > 38.0, "{color} dB");
    }
}

#[test]
fn many_colors_get_a_good_palette() {
    let path = folder("gif-palette").join("plasma.gif");
    let times: Vec<u64> = (0..10).map(|n| n * 40).collect();
    let sources = frames(PLASMA, SIZE, &times);
    record(&path, VideoOptions::new(), &sources, &times, 400);
    let decoded = decode(&path, SIZE);
    assert_eq!(decoded.len(), 10);
    for (decoded, source) in decoded.iter().zip(&sources) {
        let (luma, color) = psnr(decoded, &rgb(source));
        println!("luma {luma:.1} dB, color {color:.1} dB");
        assert!(color > 32.0, "{color} dB");
    }
}

#[test]
fn a_picture_that_rests_longer_than_a_delay_can_say_stays() {
    let path = folder("gif-rest").join("rest.gif");
    let sources = [[255, 0, 0], [0, 0, 255]].map(|color| plain((20, 10), color));
    // Longer than 65535 hundredths of a second.
    record(&path, VideoOptions::new(), &sources, &[0, 700_000], 701_000);
    let decoded = decode(&path, (20, 10));
    assert_eq!(decoded.first(), Some(&rgb(&sources[0])));
    assert_eq!(decoded[decoded.len() - 2..], [rgb(&sources[0]), rgb(&sources[1])]);
    assert_times(&probe(&path).times(), &[0.0, 655_350.0, 700_000.0], 0.1);
}
