//! The connections whose request has not arrived in full: so many, and for one more the one goes
//! that deserves it most. Nobody is kept waiting for them. Pure: `now` is passed in.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A connection that said nothing for this long is ended before any that said something. Browsers
/// open some in advance; one that is to be used speaks within a round trip.
const SILENCE: Duration = Duration::from_secs(1);

/// The unfinished handshakes. Dropping a place's `end` is what ends its connection.
#[derive(Debug)]
pub(crate) struct Waiting<T> {
    most: usize,
    next: u64,
    /// Oldest first; at most `most`.
    places: VecDeque<Place<T>>,
}

#[derive(Debug)]
struct Place<T> {
    number: u64,
    since: Instant,
    spoke: bool,
    /// Held for its drop.
    _end: T,
}

impl<T> Waiting<T> {
    pub(crate) fn new(most: usize) -> Self {
        Self { most: most.max(1), next: 0, places: VecDeque::new() }
    }

    /// One more connection. If there are too many, another is ended: the oldest that was silent
    /// for long, or else the oldest.
    pub(crate) fn enter(&mut self, end: T, now: Instant) -> u64 {
        if self.places.len() >= self.most {
            let silent = |place: &Place<T>| {
                !place.spoke && now.saturating_duration_since(place.since) >= SILENCE
            };
            let index = self.places.iter().position(silent).unwrap_or(0);
            self.places.remove(index);
        }
        let number = self.next;
        self.next += 1;
        self.places.push_back(Place { number, since: now, spoke: false, _end: end });
        number
    }

    /// A part of its request came.
    pub(crate) fn spoke(&mut self, number: u64) {
        if let Some(place) = self.places.iter_mut().find(|place| place.number == number) {
            place.spoke = true;
        }
    }

    /// Its request came in full, or it is over. Does nothing if it was ended.
    pub(crate) fn leave(&mut self, number: u64) {
        self.places.retain(|place| place.number != number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::{Rc, Weak};

    const SOON: Duration = Duration::from_millis(1);

    struct Scene {
        waiting: Waiting<Rc<()>>,
        now: Instant,
    }

    impl Scene {
        fn new(most: usize) -> Self {
            Self { waiting: Waiting::new(most), now: Instant::now() }
        }

        fn enter(&mut self) -> (u64, Weak<()>) {
            self.now += SOON;
            let end = Rc::new(());
            let alive = Rc::downgrade(&end);
            (self.waiting.enter(end, self.now), alive)
        }
    }

    fn alive(places: &[(u64, Weak<()>)]) -> Vec<bool> {
        places.iter().map(|(_, alive)| alive.strong_count() > 0).collect()
    }

    #[test]
    fn the_oldest_goes_for_one_too_many() {
        let mut scene = Scene::new(3);
        let places: Vec<_> = (0..5).map(|_| scene.enter()).collect();
        assert_eq!(alive(&places), [false, false, true, true, true]);
    }

    #[test]
    fn one_that_was_silent_for_long_goes_before_any_that_spoke() {
        let mut scene = Scene::new(3);
        let places: Vec<_> = (0..3).map(|_| scene.enter()).collect();
        scene.waiting.spoke(places[0].0);
        scene.waiting.spoke(places[2].0);
        scene.now += SILENCE;
        scene.enter();
        assert_eq!(alive(&places), [true, false, true]);
        scene.enter();
        assert_eq!(alive(&places), [false, false, true], "the newcomer had no time to speak");
    }

    #[test]
    fn who_is_done_makes_room() {
        let mut scene = Scene::new(2);
        let places: Vec<_> = (0..2).map(|_| scene.enter()).collect();
        scene.waiting.leave(places[0].0);
        scene.enter();
        assert_eq!(alive(&places), [false, true]);
        scene.enter();
        scene.waiting.leave(places[1].0);
        scene.waiting.spoke(places[1].0);
        assert_eq!(scene.waiting.places.len(), 2, "one that was ended is not there");
    }

    #[test]
    fn there_is_always_room_for_one() {
        let mut scene = Scene::new(0);
        let places = [scene.enter(), scene.enter()];
        assert_eq!(alive(&places), [false, true]);
    }
}
