//! A client's byte stream, watched: when it moves, and how much comes.

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Instant;

use framecast_stream::Session;
use smol::io::{AsyncRead, AsyncWrite};

use super::fragments::Frames;
use crate::Limits;

/// Bytes a client's task reads before the others have their turn.
const READ_BUDGET: usize = 64 * 1024;

/// One connection's time, and how much of what comes was read.
#[derive(Debug)]
pub(super) struct Pulse {
    pub(super) session: RefCell<Session>,
    frames: RefCell<Frames>,
    /// Bytes read since the task last gave way to others.
    read: Cell<usize>,
}

impl Pulse {
    pub(super) fn new(limits: &Limits, now: Instant) -> Self {
        let session = RefCell::new(Session::new(limits.session(), now));
        Self { session, frames: RefCell::default(), read: Cell::new(0) }
    }

    /// What was read before there was a pulse.
    pub(super) fn came_early(&self, bytes: &mut [u8]) {
        self.frames.borrow_mut().push(bytes);
    }

    fn read(&self, bytes: &mut [u8], now: Instant) -> io::Result<usize> {
        self.read.set(self.read.get() + bytes.len());
        let frames = self.frames.borrow_mut().push(bytes);
        let fine = self.session.borrow_mut().read(bytes.len(), frames, now);
        fine.map(|()| bytes.len()).map_err(|_| io::ErrorKind::QuotaExceeded.into())
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
        if self.pulse.read.replace(0) >= READ_BUDGET {
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
        let blocked = written.is_pending();
        self.pulse.session.borrow_mut().wrote(blocked, Instant::now());
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
    fn what_was_read_early_is_the_beginning_of_a_frame() {
        let limits = Limits { bytes_per_second: 7000, ..Limits::default() };
        let start = Instant::now();
        let one = [&[0x01, 0x80 | 126, 0x1a, 0x90, 0, 0, 0, 0][..], &[0; 6800]].concat();
        let pulse = Pulse::new(&limits, start);
        pulse.came_early(&mut one.clone()[..100]);
        assert!(pulse.read(&mut one.clone()[100..], start).is_ok());
        assert!(pulse.read(&mut one.clone(), start).is_err(), "another one");
    }
}
