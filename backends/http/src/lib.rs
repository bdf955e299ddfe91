//! Presents a framecast canvas to browsers over HTTP and WebSocket.
//!
//! [`HttpServer`] listens on one address and serves any number of canvases, each through an
//! [`HttpBackend`]: the page of the crate `framecast-viewer`, and a WebSocket that carries
//! pictures out and input in (see `PROTOCOL.md`).
//!
//! This crate decides who gets in (`tls`; `front`: request heads, the `Host` and `Origin` headers,
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
//!
//! [`HttpService`] does the same without a socket, inside a larger web application.
//!
//! The feature `tls`, on by default, lets a server speak TLS ([`Tls`]). The feature `tower` makes
//! [`HttpService`] a `tower::Service`, for axum and whatever else runs on hyper.

#![warn(missing_docs)]

mod allowance;
mod backend;
mod config;
mod connection;
mod files;
mod front;
#[doc(hidden)]
pub mod fuzz;
mod limits;
mod resources;
mod running;
mod server;
mod service;
mod site;
mod stall;
mod stream;
mod tiles;
mod tls;
#[cfg(feature = "tower")]
mod tower;

pub use backend::HttpBackend;
pub use config::ServerConfig;
pub use front::links::{Link, Token};
pub use limits::Limits;
pub use resources::Resources;
pub use server::HttpServer;
pub use service::{Answer, Film, HttpService, Upgrade, Visitor};
pub use tls::Tls;
#[cfg(feature = "tower")]
pub use tower::Body;

/// For this crate's benches: what is done with the tiles of a frame. No part of the API.
#[doc(hidden)]
pub mod measure {
    use std::sync::Arc;

    use framecast_api::{Frame, Result};
    use framecast_jpeg::Sampling;

    use crate::tiles::{self, Coding, Encoded, Grid};

    /// The tiles of a frame that differ from those of another of its size.
    #[must_use]
    pub fn compare(before: &Frame, after: &Frame) -> usize {
        let grid = Grid::new(after.size());
        tiles::changed(before, after, &grid, &grid.all().collect::<Vec<_>>()).len()
    }

    /// Every tile of a frame, encoded.
    pub struct Encodings {
        grid: Grid,
        tiles: Vec<(u16, Arc<Encoded>)>,
    }

    /// Encodes every tile: for somebody who wants this quality and sampling, or exactly.
    ///
    /// # Errors
    /// If a tile cannot be encoded.
    pub fn encode(frame: &Frame, quality: Option<(u8, Sampling)>) -> Result<Encodings> {
        let grid = Grid::new(frame.size());
        let coding = quality.map_or(Coding::Exact, |(quality, _)| Coding::Jpeg(quality));
        let sampling = quality.map_or(Sampling::Full, |(_, sampling)| sampling);
        let all: Vec<u16> = grid.all().collect();
        let mut tiles = Vec::with_capacity(all.len());
        for batch in all.chunks(20) {
            let encoded = tiles::encode(frame, &grid, batch, coding, sampling)?;
            tiles.extend(batch.iter().copied().zip(encoded));
        }
        Ok(Encodings { grid, tiles })
    }

    impl Encodings {
        /// Bytes of all tiles.
        #[must_use]
        pub fn bytes(&self) -> usize {
            self.tiles.iter().map(|(_, encoded)| encoded.len()).sum()
        }

        /// How many of how many tiles are exact.
        #[must_use]
        pub fn exact(&self) -> (usize, usize) {
            let exact = |(_, encoded): &&(u16, Arc<Encoded>)| encoded.form().is_exact();
            (self.tiles.iter().filter(exact).count(), self.tiles.len())
        }

        /// Columns, and the width and height of a tile.
        #[must_use]
        pub fn grid(&self) -> (u32, u32, u32) {
            let (width, height) = self.grid.tile_size();
            (self.grid.columns(), width.into(), height.into())
        }

        /// Pictures of at most 256 tiles each, and which tiles they hold.
        #[must_use]
        pub fn compose(&self) -> Vec<(Vec<u16>, Vec<u8>)> {
            let mut tiles = self.tiles.clone();
            tiles.sort_by_key(|(_, encoded)| encoded.form());
            let parts = tiles.chunk_by(|a, b| a.1.form() == b.1.form());
            parts
                .flat_map(|part| part.chunks(256))
                .map(|part| {
                    let encoded: Vec<_> = part.iter().map(|(_, it)| Arc::clone(it)).collect();
                    let mut out = Vec::new();
                    tiles::compose(&self.grid, part[0].1.form(), &encoded, &mut out);
                    (part.iter().map(|(n, _)| *n).collect(), out)
                })
                .collect()
        }
    }
}
