//! Updates as bytes, to carry them to another hub. Pure.
//!
//! All numbers are little-endian.
//!
//! | bytes | what |
//! | --- | --- |
//! | 80 | the head: stream, revision, epoch (u64 each), width, height (u32), ratio (f64), sequence (u64), and when the input came that caused it (NaN: none), when it was drawn, presented and encoded (f64, seconds) |
//! | 8 | the revision that the update starts from |
//! | 4 | the number of tiles |
//! | 24 + n each | the tiles, by growing number: a head of 24 bytes, and the n bytes of the encoding |
//!
//! The head of a tile: number (u16), codec (1 JPEG, 2 PNG), quality (JPEG: 1 to 100, otherwise 0), sampling (JPEG: 1 4:4:4,
//! 2 4:2:2; otherwise 0), three zeros, revision (u64), Adler-32 (PNG, otherwise 0), n (u32).

use std::fmt;
use std::sync::Arc;

use framecast_api::PhysicalSize;
use framecast_jpeg::Sampling;

use crate::tile_update::{PictureInfo, TileUpdate, UpdatedTile};
use crate::tiles::{EncodedTile, Encoding, Grid, Jpeg};

const HEAD: usize = TileUpdate::HEAD_BYTES;
const BEFORE_TILES: usize = HEAD + 12;
const TILE_HEAD: usize = 24;
/// The longest encoding of a tile: RGB, deflated without success, takes a tenth more than its 18 KiB.
const MAX_TILE: usize = 64 * 1024;
const MAX_RATIO: f64 = 64.0;
/// In the place of the time of an input, if there is none: the NaN that is usual, and no other.
const NO_INPUT: u64 = 0x7ff8_0000_0000_0000;

/// Bytes that are no update; the text says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoUpdate(&'static str);

impl fmt::Display for NoUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for NoUpdate {}

/// One tile of an update, as [`TileUpdate::to_bytes`] writes it.
#[derive(Debug, Clone, Copy)]
pub struct TileBytes<'a> {
    /// The tile's number, row by row from the upper left.
    pub number: u16,
    /// What stands before the encoding: the number, the encoding's parameters, the revision that changed the tile, and
    /// the length of the encoding.
    pub head: [u8; TILE_HEAD],
    /// The encoding.
    pub encoding: &'a [u8],
}

impl TileUpdate {
    /// Bytes of [`head`](Self::head).
    pub const HEAD_BYTES: usize = 80;

    /// Returns everything that the update says but the tiles and the revision that it starts from, as
    /// [`to_bytes`](Self::to_bytes) writes it. Updates that lead to the same revision of one hub have the same head.
    #[must_use]
    pub fn head(&self) -> [u8; Self::HEAD_BYTES] {
        let PictureInfo { size, ratio, sequence, drawn, presented, input } = self.picture;
        let mut head = [0; HEAD];
        let mut rest = &mut head[..];
        let mut put = |bytes: &[u8]| {
            let (place, after) = std::mem::take(&mut rest).split_at_mut(bytes.len());
            place.copy_from_slice(bytes);
            rest = after;
        };
        for number in [self.stream, self.revision, self.epoch] {
            put(&number.to_le_bytes());
        }
        put(&size.width.to_le_bytes());
        put(&size.height.to_le_bytes());
        put(&ratio.to_le_bytes());
        put(&sequence.to_le_bytes());
        let input = input.unwrap_or(f64::from_bits(NO_INPUT));
        for time in [input, drawn, presented, self.encoded] {
            put(&time.to_le_bytes());
        }
        head
    }

    /// Returns the tiles as [`to_bytes`](Self::to_bytes) writes them.
    pub fn tile_bytes(&self) -> impl ExactSizeIterator<Item = TileBytes<'_>> {
        self.tiles.iter().map(|tile| TileBytes {
            number: tile.number,
            head: tile_head(tile),
            encoding: tile.encoded.bytes(),
        })
    }

    /// Returns the update as bytes, which [`from_bytes`](Self::from_bytes) reads. Tiles are copied as they are encoded.
    ///
    /// The format is that of this version of the crate: both sides have the same.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes =
            Vec::with_capacity(BEFORE_TILES + self.bytes() + self.tiles.len() * TILE_HEAD);
        bytes.extend_from_slice(&self.head());
        bytes.extend_from_slice(&self.since.to_le_bytes());
        bytes.extend_from_slice(&(self.tiles.len() as u32).to_le_bytes());
        for tile in self.tile_bytes() {
            bytes.extend_from_slice(&tile.head);
            bytes.extend_from_slice(tile.encoding);
        }
        bytes
    }

    /// Reads an update. Every number is checked; the encodings of the tiles are not decoded.
    ///
    /// # Errors
    /// If the bytes are no update.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NoUpdate> {
        let mut reader = Reader(bytes);
        let (stream, revision, epoch) = (reader.u64()?, reader.u64()?, reader.u64()?);
        let size = PhysicalSize::new(reader.u32()?, reader.u32()?);
        let (ratio, sequence) = (reader.f64()?, reader.u64()?);
        let (input, drawn) = (reader.f64()?, reader.f64()?);
        let (presented, encoded) = (reader.f64()?, reader.f64()?);
        let (since, count) = (reader.u64()?, reader.u32()? as usize);
        if size.bytes().is_err() {
            return Err(NoUpdate("a picture of an impossible size"));
        }
        if !(ratio > 0.0 && ratio <= MAX_RATIO) {
            return Err(NoUpdate("an impossible pixel ratio"));
        }
        if !input.is_finite() && input.to_bits() != NO_INPUT
            || [drawn, presented, encoded].iter().any(|time| !time.is_finite())
        {
            return Err(NoUpdate("a time that is no number"));
        }
        if count > Grid::new(size).len() || count * TILE_HEAD > reader.0.len() {
            return Err(NoUpdate("more tiles than there are"));
        }
        let mut tiles: Vec<UpdatedTile> = Vec::with_capacity(count);
        for _ in 0..count {
            let tile = reader.tile()?;
            if tiles.last().is_some_and(|before| before.number >= tile.number) {
                return Err(NoUpdate("tiles out of order"));
            }
            tiles.push(tile);
        }
        if !reader.0.is_empty() {
            return Err(NoUpdate("more bytes than tiles"));
        }
        let input = Some(input).filter(|input| !input.is_nan());
        let picture = PictureInfo { size, ratio, sequence, drawn, presented, input };
        let update = Self { stream, since, revision, epoch, picture, encoded, tiles };
        if !update.is_consistent() {
            return Err(NoUpdate("revisions or tiles that do not fit"));
        }
        Ok(update)
    }
}

fn tile_head(tile: &UpdatedTile) -> [u8; TILE_HEAD] {
    let encoding = tile.encoded.encoding();
    let (quality, sampling) = match encoding {
        Encoding::Jpeg(Jpeg { quality, sampling }) => (quality, sampling_number(sampling)),
        Encoding::Png => (0, 0),
    };
    let mut head = [0; TILE_HEAD];
    head[..2].copy_from_slice(&tile.number.to_le_bytes());
    head[2..5].copy_from_slice(&[encoding.codec().number(), quality, sampling]);
    head[8..16].copy_from_slice(&tile.revision.to_le_bytes());
    head[16..20].copy_from_slice(&tile.encoded.adler().to_le_bytes());
    head[20..].copy_from_slice(&(tile.encoded.len() as u32).to_le_bytes());
    head
}

fn sampling_number(sampling: Sampling) -> u8 {
    match sampling {
        Sampling::Full => 1,
        // Tiles have no other.
        _ => 2,
    }
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, bytes: usize) -> Result<&'a [u8], NoUpdate> {
        let (taken, rest) = self.0.split_at_checked(bytes).ok_or(NoUpdate("cut short"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], NoUpdate> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn u32(&mut self) -> Result<u32, NoUpdate> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, NoUpdate> {
        self.array().map(u64::from_le_bytes)
    }

    fn f64(&mut self) -> Result<f64, NoUpdate> {
        self.array().map(f64::from_le_bytes)
    }

    fn tile(&mut self) -> Result<UpdatedTile, NoUpdate> {
        let number = u16::from_le_bytes(self.array()?);
        let [codec, quality, sampling, zeros @ ..] = self.array::<6>()?;
        let (revision, adler, length) = (self.u64()?, self.u32()?, self.u32()? as usize);
        let encoding = match (codec, quality, sampling) {
            (1, 1..=100, 1) => Encoding::Jpeg(Jpeg { quality, sampling: Sampling::Full }),
            (1, 1..=100, 2) => Encoding::Jpeg(Jpeg { quality, sampling: Sampling::Half }),
            (2, 0, 0) => Encoding::Png,
            _ => return Err(NoUpdate("an unknown encoding")),
        };
        if zeros != [0; 3] {
            return Err(NoUpdate("a tile of a later version"));
        }
        if !(1..=MAX_TILE).contains(&length) {
            return Err(NoUpdate("a tile of an impossible length"));
        }
        let encoded = Arc::new(EncodedTile::new(encoding, self.take(length)?.into(), adler));
        Ok(UpdatedTile { number, revision, encoded })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::hub::HubInput;
    use crate::message::Message;
    use crate::scene::{Scene, grain};

    /// An update with tiles of each encoding.
    fn update() -> TileUpdate {
        let mut scene = Scene::new();
        let subscriber = scene.hub.subscribe(true);
        let mut buffer = scene.pool.lend(PhysicalSize::new(400, 150)).unwrap();
        for (at, pixel) in buffer.pixels_mut().iter_mut().enumerate().skip(20_000) {
            *pixel = grain(1, at);
        }
        let frame = scene.pool.freeze(buffer, 1, 0.5, 2.0);
        scene.show(frame);
        scene.encode();
        let Some(Message::Update(update)) = scene.next(subscriber) else { panic!("no update") };
        update
    }

    #[test]
    fn an_update_is_read_as_it_was_written() {
        let update = update();
        let bytes = update.to_bytes();
        let read = TileUpdate::from_bytes(&bytes).unwrap();
        assert_eq!(format!("{read:?}"), format!("{update:?}"));
        assert_eq!((read.to_bytes(), read.head()), (bytes.clone(), update.head()));
        let encodings: std::collections::BTreeSet<_> =
            read.tiles.iter().map(|tile| tile.encoded.encoding().codec().number()).collect();
        assert_eq!(encodings.len(), 2, "tiles of both encodings");
        let tiles: Vec<u8> =
            read.tile_bytes().flat_map(|tile| [&tile.head[..], tile.encoding].concat()).collect();
        assert_eq!([&bytes[..BEFORE_TILES], &tiles].concat(), bytes);
    }

    #[test]
    fn a_hub_takes_what_was_read() {
        let bytes = update().to_bytes();
        let mut second = Scene::new();
        second.handle(HubInput::Tiles(TileUpdate::from_bytes(&bytes).unwrap()));
        assert_eq!(second.hub.tiles_since(0).map(|it| it.to_bytes()), Some(bytes));
    }

    #[test]
    fn what_is_cut_short_or_longer_is_refused() {
        let bytes = update().to_bytes();
        for end in 0..bytes.len() {
            assert!(TileUpdate::from_bytes(&bytes[..end]).is_err(), "{end}");
        }
        assert!(TileUpdate::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    }

    #[test]
    fn every_number_is_checked() {
        let bytes = update().to_bytes();
        let with = |at: usize, new: &[u8]| {
            let mut bytes = bytes.clone();
            bytes[at..at + new.len()].copy_from_slice(new);
            TileUpdate::from_bytes(&bytes).err().map(|error| error.to_string())
        };
        let nan = f64::NAN.to_le_bytes();
        let wild = [
            (24, &0_u32.to_le_bytes()[..], "size"),
            (28, &u32::MAX.to_le_bytes()[..], "size"),
            (32, &nan[..], "ratio"),
            (32, &(-1.0_f64).to_le_bytes()[..], "ratio"),
            (32, &65.0_f64.to_le_bytes()[..], "ratio"),
            (48, &f64::INFINITY.to_le_bytes()[..], "time"),
            (48, &(-f64::NAN).to_le_bytes()[..], "time"),
            (56, &nan[..], "time"),
            (64, &nan[..], "time"),
            (72, &nan[..], "time"),
            (80, &u64::MAX.to_le_bytes()[..], "revisions"),
            (16, &u64::MAX.to_le_bytes()[..], "revisions"),
            (88, &u32::MAX.to_le_bytes()[..], "more tiles"),
            (88, &1_u32.to_le_bytes()[..], "more bytes"),
            (BEFORE_TILES, &9_u16.to_le_bytes()[..], "out of order"),
            (BEFORE_TILES + 2, &[3][..], "encoding"),
            (BEFORE_TILES + 5, &[1][..], "later version"),
            (BEFORE_TILES + 2, &[1, 0, 1][..], "encoding"),
            (BEFORE_TILES + 2, &[1, 101, 1][..], "encoding"),
            (BEFORE_TILES + 2, &[1, 50, 3][..], "encoding"),
            (BEFORE_TILES + 8, &u64::MAX.to_le_bytes()[..], "revisions"),
            (BEFORE_TILES + 20, &0_u32.to_le_bytes()[..], "length"),
            (BEFORE_TILES + 20, &u32::MAX.to_le_bytes()[..], "length"),
        ];
        for (at, new, why) in wild {
            let error = with(at, new).unwrap_or_default();
            assert!(error.contains(why), "{at}, {new:?}: {error:?}");
        }
        assert_eq!(with(48, &NO_INPUT.to_le_bytes()), None, "there need not be an input");
    }
}
