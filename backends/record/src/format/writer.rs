//! Writes a recording.

use std::io::{self, IoSlice, Write};

use bytes::Bytes;

use framecast_stream::{TilePicture, TileUpdate};

use super::chunk::{self, DONE, HEAD, Kind, PLACE};
use super::{Head, MAX_PLACES, MAX_TEXT, MAX_TIME, Place, SIGNATURE, START, VERSION};

/// A place follows another after this time at the earliest, in microseconds.
const PLACE_EVERY: u64 = 1_000_000;
/// And after as many bytes of pictures as so many whole pictures have: places take an eighth of a file at most.
const PLACE_PICTURES: u64 = 8;
/// Or after so many parts.
const PLACE_PARTS: u64 = 1024;

/// Writes a recording, chunk by chunk, to the end. What was written can be read, whatever becomes of the rest.
///
/// Times are microseconds since the recording began; one that is before the last one counts as the last one.
/// Each call writes whole chunks with one call of the output, which does not need a buffer of its own.
///
/// # Errors
/// All methods: what the output answers.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    /// What is to be written: heads and payloads.
    chunks: Vec<Bytes>,
    /// Bytes that were written.
    offset: u64,
    time: u64,
    picture: TilePicture,
    update: u32,
    state: State,
    places: Vec<Place>,
    /// Places are at least so far from one another, in microseconds: grows when there are too many.
    apart: u64,
    /// Since the last place.
    changed: u64,
    parts: u64,
    /// The part of the file that the index does not tell yet.
    untold: u64,
}

/// What texts said last, by type.
#[derive(Debug, Default)]
struct State {
    texts: Vec<(String, serde_json::Value)>,
}

/// The texts that a place repeats.
const STATE: [&str; 3] = ["title", "cursor", "presenter"];

impl<W: Write> Writer<W> {
    /// Begins a recording.
    pub fn new(out: W, head: &Head) -> io::Result<Self> {
        let mut writer = Self {
            out,
            chunks: Vec::new(),
            offset: 0,
            time: 0,
            picture: TilePicture::new(),
            update: 0,
            state: State::default(),
            places: Vec::new(),
            apart: PLACE_EVERY,
            changed: 0,
            parts: 0,
            untold: 0,
        };
        let start = [&SIGNATURE[..], &VERSION.to_le_bytes()].concat();
        debug_assert_eq!(start.len() as u64, START);
        writer.chunks.push(start.into());
        writer.add(Kind::Head, serde_json::to_string(head)?.into());
        writer.flush()?;
        Ok(writer)
    }

    /// Writes what changed in the picture.
    pub fn picture(&mut self, time: u64, update: TileUpdate) -> io::Result<()> {
        self.pass(time);
        self.picture.add(&update);
        let exact = self.picture.is_exact();
        self.update = self.update.wrapping_add(1);
        for part in update.messages(self.update, exact) {
            self.changed += part.len() as u64;
            self.untold += part.len() as u64;
            self.parts += 1;
            self.add(Kind::Part, part);
        }
        let since = self.time - self.places.last().map_or(0, |place| place.time);
        let is_much = || self.changed >= PLACE_PICTURES * self.picture.bytes() as u64;
        if since >= self.apart && (self.parts >= PLACE_PARTS || is_much()) {
            self.place()?;
        }
        self.flush()
    }

    /// Writes a JSON object that says what happened, as the server's texts and events do. One that is longer than 64 KiB
    /// is left out.
    pub fn text(&mut self, time: u64, text: &serde_json::Value) -> io::Result<()> {
        self.pass(time);
        let bytes = text.to_string();
        if bytes.len() > MAX_TEXT / 4 {
            return Ok(());
        }
        self.state.note(text);
        self.add(Kind::Text, bytes.into());
        self.flush()
    }

    /// Writes a piece of the log of what the program was handed. It may be cut anywhere.
    pub fn input(&mut self, time: u64, log: &[u8]) -> io::Result<()> {
        self.pass(time);
        for piece in log.chunks(MAX_TEXT) {
            self.add(Kind::Input, piece.to_vec().into());
        }
        self.flush()
    }

    /// Writes that it lasted until `time` and nothing changed.
    pub fn rest(&mut self, time: u64) -> io::Result<()> {
        if time <= self.time {
            return Ok(());
        }
        self.pass(time);
        self.add(Kind::Time, Bytes::new());
        self.flush()
    }

    /// Writes the index and the end, and returns the output.
    pub fn finish(mut self, time: u64) -> io::Result<W> {
        self.pass(time);
        let index = self.offset;
        let mut places = Vec::with_capacity(self.places.len() * PLACE);
        for place in &self.places {
            for number in [place.time, place.offset, place.bytes] {
                places.extend_from_slice(&number.to_le_bytes());
            }
        }
        self.add(Kind::Index, places.into());
        let mut done = [0; DONE];
        done[..8].copy_from_slice(&index.to_le_bytes());
        done[8..].copy_from_slice(&self.untold.to_le_bytes());
        self.add(Kind::Done, done.to_vec().into());
        self.flush()?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// Returns the bytes that were written.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.offset
    }

    /// Returns the time of the last chunk, in microseconds since the recording began.
    #[must_use]
    pub fn time(&self) -> u64 {
        self.time
    }

    /// Returns whether the newest picture is in it exactly.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.picture.is_exact()
    }

    /// Returns the output.
    #[must_use]
    pub fn output(&self) -> &W {
        &self.out
    }

    /// Adds a place where the recording can be entered.
    fn place(&mut self) -> io::Result<()> {
        let Some(whole) = self.picture.update() else { return Ok(()) };
        let parts: Vec<_> = whole.messages(self.update, self.picture.is_exact()).collect();
        let state: Vec<_> = self.state.texts.iter().map(|(_, text)| text).collect();
        let base = serde_json::json!({ "texts": state }).to_string();
        if base.len() > MAX_TEXT {
            return Ok(());
        }
        // So that its offset is known.
        self.flush()?;
        self.places.push(Place { time: self.time, offset: self.offset, bytes: self.untold });
        (self.changed, self.parts, self.untold) = (0, 0, 0);
        self.add(Kind::Base, base.into());
        for part in parts {
            self.add(Kind::BasePart, part);
        }
        if self.places.len() >= MAX_PLACES {
            self.thin();
        }
        Ok(())
    }

    /// Has the index tell every second place.
    fn thin(&mut self) {
        let mut bytes = 0;
        let mut keep = false;
        self.places.retain_mut(|place| {
            keep = !keep;
            if keep {
                place.bytes += std::mem::take(&mut bytes);
            } else {
                bytes = place.bytes;
            }
            keep
        });
        self.untold += bytes;
        self.apart *= 2;
    }

    fn pass(&mut self, time: u64) {
        self.time = self.time.max(time).min(MAX_TIME);
    }

    fn add(&mut self, kind: Kind, payload: Bytes) {
        debug_assert!(payload.len() + HEAD < u32::MAX as usize);
        let head = chunk::head(kind, self.time, &payload);
        self.chunks.extend([head.to_vec().into(), payload]);
    }

    /// Writes all chunks, without copying them.
    fn flush(&mut self) -> io::Result<()> {
        let mut slices: Vec<_> = self.chunks.iter().map(|chunk| IoSlice::new(chunk)).collect();
        let mut left = &mut slices[..];
        // What is empty would look like an output that takes nothing.
        IoSlice::advance_slices(&mut left, 0);
        while !left.is_empty() {
            match self.out.write_vectored(left) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    self.offset += written as u64;
                    IoSlice::advance_slices(&mut left, written);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.chunks.clear();
        Ok(())
    }
}

impl State {
    fn note(&mut self, text: &serde_json::Value) {
        let Some(kind) = text["type"].as_str().filter(|kind| STATE.contains(kind)) else { return };
        match self.texts.iter_mut().find(|(known, _)| known == kind) {
            Some((_, before)) => *before = text.clone(),
            None => self.texts.push((kind.to_owned(), text.clone())),
        }
    }
}
