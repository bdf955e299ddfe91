use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use framecast_api::Backend;
use framecast_stream::{TileUpdate, Updates};

use crate::support::{Bell, Engine, PATIENCE};

/// A subscription, and what says that there may be an update.
struct Subscriber {
    updates: Box<dyn Updates>,
    bell: Arc<Bell>,
    seen: u64,
}

impl Subscriber {
    fn of(engine: &Engine) -> Self {
        let bell = Arc::new(Bell::default());
        let updates = engine.backend.updates().subscribe(Waker::from(Arc::clone(&bell)));
        Self { updates, bell, seen: 0 }
    }

    /// Waits for the next update.
    fn next(&mut self) -> TileUpdate {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(update) = self.updates.take() {
                return update;
            }
            self.bell.wait(&mut self.seen, until);
        }
    }
}

#[test]
fn a_subscriber_has_frames_drawn_while_it_wants_them() {
    let (_server, mut engine) = Engine::new();
    let mut subscriber = Subscriber::of(&engine);
    assert!(!engine.backend.wants_frame());
    for color in [[1, 2, 3], [4, 5, 6]] {
        subscriber.updates.set_wants_frames(true);
        engine.until_wanted();
        engine.present(color);
        assert_eq!(subscriber.next().tiles(), 1);
        engine.until_wanted();
        subscriber.updates.set_wants_frames(false);
        assert!(!engine.backend.wants_frame());
    }
    engine.present([7, 8, 9]);
    assert_eq!(subscriber.next().tiles(), 1, "it is drawn for others");
    assert!(!engine.backend.wants_frame());
}
