//! Whether what is written to a connection is still taken: slow is fine, and nothing for too long is not.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use smol::Timer;
use smol::io::AsyncWrite;

/// A writer that notes in `moved` when it last took something.
#[derive(Debug)]
pub(crate) struct Moving<'a, W> {
    pub(crate) writer: W,
    pub(crate) moved: &'a Cell<Instant>,
}

impl<W: AsyncWrite + Unpin> AsyncWrite for Moving<'_, W> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.writer).poll_write(context, bytes);
        if let Poll::Ready(Ok(1..)) = written {
            self.moved.set(Instant::now());
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.writer).poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.writer).poll_close(context)
    }
}

/// When to look again at a writer that last took something at `moved`; `None`: it has stalled for `limit`.
fn look_again(moved: Instant, limit: Duration, now: Instant) -> Option<Instant> {
    Some(moved + limit).filter(|until| now < *until)
}

/// Fails once nothing has moved for `limit`.
pub(crate) async fn stalled<T>(moved: &Cell<Instant>, limit: Duration) -> io::Result<T> {
    while let Some(until) = look_again(moved.get(), limit, Instant::now()) {
        Timer::at(until).await;
    }
    Err(io::ErrorKind::TimedOut.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use smol::io::AsyncWriteExt;

    const LIMIT: Duration = Duration::from_secs(10);

    #[test]
    fn whatever_is_taken_gives_the_whole_time_again_and_the_end_is_exact() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(look_again(at(0), LIMIT, at(0)), Some(at(10)));
        assert_eq!(look_again(at(9), LIMIT, at(10)), Some(at(19)));
        let just_before = at(19) - Duration::from_nanos(1);
        assert_eq!(look_again(at(9), LIMIT, just_before), Some(at(19)));
        assert_eq!(look_again(at(9), LIMIT, at(19)), None);
        assert_eq!(look_again(at(9), LIMIT, at(1000)), None);
    }

    /// Takes a byte a call until it is full.
    struct Narrow(usize);

    impl AsyncWrite for Narrow {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            _: &[u8],
        ) -> Poll<io::Result<usize>> {
            if self.0 == 0 {
                return Poll::Pending;
            }
            self.0 -= 1;
            Poll::Ready(Ok(1))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[test]
    fn only_what_is_taken_counts_as_moving() {
        let long_ago = Instant::now() - Duration::from_secs(5);
        let moved = Cell::new(long_ago);
        let mut writer = Moving { writer: Narrow(3), moved: &moved };
        let fits = smol::block_on(smol::future::poll_once(writer.write_all(b"abc")));
        assert!(fits.is_some() && moved.get() > long_ago);
        let then = moved.replace(long_ago);
        assert!(then > long_ago);
        assert!(smol::block_on(smol::future::poll_once(writer.write_all(b"d"))).is_none());
        assert_eq!(moved.get(), long_ago);
        let ended = smol::block_on(stalled::<()>(&moved, Duration::from_secs(5)));
        assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
