//! What one cell shows.

/// A color as the terminal is told it: `0xrrggbb`, or a number of the palette.
pub(super) type Color = u32;

/// What a cell shows: two colors, and which of its dots have the first of them.
///
/// Packed, so that cells are compared like numbers. Equal looks are equal numbers: dot 0 never has
/// the second color unless all dots have it, and then the first is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell(u64);

const COLOR: u64 = 0xff_ffff;

impl Cell {
    /// What no cell shows.
    pub(super) const UNKNOWN: Self = Self(u64::MAX);

    /// A cell of one color.
    pub(super) const fn plain(color: Color) -> Self {
        Self(color as u64)
    }

    /// A cell whose dots in `mask` have the color `ink`, and the others `paper`; `all` is the mask
    /// of every dot there is.
    pub(super) const fn new(mask: u8, all: u8, ink: Color, paper: Color) -> Self {
        if ink == paper || mask == 0 {
            Self::plain(paper)
        } else if mask == all {
            Self::plain(ink)
        } else if mask & 1 == 0 {
            Self(((mask ^ all) as u64) << 48 | (paper as u64) << 24 | ink as u64)
        } else {
            Self((mask as u64) << 48 | (ink as u64) << 24 | paper as u64)
        }
    }

    /// The dots that have the first color; 0 in a cell of one color.
    pub(super) const fn mask(self) -> u8 {
        (self.0 >> 48) as u8
    }

    /// The color of the dots in the mask.
    pub(super) const fn ink(self) -> Color {
        ((self.0 >> 24) & COLOR) as Color
    }

    /// The color of the others.
    pub(super) const fn paper(self) -> Color {
        (self.0 & COLOR) as Color
    }

    /// Whether it has one color.
    pub(super) const fn is_plain(self) -> bool {
        self.mask() == 0
    }
}

/// A dot's color.
pub(super) const fn rgb([r, g, b, _]: [u8; 4]) -> Color {
    u32::from_be_bytes([0, r, g, b])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_the_same() {
        assert_eq!(Cell::new(0b01, 0b11, 1, 2), Cell::new(0b10, 0b11, 2, 1));
        assert_eq!(Cell::new(0b01, 0b11, 3, 3), Cell::plain(3));
        assert_eq!(Cell::new(0b11, 0b11, 3, 9), Cell::plain(3));
        assert_eq!(Cell::new(0, 0b11, 9, 3), Cell::plain(3));
        let cell = Cell::new(0b1010, 0b1111, 0xff_0102, 0xfe_fdfc);
        assert_eq!((cell.mask(), cell.ink(), cell.paper()), (0b0101, 0xfe_fdfc, 0xff_0102));
        assert_ne!(Cell::new(0xff, 0xff, COLOR as u32, 0), Cell::UNKNOWN);
    }
}
