//! What waits to be written to a program: events, and the word to draw. Pure.

use std::collections::VecDeque;

use framecast::{Event, EventKind};

use super::protocol::VERSION;

/// The most events that wait for a program that does not read them.
const MOST_EVENTS: usize = 1024;

/// Events in the order in which they happened, and after them the word to draw.
///
/// Moves, turns of the wheel and sizes that wait are merged. When too many wait, all are discarded, but for the
/// newest of those that tell a state; the program is told how many it lost.
#[derive(Default)]
pub(crate) struct Outbox {
    greeted: bool,
    lost: usize,
    events: VecDeque<Event>,
    /// When the draw was announced that waits, in seconds on the canvas' clock.
    draw: Option<f64>,
    closed: bool,
}

impl Outbox {
    /// Adds an event. Returns whether others were discarded for it. After `close`, nothing is added.
    pub(crate) fn push(&mut self, event: Event) -> bool {
        // A program at the pipe has no accessibility tree.
        let untold = matches!(
            event.kind,
            EventKind::Animate { .. }
                | EventKind::BeforeDraw
                | EventKind::AccessibilityAction(_)
                | EventKind::AccessibilityWanted { .. }
        );
        if self.closed || untold {
            return false;
        }
        if matches!(event.kind, EventKind::Close) {
            (self.closed, self.draw) = (true, None);
        }
        let apart = match self.events.back_mut() {
            Some(last) => last.coalesce(event),
            None => Some(event),
        };
        let full = self.events.len() >= MOST_EVENTS && apart.is_some();
        if full {
            self.discard();
        }
        self.events.extend(apart);
        full
    }

    /// Says to draw, after all events that wait by the time this is written.
    pub(crate) fn draw(&mut self, timestamp: f64) {
        self.draw = Some(timestamp).filter(|_| !self.closed);
    }

    /// Whether the last line was taken.
    pub(crate) fn is_done(&self) -> bool {
        self.closed && self.events.is_empty()
    }

    /// Takes all that waits, as lines. Empty if nothing does.
    pub(crate) fn take(&mut self) -> String {
        let mut lines = String::new();
        if !std::mem::replace(&mut self.greeted, true) {
            lines += &format!("{{\"type\":\"hello\",\"version\":{VERSION}}}\n");
        }
        let lost = std::mem::take(&mut self.lost);
        if lost > 0 {
            lines += &format!("{{\"type\":\"lost\",\"events\":{lost}}}\n");
        }
        for event in self.events.drain(..) {
            lines += &serde_json::to_string(&event).expect("events are JSON");
            lines.push('\n');
        }
        if let Some(timestamp) = self.draw.take() {
            lines += &format!("{{\"type\":\"draw\",\"timestamp\":{timestamp:?}}}\n");
        }
        lines
    }

    fn discard(&mut self) {
        let all = std::mem::take(&mut self.events);
        let mut states = Vec::new();
        for event in all.into_iter().rev() {
            match state(&event.kind) {
                Some(state) if !states.contains(&state) => {
                    states.push(state);
                    self.events.push_front(event);
                }
                _ => self.lost += 1,
            }
        }
    }
}

/// What an event tells that holds until another one tells it anew.
fn state(kind: &EventKind) -> Option<&'static str> {
    match kind {
        EventKind::Resize(_)
        | EventKind::ControlChanged { .. }
        | EventKind::ViewInfo(_)
        | EventKind::Close => Some(kind.name()),
        EventKind::Show | EventKind::Hide => Some("visible"),
        EventKind::FocusIn | EventKind::FocusOut => Some("focus"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use framecast::{Key, Pointer, Resize};

    use super::*;

    fn event(kind: EventKind) -> Event {
        Event::new(kind, 1.5, None)
    }

    fn key(name: &str) -> Event {
        event(EventKind::KeyDown(Key::new(name)))
    }

    fn kinds(lines: &str) -> Vec<String> {
        let kind = |line| {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            value["type"].as_str().unwrap().to_owned()
        };
        lines.lines().map(kind).collect()
    }

    #[test]
    fn it_begins_with_the_version_and_draws_after_what_happened() {
        let mut outbox = Outbox::default();
        assert_eq!(outbox.take(), "{\"type\":\"hello\",\"version\":1}\n");
        outbox.draw(2.0);
        outbox.push(key("a"));
        let lines = outbox.take();
        assert!(lines.starts_with(r#"{"type":"key_down","#), "{lines}");
        assert!(lines.ends_with("{\"type\":\"draw\",\"timestamp\":2.0}\n"), "{lines}");
        assert_eq!(outbox.take(), "");
    }

    #[test]
    fn events_are_as_the_api_writes_them() {
        let mut outbox = Outbox::default();
        outbox.take();
        outbox.push(event(EventKind::PointerMove(Pointer::at(1.0, 2.0))));
        outbox.push(event(EventKind::PointerMove(Pointer::at(3.0, 2.5))));
        let expected = event(EventKind::PointerMove(Pointer::at(3.0, 2.5)));
        assert_eq!(serde_json::from_str::<Event>(&outbox.take()).unwrap(), expected);
    }

    #[test]
    fn the_fixture_has_what_is_written() {
        let fixture = include_str!("../fixtures/events.jsonl");
        let mut outbox = Outbox::default();
        let mut written = String::new();
        for line in fixture.lines() {
            let value: serde_json::Value = serde_json::from_str(line).unwrap();
            match &value["type"] {
                kind if kind == "hello" => {}
                kind if kind == "lost" => outbox.lost = value["events"].as_u64().unwrap() as usize,
                kind if kind == "draw" => outbox.draw(value["timestamp"].as_f64().unwrap()),
                _ => {
                    outbox.push(serde_json::from_str(line).unwrap());
                }
            }
            written += &outbox.take();
        }
        assert_eq!(written, fixture);
        assert_eq!(kinds(fixture).len(), 22, "every type but those that are not told");
    }

    #[test]
    fn who_does_not_read_loses_events_but_no_state() {
        let mut outbox = Outbox::default();
        outbox.take();
        outbox.push(event(EventKind::ControlChanged { held: true }));
        outbox.push(event(EventKind::Resize(Resize::new((1.0, 1.0), 1.0))));
        outbox.push(event(EventKind::FocusOut));
        outbox.push(event(EventKind::FocusIn));
        outbox.push(event(EventKind::Resize(Resize::new((2.0, 1.0), 1.0))));
        for _ in 5..MOST_EVENTS {
            assert!(!outbox.push(key("a")));
        }
        assert!(outbox.push(key("b")));
        assert!(!outbox.push(key("c")));
        let lines = outbox.take();
        assert!(lines.starts_with("{\"type\":\"lost\",\"events\":1021}\n"), "{lines}");
        let known = ["lost", "control_changed", "focus_in", "resize", "key_down", "key_down"];
        assert_eq!(kinds(&lines), known);
        assert!(lines.contains("\"width\":2.0"), "{lines}");
    }

    #[test]
    fn a_flood_takes_no_more_memory_than_the_most_events() {
        let mut outbox = Outbox::default();
        for n in 0..10 * MOST_EVENTS {
            outbox.push(key(&n.to_string()));
        }
        assert!(outbox.events.len() <= MOST_EVENTS);
        assert_eq!(outbox.lost + outbox.events.len(), 10 * MOST_EVENTS);
    }

    #[test]
    fn close_is_the_last_line() {
        let mut outbox = Outbox::default();
        outbox.draw(1.0);
        outbox.push(event(EventKind::Close));
        assert!(!outbox.is_done());
        outbox.push(key("a"));
        outbox.draw(2.0);
        assert_eq!(kinds(&outbox.take()), ["hello", "close"]);
        assert!(outbox.is_done());
    }

    #[test]
    fn what_comes_before_every_draw_and_what_is_about_no_pixels_is_not_told() {
        let mut outbox = Outbox::default();
        outbox.push(event(EventKind::Animate { step: 0.5 }));
        outbox.push(event(EventKind::BeforeDraw));
        outbox.push(event(EventKind::AccessibilityWanted { wanted: true }));
        assert_eq!(kinds(&outbox.take()), ["hello"]);
    }
}
