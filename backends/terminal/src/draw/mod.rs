//! Which bytes bring a terminal's screen from one frame to the next.
//!
//! A [`Painter`] knows what it painted last, and appends what changes it into another frame: cells
//! of text (`cells`) or pixels. It decides nothing about the terminal: what that can do is told by
//! [`PaintOptions`], and nothing that comes from a terminal is read here.
//!
//! Between two paintings the caller may move the cursor and change attributes, but not what is in
//! the picture's area; if it does, it says so with [`Painter::invalidate`]. A painting leaves the
//! cursor anywhere and attributes reset.

mod cells;
pub(crate) mod escape;
mod iterm;
mod kitty;
mod place;
mod placeholder;
mod scale;
mod sixel;
mod tiles;

use framecast_api::{Error, Frame, FrameChanges, PhysicalSize, Result};

use cells::Cells;
use iterm::Iterm;
use kitty::Kitty;
pub(crate) use kitty::delete_in_tmux;
pub(crate) use place::Placement;
use scale::Scaler;
use sixel::Sixel;
use tiles::Picture;

/// How pixels reach the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// Characters whose two colors are parts of the picture; works everywhere.
    Cells,
    /// The kitty graphics protocol.
    Kitty,
    /// DEC's sixels. The area should end above the screen's last row: a terminal may scroll when an
    /// image ends there.
    Sixel,
    /// iTerm2's inline images.
    Iterm,
}

/// Colors of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colors {
    /// 24 bits.
    True,
    /// The 240 fixed ones of xterm's 256: those that users seldom redefine.
    Indexed256,
}

/// What a cell is divided into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Glyphs {
    /// Two halves, one above the other: both are exact.
    Half,
    /// 2 × 2, of which only two colors can be shown.
    Quadrant,
    /// 2 × 3, likewise; Unicode 13.
    Sextant,
    /// 2 × 4, likewise; Unicode 16.
    Octant,
}

impl Glyphs {
    /// Dots from left to right and from top to bottom.
    pub(crate) const fn dots(self) -> (u16, u16) {
        match self {
            Self::Half => (1, 2),
            Self::Quadrant => (2, 2),
            Self::Sextant => (2, 3),
            Self::Octant => (2, 4),
        }
    }
}

/// How pixels reach a terminal that speaks the kitty graphics protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    /// In the escape code, in pieces; works over any distance.
    Direct,
    /// Through a temporary file that the terminal deletes; both are on one machine.
    File,
}

/// What the terminal can do, and what is wanted of it.
#[derive(Debug, Clone)]
pub(crate) struct PaintOptions {
    /// How pixels reach the screen.
    pub(crate) method: Method,
    /// Colors of cells.
    pub(crate) colors: Colors,
    /// What cells are divided into.
    pub(crate) glyphs: Glyphs,
    /// How far from its color a dot of a cell may be while the picture moves, in tenths of a CIE
    /// 1976 color difference, of which 2.3 is just noticeable side by side; 0: not at all. With
    /// [`Colors::Indexed256`] it is not used.
    pub(crate) tolerance: u8,
    /// Whether a painting is bracketed by DEC's private mode 2026, so that it shows at once.
    pub(crate) synchronized: bool,
    /// How pixels reach kitty.
    pub(crate) kitty_medium: Medium,
    /// Whether kitty is to answer the last picture of a painting; see [`Painted::answer`].
    pub(crate) kitty_answer: bool,
    /// Inside tmux, whose pane's top left corner is at this column and row of the terminal: escape
    /// codes for pictures pass through it.
    pub(crate) tmux_passthrough: Option<(u16, u16)>,
}

impl Default for PaintOptions {
    /// What every terminal with 24-bit colors can do.
    fn default() -> Self {
        Self {
            method: Method::Cells,
            colors: Colors::True,
            glyphs: Glyphs::Half,
            tolerance: 0,
            synchronized: false,
            kitty_medium: Medium::Direct,
            kitty_answer: false,
            tmux_passthrough: None,
        }
    }
}

/// The part of the screen that is for the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    /// The first column, 0-based.
    pub(crate) column: u16,
    /// The first row, 0-based.
    pub(crate) row: u16,
    /// Columns from left to right.
    pub(crate) columns: u16,
    /// Rows from top to bottom.
    pub(crate) rows: u16,
    /// Width of a cell in pixels; 0 if unknown.
    pub(crate) cell_width: u16,
    /// Height of a cell in pixels; 0 if unknown.
    pub(crate) cell_height: u16,
}

impl Area {
    /// Whether the terminal says how large its cells are.
    const fn is_known(self) -> bool {
        self.cell_width > 0 && self.cell_height > 0
    }
}

/// What a painting did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Painted {
    /// Bytes appended; 0: the screen already showed this frame.
    pub(crate) bytes: usize,
    /// Cells or tiles that were sent.
    pub(crate) changed: usize,
    /// The image whose `OK` (`ESC _ G i=…;OK ESC \`) says that this painting has arrived.
    pub(crate) answer: Option<u32>,
}

/// Paints frames into an area of a terminal's screen.
pub(crate) struct Painter {
    options: PaintOptions,
    scaler: Scaler,
    brush: Brush,
    /// The frame that was painted last, and where; `None`: the screen may show anything.
    shown: Option<(Frame, Area)>,
    /// The next painting sends everything again, in the place of what is there.
    resend: bool,
}

/// What knows a method.
enum Brush {
    Cells(Box<Cells>),
    Kitty(Box<Kitty>),
    Sixel(Box<Sixel>),
    Iterm(Iterm),
}

impl Painter {
    /// A painter that has painted nothing yet.
    pub(crate) fn new(options: PaintOptions) -> Self {
        let brush = match options.method {
            Method::Cells => Brush::Cells(Box::new(Cells::new(&options))),
            Method::Kitty => Brush::Kitty(Box::new(Kitty::new(&options))),
            Method::Sixel => Brush::Sixel(Box::new(Sixel::new(&options))),
            Method::Iterm => Brush::Iterm(Iterm::new(&options)),
        };
        Self { options, scaler: Scaler::default(), brush, shown: None, resend: false }
    }

    /// The screen may show anything, after a resize or a suspension: the next painting repaints
    /// everything.
    pub(crate) fn invalidate(&mut self) {
        self.shown = None;
    }

    /// What was sent may be lost, though the screen shows what it should: the next painting sends
    /// everything again.
    pub(crate) fn resend(&mut self) {
        self.resend = true;
    }

    /// How many tiles' images the terminal around tmux may hold.
    pub(crate) fn images_in_tmux(&self) -> usize {
        match &self.brush {
            Brush::Kitty(kitty) if self.options.tmux_passthrough.is_some() => kitty.tiles(),
            _ => 0,
        }
    }

    /// Where in the area a frame of this size is painted; `None`: there is no room.
    pub(crate) fn picture_rect(&self, frame: PhysicalSize, area: Area) -> Option<Placement> {
        place::picture_rect(&self.options, frame, area)
    }

    /// Appends the bytes that change what was painted last into this frame, and nothing if it
    /// already looks like it.
    ///
    /// With a tolerance, what has not changed for a while is made exact by the way; painting the
    /// *same* frame (by its sequence number) once more makes everything exact. See
    /// [`needs_settling`](Self::needs_settling).
    ///
    /// # Errors
    /// If there is no room, or a picture cannot be encoded. The screen may then show anything.
    pub(crate) fn paint(
        &mut self,
        frame: &Frame,
        area: Area,
        out: &mut Vec<u8>,
    ) -> Result<Painted> {
        let Some(place) = self.picture_rect(frame.size(), area) else {
            return Err(Error::failed("the terminal has no room for a picture; enlarge it"));
        };
        let start = out.len();
        if self.options.synchronized {
            out.extend_from_slice(b"\x1b[?2026h");
        }
        let begun = out.len();
        let before = self.shown.take();
        let before = before.filter(|(old, at)| (old.size(), *at) == (frame.size(), area));
        let before = before.map(|(frame, _)| frame);
        let mut painted = self.bring(before.as_ref(), frame, (area, place), out)?;
        self.shown = Some((frame.clone(), area));
        if out.len() == begun {
            out.truncate(start);
        } else if self.options.synchronized {
            out.extend_from_slice(b"\x1b[?2026l");
        }
        painted.bytes = out.len() - start;
        Ok(painted)
    }

    /// Appends what changes `before` into `frame`; `None`: the screen may show anything.
    fn bring(
        &mut self,
        before: Option<&Frame>,
        frame: &Frame,
        (area, place): (Area, Placement),
        out: &mut Vec<u8>,
    ) -> Result<Painted> {
        let resend = std::mem::take(&mut self.resend);
        let changes = match before {
            Some(_) if resend => FrameChanges::all(frame),
            Some(before) => FrameChanges::between(before, frame),
            None => {
                match &mut self.brush {
                    Brush::Cells(cells) => cells.reset(place),
                    Brush::Kitty(kitty) => kitty.reset(out),
                    Brush::Sixel(_) | Brush::Iterm(_) => {}
                }
                erase(area, out);
                FrameChanges::all(frame)
            }
        };
        let scaler = &mut self.scaler;
        if let Brush::Cells(cells) = &mut self.brush {
            let settle = before.is_some_and(|before| before.sequence() == frame.sequence());
            scaler.update(frame, (place.width, place.height), &changes)?;
            let changed = cells.paint(scaler, settle, out);
            return Ok(Painted { changed, ..Painted::default() });
        }
        let before = before.filter(|_| !resend);
        // Files cost more each than escape codes do, palettes are large, and placeholders are sent
        // with each image.
        let direct =
            self.options.kitty_medium == Medium::Direct && self.options.tmux_passthrough.is_none();
        let small = self.options.method == Method::Kitty && direct;
        let size = if small { tiles::SMALL } else { tiles::LARGE };
        let (picture, tiles) = Picture::of(frame, before, (place, size), &changes, scaler)?;
        let mut answer = None;
        match &mut self.brush {
            Brush::Cells(_) => {}
            Brush::Kitty(kitty) => answer = kitty.paint(&picture, &tiles, !area.is_known(), out)?,
            Brush::Sixel(sixel) => sixel.paint(&picture, &tiles, place.cell, out),
            Brush::Iterm(iterm) => iterm.paint(&picture, &tiles, place.cell, out)?,
        }
        Ok(Painted { changed: tiles.len(), answer, bytes: 0 })
    }

    /// Whether the screen differs from the last frame, within the tolerance: when the picture has
    /// rested for some time, painting the last frame again makes it exact.
    pub(crate) fn needs_settling(&self) -> bool {
        match &self.brush {
            Brush::Cells(cells) => self.shown.is_some() && cells.needs_settling(),
            _ => false,
        }
    }

    /// Frees what the terminal keeps for the picture; before leaving the screen.
    pub(crate) fn clear(&mut self, out: &mut Vec<u8>) {
        self.shown = None;
        if let Brush::Kitty(kitty) = &mut self.brush {
            kitty.clear(out);
        }
    }
}

/// Blanks an area, in the default colors.
fn erase(area: Area, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\x1b[m");
    for row in area.row..area.row + area.rows {
        let (row, column) = (row + 1, area.column + 1);
        // ECH, not EL: what is right of the area is somebody else's.
        out.extend_from_slice(format!("\x1b[{row};{column}H\x1b[{}X", area.columns).as_bytes());
    }
}
