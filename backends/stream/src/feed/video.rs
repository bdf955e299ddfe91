//! Tiles, and video while it is better: what one client was sent of both. A picture of a video counts as all tiles, not
//! exactly, so that exact tiles follow when the picture rests. Pure.

use std::time::{Duration, Instant};

use super::tiles::TileFeed;
use super::{EncodeTarget, Feed, Next, Update};
use crate::ledger::Times;
use crate::message::Message;
use crate::pacing::Pacing;
use crate::protocol::VideoMessage;
use crate::store::membership::Membership;
use crate::store::pictures::{Pictures, Source};
use crate::store::tiles::{Missing, TileStore};
use crate::store::video::{NextVideo, ShownFrame, StoredPicture};
use crate::video::VideoRung;

/// The share of tiles that an update changes, on average: above the first the picture moves, and below the second it
/// does no longer.
const MOVES: (f64, f64) = (0.1, 0.04);
/// An update counts for one in so many parts of the average,
const WEIGHT: f64 = 4.0;
/// and what was before counts half after this time, in seconds.
const HALF_LIFE: f64 = 1.0;
/// Pictures of a video in one update.
const MOST_AT_ONCE: usize = 8;

/// What a client that can decode video was sent.
#[derive(Debug, Default)]
pub(super) struct VideoFeed {
    tiles: TileFeed,
    /// Whether the client says that it can decode video.
    takes: bool,
    membership: Membership,
    motion: Motion,
}

/// How much of the picture moves: tiles that change now and then are better sent as they are.
#[derive(Debug, Default)]
struct Motion {
    share: f64,
    at: Option<Instant>,
    moves: bool,
}

impl Motion {
    /// An update changed `share` of the tiles.
    fn add(&mut self, share: f64, now: Instant) {
        let before = self.at.replace(now);
        let since = before.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        let old = self.share * 0.5_f64.powf(since.as_secs_f64() / HALF_LIFE);
        self.share = old + (share - old) / WEIGHT;
        self.moves = self.share > if self.moves { MOVES.1 } else { MOVES.0 };
    }
}

impl VideoFeed {
    /// What is to be sent as video.
    fn video(&self, store: &TileStore) -> Option<VideoRung> {
        self.membership.on.filter(|_| !self.tiles.is_current(store))
    }

    /// Whether it waits for the keyframe of another rung.
    fn waits(&self, store: &TileStore) -> bool {
        self.membership.waits && !self.tiles.is_current(store)
    }

    fn picture(&self, pictures: &Pictures, rung: VideoRung) -> Option<NextVideo> {
        let current = pictures.tiles.current()?;
        let version = self.tiles.version().unwrap_or_default();
        Some(pictures.video.next(rung, self.membership.next, version, current))
    }

    /// `picture`, and those that follow on it and are encoded already, as one update. So a client whose round trip is
    /// long gets all of them, and one that was held up catches up.
    fn show_all(
        &mut self,
        pictures: &Pictures,
        target: EncodeTarget,
        rung: VideoRung,
        picture: &StoredPicture,
    ) -> Update {
        let mut update = self.show(&pictures.tiles, picture);
        while update.messages.len() < MOST_AT_ONCE
            && let Some(NextVideo::Picture(next)) = self.picture(pictures, rung)
            && update.bytes + next.picture.bytes.len() <= target.spare
        {
            let next = self.show(&pictures.tiles, &next);
            update.messages.extend(next.messages);
            update.bytes += next.bytes;
            update.tiles += next.tiles;
            update.earlier.extend(update.times.map(|times| (update.number, times)));
            (update.number, update.times) = (next.number, next.times);
        }
        update
    }

    /// The update that is `picture`.
    fn show(&mut self, store: &TileStore, picture: &StoredPicture) -> Update {
        self.membership.next = Some(picture.number + 1);
        let StoredPicture { shows: ShownFrame { version, info, grid, .. }, encoded, .. } = *picture;
        let (header, ranges) = self.tiles.shown_by_video(store, version, (info, grid, encoded));
        let tiles = ranges.iter().map(|(_, count)| usize::from(*count)).sum();
        let times = Times {
            input: info.input,
            drawn: info.drawn,
            presented: Some(info.presented),
            encoded: Some(encoded),
            sent: 0.0,
        };
        let message = VideoMessage { header, ranges, picture: picture.picture.clone() };
        Update {
            number: header.update,
            bytes: message.picture.bytes.len(),
            messages: [Message::Video(message)].into(),
            tiles,
            times: Some(times),
            earlier: Vec::new(),
            canvas: None,
        }
    }
}

impl Feed for VideoFeed {
    fn name(&self) -> &'static str {
        self.tiles.name()
    }

    fn source(&self, _: &Pictures) -> Source {
        if self.membership.on.is_some() { Source::Video } else { Source::Tiles }
    }

    fn version(&self) -> Option<u64> {
        self.tiles.version()
    }

    fn due_at(&self, pictures: &Pictures, pacing: &Pacing, now: Instant) -> Option<Instant> {
        self.tiles.due_at(pictures, pacing, now)
    }

    fn takes_video(&self) -> bool {
        self.takes
    }

    fn set_takes_video(&mut self, takes: bool) {
        self.takes = takes;
    }

    fn moves(&self) -> Option<f64> {
        Some(self.motion.share).filter(|_| self.motion.moves)
    }

    fn membership(&self) -> Option<&Membership> {
        Some(&self.membership)
    }

    fn membership_mut(&mut self) -> Option<&mut Membership> {
        Some(&mut self.membership)
    }

    fn plan(&self, pictures: &Pictures, target: EncodeTarget, now: Instant, missing: &mut Missing) {
        if self.waits(&pictures.tiles) {
            return;
        }
        let Some(rung) = self.video(&pictures.tiles) else {
            return self.tiles.plan(pictures, target, now, missing);
        };
        match self.picture(pictures, rung) {
            Some(NextVideo::Missing) => missing.video.add(rung, false),
            // Others have no keyframe for a client that is about to leave them.
            Some(NextVideo::MissingKeyframe) if self.membership.joining.is_none() => {
                missing.video.add(rung, true);
            }
            _ => {}
        }
    }

    fn next(
        &mut self,
        pictures: &Pictures,
        target: EncodeTarget,
        pacing: &Pacing,
        now: Instant,
    ) -> Next {
        let store = &pictures.tiles;
        let share = self.takes.then(|| self.tiles.changed_share(store)).flatten();
        let next = match self.video(store) {
            _ if self.waits(store) => Next::Missing,
            None => self.tiles.next(pictures, target, pacing, now),
            Some(rung) => match self.picture(pictures, rung) {
                Some(NextVideo::Picture(picture)) => {
                    Next::Update(self.show_all(pictures, target, rung, &picture))
                }
                Some(NextVideo::Missing) => Next::Missing,
                Some(NextVideo::MissingKeyframe) => {
                    self.membership.next = None;
                    Next::Missing
                }
                None => Next::Nothing,
            },
        };
        if let (Next::Update(_), Some(share)) = (&next, share) {
            self.motion.add(share, now);
        }
        next
    }

    fn painted(&mut self, update: u32, now: Instant) {
        self.tiles.painted(update, now);
    }

    fn refresh(&mut self) {
        self.tiles.refresh();
        self.membership.next = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_moves_when_much_of_it_changes_and_stops_much_later() {
        let mut motion = Motion::default();
        let mut now = Instant::now();
        let mut add = |motion: &mut Motion, share: f64, gap: u64| {
            now += Duration::from_millis(gap);
            motion.add(share, now);
            motion.moves
        };
        assert!(!add(&mut motion, 0.3, 0), "one change is no motion");
        assert!(!add(&mut motion, 0.3, 3000), "nor is one now and then");
        assert!(add(&mut motion, 0.3, 16));
        for _ in 0..100 {
            assert!(add(&mut motion, 0.06, 16), "it moves less, but does not come to rest");
        }
        let rests = (0..10).position(|_| !add(&mut motion, 0.0, 16));
        assert!(rests.is_some_and(|after| after < 5), "{rests:?}");
        for _ in 0..100 {
            assert!(!add(&mut motion, 0.08, 16), "a small part of it moves");
        }
    }
}
