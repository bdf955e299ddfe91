//! A picture in tiles that updates add up to. Pure.

use crate::tile_update::{TileUpdate, UpdatedTile};
use crate::tiles::Grid;

/// The newest encoding of every tile, as updates brought them: what a recording that can be entered at any place
/// repeats from time to time.
///
/// It shares the tiles' bytes with the updates.
#[derive(Debug, Default)]
pub struct TilePicture {
    /// What the newest update says, without its tiles.
    newest: Option<TileUpdate>,
    tiles: Vec<Option<UpdatedTile>>,
}

impl TilePicture {
    /// Creates a picture of which nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an update. Those of one hub come in their order. An update of another size or of another hub begins
    /// anew; one that is not consistent is ignored.
    pub fn add(&mut self, update: &TileUpdate) {
        if !update.is_consistent() {
            return;
        }
        let before = self.newest.as_ref();
        let goes_on = |before: &TileUpdate| {
            before.stream == update.stream
                && before.epoch == update.epoch
                && before.picture.size == update.picture.size
        };
        if !before.is_some_and(goes_on) {
            self.tiles.clear();
            self.tiles.resize(Grid::new(update.picture.size).len(), None);
        }
        for tile in &update.tiles {
            self.tiles[usize::from(tile.number)] = Some(tile.clone());
        }
        self.newest = Some(TileUpdate { tiles: Vec::new(), ..*update });
    }

    /// Returns whether every tile is there, exactly as the frame's.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        let is_exact = |tile: &Option<UpdatedTile>| {
            tile.as_ref().is_some_and(|tile| tile.encoded.encoding().is_exact())
        };
        self.newest.is_some() && self.tiles.iter().all(is_exact)
    }

    /// Returns the bytes of all tiles.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.tiles.iter().flatten().map(|tile| tile.encoded.len()).sum()
    }

    /// Returns the whole picture as one update; `None` while a tile is missing.
    #[must_use]
    pub fn update(&self) -> Option<TileUpdate> {
        let newest = self.newest.as_ref()?;
        let tiles: Option<Vec<_>> = self.tiles.iter().cloned().collect();
        Some(TileUpdate { since: 0, tiles: tiles?, ..*newest })
    }

    /// Returns what is newer than `revision` of the hub whose number is `stream`, as one update: all tiles, if the
    /// picture is another hub's or has another size since. Tiles that never came are left out; `None` if no update
    /// came.
    #[must_use]
    pub fn update_since(&self, stream: u64, revision: u64) -> Option<TileUpdate> {
        let newest = self.newest.as_ref()?;
        let goes_on =
            stream == newest.stream && (newest.epoch..=newest.revision).contains(&revision);
        let since = if goes_on { revision } else { 0 };
        let tiles = self.tiles.iter().flatten().filter(|tile| tile.revision > since);
        Some(TileUpdate { since, tiles: tiles.cloned().collect(), ..*newest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use framecast_api::PhysicalSize;

    use crate::tile_update::PictureInfo;
    use crate::tiles::EncodedTile;

    fn update(size: (u32, u32), stream: u64, revision: u64, tiles: &[(u16, usize)]) -> TileUpdate {
        let tile = |(number, bytes): &(u16, usize)| UpdatedTile {
            number: *number,
            revision,
            encoded: Arc::new(EncodedTile::of_bytes(*bytes)),
        };
        TileUpdate {
            stream,
            since: revision - 1,
            revision,
            epoch: 1,
            picture: PictureInfo {
                size: PhysicalSize::new(size.0, size.1),
                ratio: 1.0,
                sequence: revision,
                drawn: revision as f64,
                presented: revision as f64,
                input: None,
            },
            encoded: 0.0,
            tiles: tiles.iter().map(tile).collect(),
        }
    }

    #[test]
    fn the_newest_of_every_tile_adds_up_to_the_picture() {
        let mut picture = TilePicture::new();
        assert!(picture.update().is_none() && !picture.is_exact());
        picture.add(&update((200, 40), 1, 1, &[(0, 10)]));
        assert!(picture.update().is_none(), "a tile is missing");
        picture.add(&update((200, 40), 1, 2, &[(1, 20)]));
        picture.add(&update((200, 40), 1, 3, &[(0, 30)]));
        assert_eq!(picture.bytes(), 50);
        let whole = picture.update().unwrap();
        assert_eq!((whole.since(), whole.revision(), whole.tiles()), (0, 3, 2));
        assert!(picture.is_exact());
    }

    #[test]
    fn who_has_a_revision_gets_what_is_newer() {
        let mut picture = TilePicture::new();
        picture.add(&update((200, 40), 1, 1, &[(0, 10), (1, 10)]));
        picture.add(&update((200, 40), 1, 5, &[(1, 20)]));
        let since = |stream, revision| {
            let update = picture.update_since(stream, revision).unwrap();
            assert_eq!(update.revision(), 5);
            (update.since(), update.tiles())
        };
        assert_eq!(since(1, 0), (0, 2));
        assert_eq!(since(1, 1), (1, 1));
        assert_eq!(since(1, 5), (5, 0));
        assert_eq!(since(1, 6), (0, 2), "of a time before this hub was there");
        assert_eq!(since(2, 1), (0, 2), "of another hub");
    }

    #[test]
    fn another_size_or_another_hub_begins_anew() {
        let mut picture = TilePicture::new();
        picture.add(&update((100, 40), 1, 1, &[(0, 10)]));
        assert!(picture.update().is_some());
        picture.add(&update((200, 40), 1, 2, &[(1, 10)]));
        assert!(picture.update().is_none());
        picture.add(&update((200, 40), 1, 3, &[(0, 10)]));
        assert!(picture.update().is_some());
        picture.add(&update((200, 40), 2, 1, &[(0, 10)]));
        assert!(picture.update().is_none());
        let wild = update((200, 40), 2, 2, &[(7, 10)]);
        picture.add(&wild);
        assert_eq!(picture.bytes(), 10, "a tile that the grid does not have");
    }
}
