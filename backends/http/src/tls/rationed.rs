//! Bytes of a connection before TLS: so many a second, and so many at once.
//!
//! What is inside is counted again by those who read it. But records may be empty, and a session
//! reads on until one is not: a peer that sends them for ever would keep the server's thread.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use smol::io::{AsyncRead, AsyncWrite};

use framecast_stream::TokenBucket;

/// Bytes that are read in a row before others have their turn.
const READ_BUDGET: usize = 64 * 1024;
/// How much more there may be than inside. A record has 22 bytes more than what is in it (RFC 8446,
/// section 5.2), and each message inside is counted for 64 more than it is.
const OVERHEAD: u32 = 2;

/// A byte stream that reads no faster than it may.
#[derive(Debug)]
pub(super) struct Rationed<S> {
    stream: S,
    bucket: TokenBucket,
    /// Bytes read since there was nothing to read, or others had their turn.
    in_a_row: usize,
}

impl<S> Rationed<S> {
    /// `per_second`: the most bytes inside.
    pub(super) fn new(stream: S, per_second: u32) -> Self {
        let bucket = TokenBucket::new(per_second.saturating_mul(OVERHEAD), Instant::now());
        Self { stream, bucket, in_a_row: 0 }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Rationed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if self.in_a_row >= READ_BUDGET {
            self.in_a_row = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        match read {
            Poll::Ready(Ok(bytes)) => {
                self.in_a_row += bytes;
                if !self.bucket.take(bytes as f64, Instant::now()) {
                    return Poll::Ready(Err(io::ErrorKind::QuotaExceeded.into()));
                }
            }
            Poll::Pending => self.in_a_row = 0,
            Poll::Ready(Err(_)) => {}
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Rationed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
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
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Wake, Waker};

    /// Reads zeros for ever.
    struct Endless;

    impl AsyncRead for Endless {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buffer: &mut [u8],
        ) -> Poll<io::Result<usize>> {
            buffer.fill(0);
            Poll::Ready(Ok(buffer.len()))
        }
    }

    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn others_have_their_turn_and_a_flood_is_an_error() {
        let wakes = Arc::new(Wakes::default());
        let waker = Waker::from(Arc::clone(&wakes));
        let mut context = Context::from_waker(&waker);
        let mut stream = Rationed::new(Endless, 200 * 1024);
        let mut buffer = [0; 4096];
        let (mut read, mut turns, mut most) = (0, 0, 0);
        let mut in_a_row = 0;
        loop {
            match Pin::new(&mut stream).poll_read(&mut context, &mut buffer) {
                Poll::Ready(Ok(bytes)) => {
                    read += bytes;
                    in_a_row += bytes;
                    most = most.max(in_a_row);
                }
                Poll::Pending => {
                    turns += 1;
                    in_a_row = 0;
                }
                Poll::Ready(Err(error)) => {
                    assert_eq!(error.kind(), io::ErrorKind::QuotaExceeded);
                    break;
                }
            }
            assert!(read < 100 << 20, "no end");
        }
        assert!(read >= 400 * 1024 - buffer.len(), "{read}: a second's worth comes at once");
        assert_eq!(most, READ_BUDGET);
        assert_eq!((turns, wakes.0.load(Ordering::Relaxed)), (read / READ_BUDGET, turns));
    }
}
