//! What the frames of a fed hub show: the program decodes them from the tiles that the hub takes. Pure.

use std::time::Instant;

/// How far the newest frame is behind the tiles.
#[derive(Debug, Default)]
pub(crate) struct DecodedFrames {
    /// The version of the newest tiles; 0: there are none.
    tiles: u64,
    /// The version of the tiles when the program began to decode its next frame, if it said so.
    begun: Option<u64>,
    /// The version that the newest frame shows at least; 0: there is no frame that shows any.
    shown: u64,
    /// When an update last told which revision is the newest, and nothing before it was missing.
    heard: Option<Instant>,
}

impl DecodedFrames {
    /// An update was taken; the tiles have this version now. `heard`: it told which revision is the newest.
    pub(crate) fn took(&mut self, tiles: u64, heard: Option<Instant>) {
        self.tiles = tiles;
        self.heard = heard.or(self.heard);
    }

    /// The program begins to decode a frame.
    pub(crate) fn begin(&mut self) {
        self.begun = Some(self.tiles);
    }

    /// There is a frame.
    pub(crate) fn presented(&mut self) {
        self.shown = self.begun.take().unwrap_or(self.tiles);
    }

    /// Whether the tiles show something newer than the newest frame.
    pub(crate) fn is_behind(&self) -> bool {
        self.shown < self.tiles
    }

    /// Whether it is known which picture was the newest at `time` or later.
    pub(crate) fn has_heard_since(&self, time: Instant) -> bool {
        self.heard.is_some_and(|heard| heard >= time)
    }
}
