//! Presents a framecast canvas to browsers over HTTP and WebSocket.
//!
//! [`HttpServer`] listens on one address and serves any number of canvases, each through an
//! [`HttpBackend`]: the page of the crate `framecast-viewer`, and a WebSocket that carries
//! pictures out and input in (see `PROTOCOL.md`).
//!
//! This crate decides who gets in (`front`: request heads, the `Host` and `Origin` headers,
//! limits) and what each client is sent and when (`stream`: encoding, pacing, the protocol).
//! Everything that comes from a client is checked here before it becomes an event. It does not
//! decide who is the presenter, how large the canvas is, or when it draws: the engine does.
//!
//! ```
//! use framecast_http::HttpServer;
//!
//! let server = HttpServer::bind("127.0.0.1:0".parse().unwrap())?;
//! let main = server.canvas(None)?; // at http://127.0.0.1:PORT/
//! let side = server.canvas(Some("side"))?; // at http://127.0.0.1:PORT/side/
//! # drop((main, side));
//! # Ok::<(), framecast_api::Error>(())
//! ```

mod backend;
mod front;
mod limits;
mod server;
mod stream;

pub use backend::HttpBackend;
pub use limits::Limits;
pub use server::HttpServer;

/// For this crate's benches: what `stream` does with one frame. No part of the API.
#[doc(hidden)]
pub mod measure {
    use framecast_api::{Frame, Result};
    pub use jpeg_encoder::SamplingFactor;

    use crate::stream::encode;

    /// Bytes of the message with `frame` as a JPEG of this quality.
    ///
    /// # Errors
    /// If it cannot be encoded.
    pub fn jpeg(frame: &Frame, quality: u8, sampling: SamplingFactor) -> Result<usize> {
        Ok(encode::jpeg_with(frame, quality, sampling)?.len())
    }

    /// Bytes of the message with `frame` as a PNG.
    ///
    /// # Errors
    /// If it cannot be encoded.
    pub fn png(frame: &Frame) -> Result<usize> {
        Ok(encode::png(frame, || false)?.map_or(0, |message| message.len()))
    }
}
