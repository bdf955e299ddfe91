//! A picture or a tile as entropy-coded data: it is cut into runs, and what is beyond its edges is
//! made up by repeating its last pixels. Pure.

use crate::bits::BitWriter;
use crate::entropy::{self, Last};
use crate::kernel::{ROWS, RUN, Row, Run, Tables, UNIT};
use crate::lanes::Lanes;
use crate::pixels::Pixels;
use crate::sampling::Sampling;

/// What an encoder computes in; none of it matters between two pictures.
pub(crate) struct Scratch {
    run: Box<Run>,
    edge: Box<Edge>,
    writer: BitWriter,
}

/// A run that is not wholly inside the picture.
type Edge = [[[[u8; 4]; UNIT]; RUN / UNIT]; ROWS];

impl Scratch {
    pub(crate) fn new() -> Self {
        Self {
            run: Run::new(),
            edge: Box::new([[[[0; 4]; UNIT]; RUN / UNIT]; ROWS]),
            writer: BitWriter::new(),
        }
    }
}

/// What is encoded, and how.
pub(crate) struct Task<'a> {
    pub(crate) pixels: Pixels<'a>,
    /// Width and height in pixels, at least those of `pixels`.
    pub(crate) size: (usize, usize),
    pub(crate) sampling: Sampling,
    pub(crate) tables: &'a Tables,
    /// The most bytes that the output may have, with what it has already.
    pub(crate) most: usize,
}

/// Appends the task's entropy-coded data. Returns false and stops once `out` is longer than it may be.
#[inline(always)]
pub(crate) fn write<V: Lanes>(task: &Task<'_>, scratch: &mut Scratch, out: &mut Vec<u8>) -> bool {
    let Task { pixels, size, sampling, tables, most } = task;
    let sampling = *sampling;
    let (mcu_width, mcu_height) = (usize::from(sampling.mcu().0), usize::from(sampling.mcu().1));
    let (width, height) = *size;
    let Scratch { run, edge, writer } = scratch;
    writer.reset();
    let mut last: Last = [0; 3];
    for top in (0..height).step_by(mcu_height) {
        for left in (0..width).step_by(RUN) {
            let mcus = (width - left).min(RUN).div_ceil(mcu_width);
            // Half of a unit may be beyond the last MCU, and half of the chroma of two.
            let units = (mcus * mcu_width).next_multiple_of(2 * UNIT) / UNIT;
            let inside =
                left + units * UNIT <= pixels.width() && top + mcu_height <= pixels.height();
            if inside {
                let mut rows: [Row<'_>; ROWS] = [&[]; ROWS];
                for (y, row) in rows.iter_mut().enumerate().take(mcu_height) {
                    *row = pixels.row(top + y)[left..left + units * UNIT].as_chunks().0;
                }
                run.compute::<V>(&rows, sampling, tables);
            } else {
                copy(pixels, (left, top), (units, mcu_height), edge);
                let mut rows: [Row<'_>; ROWS] = [&[]; ROWS];
                for (row, edge) in rows.iter_mut().zip(edge.iter()).take(mcu_height) {
                    *row = &edge[..units];
                }
                run.compute::<V>(&rows, sampling, tables);
            }
            entropy::write(&run.coefficients, sampling, mcus, &mut last, writer);
            writer.drain(out);
            if out.len() > *most {
                return false;
            }
        }
    }
    writer.finish(out);
    out.len() <= *most
}

/// Copies `units` units of `rows` rows at `(left, top)`. Beyond the right and lower edge the last
/// pixels are repeated.
fn copy(
    pixels: &Pixels<'_>,
    (left, top): (usize, usize),
    (units, rows): (usize, usize),
    edge: &mut Edge,
) {
    let last = pixels.width() - 1;
    for (y, to) in edge.iter_mut().enumerate().take(rows) {
        let row = pixels.row((top + y).min(pixels.height() - 1));
        let to = &mut to.as_flattened_mut()[..units * UNIT];
        let inside = to.len().min(row.len().saturating_sub(left));
        to[..inside].copy_from_slice(&row[left.min(last + 1)..][..inside]);
        to[inside..].fill(row[last]);
    }
}
