//! What happens to clients: they join, say something, are sent away, leave.

use std::time::Instant;

use framecast_api::{BackendEvent, ClientId, EventKind, LogicalSize, Role, ViewInfo};

use super::{Hub, Joining, Phase, stats};
use crate::client_state::{ClientState, Place};
use crate::identity::{Grant, Identity};
use crate::inputs::Flooded;
use crate::message::Goodbye;
use crate::protocol::{ClientMessage, Dialect, ServerMessage, View};

impl Hub {
    /// Adds a client. Returns `None` if it is kept out because it was sent away before.
    pub fn join(&mut self, now: Instant, joining: Joining) -> Option<ClientId> {
        let now = self.latest(now);
        let Joining { label, who, dialect, hello, visible, info, video } = joining;
        if self.keeps_out(&who, now) {
            return None;
        }
        let mut state = ClientState::new(dialect, who, visible);
        state.feed.set_takes_video(video);
        let role = state.role;
        let client = self.insert(state);
        if self.is_closed() {
            return Some(client);
        }
        self.inputs.join(client, label, role);
        if !visible {
            let _ = self.event(client, EventKind::Hide, 0, now);
        }
        if info != ViewInfo::default() {
            let _ = self.inputs.push(client, BackendEvent::ViewInfo { client, info }, 0);
        }
        // A view without a size takes the canvas as it is.
        if let Some((view, bytes)) = hello.filter(|(view, _)| !view.is_none()) {
            // The queue of a new client has room for this.
            let _ = self.resize(client, view, bytes);
        }
        Some(client)
    }

    /// Adds a subscriber, which gets what changed as [`Message::Update`](crate::Message::Update). It is not in the
    /// list of clients and acknowledges nothing. A `ClientMessage::Refresh` from it makes the hub send everything
    /// again.
    ///
    /// If `wants_frames`, frames are drawn for it as for a client that watches. Otherwise it takes what is drawn for
    /// others, and everything that the program presents. [`set_wants_frames`](Self::set_wants_frames) changes it.
    pub fn subscribe(&mut self, wants_frames: bool) -> ClientId {
        let grant = Grant {
            name: String::new(),
            role: Role::Watch,
            expires: None,
            revocation: None,
            key: None,
        };
        let mut state = ClientState::new(Dialect::Updates, Identity::new(grant, None, None), true);
        state.wants_frames = wants_frames;
        let client = self.insert(state);
        self.subscribers.insert(client);
        client
    }

    /// Sets whether frames are drawn for this [subscriber](Self::subscribe). Like any client, it wants no frame before
    /// its last update was written.
    pub fn set_wants_frames(&mut self, subscriber: ClientId, wants_frames: bool) {
        if !self.subscribers.contains(&subscriber) {
            return;
        }
        if let Some(state) = self.clients.get_mut(&subscriber) {
            state.wants_frames = wants_frames;
            let place = Place { wants_frames, viewers: state.viewers(), ..state.place };
            self.audience.moved(subscriber, &state.place, &place);
            state.place = place;
        }
    }

    /// Returns as whom `client` came, while it is there.
    #[must_use]
    pub fn identity(&self, client: ClientId) -> Option<&Identity> {
        self.clients.get(&client).map(|state| &state.who)
    }

    /// Returns whether `who` was sent away, or may be somebody who was.
    #[must_use]
    pub fn keeps_out(&self, who: &Identity, now: Instant) -> bool {
        self.kept_out.refuses(who, now)
    }

    /// Gives a client a number.
    fn insert(&mut self, state: ClientState) -> ClientId {
        self.last_client += 1;
        let client = ClientId(self.last_client);
        if self.is_closed() {
            self.goodbyes.push_back((client, ended(&state)));
        } else {
            self.audience.changed(client);
        }
        self.clients.insert(client, Box::new(state));
        self.progress += 1;
        client
    }

    pub(super) fn send_away(&mut self, client: ClientId) {
        let who = self.clients.get(&client).map(|state| &state.who);
        // It may have left before the engine knew.
        let Some(who) = who.or_else(|| self.kept_out.who_left(client)).cloned() else { return };
        let others = self.clients.iter().filter(|(other, _)| **other != client);
        let others = others.map(|(_, state)| &state.who);
        let host = self.settings.host().filter(|host| *host != client);
        let host = host.and_then(|host| self.clients.get(&host)).map(|state| &state.who);
        self.kept_out.add(client, &who, others, host);
        if let Some(state) = self.clients.get_mut(&client)
            && !std::mem::replace(&mut state.is_sent_away, true)
        {
            // Nothing is encoded for it, or waits for it.
            state.end_video(&mut self.pictures.video);
            self.goodbyes.push_back((client, Goodbye::SentAway));
            self.audience.changed(client);
        }
    }

    pub(super) fn leave(&mut self, client: ClientId, reason: &str) {
        self.subscribers.remove(&client);
        if let Some(mut state) = self.clients.remove(&client) {
            self.audience.left(client, &state.place);
            state.end_video(&mut self.pictures.video);
            stats::add(&mut self.gone, &state);
            self.kept_out.left(client, state.who);
        }
        self.inputs.leave(client, reason);
    }

    pub(super) fn receive(
        &mut self,
        client: ClientId,
        message: ClientMessage,
        bytes: usize,
        now: Instant,
    ) -> Result<(), Flooded> {
        let Some(state) = self.clients.get_mut(&client) else { return Ok(()) };
        match message {
            ClientMessage::Ack { update, painted } => state.acknowledged(update, painted, now),
            ClientMessage::Refresh => state.refresh(now),
            ClientMessage::Video(takes) => state.feed.set_takes_video(takes),
            ClientMessage::Ping { id } => state.ping(id),
            ClientMessage::Accessibility(wanted) => {
                if state.speaks_framecast() && state.tree.want(wanted, self.tree.revision()) {
                    let event = BackendEvent::AccessibilityWanted { client, wanted };
                    self.inputs.push(client, event, bytes)?;
                }
            }
            ClientMessage::AccessibilityTaken { number } => state.tree.taken(number),
            ClientMessage::Event(EventKind::AccessibilityAction(mut request)) => {
                if state.tree.is_wanted() && self.tree.resolve(&mut request) {
                    self.event(client, EventKind::AccessibilityAction(request), bytes, now)?;
                }
            }
            ClientMessage::Event(kind) => self.event(client, kind, bytes, now)?,
            ClientMessage::Resize(view) => self.resize(client, view, bytes)?,
            ClientMessage::ViewInfo(info) => {
                self.inputs.push(client, BackendEvent::ViewInfo { client, info }, bytes)?;
            }
            ClientMessage::Control(request) => {
                self.inputs.push(client, BackendEvent::Control { client, request }, 0)?;
            }
            ClientMessage::Show => self.set_visible(client, true, bytes, now)?,
            ClientMessage::Hide => self.set_visible(client, false, bytes, now)?,
            // It never ends the application, only this view.
            ClientMessage::Close => self.goodbyes.push_back((client, Goodbye::Requested)),
            // Whoever drives the hub takes those of links first, if it has links and the client may.
            ClientMessage::Hello { .. } | ClientMessage::Links(_) => self.inputs.reject(client),
        }
        Ok(())
    }

    fn set_visible(
        &mut self,
        client: ClientId,
        visible: bool,
        bytes: usize,
        now: Instant,
    ) -> Result<(), Flooded> {
        let Some(state) = self.clients.get_mut(&client) else { return Ok(()) };
        let is_news = state.visible != visible || !state.said_visible;
        (state.visible, state.said_visible) = (visible, true);
        if !is_news {
            return Ok(());
        }
        if !visible {
            // It may stay away for days, and an encoder has much memory.
            state.end_video(&mut self.pictures.video);
        }
        let kind = if visible { EventKind::Show } else { EventKind::Hide };
        self.event(client, kind, bytes, now)
    }

    fn event(
        &mut self,
        client: ClientId,
        mut kind: EventKind,
        bytes: usize,
        now: Instant,
    ) -> Result<(), Flooded> {
        let Phase::Open(clock) = &self.phase else { return Ok(()) };
        if let Some(state) = self.clients.get_mut(&client) {
            state.map(&mut kind);
        }
        let timestamp = clock.seconds(now);
        self.inputs.push(client, BackendEvent::Event { client, timestamp, kind }, bytes)
    }

    fn resize(&mut self, client: ClientId, view: View, bytes: usize) -> Result<(), Flooded> {
        if !view.is_usable() {
            self.inputs.reject(client);
            return Ok(());
        }
        let size = LogicalSize::new(view.width, view.height);
        if let Some(state) = self.clients.get_mut(&client) {
            state.mapping.resized(size);
        }
        self.inputs.push(client, BackendEvent::Resize { client, size, ratio: view.ratio }, bytes)
    }
}

/// The end of `state`'s client, when the canvas ends.
pub(super) fn ended(state: &ClientState) -> Goodbye {
    let closed = ServerMessage::Closed { reason: "the application ended" };
    Goodbye::Ended(state.speaks_framecast().then(|| closed.print()))
}
