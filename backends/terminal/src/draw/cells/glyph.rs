//! Which character has which dots.

use crate::draw::Glyphs;

/// A character of a set, and its UTF-8.
#[derive(Clone, Copy)]
struct Glyph {
    bytes: [u8; 4],
    len: u8,
}

/// The characters of a set, by the dots they have: bit 0 is the upper left, row by row.
pub(super) struct Font {
    glyphs: Vec<Glyph>,
    all: u8,
}

impl Font {
    pub(super) fn new(glyphs: Glyphs) -> Self {
        let (columns, rows) = glyphs.dots();
        let count = 1_u16 << (columns * rows);
        let character = match glyphs {
            Glyphs::Half => half,
            Glyphs::Quadrant => quadrant,
            Glyphs::Sextant => sextant,
            Glyphs::Octant => octant,
        };
        let glyph = |mask: u16| {
            let mut bytes = [0; 4];
            let len = character(mask as u8).encode_utf8(&mut bytes).len();
            Glyph { bytes, len: len as u8 }
        };
        Self { glyphs: (0..count).map(glyph).collect(), all: (count - 1) as u8 }
    }

    /// The mask of every dot.
    pub(super) const fn all(&self) -> u8 {
        self.all
    }

    /// The character that has these dots.
    #[inline]
    pub(super) fn glyph(&self, mask: u8) -> &[u8] {
        let glyph = &self.glyphs[usize::from(mask)];
        &glyph.bytes[..usize::from(glyph.len)]
    }
}

fn half(mask: u8) -> char {
    [' ', '▀', '▄', '█'][usize::from(mask)]
}

fn quadrant(mask: u8) -> char {
    const QUADRANTS: [char; 16] =
        [' ', '▘', '▝', '▀', '▖', '▌', '▞', '▛', '▗', '▚', '▐', '▜', '▄', '▙', '▟', '█'];
    QUADRANTS[usize::from(mask)]
}

/// U+1FB00 onwards, in the order of the masks, without those that older blocks had already.
fn sextant(mask: u8) -> char {
    const LEFT: u8 = 0b01_01_01;
    const RIGHT: u8 = 0b10_10_10;
    match mask {
        0 => ' ',
        LEFT => '▌',
        RIGHT => '▐',
        0b11_11_11 => '█',
        _ => {
            let skipped = 1 + u32::from(mask > LEFT) + u32::from(mask > RIGHT);
            char::from_u32(0x1fb00 + u32::from(mask) - skipped).unwrap_or(' ')
        }
    }
}

/// U+1CD00 onwards, in the order of the masks, without those that other blocks have.
fn octant(mask: u8) -> char {
    match OTHERS.binary_search_by_key(&mask, |(other, _)| *other) {
        Ok(at) => OTHERS[at].1,
        Err(before) => char::from_u32(0x1cd00 + u32::from(mask) - before as u32).unwrap_or(' '),
    }
}

/// Octants that are characters of other blocks, by mask: halves and quadrants, quarters and
/// three quarters of a cell, and those that Unicode 16 put elsewhere because they came from other
/// character sets.
const OTHERS: [(u8, char); 26] = [
    (0x00, ' '),
    (0x01, '\u{1cea8}'),
    (0x02, '\u{1ceab}'),
    (0x03, '\u{1fb82}'),
    (0x05, '▘'),
    (0x0a, '▝'),
    (0x0f, '▀'),
    (0x14, '\u{1fbe6}'),
    (0x28, '\u{1fbe7}'),
    (0x3f, '\u{1fb85}'),
    (0x40, '\u{1cea3}'),
    (0x50, '▖'),
    (0x55, '▌'),
    (0x5a, '▞'),
    (0x5f, '▛'),
    (0x80, '\u{1cea0}'),
    (0xa0, '▗'),
    (0xa5, '▚'),
    (0xaa, '▐'),
    (0xaf, '▜'),
    (0xc0, '▂'),
    (0xf0, '▄'),
    (0xf5, '▙'),
    (0xfa, '▟'),
    (0xfc, '▆'),
    (0xff, '█'),
];
