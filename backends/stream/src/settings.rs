//! What clients are told of a canvas besides its pictures, the latest only. Pure.

use std::collections::BTreeMap;
use std::time::Instant;

use framecast_api::{BackendCommand, ClientId, ControlState, Cursor, LogicalSize, Member, Role};

use crate::accessibility::TreeStore;
use crate::client_state::{ClientState, Clients, PendingMessages};
use crate::protocol::{Dialect, ServerMessage};

#[derive(Debug, Default)]
pub(crate) struct Settings {
    title: String,
    cursor: Cursor,
    control: ControlState,
    presenter: Option<ClientId>,
    /// The size that the application asked for.
    logical: Option<LogicalSize>,
}

/// What a client is told that is no setting.
pub(crate) struct Told<'a> {
    pub(crate) tree: &'a TreeStore,
    pub(crate) now: Instant,
    /// Now, on the canvas' clock.
    pub(crate) seconds: f64,
    /// The codecs that it may be sent.
    pub(crate) video: &'a [&'a str],
}

impl Settings {
    pub(crate) fn set_title(&mut self, title: String) {
        self.title = title;
    }

    /// The client that sends others away.
    pub(crate) fn host(&self) -> Option<ClientId> {
        let members = &self.control.members;
        members.iter().find(|it| Some(it.number) == self.control.host)?.client
    }

    /// The client that drives.
    pub(crate) fn presenter(&self) -> Option<ClientId> {
        self.presenter
    }

    /// Takes `setting`, and notes who is to be told of it.
    pub(crate) fn apply(&mut self, setting: &BackendCommand, clients: &mut Clients) {
        let note: fn(&mut PendingMessages) = match setting {
            BackendCommand::Title(title) if self.title != *title => {
                self.title.clone_from(title);
                |pending| pending.title = true
            }
            BackendCommand::Cursor(cursor) if self.cursor != *cursor => {
                self.cursor = *cursor;
                |pending| pending.cursor = true
            }
            BackendCommand::Control(control) if self.control != *control => {
                let before = std::mem::replace(&mut self.control, control.clone());
                let host = self.host();
                let presenter = control.presenter().and_then(|member| member.client);
                self.presenter = presenter;
                let (old, new) = (by_client(&before), by_client(control));
                for (client, state) in clients.iter_mut() {
                    state.presents = presenter == Some(*client);
                    if !state.presents {
                        state.stops_presenting();
                    }
                    // Who is there and looks is the host's affair; the others hear only of control.
                    let told = |control, members: &BTreeMap<_, _>| {
                        let own = members.get(client).copied();
                        ServerMessage::control_of(control, own, state.role)
                    };
                    state.pending.control |= told(&before, &old) != told(control, &new);
                    state.pending.width |= presenter == Some(*client) && state.mapping.lacks_size();
                    let manages = host == Some(*client) && state.speaks_framecast();
                    state.pending.clients |= manages || state.manages;
                    state.manages = manages;
                }
                return;
            }
            // The size of our own page is its user's affair; the older one follows.
            BackendCommand::LogicalSize(size) if self.logical != Some(*size) => {
                self.logical = Some(*size);
                for state in clients.values_mut().filter(|state| state.dialect == Dialect::Whole) {
                    state.pending.width = true;
                }
                return;
            }
            _ => return,
        };
        let reads = clients.values_mut().filter(|state| state.reads_text());
        reads.for_each(|state| note(&mut state.pending));
    }

    /// What somebody is told who watches and is none of the clients: title, cursor, who drives.
    pub(crate) fn for_bystanders(&self) -> [String; 3] {
        [
            ServerMessage::Title { value: &self.title },
            ServerMessage::Cursor { value: self.cursor.css_name() },
            ServerMessage::control_of(&self.control, None, Role::Watch),
        ]
        .map(|message| message.print())
    }

    /// In the older protocol: the size that the application asked for, or else that of the canvas
    /// for a presenter that said no size of its own.
    fn size_for(&self, state: &ClientState, client: ClientId) -> Option<LogicalSize> {
        let follows = self.presenter() == Some(client) && state.mapping.lacks_size();
        let canvas = state.mapping.canvas().filter(|_| follows);
        canvas.or(self.logical)
    }

    /// What `client`, whose state is `state`, is to be told next.
    pub(crate) fn tell(
        &self,
        state: &mut ClientState,
        client: ClientId,
        told: &Told<'_>,
    ) -> Option<String> {
        if !state.reads_text() || state.has_announced() {
            return None;
        }
        let whole = !state.speaks_framecast();
        let size = self.size_for(state, client);
        let pending = &mut state.pending;
        let (clipboard, url, links);
        let message = if std::mem::take(&mut pending.welcome) {
            ServerMessage::Welcome { client: client.0, role: state.role, video: told.video }
        } else if std::mem::take(&mut pending.title) {
            ServerMessage::Title { value: &self.title }
        } else if std::mem::take(&mut pending.cursor) {
            ServerMessage::Cursor { value: self.cursor.css_name() }
        } else if std::mem::take(&mut pending.control) {
            let message = ServerMessage::control(&self.control, client, state.role);
            match message {
                ServerMessage::Control { presenter, .. } if whole => {
                    ServerMessage::Active { value: presenter }
                }
                message => message,
            }
        } else if std::mem::take(&mut pending.clients) {
            ServerMessage::clients(&self.control, client)
        } else if let (true, Some(size)) = (std::mem::take(&mut pending.width), size) {
            state.pending.height = true;
            ServerMessage::CssWidth { value: css(size.width) }
        } else if let (true, Some(size)) = (std::mem::take(&mut pending.height), size) {
            ServerMessage::CssHeight { value: css(size.height) }
        } else if let Some(text) = state.clipboard.take() {
            clipboard = text;
            ServerMessage::Clipboard { text: &clipboard }
        } else if let Some(input) = state.text_input.take() {
            ServerMessage::text_input(input)
        } else if let Some(address) = state.url.take() {
            url = address;
            ServerMessage::OpenUrl { url: &url }
        } else if let Some(answer) = state.link_answers.pop_front() {
            links = answer;
            ServerMessage::Links(&links)
        } else if let Some(revision) = state.tree.take(told.now) {
            ServerMessage::Accessibility(told.tree.since(revision))
        } else if let Some(id) = state.take_pong() {
            ServerMessage::Pong { id, time: told.seconds }
        } else {
            return None;
        };
        Some(message.print())
    }
}

/// The members that are clients of this backend.
fn by_client(control: &ControlState) -> BTreeMap<ClientId, &Member> {
    let members = control.members.iter();
    members.filter_map(|member| Some((member.client?, member))).collect()
}

fn css(pixels: f64) -> String {
    format!("{pixels}px")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::hub::HubInput;
    use crate::message::Message;
    use crate::protocol::{Dialect, LinkAnswer};
    use crate::scene::{Scene, identity};
    use crate::video::{MadeUpCodec, VideoMode, VideoSettings};
    use framecast_api::{LogicalRect, Member, Role, TextInput, TextInputKind};

    #[test]
    fn text_for_a_clipboard_is_for_who_drives_and_the_newest_only() {
        let mut scene = Scene::new();
        let (one, other, old) = (scene.join(), scene.join(), scene.join_as(Dialect::Whole));
        let driven_by = |client| {
            let member = Member::new(1, Some(client), "somebody".into(), Role::Drive);
            BackendCommand::Control(ControlState::new(Some(1), None, false, vec![member]))
        };
        let texts = |scene: &mut Scene, client| {
            let next = || match scene.next(client)? {
                Message::Text(text) => {
                    scene.written(client);
                    Some(text)
                }
                other => panic!("{other:?}"),
            };
            let all: Vec<_> = std::iter::from_fn(next).collect();
            all.into_iter().filter(|text| text.contains("clipboard")).collect::<Vec<_>>()
        };
        scene.set(driven_by(one));
        assert!(scene.hub.set_clipboard(one, "first") && scene.hub.set_clipboard(one, "last"));
        assert_eq!(texts(&mut scene, one), [r#"{"type":"clipboard","text":"last"}"#]);
        assert!(scene.hub.set_clipboard(one, "secret"));
        scene.set(driven_by(other));
        assert!(texts(&mut scene, one).is_empty(), "it drives no more");
        assert!(texts(&mut scene, other).is_empty());
        assert!(!scene.hub.set_clipboard(old, "x"), "it knows no such message");
    }

    #[test]
    fn where_text_is_typed_and_what_to_open_is_for_who_drives_and_the_newest_only() {
        let mut scene = Scene::new();
        let (one, other, old) = (scene.join(), scene.join(), scene.join_as(Dialect::Whole));
        let driven_by = |client| {
            let member = Member::new(1, Some(client), "somebody".into(), Role::Drive);
            BackendCommand::Control(ControlState::new(Some(1), None, false, vec![member]))
        };
        let texts = |scene: &mut Scene, client| {
            let next = || match scene.next(client)? {
                Message::Text(text) => {
                    scene.written(client);
                    Some(text)
                }
                other => panic!("{other:?}"),
            };
            let all: Vec<_> = std::iter::from_fn(next).collect();
            let is_about = |text: &String| text.contains("text_input") || text.contains("open_url");
            all.into_iter().filter(is_about).collect::<Vec<_>>()
        };
        let at = |x| {
            let caret = LogicalRect::new(x, 2.0, 1.0, 18.5);
            Some(TextInput::new(TextInputKind::Email, caret))
        };
        scene.set(driven_by(one));
        assert!(scene.hub.set_text_input(one, at(1.0)) && scene.hub.set_text_input(one, at(5.0)));
        assert!(scene.hub.open_url(one, "http://a.example/"));
        assert!(scene.hub.open_url(one, "http://b.example/"));
        assert_eq!(
            texts(&mut scene, one),
            [
                r#"{"type":"text_input","kind":"email","caret":{"x":5.0,"y":2.0,"width":1.0,"height":18.5}}"#,
                r#"{"type":"open_url","url":"http://b.example/"}"#,
            ]
        );
        assert!(scene.hub.set_text_input(one, None));
        assert_eq!(texts(&mut scene, one), [r#"{"type":"text_input","kind":"none"}"#]);
        assert!(scene.hub.set_text_input(one, at(1.0)));
        assert!(scene.hub.open_url(one, "http://secret.example/"));
        scene.set(driven_by(other));
        assert!(texts(&mut scene, one).is_empty(), "it drives no more");
        assert!(texts(&mut scene, other).is_empty());
        assert!(!scene.hub.set_text_input(old, None), "it knows no such message");
        assert!(!scene.hub.open_url(old, "http://a.example/"), "nor this one");
    }

    #[test]
    fn a_client_hears_at_its_welcome_whether_there_may_be_video() {
        let codec = || Some(Arc::new(MadeUpCodec::new(4000)) as _);
        for (mode, codec, lossless, wanted) in [
            (VideoMode::Auto, codec(), false, "[\"h264\"]"),
            (VideoMode::Always, codec(), false, "[\"h264\"]"),
            (VideoMode::Never, codec(), false, "[]"),
            (VideoMode::Auto, None, false, "[]"),
            (VideoMode::Always, codec(), true, "[]"),
        ] {
            let mut scene = Scene::new();
            scene.handle(HubInput::SetVideo(VideoSettings { mode, codec }));
            scene.handle(HubInput::SetLossless(lossless));
            let client = scene.join_unread(Dialect::Tiles, identity(Role::Watch)).unwrap();
            let Some(Message::Text(text)) = scene.next(client) else { panic!("no welcome") };
            let welcome = r#"{"type":"welcome","client":1,"role":"watch","video":"#;
            assert_eq!(text, format!("{welcome}{wanted}}}"));
        }
    }

    #[test]
    fn links_are_for_the_host_of_this_moment_and_a_few_answers_wait() {
        let mut scene = Scene::new();
        let (one, other, old) = (scene.join(), scene.join(), scene.join_as(Dialect::Whole));
        let hosted_by = |client| {
            let member = Member::new(1, Some(client), "somebody".into(), Role::Drive);
            BackendCommand::Control(ControlState::new(None, Some(1), false, vec![member]))
        };
        assert!(!scene.hub.may_manage_links(one), "there is no host");
        for host in [one, other] {
            scene.set(hosted_by(host));
            assert_eq!(scene.hub.may_manage_links(one), host == one);
            assert_eq!(scene.hub.may_manage_links(other), host == other);
        }
        scene.set(hosted_by(old));
        assert!(!scene.hub.may_manage_links(old), "it knows no such message");
        scene.set(hosted_by(one));
        let mut asked = 0;
        while scene.hub.may_manage_links(one) {
            let refused = Some(asked.to_string());
            let answer = LinkAnswer { refused, ..LinkAnswer::default() };
            assert!(scene.hub.answer_links(one, answer));
            asked += 1;
        }
        assert_eq!(asked, 4);
        let mut told = Vec::new();
        while let Some(Message::Text(text)) = scene.next(one) {
            scene.written(one);
            told.extend(text.contains("links").then_some(text));
        }
        assert_eq!(told.len(), asked);
        assert_eq!(told[3], r#"{"type":"links","list":[],"made":null,"refused":"3"}"#);
        assert!(scene.hub.may_manage_links(one), "there is room again");
        assert_eq!(scene.hub.links_in_use().count(), 3);
    }
}
