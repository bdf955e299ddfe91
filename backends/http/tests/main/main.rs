//! The http backend over real loopback sockets.

/// A backend with an engine's side of it, and clients.
mod support;

/// Pasting, and text for the clipboard.
mod clipboard;
/// The fuzz targets of tests/fuzz, for a short time.
mod fuzz;
/// Events, in; and what a client may not do.
mod input;
/// Being opened, closed and dropped; several canvases; addresses that cannot be listened on.
mod lifetime;
mod link_file;
/// Links and roles: who gets in, and what for.
mod links;
/// `live/`: segments for HTTP caches.
mod live;
/// `GET stream.mjpg`.
mod mjpeg;
/// Plain requests: pages, refusals, hostile heads.
mod pages;
/// Pictures and state, out.
mod pictures;
/// Behind a proxy.
mod proxy;
/// The older renderview protocol.
mod renderview;
mod resources;
/// Without a socket, in somebody else's server.
mod service;
mod shared_links;
/// `GET snapshot.png` and `snapshot.jpg`.
mod snapshot;
/// `GET stats`.
mod stats;
/// TLS.
mod tls;
/// What changes, for recorders and relays.
mod updates;
/// What async-h1 does alone with hostile requests, and what we answer.
mod weaknesses;
