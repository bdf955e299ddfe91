//! When viewers had the current picture. Pure.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::client::Painted;

/// A picture that somebody else had so long before is not the current one.
const CURRENT: Duration = Duration::from_secs(1);
/// Who got no current picture for longer had none. A dashboard shows another one 20 times a second.
pub(crate) const WITHOUT: Duration = Duration::from_secs(1);

/// When each frame was seen first, by anybody.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    first: HashMap<u64, Instant>,
}

impl Timeline {
    /// Of what these viewers saw from a moment on.
    pub(crate) fn of<'a>(viewers: impl Iterator<Item = &'a [Painted]>, from: Instant) -> Self {
        let mut first = HashMap::new();
        for painted in viewers.flatten().filter(|painted| painted.at >= from) {
            let at = first.entry(painted.sequence).or_insert(painted.at);
            *at = painted.at.min(*at);
        }
        Self { first }
    }

    /// How long before this viewer somebody saw it.
    pub(crate) fn behind(&self, painted: &Painted) -> Option<Duration> {
        let first = self.first.get(&painted.sequence)?;
        Some(painted.at.saturating_duration_since(*first))
    }

    /// What a death at `from` was for a viewer, who was looked at until `until`.
    pub(crate) fn outage(&self, viewer: &[Painted], from: Instant, until: Instant) -> Outage {
        let inside = viewer.iter().filter(|painted| (from..until).contains(&painted.at));
        let current = inside.filter(|it| self.behind(it).is_some_and(|behind| behind < CURRENT));
        let mut last = from;
        let mut outage = Outage { longest: Duration::ZERO, back: Some(Duration::ZERO) };
        for at in current.map(|painted| painted.at).chain([until]) {
            let without = at - last;
            outage.longest = outage.longest.max(without);
            if without > WITHOUT {
                outage.back = (at < until).then(|| at - from);
            }
            last = at;
        }
        outage
    }
}

/// How long a viewer was without the current picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outage {
    /// At a stretch.
    pub(crate) longest: Duration,
    /// When it had it again for good, after the death; `None`: never. Zero: it was never without for long.
    pub(crate) back: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn painted(start: Instant, seen: &[(u32, u64)]) -> Vec<Painted> {
        let one = |&(at, sequence): &(u32, u64)| Painted {
            at: start + MS * at,
            age: f64::NAN,
            sequence,
            bytes: 1,
        };
        seen.iter().map(one).collect()
    }

    #[test]
    fn who_is_behind_or_gets_nothing_has_no_current_picture() {
        let start = Instant::now();
        let steady: Vec<(u32, u64)> = (0..100).map(|n| (n * 100, u64::from(n))).collect();
        let steady = painted(start, &steady);
        // Nothing for two seconds, then an old picture, then the current ones.
        let mut broken = steady.clone();
        broken.retain(|it| !(start + MS * 1000..start + MS * 3000).contains(&it.at));
        broken.extend(painted(start, &[(2500, 10)]));
        broken.sort_by_key(|it| it.at);
        let gone = &steady[..50];
        let timeline = Timeline::of([&steady[..], &broken].into_iter(), start);
        let (from, until) = (start + MS * 950, start + MS * 9950);
        let outage = |longest: u32, back: Option<u32>| Outage {
            longest: MS * longest,
            back: back.map(|back| MS * back),
        };
        assert_eq!(timeline.outage(&steady, from, until), outage(100, Some(0)));
        assert_eq!(timeline.outage(&broken, from, until), outage(2050, Some(2050)));
        assert_eq!(timeline.outage(gone, from, until), outage(5050, None));
        assert_eq!(timeline.behind(&painted(start, &[(1250, 12)])[0]), Some(MS * 50));
        assert_eq!(timeline.behind(&painted(start, &[(1250, 500)])[0]), None);
    }

    #[test]
    fn frames_of_another_run_before_do_not_count() {
        let start = Instant::now();
        let viewer = painted(start, &[(0, 1), (100, 2), (5000, 1), (5100, 2)]);
        let again = start + MS * 4000;
        let timeline = Timeline::of([&viewer[..]].into_iter(), again);
        let outage = timeline.outage(&viewer, again, start + MS * 5200);
        assert_eq!(outage, Outage { longest: MS * 1000, back: Some(Duration::ZERO) });
    }
}
