//! Deadlines for the async form of the loop, from one thread of our own, so that it works on
//! any executor.

use std::collections::BTreeMap;
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Instant;

/// Wakes a task at a deadline. Setting it again replaces the deadline, dropping it forgets it.
#[derive(Debug, Default)]
pub(crate) struct Timer {
    /// The entry in the queue, if one is pending or has fired.
    key: Option<Key>,
}

type Key = (Instant, u64);

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    pending: BTreeMap<Key, Waker>,
    last_id: u64,
}

impl Timer {
    /// Wakes `task` at `deadline`, and no more at any earlier deadline of this timer.
    pub(crate) fn set(&mut self, deadline: Instant, task: &Waker) {
        let queue = queue();
        // Dropping the last waker of a task drops the task, and with it perhaps a timer: never
        // with the lock held.
        let _replaced;
        let mut state = queue.lock();
        _replaced = self.key.take().and_then(|key| state.pending.remove(&key));
        state.last_id += 1;
        let key = (deadline, state.last_id);
        state.pending.insert(key, task.clone());
        self.key = Some(key);
        if state.pending.first_key_value().is_some_and(|(first, _)| *first == key) {
            queue.changed.notify_one();
        }
    }

    /// Forgets the deadline.
    pub(crate) fn clear(&mut self) {
        if let Some(key) = self.key.take() {
            let removed = queue().lock().pending.remove(&key);
            drop(removed);
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            state = match state.pending.first_key_value() {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some((&(deadline, _), _)) if deadline > now => {
                    let wait = self.changed.wait_timeout(state, deadline - now);
                    wait.unwrap_or_else(PoisonError::into_inner).0
                }
                Some(_) => {
                    let task = state.pending.pop_first().map(|(_, task)| task);
                    drop(state);
                    if let Some(task) = task {
                        task.wake();
                    }
                    self.lock()
                }
            };
        }
    }
}

/// The queue of the process; its thread starts with the first use and sleeps when nothing is
/// pending.
fn queue() -> &'static Queue {
    static QUEUE: LazyLock<&'static Queue> = LazyLock::new(|| {
        let queue: &'static Queue = Box::leak(Box::default());
        std::thread::Builder::new()
            .name("framecast-timer".into())
            .spawn(|| queue.run())
            .expect("the system refused to start one more thread");
        queue
    });
    &QUEUE
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::{Sender, channel};
    use std::task::Wake;
    use std::time::Duration;

    use super::*;

    struct Report(Mutex<Sender<&'static str>>, &'static str);

    impl Wake for Report {
        fn wake(self: Arc<Self>) {
            let _ = self.0.lock().unwrap().send(self.1);
        }
    }

    #[test]
    fn timers_fire_in_order_and_a_replaced_or_dropped_deadline_never_does() {
        let (sender, receiver) = channel();
        let task = |name| Waker::from(Arc::new(Report(Mutex::new(sender.clone()), name)));
        let now = Instant::now();
        let at = |ms| now + Duration::from_millis(ms);
        let [mut late, mut early, mut moved, mut dropped] = [(); 4].map(|()| Timer::default());
        late.set(at(120), &task("late"));
        early.set(at(40), &task("early"));
        moved.set(at(20), &task("moved too soon"));
        moved.set(at(80), &task("moved"));
        dropped.set(at(60), &task("dropped"));
        drop(dropped);
        let long = Duration::from_secs(20);
        let order: Vec<_> = (0..3).map(|_| receiver.recv_timeout(long).unwrap()).collect();
        assert_eq!(order, ["early", "moved", "late"]);
        assert!(Instant::now() >= at(120));
    }
}
