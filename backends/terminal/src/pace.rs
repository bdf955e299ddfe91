//! When the next frame may be sent, so that no queue builds up on the way to the screen. Pure.
//!
//! Behind each frame a question is sent that every terminal answers (DSR 5): its answer says that
//! the frame was dealt with, wherever on the way it waited. One frame is under way at a time; a
//! few small ones where the way is long and no queue shows, so that a distant terminal is not
//! limited to one frame per round trip. A terminal that never answered is paced by what it reads.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Without an answer for this long the question is asked again: it may have been lost.
pub(crate) const ASK_AGAIN: Duration = Duration::from_secs(3);
/// The most frames under way.
pub(crate) const MAX_UNDER_WAY: usize = 4;
/// The longest that a frame is held back for the one before.
const MAX_HOLD: Duration = Duration::from_secs(10);
/// Below this the next frame is asked for early enough anyway.
const LONG_RTT: Duration = Duration::from_millis(20);
/// An answer later than the shortest round trip by this share, and by `SLACK`, tells of a queue.
const QUEUE: f64 = 1.25;
const SLACK: Duration = Duration::from_millis(5);

/// The pace of one terminal.
#[derive(Debug)]
pub(crate) struct Pace {
    /// Whether it answers; if not, what was written counts as shown.
    acknowledges: bool,
    /// When each frame under way began to be written, oldest first.
    under_way: VecDeque<Instant>,
    /// Everything was handed to the system.
    written: bool,
    /// How many may be under way now.
    window: usize,
    /// The shortest time an answer took.
    min_rtt: Option<Duration>,
    /// When the last question or answer was heard of.
    asked: Option<Instant>,
    /// The most that is sent, in bytes a second, where answers come from nearer than the screen.
    rate: Option<f64>,
    /// No frame is sent before, until [`pass`](Self::pass) says that it is over.
    held: Option<Instant>,
}

impl Pace {
    /// `rtt`: how long the answer to a small question took.
    pub(crate) fn new(acknowledges: bool, rtt: Option<Duration>) -> Self {
        Self {
            acknowledges,
            under_way: VecDeque::new(),
            written: true,
            window: 1,
            min_rtt: rtt,
            asked: None,
            rate: None,
            held: None,
        }
    }

    /// Whether a frame may be sent now.
    pub(crate) fn is_open(&self) -> bool {
        self.written && self.under_way.len() < self.window && self.held.is_none()
    }

    /// Whether the question belongs behind each frame.
    pub(crate) fn asks(&self) -> bool {
        self.acknowledges
    }

    /// A frame begins to be written.
    pub(crate) fn begin(&mut self, now: Instant) {
        self.written = false;
        self.under_way.push_back(now);
        self.asked = Some(now);
    }

    /// All of it was handed to the system.
    pub(crate) fn written(&mut self, now: Instant) {
        if std::mem::replace(&mut self.written, true) {
            return;
        }
        self.asked = Some(now);
        if !self.acknowledges {
            self.under_way.clear();
        }
    }

    /// The terminal answered.
    pub(crate) fn answered(&mut self, now: Instant) {
        let Some(begun) = self.under_way.pop_front() else { return };
        self.asked = Some(now);
        let took = now.saturating_duration_since(begun);
        let min_rtt = *self.min_rtt.insert(self.min_rtt.map_or(took, |rtt| rtt.min(took)));
        let queued = took > min_rtt.mul_f64(QUEUE) + SLACK;
        self.window =
            if queued || min_rtt < LONG_RTT { 1 } else { (self.window + 1).min(MAX_UNDER_WAY) };
    }

    /// When to call [`overdue`](Self::overdue) and [`pass`](Self::pass).
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.ask_again_at().into_iter().chain(self.held).min()
    }

    fn ask_again_at(&self) -> Option<Instant> {
        let waits = self.written && !self.under_way.is_empty();
        waits.then_some(self.asked? + ASK_AGAIN)
    }

    /// No more than this is sent from now on, in bytes a second, and no frame is held back.
    pub(crate) fn limit(&mut self, rate: f64) {
        self.rate = Some(rate);
        self.held = None;
    }

    /// No frame is sent before `until`.
    pub(crate) fn hold(&mut self, until: Instant) {
        self.held = Some(self.held.map_or(until, |held| held.max(until)));
    }

    /// So many bytes are sent from `now` on, which takes time where there is a rate.
    pub(crate) fn charge(&mut self, bytes: usize, now: Instant) {
        if let Some(rate) = self.rate {
            let seconds = (bytes as f64 / rate).min(MAX_HOLD.as_secs_f64());
            self.hold(now + Duration::from_secs_f64(seconds));
        }
    }

    /// Lets frames through again when they were held back long enough.
    pub(crate) fn pass(&mut self, now: Instant) {
        self.held = self.held.filter(|at| now < *at);
    }

    /// Whether the question must be asked again. The frame stays under way: a line that is slow
    /// must not be given more.
    pub(crate) fn overdue(&mut self, now: Instant) -> bool {
        let overdue = self.ask_again_at().is_some_and(|at| now >= at);
        if overdue {
            self.asked = Some(now);
            self.window = 1;
            // One answer to any of the questions will do.
            self.under_way.truncate(1);
        }
        overdue
    }

    /// Nothing is under way any more: the screen was left.
    pub(crate) fn reset(&mut self) {
        self.under_way.clear();
        (self.written, self.window, self.asked, self.held) = (true, 1, None, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn one_frame_is_under_way_until_it_is_answered() {
        let start = Instant::now();
        let mut pace = Pace::new(true, Some(ms(1)));
        assert!(pace.is_open() && pace.asks());
        pace.begin(start);
        assert!(!pace.is_open());
        pace.written(start + ms(5));
        assert!(!pace.is_open(), "written is not shown");
        pace.answered(start + ms(9));
        assert!(pace.is_open());
    }

    #[test]
    fn a_terminal_that_does_not_answer_is_paced_by_what_it_reads() {
        let start = Instant::now();
        let mut pace = Pace::new(false, None);
        pace.begin(start);
        assert!(!pace.is_open() && !pace.asks());
        pace.written(start + ms(5));
        assert!(pace.is_open());
        assert_eq!(pace.deadline(), None);
    }

    /// Sends frames whenever it may over a line; returns the most under way, and the longest time
    /// from sending a frame to its answer.
    fn simulate(rtt: Duration, transfer: Duration, frames: usize) -> (usize, Duration) {
        let start = Instant::now();
        let mut pace = Pace::new(true, Some(rtt));
        let (mut now, mut line_free) = (start, start);
        let mut answers: VecDeque<(Instant, Instant)> = VecDeque::new();
        let (mut most, mut oldest, mut sent) = (0, Duration::ZERO, 0);
        while sent < frames {
            if pace.is_open() {
                pace.begin(now);
                pace.written(now);
                line_free = line_free.max(now) + transfer;
                answers.push_back((line_free + rtt, now));
                sent += 1;
                most = most.max(answers.len());
            } else {
                let (at, begun) = answers.pop_front().expect("an answer comes");
                now = now.max(at);
                oldest = oldest.max(now - begun);
                pace.answered(now);
            }
        }
        (most, oldest)
    }

    #[test]
    fn a_slow_line_has_one_frame_on_it_and_no_queue() {
        let (most, oldest) = simulate(ms(1), ms(180), 100);
        assert_eq!((most, oldest), (1, ms(181)));
        let (most, oldest) = simulate(ms(60), ms(180), 100);
        assert_eq!((most, oldest), (1, ms(240)), "slow and long");
    }

    #[test]
    fn small_frames_on_a_long_way_follow_each_other() {
        let (most, oldest) = simulate(ms(120), ms(2), 100);
        assert_eq!(most, MAX_UNDER_WAY);
        assert!(oldest < ms(120 + 50), "{oldest:?}");
    }

    #[test]
    fn a_lost_answer_is_asked_for_again_and_opens_nothing_by_itself() {
        let start = Instant::now();
        let mut pace = Pace::new(true, Some(ms(1)));
        pace.begin(start);
        assert_eq!(pace.deadline(), None, "it is still being written");
        pace.written(start + ms(10));
        assert!(!pace.overdue(start + ASK_AGAIN));
        assert!(pace.overdue(start + ms(10) + ASK_AGAIN));
        assert!(!pace.overdue(start + ms(20) + ASK_AGAIN), "once each time");
        assert!(!pace.is_open());
        pace.answered(start + ms(30) + ASK_AGAIN);
        assert!(pace.is_open());
        pace.answered(start + ms(40) + ASK_AGAIN);
        assert!(pace.is_open(), "the other answer, late");
    }

    #[test]
    fn where_a_rate_is_known_answers_from_nearer_open_nothing() {
        let start = Instant::now();
        let mut pace = Pace::new(true, Some(ms(1)));
        pace.hold(start + ms(2000));
        assert!(!pace.is_open());
        assert_eq!(pace.deadline(), Some(start + ms(2000)));
        pace.limit(1000.0);
        assert!(pace.is_open(), "it was measured");
        pace.begin(start);
        pace.charge(300, start);
        pace.written(start + ms(5));
        pace.answered(start + ms(9));
        assert!(!pace.is_open(), "tmux has it, the terminal has not");
        assert_eq!(pace.deadline(), Some(start + ms(300)));
        pace.pass(start + ms(299));
        assert!(!pace.is_open());
        pace.pass(start + ms(300));
        assert!(pace.is_open());
        pace.charge(usize::MAX, start);
        assert_eq!(pace.deadline(), Some(start + MAX_HOLD));
        pace.reset();
        assert!(pace.is_open());
        pace.charge(1000, start);
        assert!(!pace.is_open(), "the rate is kept");
    }

    #[test]
    fn leaving_the_screen_forgets_what_was_under_way() {
        let mut pace = Pace::new(true, None);
        pace.begin(Instant::now());
        pace.reset();
        assert!(pace.is_open());
    }
}
