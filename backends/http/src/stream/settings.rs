//! What clients are told of a canvas besides its pictures, the latest only. Pure.

use std::collections::BTreeMap;

use framecast_api::{ClientId, ControlState, Cursor, LogicalSize, Setting};

use super::protocol::ServerMessage;
use super::seat::{Due, Seat};

/// The clients of a canvas.
pub(super) type Seats = BTreeMap<ClientId, Seat>;

#[derive(Debug, Default)]
pub(super) struct Settings {
    title: String,
    cursor: Cursor,
    control: ControlState,
    /// The size that the application asked for.
    logical: Option<LogicalSize>,
}

impl Settings {
    pub(super) fn set_title(&mut self, title: String) {
        self.title = title;
    }

    /// The client that sends others away.
    pub(super) fn host(&self) -> Option<ClientId> {
        let members = &self.control.members;
        members.iter().find(|it| Some(it.number) == self.control.host)?.client
    }

    /// The client that drives.
    pub(super) fn presenter(&self) -> Option<ClientId> {
        self.control.presenter().and_then(|member| member.client)
    }

    /// Takes `setting`, and notes who is to be told of it.
    pub(super) fn apply(&mut self, setting: &Setting, seats: &mut Seats) {
        let due: fn(&mut Due) = match setting {
            Setting::Title(title) if self.title != *title => {
                self.title.clone_from(title);
                |due| due.title = true
            }
            Setting::Cursor(cursor) if self.cursor != *cursor => {
                self.cursor = *cursor;
                |due| due.cursor = true
            }
            Setting::Control(control) if self.control != *control => {
                let before = std::mem::replace(&mut self.control, control.clone());
                let host = self.host();
                let presenter = control.presenter().and_then(|member| member.client);
                for (client, seat) in seats {
                    if presenter != Some(*client) {
                        seat.clipboard = None;
                    }
                    // Who is there and looks is the host's affair; the others hear only of control.
                    let told = |state| ServerMessage::control(state, *client, seat.role);
                    seat.due.control |= told(&before) != told(control);
                    seat.due.size |= presenter == Some(*client) && seat.mapping.lacks_size();
                    let manages = host == Some(*client) && !seat.is_whole();
                    seat.due.clients |= manages || seat.manages;
                    seat.manages = manages;
                }
                return;
            }
            Setting::Disconnect(client) => {
                if let Some(seat) = seats.get_mut(client) {
                    seat.due.away = true;
                }
                return;
            }
            // The size of our own page is its user's affair; the older one follows.
            Setting::LogicalSize(size) if self.logical != Some(*size) => {
                self.logical = Some(*size);
                for seat in seats.values_mut().filter(|seat| seat.is_whole()) {
                    seat.due.size = true;
                }
                return;
            }
            _ => return,
        };
        seats.values_mut().for_each(|seat| due(&mut seat.due));
    }

    /// In the older protocol: the size that the application asked for, or else that of the canvas
    /// for a presenter that said no size of its own.
    fn size_for(&self, seat: &Seat, client: ClientId) -> Option<LogicalSize> {
        let follows = self.presenter() == Some(client) && seat.mapping.lacks_size();
        let canvas = seat.mapping.canvas().filter(|_| follows);
        canvas.or(self.logical)
    }

    /// What `client`, who sits in `seat`, is to be told next.
    pub(super) fn tell(&self, seat: &mut Seat, client: ClientId, seconds: f64) -> Option<String> {
        let whole = seat.is_whole();
        let size = self.size_for(seat, client);
        let due = &mut seat.due;
        let clipboard;
        let message = if std::mem::take(&mut due.title) {
            ServerMessage::Title { value: &self.title }
        } else if std::mem::take(&mut due.cursor) {
            ServerMessage::Cursor { value: self.cursor.css_name() }
        } else if std::mem::take(&mut due.control) {
            let message = ServerMessage::control(&self.control, client, seat.role);
            match message {
                ServerMessage::Control { presenter, .. } if whole => {
                    ServerMessage::Active { value: presenter }
                }
                message => message,
            }
        } else if std::mem::take(&mut due.clients) {
            ServerMessage::clients(&self.control, client)
        } else if let (true, Some(size)) = (std::mem::take(&mut due.size), size) {
            seat.due.height = true;
            ServerMessage::CssWidth { value: css(size.width) }
        } else if let (true, Some(size)) = (std::mem::take(&mut due.height), size) {
            ServerMessage::CssHeight { value: css(size.height) }
        } else if let Some(text) = seat.clipboard.take() {
            clipboard = text;
            ServerMessage::Clipboard { text: &clipboard }
        } else if let Some(id) = seat.take_pong() {
            ServerMessage::Pong { id, time: seconds }
        } else {
            return None;
        };
        Some(message.print())
    }
}

fn css(pixels: f64) -> String {
    format!("{pixels}px")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::protocol::Dialect;
    use crate::stream::scene::Scene;
    use crate::stream::state::Outgoing;
    use framecast_api::{Member, Role};

    #[test]
    fn text_for_a_clipboard_is_for_who_drives_and_the_newest_only() {
        let mut scene = Scene::new();
        let (one, other, old) = (scene.join(), scene.join(), scene.join_as(Dialect::Whole));
        let driven_by = |client| {
            let member = Member::new(1, Some(client), "somebody".into(), Role::Drive);
            Setting::Control(ControlState::new(Some(1), None, false, vec![member]))
        };
        let texts = |scene: &mut Scene, client| {
            let next = || match scene.state.next(client, scene.now)? {
                Outgoing::Text(text) => Some(text),
                other => panic!("{other:?}"),
            };
            let all: Vec<_> = std::iter::from_fn(next).collect();
            all.into_iter().filter(|text| text.contains("clipboard")).collect::<Vec<_>>()
        };
        scene.state.apply(&driven_by(one));
        assert!(scene.state.set_clipboard(one, "first") && scene.state.set_clipboard(one, "last"));
        assert_eq!(texts(&mut scene, one), [r#"{"type":"clipboard","text":"last"}"#]);
        assert!(scene.state.set_clipboard(one, "secret"));
        scene.state.apply(&driven_by(other));
        assert!(texts(&mut scene, one).is_empty(), "it drives no more");
        assert!(texts(&mut scene, other).is_empty());
        assert!(!scene.state.set_clipboard(old, "x"), "it knows no such message");
    }
}
