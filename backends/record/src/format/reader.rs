//! Reads a recording.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

use framecast_api::{Error, Result};
use serde::Deserialize;

use super::chunk::{ChunkHead, DONE, HEAD, Kind, PLACE};
use super::{Head, MAX_PLACES, Place, SIGNATURE, START, VERSION};

/// After so many places that are not where the index says, only the beginning is entered.
const MOST_WRONG: usize = 8;

/// Reads a recording from anything that can be read at any place. Nothing that a file says makes it panic, or take
/// more memory than a chunk (16 MiB) and the index (768 KiB) have.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    length: u64,
    head: Head,
    places: Vec<Place>,
    duration: u64,
    /// Bytes of pictures after the last place.
    rest: u64,
    damage: Option<Damage>,
    /// Where the payload was last found to be damaged: nothing is read there any more.
    broken_at: Option<u64>,
    /// It has an end, so what is missing before it is damage.
    is_complete: bool,
    /// Where the next chunk is.
    offset: u64,
    /// The time of the chunk before it.
    time: u64,
    /// Of the state at a place, while it is handed out.
    payload: Vec<u8>,
}

/// What there is in a recording, in order.
#[derive(Debug, PartialEq)]
pub enum Item<'a> {
    /// A part of an update, as PROTOCOL.md of framecast-stream describes it.
    Part(&'a [u8]),
    /// A place begins: what the newest texts of each type were. Of use only to who enters there, as
    /// [`Whole`](Self::Whole).
    State(Vec<serde_json::Value>),
    /// A part of the whole picture at a place.
    Whole(&'a [u8]),
    /// What happened: title, cursor, who drives, input.
    Text(serde_json::Value),
    /// A piece of the log of what the program was handed; it may be cut anywhere.
    Input(&'a [u8]),
    /// Time passed.
    Time,
}

/// Where a recording cannot be read any more, and what is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Bytes from the beginning of the file.
    pub offset: u64,
    /// What changed from this time on is lost, in microseconds.
    pub from: u64,
    /// The time of the next place where the recording can be entered, in microseconds; `None` if there is none.
    pub to: Option<u64>,
    /// Whether the file ends here too early: whoever wrote it was interrupted, or still writes.
    pub is_cut: bool,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_cut {
            return write!(f, "the recording was not completed; it ends at byte {}", self.offset);
        }
        let from = self.from as f64 / 1e6;
        write!(f, "the recording is damaged at byte {}; what changed ", self.offset)?;
        match self.to {
            Some(to) => write!(f, "from {from:.1} s to {:.1} s is lost", to as f64 / 1e6),
            None => write!(f, "after {from:.1} s is lost"),
        }
    }
}

impl<R: Read + Seek> Reader<R> {
    /// Opens a recording. One that was not completed is read through once, without its pictures, to find its places.
    ///
    /// # Errors
    /// "Invalid input" if it is no recording or of a later version, "failed" if it cannot be read.
    pub fn open(mut input: R) -> Result<Self> {
        let length = input.seek(SeekFrom::End(0)).map_err(cannot_read)?;
        input.rewind().map_err(cannot_read)?;
        let mut start = [0; START as usize];
        let no_recording = || Error::invalid_input("this is no recording of framecast (.fcast)");
        if length < START {
            return Err(no_recording());
        }
        input.read_exact(&mut start).map_err(cannot_read)?;
        if start[..8] != SIGNATURE {
            return Err(no_recording());
        }
        let version = u32::from_le_bytes([start[8], start[9], start[10], start[11]]);
        if version == 0 || version > VERSION {
            return Err(Error::invalid_input(format!(
                "this recording has version {version} of the format; this program reads {VERSION}: use a newer one"
            )));
        }
        let mut reader = Self {
            input,
            length,
            head: Head::default(),
            places: Vec::new(),
            duration: 0,
            rest: 0,
            damage: None,
            broken_at: None,
            is_complete: false,
            offset: START,
            time: 0,
            payload: Vec::new(),
        };
        if let Some(chunk) = reader.chunk()?.filter(|chunk| chunk.kind == Kind::Head) {
            debug_assert_eq!(chunk.length, reader.payload.len());
            reader.head = serde_json::from_slice(&reader.payload).map_err(|error| {
                Error::invalid_input("the head of the recording makes no sense").with_source(error)
            })?;
        } else {
            return Err(Error::invalid_input("the recording has no head"));
        }
        let first = reader.mark();
        if !reader.read_index()? {
            reader.go_back(first);
            reader.scan()?;
        }
        reader.go_back(first);
        Ok(reader)
    }

    /// Returns what the recording says about itself.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Returns how long it is, in microseconds.
    #[must_use]
    pub fn duration(&self) -> u64 {
        self.duration
    }

    /// Returns the places where it can be entered, the earliest first.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Returns how much changes: times in microseconds, growing to the end, and for each the bytes of pictures since the
    /// one before.
    pub fn activity(&self) -> impl Iterator<Item = (u64, u64)> {
        let places = self.places.iter().map(|place| (place.time, place.bytes));
        places.chain([(self.duration, self.rest)])
    }

    /// Returns what is wrong with it, as far as is known: where it cannot be read first.
    #[must_use]
    pub fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// Goes to the last place that is not after `time`, in microseconds, or to the beginning. Returns the time of that
    /// place. The items after it begin with the state at that place. A place that is not where the index says is
    /// forgotten, and the one before it taken.
    ///
    /// # Errors
    /// "Failed" if the file cannot be read.
    pub fn enter(&mut self, time: u64) -> Result<u64> {
        for _ in 0..MOST_WRONG {
            let Some(place) = self.place_before(time) else {
                self.rewind();
                return Ok(0);
            };
            let at = Mark { offset: place.offset, time: place.time };
            let known = self.damage.clone();
            self.go_back(at);
            let head = self.chunk_head()?;
            let is_place =
                head.is_some_and(|head| head.kind == Kind::Base && head.time == place.time);
            let is_there = is_place && self.chunk()?.is_some();
            self.go_back(at);
            if is_there {
                return Ok(place.time);
            }
            self.damage = known;
            self.forget(place);
        }
        // The index is not to be believed.
        self.places.clear();
        self.rewind();
        Ok(0)
    }

    /// Forgets a place; what changed before it counts to the next one.
    fn forget(&mut self, place: Place) {
        let at = self.places.partition_point(|other| other.offset < place.offset);
        self.places.remove(at);
        let bytes = self.places.get_mut(at).map_or(&mut self.rest, |next| &mut next.bytes);
        *bytes = bytes.saturating_add(place.bytes);
    }

    /// Returns the last place that is not after `time`, in microseconds.
    #[must_use]
    pub fn place_before(&self, time: u64) -> Option<Place> {
        let after = self.places.partition_point(|place| place.time <= time);
        after.checked_sub(1).and_then(|at| self.places.get(at)).copied()
    }

    /// Returns the first place that lies further on in the file.
    #[must_use]
    pub fn next_place(&self) -> Option<Place> {
        let after = self.places.partition_point(|place| place.offset <= self.offset);
        self.places.get(after).copied()
    }

    /// Goes to the beginning.
    pub fn rewind(&mut self) {
        self.go_back(Mark { offset: START, time: 0 });
    }

    /// Where it is, to [go back](Self::go_back) to.
    pub(crate) fn mark(&self) -> Mark {
        Mark { offset: self.offset, time: self.time }
    }

    pub(crate) fn go_back(&mut self, to: Mark) {
        (self.offset, self.time) = (to.offset, to.time);
    }

    /// Returns the next item and its time in microseconds; `None` at the end, or where the file is damaged.
    ///
    /// # Errors
    /// "Failed" if the file cannot be read.
    pub fn next_item(&mut self) -> Result<Option<(u64, Item<'_>)>> {
        loop {
            let Some(chunk) = self.chunk()? else { return Ok(None) };
            let time = chunk.time;
            match chunk.kind {
                Kind::Part => return Ok(Some((time, Item::Part(&self.payload)))),
                Kind::BasePart => return Ok(Some((time, Item::Whole(&self.payload)))),
                Kind::Text => {
                    let Ok(text) = serde_json::from_slice(&self.payload) else { continue };
                    return Ok(Some((time, Item::Text(text))));
                }
                Kind::Base => {
                    let Ok(Base { texts }) = serde_json::from_slice(&self.payload) else {
                        continue;
                    };
                    return Ok(Some((time, Item::State(texts))));
                }
                Kind::Input => return Ok(Some((time, Item::Input(&self.payload)))),
                Kind::Time => return Ok(Some((time, Item::Time))),
                Kind::Head | Kind::Index | Kind::Done | Kind::Unknown => {}
            }
        }
    }

    /// Goes past the next item without reading it. Returns its time in microseconds, and whether it is a part of an update.
    ///
    /// # Errors
    /// "Failed" if the file cannot be read.
    pub fn skip_item(&mut self) -> Result<Option<(u64, bool)>> {
        let Some(chunk) = self.chunk_head()? else { return Ok(None) };
        self.pass(&chunk);
        Ok(Some((chunk.time, chunk.kind == Kind::Part)))
    }

    /// Returns the time of the next item that is no part of a place, in microseconds, and stays where it is. Where the file
    /// is damaged, that is the next place; `None` at the end.
    ///
    /// # Errors
    /// "Failed" if the file cannot be read.
    pub fn next_time(&mut self) -> Result<Option<u64>> {
        let before = self.mark();
        let time = loop {
            let Some(chunk) = self.chunk_head()? else {
                break self.next_place().map(|place| place.time);
            };
            if matches!(chunk.kind, Kind::Part | Kind::Text | Kind::Time) {
                break Some(chunk.time);
            }
            self.pass(&chunk);
        };
        self.go_back(before);
        Ok(time)
    }

    /// Returns where the next item is, in bytes from the beginning of the file.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Reads the next chunk whole, its payload into `payload`.
    fn chunk(&mut self) -> Result<Option<ChunkHead>> {
        let at = self.offset;
        let Some(head) = self.chunk_head()? else { return Ok(None) };
        self.payload.resize(head.length, 0);
        self.input.read_exact(&mut self.payload).map_err(cannot_read)?;
        if !head.matches(&self.payload) {
            self.broken_at = Some(at);
            self.ends(at, false);
            return Ok(None);
        }
        self.pass(&head);
        Ok(Some(head))
    }

    /// Goes on to the chunk after this one.
    fn pass(&mut self, chunk: &ChunkHead) {
        self.offset += (HEAD + chunk.length) as u64;
        self.time = chunk.time;
    }

    /// Reads the head of the next chunk, whose payload is all there.
    fn chunk_head(&mut self) -> Result<Option<ChunkHead>> {
        let at = self.offset;
        let left = self.length.saturating_sub(at);
        if left == 0 || self.broken_at == Some(at) {
            return Ok(None);
        }
        if left < HEAD as u64 {
            self.ends(at, true);
            return Ok(None);
        }
        self.input.seek(SeekFrom::Start(at)).map_err(cannot_read)?;
        let mut bytes = [0; HEAD];
        self.input.read_exact(&mut bytes).map_err(cannot_read)?;
        let Some(head) = ChunkHead::parse(&bytes) else {
            self.ends(at, false);
            return Ok(None);
        };
        if left < (HEAD + head.length) as u64 {
            self.ends(at, true);
            return Ok(None);
        }
        Ok(Some(head))
    }

    /// It cannot be read on from this byte, where it is.
    fn ends(&mut self, offset: u64, is_cut: bool) {
        if self.damage.as_ref().is_none_or(|known| offset < known.offset) {
            let to = self.next_place().map(|place| place.time);
            let is_cut = is_cut && !self.is_complete;
            self.damage = Some(Damage { offset, from: self.time, to, is_cut });
        }
    }

    /// Reads the index of a complete recording. Whether there is one.
    fn read_index(&mut self) -> Result<bool> {
        let Some(done) = self.length.checked_sub((HEAD + DONE) as u64) else { return Ok(false) };
        self.offset = done;
        let read = self.chunk()?;
        let known = self.damage.take();
        let Some(end) = read.filter(|chunk| chunk.kind == Kind::Done && chunk.length == DONE)
        else {
            return Ok(false);
        };
        let number = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap_or_default());
        let (index, rest) = (number(&self.payload[..8]), number(&self.payload[8..]));
        self.offset = index;
        let read = if self.offset < done { self.chunk()? } else { None };
        self.damage = known;
        if !read.is_some_and(|chunk| chunk.kind == Kind::Index) {
            return Ok(false);
        }
        let places = self.payload.chunks_exact(PLACE).take(MAX_PLACES).map(|place| Place {
            time: number(&place[..8]),
            offset: number(&place[8..16]),
            bytes: number(&place[16..]),
        });
        self.places = places.collect();
        let grows = |two: &[Place]| two[0].time <= two[1].time && two[0].offset < two[1].offset;
        if !self.places.windows(2).all(grows)
            || self.places.last().is_some_and(|last| last.offset >= done || last.time > end.time)
        {
            self.places.clear();
            return Ok(false);
        }
        (self.duration, self.rest, self.is_complete) = (end.time, rest, true);
        Ok(true)
    }

    /// Finds the places of a recording that was not completed.
    fn scan(&mut self) -> Result<()> {
        let mut bytes = 0;
        let mut apart = 0;
        while let Some(chunk) = self.chunk_head()? {
            match chunk.kind {
                Kind::Part => bytes += chunk.length as u64,
                Kind::Base => {
                    let last = self.places.last().map_or(0, |place| place.time);
                    if chunk.time >= last && chunk.time - last >= apart {
                        let bytes = std::mem::take(&mut bytes);
                        self.places.push(Place { time: chunk.time, offset: self.offset, bytes });
                    }
                    if self.places.len() >= MAX_PLACES {
                        let mut keep = false;
                        self.places.retain(|_| {
                            keep = !keep;
                            keep
                        });
                        apart = (2 * apart).max(1_000_000);
                    }
                }
                _ => {}
            }
            self.duration = self.duration.max(chunk.time);
            self.pass(&chunk);
        }
        self.rest = bytes;
        // Without an end it was not completed.
        self.ends(self.offset, true);
        Ok(())
    }
}

/// Where a reader was.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    offset: u64,
    /// Of the chunk before.
    time: u64,
}

/// The payload of a place.
#[derive(Deserialize)]
struct Base {
    #[serde(default)]
    texts: Vec<serde_json::Value>,
}

fn cannot_read(error: io::Error) -> Error {
    Error::failed(format!("cannot read the recording: {error}")).with_source(error)
}
