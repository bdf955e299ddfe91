//! What one client was sent of the pictures, and what it is to be sent next: one file for each way.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::time::{Duration, Instant};

use framecast_api::LogicalSize;

use crate::ledger::Times;
use crate::message::Message;
use crate::pacing::Pacing;
use crate::protocol::Dialect;
use crate::store::membership::Membership;
use crate::store::pictures::{Pictures, Source};
use crate::store::tiles::Missing;
use crate::tiles::Fidelity;

mod mjpeg;
mod tiles;
mod updates;
mod video;
mod whole;

/// What one client was sent, and what comes next. `now` is passed in.
pub(crate) trait Feed: Debug + Send {
    /// Its name, in statistics.
    fn name(&self) -> &'static str;

    /// Where its pictures come from.
    fn source(&self, pictures: &Pictures) -> Source;

    /// The version of the source that it was sent, if not exactly.
    fn version(&self) -> Option<u64>;

    /// JPEG quality of what changes next, where its tiles are to have quality `wanted`.
    fn quality(&self, wanted: u8) -> u8 {
        wanted
    }

    /// It takes nothing before that time.
    fn rests_until(&self) -> Option<Instant> {
        None
    }

    /// Whether it is ever sent a picture again, exactly.
    fn takes_exact(&self) -> bool {
        true
    }

    /// Whether its client can decode video.
    fn takes_video(&self) -> bool {
        false
    }

    /// Its client can, or cannot.
    fn set_takes_video(&mut self, _takes: bool) {}

    /// Which part of the picture moves; `None`: not much.
    fn moves(&self) -> Option<f64> {
        None
    }

    /// The rungs of video that it is on; `None`: it never is on any.
    fn membership(&self) -> Option<&Membership> {
        None
    }

    /// The same, to change them.
    fn membership_mut(&mut self) -> Option<&mut Membership> {
        None
    }

    /// When there is something to send to it, if nothing else happens; `now` or before: now.
    fn due_at(&self, pictures: &Pictures, pacing: &Pacing, now: Instant) -> Option<Instant>;

    /// Adds to `missing` what must be encoded before it can be sent its next update.
    fn plan(
        &self,
        _pictures: &Pictures,
        _target: EncodeTarget,
        _now: Instant,
        _missing: &mut Missing,
    ) {
    }

    /// Its next update. From then on it counts as sent.
    fn next(
        &mut self,
        pictures: &Pictures,
        target: EncodeTarget,
        pacing: &Pacing,
        now: Instant,
    ) -> Next;

    /// Everything up to `update` was painted.
    fn painted(&mut self, _update: u32, _now: Instant) {}

    /// Forgets what was sent: everything is to be sent anew.
    fn refresh(&mut self);
}

/// How a client's tiles are encoded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EncodeTarget {
    /// Of what changed.
    pub(crate) fidelity: Fidelity,
    /// Bytes of exact tiles that may be sent besides.
    pub(crate) spare: usize,
    /// How long a tile must be still to be sent exactly.
    pub(crate) still_after: Duration,
}

/// What there is to be sent.
#[derive(Debug)]
pub(crate) enum Next {
    Update(Update),
    /// Nothing, until something else happens.
    Nothing,
    /// Something that is not encoded yet.
    Missing,
}

/// What brings a client up to date.
#[derive(Debug)]
pub(crate) struct Update {
    pub(crate) number: u32,
    /// In order. The parts of one update are the last.
    pub(crate) messages: VecDeque<Message>,
    /// Bytes of its pictures.
    pub(crate) bytes: usize,
    pub(crate) tiles: usize,
    /// But for when it is sent. `None`: it is late on purpose, and says nothing about delays.
    pub(crate) times: Option<Times>,
    /// The numbers and times of pictures of a video that come before its last one: a client acknowledges each.
    pub(crate) earlier: Vec<(u32, Times)>,
    /// The size of the canvas that it shows, where positions depend on it.
    pub(crate) canvas: Option<LogicalSize>,
}

/// The feed of a client that speaks `dialect`.
pub(crate) fn new(dialect: Dialect) -> Box<dyn Feed> {
    match dialect {
        Dialect::Tiles => Box::<video::VideoFeed>::default(),
        Dialect::Whole => Box::<whole::WholeFeed>::default(),
        Dialect::Updates => Box::<updates::UpdateFeed>::default(),
        Dialect::Mjpeg(config) => Box::new(mjpeg::MjpegFeed::new(config)),
    }
}
