//! What is known about one client, and what is to be sent to it next. Pure: pictures and what was
//! published are passed in.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use framecast_api::{ClientId, EventKind, Role, TextInput};

use crate::accessibility::TreeTurn;
use crate::budget::SLOW_VIDEO;
use crate::feed::{self, EncodeTarget, Feed, Next};
use crate::identity::Identity;
use crate::ledger::{Ledger, Painted, Times};
use crate::mapping::ViewMapping;
use crate::message::Message;
use crate::pacing::Pacing;
use crate::protocol::{Dialect, LinkAnswer};
use crate::store::pictures::{Pictures, Source};
use crate::store::tiles::Missing;
use crate::store::video::VideoStore;
use crate::tiles::Fidelity;
use crate::video::{VideoMode, VideoRung};
use crate::viewers::Viewers;

/// So many texts go before the first picture of a client, and before those of others: it is told who
/// drives, the title and the like.
const GREETING: usize = 8;
/// Unanswered pings of one client; of more, the oldest go unanswered.
const PONGS: usize = 8;
/// A client is sent everything anew at most once in this time, however often it asks.
const REFRESH_EVERY: Duration = Duration::from_secs(1);

/// One client.
#[derive(Debug)]
pub(crate) struct ClientState {
    pub(crate) dialect: Dialect,
    pub(crate) role: Role,
    pub(crate) who: Identity,
    /// It has frames drawn for it; a subscriber may take only what is drawn for others.
    pub(crate) wants_frames: bool,
    /// It drives.
    pub(crate) presents: bool,
    /// It is told who is there.
    pub(crate) manages: bool,
    pub(crate) visible: bool,
    /// It has said so. In the older protocol it does not before it is laid out.
    pub(crate) said_visible: bool,
    pub(crate) pacing: Pacing,
    pub(crate) feed: Box<dyn Feed>,
    /// In the older protocol: from its view to the canvas.
    pub(crate) mapping: ViewMapping,
    /// The rest of what was begun.
    outgoing: VecDeque<Message>,
    /// What was handed out and is not written yet.
    writing: Option<Writing>,
    pub(crate) pending: PendingMessages,
    /// So many texts may still go before its next picture.
    texts: usize,
    pub(crate) ledger: Ledger,
    pongs: VecDeque<f64>,
    /// For its clipboard, while it drives.
    pub(crate) clipboard: Option<String>,
    /// Where it types text, while it drives, if it is not told yet.
    pub(crate) text_input: Option<Option<TextInput>>,
    /// What it is to be asked to open, while it drives.
    pub(crate) url: Option<String>,
    /// What it was sent of the accessibility tree.
    pub(crate) tree: TreeTurn,
    /// What it asked of the links, while it is not told yet.
    pub(crate) link_answers: VecDeque<LinkAnswer>,
    /// When everything was last sent anew, and is to be.
    refreshed: Option<Instant>,
    refresh_at: Option<Instant>,
    /// It was sent away.
    pub(crate) is_sent_away: bool,
    /// As it stands in [`Audience`](crate::audience::Audience).
    pub(crate) place: Place,
}

/// What is being written to a client's connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writing {
    Text,
    /// A part of an update: there is no room for another.
    Picture,
}

/// What it takes to decide who has room and who is to be looked at, without looking at everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) source: Source,
    /// How many more pictures it can take now; two stands for more.
    pub(crate) room: usize,
    /// Frames are drawn for it.
    pub(crate) wants_frames: bool,
    /// It can take an exact picture.
    pub(crate) takes_exact: bool,
    /// What it was sent.
    pub(crate) version: Option<u64>,
    /// What it adds to those who look.
    pub(crate) viewers: Viewers,
    /// When to look at it, if nothing happens before. Not now: it is being looked at.
    pub(crate) look_at: Option<Instant>,
}

impl Place {
    pub(crate) const NOWHERE: Place = Place {
        source: Source::Tiles,
        room: 0,
        wants_frames: true,
        takes_exact: false,
        version: None,
        viewers: Viewers { all: 0, visible: 0 },
        look_at: None,
    };
}

/// What the client has not been told yet. Latest wins: nothing queues for a slow reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PendingMessages {
    pub(crate) welcome: bool,
    pub(crate) title: bool,
    pub(crate) cursor: bool,
    pub(crate) control: bool,
    /// The list of clients, for the host.
    pub(crate) clients: bool,
    /// The size in CSS pixels, in the older protocol: the width,
    pub(crate) width: bool,
    /// and then the height.
    pub(crate) height: bool,
}

impl PendingMessages {
    pub(crate) const NONE: PendingMessages = PendingMessages {
        welcome: false,
        title: false,
        cursor: false,
        control: false,
        clients: false,
        width: false,
        height: false,
    };

    /// Of a client that has been told nothing.
    fn all(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Tiles => {
                Self { welcome: true, title: true, cursor: true, control: true, ..Self::NONE }
            }
            Dialect::Whole => {
                Self { title: true, cursor: true, control: true, width: true, ..Self::NONE }
            }
            Dialect::Updates | Dialect::Mjpeg(_) => Self::NONE,
        }
    }
}

impl ClientState {
    pub(crate) fn new(dialect: Dialect, who: Identity, visible: bool) -> Self {
        Self {
            dialect,
            role: if matches!(dialect, Dialect::Mjpeg(_)) { Role::Watch } else { who.grant.role },
            who,
            wants_frames: true,
            presents: false,
            manages: false,
            visible,
            said_visible: dialect != Dialect::Whole,
            pacing: Pacing::new(),
            feed: feed::new(dialect),
            mapping: ViewMapping::default(),
            outgoing: VecDeque::new(),
            writing: None,
            pending: PendingMessages::all(dialect),
            texts: GREETING,
            ledger: Ledger::default(),
            pongs: VecDeque::new(),
            clipboard: None,
            text_input: None,
            url: None,
            tree: TreeTurn::default(),
            link_answers: VecDeque::new(),
            refreshed: None,
            refresh_at: None,
            is_sent_away: false,
            place: Place::NOWHERE,
        }
    }

    /// Whether it speaks [`SUBPROTOCOL`](crate::protocol::SUBPROTOCOL).
    pub(crate) fn speaks_framecast(&self) -> bool {
        self.dialect == Dialect::Tiles
    }

    /// Whether it reads messages besides pictures.
    pub(crate) fn reads_text(&self) -> bool {
        matches!(self.dialect, Dialect::Tiles | Dialect::Whole)
    }

    /// How many more pictures it can take now.
    fn room(&self, now: Instant) -> usize {
        let busy = !self.visible
            || self.is_sent_away
            || self.writing == Some(Writing::Picture)
            || !self.outgoing.is_empty();
        let rests = || self.feed.rests_until().is_some_and(|until| now < until);
        if busy || rests() { 0 } else { self.pacing.free().min(2) }
    }

    /// What it adds to those who look.
    pub(crate) fn viewers(&self) -> Viewers {
        match self.dialect {
            _ if self.is_sent_away => Viewers::default(),
            Dialect::Updates if !self.wants_frames => Viewers::default(),
            _ => Viewers::new(1, self.visible.into()),
        }
    }

    /// Where it stands now.
    pub(crate) fn place(&self, pictures: &Pictures, now: Instant) -> Place {
        let room = self.room(now);
        let rests_until = self.feed.rests_until().filter(|until| now < *until);
        let due =
            if room > 0 { self.feed.due_at(pictures, &self.pacing, now) } else { rests_until };
        Place {
            source: self.feed.source(pictures),
            room,
            wants_frames: self.wants_frames,
            takes_exact: room > 0 && self.feed.takes_exact() && self.pacing.is_idle(),
            version: self.feed.version(),
            viewers: self.viewers(),
            look_at: due
                .into_iter()
                .chain(self.refresh_at)
                .filter(|at| now < *at)
                .chain(self.tree.look_at(self.visible, now))
                .min(),
        }
    }

    /// Has room, and there is something to send.
    pub(crate) fn wants_update(&self, pictures: &Pictures, now: Instant) -> bool {
        self.room(now) > 0
            && self.feed.due_at(pictures, &self.pacing, now).is_some_and(|at| at <= now)
    }

    /// JPEG quality of what changes next.
    pub(crate) fn quality(&self, pictures: &Pictures, now: Instant) -> u8 {
        let wanted = pictures.budget.quality(self.pacing.quality(), self.presents, now);
        self.feed.quality(wanted)
    }

    /// The rung of video whose pictures it is sent; `None`: it is sent tiles.
    pub(crate) fn rung(&self) -> Option<VideoRung> {
        self.feed.membership().and_then(|it| it.on)
    }

    /// It is sent no more video.
    pub(crate) fn end_video(&mut self, store: &mut VideoStore) {
        if let Some(membership) = self.feed.membership_mut() {
            store.end(membership);
        }
    }

    /// Puts it on the rung of video that it is to be on, if it can be sent video.
    pub(crate) fn steer_video(&mut self, pictures: &mut Pictures, now: Instant) {
        let Some(membership) = self.feed.membership_mut() else { return };
        pictures.video.note_lateness(membership, now);
        let wanted = self.wanted_rung(pictures, now);
        let sent = self.feed.version().unwrap_or_default();
        if let Some(membership) = self.feed.membership_mut() {
            pictures.video.steer(membership, wanted, sent, &pictures.tiles, now);
            self.pacing.set_sent(membership.on);
        }
    }

    /// The rung of video that it is to be on; `None`: it is sent tiles.
    fn wanted_rung(&mut self, pictures: &Pictures, now: Instant) -> Option<VideoRung> {
        let mode = pictures.video.settings().mode;
        let takes = self.feed.takes_video() && !pictures.video_codecs().is_empty();
        let current = pictures.tiles.current().filter(|_| takes && !pictures.tiles.is_relayed());
        let is_there = |rung| current.is_some_and(|it| pictures.video.takes(it, rung, now));
        let always = mode == VideoMode::Always;
        let moves = self.feed.moves().or(always.then_some(1.0));
        let sizes = [false, true].map(|half| VideoRung { half, ..SLOW_VIDEO });
        self.pacing.allow_video(moves.filter(|_| sizes.into_iter().any(is_there)));
        let wanted = self.pacing.rung(always)?;
        let is_slow = self.feed.membership().is_some_and(|it| it.slowness.is_slow(now));
        let rung = pictures.budget.rung(wanted, self.presents, is_slow);
        // A frame may be too large or too small for one of them.
        let other = VideoRung { half: !rung.half, ..rung };
        [rung, other].into_iter().find(|it| self.visible && is_there(*it))
    }

    fn target(&self, pictures: &Pictures, now: Instant) -> EncodeTarget {
        let quality = || pictures.budget.quality(self.pacing.quality(), self.presents, now);
        let fidelity = if pictures.lossless { Fidelity::Exact } else { Fidelity::Lossy(quality()) };
        EncodeTarget { fidelity, spare: self.pacing.spare(), still_after: pictures.still_after }
    }

    /// Adds to `missing` what must be encoded before it can be sent its next update.
    pub(crate) fn plan(&self, pictures: &Pictures, now: Instant, missing: &mut Missing) {
        self.feed.plan(pictures, self.target(pictures, now), now, missing);
    }

    /// Begins its next update, if it has room for one and all of it is encoded. `seconds`: now, on
    /// the canvas' clock.
    pub(crate) fn begin_update(
        &mut self,
        pictures: &Pictures,
        now: Instant,
        seconds: f64,
    ) -> Begun {
        if self.room(now) == 0 {
            return Begun::Nothing;
        }
        // Only the presenter is sent its tiles before those of others are there, too.
        let store = &pictures.tiles;
        let is_behind = || self.feed.version() != pictures.version(Source::Tiles);
        if self.place.source == Source::Tiles
            && !store.is_encoded()
            && !self.presents
            && is_behind()
        {
            return Begun::Missing;
        }
        let update = match self.feed.next(pictures, self.target(pictures, now), &self.pacing, now) {
            Next::Update(update) => update,
            Next::Nothing => return Begun::Nothing,
            Next::Missing => return Begun::Missing,
        };
        if let Some(canvas) = update.canvas {
            let resized = self.mapping.sent(update.number, canvas);
            self.pending.width |= resized && self.mapping.lacks_size();
        }
        self.pacing.sent(update.number, update.bytes, now);
        for (number, times) in update.earlier {
            self.ledger.sent(number, Some(Times { sent: seconds, ..times }), 0, 0);
        }
        let times = update.times.map(|times| Times { sent: seconds, ..times });
        self.ledger.sent(update.number, times, update.bytes, update.tiles);
        self.outgoing = update.messages;
        Begun::Update
    }

    /// Whether it was begun to be sent an update.
    pub(crate) fn has_begun(&self) -> bool {
        !self.outgoing.is_empty()
    }

    /// Whether the bytes of a picture follow that was announced.
    pub(crate) fn has_announced(&self) -> bool {
        self.reads_text() && matches!(self.outgoing.front(), Some(Message::Picture(_)))
    }

    /// The next message of what was begun. `seconds`: now, on the canvas' clock.
    pub(crate) fn take_outgoing(&mut self, seconds: f64) -> Option<Message> {
        let mut message = self.outgoing.pop_front()?;
        // However much there is to tell, every other message may be of a picture.
        self.texts = 1;
        match &mut message {
            Message::Part(part) => part.header.sent = seconds,
            Message::Video(video) => video.header.sent = seconds,
            _ => {}
        }
        self.writing = Some(Writing::Picture);
        Some(message)
    }

    /// Whether what it is to be told goes before its next picture.
    pub(crate) fn is_told_first(&self) -> bool {
        self.texts > 0
    }

    /// Whether it was sent no picture yet.
    pub(crate) fn is_new(&self) -> bool {
        self.texts > 1
    }

    /// A text was handed out.
    pub(crate) fn writes_text(&mut self) {
        self.texts = self.texts.saturating_sub(1);
        self.writing = Some(Writing::Text);
    }

    /// Whether a message was handed out that is not written yet.
    pub(crate) fn is_writing(&self) -> bool {
        self.writing.is_some()
    }

    /// The message that was handed out is written. For a client that says nothing that stands for an
    /// acknowledgement.
    pub(crate) fn written(&mut self, now: Instant) {
        let wrote = self.writing.take();
        if wrote == Some(Writing::Picture) && !self.reads_text() {
            let update = self.pacing.newest();
            update.into_iter().for_each(|it| self.acknowledged(it, Painted::default(), now));
        }
    }

    /// The client painted `update`, and what came before it.
    pub(crate) fn acknowledged(&mut self, update: u32, painted: Painted, now: Instant) {
        // Statistics count each picture of a video, pacing and the feed the last one of an update.
        self.ledger.painted(update, painted, now);
        if !self.pacing.acknowledged(update, painted.took(), now) {
            return;
        }
        let lacked_size = self.mapping.lacks_size();
        self.mapping.acknowledged(update);
        self.pending.width |= self.mapping.lacks_size() && !lacked_size;
        self.feed.painted(update, now);
    }

    /// The client lost something: everything is to be sent anew.
    pub(crate) fn refresh(&mut self, now: Instant) {
        let soonest = self.refreshed.map_or(now, |before| now.max(before + REFRESH_EVERY));
        self.refresh_at.get_or_insert(soonest);
        self.refresh_if_due(now);
    }

    pub(crate) fn refresh_if_due(&mut self, now: Instant) {
        if self.refresh_at.is_none_or(|at| now < at) {
            return;
        }
        (self.refreshed, self.refresh_at) = (Some(now), None);
        // What was lost is never acknowledged.
        self.pacing.forget_in_flight();
        self.feed.refresh();
    }

    /// Changes what its client did from its view's pixels to the canvas'.
    pub(crate) fn map(&mut self, kind: &mut EventKind) {
        if self.dialect == Dialect::Whole {
            let lacked_size = self.mapping.lacks_size();
            self.mapping.map(kind);
            self.pending.width |= self.mapping.lacks_size() && !lacked_size;
        }
    }

    /// It does not drive: messages for the presenter are not for it.
    pub(crate) fn stops_presenting(&mut self) {
        self.presents = false;
        (self.clipboard, self.text_input, self.url) = (None, None, None);
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

    /// Whether there is something to send to it that needs no new update.
    pub(crate) fn has_message(&self) -> bool {
        !self.is_sent_away && (!self.outgoing.is_empty() || self.has_text())
    }

    /// Whether there is something to tell it.
    pub(crate) fn has_text(&self) -> bool {
        self.reads_text()
            && (self.pending != PendingMessages::NONE
                || !self.pongs.is_empty()
                || self.clipboard.is_some()
                || self.text_input.is_some()
                || self.url.is_some()
                || self.tree.is_ready()
                || !self.link_answers.is_empty())
    }
}

/// What became of an update that was to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begun {
    Update,
    /// There is none.
    Nothing,
    /// Something is not encoded yet.
    Missing,
}

/// The clients of a canvas.
/// Boxed, so that finding one among thousands touches little memory.
pub(crate) type Clients = std::collections::BTreeMap<ClientId, Box<ClientState>>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::identity;

    #[test]
    fn of_too_many_pings_the_oldest_go_unanswered() {
        let mut client = ClientState::new(Dialect::Tiles, identity(Role::Watch), true);
        let pings = PONGS + 3;
        (0..pings).for_each(|id| client.ping(id as f64));
        let pongs: Vec<_> = std::iter::from_fn(|| client.take_pong()).collect();
        assert_eq!(pongs.len(), PONGS);
        assert_eq!(pongs.last(), Some(&(pings as f64 - 1.0)));
    }
}
