//! What changes on a canvas, for a recorder or a relay: the hub encodes it for browsers anyway. And what feeds a canvas.

use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use framecast_api::ClientId;
use framecast_stream::{Identity, Message, TileUpdate, UpdateSink, UpdateSource, Updates, Viewers};

use super::canvas::{Canvas, Outgoing};

/// A canvas, for subscribers.
#[derive(Debug)]
pub(crate) struct CanvasUpdates(pub(crate) Arc<Canvas>);

impl UpdateSource for CanvasUpdates {
    fn subscribe(&self, waker: Waker) -> Box<dyn Updates> {
        let client = self.0.subscribe(waker);
        Box::new(Subscription { canvas: Arc::clone(&self.0), client })
    }
}

struct Subscription {
    canvas: Arc<Canvas>,
    client: ClientId,
}

impl Updates for Subscription {
    fn take(&mut self) -> Option<TileUpdate> {
        let now = Instant::now();
        match self.canvas.next(self.client, now)? {
            Outgoing::Message(message) => {
                self.canvas.written(self.client, now);
                match message {
                    Message::Update(update) => Some(update),
                    // A subscriber gets nothing else.
                    _ => None,
                }
            }
            Outgoing::Goodbye(_) => None,
        }
    }

    fn set_wants_frames(&mut self, wants_frames: bool) {
        self.canvas.set_wants_frames(self.client, wants_frames);
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.canvas.leave(self.client, "unsubscribed");
    }
}

/// A canvas that is fed.
#[derive(Debug)]
pub(crate) struct CanvasFeed(pub(crate) Arc<Canvas>);

impl UpdateSink for CanvasFeed {
    fn take(&self, update: TileUpdate) {
        self.0.feed(update);
    }

    fn seconds(&self, now: Instant) -> f64 {
        self.0.seconds(now)
    }

    fn begin_frame(&self) {
        self.0.begin_frame();
    }

    fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    fn viewers(&self) -> Viewers {
        self.0.viewers()
    }

    fn notify(&self, waker: Waker) {
        self.0.notify_feeder(waker);
    }

    fn identity(&self, client: ClientId) -> Option<Identity> {
        self.0.identity(client)
    }
}
