//! Snapshots: the newest frame as one picture, for requests by plain HTTP.
//!
//! Which frame a request gets is decided in `framecast_stream`. [`take`] waits for it and has it
//! encoded, on a thread of its own: no viewer waits for that.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use framecast_api::Role;
use framecast_stream::{NoSnapshot, SnapshotCache, SnapshotFormat, SnapshotLook};
use smol::Timer;
use smol::channel::Receiver;
use smol::future::FutureExt;
use smol::lock::Mutex;

use super::canvas::Canvas;

/// A request's place, given up when dropped: when the picture was sent.
pub(crate) struct Ticket {
    canvas: Arc<Canvas>,
    role: Role,
    request: u64,
    woken: Receiver<()>,
}

impl Ticket {
    fn new(canvas: &Arc<Canvas>, role: Role) -> Option<Self> {
        let (wake, woken) = smol::channel::bounded(1);
        let request = canvas.request_snapshot(role, wake, Instant::now())?;
        Some(Self { canvas: Arc::clone(canvas), role, request, woken })
    }

    /// What the client that asked may do.
    pub(crate) fn role(&self) -> Role {
        self.role
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.canvas.end_snapshot(self.request);
    }
}

/// The current picture of `canvas`, for somebody with `role`.
///
/// Where nobody looks nothing is drawn, so the newest frame may be old: then one is asked for, and
/// waited for up to [`NEWER_FRAME_TIME`](framecast_stream::limits::NEWER_FRAME_TIME), or [`FIRST_FRAME_TIME`](framecast_stream::limits::FIRST_FRAME_TIME) if there never was one.
pub(crate) async fn take(
    canvas: &Arc<Canvas>,
    format: SnapshotFormat,
    role: Role,
) -> Result<(Bytes, Ticket), NoSnapshot> {
    let ticket = Ticket::new(canvas, role).ok_or(NoSnapshot::Busy)?;
    let (frame, number) = loop {
        match canvas.look_at_snapshot(ticket.request, Instant::now()) {
            SnapshotLook::Frame(frame, number) => break (frame, number),
            SnapshotLook::Missing(missing) => return Err(missing),
            SnapshotLook::Wait(until) => {
                let woken = async {
                    let _ = ticket.woken.recv().await;
                };
                let timeout = async {
                    Timer::at(until).await;
                };
                woken.or(timeout).await;
            }
        }
    };
    // The lock goes along, so that who leaves in between does not let another one begin.
    let mut cache = canvas.snapshots().lock_arc().await;
    let bytes = smol::unblock(move || cache.encode(&frame, number, format)).await?;
    Ok((bytes, ticket))
}

/// The last snapshots of a canvas. Whoever encodes one has it locked, so that one is encoded at a
/// time.
pub(super) type SharedCache = Arc<Mutex<SnapshotCache>>;

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ticket({})", self.request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use framecast_api::{Clock, FramePool, PhysicalSize};
    use framecast_stream::limits;
    use std::task::Waker;
    use std::time::Duration;

    fn canvas() -> Arc<Canvas> {
        let canvas = Canvas::new(Duration::from_millis(300));
        canvas.open(Waker::noop().clone(), Clock::start(), "a title".into());
        Arc::new(canvas)
    }

    #[test]
    fn a_place_is_kept_until_the_ticket_is_dropped_and_pictures_are_shared() {
        let canvas = canvas();
        let mut pool = FramePool::new();
        let buffer = pool.lend(PhysicalSize::new(3, 2)).unwrap();
        let frame = pool.freeze(buffer, 1, 0.0, 1.0);
        canvas.present(&frame, Instant::now());
        let all: Vec<_> = (0..limits::SNAPSHOTS)
            .map(|_| {
                canvas.present(&frame, Instant::now());
                smol::block_on(take(&canvas, SnapshotFormat::Png, Role::Drive)).unwrap()
            })
            .collect();
        let one = smol::block_on(take(&canvas, SnapshotFormat::Png, Role::Drive));
        assert_eq!(one.unwrap_err(), NoSnapshot::Busy);
        drop(all);
        let (one, _) = smol::block_on(take(&canvas, SnapshotFormat::Png, Role::Drive)).unwrap();
        let (other, _) = smol::block_on(take(&canvas, SnapshotFormat::Png, Role::Drive)).unwrap();
        assert_eq!(one.as_ptr(), other.as_ptr(), "encoded once");
        let (jpeg, _) = smol::block_on(take(&canvas, SnapshotFormat::Jpeg, Role::Drive)).unwrap();
        assert_eq!(jpeg[..2], [0xff, 0xd8]);
        let png = image::load_from_memory(&one).unwrap().into_rgb8();
        assert!(png.pixels().zip(frame.pixels()).all(|(got, want)| got.0 == want[..3]));
    }

    #[test]
    fn who_waits_when_the_canvas_closes_is_told() {
        let canvas = canvas();
        let closing = async {
            canvas.close();
            smol::future::pending().await
        };
        let taken = smol::block_on(take(&canvas, SnapshotFormat::Png, Role::Drive).or(closing));
        assert_eq!(taken.unwrap_err(), NoSnapshot::Closed);
    }
}
