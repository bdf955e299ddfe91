//! A run of MCUs, from pixels to quantized coefficients: up to 128 pixels of one row of MCUs, which
//! fit into a processor's first-level cache. Pure.

use crate::color;
use crate::dct::{Pair, transform};
use crate::lanes::Lanes;
use crate::quantization::Quantization;
use crate::sampling::Sampling;

/// Pixels of a run in each row.
pub(crate) const RUN: usize = 128;
/// Pixels that are taken at once.
pub(crate) const UNIT: usize = 16;
/// The most rows of a run.
pub(crate) const ROWS: usize = 16;
/// The most blocks of a run, in all components.
pub(crate) const MOST_BLOCKS: usize = 48;

/// Pixels of a run's row; a run begins at the first, and may end earlier.
pub(crate) type Row<'a> = &'a [[[u8; 4]; UNIT]];

/// The quantization tables.
#[derive(Debug, Clone)]
pub(crate) struct Tables {
    pub(crate) luma: Quantization,
    pub(crate) chroma: Quantization,
}

/// Samples of one component: rows of units.
type Plane<const ROWS: usize> = [[[i16; UNIT]; RUN / UNIT]; ROWS];

/// What a run is computed in.
pub(crate) struct Run {
    luma: Plane<ROWS>,
    chroma: [Plane<8>; 2],
    pub(crate) coefficients: Coefficients,
}

/// A run's coefficients: of each component, pairs of blocks from left to right, rows of them from
/// above.
pub(crate) struct Coefficients {
    pub(crate) luma: [[Pair; RUN / UNIT]; 2],
    pub(crate) chroma: [[Pair; RUN / UNIT]; 2],
}

impl Run {
    pub(crate) fn new() -> Box<Self> {
        Box::new(Self {
            luma: [[[0; UNIT]; RUN / UNIT]; ROWS],
            chroma: [[[[0; UNIT]; RUN / UNIT]; 8]; 2],
            coefficients: Coefficients {
                luma: [[Pair::EMPTY; RUN / UNIT]; 2],
                chroma: [[Pair::EMPTY; RUN / UNIT]; 2],
            },
        })
    }

    /// Computes the coefficients of a run, whose rows are `rows`: 8 of them, or 16 with
    /// [`Sampling::Quarter`]. All have as many units, an even number unless it is [`Sampling::Full`].
    #[inline(always)]
    pub(crate) fn compute<V: Lanes>(
        &mut self,
        rows: &[Row<'_>; ROWS],
        sampling: Sampling,
        tables: &Tables,
    ) {
        let units = rows[0].len().min(RUN / UNIT);
        match sampling {
            Sampling::Full => self.take_full::<V>(rows, units),
            Sampling::Half => self.take_half::<V>(rows, units),
            Sampling::Quarter => self.take_quarter::<V>(rows, units),
        }
        let (luma_rows, chroma_units) = match sampling {
            Sampling::Full => (1, units),
            Sampling::Half => (1, units.div_ceil(2)),
            Sampling::Quarter => (2, units.div_ceil(2)),
        };
        let (planes, _) = self.luma.as_chunks::<8>();
        for (plane, pairs) in planes.iter().zip(&mut self.coefficients.luma).take(luma_rows) {
            for (unit, pair) in pairs.iter_mut().enumerate().take(units) {
                transform::<V>(load(plane, unit), &tables.luma, pair);
            }
        }
        for (plane, pairs) in self.chroma.iter().zip(&mut self.coefficients.chroma) {
            for (unit, pair) in pairs.iter_mut().enumerate().take(chroma_units) {
                transform::<V>(load(plane, unit), &tables.chroma, pair);
            }
        }
    }

    #[inline(always)]
    fn take_full<V: Lanes>(&mut self, rows: &[Row<'_>; ROWS], units: usize) {
        for (y, row) in rows.iter().enumerate().take(8) {
            for (unit, pixels) in row.iter().take(units).enumerate() {
                let pixels = V::pixels(pixels);
                let [cb, cr] = color::chroma(&pixels);
                color::luma(&pixels).store(&mut self.luma[y][unit]);
                cb.store(&mut self.chroma[0][y][unit]);
                cr.store(&mut self.chroma[1][y][unit]);
            }
        }
    }

    #[inline(always)]
    fn take_half<V: Lanes>(&mut self, rows: &[Row<'_>; ROWS], units: usize) {
        for (y, row) in rows.iter().enumerate().take(8) {
            let (pairs, _) = row.as_chunks::<2>();
            for (n, [first, second]) in pairs.iter().take(units / 2).enumerate() {
                let (first, second) = (V::pixels(first), V::pixels(second));
                color::luma(&first).store(&mut self.luma[y][2 * n]);
                color::luma(&second).store(&mut self.luma[y][2 * n + 1]);
                let (first, second) = (color::sums_of_2(&first), color::sums_of_2(&second));
                let [cb, cr] = color::chroma_of_2(&first, &second);
                cb.store(&mut self.chroma[0][y][n]);
                cr.store(&mut self.chroma[1][y][n]);
            }
        }
    }

    #[inline(always)]
    fn take_quarter<V: Lanes>(&mut self, rows: &[Row<'_>; ROWS], units: usize) {
        for y in 0..8 {
            let (above, _) = rows[2 * y].as_chunks::<2>();
            let (below, _) = rows[2 * y + 1].as_chunks::<2>();
            for (n, (above, below)) in above.iter().zip(below).take(units / 2).enumerate() {
                let (a, b) = (V::pixels(&above[0]), V::pixels(&below[0]));
                color::luma(&a).store(&mut self.luma[2 * y][2 * n]);
                color::luma(&b).store(&mut self.luma[2 * y + 1][2 * n]);
                let first = color::sums_of_4(&a, &b);
                let (a, b) = (V::pixels(&above[1]), V::pixels(&below[1]));
                color::luma(&a).store(&mut self.luma[2 * y][2 * n + 1]);
                color::luma(&b).store(&mut self.luma[2 * y + 1][2 * n + 1]);
                let second = color::sums_of_4(&a, &b);
                let [cb, cr] = color::chroma_of_4(&first, &second);
                cb.store(&mut self.chroma[0][y][n]);
                cr.store(&mut self.chroma[1][y][n]);
            }
        }
    }
}

/// The rows of two blocks.
#[inline(always)]
fn load<V: Lanes>(plane: &Plane<8>, unit: usize) -> [V; 8] {
    [
        V::load(&plane[0][unit]),
        V::load(&plane[1][unit]),
        V::load(&plane[2][unit]),
        V::load(&plane[3][unit]),
        V::load(&plane[4][unit]),
        V::load(&plane[5][unit]),
        V::load(&plane[6][unit]),
        V::load(&plane[7][unit]),
    ]
}
