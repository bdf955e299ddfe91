//! What a recording shows at a time.

use std::collections::HashMap;
use std::io::{Read, Seek};

use framecast_api::Result;
use framecast_stream::ReadPart;

use crate::format::{Item, Place, Reader};
use crate::picture::Picture;

/// Parts that wait to be drawn while a time is sought: of more bytes than this, the oldest are drawn although
/// newer ones may cover them.
const MAX_WAITING: usize = 32 * 1024 * 1024;

/// It looks for the change before a time behind so many places, the nearest first.
const MOST_TRIES: u32 = 8;
/// It goes to a place so far ahead instead of drawing all that changed before it, in microseconds.
const FAR: u64 = 2_000_000;

/// A recording at one moment: its picture, and what texts said last. It moves forward item by item, and to any time.
///
/// Times are microseconds since the recording began.
#[derive(Debug)]
pub struct Playback<R> {
    reader: Reader<R>,
    picture: Picture,
    title: String,
    cursor: String,
    presenter: Option<String>,
    /// Everything up to this time was drawn.
    time: u64,
    /// Parts that could not be drawn.
    broken: u64,
}

/// What changed when a playback moved.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changed {
    /// The picture.
    pub picture: bool,
    /// The title, the cursor or who drives.
    pub texts: bool,
}

impl<R: Read + Seek> Playback<R> {
    /// Starts at the beginning: nothing is drawn yet.
    pub fn new(reader: Reader<R>) -> Self {
        let title = reader.head().title.clone();
        Self {
            reader,
            picture: Picture::new(),
            title,
            cursor: String::new(),
            presenter: None,
            time: 0,
            broken: 0,
        }
    }

    /// Returns the recording.
    pub fn reader(&self) -> &Reader<R> {
        &self.reader
    }

    /// Returns the picture.
    pub fn picture(&self) -> &Picture {
        &self.picture
    }

    /// Returns the title of the canvas.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Returns the CSS name of the cursor; empty if there is none.
    pub fn cursor(&self) -> &str {
        &self.cursor
    }

    /// Returns who drives, for people; `None` if nobody does.
    pub fn presenter(&self) -> Option<&str> {
        self.presenter.as_deref()
    }

    /// Returns how many parts of pictures could not be drawn.
    pub fn broken(&self) -> u64 {
        self.broken
    }

    /// Returns the time up to which everything was drawn.
    pub fn time(&self) -> u64 {
        self.time
    }

    /// Returns the time of the next change; `None` at the end. Where the recording is damaged, that is the next place where it
    /// can be entered.
    ///
    /// # Errors
    /// "Failed" if the file cannot be read.
    pub fn next_time(&mut self) -> Result<Option<u64>> {
        Ok(self.reader.next_time()?.map(|time| time.max(self.time)))
    }

    /// Returns the time of the last change of the picture before `time`; 0 if there is none.
    ///
    /// # Errors
    /// "Failed" if the file cannot be read.
    pub fn time_before(&mut self, time: u64) -> Result<u64> {
        let before_all = self.reader.mark();
        let mut enter = time;
        let mut tries = 0;
        let before = loop {
            // What a place shows changed at its time, or before.
            let place = enter.checked_sub(1).and_then(|time| self.reader.place_before(time));
            enter = self.reader.enter(enter.saturating_sub(1))?;
            let mut last = None;
            while let Some((at, is_part)) = self.reader.skip_item()? {
                if at >= time {
                    break;
                }
                if is_part {
                    last = Some(at);
                }
            }
            tries += 1;
            if last.is_some() || place.is_none() {
                break last.unwrap_or(0);
            }
            if tries == MOST_TRIES {
                // Something changes between two places, or there would not be two.
                break enter;
            }
        };
        self.reader.go_back(before_all);
        Ok(before)
    }

    /// Moves to `time`, forward or back: draws everything up to it, and nothing after it. Where the recording is damaged, it
    /// goes on at the last place before `time` that comes after the damage; until there, the picture stays.
    ///
    /// # Errors
    /// "Failed" if the file cannot be read.
    pub fn seek(&mut self, time: u64) -> Result<Changed> {
        let mut changed = Changed::default();
        let place = self.reader.place_before(time);
        // To draw a whole picture is more than what changed in a short time.
        let is_far =
            |place: Place| place.offset > self.reader.offset() && place.time > self.time + FAR;
        if time < self.time || place.is_some_and(is_far) {
            changed = self.enter(time)?;
        }
        let mut entering = changed.picture;
        let mut waiting = Waiting::default();
        loop {
            let before = self.reader.mark();
            let beyond = self.reader.next_place();
            match self.reader.next_item()? {
                Some((at, _)) if at > time => {
                    self.reader.go_back(before);
                    break;
                }
                Some((_, Item::Part(part))) => {
                    entering = false;
                    changed.picture = true;
                    waiting.add(part);
                }
                Some((_, Item::Whole(part))) if entering => waiting.add(part),
                Some((_, Item::State(texts))) if entering => {
                    texts.iter().for_each(|text| self.note(text, &mut changed));
                }
                Some((_, Item::Text(text))) => {
                    entering = false;
                    self.note(&text, &mut changed);
                }
                Some((_, Item::Whole(_) | Item::State(_) | Item::Input(_) | Item::Time)) => {}
                // It ends, or is damaged here.
                None if beyond.is_some_and(|place| place.time <= time) => {
                    changed = self.enter(time)?;
                    entering = true;
                }
                None => break,
            }
            if waiting.bytes > MAX_WAITING {
                self.broken += waiting.draw(&mut self.picture);
            }
        }
        self.broken += waiting.draw(&mut self.picture);
        self.time = time;
        Ok(changed)
    }

    /// Goes to the last place that is not after `time`: all that was said before is forgotten.
    fn enter(&mut self, time: u64) -> Result<Changed> {
        self.reader.enter(time)?;
        self.title.clone_from(&self.reader.head().title);
        self.cursor.clear();
        self.presenter = None;
        Ok(Changed { picture: true, texts: true })
    }

    /// Notes what a text says.
    fn note(&mut self, text: &serde_json::Value, changed: &mut Changed) {
        let string = |name: &str| text[name].as_str();
        match string("type") {
            Some("title") => string("value").unwrap_or_default().clone_into(&mut self.title),
            Some("cursor") => string("value").unwrap_or_default().clone_into(&mut self.cursor),
            Some("presenter") => self.presenter = string("value").map(str::to_owned),
            _ => return,
        }
        changed.texts = true;
    }
}

/// Parts that are drawn together: what newer ones cover is not decoded.
#[derive(Default)]
struct Waiting {
    parts: Vec<Vec<u8>>,
    bytes: usize,
}

impl Waiting {
    fn add(&mut self, part: &[u8]) {
        self.bytes += part.len();
        self.parts.push(part.to_vec());
    }

    /// Draws them. How many could not be drawn.
    fn draw(&mut self, picture: &mut Picture) -> u64 {
        let parts = std::mem::take(&mut self.parts);
        self.bytes = 0;
        let mut broken = 0;
        // The newest part that has each tile, of the newest size.
        let mut newest = HashMap::new();
        let mut size = None;
        let mut needed = Vec::new();
        for bytes in parts.iter().rev() {
            let Ok(part) = ReadPart::parse(bytes) else {
                broken += 1;
                continue;
            };
            if *size.get_or_insert(part.size) != part.size {
                break;
            }
            let mut is_new = false;
            for tile in &part.tiles {
                newest.entry(*tile).or_insert_with(|| is_new = true);
            }
            if is_new {
                needed.push(part);
            }
        }
        for part in needed.iter().rev() {
            broken += u64::from(picture.draw(part).is_err());
        }
        broken
    }
}
