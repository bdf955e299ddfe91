//! Who gets in: from bytes to a request that may be answered. No file here knows a socket.

pub(crate) mod access;
pub(crate) mod adapter;
pub(crate) mod answer;
pub(crate) mod connection_table;
pub(crate) mod forwarded;
pub(crate) mod head;
pub(crate) mod link_file;
pub(crate) mod links;
pub(crate) mod live;
pub(crate) mod pictures;
pub(crate) mod places;
pub(crate) mod routes;
pub(crate) mod secret;

use smol::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The most bytes that are read and discarded from a client that goes on sending.
const LINGER_BYTES: u64 = 1024 * 1024;

/// The same for a client in the middle of a message that is too large, so that a client that writes all of it
/// before it reads learns why it is closed.
pub(crate) const LINGER_OVERSIZED: u64 = 64 * 1024 * 1024;
const LINGER_BUFFER: usize = 16 * 1024;

/// Ends a connection without losing what was written: closes our half, and reads until the client closes the
/// other. A close with unread bytes would reset the connection instead, and the client would lose what it has not
/// read yet. The caller limits the time.
pub(crate) async fn linger<S: AsyncRead + AsyncWrite + Unpin>(stream: S) {
    linger_up_to(stream, LINGER_BYTES).await;
}

/// As [`linger`], but reads at most this many bytes.
pub(crate) async fn linger_up_to<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, most: u64) {
    if stream.close().await.is_err() {
        return;
    }
    let mut stream = stream.take(most);
    // Not in the future of every connection, from its beginning.
    let mut buffer = vec![0; LINGER_BUFFER];
    while let Ok(1..) = stream.read(&mut buffer).await {
        // All connections share a thread.
        smol::future::yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use super::*;

    /// A client that never stops talking.
    #[derive(Default)]
    struct Talker {
        said: u64,
        closed: bool,
    }

    impl AsyncRead for Talker {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buffer: &mut [u8],
        ) -> Poll<io::Result<usize>> {
            self.said += buffer.len() as u64;
            Poll::Ready(Ok(buffer.len()))
        }
    }

    impl AsyncWrite for Talker {
        fn poll_write(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_close(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.closed = true;
            Poll::Ready(Ok(()))
        }
    }

    #[test]
    fn whoever_goes_on_talking_is_listened_to_up_to_a_limit() {
        let mut talker = Talker::default();
        smol::block_on(linger(&mut talker));
        assert!(talker.closed);
        assert_eq!(talker.said, LINGER_BYTES);
    }
}
