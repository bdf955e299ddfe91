//! Recordings that are made in virtual time, for tests.

use std::time::{Duration, Instant};

use framecast_api::{Clock, Frame, FramePool, PhysicalSize};
use framecast_stream::UpdateEncoder;
use serde_json::json;

use crate::format::{Head, Writer};

/// What was shown, and when.
pub(crate) struct Shown {
    /// Microseconds.
    pub(crate) time: u64,
    pub(crate) size: PhysicalSize,
    pub(crate) pixels: Vec<[u8; 4]>,
}

/// A recording that is being made.
pub(crate) struct Scene {
    begin: Instant,
    now: Instant,
    source: UpdateEncoder,
    writer: Writer<Vec<u8>>,
    pool: FramePool,
    sequence: u64,
    pub(crate) shown: Vec<Shown>,
}

impl Scene {
    pub(crate) fn new(lossless: bool) -> Self {
        let begin = Instant::now();
        let mut head = Head::new("a scene", std::time::SystemTime::UNIX_EPOCH);
        head.lossless = lossless;
        Self {
            begin,
            now: begin,
            source: UpdateEncoder::new(Clock::since(begin), lossless, begin),
            writer: Writer::new(Vec::new(), &head).unwrap(),
            pool: FramePool::new(),
            sequence: 0,
            shown: Vec::new(),
        }
    }

    fn time(&self) -> u64 {
        (self.now - self.begin).as_micros() as u64
    }

    fn frame(&mut self, size: (u32, u32), color: impl Fn(u32, u32) -> [u8; 3]) -> Frame {
        let size = PhysicalSize::new(size.0, size.1);
        let mut buffer = self.pool.lend(size).unwrap();
        for (y, row) in buffer.rows_mut().enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                let [red, green, blue] = color(x as u32, y as u32);
                *pixel = [red, green, blue, 255];
            }
        }
        self.sequence += 1;
        let seconds = (self.now - self.begin).as_secs_f64();
        self.pool.freeze(buffer, self.sequence, seconds, 1.0)
    }

    /// Shows a picture now.
    pub(crate) fn show(&mut self, size: (u32, u32), color: impl Fn(u32, u32) -> [u8; 3]) {
        let frame = self.frame(size, color);
        let (time, now) = (self.time(), self.now);
        self.shown.push(Shown { time, size: frame.size(), pixels: frame.pixels().to_vec() });
        self.source.frame(frame, now);
        self.advance();
    }

    pub(crate) fn say(&mut self, kind: &str, value: &str) {
        let time = self.time();
        self.writer.text(time, &json!({"type": kind, "value": value})).unwrap();
    }

    /// Lets time pass; what rests becomes exact.
    pub(crate) fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(next) = self.advance().filter(|next| *next < until) {
            assert!(next > self.now, "it waits for the past");
            self.now = next;
        }
        self.now = until;
        let time = self.time();
        self.writer.rest(time).unwrap();
    }

    fn advance(&mut self) -> Option<Instant> {
        let (time, writer) = (self.time(), &mut self.writer);
        self.source.advance(self.now, |update| writer.picture(time, update)).unwrap()
    }

    /// What was written so far, without an end.
    pub(crate) fn so_far(&self) -> Vec<u8> {
        self.writer.output().clone()
    }

    /// The whole recording.
    pub(crate) fn finish(mut self) -> (Vec<u8>, Vec<Shown>) {
        let (time, now, writer) = (self.time(), self.now, &mut self.writer);
        self.source.rest(now, |update| writer.picture(time, update)).unwrap();
        (self.writer.finish(time).unwrap(), self.shown)
    }
}

/// Noise that is the same for the same place and seed.
pub(crate) fn noise(seed: u32, x: u32, y: u32) -> [u8; 3] {
    let n = (x.wrapping_mul(0x9e37_79b9) ^ y.wrapping_mul(0x85eb_ca6b) ^ seed.rotate_left(16))
        .wrapping_mul(0xc2b2_ae35);
    let [a, b, c, _] = (n ^ (n >> 15)).wrapping_mul(0x27d4_eb2f).to_le_bytes();
    [a, b, c]
}

/// A minute of a moving picture with texts, of three sizes.
pub(crate) fn minute(lossless: bool) -> Scene {
    let mut scene = Scene::new(lossless);
    for step in 0..600_u32 {
        let size = match step {
            0..250 => (300, 120),
            250..400 => (129, 49),
            _ => (300, 120),
        };
        if step % 100 == 7 {
            scene.say("title", &format!("step {step}"));
        }
        if step % 150 == 20 {
            scene.say("cursor", if step % 300 == 20 { "text" } else { "default" });
        }
        scene.show(size, |x, y| {
            let inside = (x / 8 + step) % 32 < 6;
            if inside { noise(step, x, y) } else { [(x % 256) as u8, (y * 2) as u8, 90] }
        });
        scene.pass(Duration::from_millis(100));
    }
    scene
}
