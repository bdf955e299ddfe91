//! The queue of events on their way to the application. Pure.

use std::collections::VecDeque;

use framecast_api::Event;

/// Events in the order in which they happened.
///
/// While they wait, consecutive moves, turns of the wheel and resizes are merged
/// ([`Event::coalesce`]). Nothing else is merged, reordered or lost.
#[derive(Debug, Default)]
pub(crate) struct EventQueue {
    events: VecDeque<Event>,
}

impl EventQueue {
    /// With so many waiting nothing more is asked for: the backends' own queues have limits, which
    /// cost whoever sends too much the connection.
    pub(crate) const ENOUGH: usize = 1024;

    /// Whether the application has enough to do.
    pub(crate) fn has_enough(&self) -> bool {
        self.events.len() >= Self::ENOUGH
    }

    /// Whether more wait than are ever kept for a program that may not read.
    pub(crate) fn is_over_full(&self) -> bool {
        self.events.len() > Self::ENOUGH
    }

    pub(crate) fn push(&mut self, event: Event) {
        let apart = match self.events.back_mut() {
            Some(last) => last.coalesce(event),
            None => Some(event),
        };
        self.events.extend(apart);
    }

    pub(crate) fn pop(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }
}

#[cfg(test)]
mod tests {
    use framecast_api::{
        Button, ClientId, EventKind, Key, Modifiers, Pointer, Resize, Source, Wheel,
    };

    use super::*;

    fn event(timestamp: f64, kind: EventKind) -> Event {
        Event::new(kind, timestamp, None)
    }

    fn moved(x: f64) -> EventKind {
        EventKind::PointerMove(Pointer::at(x, 0.0))
    }

    fn wheel(dy: f64, shift: bool) -> EventKind {
        let modifiers = if shift { Modifiers::NONE.with_shift() } else { Modifiers::NONE };
        EventKind::Wheel(Wheel::new(0.0, dy).with_modifiers(modifiers))
    }

    #[test]
    fn ten_thousand_moves_become_the_last_one() {
        let mut queue = EventQueue::default();
        for n in 0..10_000 {
            queue.push(event(f64::from(n), moved(f64::from(n))));
        }
        assert_eq!(queue.len(), 1);
        assert_eq!(queue.pop(), Some(event(9999.0, moved(9999.0))));
        assert_eq!(queue.pop(), None);
    }

    #[test]
    fn a_move_with_another_button_or_modifier_or_source_is_kept_apart() {
        let mut queue = EventQueue::default();
        queue.push(event(0.0, moved(1.0)));
        let dragged = Pointer::at(0.0, 0.0).with_buttons([Button::Left]);
        queue.push(event(0.0, EventKind::PointerMove(dragged.clone())));
        let modifiers = Modifiers::NONE.with_alt();
        queue.push(event(0.0, EventKind::PointerMove(dragged.with_modifiers(modifiers))));
        let mut elsewhere = event(0.0, moved(1.0));
        elsewhere.source = Some(Source::new(1, ClientId(1)));
        queue.push(elsewhere);
        assert_eq!(queue.len(), 4);
    }

    #[test]
    fn wheels_sum_up_unless_the_modifiers_differ() {
        let mut queue = EventQueue::default();
        queue.push(event(0.0, wheel(100.0, false)));
        queue.push(event(1.0, wheel(-30.0, false)));
        queue.push(event(2.0, wheel(5.0, true)));
        assert_eq!(queue.pop(), Some(event(1.0, wheel(70.0, false))));
        assert_eq!(queue.pop(), Some(event(2.0, wheel(5.0, true))));
    }

    #[test]
    fn resizes_keep_the_last_one() {
        let mut queue = EventQueue::default();
        let resize = |side: f64| EventKind::Resize(Resize::new((side, side), 1.0));
        queue.push(event(0.0, resize(1.0)));
        queue.push(event(1.0, resize(2.0)));
        assert_eq!(queue.pop(), Some(event(1.0, resize(2.0))));
    }

    #[test]
    fn keys_are_never_merged_and_keep_moves_in_order() {
        let mut queue = EventQueue::default();
        let key = EventKind::KeyDown(Key::new("a"));
        for kind in [moved(1.0), key.clone(), key.clone(), moved(2.0), moved(3.0)] {
            queue.push(event(0.0, kind));
        }
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|event| event.kind).collect();
        assert_eq!(order, [moved(1.0), key.clone(), key, moved(3.0)]);
    }
}
