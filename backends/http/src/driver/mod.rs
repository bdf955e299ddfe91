//! Drives a hub: carries bytes to and from its clients, runs its jobs on threads, and tells it the
//! time. What is sent to whom and when is decided in `framecast_stream`.

pub(crate) mod canvas;
pub(crate) mod encoders;
mod fragments;
pub(crate) mod live;
pub(crate) mod mjpeg;
pub(crate) mod snapshot;
pub(crate) mod updates;
mod watched;
pub(crate) mod websocket;
