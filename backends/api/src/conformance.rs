//! The suite that every backend must pass, ours or yours.
//!
//! It drives a backend as the engine would, without an audience, and looks for what has broken
//! such programs before: calls that block, frames that pile up, settings that panic, clean-up
//! that runs twice. Run it in a test of the crate that has the backend:
//!
//! ```
//! use framecast_api::{NullBackend, conformance};
//! conformance::check(|| NullBackend::new().0);
//! ```
//!
//! [`time_present`] tells what rate a backend can hold.

mod present_time;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};
use std::time::{Duration, Instant};

pub use self::present_time::{PresentTime, time_present};

use crate::accessibility::{Node, NodeId, Role as NodeRole, Tree};
use crate::{
    Backend, BackendCommand, BackendEvent, ClientId, Clock, Context, ControlState, Cursor,
    DirectPicture, FramePool, LogicalSize, Member, PhysicalSize, Role, TextInput, ViewLink,
};

/// A call that must not wait for anybody may take this long on a busy machine.
const PROMPT: Duration = Duration::from_secs(2);
/// Frames a backend may hold: the newest, the one it works on, and one on its way.
const HELD_FRAMES: usize = 4;
/// Frames presented to see whether they pile up.
const FRAMES: u64 = 60;

/// Runs every check on fresh backends made by `make`.
///
/// # Panics
/// If a check fails, with its name and what was wrong; all checks run first.
pub fn check<B: Backend + 'static>(mut make: impl FnMut() -> B) {
    type Check = fn(Box<dyn Backend>);
    let checks: [(&str, Check); 8] = [
        ("has a constant lower-case name", has_a_constant_lower_case_name),
        ("can be dropped without being opened", drop),
        ("is silent before it is opened", is_silent_before_it_is_opened),
        ("never waits for its audience", never_waits_for_its_audience),
        ("holds few frames", holds_few_frames),
        ("takes frames of any size", takes_frames_of_any_size),
        ("takes or declines every setting", takes_or_declines_every_setting),
        ("closes twice and drops without harm", closes_twice_and_drops_without_harm),
    ];
    let failed: Vec<String> = checks
        .into_iter()
        .filter_map(|(name, check)| {
            let backend = Box::new(make());
            let panic = catch_unwind(AssertUnwindSafe(|| check(backend))).err()?;
            let why = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
                .unwrap_or_default();
            Some(format!("- {name}: {why}"))
        })
        .collect();
    assert!(failed.is_empty(), "this backend does not keep the contract:\n{}", failed.join("\n"));
}

/// Counts how often a backend woke the loop.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn open(backend: &mut dyn Backend) {
    let waker = Waker::from(Arc::new(Wakes::default()));
    let size = LogicalSize::new(320.0, 240.0);
    let context = Context::new(waker, Clock::start(), "conformance", size);
    if let Err(error) = backend.open(context) {
        panic!("open failed: {error}");
    }
}

fn prompt<T>(what: &str, call: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = call();
    let took = start.elapsed();
    assert!(took < PROMPT, "{what} took {took:?}: it must not wait");
    result
}

/// Polls, and checks that clients are announced, and gone when they left.
fn poll(backend: &mut dyn Backend, present: &mut BTreeSet<ClientId>) {
    prompt("poll", || {
        backend.poll(&mut |input| match input {
            BackendEvent::Joined { client, label, .. } => {
                assert!(!label.is_empty(), "a client without a label");
                assert!(present.insert(client), "{client:?} joined twice");
            }
            BackendEvent::Renamed { client, label } => {
                assert!(!label.is_empty(), "a client without a label");
                assert!(present.contains(&client), "{client:?} is renamed, who is not here");
            }
            BackendEvent::Left { client } => {
                assert!(present.remove(&client), "{client:?} left without having joined");
            }
            BackendEvent::Event { client, ref kind, timestamp } => {
                assert!(present.contains(&client), "an event of {client:?}, who is not here");
                assert!(timestamp.is_finite() && timestamp >= 0.0, "stamped {timestamp}");
                assert!(kind.validate().is_ok(), "an invalid event: {kind:?}");
            }
            BackendEvent::Leaving { client, .. }
            | BackendEvent::Resize { client, .. }
            | BackendEvent::ViewInfo { client, .. }
            | BackendEvent::AccessibilityWanted { client, .. }
            | BackendEvent::NativeWindow { client, .. }
            | BackendEvent::CloseRequested { client }
            | BackendEvent::Control { client, .. }
            | BackendEvent::Rejected { client, .. } => {
                assert!(present.contains(&client), "input of {client:?}, who is not here");
            }
            BackendEvent::Lost(error) => panic!("lost at once: {error}"),
        });
    });
}

fn has_a_constant_lower_case_name(mut backend: Box<dyn Backend>) {
    let name = backend.name().to_owned();
    let fine = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
    assert!(!name.is_empty() && name.chars().all(fine), "{name:?} is no lower-case name");
    open(&mut *backend);
    assert_eq!(backend.name(), name, "the name changed when it was opened");
}

fn is_silent_before_it_is_opened(mut backend: Box<dyn Backend>) {
    backend.poll(&mut |input| panic!("input before open: {input:?}"));
    assert!(!backend.wants_frame(), "wants a frame before it is opened");
}

fn never_waits_for_its_audience(mut backend: Box<dyn Backend>) {
    open(&mut *backend);
    let mut pool = FramePool::new();
    let mut present = BTreeSet::new();
    for sequence in 1..=FRAMES {
        poll(&mut *backend, &mut present);
        prompt("wants_frame", || backend.wants_frame());
        let buffer = pool.lend(PhysicalSize::new(320, 240)).expect("a modest size");
        let frame = pool.freeze(buffer, sequence, 0.0, 1.0);
        prompt("present", || backend.present(&frame)).expect("present");
    }
    prompt("close", || backend.close());
}

fn holds_few_frames(mut backend: Box<dyn Backend>) {
    open(&mut *backend);
    let mut pool = FramePool::new();
    for sequence in 1..=FRAMES {
        let buffer = pool.lend(PhysicalSize::new(64, 64)).expect("a modest size");
        let frame = pool.freeze(buffer, sequence, 0.0, 1.0);
        backend.present(&frame).expect("present");
        drop(frame);
        let held = pool.in_use();
        assert!(held <= HELD_FRAMES, "holds {held} frames; the newest wins, drop the others");
    }
}

fn takes_frames_of_any_size(mut backend: Box<dyn Backend>) {
    open(&mut *backend);
    let mut pool = FramePool::new();
    for (sequence, (width, height)) in
        (1..).zip([(1, 1), (1, 999), (333, 1), (17, 31), (1920, 1080), (64, 64)])
    {
        let buffer = pool.lend(PhysicalSize::new(width, height)).expect("a modest size");
        let frame = pool.freeze(buffer, sequence, 0.0, 1.5);
        if let Err(error) = backend.present(&frame) {
            panic!("a frame of {width}x{height}: {error}");
        }
    }
}

fn takes_or_declines_every_setting(mut backend: Box<dyn Backend>) {
    open(&mut *backend);
    let mut settings: Vec<_> = Cursor::ALL.iter().copied().map(BackendCommand::Cursor).collect();
    settings.extend([
        BackendCommand::Title(String::new()),
        BackendCommand::Title("a \"title\" <b>with</b> \u{1b}[31m\0 everything ü 漢".into()),
        BackendCommand::Title("long ".repeat(1000)),
        BackendCommand::LogicalSize(LogicalSize::new(200.0, 100.0)),
        BackendCommand::Control(ControlState::default()),
        BackendCommand::Control(ControlState::new(
            Some(7),
            Some(u64::MAX),
            true,
            vec![Member::new(7, Some(ClientId(u64::MAX)), "\u{1b}[31m<b>".into(), Role::Watch)],
        )),
        BackendCommand::Links(vec![ViewLink::new(
            "\u{1b}[2J",
            Role::Watch,
            "http://\u{7}\n".repeat(99),
        )]),
        BackendCommand::Disconnect(ClientId(u64::MAX)),
        BackendCommand::LetIn(ClientId(u64::MAX)),
        BackendCommand::ShownDirectly(Some(DirectPicture::new(PhysicalSize::new(3, 2), 1.0))),
        BackendCommand::ShownDirectly(None),
        BackendCommand::TextInput { client: ClientId(0), input: Some(TextInput::default()) },
        BackendCommand::TextInput { client: ClientId(0), input: None },
        BackendCommand::TextInput { client: ClientId(u64::MAX), input: None },
        BackendCommand::OpenUrl { client: ClientId(0), url: "https://example.com/".into() },
        BackendCommand::OpenUrl { client: ClientId(u64::MAX), url: "https://example.com/".into() },
        BackendCommand::Clipboard {
            client: ClientId(0),
            text: "two\nlines \u{1b}[31m\0 ü 漢".into(),
        },
        BackendCommand::Clipboard {
            client: ClientId(u64::MAX),
            text: "x".repeat(BackendCommand::MAX_CLIPBOARD),
        },
        BackendCommand::Accessibility(Some(Arc::new(large_tree()))),
        BackendCommand::Accessibility(None),
    ]);
    for setting in settings {
        match prompt("apply", || backend.apply(&setting)) {
            Ok(()) => {}
            Err(error) => assert!(error.is_not_supported(), "{setting:?} failed: {error}"),
        }
    }
}

/// As large as an application can hand one over.
fn large_tree() -> Tree {
    let name = "\u{1b}[31m<b>\0 漢".repeat(4);
    let leaves = (1..Tree::MAX_NODES as u64).map(|id| (NodeId(id), Node::new(NodeRole::Label)));
    let named = leaves.map(|(id, node)| (id, node.with_name(name.clone())));
    let mut tree = Tree::new(NodeId(0), Node::new(NodeRole::Window));
    tree.nodes.extend(named);
    let children: Vec<_> = tree.nodes.keys().skip(1).copied().collect();
    tree.nodes.insert(NodeId(0), Node::new(NodeRole::Window).with_children(children));
    tree.checked().expect("a tree within the limits")
}

fn closes_twice_and_drops_without_harm(mut backend: Box<dyn Backend>) {
    open(&mut *backend);
    prompt("close", || backend.close());
    prompt("a second close", || backend.close());
    backend.poll(&mut |input| panic!("input after close: {input:?}"));
    assert!(!backend.wants_frame(), "wants a frame after close");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Frame, Result};

    /// Breaks the contract in one way.
    #[derive(Default)]
    struct Broken {
        hoard: Vec<Frame>,
        hoards: bool,
        wants_after_close: bool,
        speaks_for_strangers: bool,
    }

    impl Backend for Broken {
        fn name(&self) -> &str {
            "broken"
        }

        fn open(&mut self, _: Context) -> Result<()> {
            Ok(())
        }

        fn poll(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
            if self.speaks_for_strangers {
                sink(BackendEvent::CloseRequested { client: ClientId(5) });
            }
        }

        fn wants_frame(&self) -> bool {
            self.wants_after_close
        }

        fn present(&mut self, frame: &Frame) -> Result<()> {
            if self.hoards {
                self.hoard.push(frame.clone());
            }
            Ok(())
        }

        fn close(&mut self) {}
    }

    fn complaint(make: impl FnMut() -> Box<dyn Backend>) -> String {
        let panic = catch_unwind(AssertUnwindSafe(|| check(make))).expect_err("must complain");
        panic.downcast_ref::<String>().expect("a message").clone()
    }

    #[test]
    fn a_backend_that_does_nothing_passes() {
        check(|| Box::new(Broken::default()));
    }

    #[test]
    fn a_hoarder_of_frames_is_found() {
        let text = complaint(|| Box::new(Broken { hoards: true, ..Broken::default() }));
        assert!(text.contains("holds few frames"), "{text}");
    }

    #[test]
    fn demand_after_close_is_found() {
        let text = complaint(|| Box::new(Broken { wants_after_close: true, ..Broken::default() }));
        assert!(text.contains("closes twice"), "{text}");
        assert!(text.contains("is silent before it is opened"), "{text}");
    }

    #[test]
    fn input_of_an_unannounced_client_is_found() {
        let broken = || Broken { speaks_for_strangers: true, ..Broken::default() };
        let text = complaint(move || Box::new(broken()));
        assert!(text.contains("who is not here"), "{text}");
    }
}
