//! Histories of an audience.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use framecast_api::accessibility::{Action, ActionRequest, NodeId};
use framecast_api::{
    BackendCommand, BackendEvent, Button, Buttons, CanvasSize, ClientId, Clock, ControlRequest,
    EventKind, Key, LogicalSize, NullBackend, NullRemote, Pointer, Role, SizeLimits, Source,
};

use crate::control::ControlPolicy;
use crate::engine::{Engine, Settings, Turn};
use crate::messages::Messages;
use crate::options::DrawDemand;
use crate::schedule::UpdateMode;

const MOST_HAPPENINGS: usize = 400;
/// The backends' places, in the order in which they are added.
const WINDOW: u32 = 0;
const REMOTE: u32 = 1;
const REMOTE_CLIENTS: u8 = 6;

/// A history of an audience, through the engine: three bytes for each happening (what, who, how).
/// Panics if somebody without the right holds control, if there are two presenters, if the
/// application hears of somebody else than the presenter, or if something stays held when control
/// changes hands.
pub fn control(bytes: &[u8]) {
    let mut scene = Scene::new(bytes.first().copied().unwrap_or_default());
    for happening in bytes.get(1..).unwrap_or_default().chunks_exact(3).take(MOST_HAPPENINGS) {
        let &[what, who, how] = happening else { unreachable!("chunks of three") };
        scene.happen(what, who, how);
        scene.check();
    }
    scene.engine.close();
    scene.look();
    assert!(scene.ended, "the application is never told that it is over");
    assert!(scene.heard.is_free(), "something stays held at the end");
}

struct Scene {
    engine: Engine,
    remotes: [NullRemote; 2],
    /// Settings of each remote that were looked at.
    seen: [usize; 2],
    now: Instant,
    /// Who is here, as the backends said, and what each may do.
    here: BTreeMap<Source, Role>,
    policy: ControlPolicy,
    /// The application has chosen the presenter, or may have.
    chosen: bool,
    heard: Heard,
    ended: bool,
}

/// What the application knows from its events.
#[derive(Default)]
struct Heard {
    presenter: Option<Source>,
    /// Somebody wants the accessibility tree.
    accessibility: bool,
    keys: Vec<String>,
    buttons: Buttons,
    focused: bool,
}

impl Heard {
    fn is_free(&self) -> bool {
        self.keys.is_empty() && self.buttons.is_empty() && !self.focused
    }
}

fn policy(number: u8) -> ControlPolicy {
    use ControlPolicy::{Any, First, Local, None, Request};
    [First, Request, Any, Local, None][usize::from(number) % 5]
}

fn timeout(number: u8) -> Option<Duration> {
    let times = [Duration::from_secs(30), Duration::ZERO, Duration::from_millis(1), Duration::MAX];
    times.get(usize::from(number) % 5).copied()
}

impl Scene {
    fn new(start: u8) -> Self {
        let policy = policy(start);
        let now = Instant::now();
        let limits = SizeLimits::DEFAULT;
        let size = CanvasSize::clamped(LogicalSize::new(640.0, 480.0), 1.0, limits);
        let mut engine = Engine::new(
            Clock::start(),
            Settings {
                title: "a title".into(),
                size: size.expect("it is usable"),
                fixed: start & 0x80 != 0,
                limits,
                mode: UpdateMode::Manual,
                max_fps: None,
                fps_cap: None,
                min_fps: None,
                demand: DrawDemand::Auto,
                control: policy,
                control_timeout: timeout(start / 5),
                messages: Messages::default(),
            },
        );
        let remotes = [NullBackend::local(), NullBackend::new()].map(|(backend, remote)| {
            let added = engine.add(Box::new(backend), std::task::Waker::noop().clone());
            added.expect("it always opens");
            remote
        });
        Self {
            engine,
            remotes,
            seen: [0, 0],
            now,
            here: BTreeMap::new(),
            policy,
            chosen: false,
            heard: Heard::default(),
            ended: false,
        }
    }

    fn happen(&mut self, what: u8, who: u8, how: u8) {
        let backend = if who & 0x80 == 0 { REMOTE } else { WINDOW };
        let client = if backend == WINDOW { 0 } else { u64::from(who % REMOTE_CLIENTS) };
        let source = Source::new(backend, ClientId(client));
        let remote = self.remotes[backend as usize].clone();
        let key = || {
            let key = Key::default().with_code(format!("Key{}", how % 4));
            if how & 0x80 == 0 { key } else { key.with_repeat() }
        };
        let buttons: Buttons = [Button::Left, Button::Right, Button::Middle]
            .into_iter()
            .filter(|button| how & 1 << *button as u8 != 0)
            .collect();
        let pointer =
            || Pointer::at(f64::from(how), 0.0).with_button(Button::Left).with_buttons(buttons);
        match what % 20 {
            0 | 1 => {
                let role = if how & 1 == 0 { Role::Drive } else { Role::Watch };
                remote.join_as(client, role);
                self.here.entry(source).or_insert(role);
            }
            2 => self.leave(source),
            3 if how & 0x80 != 0 => remote.send(BackendEvent::AccessibilityWanted {
                client: source.client,
                wanted: how & 1 == 0,
            }),
            3 => remote.event(client, EventKind::Hide),
            4 if how & 0x80 != 0 => {
                let click = ActionRequest::new(NodeId(how.into()), Action::Click);
                remote.event(client, EventKind::AccessibilityAction(click));
            }
            4 => remote.event(client, EventKind::Show),
            5 => remote.event(client, EventKind::KeyDown(key())),
            6 => remote.event(client, EventKind::KeyUp(key())),
            7 => remote.event(client, EventKind::PointerDown(pointer())),
            8 => remote.event(client, EventKind::PointerMove(pointer())),
            9 => remote.event(client, EventKind::FocusIn),
            10 => remote.event(client, EventKind::FocusOut),
            11 => remote.control(client, ControlRequest::Ask),
            12 => remote.control(client, ControlRequest::Release),
            13 => remote.control(client, ControlRequest::Grant(u64::from(how % 16))),
            14 => remote.control(client, ControlRequest::TakeBack),
            15 if how & 0x40 != 0 => {
                remote.control(client, ControlRequest::LetIn(u64::from(how % 16)));
            }
            15 => remote.control(client, ControlRequest::Disconnect(u64::from(how % 16))),
            16 => {
                let sizes = [0.0, -1.0, f64::NAN, f64::INFINITY, 1e308, 5000.0, 0.5, 320.0];
                let [width, height] = [how, how >> 3].map(|n| sizes[usize::from(n) % sizes.len()]);
                remote.resize(client, width, height, 1.0);
            }
            17 => self.wait(u64::from(how)),
            18 if how & 1 == 0 => {
                self.look();
                self.policy = policy(how / 2);
                self.chosen = false;
                self.engine.set_control(self.policy, self.now);
            }
            18 => self.engine.set_control_timeout(timeout(how / 2), self.now),
            _ => {
                self.look();
                let source = Some(source).filter(|_| how & 1 == 0);
                let may = source.is_none_or(|it| self.here.get(&it) == Some(&Role::Drive));
                assert_eq!(self.engine.give_control(source, self.now), may);
                self.chosen = may && source.is_some() || !may && self.chosen;
            }
        }
        // The engine sees several happenings at once, or one.
        if who & 0x40 == 0 {
            self.look();
        }
    }

    fn leave(&mut self, source: Source) {
        self.remotes[source.backend as usize].leave(source.client.0);
        self.here.remove(&source);
    }

    fn wait(&mut self, seconds: u64) {
        self.look();
        self.now += Duration::from_secs(seconds);
    }

    /// The application runs until nothing is left to do.
    fn look(&mut self) {
        loop {
            match self.engine.turn(self.now, false) {
                Turn::Event(event) => {
                    assert!(!self.ended, "{:?} after the end", event.kind);
                    self.hear(event.source, &event.kind);
                }
                Turn::Draw(_) => panic!("nobody wants a frame"),
                Turn::Deadline(_) => panic!("nobody waits for one"),
                Turn::Wait(until) => {
                    assert!(until.is_none_or(|at| at > self.now), "the loop would spin");
                    break;
                }
                Turn::Ended => break self.ended = true,
            }
        }
        // Whoever is sent away goes, and the engine hears of it.
        let mut sent_away = Vec::new();
        for ((backend, remote), seen) in (0..).zip(&self.remotes).zip(&mut self.seen) {
            let settings = remote.commands();
            sent_away.extend(settings[*seen..].iter().filter_map(|setting| match setting {
                BackendCommand::Disconnect(client) => Some(Source::new(backend, *client)),
                _ => None,
            }));
            *seen = settings.len();
        }
        if !sent_away.is_empty() {
            sent_away.into_iter().for_each(|source| self.leave(source));
            self.look();
        }
    }

    fn hear(&mut self, source: Option<Source>, kind: &EventKind) {
        let heard = &mut self.heard;
        match kind {
            EventKind::ControlChanged { held } => {
                assert!(heard.is_free(), "something stays held when control changes hands");
                assert_eq!(*held, source.is_some());
                assert_ne!(source, heard.presenter, "nothing has changed");
                heard.presenter = source;
                return;
            }
            EventKind::AccessibilityWanted { wanted } => {
                assert_eq!(source, None);
                assert_ne!(*wanted, heard.accessibility, "nothing has changed");
                heard.accessibility = *wanted;
                return;
            }
            EventKind::Close => return,
            EventKind::Resize(size) => {
                assert!(size.pwidth <= 4096 && size.pheight <= 4096);
                assert!(u64::from(size.pwidth) * u64::from(size.pheight) <= 4096 * 2160);
                return;
            }
            EventKind::KeyDown(key) if key.repeat => {
                assert!(heard.keys.contains(&key.code), "it repeats and is not down");
            }
            EventKind::KeyDown(key) => {
                assert!(!heard.keys.contains(&key.code), "it is down already");
                heard.keys.push(key.code.clone());
            }
            EventKind::KeyUp(key) => {
                assert!(!key.repeat, "a release repeats");
                let index = heard.keys.iter().position(|code| *code == key.code);
                heard.keys.remove(index.expect("it was not down"));
            }
            EventKind::PointerDown(pointer)
            | EventKind::PointerMove(pointer)
            | EventKind::PointerUp(pointer)
            | EventKind::PointerLeave(pointer) => heard.buttons = pointer.buttons,
            EventKind::FocusIn => heard.focused = true,
            EventKind::FocusOut => heard.focused = false,
            _ => {}
        }
        assert!(source.is_some() && source == heard.presenter, "{kind:?} is not the presenter's");
    }

    /// What must hold whatever happened.
    fn check(&self) {
        let audience = self.engine.audience();
        let presenters: Vec<_> = audience.iter().filter(|viewer| viewer.presenter).collect();
        assert!(presenters.len() <= 1, "{presenters:?}");
        let presenter = self.engine.presenter();
        assert_eq!(presenters.first().map(|viewer| viewer.source), presenter);
        if let Some(viewer) = presenters.first() {
            assert_eq!(viewer.role, Role::Drive, "{viewer:?} may only watch");
            let local = viewer.source.backend == WINDOW;
            let allowed = match self.policy {
                ControlPolicy::None => self.chosen,
                ControlPolicy::Local => local || self.chosen,
                _ => true,
            };
            assert!(allowed, "{viewer:?} drives under {}", self.policy);
        }
    }
}
