//! Viewers that come back, to another address if there is one, as the page and a load balancer do it.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use smol::{LocalExecutor, Task, Timer};

use crate::client::{self, Behaviour, Painted, Seen};
use crate::scenarios::APART;
use crate::server::Place;

/// The waits of the page that somebody looks at, in seconds: see `viewer/core/transport/backoff.js`.
const FIRST: f64 = 0.5;
const LONGEST: f64 = 1.5;
/// A connection that lasted this long was a good one.
const STABLE: Duration = Duration::from_secs(5);

/// All viewers, on this thread. Nothing happens to them but in [`Audience::wait`] and [`Audience::run`].
#[derive(Default)]
pub(crate) struct Audience {
    pub(crate) executor: Rc<LocalExecutor<'static>>,
    viewers: Vec<Viewer>,
}

struct Viewer {
    seen: Rc<RefCell<Seen>>,
    _task: Task<()>,
}

impl Audience {
    /// Has so many more viewers come, one after the other, to the first of these places, and to the next ones when
    /// they lose it.
    pub(crate) fn add(&mut self, places: &[Place], count: u32) {
        for n in 0..count {
            let seen = Rc::new(RefCell::new(Seen::default()));
            let (record, places) = (Rc::clone(&seen), places.to_vec());
            let seed = self.viewers.len() as u64;
            let task = self.executor.spawn(async move {
                Timer::after(APART * n).await;
                stay(&places, record, seed).await;
            });
            self.viewers.push(Viewer { seen, _task: task });
        }
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, time: Duration) {
        smol::block_on(self.executor.run(Timer::after(time)));
    }

    /// Lets time pass until something has ended that blocks.
    pub(crate) fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        smol::block_on(self.executor.run(smol::unblock(work)))
    }

    /// What each of them painted.
    pub(crate) fn painted(&self) -> Vec<Vec<Painted>> {
        self.viewers.iter().map(|viewer| viewer.seen.borrow().painted.clone()).collect()
    }
}

async fn stay(places: &[Place], seen: Rc<RefCell<Seen>>, mut random: u64) {
    let mut failures = 0;
    for place in places.iter().cycle() {
        let start = Instant::now();
        // However it ended: the next one is tried.
        let at = place.address;
        let _ = client::run(at, place.clone(), Behaviour::Fast, Rc::clone(&seen)).await;
        failures = if start.elapsed() >= STABLE { 0 } else { failures + 1 };
        let longest = LONGEST.min(FIRST * f64::from(1 << failures.min(8)));
        Timer::after(Duration::from_secs_f64(longest * (0.5 + 0.5 * below_one(&mut random)))).await;
    }
}

/// The generator SplitMix64.
fn below_one(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut value = *state;
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (value >> 11) as f64 / (1_u64 << 53) as f64
}
