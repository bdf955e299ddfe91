//! What wakes a parked loop: backends, handles and the timer of the async form.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Wake, Waker};

use parking::Unparker;

/// Wakes the loop from any thread, whichever form it runs in. A wake is never lost: one that
/// comes before the loop parks makes the next parking return at once.
pub(crate) struct Signal {
    unparker: Unparker,
    /// The task that awaits the loop, in its async form. Stays until replaced: a wake too many
    /// costs one turn.
    task: Mutex<Option<Waker>>,
}

impl Signal {
    pub(crate) fn new(unparker: Unparker) -> Arc<Self> {
        Arc::new(Self { unparker, task: Mutex::new(None) })
    }

    /// From now on wakes go to `task`, too.
    pub(crate) fn set_task(&self, task: &Waker) {
        let mut slot = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_some_and(|known| known.will_wake(task)) {
            return;
        }
        let replaced = slot.replace(task.clone());
        drop(slot);
        // Dropping the last waker of a task drops the task, which may wake us: without the lock.
        drop(replaced);
    }

    pub(crate) fn notify(&self) {
        self.unparker.unpark();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(task) = task {
            task.wake();
        }
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.notify();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.notify();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_wake_before_parking_is_not_lost_and_reaches_the_task_too() {
        let (parker, unparker) = parking::pair();
        let signal = Signal::new(unparker);
        let count = Arc::new(Count::default());
        signal.set_task(&Waker::from(Arc::clone(&count)));
        Waker::from(Arc::clone(&signal)).wake();
        assert!(parker.park_timeout(std::time::Duration::ZERO));
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
    }
}
