//! All that feeds draw from.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use super::tiles::TileStore;
use super::video::VideoStore;
use super::whole::WholeStore;
use crate::budget::EncodeBudget;
use crate::decoded::DecodedFrames;
use crate::limits::LONGEST;
use crate::newest::Newest;

/// Where a feed's pictures come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Tiles,
    /// Video, compared in tiles.
    Video,
    Whole,
    /// JPEGs, while the pictures of `Whole` are all exact.
    Jpeg,
}

impl Source {
    pub(crate) const ALL: [Source; 4] = [Source::Tiles, Source::Video, Source::Whole, Source::Jpeg];
}

/// The pictures of one canvas.
#[derive(Debug)]
pub(crate) struct Pictures {
    pub(crate) newest: Option<Newest>,
    /// The hub is fed: its tiles come from elsewhere, and its frames are what the program decodes of them.
    pub(crate) fed: Option<DecodedFrames>,
    pub(crate) tiles: TileStore,
    pub(crate) video: VideoStore,
    pub(crate) whole: WholeStore,
    pub(crate) jpeg: WholeStore,
    pub(crate) budget: EncodeBudget,
    /// Every picture is sent exactly from the first.
    pub(crate) lossless: bool,
    /// How long a picture must be unchanged to be sent again, exactly.
    pub(crate) still_after: Duration,
}

/// A number that was not there before. Nobody needs to be unable to guess it.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

impl Pictures {
    pub(crate) fn new(still_after: Duration) -> Self {
        let still_after = still_after.min(LONGEST);
        Self {
            newest: None,
            fed: None,
            tiles: TileStore::new(random()),
            video: VideoStore::default(),
            whole: WholeStore::new(still_after),
            jpeg: WholeStore::new(still_after),
            budget: EncodeBudget::default(),
            lossless: false,
            still_after,
        }
    }

    /// The codecs of which a client that can decode them may be sent video.
    pub(crate) fn video_codecs(&self) -> &'static [&'static str] {
        let is_possible = self.video.is_possible() && !self.lossless && self.fed.is_none();
        if is_possible { &["h264"] } else { &[] }
    }

    /// Whether a newer frame would be a newer picture of `source`. In a fed hub, tiles and video are not made of frames,
    /// and a frame shows nothing newer while the tiles do not.
    pub(crate) fn wants_frames(&self, source: Source) -> bool {
        let is_whole = matches!(source, Source::Whole | Source::Jpeg);
        self.fed.as_ref().is_none_or(|fed| is_whole && fed.is_behind())
    }

    pub(crate) fn clear(&mut self) {
        self.newest = None;
        self.tiles.clear();
        self.video.clear();
        self.whole.clear();
        self.jpeg.clear();
    }

    /// The whole pictures of `source`.
    pub(crate) fn whole(&self, source: Source) -> &WholeStore {
        if source == Source::Jpeg { &self.jpeg } else { &self.whole }
    }

    /// Whether there is a picture of the presented frame `number`.
    pub(crate) fn has(&self, source: Source, number: u64) -> bool {
        match source {
            Source::Tiles => self.tiles.has(number),
            Source::Video => self.has_begun(source, number) && self.video.is_resting(),
            Source::Whole | Source::Jpeg => self.whole(source).has(number),
        }
    }

    /// Whether there is one, or will be.
    pub(crate) fn has_begun(&self, source: Source, number: u64) -> bool {
        match source {
            Source::Tiles => self.tiles.has_begun(number),
            Source::Video => self.tiles.has(number) && !self.video.is_late(),
            Source::Whole | Source::Jpeg => self.whole(source).has_begun(number),
        }
    }

    /// Differs from before where there are other pixels.
    pub(crate) fn version(&self, source: Source) -> Option<u64> {
        match source {
            Source::Tiles | Source::Video => Some(self.tiles.version()),
            Source::Whole | Source::Jpeg => self.whole(source).version(),
        }
    }
}
