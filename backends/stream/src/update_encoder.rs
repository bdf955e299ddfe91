//! Frames in, updates out: a hub whose only audience is one subscriber. Pure: `now` comes in.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use framecast_api::{ClientId, Clock, Frame};

use crate::hub::{Hub, HubInput, HubOutput};
use crate::message::Message;
use crate::tile_update::TileUpdate;

/// A tile that has not changed for so long is encoded exactly, as browsers get it.
const STILL_AFTER: Duration = Duration::from_millis(300);
/// [`UpdateEncoder::rest`] tells the hub that so much time has passed, at most: enough for all tiles to become exact.
const MOST_REST: Duration = Duration::from_secs(60);

/// Turns frames into [`TileUpdate`]s: what a recorder or a relay uses where no other hub encodes the frames.
///
/// A changed tile is encoded at once, as for a browser with a good connection, and exactly when it has not changed for
/// 0.3 seconds. Encoding runs on the thread that calls [`advance`](Self::advance).
///
/// ```
/// use std::convert::Infallible;
/// use std::time::{Duration, Instant};
///
/// use framecast_api::{Clock, FramePool, PhysicalSize};
/// use framecast_stream::{TilePicture, UpdateEncoder};
///
/// let now = Instant::now();
/// let mut encoder = UpdateEncoder::new(Clock::since(now), false, now);
/// let mut pool = FramePool::new();
/// let mut buffer = pool.lend(PhysicalSize::new(640, 480))?;
/// buffer.fill([0, 80, 160, 255]);
/// encoder.frame(pool.freeze(buffer, 1, 0.0, 1.0), now);
///
/// let mut picture = TilePicture::new();
/// let again = encoder.advance(now, |update| {
///     picture.add(&update);
///     Ok::<(), Infallible>(())
/// });
/// assert_eq!(again, Ok(None), "a plain area is exact at once");
/// assert!(picture.is_exact());
/// # Ok::<(), framecast_api::Error>(())
/// ```
#[derive(Debug)]
pub struct UpdateEncoder {
    hub: Hub,
    subscriber: ClientId,
    /// How far the time of the hub is ahead.
    ahead: Duration,
}

impl UpdateEncoder {
    /// Creates an encoder for a canvas with this clock. If `lossless`, every picture is encoded exactly from the
    /// start. It wants no frames at first.
    #[must_use]
    pub fn new(clock: Clock, lossless: bool, now: Instant) -> Self {
        let mut hub = Hub::new(STILL_AFTER);
        let subscriber = hub.subscribe(false);
        let mut encoder = Self { hub, subscriber, ahead: Duration::ZERO };
        encoder.handle(HubInput::SetLossless(lossless), now);
        encoder.handle(HubInput::Open { clock, title: String::new() }, now);
        // The hub learns that its subscriber has room.
        let Ok(_) = encoder.advance(now, |_| Ok::<_, Infallible>(()));
        encoder
    }

    /// Sets whether there is demand for frames. Without demand it encodes the frames that it is given all the same.
    pub fn set_wants_frames(&mut self, wants_frames: bool) {
        self.hub.set_wants_frames(self.subscriber, wants_frames);
    }

    /// Returns whether to draw a frame now: there is demand, and the last frame was encoded.
    #[must_use]
    pub fn wants_frame(&self) -> bool {
        self.hub.wants_frame()
    }

    /// Takes the next frame. A frame that was not encoded yet is replaced by it.
    pub fn frame(&mut self, frame: Frame, now: Instant) {
        self.handle(HubInput::Frame(frame), now);
    }

    /// Encodes what is to be encoded, on this thread, and hands each update to `sink`. Returns when to call it
    /// again if no frame comes before; `None`: only after a frame.
    ///
    /// # Errors
    /// The first error of `sink`. The update that it was handed is not handed out again.
    pub fn advance<E>(
        &mut self,
        now: Instant,
        mut sink: impl FnMut(TileUpdate) -> Result<(), E>,
    ) -> Result<Option<Instant>, E> {
        loop {
            match self.hub.poll(now + self.ahead) {
                HubOutput::Send(client, message) => {
                    self.handle(HubInput::Written(client), now);
                    if let (true, Message::Update(update)) = (client == self.subscriber, message) {
                        sink(update)?;
                    }
                }
                HubOutput::Wait(until) => match self.hub.take_job(now + self.ahead) {
                    Some(job) => self.handle(HubInput::Done(job.run(|_, _| false)), now),
                    None => return Ok(until.and_then(|until| until.checked_sub(self.ahead))),
                },
                HubOutput::Close(..)
                | HubOutput::Snapshot(_)
                | HubOutput::Viewers(_)
                | HubOutput::Wake
                | HubOutput::Repair(_)
                | HubOutput::Encode(_) => {}
            }
        }
    }

    /// Encodes the newest picture exactly now, as if it had not changed for long, and hands the updates to `sink`.
    ///
    /// # Errors
    /// The first error of `sink`.
    pub fn rest<E>(
        &mut self,
        now: Instant,
        mut sink: impl FnMut(TileUpdate) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(until) = self.advance(now, &mut sink)? {
            let wait = until.saturating_duration_since(now);
            if wait.is_zero() || self.ahead + wait > MOST_REST {
                break;
            }
            self.ahead += wait;
        }
        Ok(())
    }

    fn handle(&mut self, input: HubInput, now: Instant) {
        // Only what a client says can be a violation, and there is none.
        let handled = self.hub.handle(now + self.ahead, input);
        debug_assert!(handled.is_ok());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::grain;
    use crate::tile_picture::TilePicture;
    use framecast_api::{FramePool, PhysicalSize};

    const SIZE: PhysicalSize = PhysicalSize::new(260, 97);

    struct Frames {
        pool: FramePool,
        sequence: u64,
    }

    impl Frames {
        fn new() -> Self {
            Self { pool: FramePool::new(), sequence: 0 }
        }

        fn next(&mut self) -> Frame {
            let mut buffer = self.pool.lend(SIZE).unwrap();
            self.sequence += 1;
            for (at, pixel) in buffer.pixels_mut().iter_mut().enumerate() {
                *pixel = grain(self.sequence as u32, at);
            }
            self.pool.freeze(buffer, self.sequence, 0.0, 1.0)
        }
    }

    fn advance(encoder: &mut UpdateEncoder, now: Instant) -> (Vec<TileUpdate>, Option<Instant>) {
        let mut updates = Vec::new();
        let sink = |update| {
            updates.push(update);
            Ok::<_, Infallible>(())
        };
        let Ok(again) = encoder.advance(now, sink);
        (updates, again)
    }

    #[test]
    fn what_changed_comes_at_once_and_exactly_when_it_was_still() {
        let now = Instant::now();
        let mut encoder = UpdateEncoder::new(Clock::since(now), false, now);
        let (mut frames, mut picture) = (Frames::new(), TilePicture::new());
        encoder.frame(frames.next(), now);
        let (updates, again) = advance(&mut encoder, now);
        updates.iter().for_each(|update| picture.add(update));
        assert!(picture.update().is_some() && !picture.is_exact());
        assert_eq!(again, Some(now + STILL_AFTER));
        let mut at = again;
        while let Some(now) = at {
            let (updates, again) = advance(&mut encoder, now);
            updates.iter().for_each(|update| picture.add(update));
            at = again;
        }
        assert!(picture.is_exact());
    }

    #[test]
    fn a_frame_that_another_one_follows_before_it_is_encoded_is_left_out() {
        let now = Instant::now();
        let mut encoder = UpdateEncoder::new(Clock::since(now), true, now);
        let mut frames = Frames::new();
        encoder.frame(frames.next(), now);
        encoder.frame(frames.next(), now);
        let (updates, again) = advance(&mut encoder, now);
        assert_eq!((updates.len(), again), (1, None));
        assert_eq!(updates[0].picture.sequence, 2);
    }

    #[test]
    fn a_frame_is_wanted_while_there_is_demand_and_the_last_one_is_encoded() {
        let now = Instant::now();
        let mut encoder = UpdateEncoder::new(Clock::since(now), true, now);
        let mut frames = Frames::new();
        assert!(!encoder.wants_frame());
        encoder.set_wants_frames(true);
        assert!(encoder.wants_frame());
        encoder.frame(frames.next(), now);
        assert!(!encoder.wants_frame());
        assert_eq!(advance(&mut encoder, now).0.len(), 1);
        assert!(encoder.wants_frame());
        encoder.set_wants_frames(false);
        assert!(!encoder.wants_frame());
        encoder.frame(frames.next(), now);
        assert_eq!(advance(&mut encoder, now).0.len(), 1, "it is drawn for others");
        assert!(!encoder.wants_frame());
    }

    #[test]
    fn the_end_is_exact_without_waiting() {
        let now = Instant::now();
        let mut encoder = UpdateEncoder::new(Clock::since(now), false, now);
        let (mut frames, mut picture) = (Frames::new(), TilePicture::new());
        encoder.frame(frames.next(), now);
        let rested = encoder.rest(now, |update| {
            picture.add(&update);
            Ok::<_, Infallible>(())
        });
        assert_eq!(rested, Ok(()));
        assert!(picture.is_exact());
    }

    #[test]
    fn an_error_of_the_sink_is_returned_and_what_follows_is_handed_out() {
        let now = Instant::now();
        let mut encoder = UpdateEncoder::new(Clock::since(now), true, now);
        let mut frames = Frames::new();
        encoder.frame(frames.next(), now);
        assert_eq!(encoder.advance(now, |_| Err("full")), Err("full"));
        encoder.frame(frames.next(), now);
        assert_eq!(advance(&mut encoder, now).0.len(), 1);
    }
}
