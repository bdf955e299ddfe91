//! Pacing against simulated links: an application, a network with a delay, a rate and a queue, and
//! a client that decodes.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::Pacing;

const MS: Duration = Duration::from_millis(1);
/// 5 Mbit/s, in bytes a second.
const SLOW: f64 = 625e3;
const UNLIMITED: f64 = 1e9;

/// Everything but the pacing.
#[derive(Clone)]
struct World {
    /// Frames a second that the application would draw.
    fps: u32,
    /// Bytes of an update at quality 80; less quality, fewer bytes.
    bytes: f64,
    /// One way.
    delay: Duration,
    /// At most; changes from picture to picture.
    jitter: Duration,
    decode: Duration,
    /// Bytes a second, from a moment on.
    rates: Vec<(Duration, f64)>,
    /// While it lasts nothing comes through.
    stall: Option<(Duration, Duration)>,
}

/// What a client saw.
struct Seen {
    /// When it was painted, counted from the start; its age then; its quality.
    painted: Vec<(Duration, Duration, u8)>,
    /// The most that was in flight at once.
    most: usize,
}

impl World {
    fn new(fps: u32, bytes: f64, delay: u32) -> Self {
        Self {
            fps,
            bytes,
            delay: MS * delay,
            jitter: Duration::ZERO,
            decode: 6 * MS,
            rates: vec![(Duration::ZERO, UNLIMITED)],
            stall: None,
        }
    }

    fn rate(&self, at: Duration) -> f64 {
        self.rates.iter().rev().find(|(from, _)| *from <= at).map_or(UNLIMITED, |(_, rate)| *rate)
    }

    /// About what JPEG makes of it.
    fn size(&self, quality: u8) -> usize {
        let share = match quality {
            80.. => 1.0,
            65.. => 0.75,
            50.. => 0.6,
            35.. => 0.48,
            _ => 0.35,
        };
        (self.bytes * share) as usize
    }

    fn play(&self, seconds: u64) -> Seen {
        self.play_with(&mut [Pacing::new()], seconds).remove(0)
    }

    /// Several clients behind one link.
    fn play_with(&self, clients: &mut [Pacing], seconds: u64) -> Vec<Seen> {
        let start = Instant::now();
        let mut seen: Vec<Seen> =
            clients.iter().map(|_| Seen { painted: Vec::new(), most: 0 }).collect();
        let mut decoders = vec![Duration::ZERO; clients.len()];
        let mut drawn = vec![None::<Duration>; clients.len()];
        // When its acknowledgement comes, its number, its age when painted, its client's share.
        type Ack = (Duration, u32, Duration, Duration, u8);
        let mut acks: Vec<VecDeque<Ack>> = clients.iter().map(|_| VecDeque::new()).collect();
        let (mut link_free, mut next_frame) = (Duration::ZERO, Duration::ZERO);
        let (mut update, mut random) = (0_u32, 1_u32);
        let mut now = Duration::ZERO;
        while now < Duration::from_secs(seconds) {
            if now >= next_frame {
                next_frame += Duration::from_secs(1) / self.fps;
                drawn.fill(Some(now));
            }
            // Whoever comes first gets the link: not always the same.
            let turn = (now.as_micros() / 500) as usize;
            let count = clients.len();
            for n in (0..count).map(|n| (n + turn) % count) {
                let pacing = &mut clients[n];
                while let Some(&(at, update, age, client, quality)) = acks[n].front()
                    && at <= now
                {
                    acks[n].pop_front();
                    assert!(pacing.acknowledged(update, Some(client), start + now));
                    seen[n].painted.push((at - self.delay, age, quality));
                }
                if pacing.free() == 0 {
                    continue;
                }
                let Some(frame) = drawn[n].take() else { continue };
                update += 1;
                let bytes = self.size(pacing.quality());
                let quality = pacing.quality();
                pacing.sent(update, bytes, start + now);
                link_free = link_free.max(now);
                link_free += Duration::from_secs_f64(bytes as f64 / self.rate(now));
                if let Some((from, until)) = self.stall
                    && link_free > from
                    && link_free < until
                {
                    link_free = until;
                }
                random = random.wrapping_mul(1_103_515_245).wrapping_add(12_345);
                let jitter = self.jitter.mul_f64(f64::from(random >> 16) / 65536.0);
                let received = link_free + self.delay + jitter;
                let painted = decoders[n].max(received) + self.decode;
                decoders[n] = painted;
                let ack = painted + self.delay;
                let order = acks[n].back().map_or(ack, |before| before.0.max(ack));
                acks[n].push_back((order, update, painted - frame, painted - received, quality));
                seen[n].most = seen[n].most.max(acks[n].len());
            }
            now += MS / 2;
        }
        seen
    }
}

impl Seen {
    fn between(&self, from: u64, to: u64) -> Vec<(Duration, u8)> {
        let range = Duration::from_secs(from)..Duration::from_secs(to);
        let inside = self.painted.iter().filter(|(at, ..)| range.contains(at));
        inside.map(|(_, age, quality)| (*age, *quality)).collect()
    }

    fn fps(&self, from: u64, to: u64) -> f64 {
        self.between(from, to).len() as f64 / (to - from) as f64
    }

    /// The age that `share` of the pictures did not reach.
    fn age(&self, share: f64, from: u64, to: u64) -> Duration {
        let mut ages: Vec<_> = self.between(from, to).into_iter().map(|(age, _)| age).collect();
        ages.sort();
        ages[((ages.len() - 1) as f64 * share) as usize]
    }

    fn qualities(&self, from: u64, to: u64) -> Vec<u8> {
        let mut qualities: Vec<_> =
            self.between(from, to).into_iter().map(|(_, quality)| quality).collect();
        qualities.dedup();
        qualities
    }
}

#[test]
fn at_a_tenth_of_a_second_there_and_back_sixty_frames_come_young() {
    for jitter in [0, 20] {
        let world = World { jitter: MS * jitter, ..World::new(60, 60e3, 50) };
        let seen = world.play(10);
        let (fps, age) = (seen.fps(2, 10), seen.age(0.95, 2, 10));
        assert!(fps >= 55.0, "{jitter} ms of jitter: {fps} fps");
        assert!(age < 200 * MS, "{jitter} ms of jitter: {age:?}");
        assert_eq!(seen.qualities(2, 10), [80], "{jitter} ms of jitter");
    }
}

#[test]
fn at_a_quarter_of_a_second_there_are_still_nearly_sixty() {
    let seen = World::new(60, 60e3, 125).play(12);
    assert!(seen.fps(4, 12) >= 55.0, "{}", seen.fps(4, 12));
}

#[test]
fn when_the_bandwidth_falls_quality_falls_before_the_rate_and_nothing_grows_old() {
    for bytes in [45e3, 60e3] {
        let rates = vec![(Duration::ZERO, UNLIMITED), (Duration::from_secs(4), SLOW)];
        let world = World { rates, ..World::new(60, bytes, 10) };
        let seen = world.play(20);
        assert!(seen.fps(2, 4) >= 55.0, "{}", seen.fps(2, 4));
        let (fps, age) = (seen.fps(6, 20), seen.age(1.0, 6, 20));
        assert!(fps >= 20.0, "{bytes}: {fps} fps");
        // The way, decoding and what the picture itself takes are no queue.
        let own = 10 * MS + 6 * MS + Duration::from_secs_f64(bytes / SLOW);
        assert!(age < own + 150 * MS, "{bytes}: {age:?}");
        let lowest = seen.between(6, 20).into_iter().map(|(_, quality)| quality).min();
        assert!(lowest < Some(80));
    }
}

#[test]
fn a_steady_link_has_a_steady_quality_and_little_queue() {
    for rate in [125e3, 250e3, 625e3, 1.25e6, 5e6] {
        let world = World { rates: vec![(Duration::ZERO, rate)], ..World::new(60, 60e3, 15) };
        let seen = world.play(90);
        let own = 15 * MS + 6 * MS + Duration::from_secs_f64(60e3 / rate);
        let age = seen.age(0.95, 10, 90);
        assert!(age < own + 150 * MS, "{rate}: {age:?}, {own:?} without a queue");
        let changes = seen.qualities(30, 90).len() - 1;
        assert!(changes <= 12, "{rate}: {changes} changes of quality in a minute");
        // Of what the link could carry with the least quality.
        let most = (rate / world.size(20) as f64).min(60.0);
        assert!(seen.fps(10, 90) > 0.6 * most, "{rate}: {} of {most} fps", seen.fps(10, 90));
    }
}

#[test]
fn bandwidth_that_comes_back_brings_back_quality_step_by_step() {
    let rates = vec![(Duration::ZERO, SLOW), (Duration::from_secs(10), UNLIMITED)];
    let seen = World { rates, ..World::new(60, 60e3, 10) }.play(120);
    let qualities = seen.qualities(10, 120);
    assert_eq!(qualities.last(), Some(&80), "{qualities:?}");
    assert!(qualities.is_sorted(), "{qualities:?}");
    assert!(seen.fps(12, 120) >= 55.0, "{}", seen.fps(12, 120));
}

#[test]
fn a_slow_computer_gets_fewer_frames_of_full_quality() {
    let seen = World { decode: 200 * MS, ..World::new(60, 60e3, 5) }.play(20);
    assert!(seen.fps(5, 20) > 4.0, "{}", seen.fps(5, 20));
    assert!(seen.age(0.95, 5, 20) < 650 * MS, "{:?}", seen.age(0.95, 5, 20));
    assert_eq!(seen.qualities(5, 20), [80]);
}

#[test]
fn a_stall_of_seconds_holds_back_a_window_and_is_over_when_it_is_over() {
    let stall = Some((Duration::from_secs(5), Duration::from_secs(9)));
    let seen = World { stall, ..World::new(60, 60e3, 10) }.play(16);
    assert!(seen.most <= super::MAX_WINDOW);
    assert!(seen.fps(11, 16) >= 55.0, "{}", seen.fps(11, 16));
    assert!(seen.age(0.95, 11, 16) < 100 * MS, "{:?}", seen.age(0.95, 11, 16));
}

#[test]
fn rare_small_updates_lower_neither_quality_nor_what_is_spare() {
    let mut pacing = [Pacing::new()];
    let before = pacing[0].spare();
    let seen = World::new(20, 3e3, 25).play_with(&mut pacing, 30).remove(0);
    assert_eq!(seen.qualities(0, 30), [80]);
    assert!(pacing[0].spare() >= before);
    assert!(seen.fps(2, 30) > 19.0);
}

#[test]
fn what_may_be_sent_besides_fits_the_link() {
    // Slices as large as allowed, one after the other.
    let mut pacing = Pacing::new();
    let (start, way) = (Instant::now(), 20 * MS);
    let mut now = start;
    for update in 0..100 {
        let bytes = if update % 4 == 0 { 1000 } else { pacing.spare() };
        pacing.sent(update, bytes, now);
        now += way + Duration::from_secs_f64(bytes as f64 / SLOW);
        assert!(pacing.acknowledged(update, None, now));
    }
    assert!((12_000..=48_000).contains(&pacing.spare()), "{}", pacing.spare());
}

#[test]
fn two_behind_one_link_both_get_through() {
    let rates = vec![(Duration::ZERO, 2.0 * SLOW)];
    let world = World { rates, ..World::new(60, 45e3, 10) };
    let seen = world.play_with(&mut [Pacing::new(), Pacing::new()], 40);
    let fps: Vec<_> = seen.iter().map(|seen| seen.fps(10, 40)).collect();
    assert!(fps.iter().all(|fps| *fps > 8.0), "{fps:?}");
    for seen in seen {
        assert!(seen.age(0.95, 10, 40) < 350 * MS, "{:?}", seen.age(0.95, 10, 40));
    }
}
