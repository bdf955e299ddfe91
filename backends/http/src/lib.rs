//! Presents a framecast canvas to browsers over HTTP and WebSocket.
//!
//! [`HttpServer`] listens on one address and serves any number of canvases, each through an
//! [`HttpBackend`]: the page of the crate `framecast-viewer`, and a WebSocket that carries
//! pictures out and input in (see `PROTOCOL.md` of `framecast-stream`).
//!
//! This crate decides who gets in (`tls`; `front`: request heads, the `Host` and `Origin` headers,
//! limits) and carries bytes to and from clients (`driver`). What each client is sent and when is
//! decided in `framecast_stream`, and everything that a client says is checked there before it
//! becomes an event. Who is the presenter, how large the canvas is and when it draws is decided by
//! the engine.
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
//! [`HttpService`] a `tower::Service`, for axum and whatever else runs on hyper. The
//! feature `h264` sends H.264 to browsers on slow connections while most of the picture moves
//! ([`ServerConfig::video`]); it needs a C++ compiler to build.

#![warn(missing_docs)]

mod backend;
mod config;
mod connection;
mod driver;
mod files;
mod front;
#[doc(hidden)]
pub mod fuzz;
mod limits;
mod link_watch;
mod looks;
mod private_file;
mod resources;
mod running;
mod server;
mod service;
mod shared_links;
mod site;
mod stall;
mod systemd;
mod tls;
mod tls_watch;
#[cfg(feature = "tower")]
mod tower;
mod video;

pub use backend::HttpBackend;
pub use config::ServerConfig;
pub use framecast_api::Reporter;
pub use framecast_stream::{VideoMode, WatchLink};
pub use front::links::{Link, LinkInfo};
pub use front::secret::Token;
pub use limits::Limits;
pub use resources::Resources;
pub use server::HttpServer;
pub use service::{Answer, HttpService, MjpegStream, Upgrade, Visitor};
pub use shared_links::SharedLinks;
pub use systemd::systemd_listener;
pub use tls::Tls;
#[cfg(feature = "tower")]
pub use tower::Body;

/// Compiles the README's program.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
