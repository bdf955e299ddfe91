//! One canvas as the engine, the encoders' threads and its clients' tasks share it: a lock around a
//! hub.
//!
//! Nothing waits while it holds the lock: pictures are encoded, composed and sent outside of it.
//! After every change the hub is polled until it has nothing more to say, and whoever that concerns
//! is woken.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant};

use framecast_api::{
    BackendCommand, BackendEvent, ClientId, Clock, Frame, Role, TextInput, Traffic,
};
use framecast_stream::{
    CanvasStats, ClientMessage, Goodbye, Hub, HubInput, HubOutput, Identity, Job, JobResult,
    Joining, LinkAnswer, Message, SnapshotLook, TileUpdate, VideoSettings, Viewers, Violation,
    is_same,
};
use smol::channel::Sender;

use super::live::Live;
use super::snapshot::SharedCache;
use crate::Resources;

/// Of more jobs than this, every encoder is told.
const MANY: usize = 4;

/// One canvas.
#[derive(Debug)]
pub(crate) struct Canvas {
    shared: Mutex<Shared>,
    /// Told when there is something to encode, or the hub is to be polled at another time than before.
    work: Condvar,
    /// The last snapshots.
    snapshots: SharedCache,
    /// It in segments, while somebody asks for those.
    live: Live,
    /// Of its page; `None`: the server's.
    resources: Mutex<Option<Resources>>,
}

#[derive(Debug)]
struct Shared {
    hub: Hub,
    /// The engine's.
    waker: Option<Waker>,
    /// Of whoever feeds the canvas, which is told how many look.
    feeder: Option<Waker>,
    clients: HashMap<ClientId, Slot>,
    /// Those who wait for snapshots.
    requests: HashMap<u64, Sender<()>>,
    /// When a thread polls the hub again, at the latest. Earlier than it has to be, perhaps: to be
    /// woken once for nothing costs less than to be woken for every change.
    look_at: Option<Instant>,
}

/// What a client's task is to do.
#[derive(Debug)]
struct Slot {
    message: Option<Message>,
    goodbye: Option<Goodbye>,
    wake: Notify,
}

/// How whoever writes to a client is told that there is something to do.
#[derive(Debug)]
enum Notify {
    /// A task. One wake waits at most: the task looks at everything.
    Task(Sender<()>),
    /// A subscriber, which is woken when nothing is locked.
    Subscriber(Waker),
}

impl Slot {
    /// Tells it, or has it told later.
    fn notify(&self, later: &mut Wake) {
        match &self.wake {
            // Full: it is awake already. Closed: it is gone.
            Notify::Task(task) => drop(task.try_send(())),
            Notify::Subscriber(waker) => later.others.push(waker.clone()),
        }
    }
}

/// What a client's task is to do next.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Message(Message),
    Goodbye(Goodbye),
}

/// Who is to be woken once nothing is locked.
#[derive(Debug, Default)]
pub(super) struct Wake {
    /// The engine's, if it is to be woken, that of whoever feeds the canvas, and those of subscribers.
    others: Vec<Waker>,
    /// How many of the encoders' threads.
    encoders: usize,
}

impl Shared {
    /// Polls the hub until it has nothing more to say.
    fn settle(&mut self, now: Instant) -> Wake {
        let mut wake = Wake::default();
        loop {
            match self.hub.poll(now) {
                HubOutput::Send(client, message) => {
                    if let Some(slot) = self.clients.get_mut(&client) {
                        slot.message = Some(message);
                        slot.notify(&mut wake);
                    }
                }
                HubOutput::Close(client, goodbye) => {
                    if let Some(slot) = self.clients.get_mut(&client) {
                        slot.goodbye.get_or_insert(goodbye);
                        slot.notify(&mut wake);
                    }
                }
                HubOutput::Snapshot(request) => {
                    if let Some(waiting) = self.requests.get(&request) {
                        let _ = waiting.try_send(());
                    }
                }
                // Whoever feeds it knows what is missing.
                HubOutput::Repair(_) => {}
                HubOutput::Viewers(_) => wake.others.extend(self.feeder.clone()),
                HubOutput::Wake => wake.others.extend(self.waker.clone()),
                HubOutput::Encode(jobs) => wake.encoders = jobs,
                HubOutput::Wait(until) => {
                    // A thread that wakes too early finds out; one that wakes too late does not.
                    let before = self.look_at.filter(|before| now < *before);
                    let sooner = until.is_some_and(|at| before.is_none_or(|before| at < before));
                    self.look_at = if sooner { until } else { before };
                    wake.encoders = wake.encoders.max(usize::from(sooner));
                    return wake;
                }
            }
        }
    }
}

impl Canvas {
    pub(crate) fn new(still_after: Duration) -> Self {
        Self {
            shared: Mutex::new(Shared {
                hub: Hub::new(still_after),
                waker: None,
                feeder: None,
                clients: HashMap::new(),
                requests: HashMap::new(),
                look_at: None,
            }),
            work: Condvar::new(),
            snapshots: SharedCache::default(),
            live: Live::default(),
            resources: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // Every change is complete before anything in it can panic.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something, and wakes the threads and tasks that have something to do because of it.
    fn change<R>(&self, now: Instant, change: impl FnOnce(&mut Shared) -> R) -> R {
        let (result, wake) = {
            let mut shared = self.lock();
            let result = change(&mut shared);
            (result, shared.settle(now))
        };
        self.wake(wake);
        result
    }

    fn handle(&self, now: Instant, input: HubInput) -> Result<(), Violation> {
        self.change(now, |shared| shared.hub.handle(now, input))
    }

    /// The same for what is no client's doing.
    fn tell(&self, input: HubInput) {
        let _ = self.handle(Instant::now(), input);
    }

    pub(super) fn wake(&self, wake: Wake) {
        if wake.encoders > MANY {
            self.work.notify_all();
        } else {
            (0..wake.encoders).for_each(|_| self.work.notify_one());
        }
        wake.others.into_iter().for_each(Waker::wake);
    }

    pub(crate) fn open(&self, waker: Waker, clock: Clock, title: String) {
        self.lock().waker = Some(waker);
        self.tell(HubInput::Open { clock, title });
    }

    /// Every picture is sent exactly from the first, or not any more.
    pub(crate) fn set_lossless(&self, lossless: bool) {
        self.tell(HubInput::SetLossless(lossless));
    }

    /// Who is sent video, and what makes it.
    pub(crate) fn set_video(&self, settings: VideoSettings) {
        self.tell(HubInput::SetVideo(settings));
    }

    /// Its tiles come from elsewhere, if it is not open yet.
    pub(crate) fn set_fed(&self) {
        self.tell(HubInput::SetFed(true));
    }

    /// Takes what changed elsewhere.
    pub(super) fn feed(&self, update: TileUpdate) {
        self.tell(HubInput::Tiles(update));
    }

    /// What its clock shows at `now`.
    pub(super) fn seconds(&self, now: Instant) -> f64 {
        self.lock().hub.seconds(now)
    }

    /// The program begins to decode a frame.
    pub(super) fn begin_frame(&self) {
        self.tell(HubInput::BeginFrame);
    }

    /// How many look.
    pub(super) fn viewers(&self) -> Viewers {
        self.lock().hub.viewers()
    }

    /// Has whoever feeds it told when that changes.
    pub(super) fn notify_feeder(&self, waker: Waker) {
        let mut shared = self.lock();
        // It may hold on to this canvas.
        shared.feeder = Some(waker).filter(|_| !shared.hub.is_closed());
    }

    /// The files of its page, if it has files of its own.
    pub(crate) fn resources(&self) -> Option<Resources> {
        self.resources.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_resources(&self, resources: Resources) {
        *self.resources.lock().unwrap_or_else(PoisonError::into_inner) = Some(resources);
    }

    /// Tells everybody that it is over.
    pub(crate) fn close(&self) {
        self.lock().waker = None;
        self.tell(HubInput::Close);
        self.lock().feeder = None;
        self.work.notify_all();
    }

    pub(crate) fn is_open(&self) -> bool {
        self.lock().hub.is_open()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().hub.is_closed()
    }

    pub(crate) fn present(&self, frame: &Frame, now: Instant) {
        let _ = self.handle(now, HubInput::Frame(frame.clone()));
    }

    pub(crate) fn wants_frame(&self) -> bool {
        self.lock().hub.wants_frame()
    }

    /// What there is to tell of it, called `name`.
    pub(crate) fn stats(&self, name: &str) -> CanvasStats {
        self.lock().hub.stats(name, Instant::now())
    }

    pub(crate) fn traffic(&self) -> Traffic {
        self.lock().hub.traffic()
    }

    pub(crate) fn take_events(&self) -> VecDeque<BackendEvent> {
        self.lock().hub.take_events()
    }

    pub(crate) fn apply(&self, setting: &BackendCommand) {
        self.tell(HubInput::BackendCommand(setting.clone()));
    }

    /// Has text for the clipboard of `client`; whether it can be told.
    pub(crate) fn set_clipboard(&self, client: ClientId, text: &str) -> bool {
        self.change(Instant::now(), |shared| shared.hub.set_clipboard(client, text))
    }

    /// `client` types text there; whether it can be told.
    pub(crate) fn set_text_input(&self, client: ClientId, input: Option<TextInput>) -> bool {
        self.change(Instant::now(), |shared| shared.hub.set_text_input(client, input))
    }

    /// `client` is to be asked whether to open `url`; whether it can be told.
    pub(crate) fn open_url(&self, client: ClientId, url: &str) -> bool {
        self.change(Instant::now(), |shared| shared.hub.open_url(client, url))
    }

    /// Whether `client` is the host at this moment, and can be told of the links.
    pub(super) fn may_manage_links(&self, client: ClientId) -> bool {
        self.lock().hub.may_manage_links(client)
    }

    /// Answers what `client` asked of the links; whether it can be told.
    pub(super) fn answer_links(&self, client: ClientId, answer: LinkAnswer) -> bool {
        self.change(Instant::now(), |shared| shared.hub.answer_links(client, answer))
    }

    /// The names of the links that clients came by, one for each of them.
    pub(crate) fn links_in_use(&self) -> Vec<String> {
        self.lock().hub.links_in_use().map(str::to_owned).collect()
    }

    /// A client is there; see [`Hub::join`]. `wake` wakes its task.
    pub(super) fn join(
        &self,
        joining: Joining,
        wake: Sender<()>,
        now: Instant,
    ) -> Option<ClientId> {
        self.change(now, |shared| {
            let client = shared.hub.join(now, joining)?;
            shared
                .clients
                .insert(client, Slot { message: None, goodbye: None, wake: Notify::Task(wake) });
            Some(client)
        })
    }

    /// Adds a subscriber, which takes what is drawn for others.
    pub(super) fn subscribe(&self, waker: Waker) -> ClientId {
        self.change(Instant::now(), |shared| {
            let client = shared.hub.subscribe(false);
            let wake = Notify::Subscriber(waker);
            shared.clients.insert(client, Slot { message: None, goodbye: None, wake });
            client
        })
    }

    /// Has frames drawn for a subscriber, or not any more.
    pub(super) fn set_wants_frames(&self, subscriber: ClientId, wants_frames: bool) {
        self.change(Instant::now(), |shared| {
            shared.hub.set_wants_frames(subscriber, wants_frames);
        });
    }

    /// Whether `client` is here and has been sent away.
    pub(super) fn is_sent_away(&self, client: ClientId) -> bool {
        let shared = self.lock();
        let goodbye = shared.clients.get(&client).and_then(|slot| slot.goodbye.as_ref());
        goodbye == Some(&Goodbye::SentAway)
    }

    /// As whom `client` came.
    pub(super) fn identity(&self, client: ClientId) -> Option<Identity> {
        self.lock().hub.identity(client).cloned()
    }

    /// Whether `who` was sent away, or may be somebody who was.
    pub(crate) fn keeps_out(&self, who: &Identity) -> bool {
        self.lock().hub.keeps_out(who, Instant::now())
    }

    /// The client is gone; the operator's log says why.
    pub(super) fn leave(&self, client: ClientId, reason: &str) {
        let now = Instant::now();
        self.change(now, |shared| {
            shared.clients.remove(&client);
            let _ = shared.hub.handle(now, HubInput::Left(client, reason.to_owned()));
        });
    }

    /// A client said something, in so many bytes. `None`: it makes no sense.
    pub(super) fn receive(
        &self,
        client: ClientId,
        message: Option<ClientMessage>,
        bytes: usize,
        now: Instant,
    ) -> Result<(), Violation> {
        self.handle(
            now,
            match message {
                Some(message) => HubInput::Received(client, message, bytes),
                None => HubInput::Rejected(client),
            },
        )
    }

    /// What `client`'s task is to do now. After a message, [`written`](Self::written) says when it
    /// is out.
    pub(crate) fn next(&self, client: ClientId, now: Instant) -> Option<Outgoing> {
        self.change(now, |shared| {
            let slot = shared.clients.get_mut(&client)?;
            if let Some(message) = slot.message.take() {
                let _ = shared.hub.handle(now, HubInput::Taken(client));
                return Some(Outgoing::Message(message));
            }
            Some(Outgoing::Goodbye(slot.goodbye.clone()?))
        })
    }

    /// The message from [`next`](Self::next) was written to the connection.
    pub(crate) fn written(&self, client: ClientId, now: Instant) {
        let _ = self.handle(now, HubInput::Written(client));
    }

    /// Somebody wants a snapshot; see [`Hub::request_snapshot`]. `wake` wakes it.
    pub(super) fn request_snapshot(
        &self,
        role: Role,
        wake: Sender<()>,
        now: Instant,
    ) -> Option<u64> {
        self.change(now, |shared| {
            let request = shared.hub.request_snapshot(role, now)?;
            shared.requests.insert(request, wake);
            Some(request)
        })
    }

    /// The state of a snapshot request.
    pub(super) fn look_at_snapshot(&self, request: u64, now: Instant) -> SnapshotLook {
        self.change(now, |shared| shared.hub.look_at_snapshot(request, now))
    }

    /// It wants nothing any more.
    pub(super) fn end_snapshot(&self, request: u64) {
        self.change(Instant::now(), |shared| {
            shared.requests.remove(&request);
            shared.hub.end_snapshot(request);
        });
    }

    pub(super) fn snapshots(&self) -> &SharedCache {
        &self.snapshots
    }

    pub(super) fn live(&self) -> &Live {
        &self.live
    }

    /// What somebody is told besides pictures who is no client.
    pub(super) fn texts_for_bystanders(&self) -> [String; 3] {
        self.lock().hub.texts_for_bystanders()
    }

    /// What there is to encode now.
    pub(super) fn take_job(&self) -> Option<Job> {
        let now = Instant::now();
        self.change(now, |shared| shared.hub.take_job(now))
    }

    /// Waits for something to encode, in an encoder's thread, and tells whom that concerns. `None`:
    /// the canvas was closed.
    pub(super) fn wait_for_job(&self) -> Option<(Job, Wake)> {
        let mut shared = self.lock();
        loop {
            if shared.hub.is_closed() {
                return None;
            }
            let now = Instant::now();
            let before = shared.settle(now);
            if let Some(job) = shared.hub.take_job(now) {
                // From here on the engine may draw the next frame, and somebody else looks after
                // what is due later.
                let mut after = shared.settle(now);
                after.others.extend(before.others);
                let later = usize::from(shared.look_at.is_some());
                let encoders = after.encoders.max(before.encoders.saturating_sub(1)).max(later);
                return Some((job, Wake { others: after.others, encoders }));
            }
            if !before.others.is_empty() {
                // Nobody may be called while the lock is held.
                drop(shared);
                let wake = Wake { encoders: 0, ..before };
                let _ = catch_unwind(AssertUnwindSafe(|| self.wake(wake)));
                shared = self.lock();
                continue;
            }
            shared = match shared.look_at {
                None => self.work.wait(shared).unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let wait = until.saturating_duration_since(now);
                    let waited = self.work.wait_timeout(shared, wait);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// Whether the encoder should give up `frame`: the canvas was closed, or there is a newer frame
    /// with other pixels. `seen` is the newest number that was compared.
    pub(super) fn is_stale(&self, frame: &Frame, seen: &mut u64) -> bool {
        let newest = {
            let shared = self.lock();
            if shared.hub.is_closed() {
                return true;
            }
            shared.hub.newest().map(|(frame, number)| (frame.clone(), number))
        };
        match newest {
            Some((newest, number)) if number > *seen => {
                *seen = number;
                !is_same(frame, &newest)
            }
            _ => false,
        }
    }

    /// Takes an encoder's result.
    pub(super) fn done(&self, result: JobResult) {
        let now = Instant::now();
        let mut wake = {
            let mut shared = self.lock();
            let _ = shared.hub.handle(now, HubInput::Done(result));
            shared.settle(now)
        };
        // The one that is done looks for more itself.
        if wake.encoders < MANY {
            wake.encoders = wake.encoders.saturating_sub(1);
        }
        self.wake(wake);
    }
}
