/// How many color samples there are for each luma sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Sampling {
    /// 4:4:4, as many: sharp colored edges.
    Full,
    /// 4:2:2, half as many in each row.
    #[default]
    Half,
    /// 4:2:0, half as many in each row, and half as many rows.
    Quarter,
}

impl Sampling {
    /// The width and height of an MCU (the smallest unit that is coded) in pixels.
    pub const fn mcu(self) -> (u16, u16) {
        match self {
            Self::Full => (8, 8),
            Self::Half => (16, 8),
            Self::Quarter => (16, 16),
        }
    }

    /// Luma blocks of an MCU, horizontally and vertically.
    pub(crate) const fn factors(self) -> (u8, u8) {
        let (width, height) = self.mcu();
        (width as u8 / 8, height as u8 / 8)
    }
}
