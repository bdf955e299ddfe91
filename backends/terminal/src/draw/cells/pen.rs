//! Writes characters with as few bytes as their places and colors need.

use super::cell::Color;
use crate::draw::Colors;

/// No color: what is set is not known.
const NONE: Color = Color::MAX;
/// A column that is not known. After the last one the cursor is on it or beyond, as the terminal
/// likes.
const LOST: u16 = u16::MAX;

/// The numbers of colors, each with a semicolon behind it, and their lengths with it.
const NUMBERS: [([u8; 4], u8); 256] = {
    let mut numbers = [([b';'; 4], 0); 256];
    let mut n = 0;
    while n < 256 {
        let digits = [b'0' + (n / 100) as u8, b'0' + (n / 10 % 10) as u8, b'0' + (n % 10) as u8];
        let len = 1 + (n >= 10) as usize + (n >= 100) as usize;
        let mut at = 0;
        while at < len {
            numbers[n].0[at] = digits[3 - len + at];
            at += 1;
        }
        numbers[n].1 = len as u8 + 1;
        n += 1;
    }
    numbers
};

/// A small piece of text, put together before it is appended.
struct Piece {
    bytes: [u8; 64],
    len: usize,
}

impl Piece {
    #[inline]
    fn new(start: &[u8]) -> Self {
        let mut piece = Self { bytes: [0; 64], len: 0 };
        piece.push(start);
        piece
    }

    #[inline]
    fn push(&mut self, text: &[u8]) {
        self.bytes[self.len..self.len + text.len()].copy_from_slice(text);
        self.len += text.len();
    }

    /// A number below 256 and a semicolon.
    #[inline]
    fn number(&mut self, n: u8) {
        let (digits, len) = &NUMBERS[usize::from(n)];
        self.bytes[self.len..self.len + 4].copy_from_slice(digits);
        self.len += usize::from(*len);
    }

    /// A number of any size.
    fn large(&mut self, n: u16) {
        if let Ok(small) = u8::try_from(n) {
            self.number(small);
            self.len -= 1;
        } else {
            self.push(n.to_string().as_bytes());
        }
    }

    /// `last` instead of the semicolon at the end.
    #[inline]
    fn end(&mut self, last: u8) -> &[u8] {
        self.bytes[self.len - 1] = last;
        &self.bytes[..self.len]
    }
}

/// Where the cursor is and what colors are set, as far as it is known, and what is written.
pub(super) struct Pen<'a> {
    out: &'a mut Vec<u8>,
    colors: Colors,
    row: u16,
    column: u16,
    /// The first column that may not be known by counting.
    edge: u16,
    ink: Color,
    paper: Color,
}

impl<'a> Pen<'a> {
    /// A pen that knows nothing; what is at `edge` and right of it is not the picture's.
    pub(super) fn new(out: &'a mut Vec<u8>, colors: Colors, edge: u16) -> Self {
        Self { out, colors, row: LOST, column: LOST, edge, ink: NONE, paper: NONE }
    }

    /// The color of the dots of glyphs; an impossible one if it is not known.
    pub(super) const fn ink(&self) -> Color {
        self.ink
    }

    /// The color around glyphs; an impossible one if it is not known.
    pub(super) const fn paper(&self) -> Color {
        self.paper
    }

    /// The column that the next character comes to, if the cursor is in this row.
    pub(super) fn column_in(&self, row: u16) -> Option<u16> {
        (self.row == row && self.column != LOST).then_some(self.column)
    }

    /// Bytes that setting a color takes beside those that setting any takes.
    #[inline]
    pub(super) fn cost(&self, color: Color) -> usize {
        let [_, r, g, b] = color.to_be_bytes();
        let digits = |n: u8| usize::from(NUMBERS[usize::from(n)].1);
        match self.colors {
            Colors::True => 5 + digits(r) + digits(g) + digits(b),
            Colors::Indexed256 => 5 + digits(b),
        }
    }

    /// Moves the cursor.
    pub(super) fn go(&mut self, row: u16, column: u16) {
        if self.row == row && self.column == column {
            return;
        }
        let mut piece = Piece::new(b"");
        let forward = |piece: &mut Piece, columns: u16| {
            if columns > 0 {
                piece.push(b"\x1b[");
                if columns > 1 {
                    piece.large(columns);
                }
                piece.push(b"C");
            }
        };
        let known = self.column != LOST;
        if self.row == row && known && self.column < column {
            forward(&mut piece, column - self.column);
        } else if self.row != LOST && self.row < row && known && self.column == column {
            piece.push(b"\x1b[");
            if row - self.row > 1 {
                piece.large(row - self.row);
            }
            piece.push(b"B");
        } else if self.row != LOST && self.row.checked_add(1) == Some(row) && column < 10 {
            // The line feed is for a terminal that adds a carriage return, and for one that does not.
            piece.push(b"\r\n");
            forward(&mut piece, column);
        } else {
            piece.push(b"\x1b[");
            piece.large(row + 1);
            if column > 0 {
                piece.push(b";");
                piece.large(column + 1);
            }
            piece.push(b"H");
        }
        self.out.extend_from_slice(&piece.bytes[..piece.len]);
        (self.row, self.column) = (row, column);
    }

    /// Writes a character in these colors; `None`: the one that is set serves.
    #[inline]
    pub(super) fn write(&mut self, glyph: &[u8], ink: Option<Color>, paper: Option<Color>) {
        let ink = ink.filter(|ink| *ink != self.ink);
        let paper = paper.filter(|paper| *paper != self.paper);
        let mut piece = Piece::new(b"");
        if ink.is_some() || paper.is_some() {
            piece.push(b"\x1b[");
            if let Some(ink) = ink {
                self.color(&mut piece, *b"38;2;", ink);
                self.ink = ink;
            }
            if let Some(paper) = paper {
                self.color(&mut piece, *b"48;2;", paper);
                self.paper = paper;
            }
            piece.end(b'm');
        }
        piece.push(glyph);
        self.out.extend_from_slice(&piece.bytes[..piece.len]);
        self.column = self.column.saturating_add(1);
        if self.column >= self.edge {
            self.column = LOST;
        }
    }

    #[inline]
    fn color(&self, piece: &mut Piece, mut prefix: [u8; 5], color: Color) {
        let [_, r, g, b] = color.to_be_bytes();
        if self.colors == Colors::Indexed256 {
            prefix[3] = b'5';
            piece.push(&prefix);
        } else {
            piece.push(&prefix);
            piece.number(r);
            piece.number(g);
        }
        piece.number(b);
    }

    /// Resets the attributes if any was set.
    pub(super) fn finish(self) {
        if self.ink != NONE || self.paper != NONE {
            self.out.extend_from_slice(b"\x1b[m");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(colors: Colors, work: impl FnOnce(&mut Pen)) -> String {
        let mut out = Vec::new();
        let mut pen = Pen::new(&mut out, colors, 50);
        work(&mut pen);
        pen.finish();
        String::from_utf8(out).unwrap().replace('\x1b', "E")
    }

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        for (n, (digits, len)) in NUMBERS.iter().enumerate() {
            assert_eq!(&digits[..usize::from(*len)], format!("{n};").as_bytes());
        }
    }

    #[test]
    fn both_colors_are_set_at_once_and_only_when_they_change() {
        let text = written(Colors::True, |pen| {
            pen.go(0, 0);
            pen.write(b"a", Some(0x0001_0a64), Some(0x00ff_0009));
            pen.write(b"b", Some(0x0001_0a64), Some(0x00ff_0009));
            pen.write(b"c", Some(0x0001_0a64), Some(0x00ff_000a));
            pen.write(b"d", None, Some(0x00ff_000a));
        });
        let set = "E[1H E[38;2;1;10;100;48;2;255;0;9m ab E[48;2;255;0;10m cd E[m";
        assert_eq!(text, set.replace(' ', ""));
        let text = written(Colors::Indexed256, |pen| pen.write(b"a", Some(7), Some(231)));
        assert_eq!(text, "E[38;5;7;48;5;231maE[m");
    }

    #[test]
    fn the_cursor_moves_by_the_shortest_way() {
        let text = written(Colors::True, |pen| {
            for (row, column) in [
                (4, 9),
                (4, 9),
                (4, 10),
                (4, 22),
                (5, 22),
                (9, 22),
                (10, 0),
                (11, 3),
                (20, 8),
                (300, 0),
            ] {
                pen.go(row, column);
                pen.out.push(b' ');
            }
        });
        assert_eq!(text, "E[5;10H  E[C E[12C E[B E[4B \r\n \r\nE[3C E[21;9H E[301H ");
    }

    #[test]
    fn after_the_last_column_the_cursor_is_lost_but_its_row_is_known() {
        let text = written(Colors::True, |pen| {
            pen.go(1, 49);
            pen.write(b"x", None, None);
            pen.go(2, 49);
            pen.write(b"x", None, None);
            pen.go(3, 0);
        });
        assert_eq!(text, "E[2;50HxE[3;50Hx\r\n");
    }
}
