//! What pacing makes of links where video can be sent: when it is, and of which bit rate.

use super::*;

/// Full motion at 720p, of which a JPEG of the best quality has 130 kB, and a picture of a video at least `least` bytes.
fn film(least: f64, mbit: f64, delay: u32) -> World {
    let world = World { display: true, video: Some(least), ..World::new(60, 130e3, delay) };
    world.limited(mbit * 125e3)
}

#[test]
fn a_thin_link_gets_young_video_at_a_good_rate_and_stays_on_it() {
    // Flat colors, folds of color, a test picture with noise.
    for (least, mbit) in [(1e3, 2.0), (4e3, 2.0), (5e3, 2.0), (10e3, 2.0), (4e3, 1.0), (4e3, 5.0)] {
        for delay in [10, 25, 50] {
            let name = format!("{least} bytes, {mbit} Mbit/s, {delay} ms");
            let seen = film(least, mbit, delay).play(120);
            let (fps, age) = (seen.fps(5, 120), seen.age(0.95, 5, 120));
            assert!(fps >= 20.0, "{name}: {fps} fps");
            assert!(age < 200 * MS + MS * delay, "{name}: {age:?}");
            let rungs = seen.rungs(5, 120);
            assert!(rungs.iter().all(Option::is_some), "{name}: {rungs:?}");
            assert!(rungs.len() <= 24, "{name}: {} changes: {rungs:?}", rungs.len());
        }
    }
}

#[test]
fn a_wide_link_gets_no_video() {
    for delay in [1, 25, 50] {
        let seen = film(4e3, 200.0, delay).play(20);
        assert_eq!(seen.rungs(0, 20), [None], "{delay} ms");
        assert!(seen.fps(2, 20) >= 55.0, "{delay} ms: {}", seen.fps(2, 20));
    }
}

#[test]
fn a_link_that_becomes_wide_gets_tiles_again_and_one_that_becomes_thin_video() {
    for jitter in [0, 3] {
        let seconds = Duration::from_secs;
        let rate = vec![(seconds(0), 250e3), (seconds(20), 25e6), (seconds(120), 250e3)];
        let seen = World { rate, jitter: MS * jitter, ..film(4e3, 2.0, 10) }.play(140);
        assert!(seen.rungs(5, 20).iter().all(Option::is_some));
        assert_eq!(
            seen.rungs(100, 120),
            [None],
            "{jitter} ms of jitter: {:?}",
            seen.rungs(20, 120)
        );
        assert!(seen.rungs(123, 140).iter().all(Option::is_some), "{:?}", seen.rungs(123, 140));
    }
}

#[test]
fn video_that_comes_too_rarely_has_half_the_size() {
    let seen = film(60e3, 2.0, 25).play(60);
    let half = seen.rungs(10, 60).iter().flatten().all(|rung| rung.half);
    assert!(half, "{:?}", seen.rungs(10, 60));
    assert!(seen.fps(10, 60) >= 12.0, "{}", seen.fps(10, 60));
}

#[test]
fn a_film_of_even_pictures_on_a_link_that_becomes_wide_comes_in_tiles_again() {
    for (least, jitter) in [(1e3, 0), (4e3, 0), (4e3, 3), (16e3, 0)] {
        let rate = vec![(Duration::ZERO, 250e3), (Duration::from_secs(10), 12.5e6)];
        let seen = World { rate, jitter: MS * jitter, ..film(least, 2.0, 25) }.play(60);
        let name = format!("{least} bytes, {jitter} ms of jitter");
        assert!(seen.rungs(5, 10).iter().all(Option::is_some), "{name}");
        let rungs = seen.rungs(10, 60);
        assert_eq!(seen.rungs(28, 60), [None], "{name}: {rungs:?}");
        for second in 10..60 {
            assert!(seen.fps(second, second + 1) >= 20.0, "{name}, second {second}");
        }
    }
}

#[test]
fn where_a_link_carries_the_best_video_and_no_tiles_they_are_tried_rarely() {
    for (mbit, delay, jitter) in [(10.0, 25, 0), (10.0, 10, 3), (14.0, 50, 0), (20.0, 25, 0)] {
        let seen = World { jitter: MS * jitter, ..film(4e3, mbit, delay) }.play(180);
        let name = format!("{mbit} Mbit/s, {delay} ms, {jitter} ms of jitter");
        let tries = |from, to| seen.rungs(from, to).iter().filter(|rung| rung.is_none()).count();
        assert!(tries(5, 65) <= 4, "{name}: {:?}", seen.rungs(5, 65));
        assert!(tries(65, 180) <= 3, "{name}: {:?}", seen.rungs(65, 180));
        let slowest = (5..180).map(|from| seen.fps(from, from + 1)).min_by(f64::total_cmp);
        assert!(slowest >= Some(20.0), "{name}: {slowest:?} fps");
    }
}
