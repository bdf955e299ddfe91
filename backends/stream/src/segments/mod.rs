//! A canvas as short segments that any HTTP cache can keep: what changed in about a second, and the whole picture for
//! those who join. Pure: updates, texts and `now` come in, segments come out.
//!
//! Each segment has a name that nobody can guess before it is begun, and that never stands for anything else. So an
//! answer can be kept forever, and nobody can have a cache keep a refusal of what is still to come.

mod name;
mod picture;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{BufMut, Bytes, BytesMut};

pub use name::{NoSegmentName, SegmentName};
pub use picture::SegmentPicture;

use crate::tile_picture::TilePicture;
use crate::tile_update::TileUpdate;

/// The last message of a segment: the name of the next one.
const NEXT: u8 = 0;
/// A text, as it goes over the WebSocket.
const TEXT: u8 = 1;
/// A part of an update, as it goes over the WebSocket.
const PART: u8 = 2;
/// Bytes before the payload of a message.
const MESSAGE_HEAD: usize = 5;

/// The segments of one canvas since somebody began to ask for them.
///
/// ```
/// use std::convert::Infallible;
/// use std::time::Instant;
///
/// use framecast_api::{Clock, FramePool, PhysicalSize};
/// use framecast_stream::{SegmentRead, Segments, UpdateEncoder};
///
/// let now = Instant::now();
/// let mut encoder = UpdateEncoder::new(Clock::since(now), false, now);
/// let mut pool = FramePool::new();
/// let buffer = pool.lend(PhysicalSize::new(640, 480))?;
/// encoder.frame(pool.freeze(buffer, 1, 0.0, 1.0), now);
///
/// let mut random = 1;
/// let mut segments = Segments::new(move || { random += 1; random });
/// encoder.advance(now, |update| {
///     segments.update(update, now);
///     Ok::<(), Infallible>(())
/// }).unwrap();
/// let name = segments.newest().expect("there is a picture");
/// assert!(matches!(segments.read(name, 0), SegmentRead::Later), "nothing changed since");
/// segments.advance(now + Segments::PERIOD);
/// assert!(matches!(segments.read(name, 0), SegmentRead::Whole(_)));
/// # Ok::<(), framecast_api::Error>(())
/// ```
pub struct Segments {
    random: Box<dyn FnMut() -> u64 + Send>,
    /// The same in all names.
    run: u64,
    number: u64,
    picture: TilePicture,
    /// What is said besides pictures, one text for each subject.
    texts: Vec<String>,
    /// The number of the last update.
    update: u32,
    /// Oldest first; the last one is open. Empty while there is no picture, or none that fits.
    kept: VecDeque<Segment>,
    /// Bytes of all of them.
    bytes: usize,
}

/// What changed in about a second.
struct Segment {
    name: SegmentName,
    began: Instant,
    /// The picture at its beginning; `None`: tiles were missing, or it is too old for anybody to join there.
    picture: Option<Arc<SegmentPicture>>,
    /// All of it that there is.
    content: Content,
    bytes: usize,
}

enum Content {
    Open(Vec<Bytes>),
    Closed(Bytes),
}

/// What there is to read of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SegmentRead {
    /// All the rest of it.
    Whole(Bytes),
    /// More of it, and it is not over.
    More(Bytes),
    /// Nothing more at this moment.
    Later,
    /// There is no such segment, or not any more.
    Gone,
}

impl Segments {
    /// How long a segment lasts, about.
    pub const PERIOD: Duration = Duration::from_secs(1);
    /// The most segments that are kept, with the one that is open.
    pub const KEPT: usize = 30;
    /// The most bytes of segments that are kept; at least the open one and the one before it are.
    pub const KEPT_BYTES: usize = 64 * 1024 * 1024;
    /// A segment with more bytes ends early.
    pub const SEGMENT_BYTES: usize = 8 * 1024 * 1024;
    /// The largest picture, in bytes of its tiles. While it is larger there are no segments.
    pub const PICTURE_BYTES: usize = 16 * 1024 * 1024;
    /// At so many of the newest segments the picture can be had to begin with.
    pub const PICTURES: usize = 10;

    /// Creates segments that begin with the next picture. `random` returns numbers that nobody can guess, for names.
    #[must_use]
    pub fn new(mut random: impl FnMut() -> u64 + Send + 'static) -> Self {
        Self {
            run: random(),
            random: Box::new(random),
            number: 0,
            picture: TilePicture::new(),
            texts: Vec::new(),
            update: 0,
            kept: VecDeque::new(),
            bytes: 0,
        }
    }

    /// Takes what changed in the picture. Updates come in order, as one subscription hands them out.
    pub fn update(&mut self, update: TileUpdate, now: Instant) {
        self.advance(now);
        self.picture.add(&update);
        if self.picture.bytes() > Self::PICTURE_BYTES {
            (self.bytes, self.kept) = (0, VecDeque::new());
            return;
        }
        self.update = self.update.wrapping_add(1);
        if self.kept.is_empty() {
            if self.picture.update().is_some() {
                self.begin(now);
            }
            return;
        }
        for part in update.messages(self.update, self.picture.is_exact()) {
            self.add(PART, &part);
        }
        if self.kept.back().is_some_and(|open| open.bytes > Self::SEGMENT_BYTES) {
            self.end(now);
        }
    }

    /// Takes what viewers are told besides pictures: one text for each subject, always in the same order. Those that
    /// differ from the last time are told.
    pub fn texts(&mut self, texts: &[String], now: Instant) {
        if self.texts == texts {
            return;
        }
        self.advance(now);
        let before = std::mem::replace(&mut self.texts, texts.to_vec());
        for (at, text) in texts.iter().enumerate() {
            if before.get(at) != Some(text) && !self.kept.is_empty() {
                self.add(TEXT, text.as_bytes());
            }
        }
    }

    /// Ends the open segment if its time is over, and begins the next.
    pub fn advance(&mut self, now: Instant) {
        if self.ends_at().is_some_and(|at| at <= now) {
            self.end(now);
        }
    }

    /// Returns when [`advance`](Self::advance) is to be called; `None` while there is no segment.
    #[must_use]
    pub fn ends_at(&self) -> Option<Instant> {
        self.kept.back().map(|open| open.began + Self::PERIOD)
    }

    /// Returns whether the picture is too large for segments.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.picture.bytes() > Self::PICTURE_BYTES
    }

    /// Returns the name of the newest segment at which somebody can join; `None` while there is no picture.
    #[must_use]
    pub fn newest(&self) -> Option<SegmentName> {
        let newest = self.kept.iter().rev().find(|segment| segment.picture.is_some())?;
        Some(newest.name)
    }

    /// Returns the picture to begin with at the segment `name`; `None` if there is none, or not any more.
    #[must_use]
    pub fn picture(&self, name: SegmentName) -> Option<Arc<SegmentPicture>> {
        self.find(name)?.picture.clone()
    }

    /// Returns what there is of the segment `name` behind its first `at` bytes.
    #[must_use]
    pub fn read(&self, name: SegmentName, at: usize) -> SegmentRead {
        let Some(segment) = self.find(name) else { return SegmentRead::Gone };
        match &segment.content {
            Content::Closed(bytes) => SegmentRead::Whole(bytes.slice(at.min(bytes.len())..)),
            Content::Open(_) if at >= segment.bytes => SegmentRead::Later,
            Content::Open(pieces) => {
                let mut begin = 0;
                let more = pieces.iter().filter_map(|piece| {
                    let skipped = at.saturating_sub(begin).min(piece.len());
                    begin += piece.len();
                    (skipped < piece.len()).then(|| piece.slice(skipped..))
                });
                SegmentRead::More(join(more))
            }
        }
    }

    /// Returns how many segments are kept, and their bytes.
    #[must_use]
    pub fn kept(&self) -> (usize, usize) {
        (self.kept.len(), self.bytes)
    }

    fn find(&self, name: SegmentName) -> Option<&Segment> {
        self.kept.iter().rev().find(|segment| segment.name == name)
    }

    /// Adds a message to the open segment.
    fn add(&mut self, kind: u8, payload: &[u8]) {
        let Some(open) = self.kept.back_mut() else { return };
        let Content::Open(pieces) = &mut open.content else { return };
        let message = message(kind, payload);
        open.bytes += message.len();
        self.bytes += message.len();
        pieces.push(message);
    }

    /// Begins a segment.
    fn begin(&mut self, now: Instant) {
        let name = SegmentName::new(self.run, self.number, (self.random)());
        self.number += 1;
        self.begin_as(name, now);
    }

    fn begin_as(&mut self, name: SegmentName, now: Instant) {
        let picture = self.picture.update().map(|update| {
            let exact = self.picture.is_exact();
            Arc::new(SegmentPicture::new(update, self.update, exact, self.texts.clone(), name))
        });
        let content = Content::Open(Vec::new());
        self.kept.push_back(Segment { name, began: now, picture, content, bytes: 0 });
        self.forget();
    }

    /// Ends the open segment, and begins the next.
    fn end(&mut self, now: Instant) {
        let next = SegmentName::new(self.run, self.number, (self.random)());
        self.number += 1;
        self.add(NEXT, next.to_string().as_bytes());
        if let Some(open) = self.kept.back_mut()
            && let Content::Open(pieces) = &mut open.content
        {
            open.content = Content::Closed(join(std::mem::take(pieces).into_iter()));
        }
        self.begin_as(next, now);
    }

    /// Drops what is too old or too much.
    fn forget(&mut self) {
        while self.kept.len() > Self::KEPT || self.bytes > Self::KEPT_BYTES && self.kept.len() > 2 {
            let oldest = self.kept.pop_front();
            self.bytes -= oldest.map_or(0, |oldest| oldest.bytes);
        }
        let old = self.kept.len().saturating_sub(Self::PICTURES);
        self.kept.iter_mut().take(old).for_each(|segment| segment.picture = None);
    }
}

impl fmt::Debug for Segments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names are nobody's business before they are told.
        f.debug_struct("Segments").field("kept", &self.kept()).finish_non_exhaustive()
    }
}

/// A message as it stands in a segment.
fn message(kind: u8, payload: &[u8]) -> Bytes {
    let mut message = BytesMut::with_capacity(MESSAGE_HEAD + payload.len());
    put(&mut message, kind, payload);
    message.freeze()
}

fn put(out: &mut BytesMut, kind: u8, payload: &[u8]) {
    out.put_u8(kind);
    out.put_u32_le(payload.len() as u32);
    out.put_slice(payload);
}

fn join(pieces: impl Iterator<Item = Bytes>) -> Bytes {
    let pieces: Vec<_> = pieces.collect();
    match &pieces[..] {
        [piece] => piece.clone(),
        pieces => pieces.concat().into(),
    }
}
