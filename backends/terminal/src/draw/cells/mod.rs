//! Paints with characters: what a cell shows is compared with what it should show, and what
//! differs is written with as few bytes as possible.

mod cell;
mod glyph;
mod near;
mod palette;
mod pen;
mod split;
mod strokes;
mod tolerance;

use std::ops::Range;

use super::scale::Scaler;
use super::scale::union;
use super::{Colors, Glyphs, PaintOptions, Placement};
use cell::{Cell, rgb};
use glyph::Font;
use near::{Near, Row};
use palette::Palette;
use pen::Pen;
use strokes::Strokes;
use tolerance::{Tint, Tolerance};

/// Paintings after which a cell that has not changed is made exact although others move: a quarter
/// of a second at 60 frames a second.
const REST: u8 = 15;

/// The cells of a picture.
pub(super) struct Cells {
    colors: Colors,
    glyphs: Glyphs,
    font: Font,
    palette: Palette,
    /// `None`: what is shown is exact.
    tolerance: Option<Tolerance>,
    place: Option<Placement>,
    /// What every cell shows.
    shown: Vec<Cell>,
    /// The same in CIELAB, with a tolerance.
    shown_tints: Vec<[Tint; 2]>,
    row: Row,
    /// What every cell should show.
    wanted: Vec<Cell>,
    /// For how many paintings, of those that looked at it, a cell has been wanted as it is.
    rested: Vec<u8>,
    /// How many cells of each row are not exact.
    inexact: Vec<u16>,
}

impl Cells {
    pub(super) fn new(options: &PaintOptions) -> Self {
        let tolerant = options.tolerance > 0 && options.colors == Colors::True;
        Self {
            colors: options.colors,
            glyphs: options.glyphs,
            font: Font::new(options.glyphs),
            palette: Palette::new(),
            tolerance: tolerant.then(|| Tolerance::new(options.tolerance)),
            place: None,
            shown: Vec::new(),
            shown_tints: Vec::new(),
            row: Row::default(),
            wanted: Vec::new(),
            rested: Vec::new(),
            inexact: Vec::new(),
        }
    }

    /// The picture lies there from now on, and the screen may show anything.
    pub(super) fn reset(&mut self, place: Placement) {
        let count = usize::from(place.columns) * usize::from(place.rows);
        self.place = Some(place);
        self.shown.clear();
        self.shown.resize(count, Cell::UNKNOWN);
        self.shown_tints.clear();
        if let Some(tolerance) = &self.tolerance {
            self.shown_tints.resize(count, [tolerance.tint(0); 2]);
        }
        self.wanted.clear();
        self.wanted.resize(count, Cell::UNKNOWN);
        self.rested.clear();
        self.rested.resize(count, 0);
        self.inexact.clear();
        self.inexact.resize(place.rows.into(), 0);
    }

    /// Whether some cell is not exact.
    pub(super) fn needs_settling(&self) -> bool {
        self.inexact.iter().any(|cells| *cells > 0)
    }

    /// Appends what brings the cells to these dots; with `settle` exactly, else as the tolerance
    /// allows. Returns how many cells were written.
    pub(super) fn paint(&mut self, scaler: &Scaler, settle: bool, out: &mut Vec<u8>) -> usize {
        let Some(place) = self.place else { return 0 };
        let (columns, lines) = (usize::from(place.columns), u32::from(place.cell.1));
        let mut changed = 0;
        let mut pen = Pen::new(out, self.colors, place.column + place.columns);
        for row in 0..usize::from(place.rows) {
            let dots = row as u32 * lines..(row as u32 + 1) * lines;
            let span = dots.fold(0..0, |sum, line| union(&sum, &scaler.changed(line)));
            let across = u32::from(place.cell.0);
            let span = (span.start / across) as usize..span.end.div_ceil(across) as usize;
            if span.is_empty() && self.inexact[row] == 0 {
                continue;
            }
            let at = row * columns;
            let moved = self.want(scaler, row, columns, span.clone());
            let all = at..at + columns;
            let mut strokes = Strokes {
                pen: &mut pen,
                font: &self.font,
                place: (place.row + row as u16, place.column),
                shown: &mut self.shown[all.clone()],
                wanted: &self.wanted[all.clone()],
            };
            changed += match &self.tolerance {
                None => strokes.exact(span),
                Some(_) if !moved && self.inexact[row] == 0 => 0,
                Some(tolerance) => {
                    let shown = &mut self.shown_tints[all.clone()];
                    let mut near = Near { strokes, tolerance, row: &mut self.row, shown };
                    let (written, inexact) = near.paint(settle, &mut self.rested[all]);
                    self.inexact[row] = inexact;
                    written
                }
            };
        }
        pen.finish();
        changed
    }

    /// Works out what a row's cells between these columns should show. Returns whether anything
    /// else is wanted than was.
    fn want(&mut self, scaler: &Scaler, row: usize, columns: usize, span: Range<usize>) -> bool {
        let (across, down) = self.glyphs.dots();
        let (across, down) = (usize::from(across), usize::from(down));
        let width = columns * across;
        let line = |line: usize| &scaler.dots()[(row * down + line) * width..][..width];
        let wanted = &mut self.wanted[row * columns..][span.clone()];
        let rested = &mut self.rested[row * columns..][span.clone()];
        let mut moved = false;
        if self.glyphs == Glyphs::Half {
            let (top, bottom) = (&line(0)[span.clone()], &line(1)[span.clone()]);
            let true_colors = self.colors == Colors::True;
            for (((wanted, rested), top), bottom) in
                wanted.iter_mut().zip(rested).zip(top).zip(bottom)
            {
                let cell = if true_colors {
                    Cell::new(0b01, 0b11, rgb(*top), rgb(*bottom))
                } else {
                    let [top, bottom] = [top, bottom].map(|dot| self.palette.nearest(*dot));
                    Cell::new(0b01, 0b11, top, bottom)
                };
                if *wanted != cell {
                    (*wanted, *rested, moved) = (cell, 0, true);
                }
            }
        } else {
            let mut dots = [[0; 4]; 8];
            let lines: [&[[u8; 4]]; 4] = std::array::from_fn(|n| line(n.min(down - 1)));
            for ((x, wanted), rested) in (span.start..).zip(wanted).zip(rested) {
                let dots = &mut dots[..across * down];
                for (part, line) in dots.chunks_exact_mut(across).zip(lines) {
                    part.copy_from_slice(&line[x * across..][..across]);
                }
                let (mask, ink, paper) = split::halves(dots);
                let [ink, paper] = [ink, paper].map(|color| match self.colors {
                    Colors::True => rgb(color),
                    Colors::Indexed256 => self.palette.nearest(color),
                });
                let cell = Cell::new(mask, self.font.all(), ink, paper);
                if *wanted != cell {
                    (*wanted, *rested, moved) = (cell, 0, true);
                }
            }
        }
        moved
    }
}
