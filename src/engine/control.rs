//! What becomes of control, for the application, the backends and the operator.

use std::time::{Duration, Instant};

use framecast_api::{
    BackendCommand, ClientId, ControlRequest, EventKind, Key, RecordingState, Source,
};
#[cfg(feature = "record")]
use framecast_record::Recorder;
use log::Level;

use super::Engine;
use crate::caption;
use crate::control::{Control, ControlPolicy, Order};
use crate::departed::By;

impl Engine {
    /// What the host in front of a window wants with Ctrl+Alt+G, or with Ctrl+Alt+R while there is a recording. At
    /// other times these are keys like any other.
    pub(super) fn hosts_key(&self, source: Source, key: &Key) -> Option<ControlRequest> {
        // Held down, it would hand control to and fro.
        let pressed = key.modifiers.control && key.modifiers.alt && !key.repeat;
        let host = self.control.is_local(source) && self.control.host() == Some(source);
        if !pressed || !host {
            return None;
        }
        if key.code == "KeyR" {
            return self
                .recording()
                .map(|now| ControlRequest::Record(now == RecordingState::Paused));
        }
        if key.code != "KeyG" {
            return None;
        }
        if self.control.presenter() != Some(source) {
            return Some(ControlRequest::TakeBack);
        }
        self.control.asker().map(ControlRequest::Grant)
    }

    pub(super) fn request_control(
        &mut self,
        source: Source,
        request: ControlRequest,
        now: Instant,
    ) {
        match request {
            ControlRequest::Record(on) if self.control.host() == Some(source) => {
                self.pause_recordings(!on);
            }
            _ => {}
        }
        self.change_control(now, |control| control.request(source, request, now));
    }

    /// Whether the canvas is recorded.
    #[cfg(feature = "record")]
    pub(super) fn recording(&self) -> Option<RecordingState> {
        let states: Vec<_> = self.recorders.iter().map(Recorder::state).collect();
        if states.iter().any(|state| state.recording) {
            return Some(RecordingState::Running);
        }
        states.iter().any(|state| state.paused).then_some(RecordingState::Paused)
    }

    #[cfg(feature = "record")]
    fn pause_recordings(&self, pause: bool) {
        self.recorders.iter().for_each(if pause { Recorder::pause } else { Recorder::resume });
    }

    #[cfg(not(feature = "record"))]
    #[expect(clippy::unused_self, reason = "there are recorders with the feature `record`")]
    pub(super) fn recording(&self) -> Option<RecordingState> {
        None
    }

    #[cfg(not(feature = "record"))]
    #[expect(clippy::unused_self, reason = "there are recorders with the feature `record`")]
    fn pause_recordings(&self, _: bool) {}

    /// Tells a client's backend what becomes of it; whether it does that.
    pub(super) fn tell_of(
        &mut self,
        source: Source,
        command: fn(ClientId) -> BackendCommand,
    ) -> bool {
        let messages = self.messages;
        let slot = self.slots.iter_mut().find(|slot| slot.id == source.backend);
        slot.is_some_and(|slot| slot.tell(&command(source.client), messages))
    }

    /// Sends a client away, where its backend can do that; it reports when the client left.
    pub(crate) fn send_away(&mut self, source: Source, by: By, now: Instant) {
        // The backend first: it spares the host, who may be another afterwards.
        if self.control.stays(source) && self.tell_of(source, BackendCommand::Disconnect) {
            self.change_control(now, |control| control.send_away(source, by, now));
        }
    }

    /// Lets a client come back that was sent away; whether there was one.
    pub(crate) fn let_in(&mut self, source: Source, now: Instant) -> bool {
        let mut done = false;
        self.change_control(now, |control| done = control.let_in(source));
        done
    }

    /// The application's choice of presenter; whether it can be.
    pub(crate) fn give_control(&mut self, source: Option<Source>, now: Instant) -> bool {
        let mut done = false;
        if self.is_replaying() {
            return done;
        }
        self.change_control(now, |control| done = control.choose(source, now));
        done
    }

    pub(crate) fn set_control(&mut self, policy: ControlPolicy, now: Instant) {
        if !self.postpone_control(policy) {
            self.change_control(now, |control| control.set_policy(policy, now));
        }
    }

    pub(crate) fn set_control_timeout(&mut self, timeout: Option<Duration>, now: Instant) {
        self.change_control(now, |control| control.set_timeout(timeout, now));
    }

    pub(super) fn change_control(&mut self, now: Instant, change: impl FnOnce(&mut Control)) {
        let before = self.control.presenter();
        change(&mut self.control);
        let after = self.control.presenter();
        if before != after {
            for kind in self.held.release() {
                self.push(before, kind);
            }
            if self.messages.wants_events() {
                let label = after.and_then(|source| self.control.label(source));
                let line = self.log.control(&caption::plain(&self.title), label, now);
                self.say(line);
            }
            self.push(after, EventKind::ControlChanged { held: after.is_some() });
            self.tell_visibility();
            self.tell_info();
        }
        let recording = self.recording();
        if self.published.revision != self.control.revision()
            || self.published.recording != recording
        {
            self.published.revision = self.control.revision();
            self.published.recording = recording;
            self.tell_control();
        }
        if before != after {
            self.follow_presenter();
            // Who held control forgets it.
            if self.text_input.is_some() {
                self.tell_text_input();
            }
        }
        for order in self.control.take_orders() {
            match order {
                Order::SendAway(source) => self.send_away(source, By::Host, now),
                Order::LetIn(source) => {
                    self.tell_of(source, BackendCommand::LetIn);
                }
            }
        }
    }

    /// Tells the application whether the presenter's view can be seen, unless it knows: what the view
    /// said of that before it presented went nowhere.
    pub(super) fn tell_visibility(&mut self) {
        let Some(presenter) = self.control.presenter() else { return };
        let said = self.control.said_visible(presenter);
        let visible = said.unwrap_or(true);
        let news = match self.shown {
            Some(shown) => shown != visible,
            None => said.is_some(),
        };
        if news {
            self.shown = Some(visible);
            let kind = if visible { EventKind::Show } else { EventKind::Hide };
            self.push(Some(presenter), kind);
        }
    }

    /// Tells the application what is known of the presenter's view, unless it knows.
    pub(super) fn tell_info(&mut self) {
        let info = self.control.presenter_info();
        if let Some(info) = info.filter(|info| *info != self.told_info) {
            self.told_info = info;
            self.push(self.control.presenter(), EventKind::ViewInfo(info));
        }
    }

    /// Tells the operator that `source` leaves, before it is forgotten.
    pub(super) fn log_leave(&mut self, source: Source, now: Instant) {
        let reason = self.leaving.take().filter(|(who, _)| *who == source);
        if self.messages.wants_events()
            && let Some(label) = self.control.label(source)
        {
            let reason = reason.map(|(_, reason)| reason).unwrap_or_default();
            let line = self.log.left(&caption::plain(&self.title), label, &reason, now);
            self.say(line);
        }
    }

    pub(super) fn tell_control(&mut self) {
        for slot in &mut self.slots {
            let mut state = self.control.state(Some(slot.id));
            state.recording = self.published.recording;
            slot.tell(&BackendCommand::Control(state), self.messages);
        }
        let hint = [self.hint(), self.recording_hint()];
        let hint: Vec<_> = hint.into_iter().filter(|hint| !hint.is_empty()).collect();
        let hint = hint.join("; ");
        if hint != self.published.hint {
            if !hint.is_empty() && hint != self.published.said {
                self.messages.notice(Level::Info, &hint);
                self.published.said.clone_from(&hint);
            }
            self.published.hint = hint;
            self.tell_title();
        }
    }

    /// What a host in front of a window should know of control, and can do about it.
    pub(super) fn hint(&self) -> String {
        let state = self.control.state(None);
        if !self.control.host().is_some_and(|host| self.control.is_local(host)) {
            return String::new();
        }
        if state.host != state.presenter {
            let who = state.presenter().map_or("nobody", |member| &member.label);
            return format!("{who} is in control: Ctrl+Alt+G takes it back");
        }
        match self.control.asker().and_then(|number| self.control.label_of(number)) {
            Some(who) => format!("{who} asks for control: Ctrl+Alt+G grants it"),
            None => String::new(),
        }
    }

    /// What somebody in front of a window should know of recordings.
    fn recording_hint(&self) -> String {
        let mut backends = self.slots.iter().map(|slot| slot.backend.capabilities());
        let Some(recording) = self.published.recording.filter(|_| backends.any(|it| it.local))
        else {
            return String::new();
        };
        let said = match recording {
            RecordingState::Running => ("recording", "pauses it"),
            _ => ("recording paused", "goes on"),
        };
        if self.control.host().is_some_and(|host| self.control.is_local(host)) {
            format!("{}: Ctrl+Alt+R {}", said.0, said.1)
        } else {
            said.0.into()
        }
    }

    pub(super) fn tell_title(&mut self) {
        for slot in &mut self.slots {
            let local = slot.backend.capabilities().local && !self.published.hint.is_empty();
            let title = caption::expand(&self.title, slot.backend.name(), self.fps);
            let caption =
                if local { format!("{title} – {}", self.published.hint) } else { title };
            slot.tell(&BackendCommand::Title(caption), self.messages);
        }
    }
}
