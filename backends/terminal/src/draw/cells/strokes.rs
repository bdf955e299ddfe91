//! Writes what differs in a row of cells.

use std::ops::Range;

use super::cell::{Cell, Color};
use super::glyph::Font;
use super::pen::Pen;

/// The longest gap between cells to be written that is worth a look whether writing what is there
/// once more takes fewer bytes than moving the cursor.
const GAP: usize = 3;

/// A row of cells, and what writes it.
pub(super) struct Strokes<'a, 'b> {
    pub(super) pen: &'a mut Pen<'b>,
    pub(super) font: &'a Font,
    /// Row and column of the first cell on the screen.
    pub(super) place: (u16, u16),
    pub(super) shown: &'a mut [Cell],
    pub(super) wanted: &'a [Cell],
}

/// One way of showing a cell.
#[derive(Clone, Copy)]
struct Way {
    mask: u8,
    /// What has to be set, if it is not.
    ink: Option<Color>,
    paper: Option<Color>,
}

impl Strokes<'_, '_> {
    /// Makes the cells between these columns what they should be. Returns how many were written.
    pub(super) fn exact(&mut self, span: Range<usize>) -> usize {
        let mut written = 0;
        for x in span {
            if self.shown[x] == self.wanted[x] {
                continue;
            }
            self.reach(x);
            let way = self.way(x);
            self.pen.write(self.font.glyph(way.mask), way.ink, way.paper);
            self.shown[x] = self.wanted[x];
            written += 1;
        }
        written
    }

    /// Brings the cursor to a cell, by writing what lies between once more if that needs no colors
    /// and takes fewer bytes.
    pub(super) fn reach(&mut self, x: usize) {
        let (row, column) = (self.place.0, self.place.1 + x as u16);
        if let Some(at) = self.pen.column_in(row) {
            let from = usize::from(at.saturating_sub(self.place.1));
            if from < x && x - from <= GAP {
                let mut masks = [0; GAP];
                let mut bytes = 0;
                let all =
                    (from..x).zip(&mut masks).all(|(x, mask)| match self.fits(self.shown[x]) {
                        Some(fit) => {
                            *mask = fit;
                            bytes += self.font.glyph(fit).len();
                            true
                        }
                        None => false,
                    });
                if all && bytes < if x - from == 1 { 3 } else { 4 } {
                    for mask in &masks[..x - from] {
                        self.pen.write(self.font.glyph(*mask), None, None);
                    }
                }
            }
        }
        self.pen.go(row, column);
    }

    /// The mask with which the colors that are set show this cell exactly.
    fn fits(&self, cell: Cell) -> Option<u8> {
        let (ink, paper, all) = (self.pen.ink(), self.pen.paper(), self.font.all());
        if cell.is_plain() {
            return match cell.paper() {
                color if color == paper => Some(0),
                color if color == ink => Some(all),
                _ => None,
            };
        }
        match (cell.ink(), cell.paper()) {
            colors if colors == (ink, paper) => Some(cell.mask()),
            colors if colors == (paper, ink) => Some(cell.mask() ^ all),
            _ => None,
        }
    }

    /// The shortest way of showing exactly what a cell should show.
    #[inline]
    fn way(&self, x: usize) -> Way {
        let cell = self.wanted[x];
        let (ink, paper, all) = (self.pen.ink(), self.pen.paper(), self.font.all());
        let plain = cell.is_plain();
        let (first, second) = (cell.ink(), cell.paper());
        if plain {
            let set = second != paper && second != ink;
            let mask = if second == ink && second != paper { all } else { 0 };
            return Way { mask, ink: None, paper: set.then_some(second) };
        }
        let mask = cell.mask();
        let straight = Way { mask, ink: Some(first), paper: Some(second) };
        let swapped = Way { mask: mask ^ all, ink: Some(second), paper: Some(first) };
        let price = |wanted: Color, set: Color| {
            if wanted == set { 0 } else { self.pen.cost(wanted) }
        };
        // Most cells keep nothing of the one before.
        let (one, other) = if [ink, paper].contains(&first) || [ink, paper].contains(&second) {
            (price(first, ink) + price(second, paper), price(second, ink) + price(first, paper))
        } else {
            (0, 0)
        };
        // At equal bytes, a plain cell that follows is best served by the paper.
        let next = self.wanted.get(x + 1).filter(|next| next.is_plain());
        let prefer = next.is_some_and(|next| next.paper() == first);
        if one < other || (one == other && !prefer) { straight } else { swapped }
    }
}
