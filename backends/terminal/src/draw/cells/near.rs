//! Writes what differs noticeably in a row of cells.

use super::REST;
use super::cell::Cell;
use super::strokes::Strokes;
use super::tolerance::{Limit, Tint, Tolerance};

/// Cells that are looked ahead for one color that serves them all.
const AHEAD: usize = 16;

/// How far beyond its color a dot that changes is tried to be set, in eighths of the step. On a
/// picture that moves this writes a fifth less; trying more than a step wrote more again.
const AIMS: [i32; 5] = [7, 6, 4, 3, 2];

/// A cell's two colors, equal if it is plain.
type Pair = [Tint; 2];

/// A row's cells, in CIELAB; kept to be used again.
#[derive(Default)]
pub(super) struct Row {
    wanted: Vec<Pair>,
    limits: Vec<Limit>,
    /// Which cells have to be written.
    due: Vec<bool>,
}

/// One way of showing a cell.
#[derive(Clone, Copy)]
struct Way {
    mask: u8,
    /// Which of the cell's two colors has to be set as ink and as paper.
    ink: Option<usize>,
    paper: Option<usize>,
    /// Both colors are one, somewhere between them.
    merged: bool,
}

/// What brings a row within the tolerance.
pub(super) struct Near<'a, 'b, 'c> {
    pub(super) strokes: Strokes<'a, 'b>,
    pub(super) tolerance: &'c Tolerance,
    pub(super) row: &'c mut Row,
    /// What the row's cells show.
    pub(super) shown: &'c mut [Pair],
}

impl Near<'_, '_, '_> {
    /// Brings the cells to what they should show, within the tolerance; exactly with `settle`, and
    /// where a cell has long `rested`. Returns how many were written and how many are not exact.
    pub(super) fn paint(&mut self, settle: bool, rested: &mut [u8]) -> (usize, u16) {
        self.look(settle, rested);
        let set = [self.strokes.pen.ink(), self.strokes.pen.paper()];
        let mut set = set.map(|color| (color <= 0xff_ffff).then(|| self.tolerance.tint(color)));
        let (mut written, mut inexact) = (0, 0);
        for x in 0..self.row.due.len() {
            if self.row.due[x] {
                self.strokes.reach(x);
                self.write(x, &mut set);
                written += 1;
            }
            inexact += u16::from(self.strokes.shown[x] != self.strokes.wanted[x]);
        }
        (written, inexact)
    }

    /// Works out which cells have to be written.
    fn look(&mut self, settle: bool, rested: &mut [u8]) {
        let row = &mut *self.row;
        row.wanted.clear();
        row.limits.clear();
        row.due.clear();
        let cells = self.strokes.wanted.iter().zip(&*self.strokes.shown).zip(&*self.shown);
        for (((wanted, shown), shown_tints), rested) in cells.zip(rested) {
            let exact = settle || *rested >= REST;
            *rested = rested.saturating_add(1);
            let limit = if exact { Limit::EXACT } else { self.tolerance.limit() };
            let tints = both(self.tolerance, *wanted);
            let alike = shown.mask() == wanted.mask() || shown.is_plain() || wanted.is_plain();
            let passes = wanted == shown
                || !exact
                    && alike
                    && *shown != Cell::UNKNOWN
                    && limit.allows(&shown_tints[0], &tints[0])
                    && limit.allows(&shown_tints[1], &tints[1]);
            row.wanted.push(tints);
            row.limits.push(limit);
            row.due.push(!passes);
        }
    }

    /// Writes a cell in the shortest way.
    fn write(&mut self, x: usize, set: &mut [Option<Tint>; 2]) {
        let way = self.way(x, set);
        let pair = self.row.wanted[x];
        let choose = |index: usize| {
            let both = [pair[index], if way.merged { pair[1 - index] } else { pair[index] }];
            self.choose(x, index, both)
        };
        let (ink, paper) = (way.ink.map(choose), way.paper.map(choose));
        set[0] = ink.or(set[0]);
        set[1] = paper.or(set[1]);
        let all = self.strokes.font.all();
        let glyph = self.strokes.font.glyph(way.mask);
        let pen = &mut self.strokes.pen;
        pen.write(glyph, ink.map(|ink| ink.color), paper.map(|paper| paper.color));
        let cell = Cell::new(way.mask, all, pen.ink(), pen.paper());
        self.strokes.shown[x] = cell;
        self.shown[x] = match (way.mask, *set) {
            (0, [_, Some(paper)]) => [paper; 2],
            (mask, [Some(ink), _]) if mask == all => [ink; 2],
            (mask, [Some(ink), Some(paper)]) if mask & 1 == 1 => [ink, paper],
            (_, [Some(ink), Some(paper)]) => [paper, ink],
            _ => both(self.tolerance, cell),
        };
    }

    /// The shortest way of showing what a cell should show, within its limit.
    fn way(&self, x: usize, set: &[Option<Tint>; 2]) -> Way {
        let pair = &self.row.wanted[x];
        let limit = self.row.limits[x];
        let (all, mask) = (self.strokes.font.all(), self.strokes.wanted[x].mask());
        let serves = |set: &Option<Tint>, wanted: &Tint| {
            set.as_ref().is_some_and(|set| limit.allows(set, wanted))
        };
        // For each of the cell's colors, whether the ink and the paper that are set serve.
        let ink = [serves(&set[0], &pair[0]), serves(&set[0], &pair[1])];
        let paper = [serves(&set[1], &pair[0]), serves(&set[1], &pair[1])];
        let free = |mask| Way { mask, ink: None, paper: None, merged: false };
        if paper == [true; 2] {
            return free(0);
        }
        if ink == [true; 2] {
            return free(all);
        }
        let plain = Way { mask: 0, ink: None, paper: Some(1), merged: mask != 0 };
        if mask == 0 {
            return plain;
        }
        let straight = Way {
            mask,
            ink: (!ink[0]).then_some(0),
            paper: (!paper[1]).then_some(1),
            merged: false,
        };
        let swapped = Way {
            mask: mask ^ all,
            ink: (!ink[1]).then_some(1),
            paper: (!paper[0]).then_some(0),
            merged: false,
        };
        let price = |way: &Way| {
            let price = |index: Option<usize>| {
                index.map_or(0, |index| self.strokes.pen.cost(pair[index].color))
            };
            price(way.ink) + price(way.paper)
        };
        let (one, other) = (price(&straight), price(&swapped));
        let best = if one <= other { straight } else { swapped };
        let one_color = || {
            let middle = self.tolerance.middle(&pair[..]);
            limit.allows(&middle, &pair[0]) && limit.allows(&middle, &pair[1])
        };
        if one.min(other) > 0 && one_color() { plain } else { best }
    }

    /// A color that serves a cell, and those after it as far as one does, in the same place: each
    /// of `tints` and the one at `index` of each that follows.
    fn choose(&self, x: usize, index: usize, tints: [Tint; 2]) -> Tint {
        let row = &*self.row;
        let merged = tints[0].color != tints[1].color;
        let mut best = if merged { self.tolerance.middle(&tints) } else { tints[0] };
        let mut alone = !merged;
        let mut all = [tints[0]; AHEAD + 1];
        all[1] = tints[1];
        for next in x + 1..(x + AHEAD).min(row.due.len()) {
            let tint = row.wanted[next][index];
            if !row.due[next] || !row.limits[x].reaches(&tints[0], &tint) {
                break;
            }
            let count = next - x + 2;
            all[count - 1] = tint;
            let middle = self.tolerance.middle(&all[..count]);
            let strictest = row.limits[x].min(row.limits[next]);
            if !all[..count].iter().all(|tint| strictest.allows(&middle, tint)) {
                break;
            }
            best = middle;
            alone = false;
        }
        if alone { self.ahead(x, index, best) } else { best }
    }

    /// A color that serves a cell for longer if it goes on changing as it did: beyond what it should
    /// be now, as seen from what is shown.
    fn ahead(&self, x: usize, index: usize, tint: Tint) -> Tint {
        let limit = self.row.limits[x];
        if limit == Limit::EXACT || self.strokes.shown[x] == Cell::UNKNOWN {
            return tint;
        }
        let shown = self.shown[x][index].color.to_be_bytes();
        let wanted = tint.color.to_be_bytes();
        for eighths in AIMS {
            let beyond = |n: usize| {
                let step = i32::from(wanted[n]) - i32::from(shown[n]);
                (i32::from(wanted[n]) + step * eighths / 8).clamp(0, 255) as u8
            };
            let aim = self.tolerance.tint(u32::from_be_bytes(std::array::from_fn(beyond)));
            if limit.allows(&aim, &tint) {
                return aim;
            }
        }
        tint
    }
}

/// Where a cell's two colors are.
fn both(tolerance: &Tolerance, cell: Cell) -> Pair {
    let paper = tolerance.tint(cell.paper());
    [if cell.is_plain() { paper } else { tolerance.tint(cell.ink()) }, paper]
}
