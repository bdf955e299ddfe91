//! Who gets in: from bytes to a request that may be answered. No file here knows a socket.

pub(crate) mod access;
pub(crate) mod adapter;
pub(crate) mod answer;
pub(crate) mod head;
pub(crate) mod links;
pub(crate) mod routes;
pub(crate) mod strangers;

use smol::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The most that is read and thrown away of a client that goes on talking.
const LINGER_BYTES: u64 = 1024 * 1024;

/// Ends a connection without losing what was written: closes our half, and reads on until the
/// client closes the other. A close with unread bytes would reset the connection instead, and
/// what the client has not read yet would be gone. The caller limits the time.
pub(crate) async fn linger<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S) {
    if stream.close().await.is_ok() {
        let _ = smol::io::copy(stream.take(LINGER_BYTES), smol::io::sink()).await;
    }
}
