use std::time::Duration;

use framecast_stream::SessionLimits;
use framecast_stream::limits as stream;

/// Limits on everything that a peer can send or use.
///
/// The defaults are meant for the open network; change a field only if you know your audience.
///
/// ```
/// let mut limits = framecast_http::Limits::default();
/// limits.clients = 8;
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// WebSocket clients of all canvases together; one more is closed with code 1013. One place in
    /// eight is kept for those who may drive.
    pub clients: usize,
    /// Open connections. For one more, the oldest goes that has shown no role, or else it is
    /// answered with 503 itself. One in eight is kept for those who may drive: clients that only watch
    /// have no more than the rest. A connection is an open file; see
    /// [`HttpServer`](crate::HttpServer#open-files).
    pub connections: usize,
    /// Open connections of one address (IPv6: of one /64 network), treated likewise.
    pub connections_per_address: usize,
    /// Connections whose request has not arrived in full. For one more, one of the address that has most
    /// of them is closed: the oldest that sent nothing for a second, or else the oldest. One in eight is
    /// kept for addresses from which somebody came in the last hour who may drive.
    pub handshakes: usize,
    /// Messages a client may send per second, and at once; more closes it with code 1008.
    pub messages_per_second: u32,
    /// Bytes a client may send per second, and at once; more closes it with code 1008. A WebSocket
    /// frame counts for 64 bytes besides its own.
    pub bytes_per_second: u32,
    /// For the whole request head to arrive: after the connection, or after the answer to the request
    /// before.
    pub head_time: Duration,
    /// For a plain request, from accepting the connection, or from the answer to the one before, to
    /// the last byte of the answer.
    pub request_time: Duration,
    /// For a snapshot to be sent, once it is there, as long as it is taken: see `write_stall`.
    pub snapshot_time: Duration,
    /// For a WebSocket client to say hello.
    pub hello_time: Duration,
    /// A connection that takes not one byte of what is written to it for this long is reset: a
    /// WebSocket, a `stream.mjpg`, a snapshot or a file.
    pub write_stall: Duration,
    /// A client that was silent for this long is sent a ping.
    pub ping_after: Duration,
    /// A client that was silent for this long is dropped. What a connection did not take for this
    /// long is forgotten, also what it was sent before it was closed (where the system can do
    /// that: Linux, Android).
    pub dead_after: Duration,
    /// A picture that did not change for this long is sent again, with exact pixels; later to a
    /// client whose connection needs longer to carry it.
    pub still_after: Duration,
    /// For the closing handshake of a WebSocket, and for the server to say goodbye when dropped.
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

    /// No time above is longer: what is added to the time of day must not overflow.
    pub const LONGEST_TIME: Duration = Duration::from_secs(24 * 60 * 60);
    /// No link is valid for longer.
    pub const LONGEST_LINK: Duration = Duration::from_secs(366 * 24 * 60 * 60);
    /// The most links of a server; adding one more is an error.
    pub const LINKS: usize = 64;
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
    /// Requests on one connection; it is closed after the answer to the last.
    pub const REQUESTS: usize = 100;
    /// The largest message from a client, in bytes; a larger one closes it with code 1009.
    pub const MESSAGE_BYTES: usize = stream::MESSAGE_BYTES;
    /// The largest picture message or snapshot, in bytes. A larger JPEG is made again with less
    /// quality, a larger PNG is not sent.
    pub const PICTURE_BYTES: usize = stream::PICTURE_BYTES;
    /// The largest file of a directory of the owner's, in bytes; a larger one is answered with 403.
    pub const FILE_BYTES: usize = 16 * 1024 * 1024;
    /// Files of such a directory that are read at the same time; requests for more wait.
    pub const FILES_AT_ONCE: usize = 4;
    /// Inputs of one client that the engine has not taken yet; one more closes the client with
    /// code 1008.
    pub const PENDING_INPUTS: usize = stream::PENDING_INPUTS;
    /// Bytes of such inputs.
    pub const PENDING_INPUT_BYTES: usize = stream::PENDING_INPUT_BYTES;

    /// Snapshots of a canvas that are asked for or being sent at once; one more is answered with
    /// 503. One in eight is kept for those who may drive. One is encoded at a time.
    pub const SNAPSHOTS: usize = stream::SNAPSHOTS;
    /// How long a snapshot waits for a newer frame where nobody looks, and the newest may be old.
    pub const NEWER_FRAME_TIME: Duration = stream::NEWER_FRAME_TIME;
    /// How long a snapshot waits for the first frame; then it is answered with 503.
    pub const FIRST_FRAME_TIME: Duration = stream::FIRST_FRAME_TIME;

    /// The lowest and the highest `?fps=` of a `stream.mjpg`, in pictures per second; others are answered
    /// with 400.
    pub const MJPEG_FPS: (f64, f64) = (0.01, 60.0);

    /// Sets the number of clients, and adds as many connections.
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
}
