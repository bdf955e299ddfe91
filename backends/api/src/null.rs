use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use crate::{
    Backend, BackendCommand, BackendEvent, Capabilities, ClientId, Clock, Context, ControlRequest,
    EventKind, Frame, LogicalSize, Result, Role,
};

/// A backend without an audience. A script supplies the input and looks at the frames.
///
/// It is for tests of applications, and is the shortest example of a complete backend. The script
/// uses the [`NullRemote`], from any thread.
///
/// ```
/// use framecast_api::{Backend, NullBackend};
/// let (backend, remote) = NullBackend::new();
/// assert!(!backend.wants_frame());
/// remote.set_demand(true);
/// assert!(backend.wants_frame());
/// ```
#[derive(Debug)]
pub struct NullBackend {
    shared: Arc<Mutex<Shared>>,
    capabilities: Capabilities,
}

/// The script's side of a [`NullBackend`].
#[derive(Debug, Clone)]
pub struct NullRemote {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug)]
struct Shared {
    /// Present between `open` and `close`.
    context: Option<(Waker, Clock)>,
    input: VecDeque<BackendEvent>,
    demand: bool,
    /// The newest frames, oldest first; at most `keep`.
    frames: VecDeque<Frame>,
    keep: usize,
    presented: u64,
    commands: Vec<BackendCommand>,
    closed: bool,
}

impl NullBackend {
    /// Creates a backend that plays the part of a remote one, and the script's side of it.
    #[must_use]
    pub fn new() -> (Self, NullRemote) {
        Self::with_capabilities(Capabilities::default().with_input().with_sizes().with_cursor())
    }

    /// Creates a backend that plays the part of a local window, and the script's side of it.
    #[must_use]
    pub fn local() -> (Self, NullRemote) {
        Self::with_capabilities(
            Capabilities::default().with_input().with_sizes().with_cursor().with_local(),
        )
    }

    /// One with capabilities of your choice.
    #[must_use]
    pub fn with_capabilities(capabilities: Capabilities) -> (Self, NullRemote) {
        let shared = Arc::new(Mutex::new(Shared {
            context: None,
            input: VecDeque::new(),
            demand: false,
            frames: VecDeque::new(),
            keep: 1,
            presented: 0,
            commands: Vec::new(),
            closed: false,
        }));
        (Self { shared: Arc::clone(&shared), capabilities }, NullRemote { shared })
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    // Every change is one assignment or push: a panic elsewhere leaves nothing half-done.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl NullRemote {
    fn change(&self, change: impl FnOnce(&mut Shared)) {
        let waker = {
            let mut shared = lock(&self.shared);
            change(&mut shared);
            shared.context.as_ref().map(|(waker, _)| waker.clone())
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Reports `input` at the next poll.
    pub fn send(&self, input: BackendEvent) {
        self.change(|shared| shared.input.push_back(input));
    }

    /// Reports that `client` joined.
    pub fn join(&self, client: u64) {
        self.join_as(client, Role::Drive);
    }

    /// Reports that `client` joined with this role.
    pub fn join_as(&self, client: u64, role: Role) {
        let label = format!("script {client}");
        self.send(BackendEvent::Joined { client: ClientId(client), label, role });
    }

    /// Reports a request of `client` about control.
    pub fn control(&self, client: u64, request: ControlRequest) {
        self.send(BackendEvent::Control { client: ClientId(client), request });
    }

    /// Reports that `client` left.
    pub fn leave(&self, client: u64) {
        self.send(BackendEvent::Left { client: ClientId(client) });
    }

    /// Reports an event of `client`, stamped now.
    pub fn event(&self, client: u64, kind: EventKind) {
        let timestamp = lock(&self.shared).context.as_ref().map_or(0.0, |(_, clock)| clock.now());
        self.send(BackendEvent::Event { client: ClientId(client), timestamp, kind });
    }

    /// Reports the size of `client`'s view, in logical pixels, and its pixel ratio.
    pub fn resize(&self, client: u64, width: f64, height: f64, ratio: f64) {
        let size = LogicalSize::new(width, height);
        self.send(BackendEvent::Resize { client: ClientId(client), size, ratio });
    }

    /// Sets whether somebody looks. False at first.
    pub fn set_demand(&self, demand: bool) {
        self.change(|shared| shared.demand = demand);
    }

    /// Sets the number of frames that are kept for [`frames`](Self::frames); 1 at first.
    pub fn keep_frames(&self, keep: usize) {
        self.change(|shared| {
            shared.keep = keep;
            while shared.frames.len() > keep {
                shared.frames.pop_front();
            }
        });
    }

    /// Returns the newest frames, oldest first.
    #[must_use]
    pub fn frames(&self) -> Vec<Frame> {
        lock(&self.shared).frames.iter().cloned().collect()
    }

    /// Returns the newest frame.
    #[must_use]
    pub fn last_frame(&self) -> Option<Frame> {
        lock(&self.shared).frames.back().cloned()
    }

    /// Returns the number of frames that were presented.
    #[must_use]
    pub fn presented(&self) -> u64 {
        lock(&self.shared).presented
    }

    /// Returns all commands applied so far, oldest first.
    #[must_use]
    pub fn commands(&self) -> Vec<BackendCommand> {
        lock(&self.shared).commands.clone()
    }

    /// Returns whether the backend was closed or dropped.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        lock(&self.shared).closed
    }
}

impl Backend for NullBackend {
    fn name(&self) -> &str {
        "null"
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn open(&mut self, context: Context) -> Result<()> {
        lock(&self.shared).context = Some((context.waker, context.clock));
        Ok(())
    }

    fn poll(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        let input = {
            let mut shared = lock(&self.shared);
            if shared.context.is_none() {
                return;
            }
            std::mem::take(&mut shared.input)
        };
        input.into_iter().for_each(sink);
    }

    fn wants_frame(&self) -> bool {
        let shared = lock(&self.shared);
        shared.demand && !shared.closed
    }

    fn present(&mut self, frame: &Frame) -> Result<()> {
        let mut shared = lock(&self.shared);
        shared.presented += 1;
        if shared.keep == 0 {
            return Ok(());
        }
        while shared.frames.len() >= shared.keep {
            shared.frames.pop_front();
        }
        shared.frames.push_back(frame.clone());
        Ok(())
    }

    fn apply(&mut self, setting: &BackendCommand) -> Result<()> {
        lock(&self.shared).commands.push(setting.clone());
        Ok(())
    }

    fn close(&mut self) {
        let mut shared = lock(&self.shared);
        shared.closed = true;
        shared.context = None;
        shared.input.clear();
    }
}

impl Drop for NullBackend {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_null_backend_keeps_the_contract() {
        crate::conformance::check(|| NullBackend::new().0);
        crate::conformance::check(|| NullBackend::local().0);
    }
}
