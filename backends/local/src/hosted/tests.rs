use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Wake;

use framecast_api::{Clock, FramePool, LogicalSize, PhysicalSize, Role};

use super::*;

const CLIENT: ClientId = ClientId(0);
/// Longer than any test machine needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often the engine was woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn context(woken: &Arc<Woken>) -> Context {
    let size = LogicalSize::new(8.0, 4.0);
    Context::new(Arc::clone(woken).into(), Clock::start(), "test", size)
}

/// What the test has the view do, one after another; the view ends when the test hangs up.
type Act = fn(&Host<Fake>) -> Result<()>;

/// A view that opens as the test says, and then obeys it.
struct Fake {
    script: Receiver<Act>,
    host: Host<Self>,
    /// Told whether the view counts as alive.
    dropped: Sender<bool>,
}

struct Opening {
    open: fn() -> Result<()>,
    script: Receiver<Act>,
    dropped: Sender<bool>,
}

impl Drop for Fake {
    fn drop(&mut self) {
        let _ = self.dropped.send(self.host.lock().alive);
    }
}

impl View for Fake {
    const THREAD: &'static str = "fake";
    const CLIENT: ClientId = CLIENT;
    const OPENING: Duration = PATIENCE;
    type Options = Opening;
    type Handle = (&'static str, AtomicUsize);

    fn open(
        Opening { open, script, dropped }: Opening,
        _: &Context,
        host: &Host<Self>,
    ) -> Result<Self> {
        open()?;
        Ok(Self { script, host: host.clone(), dropped })
    }

    fn announce(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        sink(BackendEvent::Joined { client: CLIENT, label: "fake".into(), role: Role::Drive });
    }

    fn handle(&self) -> Self::Handle {
        ("open", AtomicUsize::new(0))
    }

    fn run(&mut self, host: &Host<Self>) -> Result<()> {
        while let Ok(act) = self.script.recv() {
            act(host)?;
        }
        Ok(())
    }

    fn presented((_, frames): &Self::Handle) {
        frames.fetch_add(1, Ordering::SeqCst);
    }

    fn too_slow() -> Error {
        Error::failed("too slow")
    }

    fn panicked(what: &str) -> Panicked {
        let error = |when: &str| Error::failed(format!("{when}: {what}"));
        Panicked { opening: error("opening"), open: error("open") }
    }
}

struct Stage {
    woken: Arc<Woken>,
    /// How often the thread was woken.
    woke: Arc<AtomicUsize>,
    script: Sender<Act>,
    dropped: Receiver<bool>,
    hosted: Result<Hosted<Fake>>,
}

fn opened(open: fn() -> Result<()>) -> Stage {
    let woken = Arc::new(Woken::default());
    let woke = Arc::new(AtomicUsize::new(0));
    let (script, acts) = mpsc::channel();
    let (dropping, dropped) = mpsc::channel();
    let changes = ViewChanges { title: Some("first".into()), ..ViewChanges::default() };
    let hosted = Hosted::open(
        Opening { open, script: acts, dropped: dropping },
        context(&woken),
        changes,
        {
            let woke = Arc::clone(&woke);
            move |_| {
                woke.fetch_add(1, Ordering::SeqCst);
            }
        },
    );
    Stage { woken, woke, script, dropped, hosted }
}

fn inputs(hosted: &Hosted<Fake>) -> Vec<BackendEvent> {
    let mut inputs = Vec::new();
    hosted.poll(&mut |input| inputs.push(input));
    inputs
}

fn frame(sequence: u64) -> Frame {
    let mut pool = FramePool::new();
    let buffer = pool.lend(PhysicalSize::new(8, 4)).unwrap();
    pool.freeze(buffer, sequence, 0.0, 1.0)
}

#[test]
fn a_view_that_opens_is_announced_and_the_engine_woken() {
    let Stage { woken, script, hosted, .. } = opened(|| Ok(()));
    let hosted = hosted.unwrap();
    assert_eq!(hosted.handle().0, "open");
    assert!(matches!(inputs(&hosted)[..], [BackendEvent::Joined { .. }]));
    assert!(hosted.wants_frame());
    drop(script);
    assert!(hosted.close(PATIENCE));
    assert_eq!(woken.0.load(Ordering::SeqCst), 1);
}

#[test]
fn the_newest_frame_waits_until_the_view_takes_it() {
    let Stage { woke, script, dropped, hosted, .. } = opened(|| Ok(()));
    let hosted = hosted.unwrap();
    hosted.shared.lock().told_demand = true;
    hosted.present(&frame(1));
    assert!(!hosted.shared.lock().told_demand && !hosted.wants_frame());
    hosted.present(&frame(2));
    hosted.apply(ViewChanges { clipboard: Some("text".into()), ..ViewChanges::default() });
    assert_eq!(woke.load(Ordering::SeqCst), 3);
    assert_eq!(hosted.handle().1.load(Ordering::SeqCst), 2);
    script
        .send(|host| {
            let mut state = host.lock();
            let changes = std::mem::take(&mut state.changes);
            assert_eq!(changes.title.as_deref(), Some("first"));
            assert_eq!(changes.clipboard.as_deref(), Some("text"));
            assert_eq!(state.frame.take().map(|frame| frame.sequence()), Some(2));
            assert!(state.wants_frame() && !state.closing);
            Ok(())
        })
        .unwrap();
    drop(script);
    dropped.recv_timeout(PATIENCE).unwrap();
    let shared = Arc::clone(&hosted.shared);
    assert!(hosted.close(PATIENCE));
    let mut left = Vec::from(shared.lock().queue.take());
    assert!(matches!(left.pop(), Some(BackendEvent::Joined { .. })), "no assertion failed there");
    assert!(shared.lock().closing);
}

#[test]
fn demand_needs_a_view_that_is_seen_and_ready_and_has_no_frame() {
    let Stage { script, hosted, .. } = opened(|| Ok(()));
    let hosted = hosted.unwrap();
    for (visible, ready, wanted) in
        [(true, true, true), (false, true, false), (true, false, false), (false, false, false)]
    {
        let mut state = hosted.shared.lock();
        (state.visible, state.ready) = (visible, ready);
        drop(state);
        assert_eq!(hosted.wants_frame(), wanted);
    }
    drop(script);
}

#[test]
fn what_keeps_a_view_from_opening_is_said_where_it_is_opened() {
    let Stage { hosted, .. } = opened(|| Err(Error::failed("no display")));
    assert!(hosted.unwrap_err().to_string().contains("no display"));
    let Stage { hosted, .. } = opened(|| panic!("the library {}", "broke"));
    assert!(hosted.unwrap_err().to_string().contains("opening: the library broke"));
    let Stage { hosted, .. } = opened(|| std::panic::panic_any(7));
    assert!(hosted.unwrap_err().to_string().contains("opening: a panic"));
}

#[test]
fn a_view_that_fails_is_lost_once_and_before_it_is_dropped_unless_it_panics() {
    for (fails, why, alive) in [
        ((|_| Err(Error::failed("display died"))) as Act, "display died", false),
        (|_| panic!("broken"), "open: broken", true),
        (
            |host| {
                let error = || Error::failed("reported");
                host.fail(error(), error());
                Err(Error::failed("another"))
            },
            "reported",
            false,
        ),
    ] {
        let Stage { woken, woke, script, dropped, hosted } = opened(|| Ok(()));
        let hosted = hosted.unwrap();
        hosted.present(&frame(1));
        script.send(fails).unwrap();
        assert_eq!(dropped.recv_timeout(PATIENCE), Ok(alive), "{why}");
        hosted.done.recv_timeout(PATIENCE).unwrap_err();
        let inputs = inputs(&hosted);
        let [BackendEvent::Joined { .. }, BackendEvent::Lost(error)] = &inputs[..] else {
            panic!("{inputs:?}");
        };
        assert!(error.to_string().contains(why), "{error}");
        assert_eq!(woken.0.load(Ordering::SeqCst), 2);
        assert!(hosted.shared.lock().frame.is_none(), "nobody holds a frame for it");
        hosted.present(&frame(2));
        assert!(!hosted.wants_frame() && hosted.shared.lock().frame.is_none());
        assert_eq!(woke.load(Ordering::SeqCst), 1, "there is nobody to wake");
        assert!(hosted.close(PATIENCE));
    }
}

#[test]
fn closing_does_not_wait_for_a_view_that_hangs() {
    let Stage { script, dropped, hosted, .. } = opened(|| Ok(()));
    let hosted = hosted.unwrap();
    // It waits for the script, which nobody ends.
    assert!(!hosted.close(Duration::from_millis(1)));
    assert!(dropped.try_recv().is_err());
    drop(script);
    dropped.recv_timeout(PATIENCE).unwrap();
}

/// Opens when the test hangs up, which is after it has given up.
struct Slow;

impl View for Slow {
    const THREAD: &'static str = "slow";
    const CLIENT: ClientId = CLIENT;
    const OPENING: Duration = Duration::from_millis(1);
    type Options = (Receiver<()>, Sender<bool>);
    type Handle = Sender<bool>;

    fn open((wait, closing): Self::Options, _: &Context, host: &Host<Self>) -> Result<Self> {
        let _ = wait.recv();
        let _ = closing.send(host.lock().closing);
        Ok(Self)
    }

    fn announce(&mut self, _: &mut dyn FnMut(BackendEvent)) {}

    fn handle(&self) -> Sender<bool> {
        mpsc::channel().0
    }

    fn run(&mut self, _: &Host<Self>) -> Result<()> {
        Ok(())
    }

    fn too_slow() -> Error {
        Error::failed("too slow")
    }

    fn panicked(_: &str) -> Panicked {
        Panicked { opening: Self::too_slow(), open: Self::too_slow() }
    }
}

#[test]
fn a_view_that_takes_too_long_to_open_closes_at_once() {
    let (release, wait) = mpsc::channel();
    let (closing, closes) = mpsc::channel();
    let woken = Arc::new(Woken::default());
    let changes = ViewChanges::default();
    let opened = Hosted::<Slow>::open((wait, closing), context(&woken), changes, |_| {});
    assert!(opened.unwrap_err().to_string().contains("too slow"));
    drop(release);
    assert_eq!(closes.recv_timeout(PATIENCE), Ok(true));
}
