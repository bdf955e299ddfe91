//! The threads between a stream and a canvas.

use std::io::Read;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use framecast::{Canvas, CanvasHandle, Error, Result};

use super::aspect::Scaler;
use super::pace::{Decision, Pace};
use super::stream::{Info, Stream};

/// Frames read ahead, so that a source that stutters does not show.
const AHEAD: usize = 2;
/// Buffers that go round: those read ahead, one being read, one at the player, one waiting for
/// the canvas and one being converted.
const BUFFERS: usize = AHEAD + 4;

/// The last frame of a slow stream is not shown for longer than this, in seconds.
const LAST_FRAME: f64 = 1.0;

/// What the reader hands on.
enum Message {
    Frame(Vec<u8>),
    End(Result<()>),
}

/// What was shown so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    /// Frames presented.
    pub(crate) shown: u64,
    /// Frames left out because the next was due already.
    pub(crate) dropped: u64,
}

/// Plays one stream.
pub(crate) struct Player {
    shared: Arc<Shared>,
    /// Taken by the player thread.
    messages: Mutex<Option<Receiver<Message>>>,
    /// Where used buffers go back to the reader.
    empty: SyncSender<Vec<u8>>,
    /// For pixels that are no squares; the canvas' thread only.
    scaler: Mutex<Scaler>,
    rate: Option<f64>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Known once the header was read.
    info: Option<Info>,
    /// The frame for the canvas; a newer one replaces it.
    next: Option<Vec<u8>>,
    counts: Counts,
    began: Option<Instant>,
    ended: Option<Instant>,
    /// What became of the stream, once it ended.
    outcome: Option<Result<()>>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is one assignment: a panic elsewhere leaves nothing half-done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Player {
    /// Starts reading what `open` opens, on a thread of its own. `rate` wins over the stream's.
    ///
    /// # Errors
    /// If there can be no more threads.
    pub(crate) fn start<R: Read>(
        rate: Option<f64>,
        open: impl FnOnce() -> Result<Stream<R>> + Send + 'static,
    ) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let (messages_in, messages) = sync_channel(AHEAD);
        let (empty, empty_out) = sync_channel(BUFFERS);
        for _ in 0..BUFFERS {
            // It has room for all of them.
            let _ = empty.try_send(Vec::new());
        }
        let reader = Arc::clone(&shared);
        spawn("framecast-pipe-reader", move || {
            let end = read(open, &reader, &messages_in, &empty_out);
            if let Err(error) = end {
                fail(&reader, &messages_in, error);
            } else {
                let _ = messages_in.send(Message::End(Ok(())));
            }
        })?;
        let (messages, scaler) = (Mutex::new(Some(messages)), Mutex::default());
        Ok(Self { shared, messages, empty, scaler, rate })
    }

    /// What the header says, if it comes within `patience`.
    ///
    /// # Errors
    /// If the input turned out to be none.
    pub(crate) fn wait_for_info(&self, patience: Duration) -> Result<Option<Info>> {
        let state = self.shared.lock();
        let waiting = |state: &mut State| state.info.is_none() && state.outcome.is_none();
        let (mut state, _) = self
            .shared
            .changed
            .wait_timeout_while(state, patience, waiting)
            .unwrap_or_else(PoisonError::into_inner);
        match state.outcome.take() {
            Some(Err(error)) => Err(error),
            Some(Ok(())) | None => Ok(state.info),
        }
    }

    /// Starts playing on `canvas`, which is closed at the end.
    ///
    /// # Errors
    /// If there can be no more threads.
    pub(crate) fn play_on(this: &Arc<Self>, canvas: &Canvas) -> Result<()> {
        let handle = canvas.handle();
        let player = Arc::clone(this);
        spawn("framecast-pipe-player", move || {
            player.play(&handle);
            handle.close();
        })
    }

    fn play(self: &Arc<Self>, handle: &CanvasHandle) {
        let taken = self.messages.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(messages) = taken else { return };
        let mut pace = None;
        let mut following = None;
        let mut number = 0;
        let clock = Instant::now();
        loop {
            let message = match following.take() {
                Some(message) => message,
                None => match messages.recv() {
                    Ok(message) => message,
                    Err(_) => return,
                },
            };
            let frame = match message {
                Message::Frame(frame) => frame,
                Message::End(outcome) => {
                    let pace: &Pace = pace.get_or_insert(Pace::new(self.rate));
                    // The last frame is shown for as long as the others.
                    sleep(pace.period().min(LAST_FRAME));
                    let mut state = self.shared.lock();
                    state.ended = Some(Instant::now());
                    state.outcome.get_or_insert(outcome);
                    drop(state);
                    self.wait_until_taken(handle);
                    return;
                }
            };
            let pace = pace.get_or_insert_with(|| {
                let mut state = self.shared.lock();
                state.began = Some(Instant::now());
                Pace::new(self.rate.or_else(|| state.info.and_then(|info| info.rate)))
            });
            let show = loop {
                if following.is_none() {
                    following = messages.try_recv().ok();
                }
                let next_is_here = matches!(following, Some(Message::Frame(_)));
                match pace.decide(number, clock.elapsed().as_secs_f64(), next_is_here) {
                    Decision::Wait(seconds) => {
                        sleep(seconds);
                    }
                    Decision::Show => break true,
                    Decision::Drop => break false,
                }
                if handle.is_closed() {
                    return;
                }
            };
            number += 1;
            if !show {
                self.shared.lock().counts.dropped += 1;
                self.recycle(frame);
                continue;
            }
            if pace.period() == 0.0 && !self.wait_until_taken(handle) {
                return;
            }
            self.hand_over(frame, handle);
        }
    }

    /// Waits until the canvas took the frame before; false if it closed instead.
    fn wait_until_taken(&self, handle: &CanvasHandle) -> bool {
        /// How often a closed canvas is looked for: nobody tells.
        const LOOK: Duration = Duration::from_millis(50);
        let mut state = self.shared.lock();
        while state.next.is_some() {
            if handle.is_closed() {
                return false;
            }
            let woken = self.shared.changed.wait_timeout(state, LOOK);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    fn hand_over(self: &Arc<Self>, frame: Vec<u8>, handle: &CanvasHandle) {
        let mut state = self.shared.lock();
        match state.next.replace(frame) {
            // The canvas was told already, and takes the newest when it gets to it.
            Some(late) => {
                state.counts.dropped += 1;
                drop(state);
                self.recycle(late);
            }
            None => {
                drop(state);
                let player = Arc::clone(self);
                handle.post(move |canvas| player.present(canvas));
            }
        }
    }

    /// On the canvas' thread: shows the newest frame.
    fn present(&self, canvas: &Canvas) {
        let (frame, info) = {
            let mut state = self.shared.lock();
            let frame = state.next.take();
            self.shared.changed.notify_all();
            (frame, state.info)
        };
        let (Some(frame), Some(info)) = (frame, info) else { return };
        let shown = canvas.set_fixed_size(info.shown).and_then(|()| canvas.begin_frame()).map(
            |mut drawing| {
                if info.shown == info.size {
                    info.convert(&frame, drawing.pixels_mut());
                } else {
                    let mut scaler = self.scaler.lock().unwrap_or_else(PoisonError::into_inner);
                    scaler.scale(info.size, info.shown, drawing.pixels_mut(), |pixels| {
                        info.convert(&frame, pixels);
                    });
                }
                drawing.present();
            },
        );
        self.recycle(frame);
        let mut state = self.shared.lock();
        match shown {
            Ok(()) => state.counts.shown += 1,
            Err(error) => {
                state.outcome = Some(Err(error));
                drop(state);
                canvas.close();
            }
        }
    }

    fn recycle(&self, frame: Vec<u8>) {
        // The reader may be gone; there is room for all.
        let _ = self.empty.try_send(frame);
    }

    /// What was shown so far.
    pub(crate) fn counts(&self) -> Counts {
        self.shared.lock().counts
    }

    /// One line about all of it.
    pub(crate) fn summary(&self) -> String {
        let Counts { shown, dropped } = self.counts();
        let state = self.shared.lock();
        let end = state.ended.unwrap_or_else(Instant::now);
        let seconds = state.began.map_or(0.0, |began| (end - began).as_secs_f64());
        format!("{shown} frames shown in {seconds:.1} s, {dropped} dropped")
    }

    /// What became of the stream; all is well if it did not end.
    ///
    /// # Errors
    /// Why it ended, once.
    pub(crate) fn outcome(&self) -> Result<()> {
        self.shared.lock().outcome.take().unwrap_or(Ok(()))
    }
}

fn read<R: Read>(
    open: impl FnOnce() -> Result<Stream<R>>,
    shared: &Shared,
    messages: &SyncSender<Message>,
    empty: &Receiver<Vec<u8>>,
) -> Result<()> {
    let mut stream = open()?;
    shared.lock().info = Some(stream.info());
    shared.changed.notify_all();
    while let Ok(mut frame) = empty.recv() {
        if !stream.read(&mut frame)? {
            break;
        }
        if messages.send(Message::Frame(frame)).is_err() {
            break;
        }
    }
    Ok(())
}

/// Before the header is known somebody may wait for it; afterwards the player says what came of it.
fn fail(shared: &Shared, messages: &SyncSender<Message>, error: Error) {
    let mut state = shared.lock();
    if state.info.is_none() {
        state.outcome = Some(Err(error));
        shared.changed.notify_all();
        drop(state);
        let _ = messages.send(Message::End(Ok(())));
    } else {
        drop(state);
        let _ = messages.send(Message::End(Err(error)));
    }
}

fn sleep(seconds: f64) {
    /// A stream may have a frame a year, which no clock can wait for at once.
    const MOST: f64 = 3600.0;
    std::thread::sleep(Duration::from_secs_f64(seconds.min(MOST)));
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).map(drop).map_err(|error| {
        Error::failed(format!("cannot start a thread: {error}")).with_source(error)
    })
}
