//! How an edge follows what an origin publishes: what is shown, what is missing, whom to ask for it. Pure.

#[cfg(test)]
mod pull_tests;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;
use framecast_stream::TileUpdate;

use crate::drivers_state::DriversState;
use crate::keys::PublicKey;
use crate::message::{self, Purpose, Received, SinceRequest};
use crate::report::CanvasState;
use crate::signed_picture::{SignedPicture, SignedUpdate, Taken};
use crate::signed_state::{About, ReceivedState, StatePosition};

/// What is late comes within this time. A server keeps the order of messages, so little is late and not lost.
const LATE: Duration = Duration::from_millis(30);
/// A request that is not answered is repeated after this time, and after twice the time each time.
const ANSWER_WITHIN: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(4);
/// The same, of an edge that pulls: its link may take so long for an answer.
const PULLED_WITHIN: Duration = Duration::from_secs(2);
/// Who answers may take no longer than this, all pieces together, but for the origin.
const WHOLE_WITHIN: Duration = Duration::from_secs(10);
/// An edge that pulls asks no sooner than this after the question before.
const PULL_EVERY: Duration = Duration::from_millis(100);
/// The same, if nothing was newer.
const PULL_AT_REST: Duration = Duration::from_millis(250);
/// The same, while nobody looks.
const PULL_UNWATCHED: Duration = Duration::from_secs(1);
/// After so many requests without a useful answer the origin is asked.
const PATIENCE: u32 = 2;
/// An origin that is there is heard every second.
const SILENT: Duration = Duration::from_secs(3);
/// What is held back while something before it is missing.
const MAX_HELD: usize = 64;
const MAX_HELD_BYTES: usize = 16 * 1024 * 1024;

/// Whom to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whom {
    /// An edge that is current, or the origin.
    Anybody,
    Origin,
}

/// What to do now.
#[derive(Debug)]
pub(crate) enum Action {
    /// Show this.
    Show(TileUpdate),
    Ask(Whom, Purpose, SinceRequest),
}

/// Follows one canvas.
#[derive(Debug)]
pub(crate) struct Follower {
    /// The origin's key, and whether the operator gave it.
    key: Option<PublicKey>,
    pinned: bool,
    picture: SignedPicture,
    /// What was verified and is to be shown.
    show: VecDeque<TileUpdate>,
    /// What came after a gap.
    held: VecDeque<SignedUpdate>,
    held_bytes: usize,
    /// When to ask for what is missing.
    ask_at: Option<Instant>,
    /// Requests since the last one that was of use.
    asked: u32,
    /// Whom the last one was for, and when it was made.
    question: Option<(Whom, Instant)>,
    /// The last one had a useless answer.
    is_spent: bool,
    /// It asks again and again, and is not sent what is published.
    pulling: bool,
    /// Somebody looks here.
    watched: bool,
    /// The newest revision, as far as the origin's state says.
    newest: Option<SinceRequest>,
    /// When the origin was heard last.
    heard: Option<Instant>,
    /// Up to where the origin's state is known.
    state: Option<StatePosition>,
    /// Up to where it is known what it said of drivers.
    told: Option<StatePosition>,
    /// Updates, answers and states that were not the origin's.
    forged: u64,
}

impl Follower {
    /// One that knows nothing. With `key`, only what that key signed counts. Without it, the key is the one of whoever
    /// publishes: so the bus must let nobody publish but the origin.
    pub(crate) fn new(canvas: &str, key: Option<PublicKey>, now: Instant) -> Self {
        Self {
            key,
            pinned: key.is_some(),
            picture: SignedPicture::new(canvas),
            show: VecDeque::new(),
            held: VecDeque::new(),
            held_bytes: 0,
            ask_at: Some(now),
            asked: 0,
            question: None,
            is_spent: false,
            pulling: false,
            watched: false,
            newest: None,
            heard: None,
            state: None,
            told: None,
            forged: 0,
        }
    }

    /// Takes what was published.
    pub(crate) fn published(&mut self, bytes: &[u8], now: Instant) {
        let Some(Received { key, signed }) = message::parse(bytes) else {
            self.forged += 1;
            return;
        };
        if !self.believes(key, now) {
            return;
        }
        match self.picture.take(&signed, &key) {
            Taken::Newer => {
                self.show.push_back(signed.update);
                self.complete(now);
            }
            // Viewers hear that there is nothing newer.
            Taken::Same => self.show.push_back(signed.update),
            Taken::Known => {}
            Taken::Gap => {
                self.hold(signed);
                self.ask_at.get_or_insert(now + LATE);
            }
            Taken::Forged => {
                // It was changed on the way here, or somebody else publishes with the origin's key in it.
                self.forged += 1;
                self.asked = self.asked.max(PATIENCE);
                self.ask_at.get_or_insert(now);
                return;
            }
        }
        self.heard(now);
    }

    /// Takes what was published of the canvas besides pictures. Returns it if the origin has said it, after all that it
    /// said before: what is old changes nothing, whoever publishes it again.
    pub(crate) fn state_published(
        &mut self,
        canvas: &str,
        bytes: &[u8],
        now: Instant,
    ) -> Option<CanvasState> {
        let received = ReceivedState::parse(bytes);
        let is_strange = |it: &ReceivedState<'_>| self.pinned && self.key != Some(it.key);
        let Some(received) = received.filter(|it| !is_strange(it)) else {
            self.forged += 1;
            return None;
        };
        let is_newer = |newest| self.key != Some(received.key) || newest < received.position;
        if !self.state.is_none_or(is_newer) {
            return None;
        }
        let Some(text) = received.verified(About::Canvas(canvas)) else {
            self.forged += 1;
            return None;
        };
        // What an origin of another version signed may be something else.
        let state = CanvasState::parse(text)?;
        self.believes(received.key, now);
        self.state = Some(received.position);
        self.newest = state.newest;
        self.heard(now);
        Some(state)
    }

    /// Takes what the origin says to this edge of those who drive here. Returns it if the origin has said it, after all
    /// that it said to it before.
    pub(crate) fn told_of_drivers(
        &mut self,
        canvas: &str,
        inbox: &str,
        bytes: &[u8],
    ) -> Option<DriversState> {
        let received = ReceivedState::parse(bytes).filter(|it| Some(it.key) == self.key);
        let verified =
            received.as_ref().and_then(|it| it.verified(About::Drivers { canvas, inbox }));
        let (Some(received), Some(text)) = (received, verified) else {
            self.forged += 1;
            return None;
        };
        if self.told.is_some_and(|newest| received.position <= newest) {
            return None;
        }
        self.told = Some(received.position);
        DriversState::parse(text)
    }

    /// Whether `key` is the origin's. If the operator gave none, it is that of whoever published last; with another one
    /// everything begins anew.
    fn believes(&mut self, key: PublicKey, now: Instant) -> bool {
        if self.key == Some(key) {
            return true;
        }
        if self.pinned {
            self.forged += 1;
            return false;
        }
        self.key = Some(key);
        self.picture.clear();
        (self.state, self.told) = (None, None);
        self.newest = None;
        self.drop_held();
        self.ask_at = Some(now);
        self.asked = 0;
        true
    }

    fn heard(&mut self, now: Instant) {
        self.heard = Some(now);
    }

    /// Takes an answer to a request. Its sender is anybody.
    pub(crate) fn answered(&mut self, bytes: &[u8], now: Instant) {
        let received = message::parse(bytes).filter(|received| Some(received.key) == self.key);
        let Some(Received { key, signed }) = received else {
            self.forged += 1;
            self.ask_again(now);
            return;
        };
        let taken = self.picture.take(&signed, &key);
        match taken {
            Taken::Newer => {
                self.show.push_back(signed.update);
                self.complete(now);
            }
            // Nothing is missing.
            Taken::Same | Taken::Known if self.held.is_empty() && !self.is_newer_known() => {
                if self.pulling {
                    // Nobody else tells viewers that there is nothing newer.
                    self.show.extend((taken == Taken::Same).then_some(signed.update));
                }
                self.asked = 0;
                self.ask_at = self.next_pull(PULL_AT_REST);
            }
            // Who answered has less than was published.
            Taken::Same | Taken::Known => self.ask_again(now),
            Taken::Forged | Taken::Gap => {
                self.forged += 1;
                self.ask_again(now);
            }
        }
    }

    /// A part of an answer has arrived. A thin link takes long for the rest.
    pub(crate) fn answer_arrives(&mut self, now: Instant) {
        if !self.pulling {
            return;
        }
        let (Some(ask_at), Some((whom, since))) = (self.ask_at, self.question) else { return };
        let later = now + self.wait();
        // Whoever else answers might never come to an end.
        let later = if whom == Whom::Origin { later } else { later.min(since + WHOLE_WITHIN) };
        self.ask_at = Some(ask_at.max(later));
    }

    /// The connection to the bus is there again: what was published meanwhile is lost.
    pub(crate) fn reconnected(&mut self, now: Instant) {
        self.asked = 0;
        self.ask_at = Some(now);
    }

    /// From now on it is not sent what is published. It asks when the connection is there again.
    pub(crate) fn pull(&mut self) {
        self.pulling = true;
        self.drop_held();
        (self.asked, self.ask_at) = (0, None);
    }

    /// From now on it is sent what is published.
    pub(crate) fn subscribed(&mut self, now: Instant) {
        self.pulling = false;
        // What comes first is what is newer than the answer to the last question, perhaps.
        (self.asked, self.ask_at) = (0, Some(now));
    }

    /// Says whether anybody looks here.
    pub(crate) fn set_watched(&mut self, watched: bool) {
        let before = std::mem::replace(&mut self.watched, watched);
        if watched && !before && self.pulling && self.asked == 0 && self.ask_at.is_some() {
            self.ask_at = self.next_pull(PULL_EVERY);
        }
    }

    /// When it asks next although nothing is known to be missing; `None` if it need not.
    fn next_pull(&self, after: Duration) -> Option<Instant> {
        let (_, asked) = self.question.filter(|_| self.pulling)?;
        Some(asked + if self.watched { after } else { PULL_UNWATCHED })
    }

    /// Whether the origin said that something is newer than its picture.
    fn is_newer_known(&self) -> bool {
        let (stream, revision) = self.picture.revision();
        let is_newer = |it: SinceRequest| it.stream != stream || it.revision > revision;
        self.pulling && self.newest.is_some_and(is_newer)
    }

    /// What to do next. Call it until there is nothing.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<Action> {
        if let Some(update) = self.show.pop_front() {
            return Some(Action::Show(update));
        }
        // Without a key no answer can be checked.
        if self.key.is_some() && self.ask_at.is_some_and(|at| at <= now) {
            let whom = if self.asked >= PATIENCE { Whom::Origin } else { Whom::Anybody };
            if whom == Whom::Origin {
                // Its answer has all that was published so far; what nobody could check is of no use any more.
                self.drop_held();
            }
            self.asked += 1;
            self.is_spent = false;
            self.question = Some((whom, now));
            self.ask_at = Some(now + self.wait());
            let (stream, revision) = self.picture.revision();
            let is_pull = self.pulling && !self.picture.is_empty();
            let purpose = if is_pull { Purpose::Pull } else { Purpose::Repair };
            return Some(Action::Ask(whom, purpose, SinceRequest { stream, revision }));
        }
        None
    }

    /// When to poll again, if nothing happens before.
    pub(crate) fn wait_until(&self) -> Option<Instant> {
        self.ask_at.filter(|_| self.key.is_some())
    }

    /// Whether it has the newest picture, as far as it knows, and so may answer others.
    pub(crate) fn is_current(&self, now: Instant) -> bool {
        !self.picture.is_empty() && self.ask_at.is_none() && !self.pulling && !self.is_silent(now)
    }

    /// Whether nothing was heard of the origin for some time.
    pub(crate) fn is_silent(&self, now: Instant) -> bool {
        self.heard.is_none_or(|at| now.saturating_duration_since(at) >= SILENT)
    }

    /// When it will be silent, unless the origin is heard before.
    pub(crate) fn silent_at(&self, now: Instant) -> Option<Instant> {
        self.heard.map(|at| at + SILENT).filter(|at| now < *at)
    }

    /// When the origin started that was heard last, as its state says.
    pub(crate) fn origin(&self) -> Option<u64> {
        self.state.map(|it| it.started)
    }

    /// When the origin of the picture started; 0 before the first.
    pub(crate) fn started(&self) -> u64 {
        self.picture.started()
    }

    /// Updates and answers that were not the origin's.
    pub(crate) fn forged(&self) -> u64 {
        self.forged
    }

    /// The answer to somebody's request; `None` if there is no picture.
    pub(crate) fn answer(&self, request: SinceRequest) -> Option<Bytes> {
        let key = self.key.as_ref()?;
        let signed = self.picture.since(request.stream, request.revision)?;
        Some(message::print(key, &signed))
    }

    /// The picture is newer: takes what was held back, as far as nothing is missing any more.
    fn complete(&mut self, now: Instant) {
        let Some(key) = self.key else { return };
        let mut is_missing = false;
        for signed in std::mem::take(&mut self.held) {
            match self.picture.take(&signed, &key) {
                Taken::Newer => self.show.push_back(signed.update),
                Taken::Same | Taken::Known => {}
                Taken::Gap => {
                    is_missing = true;
                    self.held.push_back(signed);
                }
                Taken::Forged => {
                    is_missing = true;
                    self.forged += 1;
                }
            }
        }
        self.held_bytes = self.held.iter().map(|it| it.update.bytes()).sum();
        self.asked = 0;
        let missing = is_missing.then_some(now + LATE);
        self.ask_at = missing.or_else(|| self.next_pull(PULL_EVERY));
    }

    fn hold(&mut self, signed: SignedUpdate) {
        self.held_bytes += signed.update.bytes();
        self.held.push_back(signed);
        while self.held.len() > MAX_HELD || self.held_bytes > MAX_HELD_BYTES {
            let Some(oldest) = self.held.pop_front() else { break };
            self.held_bytes -= oldest.update.bytes();
        }
    }

    fn drop_held(&mut self) {
        self.held.clear();
        self.held_bytes = 0;
    }

    /// The answer was of no use: asks again at once, if something is missing. Of the origin it waits as ever, and each
    /// question is spoiled once at most, so that lies neither hurry it nor keep it waiting.
    fn ask_again(&mut self, now: Instant) {
        let is_spent = std::mem::replace(&mut self.is_spent, true);
        if !is_spent && self.asked <= PATIENCE {
            self.ask_at = self.ask_at.map(|at| at.min(now));
        }
    }

    fn wait(&self) -> Duration {
        let doubled = self.asked.saturating_sub(1).min(8);
        let first = if self.pulling { PULLED_WITHIN } else { ANSWER_WITHIN };
        (first * 2_u32.pow(doubled)).min(LONGEST_WAIT)
    }
}
