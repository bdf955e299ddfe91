//! Who has room, who is to be looked at and when, and who is sent something next: kept up to date
//! client by client, so that what happens to one costs the same however many there are.

use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use framecast_api::ClientId;

use crate::client_state::{Clients, Place};
use crate::store::pictures::{Pictures, Source};
use crate::viewers::Viewers;

/// So many messages may wait at once for those who write them, besides one for the presenter: it
/// never queues behind more of them. Under load everybody else has the rest, in turn.
const MOST_UNTAKEN: usize = 16;
/// A message that nobody took for this long counts no more: what keeps its connection busy is
/// something else.
const UNTAKEN_TIME: Duration = Duration::from_millis(100);

/// What is known of all clients together.
#[derive(Debug, Default)]
pub(crate) struct Audience {
    rooms: [Room; Source::ALL.len()],
    /// When to look at whom.
    look_at: BTreeSet<(Instant, ClientId)>,
    /// To whom something happened. Some are in it twice.
    changed: Vec<ClientId>,
    /// Who has a message that needs nothing else, by its kind.
    ready: [Turns; 3],
    /// The last turn was that of a text: the next is that of an update, if somebody waits for one.
    told: bool,
    /// Who has room and is behind.
    waiting: Turns,
    /// Of `waiting`, who lacks something that is not encoded.
    lacking: Turns,
    /// Who was handed a message that is not taken yet, the longest first.
    untaken: VecDeque<(Instant, ClientId)>,
    /// The clients that look.
    viewers: Viewers,
}

/// What a message is of that needs nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ready {
    /// Of an update that was begun: it goes before those of others.
    Begun,
    /// Of what somebody new is told.
    Greeting,
    Text,
}

/// Who can take pictures of one source.
#[derive(Debug, Default)]
struct Room {
    clients: BTreeSet<ClientId>,
    /// Those that want frames to be drawn. The rest counts only those:
    wanting: usize,
    /// Those that can take more than one.
    roomy: usize,
    /// Those that can take one and were sent everything up to this version.
    current: (Option<u64>, usize),
    takes_exact: usize,
}

/// A queue in which everybody has one place at most.
#[derive(Debug, Default)]
struct Turns {
    queue: VecDeque<ClientId>,
    queued: BTreeSet<ClientId>,
}

impl Turns {
    fn push(&mut self, client: ClientId) {
        if self.queued.insert(client) {
            self.queue.push_back(client);
        }
    }

    fn push_front(&mut self, client: ClientId) {
        if self.queued.insert(client) {
            self.queue.push_front(client);
        }
    }

    fn pop(&mut self) -> Option<ClientId> {
        // Whoever was removed is still in the queue.
        loop {
            let client = self.queue.pop_front()?;
            if self.queued.remove(&client) {
                return Some(client);
            }
        }
    }

    /// Whether `client` was in it.
    fn remove(&mut self, client: ClientId) -> bool {
        let was = self.queued.remove(&client);
        if self.queued.is_empty() {
            self.queue.clear();
        } else if was && self.queue.len() > 2 * self.queued.len() + 16 {
            let Self { queue, queued } = self;
            queue.retain(|client| queued.contains(client));
        }
        was
    }

    fn contains(&self, client: ClientId) -> bool {
        self.queued.contains(&client)
    }

    fn is_empty(&self) -> bool {
        self.queued.is_empty()
    }
}

fn index(source: Source) -> usize {
    source as usize
}

impl Audience {
    /// `client` stands elsewhere than before.
    pub(crate) fn moved(&mut self, client: ClientId, before: &Place, after: &Place) {
        if before.look_at != after.look_at {
            if let Some(at) = before.look_at {
                self.look_at.remove(&(at, client));
            }
            if let Some(at) = after.look_at {
                self.look_at.insert((at, client));
            }
        }
        let counted = |place: &Place| Place { look_at: None, ..*place };
        if counted(before) == counted(after) {
            return;
        }
        self.viewers.all += after.viewers.all;
        self.viewers.all -= before.viewers.all;
        self.viewers.visible += after.viewers.visible;
        self.viewers.visible -= before.viewers.visible;
        let room = &mut self.rooms[index(before.source)];
        if before.room > 0 {
            if after.room == 0 || after.source != before.source {
                room.clients.remove(&client);
            }
            room.takes_exact -= usize::from(before.takes_exact);
            room.wanting -= usize::from(before.wants_frames);
            room.roomy -= usize::from(before.wants_frames && before.room > 1);
            if before.wants_frames && before.room == 1 && room.current.0 == before.version {
                room.current.1 -= 1;
            }
        }
        let room = &mut self.rooms[index(after.source)];
        if after.room > 0 {
            room.clients.insert(client);
            room.takes_exact += usize::from(after.takes_exact);
            room.wanting += usize::from(after.wants_frames);
            room.roomy += usize::from(after.wants_frames && after.room > 1);
            if after.wants_frames && after.room == 1 && room.current.0 == after.version {
                room.current.1 += 1;
            }
        }
    }

    /// The pictures of `source` are of this version from now on.
    pub(crate) fn set_version(&mut self, source: Source, version: Option<u64>, clients: &Clients) {
        let room = &mut self.rooms[index(source)];
        if room.current.0 == version {
            return;
        }
        let places = room.clients.iter().filter_map(|client| Some(clients.get(client)?.place));
        let current = places
            .filter(|place| place.wants_frames && place.room == 1 && place.version == version);
        room.current = (version, current.count());
    }

    /// The clients that look.
    pub(crate) fn viewers(&self) -> Viewers {
        self.viewers
    }

    /// Whether somebody can take a picture of `source`.
    pub(crate) fn has_room(&self, source: Source) -> bool {
        !self.rooms[index(source)].clients.is_empty()
    }

    /// Whether somebody can take an exact one.
    pub(crate) fn takes_exact(&self, source: Source) -> bool {
        self.rooms[index(source)].takes_exact > 0
    }

    /// Those who can take a picture of `source`.
    pub(crate) fn with_room(&self, source: Source) -> Vec<ClientId> {
        self.rooms[index(source)].clients.iter().copied().collect()
    }

    /// Whether somebody has room for a frame after the newest, whose number is `newest`, and it was
    /// begun to be encoded: so the engine draws a frame while the one before is encoded, and no more.
    pub(crate) fn wants_frame(&self, pictures: &Pictures, newest: Option<u64>) -> bool {
        Source::ALL.into_iter().filter(|source| pictures.wants_frames(*source)).any(|source| {
            let room = &self.rooms[index(source)];
            let Some(newest) = newest else { return room.wanting > 0 };
            let has_current = || room.current.1 > 0 && pictures.has(source, newest);
            pictures.has_begun(source, newest) && (room.roomy > 0 || has_current())
        })
    }

    /// Something happened to `client`.
    pub(crate) fn changed(&mut self, client: ClientId) {
        if self.changed.last() != Some(&client) {
            self.changed.push(client);
        }
    }

    /// To whom something happened since they were looked at; they may be gone.
    pub(crate) fn next_changed(&mut self, now: Instant) -> Option<ClientId> {
        if let Some((at, client)) = self.look_at.first().copied()
            && at <= now
        {
            // It stays where it stands until it is looked at.
            self.look_at.pop_first();
            return Some(client);
        }
        self.changed.pop()
    }

    /// Whether `client` has a message that needs nothing else, and of which kind.
    pub(crate) fn set_ready(&mut self, client: ClientId, ready: Option<Ready>) {
        for kind in [Ready::Begun, Ready::Greeting, Ready::Text] {
            let turns = &mut self.ready[kind as usize];
            if ready != Some(kind) {
                turns.remove(client);
            } else if kind == Ready::Begun {
                turns.push_front(client);
            } else {
                turns.push(client);
            }
        }
    }

    /// Whether it was.
    fn stop_being_ready(&mut self, client: ClientId) -> bool {
        let mut was = false;
        for turns in &mut self.ready {
            was |= turns.remove(client);
        }
        was
    }

    /// Whether `client` has room and is behind.
    pub(crate) fn set_waiting(&mut self, client: ClientId, waiting: bool) {
        if waiting {
            if !self.lacking.contains(client) {
                self.waiting.push(client);
            }
        } else {
            self.stop_waiting(client);
        }
    }

    fn stop_waiting(&mut self, client: ClientId) {
        self.waiting.remove(client);
        self.lacking.remove(client);
    }

    /// Who had a turn and lacked something.
    pub(crate) fn lacking(&self) -> impl Iterator<Item = ClientId> {
        self.lacking.queued.iter().copied()
    }

    /// What is encoded changed: clients that lacked something have their turn again, before the others.
    /// Whether somebody did.
    pub(crate) fn retry_lacking(&mut self) -> bool {
        let lacking: Vec<_> = std::iter::from_fn(|| self.lacking.pop()).collect();
        for client in lacking.iter().rev() {
            self.waiting.push_front(*client);
        }
        !lacking.is_empty()
    }

    /// As [`retry_lacking`](Self::retry_lacking), for `client` only.
    pub(crate) fn retry(&mut self, client: ClientId) {
        if self.lacking.remove(client) {
            self.waiting.push_front(client);
        }
    }

    /// Who has the next turn to be sent a message: `presenter`, otherwise the client that has waited the longest:
    /// for the rest of an update or as somebody new, and then for a text and for an update in turn, so that
    /// neither holds up the other. `updates`: those who wait for an update have theirs, too.
    pub(crate) fn next_turn(
        &mut self,
        presenter: Option<ClientId>,
        updates: bool,
        now: Instant,
    ) -> Option<ClientId> {
        if let Some(presenter) = presenter
            && (self.stop_being_ready(presenter) || updates && self.waiting.remove(presenter))
        {
            return Some(presenter);
        }
        while self.untaken.front().is_some_and(|(at, _)| now >= *at + UNTAKEN_TIME) {
            self.untaken.pop_front();
        }
        if self.untaken.len() >= MOST_UNTAKEN {
            return None;
        }
        let [begun, greeting, texts] = &mut self.ready;
        if let Some(client) = begun.pop().or_else(|| greeting.pop()) {
            return Some(client);
        }
        let mut update = || if updates { self.waiting.pop() } else { None };
        let first = if self.told { update() } else { None };
        let text = first.is_none().then(|| texts.pop()).flatten();
        self.told = text.is_some();
        first.or(text).or_else(update)
    }

    /// `client` had its turn and lacks something that is not encoded.
    pub(crate) fn lacks(&mut self, client: ClientId) {
        self.lacking.push(client);
    }

    /// `client` was handed a message.
    pub(crate) fn handed(&mut self, client: ClientId, now: Instant) {
        self.untaken.push_back((now, client));
    }

    /// `client` has taken its message.
    pub(crate) fn taken(&mut self, client: ClientId) {
        if let Some(at) = self.untaken.iter().position(|(_, untaken)| *untaken == client) {
            self.untaken.remove(at);
        }
    }

    /// When to go on, if nothing else happens.
    pub(crate) fn next_look(&self, updates: bool) -> Option<Instant> {
        let held_back =
            self.ready.iter().any(|turns| !turns.is_empty()) || updates && !self.waiting.is_empty();
        let untaken = self.untaken.front().filter(|_| held_back);
        let untaken = untaken.map(|(at, _)| *at + UNTAKEN_TIME);
        self.look_at.first().map(|(at, _)| *at).into_iter().chain(untaken).min()
    }

    /// `client`, who stood there, is gone.
    pub(crate) fn left(&mut self, client: ClientId, place: &Place) {
        let viewers = Viewers::default();
        let nowhere = Place { room: 0, takes_exact: false, viewers, look_at: None, ..*place };
        self.moved(client, place, &nowhere);
        self.stop_being_ready(client);
        self.stop_waiting(client);
        self.taken(client);
    }
}
