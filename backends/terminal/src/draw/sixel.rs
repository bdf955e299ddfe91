//! DEC's sixels: every changed tile is an image with a palette of its own.
//!
//! *VT330/VT340 Programmer Reference Manual*, volume 2, chapter 14. A tile of at most 256 colors
//! keeps them, as well as the format can tell them: in hundredths. One of some more, as text beside
//! a plot has, is sent as quarters that do, or in steps of four, of which the eye sees a tint. Any other is dithered to a fixed palette of 6 × 7 × 6 by a
//! fixed pattern, so that tiles fit together and what rests in the picture
//! does not flicker when something beside it changes, as it would with palettes made from what is
//! seen. Undrawn dots keep what was there (P2 = 1), and every image names its size, so that its last
//! six rows need not be whole.
//!
//! A terminal may scroll when an image ends in the screen's last row: the area has to end above it.

use std::io::Write;

use super::PaintOptions;
use super::escape::Escapes;
use super::tiles::{Picture, Tile};

/// Registers that terminals with sixels have nowadays.
const REGISTERS: usize = 256;
/// Levels of red, green and blue in the fixed palette; the eye sees green best.
const LEVELS: [u16; 3] = [6, 7, 6];
/// Slots for looking up colors; a power of two, and enough that few collide.
const SLOTS: usize = 2048;
/// Of the tables of hundredths, the one that is as near as they can be, and the one in steps.
const EXACT: usize = 0;
const COARSE: usize = 1;
const EMPTY: u32 = u32::MAX;
/// Rows of dots that one character has.
const BAND: usize = 6;
/// A run of more characters than this is shorter with its number before it.
const RUN: usize = 3;

pub(super) struct Sixel {
    tmux: Option<(u16, u16)>,
    /// For every dot of 8 × 8, when a level is rounded up: in 255ths, spread evenly.
    pattern: [[u16; 8]; 8],
    /// The registers of a tile's dots.
    dots: Vec<u8>,
    /// What each register holds, in hundredths.
    palette: Vec<[u8; 3]>,
    slots: Vec<(u32, u8)>,
    /// For each register, which of six dots it has in which columns of a band.
    columns: Vec<Vec<(u16, u8)>>,
    /// Hundredths: as near as they can be, and in steps of four.
    hundredths: [[u8; 256]; 2],
}

impl Sixel {
    pub(super) fn new(options: &PaintOptions) -> Self {
        Self {
            tmux: options.tmux_passthrough,
            pattern: std::array::from_fn(|y| std::array::from_fn(|x| threshold(x, y))),
            dots: Vec::new(),
            palette: Vec::new(),
            slots: vec![(EMPTY, 0); SLOTS],
            columns: vec![Vec::new(); REGISTERS],
            hundredths: [0, 2].map(|bits| {
                // The lost bits are those of the highest, so that white stays white.
                let coarse = |n: usize| n >> bits << bits | n >> (8 - bits);
                std::array::from_fn(|n| ((coarse(n) * 100 + 127) / 255) as u8)
            }),
        }
    }

    /// Sends these tiles.
    pub(super) fn paint(
        &mut self,
        picture: &Picture,
        tiles: &[Tile],
        cell: (u16, u16),
        out: &mut Vec<u8>,
    ) {
        let mut escapes = Escapes::new(out, self.tmux);
        for tile in tiles {
            if self.keep(picture, tile, EXACT) {
                escapes.at(tile.row, tile.column, |out| self.encode(tile, out));
            } else if self.keep(picture, tile, COARSE) {
                for quarter in tile.quarters(cell) {
                    if !self.keep(picture, &quarter, EXACT) {
                        // As in the whole, of which it has no more colors.
                        self.keep(picture, &quarter, COARSE);
                    }
                    escapes.at(quarter.row, quarter.column, |out| self.encode(&quarter, out));
                }
            } else {
                self.dither(picture, tile);
                escapes.at(tile.row, tile.column, |out| self.encode(tile, out));
            }
        }
    }

    /// Gives every color of a tile a register, if there are enough of them.
    fn keep(&mut self, picture: &Picture, tile: &Tile, steps: usize) -> bool {
        self.dots.clear();
        self.palette.clear();
        self.slots.fill((EMPTY, 0));
        let mut last = (EMPTY, 0);
        for row in picture.rows(tile) {
            for [r, g, b, _] in row {
                let [r, g, b] = [*r, *g, *b].map(|n| self.hundredths[steps][usize::from(n)]);
                let color = u32::from_be_bytes([0, r, g, b]);
                if color != last.0 {
                    let mut slot = (color.wrapping_mul(0x9e37_79b1) >> 21) as usize;
                    while self.slots[slot].0 != color && self.slots[slot].0 != EMPTY {
                        slot = (slot + 1) % SLOTS;
                    }
                    if self.slots[slot].0 == EMPTY {
                        if self.palette.len() == REGISTERS {
                            return false;
                        }
                        self.slots[slot] = (color, self.palette.len() as u8);
                        self.palette.push([r, g, b]);
                    }
                    last = self.slots[slot];
                }
                self.dots.push(last.1);
            }
        }
        true
    }

    /// Dithers a tile to the fixed palette, of which only what it uses gets a register.
    fn dither(&mut self, picture: &Picture, tile: &Tile) {
        self.dots.clear();
        self.palette.clear();
        let mut registers = [None; REGISTERS];
        for (y, row) in (tile.y.start..).zip(picture.rows(tile)) {
            let pattern = &self.pattern[y % 8];
            for (x, [r, g, b, _]) in (tile.x.start..).zip(row) {
                let threshold = pattern[x % 8];
                let level = |n: u8, levels: u16| (u16::from(n) * (levels - 1) + threshold) / 255;
                let levels = [level(*r, LEVELS[0]), level(*g, LEVELS[1]), level(*b, LEVELS[2])];
                let color = (levels[0] * LEVELS[1] + levels[1]) * LEVELS[2] + levels[2];
                let register = *registers[usize::from(color)].get_or_insert_with(|| {
                    let hundredths = |n: usize| (levels[n] * 100 / (LEVELS[n] - 1)) as u8;
                    self.palette.push([hundredths(0), hundredths(1), hundredths(2)]);
                    (self.palette.len() - 1) as u8
                });
                self.dots.push(register);
            }
        }
    }

    fn encode(&mut self, tile: &Tile, out: &mut Vec<u8>) {
        let (width, height) = (tile.width(), tile.height());
        let text = "a vector takes everything";
        write!(out, "\x1bP0;1;0q\"1;1;{width};{height}").expect(text);
        for (register, [r, g, b]) in self.palette.iter().enumerate() {
            write!(out, "#{register};2;{r};{g};{b}").expect(text);
        }
        for (n, band) in self.dots.chunks(width * BAND).enumerate() {
            if n > 0 {
                out.push(b'-');
            }
            for x in 0..width {
                for (y, register) in band[x..].iter().step_by(width).enumerate() {
                    let columns = &mut self.columns[usize::from(*register)];
                    match columns.last_mut() {
                        Some((last, bits)) if usize::from(*last) == x => *bits |= 1 << y,
                        _ => columns.push((x as u16, 1 << y)),
                    }
                }
            }
            let mut first = true;
            for register in 0..self.palette.len() {
                let columns = &mut self.columns[register];
                if columns.is_empty() {
                    continue;
                }
                if !first {
                    out.push(b'$');
                }
                first = false;
                write!(out, "#{register}").expect(text);
                characters(columns, out);
                columns.clear();
            }
        }
        out.extend_from_slice(b"\x1b\\");
    }
}

/// Appends a band's characters for the dots of one register, which are in the order of columns.
fn characters(columns: &[(u16, u8)], out: &mut Vec<u8>) {
    let (mut run, mut length, mut end) = (0, 0, 0);
    for (x, bits) in columns {
        let x = usize::from(*x);
        if x > end || *bits != run {
            repeat(run, length, out);
            repeat(0, x - end, out);
            (run, length) = (*bits, 0);
        }
        length += 1;
        end = x + 1;
    }
    repeat(run, length, out);
}

fn repeat(bits: u8, count: usize, out: &mut Vec<u8>) {
    let character = b'?' + bits;
    if count > RUN {
        write!(out, "!{count}").expect("a vector takes everything");
        out.push(character);
    } else {
        out.extend(std::iter::repeat_n(character, count));
    }
}

/// Bayer's matrix of 8 × 8, spread over 0 to 254.
fn threshold(x: usize, y: usize) -> u16 {
    let mut n = 0;
    for bit in 0..3 {
        let (x, y) = (x >> bit & 1, y >> bit & 1);
        n = n << 2 | (x ^ y) << 1 | y;
    }
    (n * 255 / 64 + 2) as u16
}
