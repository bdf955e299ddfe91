//! What the server knows about one client, and what is to be sent to it next. Pure: pictures and
//! settings are passed in.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;
use framecast_api::{EventKind, Role};
use smol::channel::Sender;

use super::feed::{Feed, Taste, Update};
use super::film::Reel;
use super::kept_out::Identity;
use super::ledger::{Ledger, Painted, Times};
use super::mapping::ViewMapping;
use super::pacing::Pacing;
use super::protocol::ServerMessage;
use super::state::Outgoing;
use super::store::{Missing, Store};
use super::whole::{Whole, WholeFeed};
use crate::tiles::Coding;

/// Unanswered pings of one client; of more, the oldest go unanswered.
const PONGS: usize = 8;
/// A client is sent everything anew at most once in this time, however often it asks.
const REFRESH_EVERY: Duration = Duration::from_secs(1);

/// A client's place among the audience.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) role: Role,
    pub(super) who: Identity,
    /// It is told who is there.
    pub(super) manages: bool,
    pub(super) visible: bool,
    /// It has said so. In the older protocol it does not before it is laid out.
    pub(super) said_visible: bool,
    pub(super) pacing: Pacing,
    pub(super) feed: FeedKind,
    /// In the older protocol: from its view to the canvas.
    pub(super) mapping: ViewMapping,
    pub(super) sending: Option<Sending>,
    /// A message of a picture is being written to its connection.
    pub(super) writing: bool,
    pub(super) due: Due,
    pub(super) ledger: Ledger,
    pongs: VecDeque<f64>,
    /// For its clipboard, while it drives.
    pub(super) clipboard: Option<String>,
    /// When everything was last sent anew, and is to be.
    refreshed: Option<Instant>,
    refresh_at: Option<Instant>,
    /// Wakes its task. One wake waits at most: the task looks at everything.
    wake: Sender<()>,
}

/// Which protocol it speaks.
#[derive(Debug)]
pub(super) enum FeedKind {
    /// `framecast.v1`.
    Tiles(Feed),
    /// The older renderview protocol.
    Whole(WholeFeed),
    /// None: it can only read pictures.
    Film(Reel),
}

/// What is being sent.
#[derive(Debug)]
pub(super) enum Sending {
    Update(Update),
    /// A whole picture; its text goes first.
    Picture {
        text: Option<String>,
        bytes: Bytes,
    },
}

/// State that the client has not been told yet. Latest wins: nothing queues for a slow reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) welcome: bool,
    pub(super) title: bool,
    pub(super) cursor: bool,
    pub(super) control: bool,
    /// Who is there, for whoever manages them.
    pub(super) clients: bool,
    /// It is sent away.
    pub(super) away: bool,
    /// The size in CSS pixels, in the older protocol: the width,
    pub(super) size: bool,
    /// and then the height.
    pub(super) height: bool,
}

impl Due {
    pub(super) const NONE: Due = Due {
        welcome: false,
        title: false,
        cursor: false,
        control: false,
        clients: false,
        away: false,
        size: false,
        height: false,
    };
}

impl Seat {
    pub(super) fn new(feed: FeedKind, who: Identity, visible: bool, wake: Sender<()>) -> Self {
        let whole = matches!(feed, FeedKind::Whole(_));
        Self {
            role: who.grant.role,
            who,
            manages: false,
            visible,
            said_visible: !whole,
            pacing: Pacing::new(),
            feed,
            mapping: ViewMapping::default(),
            sending: None,
            writing: false,
            due: Due {
                welcome: !whole,
                title: true,
                cursor: true,
                control: true,
                clients: false,
                away: false,
                size: whole,
                height: false,
            },
            ledger: Ledger::default(),
            pongs: VecDeque::new(),
            clipboard: None,
            refreshed: None,
            refresh_at: None,
            wake,
        }
    }

    /// Whether it is sent whole pictures.
    pub(super) fn is_whole(&self) -> bool {
        !matches!(self.feed, FeedKind::Tiles(_))
    }

    /// Whether it can only read pictures.
    pub(super) fn is_film(&self) -> bool {
        matches!(self.feed, FeedKind::Film(_))
    }

    fn is_busy(&self) -> bool {
        !self.visible || self.writing || self.sending.is_some()
    }

    /// How many more pictures it can take now.
    pub(super) fn free(&self) -> usize {
        match &self.feed {
            _ if self.is_busy() => 0,
            FeedKind::Film(reel) if reel.rests_until().is_some() => 0,
            _ => self.pacing.free(),
        }
    }

    /// Whether it has room for a whole exact picture: a large one, so nothing else is on its way.
    pub(super) fn takes_exact(&self) -> bool {
        self.free() > 0 && self.pacing.is_idle() && !self.is_film()
    }

    /// How it wants its tiles; `lossless`: always exactly.
    fn taste(&self, lossless: bool, still_after: Duration) -> Taste {
        let coding = if lossless { Coding::Exact } else { Coding::Jpeg(self.pacing.quality()) };
        Taste { coding, spare: self.pacing.spare(), still_after }
    }

    /// Adds to `missing` what must be encoded for its next update, if it has room for one.
    pub(super) fn plan(
        &self,
        store: &Store,
        (lossless, still_after): (bool, Duration),
        now: Instant,
        missing: &mut Missing,
    ) {
        if let FeedKind::Tiles(feed) = &self.feed
            && self.free() > 0
        {
            feed.plan(store, self.taste(lossless, still_after), now, missing);
        }
    }

    /// Begins its next update, if it has room for one and all of it is encoded.
    pub(super) fn serve(
        &mut self,
        store: &Store,
        (lossless, still_after): (bool, Duration),
        now: Instant,
        seconds: f64,
    ) {
        let taste = self.taste(lossless, still_after);
        if self.free() > 0
            && let FeedKind::Tiles(feed) = &mut self.feed
            && let Some(update) = feed.next(store, taste, now)
        {
            self.pacing.sent(update.number(), update.bytes, now);
            self.ledger.sent(update.number(), update.times(seconds), update.bytes, update.tiles);
            self.sending = Some(Sending::Update(update));
        }
    }

    /// Begins its next whole picture, if it has room for one. `newest`: there is no newer frame than
    /// those of `whole`.
    pub(super) fn serve_whole(&mut self, whole: &Whole, newest: bool, now: Instant, seconds: f64) {
        if let FeedKind::Film(reel) = &mut self.feed {
            reel.look(now);
        }
        if self.free() == 0 {
            return;
        }
        let next = match &mut self.feed {
            FeedKind::Tiles(_) => None,
            FeedKind::Whole(feed) => feed.next(whole, &self.pacing, now),
            FeedKind::Film(reel) => reel.next(whole, newest, &self.pacing, now),
        };
        if let Some(next) = next {
            if !self.is_film() {
                let resized = self.mapping.sent(next.index, next.canvas);
                self.due.size |= resized && self.mapping.lacks_size();
            }
            let bytes = next.encoded.bytes;
            let text = ServerMessage::Framebufferdata {
                nbuffers: 1,
                mimetype: if next.encoded.exact { "image/png" } else { "image/jpeg" },
                timestamp: next.drawn,
                index: next.index,
            };
            let text = (!self.is_film()).then(|| text.print());
            self.pacing.sent(next.index, bytes.len(), now);
            let times = Times { drawn: next.drawn, sent: seconds, ..Times::default() };
            self.ledger.sent(next.index, Some(times), bytes.len(), 0);
            self.sending = Some(Sending::Picture { text, bytes });
        }
    }

    /// When to look at it again, if nothing else happens.
    pub(super) fn look_at(&self, whole: &Whole) -> Option<Instant> {
        let picture = match &self.feed {
            FeedKind::Film(reel) if !self.is_busy() && reel.rests_until().is_some() => {
                reel.rests_until()
            }
            _ if self.free() == 0 => None,
            FeedKind::Tiles(feed) => feed.rests_at(),
            FeedKind::Whole(feed) => feed.due(whole, &self.pacing).map(|(at, _)| at),
            FeedKind::Film(reel) => reel.feed.due(whole, &self.pacing).map(|(at, _)| at),
        };
        [picture, self.refresh_at].into_iter().flatten().min()
    }

    /// The client painted `update`, and what came before it.
    pub(super) fn acknowledged(&mut self, update: u32, painted: Painted, now: Instant) {
        if !self.pacing.acknowledged(update, painted.took(), now) {
            return;
        }
        self.ledger.painted(update, painted, now);
        let lacked_size = self.mapping.lacks_size();
        self.mapping.acknowledged(update);
        self.due.size |= self.mapping.lacks_size() && !lacked_size;
        if let FeedKind::Tiles(feed) = &mut self.feed {
            feed.painted(update);
        }
    }

    /// Whoever can say nothing has taken the picture, which stands for an acknowledgement.
    pub(super) fn taken(&mut self, now: Instant) {
        self.writing = false;
        if let FeedKind::Film(reel) = &self.feed {
            self.acknowledged(reel.feed.index(), Painted::default(), now);
        }
    }

    /// The client lost something: everything is to be sent anew.
    pub(super) fn refresh(&mut self, now: Instant) {
        let soonest = self.refreshed.map_or(now, |before| now.max(before + REFRESH_EVERY));
        self.refresh_at.get_or_insert(soonest);
        self.refresh_if_due(now);
    }

    pub(super) fn refresh_if_due(&mut self, now: Instant) {
        if self.refresh_at.is_none_or(|at| now < at) {
            return;
        }
        (self.refreshed, self.refresh_at) = (Some(now), None);
        // What was lost is never acknowledged.
        self.pacing.forget_in_flight();
        match &mut self.feed {
            FeedKind::Tiles(feed) => feed.reset(),
            FeedKind::Whole(feed) => feed.reset(),
            FeedKind::Film(reel) => reel.feed.reset(),
        }
    }

    /// Changes what its client did from its view's pixels to the canvas'.
    pub(super) fn map(&mut self, kind: &mut EventKind) {
        if matches!(self.feed, FeedKind::Whole(_)) {
            let lacked_size = self.mapping.lacks_size();
            self.mapping.map(kind);
            self.due.size |= self.mapping.lacks_size() && !lacked_size;
        }
    }

    pub(super) fn ping(&mut self, id: f64) {
        if self.pongs.len() == PONGS {
            self.pongs.pop_front();
        }
        self.pongs.push_back(id);
    }

    pub(super) fn take_pong(&mut self) -> Option<f64> {
        self.pongs.pop_front()
    }

    /// The next message of what is being sent; its task writes it. `now` in seconds.
    pub(super) fn take_message(&mut self, now: f64) -> Option<Outgoing> {
        let outgoing = match self.sending.as_mut()? {
            Sending::Update(update) => {
                let (part, last) = update.take_part(now)?;
                if last {
                    self.sending = None;
                }
                Outgoing::Part(part)
            }
            Sending::Picture { text, bytes } => match text.take() {
                Some(text) => Outgoing::Text(text),
                None => {
                    let bytes = std::mem::take(bytes);
                    self.sending = None;
                    Outgoing::Picture(bytes)
                }
            },
        };
        self.writing = true;
        Some(outgoing)
    }

    /// Whether its task has something to write.
    pub(super) fn has_message(&self) -> bool {
        let told = self.due != Due::NONE || !self.pongs.is_empty() || self.clipboard.is_some();
        self.sending.is_some() || if self.is_film() { self.due.away } else { told }
    }

    /// Wakes the client's task.
    pub(super) fn wake(&self) {
        // Full: it is awake already. Closed: it is gone.
        let _ = self.wake.try_send(());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::scene::identity;

    #[test]
    fn of_too_many_pings_the_oldest_go_unanswered() {
        let (wake, _woken) = smol::channel::bounded(1);
        let mut seat =
            Seat::new(FeedKind::Tiles(Feed::default()), identity(Role::Watch), true, wake);
        let pings = PONGS + 3;
        (0..pings).for_each(|id| seat.ping(id as f64));
        let pongs: Vec<_> = std::iter::from_fn(|| seat.take_pong()).collect();
        assert_eq!(pongs.len(), PONGS);
        assert_eq!(pongs.last(), Some(&(pings as f64 - 1.0)));
    }
}
