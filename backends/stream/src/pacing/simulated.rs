//! Simulated links for tests of pacing: applications, a network with a delay, a rate and a queue,
//! and clients that decode and paint. Nothing is random but for a fixed sequence of jitter.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::Pacing;
use crate::video::VideoRung;

mod scenarios;
mod video;

const MS: Duration = Duration::from_millis(1);
/// How many times as large a keyframe is.
const KEYFRAME: usize = 6;
/// 5 Mbit/s, in bytes a second.
const SLOW: f64 = 625e3;
const UNLIMITED: f64 = 1e9;
/// A step of the simulation.
const TICK: Duration = Duration::from_micros(500);
/// Between two refreshes of a display.
const DISPLAY: Duration = Duration::from_nanos(16_666_667);

/// What holds from a moment on.
type Steps<T> = Vec<(Duration, T)>;

/// What holds at `time`.
fn at<T: Copy>(steps: &Steps<T>, time: Duration) -> T {
    steps.iter().rev().find(|(from, _)| *from <= time).unwrap_or(&steps[0]).1
}

/// Everything but the pacing.
#[derive(Clone)]
struct World {
    /// Frames a second that the application would draw.
    fps: u32,
    /// Bytes of an update at quality 80; less quality, fewer bytes.
    bytes: Steps<f64>,
    /// One way.
    delay: Steps<Duration>,
    /// At most; changes from update to update.
    jitter: Duration,
    decode: Duration,
    /// It paints when its display is refreshed, 60 times a second.
    display: bool,
    /// It tells how long it took from receiving to painting.
    tells: bool,
    /// Bytes a second.
    rate: Steps<f64>,
    /// While it lasts nothing comes through.
    stall: Option<(Duration, Duration)>,
    /// When clients come: all share one link.
    joins: Vec<Duration>,
    /// One in so many updates takes along as much as is spare.
    slices: Option<u32>,
    /// It can decode video, whose pictures have as many bytes as their bit rate says, but no fewer than this.
    video: Option<f64>,
}

/// One update that was painted.
#[derive(Clone, Copy)]
struct Shown {
    at: Duration,
    age: Duration,
    /// Waited for the link or the decoder.
    queue: Duration,
    quality: u8,
    rung: Option<VideoRung>,
}

/// What a client saw.
#[derive(Default)]
struct Seen {
    shown: Vec<Shown>,
    /// The most that was in flight at once.
    most: usize,
    /// What was spare at the end.
    spare: usize,
}

struct Client {
    pacing: Pacing,
    seen: Seen,
    /// The newest frame, if it was not sent.
    drawn: Option<Duration>,
    update: u32,
    rung: Option<VideoRung>,
    received: Duration,
    decoded: Duration,
    /// When each acknowledgement comes; what the client says it took.
    acks: VecDeque<(Duration, u32, Duration, Shown)>,
}

/// The link that the clients share.
struct Link {
    free: Duration,
    random: u32,
}

impl World {
    fn new(fps: u32, bytes: f64, delay: u32) -> Self {
        let always = Duration::ZERO;
        Self {
            fps,
            bytes: vec![(always, bytes)],
            delay: vec![(always, MS * delay)],
            jitter: Duration::ZERO,
            decode: 6 * MS,
            display: false,
            tells: true,
            rate: vec![(always, UNLIMITED)],
            stall: None,
            joins: vec![always],
            slices: None,
            video: None,
        }
    }

    fn limited(self, rate: f64) -> Self {
        Self { rate: vec![(Duration::ZERO, rate)], ..self }
    }

    /// About what JPEG makes of it.
    fn size(&self, quality: u8, now: Duration) -> usize {
        let share = match quality {
            80.. => 1.0,
            65.. => 0.75,
            50.. => 0.6,
            35.. => 0.48,
            _ => 0.33,
        };
        (at(&self.bytes, now) * share) as usize
    }

    fn play(&self, seconds: u64) -> Seen {
        self.play_all(seconds).remove(0)
    }

    fn play_all(&self, seconds: u64) -> Vec<Seen> {
        let start = Instant::now();
        let client = |_| Client {
            pacing: Pacing::new(),
            seen: Seen::default(),
            drawn: None,
            update: u32::MAX - 5,
            rung: None,
            received: Duration::ZERO,
            decoded: Duration::ZERO,
            acks: VecDeque::new(),
        };
        let mut clients: Vec<Client> = self.joins.iter().map(client).collect();
        let mut link = Link { free: Duration::ZERO, random: 1 };
        let (mut now, mut next_frame) = (Duration::ZERO, Duration::ZERO);
        while now < Duration::from_secs(seconds) {
            let draws = now >= next_frame;
            if draws {
                next_frame += Duration::from_secs(1) / self.fps;
            }
            // Whoever comes first gets the link: not always the same.
            let turn = (now.as_micros() / TICK.as_micros()) as usize;
            let count = clients.len();
            for n in (0..count).map(|n| (n + turn) % count) {
                let client = &mut clients[n];
                if draws && now >= self.joins[n] {
                    client.drawn = Some(now);
                }
                client.hear(start, now);
                self.send(client, &mut link, start, now);
            }
            now += TICK;
        }
        let end = |client: Client| Seen { spare: client.pacing.spare(), ..client.seen };
        clients.into_iter().map(end).collect()
    }

    fn send(&self, client: &mut Client, link: &mut Link, start: Instant, now: Duration) {
        if client.pacing.free() == 0 {
            return;
        }
        let Some(drawn) = client.drawn.take() else { return };
        client.update = client.update.wrapping_add(1);
        let quality = client.pacing.quality();
        client.pacing.allow_video(self.video.is_some().then_some(1.0));
        let rung = client.pacing.rung(false);
        let mut bytes = self.size(quality, now);
        if let (Some(rung), Some(least)) = (rung, self.video) {
            let least = if rung.half { least / 4.0 } else { least };
            bytes = (f64::from(rung.bits_per_second) / 8.0 / 60.0).max(least) as usize;
            if client.rung != Some(rung) && client.rung.map(|it| it.half) != Some(rung.half) {
                bytes *= KEYFRAME;
            }
        }
        client.rung = rung;
        client.pacing.set_sent(rung);
        if self.slices.is_some_and(|every| client.update.is_multiple_of(every)) {
            bytes = bytes.max(client.pacing.spare());
        }
        client.pacing.sent(client.update, bytes, start + now);
        let (through, waited) = link.carry(self, bytes, now);
        client.received = client.received.max(through + at(&self.delay, now) + link.jitter(self));
        let begun = client.decoded.max(client.received);
        client.decoded = begun + self.decode;
        let mut painted = client.decoded;
        if self.display {
            let frames = painted.as_nanos().div_ceil(DISPLAY.as_nanos());
            painted = DISPLAY * frames as u32;
        }
        let shown = Shown {
            at: painted,
            age: painted - drawn,
            queue: waited + (begun - client.received),
            quality,
            rung,
        };
        let told = if self.tells { painted - client.received } else { Duration::ZERO };
        client.acks.push_back((painted + at(&self.delay, now), client.update, told, shown));
        client.seen.most = client.seen.most.max(client.acks.len());
    }
}

impl Client {
    fn hear(&mut self, start: Instant, now: Duration) {
        while let Some(&(at, update, told, shown)) = self.acks.front()
            && at <= now
        {
            self.acks.pop_front();
            let told = (told > Duration::ZERO).then_some(told);
            assert!(self.pacing.acknowledged(update, told, start + now));
            self.seen.shown.push(shown);
        }
    }
}

impl Link {
    /// When `bytes` are through, and how long they waited for what was before.
    fn carry(&mut self, world: &World, bytes: usize, now: Duration) -> (Duration, Duration) {
        let begun = self.free.max(now);
        // As fluid: a rate that changes in the middle counts from then on.
        let (mut time, mut left) = (begun, bytes as f64);
        while left > 0.0 {
            let rate = at(&world.rate, time);
            let next = world.rate.iter().map(|(from, _)| *from).find(|from| *from > time);
            let whole = Duration::from_secs_f64(left / rate);
            match next {
                Some(next) if time + whole > next => {
                    left -= rate * (next - time).as_secs_f64();
                    time = next;
                }
                _ => (time, left) = (time + whole, 0.0),
            }
        }
        if let Some((from, until)) = world.stall
            && time > from
            && time < until
        {
            time = until;
        }
        self.free = time;
        (time, begun - now)
    }

    fn jitter(&mut self, world: &World) -> Duration {
        self.random = self.random.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        world.jitter.mul_f64(f64::from(self.random >> 16) / 65536.0)
    }
}

impl Seen {
    fn between(&self, from: u64, to: u64) -> impl Iterator<Item = &Shown> {
        let range = Duration::from_secs(from)..Duration::from_secs(to);
        self.shown.iter().filter(move |shown| range.contains(&shown.at))
    }

    fn fps(&self, from: u64, to: u64) -> f64 {
        self.between(from, to).count() as f64 / (to - from) as f64
    }

    fn quantile(mut values: Vec<Duration>, share: f64) -> Duration {
        values.sort();
        values.get(((values.len().max(1) - 1) as f64 * share) as usize).copied().unwrap_or_default()
    }

    /// The age that `share` of the updates did not reach.
    fn age(&self, share: f64, from: u64, to: u64) -> Duration {
        Self::quantile(self.between(from, to).map(|shown| shown.age).collect(), share)
    }

    /// The same for the time in a queue.
    fn queue(&self, share: f64, from: u64, to: u64) -> Duration {
        Self::quantile(self.between(from, to).map(|shown| shown.queue).collect(), share)
    }

    /// The rungs of video, one after the other; `None`: tiles.
    fn rungs(&self, from: u64, to: u64) -> Vec<Option<VideoRung>> {
        let mut rungs: Vec<_> = self.between(from, to).map(|shown| shown.rung).collect();
        rungs.dedup();
        rungs
    }

    /// One after the other.
    fn qualities(&self, from: u64, to: u64) -> Vec<u8> {
        let mut qualities: Vec<_> = self.between(from, to).map(|shown| shown.quality).collect();
        qualities.dedup();
        qualities
    }
}
