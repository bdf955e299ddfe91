//! Rates and ages of what a client saw.

use std::time::{Duration, Instant};

use crate::client::Painted;

/// What one client saw between two moments.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Summary {
    /// Frames painted a second; several updates of one frame count once.
    pub(crate) fps: f64,
    pub(crate) frames: usize,
    pub(crate) bytes: usize,
    /// Milliseconds from drawn to painted: median, 95th percentile, most. Only of the first update
    /// of each frame; the ones that make it exact are late on purpose.
    pub(crate) age: [f64; 3],
    /// The longest time without a new frame, in milliseconds.
    pub(crate) pause: f64,
}

pub(crate) fn summary(painted: &[Painted], from: Instant, until: Instant) -> Summary {
    let inside = |painted: &&Painted| (from..until).contains(&painted.at);
    let painted: Vec<_> = painted.iter().filter(inside).collect();
    let mut ages = Vec::new();
    let (mut last, mut before, mut pause) = (None, from, Duration::ZERO);
    for update in &painted {
        if last.replace(update.sequence) != Some(update.sequence) {
            ages.push(update.age * 1e3);
            pause = pause.max(update.at - std::mem::replace(&mut before, update.at));
        }
    }
    pause = pause.max(until - before);
    let frames = ages.len();
    ages.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let index = (ages.len().saturating_sub(1) as f64 * share).round() as usize;
        ages.get(index).copied().unwrap_or(f64::NAN)
    };
    Summary {
        fps: frames as f64 / (until - from).as_secs_f64(),
        frames,
        bytes: painted.iter().map(|update| update.bytes).sum(),
        age: [at(0.5), at(0.95), at(1.0)],
        pause: pause.as_secs_f64() * 1e3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_counts_once_and_only_inside_the_time() {
        let start = Instant::now();
        let painted: Vec<_> = (0..100_u32)
            .map(|n| Painted {
                at: start + Duration::from_millis(100) * n,
                age: f64::from(n) / 1e3,
                sequence: u64::from(n) / 2,
                bytes: 10,
            })
            .collect();
        let from = start + Duration::from_secs(1);
        let summary = summary(&painted, from, from + Duration::from_secs(8));
        assert_eq!(summary.frames, 40);
        assert_eq!(summary.bytes, 800);
        assert!((summary.fps - 5.0).abs() < 0.01);
        assert_eq!(summary.age, [50.0, 84.0, 88.0]);
        assert_eq!(summary.pause, 200.0);
    }
}
