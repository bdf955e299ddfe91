use std::collections::VecDeque;

use framecast_api::{BackendEvent, ClientId};

/// Input that waits for the engine to poll. Moves, wheels and resizes are merged, so only
/// thousands of presses during one draw reach this.
const MAX_WAITING: usize = 4096;

/// The events of a backend's only client that the engine has not polled yet, oldest first. Moves, wheel turns and
/// resizes are merged ([`BackendEvent::coalesce`]). Events that do not fit are dropped, counted, and reported as
/// [`BackendEvent::Rejected`].
///
/// Moves, wheels and resizes are merged ([`BackendEvent::coalesce`]); what does not fit is dropped, counted
/// and reported as [`BackendEvent::Rejected`].
#[derive(Debug)]
pub struct InputQueue {
    client: ClientId,
    waiting: VecDeque<BackendEvent>,
    /// What did not fit since the last `take`.
    dropped: u64,
}

impl InputQueue {
    /// Creates an empty queue for the events of `client`.
    #[must_use]
    pub fn new(client: ClientId) -> Self {
        Self { client, waiting: VecDeque::new(), dropped: 0 }
    }

    /// Appends `input`. Returns whether the queue was empty, in which case the caller wakes the engine.
    pub fn push(&mut self, input: BackendEvent) -> bool {
        let was_empty = self.is_empty();
        if let Some(last) = self.waiting.back_mut() {
            let Some(input) = last.coalesce(input) else {
                return false;
            };
            // That the display died or the view goes must arrive.
            let ends = matches!(
                input,
                BackendEvent::Lost(_)
                    | BackendEvent::Left { .. }
                    | BackendEvent::CloseRequested { .. }
            );
            if self.waiting.len() >= MAX_WAITING && !ends {
                self.dropped += 1;
            } else {
                self.waiting.push_back(input);
            }
        } else {
            self.waiting.push_back(input);
        }
        was_empty
    }

    /// Returns whether the queue is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes all events.
    #[must_use]
    pub fn take(&mut self) -> VecDeque<BackendEvent> {
        let mut taken = std::mem::take(&mut self.waiting);
        if self.dropped > 0 {
            let count = std::mem::take(&mut self.dropped);
            // Before a `Lost`, after which nothing may follow.
            let end =
                taken.len() - usize::from(matches!(taken.back(), Some(BackendEvent::Lost(_))));
            taken.insert(end, BackendEvent::Rejected { client: self.client, count });
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use framecast_api::{Button, Error, EventKind, Key, LogicalSize, Pointer, Wheel};

    use super::*;

    const CLIENT: ClientId = ClientId(0);

    fn event(timestamp: f64, kind: EventKind) -> BackendEvent {
        BackendEvent::Event { client: CLIENT, timestamp, kind }
    }

    fn at(x: f64, buttons: &[Button]) -> EventKind {
        EventKind::PointerMove(Pointer::at(x, 0.0).with_buttons(buttons.to_vec()))
    }

    #[test]
    fn moves_with_equal_buttons_keep_the_last() {
        let mut queue = InputQueue::new(CLIENT);
        assert!(queue.push(event(1.0, at(1.0, &[]))));
        assert!(!queue.push(event(2.0, at(2.0, &[]))));
        queue.push(event(3.0, at(3.0, &[Button::Left])));
        let taken = queue.take();
        assert_eq!(taken.len(), 2);
        assert!(matches!(
            &taken[0],
            BackendEvent::Event { timestamp: 2.0, kind: EventKind::PointerMove(pointer), .. }
                if pointer.x == 2.0
        ));
        assert!(queue.is_empty() && queue.push(event(4.0, at(4.0, &[]))));
    }

    #[test]
    fn wheels_sum_and_resizes_keep_the_last() {
        let mut queue = InputQueue::new(CLIENT);
        for dy in [100.0, -30.0] {
            queue.push(event(0.0, EventKind::Wheel(Wheel::new(1.0, dy))));
        }
        for width in [10.0, 20.0] {
            let size = LogicalSize::new(width, 5.0);
            queue.push(BackendEvent::Resize { client: CLIENT, size, ratio: 1.0 });
        }
        let taken = queue.take();
        assert_eq!(taken.len(), 2);
        assert!(matches!(
            &taken[0],
            BackendEvent::Event { kind: EventKind::Wheel(wheel), .. }
                if wheel.dy == 70.0 && wheel.dx == 2.0
        ));
        assert!(matches!(&taken[1], BackendEvent::Resize { size, .. } if size.width == 20.0));
    }

    #[test]
    fn a_flood_is_cut_and_counted_but_the_loss_of_the_display_arrives() {
        let mut queue = InputQueue::new(CLIENT);
        for _ in 0..MAX_WAITING + 7 {
            queue.push(event(0.0, EventKind::KeyDown(Key::default())));
        }
        queue.push(BackendEvent::Lost(Error::failed("gone")));
        let taken = queue.take();
        assert_eq!(taken.len(), MAX_WAITING + 2);
        assert!(matches!(taken[MAX_WAITING], BackendEvent::Rejected { count: 7, .. }));
        assert!(matches!(taken[MAX_WAITING + 1], BackendEvent::Lost(_)));
        assert!(queue.take().is_empty());
    }
}
