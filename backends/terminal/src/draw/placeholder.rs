//! Characters in whose place kitty draws parts of an image, so that tmux moves, hides and repaints
//! them like any text. Pure.
//!
//! <https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders>. A cell holds
//! U+10EEEE and three marks, for the row and the column of the image's cell and for the upper byte of the
//! image's number. The foreground color is the lower part of the number. That is a color of xterm's
//! 256 here: one of 24 bits tmux brings down to 256 where its terminal's description lacks them, and
//! then another image would be meant.

use super::escape::Escapes;
use super::tiles::Tile;

const PLACEHOLDER: char = '\u{10eeee}';

/// The first of the 297 marks of the protocol's `rowcolumn-diacritics.txt`, those of two bytes: characters
/// of combining class 230 in Unicode 6.0 that neither are composed nor fuse with a letter.
const MARKS: [char; 108] = [
    '\u{305}', '\u{30d}', '\u{30e}', '\u{310}', '\u{312}', '\u{33d}', '\u{33e}', '\u{33f}',
    '\u{346}', '\u{34a}', '\u{34b}', '\u{34c}', '\u{350}', '\u{351}', '\u{352}', '\u{357}',
    '\u{35b}', '\u{363}', '\u{364}', '\u{365}', '\u{366}', '\u{367}', '\u{368}', '\u{369}',
    '\u{36a}', '\u{36b}', '\u{36c}', '\u{36d}', '\u{36e}', '\u{36f}', '\u{483}', '\u{484}',
    '\u{485}', '\u{486}', '\u{487}', '\u{592}', '\u{593}', '\u{594}', '\u{595}', '\u{597}',
    '\u{598}', '\u{599}', '\u{59c}', '\u{59d}', '\u{59e}', '\u{59f}', '\u{5a0}', '\u{5a1}',
    '\u{5a8}', '\u{5a9}', '\u{5ab}', '\u{5ac}', '\u{5af}', '\u{5c4}', '\u{610}', '\u{611}',
    '\u{612}', '\u{613}', '\u{614}', '\u{615}', '\u{616}', '\u{617}', '\u{657}', '\u{658}',
    '\u{659}', '\u{65a}', '\u{65b}', '\u{65d}', '\u{65e}', '\u{6d6}', '\u{6d7}', '\u{6d8}',
    '\u{6d9}', '\u{6da}', '\u{6db}', '\u{6dc}', '\u{6df}', '\u{6e0}', '\u{6e1}', '\u{6e2}',
    '\u{6e4}', '\u{6e7}', '\u{6e8}', '\u{6eb}', '\u{6ec}', '\u{730}', '\u{732}', '\u{733}',
    '\u{735}', '\u{736}', '\u{73a}', '\u{73d}', '\u{73f}', '\u{740}', '\u{741}', '\u{743}',
    '\u{745}', '\u{747}', '\u{749}', '\u{74a}', '\u{7eb}', '\u{7ec}', '\u{7ed}', '\u{7ee}',
    '\u{7ef}', '\u{7f0}', '\u{7f1}', '\u{7f3}',
];

/// The colors that every terminal writes in the same way; the first 16 have names of their own.
const COLORS: std::ops::RangeInclusive<u32> = 16..=255;
/// Images that differ in the color.
const WITHIN: u32 = 240;
/// Upper bytes of numbers: not 0, which is everybody's.
const UPPER: u32 = MARKS.len() as u32 - 1;

/// The number of the `n`th image of this process. Another process in the same terminal begins
/// elsewhere, as a rule.
pub(super) fn number(process: u32, n: u32) -> u32 {
    let upper = 1 + (process % UPPER + n / WITHIN) % UPPER;
    upper << 24 | (COLORS.start() + n % WITHIN)
}

/// Puts the placeholders of an image in a tile's cells.
pub(super) fn put(escapes: &mut Escapes, number: u32, tile: &Tile) {
    let [upper, .., color] = number.to_be_bytes();
    let upper = MARKS[usize::from(upper) % MARKS.len()];
    // Where nothing wraps, the cursor stays on the last column's character, and tmux gives its marks
    // to the one before: lines wrap for now, though nothing here is so long.
    escapes.out.extend(format!("\x1b[?7h\x1b[38;5;{color}m").bytes());
    for (row, mark) in (tile.row..tile.row + tile.rows).zip(MARKS) {
        escapes.go(row, tile.column);
        for column in MARKS.iter().take(tile.columns.into()) {
            let mut utf8 = [0; 4];
            for character in [PLACEHOLDER, mark, *column, upper] {
                escapes.out.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
            }
        }
    }
    escapes.out.extend_from_slice(b"\x1b[m\x1b[?7l");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use unicode_width::UnicodeWidthChar;

    use super::*;
    use crate::draw::tiles;

    #[test]
    fn marks_are_distinct_in_order_and_take_no_room() {
        assert!(MARKS.is_sorted_by(|a, b| a < b));
        for mark in MARKS {
            assert_eq!((mark.width(), mark.len_utf8()), (Some(0), 2), "{mark:?}");
        }
        assert!(MARKS.len() >= usize::from(tiles::LARGE.0.max(tiles::LARGE.1)));
    }

    #[test]
    fn every_image_of_a_large_screen_has_a_number_of_its_own_that_a_cell_can_name() {
        for process in [0, 1, 106, 107, u32::MAX] {
            let numbers: BTreeSet<u32> = (0..WITHIN * UPPER).map(|n| number(process, n)).collect();
            assert_eq!(numbers.len() as u32, WITHIN * UPPER);
            for number in numbers {
                let [upper, zero, also, color] = number.to_be_bytes();
                assert!((1..=UPPER).contains(&upper.into()) && (zero, also) == (0, 0));
                assert!(COLORS.contains(&color.into()));
            }
        }
        assert_ne!(number(7, 0), number(8, 0));
        // What is more than that begins anew; nothing panics.
        assert_eq!(number(7, WITHIN * UPPER), number(7, 0));
        number(u32::MAX, u32::MAX);
    }
}
