//! A canvas that is published, and what an edge shows of it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Wake, Waker};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use framecast_api::{
    Backend, BackendEvent, Clock, Context, Frame, FramePool, LogicalSize, PhysicalSize,
};
use framecast_http::HttpServer;
use framecast_record::Picture;
use framecast_relay::{Edge, PublicKey, RelayBackend, RelaySettings};
use framecast_stream::{TilePicture, TileUpdate, UpdateSink, Viewers};

/// How long anything may take that does happen.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// Tells who waits that something may have changed.
#[derive(Default)]
pub(crate) struct Bell {
    rung: Mutex<bool>,
    told: Condvar,
}

impl Bell {
    fn wait(&self, at_most: Duration) {
        let rung = self.rung.lock().unwrap();
        let (mut rung, _) = self.told.wait_timeout_while(rung, at_most, |rung| !*rung).unwrap();
        *rung = false;
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        *self.rung.lock().unwrap() = true;
        self.told.notify_all();
    }
}

/// Waits until `done`, which may be when `bell` rings, or without a bell.
pub(crate) fn wait_for(what: &str, bell: &Bell, mut done: impl FnMut() -> bool) {
    let limit = Instant::now() + LIMIT;
    while !done() {
        assert!(Instant::now() < limit, "it never happened: {what}");
        bell.wait(Duration::from_millis(20));
    }
}

/// An application that draws when a frame is wanted, on a thread of its own.
pub(crate) struct Origin {
    pub(crate) key: PublicKey,
    shared: Arc<OriginShared>,
    thread: Option<JoinHandle<()>>,
}

struct OriginShared {
    bell: Arc<Bell>,
    /// What the next frame shows.
    scene: Mutex<Scene>,
    /// What the last frame showed.
    shown: Mutex<Option<Vec<[u8; 4]>>>,
    frames: AtomicUsize,
    audience: Mutex<Vec<String>>,
    closing: Mutex<bool>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Scene {
    pub(crate) size: (u32, u32),
    pub(crate) seed: u32,
}

impl Scene {
    /// A picture with plain areas, a gradient and noise.
    fn pixels(self) -> Vec<[u8; 4]> {
        let (width, height) = self.size;
        let pixel = |at: u32| {
            let (x, y) = (at % width, at / width);
            let noise = (at ^ self.seed.wrapping_mul(0x9e37_79b9)).wrapping_mul(0x85eb_ca6b);
            match (x / 64 + y / 48 + self.seed) % 4 {
                0 => [20, 40, 60, 255],
                1 => [x as u8, y as u8, self.seed as u8, 255],
                2 => [(noise >> 24) as u8, (noise >> 16) as u8, (noise >> 8) as u8, 255],
                _ => [200, (x + y) as u8, 90, 255],
            }
        };
        (0..width * height).map(pixel).collect()
    }
}

impl Origin {
    pub(crate) fn start(url: &str) -> Self {
        Self::with(RelaySettings::new(format!("{url}/lecture").parse().unwrap()))
    }

    pub(crate) fn with(settings: RelaySettings) -> Self {
        Self::with_links(settings, |_| {})
    }

    /// One whose links to watch are those of `server`.
    pub(crate) fn with_links_of(url: &str, server: &HttpServer) -> Self {
        let links = server.shared_links();
        let settings = RelaySettings::new(format!("{url}/lecture").parse().unwrap());
        Self::with_links(settings, |backend| backend.set_links(move || links.watch_links()))
    }

    fn with_links(settings: RelaySettings, change: impl FnOnce(&mut RelayBackend)) -> Self {
        let mut backend = RelayBackend::new(settings).unwrap();
        change(&mut backend);
        let bell = Arc::new(Bell::default());
        let shared = Arc::new(OriginShared {
            bell: Arc::clone(&bell),
            scene: Mutex::new(Scene { size: (400, 150), seed: 1 }),
            shown: Mutex::default(),
            frames: AtomicUsize::new(0),
            audience: Mutex::default(),
            closing: Mutex::new(false),
        });
        let (key, on_thread) = (backend.public_key(), Arc::clone(&shared));
        let thread = std::thread::spawn(move || {
            let waker = Waker::from(bell);
            let size = LogicalSize::new(400.0, 150.0);
            backend.open(Context::new(waker, Clock::start(), "lecture", size)).unwrap();
            on_thread.run(&mut backend);
            backend.close();
        });
        Self { key, shared, thread: Some(thread) }
    }

    pub(crate) fn show(&self, size: (u32, u32), seed: u32) {
        *self.shared.scene.lock().unwrap() = Scene { size, seed };
        Waker::from(Arc::clone(&self.shared.bell)).wake();
    }

    pub(crate) fn frames(&self) -> usize {
        self.shared.frames.load(Ordering::SeqCst)
    }

    /// The edges that it knows.
    pub(crate) fn audience(&self) -> Vec<String> {
        self.shared.audience.lock().unwrap().clone()
    }

    /// Whether its newest scene was drawn, and `pixels` show it.
    pub(crate) fn shows(&self, shown: &Shown) -> bool {
        let Scene { size, .. } = *self.shared.scene.lock().unwrap();
        let wanted = self.shared.scene.lock().unwrap().pixels();
        self.shared.shown.lock().unwrap().as_ref() == Some(&wanted)
            && shown.size == Some(PhysicalSize::new(size.0, size.1))
            && shown.pixels == wanted
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        *self.shared.closing.lock().unwrap() = true;
        Waker::from(Arc::clone(&self.shared.bell)).wake();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking());
        }
    }
}

impl OriginShared {
    fn run(&self, backend: &mut RelayBackend) {
        let (mut pool, mut sequence) = (FramePool::new(), 0);
        while !*self.closing.lock().unwrap() {
            backend.poll(&mut |event| {
                let mut audience = self.audience.lock().unwrap();
                match event {
                    BackendEvent::Joined { client, label, .. } => {
                        audience.push(format!("{} {label}", client.0));
                    }
                    BackendEvent::Left { client } => {
                        audience.retain(|it| !it.starts_with(&format!("{} ", client.0)));
                    }
                    _ => {}
                }
            });
            if backend.wants_frame() {
                sequence += 1;
                let frame = self.draw(&mut pool, sequence);
                backend.present(&frame).unwrap();
            }
            self.bell.wait(Duration::from_millis(20));
        }
    }

    fn draw(&self, pool: &mut FramePool, sequence: u64) -> Frame {
        let scene = *self.scene.lock().unwrap();
        let pixels = scene.pixels();
        let mut buffer = pool.lend(PhysicalSize::new(scene.size.0, scene.size.1)).unwrap();
        buffer.pixels_mut().copy_from_slice(&pixels);
        *self.shown.lock().unwrap() = Some(pixels);
        self.frames.fetch_add(1, Ordering::SeqCst);
        pool.freeze(buffer, sequence, 0.0, 1.0)
    }
}

/// An edge with viewers that take everything at once.
pub(crate) struct TestEdge {
    pub(crate) edge: Edge,
    pub(crate) sink: Arc<Sink>,
}

#[derive(Debug)]
pub(crate) struct Sink {
    picture: Mutex<(TilePicture, usize)>,
    viewers: Mutex<Viewers>,
    wakers: Mutex<Vec<Waker>>,
}

/// What an edge shows.
pub(crate) struct Shown {
    pub(crate) size: Option<PhysicalSize>,
    pub(crate) pixels: Vec<[u8; 4]>,
    pub(crate) exact: bool,
}

impl Sink {
    pub(crate) fn set_viewers(&self, all: usize, visible: usize) {
        *self.viewers.lock().unwrap() = Viewers::new(all, visible);
        self.wakers.lock().unwrap().iter().for_each(Waker::wake_by_ref);
    }

    /// Updates with tiles that arrived.
    pub(crate) fn updates(&self) -> usize {
        self.picture.lock().unwrap().1
    }
}

impl UpdateSink for Sink {
    fn take(&self, update: TileUpdate) {
        let mut picture = self.picture.lock().unwrap();
        picture.0.add(&update);
        picture.1 += usize::from(update.tiles() > 0);
    }

    fn seconds(&self, _: Instant) -> f64 {
        0.0
    }

    fn begin_frame(&self) {}

    fn is_closed(&self) -> bool {
        false
    }

    fn viewers(&self) -> Viewers {
        *self.viewers.lock().unwrap()
    }

    fn notify(&self, waker: Waker) {
        self.wakers.lock().unwrap().push(waker);
    }
}

impl TestEdge {
    /// One at which somebody looks.
    pub(crate) fn start(url: &str, name: &str) -> Self {
        Self::with(url, name, None, 1)
    }

    pub(crate) fn with(url: &str, name: &str, key: Option<PublicKey>, visible: usize) -> Self {
        let mut settings = RelaySettings::new(format!("{url}/lecture").parse().unwrap())
            .with_edge_name(name)
            .unwrap();
        if let Some(key) = key {
            settings = settings.with_origin_key(key);
        }
        Self::of(settings, visible)
    }

    pub(crate) fn of(settings: RelaySettings, visible: usize) -> Self {
        let edge = Edge::connect(settings).unwrap();
        let sink = Arc::new(Sink {
            picture: Mutex::default(),
            viewers: Mutex::new(Viewers::new(1, visible)),
            wakers: Mutex::default(),
        });
        edge.feed(Arc::clone(&sink) as Arc<dyn UpdateSink>);
        Self { edge, sink }
    }

    /// What its viewers see.
    pub(crate) fn shown(&self) -> Shown {
        let (whole, exact) = {
            let picture = self.sink.picture.lock().unwrap();
            (picture.0.update(), picture.0.is_exact())
        };
        let mut picture = Picture::new();
        whole.into_iter().for_each(|update| picture.draw_update(update).unwrap());
        Shown { size: picture.size(), pixels: picture.pixels().to_vec(), exact }
    }

    /// Waits until its viewers see exactly what the origin draws.
    pub(crate) fn wait_for_exact(&self, origin: &Origin) {
        wait_for("exact pixels", &Bell::default(), || {
            let shown = self.shown();
            shown.exact && origin.shows(&shown)
        });
    }
}

/// Waits without a bell.
pub(crate) fn eventually(what: &str, done: impl FnMut() -> bool) {
    wait_for(what, &Bell::default(), done);
}
