//! What changed from frame to frame, encoded: a hub with a recorder as its only audience. Pure: `now` comes in.

use std::time::{Duration, Instant};

use framecast_api::{ClientId, Clock, Frame};
use framecast_stream::{Hub, HubInput, HubOutput, Message, TileUpdate};

/// A tile that has not changed for so long is recorded exactly, as browsers get it.
const STILL_AFTER: Duration = Duration::from_millis(300);
/// At the end, the hub is told that so much time has passed, at most: enough for all tiles to become exact.
const MOST_REST: Duration = Duration::from_secs(60);

/// Frames in, updates out.
#[derive(Debug)]
pub(crate) struct HubSource {
    hub: Hub,
    subscriber: ClientId,
    /// How far the time of the hub is ahead.
    ahead: Duration,
}

impl HubSource {
    /// Creates a source for a canvas with this clock; `lossless`: every picture is exact.
    pub(crate) fn new(clock: Clock, lossless: bool, now: Instant) -> Self {
        let mut hub = Hub::new(STILL_AFTER);
        let subscriber = hub.subscribe(false);
        let mut source = Self { hub, subscriber, ahead: Duration::ZERO };
        source.handle(HubInput::SetLossless(lossless), now);
        source.handle(HubInput::Open { clock, title: String::new() }, now);
        source
    }

    /// Takes the next frame.
    pub(crate) fn frame(&mut self, frame: Frame, now: Instant) {
        self.handle(HubInput::Frame(frame), now);
    }

    /// Encodes what is to be encoded, on this thread, and hands out what changed. Returns when to call it again, if no
    /// frame comes before.
    pub(crate) fn advance<E>(
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
                | HubOutput::Wake
                | HubOutput::Repair(_)
                | HubOutput::Encode(_) => {}
            }
        }
    }

    /// Makes the newest picture exact now, as if it had rested.
    pub(crate) fn rest<E>(
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
