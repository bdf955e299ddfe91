//! What clients said that the engine has not taken yet: a queue with an end.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use framecast_api::{BackendEvent, ClientId, Role};

use crate::limits;
use crate::session::Violation;

/// From this many waiting inputs of a client on, its newest is merged into the one before, if that
/// can be ([`BackendEvent::coalesce`]).
const MERGE_FROM: usize = 256;

/// A client sent more than may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flooded;

impl From<Flooded> for Violation {
    fn from(_: Flooded) -> Self {
        Violation::Flood
    }
}

/// What clients said that the engine has not taken yet, over all clients of a backend: of each at most
/// [`PENDING_INPUTS`](limits::PENDING_INPUTS) events and [`PENDING_INPUT_BYTES`](limits::PENDING_INPUT_BYTES) bytes.
/// [`Hub`](crate::Hub) has its own.
#[derive(Debug, Default)]
pub struct Inputs {
    queue: VecDeque<BackendEvent>,
    clients: BTreeMap<ClientId, Pending>,
    /// Of whom something waits, or who is not announced.
    pending: BTreeSet<ClientId>,
    /// Who sent messages that made no sense.
    rejected: BTreeSet<ClientId>,
}

/// What waits of one client.
#[derive(Debug, Default)]
struct Pending {
    /// Whether the engine has taken its `Joined`.
    announced: bool,
    inputs: usize,
    bytes: usize,
    /// Where its newest input is in the queue.
    newest: Option<usize>,
    rejected: u64,
}

impl Inputs {
    /// Announces `client`. The others speak of clients that were announced.
    pub fn join(&mut self, client: ClientId, label: String, role: Role) {
        self.clients.insert(client, Pending::default());
        self.pending.insert(client);
        self.queue.push_back(BackendEvent::Joined { client, label, role });
    }

    /// Adds `input` of `client`, which came in a message of `bytes` bytes. When much waits, it is merged into the one
    /// before, if that can be.
    ///
    /// # Errors
    /// If too much of this client waits.
    pub fn push(
        &mut self,
        client: ClientId,
        input: BackendEvent,
        bytes: usize,
    ) -> Result<(), Flooded> {
        let Some(pending) = self.clients.get_mut(&client) else { return Ok(()) };
        let mut input = input;
        if pending.inputs >= MERGE_FROM
            && let Some(last) = pending.newest.and_then(|at| self.queue.get_mut(at))
        {
            match last.coalesce(input) {
                Some(apart) => input = apart,
                None => return Ok(()),
            }
        }
        if pending.inputs >= limits::PENDING_INPUTS
            || pending.bytes.saturating_add(bytes) > limits::PENDING_INPUT_BYTES
        {
            return Err(Flooded);
        }
        self.pending.insert(client);
        pending.inputs += 1;
        pending.bytes += bytes;
        pending.newest = Some(self.queue.len());
        self.queue.push_back(input);
        Ok(())
    }

    /// Counts a message of `client` that made no sense.
    pub fn reject(&mut self, client: ClientId) {
        if let Some(pending) = self.clients.get_mut(&client) {
            pending.rejected += 1;
            self.rejected.insert(client);
        }
    }

    /// Announces that `client` left, for this reason. One that was not taken yet is forgotten.
    pub fn leave(&mut self, client: ClientId, reason: &str) {
        let Some(pending) = self.clients.remove(&client) else { return };
        self.pending.remove(&client);
        self.rejected.remove(&client);
        if !pending.announced {
            // The engine never heard of it: connecting over and over fills nothing.
            self.forget(client);
            return;
        }
        if pending.rejected > 0 {
            self.queue.push_back(BackendEvent::Rejected { client, count: pending.rejected });
        }
        self.queue.push_back(BackendEvent::Leaving { client, reason: reason.to_owned() });
        self.queue.push_back(BackendEvent::Left { client });
    }

    /// Takes everything of `client` out of the queue.
    fn forget(&mut self, client: ClientId) {
        self.queue.retain(|input| client_of(input) != Some(client));
        for (at, input) in self.queue.iter().enumerate() {
            if let Some(pending) = client_of(input).and_then(|it| self.clients.get_mut(&it)) {
                pending.newest = Some(at);
            }
        }
    }

    /// Returns whether there is nothing to take.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.rejected.is_empty()
    }

    /// Takes everything, oldest first.
    pub fn take(&mut self) -> VecDeque<BackendEvent> {
        let mut queue = std::mem::take(&mut self.queue);
        for client in std::mem::take(&mut self.rejected) {
            if let Some(pending) = self.clients.get_mut(&client) {
                let count = std::mem::take(&mut pending.rejected);
                queue.push_back(BackendEvent::Rejected { client, count });
            }
        }
        for client in std::mem::take(&mut self.pending) {
            if let Some(pending) = self.clients.get_mut(&client) {
                *pending = Pending { announced: true, ..Pending::default() };
            }
        }
        queue
    }
}

fn client_of(input: &BackendEvent) -> Option<ClientId> {
    match input {
        BackendEvent::Joined { client, .. }
        | BackendEvent::Renamed { client, .. }
        | BackendEvent::Leaving { client, .. }
        | BackendEvent::Left { client }
        | BackendEvent::Event { client, .. }
        | BackendEvent::Resize { client, .. }
        | BackendEvent::ViewInfo { client, .. }
        | BackendEvent::AccessibilityWanted { client, .. }
        | BackendEvent::NativeWindow { client, .. }
        | BackendEvent::CloseRequested { client }
        | BackendEvent::Control { client, .. }
        | BackendEvent::Rejected { client, .. } => Some(*client),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use framecast_api::{Buttons, EventKind, Key, LogicalSize, Pointer, Wheel};

    const ANNA: ClientId = ClientId(1);
    const BERT: ClientId = ClientId(2);

    fn event(client: ClientId, kind: EventKind) -> BackendEvent {
        BackendEvent::Event { client, timestamp: 0.0, kind }
    }

    fn key(client: ClientId) -> BackendEvent {
        event(client, EventKind::KeyDown(Key::default()))
    }

    fn step(x: f64, buttons: Buttons) -> BackendEvent {
        event(ANNA, EventKind::PointerMove(Pointer::at(x, 0.0).with_buttons(buttons)))
    }

    fn joined() -> Inputs {
        let mut inputs = Inputs::default();
        inputs.join(ANNA, "anna".into(), Role::Drive);
        inputs.join(BERT, "bert".into(), Role::Drive);
        inputs.take();
        inputs
    }

    #[test]
    fn inputs_come_out_in_order_between_joined_and_left() {
        let mut inputs = Inputs::default();
        assert!(inputs.is_empty());
        inputs.join(ANNA, "anna".into(), Role::Drive);
        inputs.push(ANNA, key(ANNA), 10).unwrap();
        let first: Vec<_> = inputs.take().into();
        assert!(
            matches!(first[..], [BackendEvent::Joined { .. }, BackendEvent::Event { .. }]),
            "{first:?}"
        );
        inputs.push(ANNA, key(ANNA), 10).unwrap();
        inputs.reject(ANNA);
        inputs.reject(ANNA);
        inputs.leave(ANNA, "closed by the client");
        inputs.push(ANNA, key(ANNA), 10).unwrap();
        let last: Vec<_> = inputs.take().into();
        assert!(
            matches!(
                last[..],
                [
                    BackendEvent::Event { .. },
                    BackendEvent::Rejected { count: 2, .. },
                    BackendEvent::Leaving { .. },
                    BackendEvent::Left { .. }
                ]
            ),
            "{last:?}"
        );
        assert!(inputs.is_empty());
    }

    #[test]
    fn a_client_that_left_before_the_engine_looked_was_never_there() {
        let mut inputs = Inputs::default();
        inputs.join(BERT, "bert".into(), Role::Drive);
        for _ in 0..10_000 {
            inputs.join(ANNA, "anna".into(), Role::Drive);
            inputs.push(ANNA, key(ANNA), 10).unwrap();
            inputs.leave(ANNA, "connection lost");
        }
        assert_eq!(inputs.take().len(), 1);
    }

    #[test]
    fn moves_are_merged_once_many_inputs_wait() {
        let mut inputs = joined();
        for x in 0..10_000 {
            inputs.push(ANNA, step(f64::from(x), Buttons::NONE), 100).unwrap();
        }
        let left = [framecast_api::Button::Left].into_iter().collect();
        inputs.push(ANNA, step(5.0, left), 100).unwrap();
        let taken = inputs.take();
        assert_eq!(taken.len(), MERGE_FROM + 1, "a drag is not merged with a hover");
        let BackendEvent::Event { kind: EventKind::PointerMove(last), .. } = &taken[MERGE_FROM - 1]
        else {
            panic!("{taken:?}");
        };
        assert_eq!(last.x, 9999.0, "the newest position is kept");
    }

    #[test]
    fn turns_of_the_wheel_and_sizes_are_merged_like_moves() {
        let mut inputs = joined();
        let wheel = EventKind::Wheel(Wheel::new(0.0, 1.0));
        for _ in 0..10_000 {
            inputs.push(ANNA, event(ANNA, wheel.clone()), 100).unwrap();
        }
        for side in 1..=10_000 {
            let size = LogicalSize::new(f64::from(side), 5.0);
            inputs
                .push(ANNA, BackendEvent::Resize { client: ANNA, size, ratio: 1.0 }, 100)
                .unwrap();
        }
        let taken = inputs.take();
        assert_eq!(taken.len(), MERGE_FROM + 1);
        let turn = |input: &BackendEvent| match input {
            BackendEvent::Event { kind: EventKind::Wheel(wheel), .. } => wheel.dy,
            _ => 0.0,
        };
        assert_eq!(taken.iter().map(turn).sum::<f64>(), 10_000.0, "no turn is lost");
        let Some(BackendEvent::Resize { size, .. }) = taken.back() else { panic!("{taken:?}") };
        assert_eq!(size.width, 10_000.0, "the newest size is kept");
    }

    #[test]
    fn more_inputs_than_may_wait_are_a_flood_of_that_client_only() {
        let mut inputs = joined();
        for _ in 0..limits::PENDING_INPUTS {
            inputs.push(ANNA, key(ANNA), 10).unwrap();
        }
        assert_eq!(inputs.push(ANNA, key(ANNA), 10), Err(Flooded));
        assert_eq!(inputs.push(BERT, key(BERT), 10), Ok(()));
        inputs.take();
        assert_eq!(inputs.push(ANNA, key(ANNA), 10), Ok(()));
    }

    #[test]
    fn more_bytes_than_may_wait_are_a_flood() {
        let mut inputs = joined();
        for _ in 0..limits::PENDING_INPUT_BYTES / limits::MESSAGE_BYTES {
            inputs.push(ANNA, key(ANNA), limits::MESSAGE_BYTES).unwrap();
        }
        assert_eq!(inputs.push(ANNA, key(ANNA), 1), Err(Flooded));
    }

    #[test]
    fn the_newest_of_a_client_is_merged_wherever_it_is_in_the_queue() {
        let mut inputs = joined();
        let carla = ClientId(3);
        inputs.join(carla, "carla".into(), Role::Drive);
        for x in 0..MERGE_FROM {
            inputs.push(carla, key(carla), 10).unwrap();
            inputs.push(ANNA, step(x as f64, Buttons::NONE), 10).unwrap();
        }
        for _ in 0..10 {
            inputs.push(BERT, key(BERT), 10).unwrap();
        }
        // What stood before it is gone.
        inputs.leave(carla, "it left");
        inputs.push(ANNA, step(7000.0, Buttons::NONE), 10).unwrap();
        let taken = inputs.take();
        assert_eq!(taken.len(), MERGE_FROM + 10);
        let BackendEvent::Event { kind: EventKind::PointerMove(last), .. } = &taken[MERGE_FROM - 1]
        else {
            panic!("{taken:?}");
        };
        assert_eq!(last.x, 7000.0);
    }
}
