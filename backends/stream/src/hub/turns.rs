//! Whose turn it is, what they are sent, and what is encoded for them.

use std::time::Instant;

use framecast_api::ClientId;

use super::{Hub, Phase};
use crate::audience::Ready;
use crate::client_state::{Begun, ClientState};
use crate::message::Message;
use crate::settings::Told;
use crate::store::pictures::Source;
use crate::store::tiles::Missing;
use crate::store::whole::{Demand, WholeStore};
use crate::tiles::Fidelity;
use crate::viewers::Viewers;

impl Hub {
    /// Notes where `client` stands now. `may_wait`: it may be sent an update.
    pub(super) fn look(&mut self, client: ClientId, now: Instant, may_wait: bool) {
        let is_open = self.is_open();
        let Some(state) =
            self.clients.get_mut(&client).filter(|_| !matches!(self.phase, Phase::Closed))
        else {
            return;
        };
        state.refresh_if_due(now);
        state.tree.look(state.visible, now);
        let place = state.place(&self.pictures, now);
        self.audience.moved(client, &state.place, &place);
        state.place = place;
        let is_writing = state.is_writing();
        let ready = !is_writing && state.has_message();
        let kind = match state {
            _ if state.has_begun() => Ready::Begun,
            _ if state.is_new() => Ready::Greeting,
            _ => Ready::Text,
        };
        self.audience.set_ready(client, ready.then_some(kind));
        let waits = may_wait
            && is_open
            && !(state.is_told_first() && state.has_text() && !state.is_new())
            && state.wants_update(&self.pictures, now);
        self.audience.set_waiting(client, waits);
    }

    /// `client` is taken for too slow for those it shares a rung of video with.
    #[cfg(test)]
    pub(crate) fn take_for_slow(&mut self, client: ClientId, now: Instant) {
        let state = self.clients.get_mut(&client);
        if let Some(membership) = state.and_then(|it| it.feed.membership_mut()) {
            (0..2).for_each(|_| membership.slowness.fell_behind(now));
        }
        self.audience.changed(client);
    }

    /// Whether updates in tiles may begin: what is being compared goes before what is left of the
    /// picture before it.
    fn may_update(&self) -> bool {
        !self.pictures.tiles.is_comparing()
    }

    /// The next message for the client that has the next turn.
    pub(super) fn next_message(&mut self, now: Instant) -> Option<(ClientId, Message)> {
        let presenter = self.settings.presenter();
        while let Some(client) = self.audience.next_turn(presenter, self.may_update(), now) {
            let (message, begun) = self.message(client, now);
            if begun == Begun::Missing {
                self.audience.lacks(client);
            }
            self.look(client, now, begun != Begun::Nothing);
            if let Some(message) = message {
                if presenter != Some(client) {
                    self.audience.handed(client, now);
                }
                return Some((client, message));
            }
        }
        None
    }

    /// The next message for `client`.
    fn message(&mut self, client: ClientId, now: Instant) -> (Option<Message>, Begun) {
        let seconds = self.seconds(now);
        let video = self.pictures.video_codecs();
        let may_begin = self.is_open() && self.may_update();
        let state = self.clients.get_mut(&client);
        let Some(state) = state.filter(|state| !state.is_sent_away) else {
            return (None, Begun::Nothing);
        };
        state.steer_video(&mut self.pictures, now);
        if state.is_writing() {
            // It follows the text that is being written.
            let begun = if may_begin {
                state.begin_update(&self.pictures, now, seconds)
            } else {
                Begun::Nothing
            };
            return (None, begun);
        }
        let told = Told { tree: &self.tree, now, seconds, video };
        let text_first = state.is_told_first();
        if text_first && let Some(text) = self.settings.tell(state, client, &told) {
            state.writes_text();
            return (Some(Message::Text(text)), Begun::Update);
        }
        if let Some(message) = state.take_outgoing(seconds) {
            return (Some(message), Begun::Update);
        }
        let mut begun = Begun::Update;
        if may_begin {
            begun = state.begin_update(&self.pictures, now, seconds);
            if begun == Begun::Update
                && let Some(message) = state.take_outgoing(seconds)
            {
                return (Some(message), begun);
            }
        }
        if !text_first && let Some(text) = self.settings.tell(state, client, &told) {
            state.writes_text();
            return (Some(Message::Text(text)), begun);
        }
        (None, begun)
    }

    /// Has compared or encoded what comes next, once nothing is being; whether more can be sent now.
    pub(super) fn advance(&mut self, now: Instant) -> bool {
        let (true, Some(newest)) = (self.is_open(), &self.pictures.newest) else { return false };
        if self.pictures.fed.is_some() || !self.pictures.tiles.is_resting() {
            return false;
        }
        // The newest picture goes before what is left of the one before.
        let has_room =
            self.audience.has_room(Source::Tiles) || self.audience.has_room(Source::Video);
        if has_room && !self.pictures.tiles.has(newest.number) {
            let before = self.pictures.tiles.version();
            self.pictures.tiles.compare(newest.clone());
            if self.pictures.tiles.version() != before {
                self.changed_tiles(now);
            }
            return self.pictures.tiles.is_resting();
        }
        self.plan(now)
    }

    /// Has encoded what those lack who have room.
    fn plan(&mut self, now: Instant) -> bool {
        self.pictures.tiles.trim();
        let mut missing = Missing::default();
        let lacking = self.audience.lacking().filter_map(|it| self.clients.get(&it));
        let presenter = self.settings.presenter().and_then(|it| self.clients.get(&it));
        let presenter = presenter.filter(|state| state.visible).map(|it| it.pacing.quality());
        let best = lacking.map(|state| state.pacing.quality()).max();
        if let Some(first) = presenter.or(best) {
            self.pictures.budget.set_first(first, now);
        }
        for client in self.audience.lacking() {
            if let Some(state) = self.clients.get(&client) {
                state.plan(&self.pictures, now, &mut missing);
            }
        }
        if let Some(since) = self.asked_since {
            let fidelity = match self.pictures.lossless {
                true => Fidelity::Exact,
                false => Fidelity::Lossy(self.pictures.budget.first()),
            };
            self.pictures.tiles.plan_since(since, fidelity, &mut missing);
            // All of it is there, or will be.
            self.asked_since = None;
        }
        let video = std::mem::take(&mut missing.video);
        self.pictures.video.want(video, self.pictures.tiles.version());
        if missing.is_empty() {
            self.pictures.tiles.set_encoded();
            // Once: whoever lacks something all the same waits for something else.
            return self.audience.lacking().next().is_some()
                && self.retried.replace(self.progress) != Some(self.progress)
                && self.audience.retry_lacking();
        }
        self.pictures.tiles.encode(missing, presenter);
        false
    }

    /// Who is sent the pictures of `source`.
    pub(super) fn demand(&self, source: Source) -> Demand {
        Demand {
            free: self.audience.has_room(source),
            takes_exact: self.audience.takes_exact(source),
        }
    }

    /// When a whole picture of `source` is to be encoded.
    fn work_at(&self, source: Source, store: &WholeStore) -> Option<Instant> {
        store.work_at(self.pictures.newest.as_ref(), self.demand(source))
    }

    fn whole_work(&self) -> impl Iterator<Item = Instant> {
        let whole = self.work_at(Source::Whole, &self.pictures.whole);
        whole.into_iter().chain(self.work_at(Source::Jpeg, &self.pictures.jpeg))
    }

    /// How many jobs can be taken.
    pub(super) fn jobs(&self, now: Instant) -> usize {
        if !self.is_open() {
            return 0;
        }
        self.pictures.tiles.jobs()
            + self.pictures.video.jobs(now)
            + self.whole_work().filter(|at| *at <= now).count()
    }

    /// When to poll again, if nothing else happens.
    pub(super) fn next_look(&self, now: Instant) -> Option<Instant> {
        if !self.is_open() {
            return None;
        }
        let work = self.whole_work().chain(self.pictures.video.work()).filter(|at| now < *at);
        work.chain(self.repair_at).chain(self.audience.next_look(self.may_update())).min()
    }

    /// What is kept up to date client by client is what looking at all of them would tell. For debug builds.
    pub(super) fn check(&self, now: Instant) {
        const MOST_CHECKED: usize = 64;
        if !self.is_open() || self.clients.len() > MOST_CHECKED {
            return;
        }
        for (client, state) in &self.clients {
            let place = state.place(&self.pictures, now);
            assert_eq!(place, state.place, "{client:?} was not looked at");
        }
        let members = |rung| {
            let on = self.clients.values().filter_map(|state| state.feed.membership());
            on.filter(|it| it.on == Some(rung) || it.joining == Some(rung)).count()
        };
        for (rung, count) in self.pictures.video.members() {
            assert!(count > 0 && count == members(rung), "{rung:?} has {count} clients");
        }
        let number = self.pictures.newest.as_ref().map(|newest| newest.number);
        let has_room = |state: &ClientState| {
            let (source, room) = (state.place.source, state.place.room);
            if !state.wants_frames || !self.pictures.wants_frames(source) {
                return false;
            }
            let Some(number) = number else { return room > 0 };
            let is_current = self.pictures.has(source, number)
                && state.feed.version() == self.pictures.version(source);
            self.pictures.has_begun(source, number) && room > usize::from(!is_current)
        };
        assert_eq!(self.clients.values().any(|state| has_room(state)), self.have_room());
        let viewers = self.clients.values().map(|state| state.viewers());
        let add = |a: Viewers, b: Viewers| Viewers::new(a.all + b.all, a.visible + b.visible);
        assert_eq!(viewers.fold(Viewers::default(), add), self.audience.viewers());
    }
}
