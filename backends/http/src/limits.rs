use std::time::Duration;

use framecast_stream::limits as stream;
use framecast_stream::{SessionLimits, WatchLink};

/// Limits on everything that a peer can send or use.
///
/// The defaults suit a server on the open network. Change a field only if you know your audience. A time longer than
/// [`LONGEST_TIME`](Self::LONGEST_TIME) counts as that.
///
/// ```
/// let mut limits = framecast_http::Limits::default();
/// limits.clients = 8;
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The most WebSocket clients of all canvases together. One more is closed with code 1013. One place in
    /// eight is reserved for clients that may drive. Default: 64.
    pub clients: usize,
    /// The most open connections. When one more arrives, the server closes the oldest connection that has not
    /// authenticated; if there is none, it answers the new one with 503. One place in eight is reserved for clients
    /// that may drive. A connection is an open file; see [`HttpServer`](crate::HttpServer#open-files).
    /// Default: 256.
    pub connections: usize,
    /// The most open connections from one address (IPv6: one /64 network), treated as
    /// [`connections`](Self::connections). Default: 128.
    pub connections_per_address: usize,
    /// The most connections whose request head has not arrived in full. When one more arrives, the server closes one
    /// from the address that has most of them: the oldest that sent nothing for a second, or else the oldest. One
    /// place in eight is reserved for addresses from which a client that may drive came in the last hour.
    /// Default: 32.
    pub handshakes: usize,
    /// Messages that a client may send per second, and also in one burst. A client that sends more is closed with
    /// code 1008. Default: 1000.
    pub messages_per_second: u32,
    /// Bytes that a client may send per second, and also in one burst. A client that sends more is closed with code
    /// 1008. Each WebSocket frame counts as 64 bytes more than its length. Default: 1 MiB.
    pub bytes_per_second: u32,
    /// How long the whole request head may take to arrive, from the connection or from the answer to the previous
    /// request. Default: 5 seconds.
    pub head_time: Duration,
    /// How long a plain request may take, from the connection or from the answer to the previous request, to the last
    /// byte of its own answer. Default: 10 seconds.
    pub request_time: Duration,
    /// How long sending a snapshot may take once it is encoded. A client that takes no bytes is closed earlier; see
    /// [`write_stall`](Self::write_stall). Default: 60 seconds.
    pub snapshot_time: Duration,
    /// How long a WebSocket client may take to send its first message, `hello`. Default: 5 seconds.
    pub hello_time: Duration,
    /// How long a peer may take no bytes of what the server writes: a WebSocket, a `stream.mjpg`, a snapshot or a file.
    /// Then the connection is reset. Default: 10 seconds.
    pub write_stall: Duration,
    /// How long a client may be silent before the server sends it a ping. Default: 10 seconds.
    pub ping_after: Duration,
    /// How long a client may be silent before the server drops it. On Linux and Android, the system also discards
    /// bytes that a connection has not acknowledged for this long, even after it was closed (`TCP_USER_TIMEOUT`).
    /// Default: 30 seconds.
    pub dead_after: Duration,
    /// How long a picture must stay unchanged until clients get it with exact pixels; longer for a client with a slow
    /// connection. Default: 0.3 seconds.
    pub still_after: Duration,
    /// How long the closing handshake of a WebSocket may take, and how long a server that is dropped waits for its
    /// connections to close. Default: 1 second.
    pub close_timeout: Duration,
}

impl Limits {
    /// The defaults.
    pub const DEFAULT: Limits = Limits {
        clients: 64,
        connections: 256,
        connections_per_address: 128,
        handshakes: 32,
        messages_per_second: 1000,
        bytes_per_second: 1024 * 1024,
        head_time: Duration::from_secs(5),
        request_time: Duration::from_secs(10),
        snapshot_time: Duration::from_secs(60),
        hello_time: Duration::from_secs(5),
        write_stall: Duration::from_secs(10),
        ping_after: Duration::from_secs(10),
        dead_after: Duration::from_secs(30),
        still_after: Duration::from_millis(300),
        close_timeout: Duration::from_secs(1),
    };

    /// The longest time in a field above, 24 hours. A longer one counts as this.
    pub const LONGEST_TIME: Duration = Duration::from_secs(24 * 60 * 60);
    /// The longest time that a link can be valid, 366 days.
    pub const LONGEST_LINK: Duration = Duration::from_secs(366 * 24 * 60 * 60);
    /// The most links of a server, besides those that hosts made; adding one more is an error.
    pub const LINKS: usize = 64;
    /// The most links that hosts have made in the page; one more is refused.
    pub const HOST_LINKS: usize = 16;
    /// The most links of another server that count here, see [`SharedLinks::follow`](crate::SharedLinks::follow): as many
    /// as a server can have. More at once are refused.
    pub const FOLLOWED_LINKS: usize = WatchLink::MOST;
    /// Changes of links that hosts make at once; then one each [`HOST_LINK_EVERY`](Self::HOST_LINK_EVERY), and one
    /// that comes sooner is refused.
    pub const HOST_LINKS_AT_ONCE: u32 = 4;
    /// From one change of hosts to the next, on average.
    pub const HOST_LINK_EVERY: Duration = Duration::from_secs(1);
    /// The largest link file, in bytes; a larger one is refused.
    pub const LINK_FILE_BYTES: usize = 64 * 1024;
    /// The longest line of a link file, in bytes; a file with a longer one is refused.
    pub const LINK_LINE_BYTES: usize = 512;
    /// The largest request head, in bytes; a larger one is answered with 431.
    pub const HEAD_BYTES: usize = 16 * 1024;
    /// The longest request target, in bytes; a longer one is answered with 414.
    pub const TARGET_BYTES: usize = 4 * 1024;
    /// The most header lines; more are answered with 431.
    pub const HEADERS: usize = 64;
    /// The most requests on one connection, which is closed after the answer to the last one.
    pub const REQUESTS: usize = 100;
    /// The largest message from a client, in bytes; a larger one closes it with code 1009.
    pub const MESSAGE_BYTES: usize = stream::MESSAGE_BYTES;
    /// The largest picture message or snapshot, in bytes. A larger JPEG is encoded again with a lower quality, and a
    /// larger PNG is not sent.
    pub const PICTURE_BYTES: usize = stream::PICTURE_BYTES;
    /// The largest file that is served from a directory ([`Resources::with_directory`](crate::Resources::with_directory)), in
    /// bytes. A larger one is answered with 403.
    pub const FILE_BYTES: usize = 16 * 1024 * 1024;
    /// The most files of such a directory that are read at the same time. Requests for more wait.
    pub const FILES_AT_ONCE: usize = 4;
    /// The most events of one client that wait for the engine. A client that sends one more is closed with code 1008.
    pub const PENDING_INPUTS: usize = stream::PENDING_INPUTS;
    /// The most bytes of such events.
    pub const PENDING_INPUT_BYTES: usize = stream::PENDING_INPUT_BYTES;

    /// The most snapshots of one canvas that are requested or being sent at the same time. One more is answered with
    /// 503. One place in eight is reserved for clients that may drive. One snapshot is encoded at a time.
    pub const SNAPSHOTS: usize = stream::SNAPSHOTS;
    /// How long a snapshot waits for a new frame if the canvas has no viewers, whose last frame may be old.
    pub const NEWER_FRAME_TIME: Duration = stream::NEWER_FRAME_TIME;
    /// How long a snapshot waits for the first frame. Then it is answered with 503.
    pub const FIRST_FRAME_TIME: Duration = stream::FIRST_FRAME_TIME;

    /// The lowest and the highest `?fps=` of a `stream.mjpg`, in pictures per second. Others are answered with 400.
    pub const MJPEG_FPS: (f64, f64) = (0.01, 60.0);

    /// Sets the number of clients. If it grows, the limits on connections grow by the same number.
    pub fn set_clients(&mut self, clients: usize) {
        let more = clients.saturating_sub(self.clients);
        self.clients = clients;
        self.connections = self.connections.saturating_add(more);
        self.connections_per_address = self.connections_per_address.saturating_add(more);
    }

    /// Those of one connection.
    pub(crate) fn session(&self) -> SessionLimits {
        SessionLimits {
            messages_per_second: self.messages_per_second,
            bytes_per_second: self.bytes_per_second,
            hello_time: self.hello_time,
            write_stall: self.write_stall,
            ping_after: self.ping_after,
            dead_after: self.dead_after,
            close_timeout: self.close_timeout,
        }
    }

    /// With no time longer than [`LONGEST_TIME`](Self::LONGEST_TIME).
    pub(crate) fn within_reason(mut self) -> Self {
        for time in [
            &mut self.head_time,
            &mut self.request_time,
            &mut self.snapshot_time,
            &mut self.hello_time,
            &mut self.write_stall,
            &mut self.ping_after,
            &mut self.dead_after,
            &mut self.still_after,
            &mut self.close_timeout,
        ] {
            *time = (*time).min(Self::LONGEST_TIME);
        }
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
} // All of them can be told to other servers.
const _: () = assert!(Limits::LINKS + Limits::HOST_LINKS <= WatchLink::MOST);
