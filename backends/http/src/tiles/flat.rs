//! Whether a tile is text or plain areas: then its exact encoding is about as small as a JPEG,
//! looks better and is final.

use framecast_api::Frame;

use super::grid::Area;

/// Of a hundred neighbouring pixels, how many are alike in a flat tile.
const ALIKE: usize = 80;
/// Every so many rows are looked at.
const STEP: usize = 3;

/// Whether most pixels of the tile are exactly like the one to their left or above.
pub(super) fn is_flat(frame: &Frame, area: Area) -> bool {
    let width = frame.width() as usize;
    let pixels = frame.pixels();
    let (mut alike, mut all) = (0, 0);
    for y in (area.y..area.y + area.height).step_by(STEP) {
        let start = y * width + area.x;
        let row = &pixels[start..start + area.width];
        alike += row.windows(2).filter(|pair| pair[0] == pair[1]).count();
        all += area.width.saturating_sub(1);
    }
    alike * 100 >= all * ALIKE
}
