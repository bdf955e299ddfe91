use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Wake, Waker};
use std::thread::JoinHandle;
use std::time::Instant;

use framecast_api::Backend;
use framecast_http::HttpServer;
use framecast_stream::{TileUpdate, UpdateSink, Updates, Viewers};

use crate::mjpeg::Reader;
use crate::support::{Bell, Client, Engine, PATIENCE, Picture, fetch, server, status};

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

/// Carries what changes on one canvas to another, and the demand of the other to the first, on a thread of its own.
struct Carrier {
    thread: Option<JoinHandle<()>>,
    bell: Arc<Bell>,
    ends: Arc<AtomicBool>,
}

impl Carrier {
    fn begin(from: &Engine, to: Arc<dyn UpdateSink>) -> Self {
        let Subscriber { mut updates, bell, mut seen } = Subscriber::of(from);
        to.notify(Waker::from(Arc::clone(&bell)));
        let ends = Arc::new(AtomicBool::new(false));
        let (rings, is_over) = (Arc::clone(&bell), Arc::clone(&ends));
        let carry = move || {
            while !is_over.load(Ordering::Acquire) {
                updates.set_wants_frames(to.viewers().visible > 0);
                while let Some(update) = updates.take() {
                    to.take(update);
                }
                rings.wait(&mut seen, Instant::now() + PATIENCE);
            }
        };
        Self { thread: Some(std::thread::spawn(carry)), bell, ends }
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Release);
        Arc::clone(&self.bell).wake();
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || std::thread::panicking());
    }
}

/// A canvas that is fed.
fn fed() -> (HttpServer, Engine, Arc<dyn UpdateSink>) {
    let server = server();
    let mut backend = server.canvas(None).unwrap();
    let feed = backend.feed();
    (server, Engine::of(backend), feed)
}

/// Waits until so many look.
fn until_viewers(feed: &Arc<dyn UpdateSink>, wanted: Viewers) {
    let (bell, mut seen) = (Arc::new(Bell::default()), 0);
    feed.notify(Waker::from(Arc::clone(&bell)));
    let until = Instant::now() + PATIENCE;
    while feed.viewers() != wanted {
        bell.wait(&mut seen, until);
    }
}

/// What a program does that is to draw a frame: here a client shows what it has decoded.
fn present_decoded(engine: &mut Engine, feed: &Arc<dyn UpdateSink>, shown: &Picture) {
    engine.until_wanted();
    feed.begin_frame();
    let (width, height) = shown.pixels.dimensions();
    let frame = engine.draw(width, height, |x, y| shown.pixels.get_pixel(x, y).0);
    engine.backend.present(&frame).unwrap();
}

#[test]
fn a_canvas_that_is_fed_with_another_ones_updates_shows_exactly_its_pixels() {
    let (_first, mut engine) = Engine::new();
    let (second, mut program, feed) = fed();
    let _carrier = Carrier::begin(&engine, Arc::clone(&feed));
    assert!(!engine.backend.wants_frame(), "nobody looks");
    let mut viewer = Client::join(&second);
    for seed in 1..4 {
        engine.until_wanted();
        let frame = engine.draw(267, 145, |x, y| [(x * seed) as u8, (x ^ y) as u8, seed as u8]);
        engine.backend.present(&frame).unwrap();
        let shown = loop {
            let shown = viewer.until_exact();
            if shown.sequence == frame.sequence() {
                break shown;
            }
        };
        assert!(shown.shows(&frame));
        assert!(!program.backend.wants_frame(), "nothing is decoded for pages");

        let address = second.local_addr();
        let asked = std::thread::spawn(move || fetch(address, "/snapshot.png", ""));
        present_decoded(&mut program, &feed, &shown);
        let (head, png) = asked.join().unwrap();
        assert_eq!(status(&head), 200, "{head}");
        let png = image::load_from_memory(&png).unwrap().into_rgb8();
        assert_eq!(png.dimensions(), (267, 145));
        assert!(png.pixels().zip(frame.pixels()).all(|(got, want)| got.0 == want[..3]));
        assert!(!program.backend.wants_frame(), "nobody waits any more");
    }
}

#[test]
fn a_stream_of_a_fed_canvas_is_what_the_program_decodes() {
    let (_first, mut engine) = Engine::new();
    let (second, mut program, feed) = fed();
    let _carrier = Carrier::begin(&engine, Arc::clone(&feed));
    let (mut viewer, mut reader) = (Client::join(&second), Reader::join(&second));
    for color in [[200, 10, 20], [3, 150, 240]] {
        engine.until_wanted();
        engine.present(color);
        let shown = viewer.until_exact();
        present_decoded(&mut program, &feed, &shown);
        reader.until(color);
    }
}

#[test]
fn those_who_look_at_a_fed_canvas_are_counted() {
    let (second, mut program, feed) = fed();
    assert_eq!(feed.viewers(), Viewers::default());
    let visible = Client::join(&second);
    until_viewers(&feed, Viewers::new(1, 1));
    let mut hidden = Client::join_as(&second, false);
    until_viewers(&feed, Viewers::new(2, 1));
    hidden.say(&serde_json::json!({"type": "show"}));
    until_viewers(&feed, Viewers::new(2, 2));
    drop((visible, hidden));
    until_viewers(&feed, Viewers::default());
    let reader = Reader::join(&second);
    until_viewers(&feed, Viewers::new(1, 1));
    let address = second.local_addr();
    let asked = std::thread::spawn(move || fetch(address, "/snapshot.png", ""));
    until_viewers(&feed, Viewers::new(2, 2));
    program.present([1, 2, 3]);
    let (head, _) = asked.join().unwrap();
    assert_eq!(status(&head), 200, "{head}");
    until_viewers(&feed, Viewers::new(1, 1));
    drop(reader);
    until_viewers(&feed, Viewers::default());
}

#[test]
fn a_feeder_is_let_go_when_the_canvas_is_closed() {
    let (_server, mut program, feed) = fed();
    let bells = [Arc::new(Bell::default()), Arc::new(Bell::default())];
    feed.notify(Waker::from(Arc::clone(&bells[0])));
    program.backend.close();
    feed.notify(Waker::from(Arc::clone(&bells[1])));
    assert!(bells.iter().all(|bell| Arc::strong_count(bell) == 1));
    assert_eq!(feed.viewers(), Viewers::default());
}
