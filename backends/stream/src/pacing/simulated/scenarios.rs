//! What pacing makes of simulated links: frame rate, age, quality.

use super::super::MAX_WINDOW;
use super::*;

/// Full motion, at a display that is refreshed 60 times a second.
fn moving(bytes: f64, delay: u32) -> World {
    World { display: true, ..World::new(60, bytes, delay) }
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn at_a_tenth_of_a_second_there_and_back_sixty_frames_come_young() {
    for (bytes, jitter, display) in [(45e3, 0, true), (130e3, 20, true), (60e3, 20, false)] {
        let world = World { jitter: MS * jitter, display, ..moving(bytes, 50) };
        let seen = world.play(10);
        let (fps, age) = (seen.fps(2, 10), seen.age(0.95, 2, 10));
        assert!(fps >= 55.0, "{bytes}, {jitter} ms of jitter: {fps} fps");
        assert!(age < 120 * MS, "{bytes}, {jitter} ms of jitter: {age:?}");
        assert_eq!(seen.qualities(0, 10), [80], "{bytes}, {jitter} ms of jitter");
    }
}

#[test]
fn at_a_quarter_of_a_second_there_are_still_nearly_sixty() {
    for jitter in [0, 20] {
        let seen = World { jitter: MS * jitter, ..moving(130e3, 125) }.play(14);
        assert!(seen.fps(4, 14) >= 57.0, "{}", seen.fps(4, 14));
        assert!(seen.most <= MAX_WINDOW);
    }
}

#[test]
fn a_way_that_is_confirmed_all_the_time_is_not_measured_anew() {
    // As many as the largest window allows: a pause would show.
    let seen = moving(60e3, 200).play(40);
    assert_eq!(seen.most, MAX_WINDOW);
    assert!(seen.fps(10, 40) >= 54.0, "{}", seen.fps(10, 40));
}

#[test]
fn when_the_bandwidth_falls_quality_falls_before_the_rate_and_nothing_grows_old() {
    // A client that tells no times is taken for one that needs none for itself.
    for (bytes, tells) in [(45e3, true), (60e3, true), (45e3, false)] {
        let rate = vec![(Duration::ZERO, UNLIMITED), (seconds(4), SLOW)];
        let seen = World { rate, tells, ..moving(bytes, 10) }.play(24);
        assert!(seen.fps(2, 4) >= 55.0, "{}", seen.fps(2, 4));
        assert_eq!(seen.qualities(2, 4), [80]);
        let (fps, queue) = (seen.fps(6, 24), seen.queue(1.0, 6, 24));
        assert!(fps >= 25.0, "{bytes}: {fps} fps");
        assert!(queue <= 100 * MS, "{bytes}: {queue:?}");
        assert!(seen.age(1.0, 6, 24) < 170 * MS, "{bytes}: {:?}", seen.age(1.0, 6, 24));
        assert_eq!(seen.qualities(6, 24), [20], "{bytes}");
    }
}

#[test]
fn a_steady_link_has_a_steady_quality_and_little_queue() {
    for mbit in [1.0, 2.0, 5.0, 10.0, 20.0, 50.0] {
        for (bytes, delay) in [(45e3, 10), (45e3, 50), (130e3, 10), (130e3, 50)] {
            let name = format!("{mbit} Mbit/s, {bytes} bytes, {delay} ms");
            let rate = mbit * 125e3;
            let world = moving(bytes, delay).limited(rate);
            let seen = world.play(90);
            let least = world.size(20, Duration::ZERO) as f64;
            // One picture stands before the next, however large it is.
            let one = Duration::from_secs_f64(least / rate);
            let queue = seen.queue(0.95, 20, 90);
            assert!(queue <= one.max(130 * MS), "{name}: {queue:?}");
            let changes = seen.qualities(20, 90).len() - 1;
            assert!(changes <= 6, "{name}: {changes} changes of quality");
            // Of what the link could carry with the least quality.
            let (fps, most) = (seen.fps(20, 90), (rate / least).min(60.0));
            assert!(fps > 0.55 * most, "{name}: {fps} of {most} fps");
        }
    }
}

#[test]
fn between_two_qualities_it_goes_back_and_forth_rarely() {
    for (fps, most) in [(20, 8), (30, 10)] {
        let seen = World { fps, ..moving(45e3, 10) }.limited(SLOW).play(130);
        let changes = seen.qualities(10, 130).len() - 1;
        assert!(changes <= 2 * most, "{fps}: {changes} in two minutes");
        assert!(seen.fps(10, 130) > 0.95 * f64::from(fps), "{}", seen.fps(10, 130));
        assert!(seen.queue(1.0, 10, 130) < 100 * MS, "{:?}", seen.queue(1.0, 10, 130));
    }
}

#[test]
fn bandwidth_that_comes_back_brings_back_quality_step_by_step() {
    for bytes in [45e3, 130e3] {
        let rate = vec![(Duration::ZERO, SLOW), (seconds(20), UNLIMITED)];
        let seen = World { rate, ..moving(bytes, 10) }.play(60);
        assert!(seen.fps(21, 60) >= 55.0, "{bytes}: {}", seen.fps(21, 60));
        assert!(seen.qualities(21, 24).len() <= 3, "slowly: {:?}", seen.qualities(21, 24));
        assert!(seen.qualities(21, 60).is_sorted(), "{bytes}: {:?}", seen.qualities(21, 60));
        assert_eq!(seen.qualities(40, 60), [80], "{bytes}");
    }
}

#[test]
fn a_slow_computer_gets_fewer_frames_of_full_quality() {
    for (decode, delay, fps) in [(200, 5, 4.0), (200, 50, 3.0), (50, 5, 18.0), (50, 50, 15.0)] {
        let seen = World { decode: MS * decode, ..moving(60e3, delay) }.play(60);
        let name = format!("{decode} ms, {delay} ms away");
        assert!(seen.fps(5, 60) > fps, "{name}: {}", seen.fps(5, 60));
        let queue = seen.queue(1.0, 5, 60);
        assert!(queue <= MS * decode.max(150), "{name}: {queue:?}");
        assert_eq!(seen.qualities(5, 60), [80], "{name}");
    }
}

#[test]
fn a_stall_of_seconds_holds_back_a_window_and_is_over_when_it_is_over() {
    for (rate, fps) in [(UNLIMITED, 55.0), (SLOW, 35.0)] {
        let stall = Some((seconds(5), seconds(9)));
        let seen = World { stall, ..moving(45e3, 10).limited(rate) }.play(16);
        assert!(seen.most <= 5, "{}", seen.most);
        assert_eq!(seen.between(5, 9).filter(|shown| shown.at > seconds(5) + 200 * MS).count(), 0);
        assert!(seen.fps(10, 16) >= fps, "{rate}: {}", seen.fps(10, 16));
        assert!(seen.age(1.0, 10, 16) < 120 * MS, "{rate}: {:?}", seen.age(1.0, 10, 16));
        let quality = seen.qualities(2, 5);
        assert_eq!(seen.qualities(10, 16).first(), quality.last(), "not for lack of bytes");
    }
}

#[test]
fn when_the_way_becomes_longer_rate_and_quality_come_back_within_seconds() {
    for (before, after, rate_after, quality_after) in
        [(20, 120, 4, 12), (20, 250, 8, 12), (20, 70, 7, 15), (100, 150, 7, 15), (150, 250, 7, 15)]
    {
        let delay = vec![(Duration::ZERO, MS * before / 2), (seconds(15), MS * after / 2)];
        let seen = World { delay, ..moving(60e3, 0) }.play(60);
        let name = format!("{before} to {after} ms");
        let fps = seen.fps(15 + rate_after, 60);
        assert!(fps >= 55.0, "{name}: {fps}");
        assert_eq!(seen.qualities(15 + quality_after, 60), [80], "{name}");
    }
}

#[test]
fn rare_small_updates_lower_neither_quality_nor_what_is_spare() {
    for rate in [UNLIMITED, SLOW] {
        let spare = Pacing::new().spare();
        let seen = World { jitter: 20 * MS, display: true, ..World::new(20, 3e3, 25) };
        let seen = seen.limited(rate).play(30);
        assert_eq!(seen.qualities(0, 30), [80]);
        assert!(seen.spare >= spare, "{}", seen.spare);
        assert!(seen.fps(2, 30) > 19.0);
    }
}

#[test]
fn full_motion_after_small_updates_has_its_rate_and_quality_within_a_second() {
    let bytes = vec![(Duration::ZERO, 3e3), (seconds(10), 60e3)];
    let world = World { display: true, ..World::new(60, 0.0, 50) };
    let seen = World { bytes, ..world }.play(20);
    assert!(seen.fps(11, 20) >= 55.0, "{}", seen.fps(11, 20));
    assert_eq!(seen.qualities(0, 20), [80]);
}

#[test]
fn an_application_that_draws_rarely_needs_no_less_quality_because_of_jitter() {
    for (fps, delay) in [(20, 10), (20, 75), (30, 10), (30, 50)] {
        let world = World { fps, jitter: 30 * MS, ..moving(60e3, delay) };
        let seen = world.play(30);
        assert_eq!(seen.qualities(2, 30), [80], "{fps} fps, {delay} ms");
        assert!(seen.fps(2, 30) > f64::from(fps) - 1.0, "{}", seen.fps(2, 30));
    }
}

#[test]
fn what_may_be_sent_besides_fits_the_link() {
    for (rate, range) in [(SLOW, 15_000..=47_000), (UNLIMITED, 250_000..=262_144)] {
        let world = World { slices: Some(4), display: true, ..World::new(20, 3e3, 10) };
        let seen = world.limited(rate).play(30);
        // At 5 Mbit/s, 31 KB take 50 ms.
        assert!(range.contains(&seen.spare), "{rate}: {}", seen.spare);
        let age = seen.age(1.0, 5, 30);
        assert!(age < 130 * MS, "{rate}: {age:?}");
        assert_eq!(seen.qualities(0, 30), [80]);
    }
}

#[test]
fn those_who_share_a_link_all_get_through_without_a_long_queue() {
    for (mbit, joins, queue, least) in [
        (10.0, vec![0, 0], 120, 25.0),
        (10.0, vec![0, 10], 120, 25.0),
        (5.0, vec![0, 10], 150, 12.0),
        (5.0, vec![0, 3, 6, 9], 220, 7.0),
    ] {
        let joins: Vec<_> = joins.into_iter().map(seconds).collect();
        let world = World { joins, ..moving(45e3, 10) }.limited(mbit * 125e3);
        for seen in world.play_all(60) {
            let (fps, late) = (seen.fps(20, 60), seen.queue(0.95, 20, 60));
            assert!(fps > least, "{mbit}: {fps} fps");
            assert!(late < MS * queue, "{mbit}: {late:?}");
        }
    }
}

#[test]
fn at_a_second_there_and_back_the_window_opens_within_seconds_and_stays_open() {
    for (jitter, bytes, rate) in [(0, 40e3, UNLIMITED), (20, 40e3, UNLIMITED), (20, 137e3, 12.5e6)]
    {
        let world = World { jitter: MS * jitter, ..World::new(60, bytes, 500).limited(rate) };
        let seen = world.play(31);
        // As many as the largest window allows, less what a pause of a few frames takes.
        for second in 4..30 {
            let fps = seen.fps(second, second + 1);
            assert!(
                fps >= 18.0,
                "{jitter} ms of jitter, {bytes} bytes, second {second}: {fps} fps"
            );
        }
        assert!(seen.age(0.95, 0, 30) < 560 * MS, "{:?}", seen.age(0.95, 0, 30));
        assert_eq!(seen.qualities(0, 30), [80]);
    }
}

#[test]
fn at_half_a_second_there_and_back_the_window_is_open_after_three() {
    let world = World { jitter: 20 * MS, ..World::new(60, 40e3, 250) };
    let seen = world.play(30);
    assert!(seen.fps(3, 30) >= 42.0, "{}", seen.fps(3, 30));
}

#[test]
fn a_long_way_that_is_narrow_too_gets_no_long_queue() {
    for bytes in [20e3, 60e3, 137e3] {
        let seen = World::new(60, bytes, 500).limited(SLOW).play(60);
        let (fps, queue) = (seen.fps(20, 60), seen.queue(0.95, 20, 60));
        // At the least quality.
        let most = (SLOW / (bytes * 0.33)).min(MAX_WINDOW as f64);
        assert!(fps >= most * 0.5, "{bytes}: {fps} of {most} fps");
        assert!(queue < 160 * MS, "{bytes}: {queue:?}");
    }
}
