//! A client's byte stream, watched: when it moves, and how much comes.

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Instant;

use smol::io::{AsyncRead, AsyncWrite};

use super::fragments::Frames;
use crate::Limits;
use crate::allowance::Allowance;

/// Bytes a client's task reads before the others have their turn.
const GREED: usize = 64 * 1024;
/// What a WebSocket frame counts for, in bytes, besides its own: an empty one costs time too.
const FRAME_COST: usize = 64;

/// When something was heard from the other side, and how much.
#[derive(Debug)]
pub(super) struct Pulse {
    pub(super) heard: Cell<Instant>,
    /// When bytes were last taken by the connection, or a write began.
    pub(super) moved: Cell<Instant>,
    /// The last write could take nothing.
    blocked: Cell<bool>,
    /// Bytes that may still be read. Messages are counted elsewhere, but a stream of fragments or
    /// of half a frame is no message for a long time.
    bytes: Cell<Allowance>,
    frames: RefCell<Frames>,
    /// Bytes read since the task last gave way to others.
    greed: Cell<usize>,
}

impl Pulse {
    pub(super) fn new(limits: &Limits, now: Instant) -> Self {
        Self {
            heard: Cell::new(now),
            moved: Cell::new(now),
            blocked: Cell::new(false),
            bytes: Cell::new(Allowance::new(limits.bytes_per_second, now)),
            frames: RefCell::default(),
            greed: Cell::new(0),
        }
    }

    /// What was read before there was a pulse.
    pub(super) fn came_early(&self, bytes: &mut [u8]) {
        self.frames.borrow_mut().push(bytes);
    }

    fn read(&self, bytes: &mut [u8], now: Instant) -> io::Result<usize> {
        self.heard.set(now);
        self.greed.set(self.greed.get() + bytes.len());
        let frames = self.frames.borrow_mut().push(bytes);
        let mut allowance = self.bytes.get();
        let fine = allowance.take((bytes.len() + frames * FRAME_COST) as f64, now);
        self.bytes.set(allowance);
        if fine { Ok(bytes.len()) } else { Err(io::ErrorKind::QuotaExceeded.into()) }
    }
}

/// A byte stream that notes when it moves.
#[derive(Debug)]
pub(super) struct Watched<S> {
    pub(super) stream: S,
    pub(super) pulse: Rc<Pulse>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if self.pulse.greed.replace(0) >= GREED {
            // All connections share a thread.
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Ready(Ok(bytes @ 1..)) => {
                Poll::Ready(self.pulse.read(&mut buffer[..bytes], Instant::now()))
            }
            other => other,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        match written {
            Poll::Pending => self.pulse.blocked.set(true),
            Poll::Ready(_) => {
                let now = Instant::now();
                self.pulse.moved.set(now);
                // Room after there was none: the other side took something.
                if self.pulse.blocked.replace(false) {
                    self.pulse.heard.set(now);
                }
            }
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_counts_for_more_than_its_bytes() {
        let limits = Limits { bytes_per_second: 7000, ..Limits::default() };
        let start = Instant::now();
        let empty = [0x00, 0x80, 0, 0, 0, 0];
        let pulse = Pulse::new(&limits, start);
        for _ in 0..7000 / (empty.len() + FRAME_COST) {
            assert!(pulse.read(&mut empty.clone(), start).is_ok());
        }
        assert!(pulse.read(&mut empty.clone(), start).is_err(), "though it is 600 bytes");
        let pulse = Pulse::new(&limits, start);
        let one = [&[0x01, 0x80 | 126, 0x1a, 0x90, 0, 0, 0, 0][..], &[0; 6800]].concat();
        assert!(pulse.read(&mut one.clone(), start).is_ok(), "6800 bytes in one frame");
        let pulse = Pulse::new(&limits, start);
        pulse.came_early(&mut one.clone()[..100]);
        assert!(pulse.read(&mut one.clone()[100..], start).is_ok());
    }
}
