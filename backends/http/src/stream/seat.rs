//! What the server knows about one client that said hello, and what is to be sent to it next.
//! Pure: pictures and settings are passed in.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use smol::channel::Sender;

use super::pacing::Pacing;

/// Unanswered pings of one client; of more, the oldest go unanswered.
const PONGS: usize = 8;
/// However slow its connection, a client is sent the exact picture of what was still for this long.
const EXACT_AFTER: Duration = Duration::from_secs(10);
/// Pictures in flight are given up for lost once in this time, however often the view is hidden
/// and seen again: what is given up is sent again without an acknowledgement.
const GIVE_UP_EVERY: Duration = Duration::from_millis(250);

/// A client's place among the audience.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) visible: bool,
    pub(crate) pacing: Pacing,
    /// Which picture it was sent last.
    pub(crate) shown: Option<Shown>,
    /// A picture is being written to its connection.
    pub(crate) sending: bool,
    pub(crate) due: Due,
    pongs: VecDeque<f64>,
    /// When pictures in flight were last given up, and are to be.
    gave_up: Option<Instant>,
    gives_up_at: Option<Instant>,
    /// Until when its task sleeps, if nothing wakes it.
    sleeps_until: Option<Instant>,
    /// Wakes its task. One wake waits at most: the task looks at everything.
    wake: Sender<()>,
}

/// The content of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The same for the JPEG and the PNG of the same pixels.
    pub(crate) content: u64,
    /// Whether the pixels are exact.
    pub(crate) exact: bool,
}

/// The picture that there is for everybody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offer {
    pub(crate) content: u64,
    /// Since when the pixels are these.
    pub(crate) since: Instant,
    /// Bytes.
    pub(crate) jpeg: usize,
    /// Bytes, once it is made.
    pub(crate) png: Option<usize>,
}

/// What a client is to be sent of an [`Offer`], and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) exact: bool,
    pub(crate) at: Instant,
}

/// State that the client has not been told yet. Latest wins: nothing queues for a slow reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) welcome: bool,
    pub(crate) title: bool,
    pub(crate) cursor: bool,
    pub(crate) control: bool,
}

impl Due {
    const ALL: Due = Due { welcome: true, title: true, cursor: true, control: true };
    const NONE: Due = Due { welcome: false, title: false, cursor: false, control: false };
}

impl Seat {
    pub(crate) fn new(visible: bool, wake: Sender<()>) -> Self {
        Self {
            visible,
            pacing: Pacing::new(),
            shown: None,
            sending: false,
            due: Due::ALL,
            pongs: VecDeque::new(),
            gave_up: None,
            gives_up_at: None,
            sleeps_until: None,
            wake,
        }
    }

    /// How many more pictures it can take now.
    pub(crate) fn free(&self) -> usize {
        if self.visible && !self.sending { self.pacing.free() } else { 0 }
    }

    /// Whether it has room for the exact picture: a large one, so nothing else is on its way.
    pub(crate) fn takes_exact(&self) -> bool {
        self.free() > 0 && self.pacing.is_idle()
    }

    /// What of `offer` it is to be sent, if nothing else happens.
    ///
    /// A new picture waits behind an exact one on its way. So a client is sent the exact one only
    /// after the pixels were still for as long as sending it takes: what changes more often than
    /// that never meets it.
    pub(crate) fn wants(&self, offer: Offer, now: Instant) -> Option<Wanted> {
        if self.free() == 0 {
            return None;
        }
        let patience = |bytes| self.pacing.time_for(bytes).map(|time| time.min(EXACT_AFTER));
        match self.shown {
            Some(shown) if shown.content == offer.content => {
                let bytes = offer.png.filter(|_| !shown.exact && self.takes_exact())?;
                let at = offer.since + patience(bytes).unwrap_or_default();
                Some(Wanted { exact: true, at })
            }
            _ => {
                let exact = offer.png.is_some_and(|bytes| {
                    let quick = || patience(bytes).is_some_and(|time| offer.since + time <= now);
                    bytes <= offer.jpeg || self.takes_exact() && quick()
                });
                Some(Wanted { exact, at: now })
            }
        }
    }

    /// `picture` is being written to its connection, in a message of `bytes` bytes.
    pub(crate) fn send(&mut self, picture: Shown, update: u32, bytes: usize, now: Instant) {
        self.pacing.sent(update, bytes, picture.exact, now);
        self.shown = Some(picture);
        self.sending = true;
    }

    /// The view is seen again. What is in flight may never be painted, and is to be given up.
    pub(crate) fn show(&mut self, now: Instant) {
        self.visible = true;
        let soonest = self.gave_up.map_or(now, |before| now.max(before + GIVE_UP_EVERY));
        self.gives_up_at = (!self.pacing.is_idle()).then_some(soonest);
    }

    pub(crate) fn hide(&mut self) {
        self.visible = false;
        self.gives_up_at = None;
    }

    /// Gives up what is in flight, if it is time to. Returns whether there was any.
    pub(crate) fn give_up(&mut self, now: Instant) -> bool {
        if self.gives_up_at.is_none_or(|at| now < at) {
            return false;
        }
        self.gives_up_at = None;
        if self.pacing.is_idle() {
            return false;
        }
        self.gave_up = Some(now);
        self.pacing.forget_in_flight();
        self.shown = None;
        true
    }

    /// When there is something to do for its task.
    fn busy_at(&self, offer: Option<Offer>, now: Instant) -> Option<Instant> {
        if self.has_text() {
            return Some(now);
        }
        let picture = offer.and_then(|offer| self.wants(offer, now)).map(|wanted| wanted.at);
        [picture, self.gives_up_at].into_iter().flatten().min()
    }

    /// Its task has nothing to do now.
    pub(crate) fn sleep(&mut self, offer: Option<Offer>, now: Instant) {
        self.sleeps_until = self.busy_at(offer, now);
    }

    /// Until when its task may sleep, as of the last [`sleep`](Self::sleep).
    pub(crate) fn sleeps_until(&self) -> Option<Instant> {
        self.sleeps_until
    }

    /// Whether its task has something to do, or is to sleep until another time.
    pub(crate) fn is_to_wake(&self, offer: Option<Offer>, now: Instant) -> bool {
        self.busy_at(offer, now).is_some_and(|at| at <= now || Some(at) != self.sleeps_until)
    }

    pub(crate) fn ping(&mut self, id: f64) {
        if self.pongs.len() == PONGS {
            self.pongs.pop_front();
        }
        self.pongs.push_back(id);
    }

    pub(crate) fn take_pong(&mut self) -> Option<f64> {
        self.pongs.pop_front()
    }

    /// Whether there is text to send.
    pub(crate) fn has_text(&self) -> bool {
        self.due != Due::NONE || !self.pongs.is_empty()
    }

    /// Wakes the client's task.
    pub(crate) fn wake(&self) {
        // Full: it is awake already. Closed: it is gone.
        let _ = self.wake.try_send(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);
    const JPEG: Shown = Shown { content: 1, exact: false };
    const PNG: Shown = Shown { content: 1, exact: true };

    fn seat() -> Seat {
        Seat::new(true, smol::channel::bounded(1).0)
    }

    fn offer(since: Instant, png: Option<usize>) -> Offer {
        Offer { content: 1, since, jpeg: 10_000, png }
    }

    /// Whether the exact picture is wanted now, or the other; `None`: neither.
    fn wants(seat: &Seat, offer: Offer, now: Instant) -> Option<bool> {
        seat.wants(offer, now).filter(|wanted| wanted.at <= now).map(|wanted| wanted.exact)
    }

    fn send(seat: &mut Seat, picture: Shown, update: u32, now: Instant) {
        seat.send(picture, update, 10_000, now);
        assert_eq!(seat.free(), 0, "one at a time is written");
        seat.sending = false;
    }

    #[test]
    fn the_same_picture_is_sent_once_and_again_when_it_is_exact() {
        let (mut seat, now) = (seat(), Instant::now());
        let (jpeg, both) = (offer(now, None), offer(now, Some(100_000)));
        assert_eq!(wants(&seat, jpeg, now), Some(false));
        send(&mut seat, JPEG, 1, now);
        assert_eq!(seat.wants(jpeg, now), None);
        assert_eq!(seat.wants(both, now), None, "the JPEG is still on its way");
        assert!(seat.pacing.acknowledged(1, now + MS));
        assert_eq!(wants(&seat, both, now + 10 * MS), Some(true));
        send(&mut seat, PNG, 2, now + 10 * MS);
        assert_eq!(seat.wants(both, now + 10 * MS), None);
        let next = Offer { content: 2, ..jpeg };
        assert_eq!(wants(&seat, next, now + 10 * MS), Some(false));
    }

    #[test]
    fn the_exact_picture_waits_for_as_long_as_it_takes_and_at_most_ten_seconds() {
        let (mut seat, now) = (seat(), Instant::now());
        send(&mut seat, JPEG, 1, now);
        assert!(seat.pacing.acknowledged(1, now + 100 * MS), "100 KB a second");
        for (bytes, after) in [(200_000, 2000 * MS), (900_000, 9000 * MS), (5 << 20, EXACT_AFTER)] {
            let both = offer(now, Some(bytes));
            let wanted = seat.wants(both, now + 200 * MS);
            assert_eq!(wanted, Some(Wanted { exact: true, at: now + after }));
            assert_eq!(wants(&seat, both, now + after - MS), None);
        }
    }

    #[test]
    fn a_newcomer_gets_the_exact_picture_at_once_only_if_it_is_the_smaller_one() {
        let (seat, now) = (seat(), Instant::now());
        assert_eq!(wants(&seat, offer(now, Some(10_000)), now), Some(true));
        assert_eq!(wants(&seat, offer(now, Some(10_001)), now + EXACT_AFTER), Some(false));
    }

    #[test]
    fn a_client_whose_way_is_known_gets_what_was_still_for_long_exactly_at_once() {
        let (mut seat, now) = (seat(), Instant::now());
        send(&mut seat, Shown { content: 0, exact: false }, 1, now);
        assert!(seat.pacing.acknowledged(1, now + 100 * MS), "100 KB a second");
        let both = offer(now, Some(200_000));
        assert_eq!(wants(&seat, both, now + 1999 * MS), Some(false));
        assert_eq!(wants(&seat, both, now + 2000 * MS), Some(true));
    }

    #[test]
    fn a_hidden_view_takes_nothing() {
        let (mut seat, now) = (seat(), Instant::now());
        seat.hide();
        assert!(seat.wants(offer(now, Some(1)), now).is_none() && !seat.takes_exact());
    }

    #[test]
    fn a_view_seen_again_is_sent_what_it_did_not_paint() {
        let (mut seat, now) = (seat(), Instant::now());
        send(&mut seat, JPEG, 1, now);
        seat.hide();
        seat.show(now);
        assert!(seat.give_up(now));
        assert_eq!(wants(&seat, offer(now, None), now), Some(false));
        send(&mut seat, JPEG, 2, now);
        assert!(seat.pacing.acknowledged(2, now + MS));
        seat.hide();
        seat.show(now + GIVE_UP_EVERY);
        assert!(!seat.give_up(now + GIVE_UP_EVERY));
        assert_eq!(seat.wants(offer(now, None), now), None, "it was painted");
    }

    #[test]
    fn what_was_not_painted_is_given_up_four_times_a_second_and_never_forgotten() {
        let (mut seat, start) = (seat(), Instant::now());
        seat.due = Due::NONE;
        let (mut now, mut update) = (start, 0);
        // Hidden and shown all the time, never an acknowledgement.
        while now < start + 10_000 * MS {
            seat.hide();
            seat.show(now);
            seat.give_up(now);
            while wants(&seat, offer(start, None), now).is_some() {
                update += 1;
                send(&mut seat, JPEG, update, now);
            }
            now += MS;
        }
        assert!((39..=41).contains(&update), "{update}");

        seat.hide();
        seat.show(now);
        let at = seat.busy_at(Some(offer(start, None)), now).unwrap();
        assert!(at > now && at <= now + GIVE_UP_EVERY);
        assert!(seat.is_to_wake(Some(offer(start, None)), now), "to sleep until then");
        seat.sleep(Some(offer(start, None)), now);
        assert_eq!(seat.sleeps_until(), Some(at));
        assert!(!seat.is_to_wake(Some(offer(start, None)), now));
        assert!(seat.give_up(at), "the last show counts too");
        assert_eq!(wants(&seat, offer(start, None), at), Some(false));
    }

    #[test]
    fn few_pongs_wait() {
        let mut seat = seat();
        seat.due = Due::NONE;
        for id in 0..1000 {
            seat.ping(f64::from(id));
        }
        let pongs: Vec<_> = std::iter::from_fn(|| seat.take_pong()).collect();
        assert_eq!(pongs.len(), PONGS);
        assert_eq!(pongs.last(), Some(&999.0));
        assert!(!seat.has_text());
    }
}
