//! Presents a framecast canvas in a terminal: with the kitty graphics protocol, sixels, inline
//! images of iTerm2, or characters in colors.
//!
//! This crate decides what it asks the terminal and what follows from the answers (`probe`), which
//! bytes change the screen from one frame to the next (`draw`), when to send them (`pace`), and which events
//! the terminal's bytes mean (`input`). All of that is pure. [`TerminalBackend`] uses the terminal on a thread
//! of its own. It restores the terminal when it is closed or dropped, on signals, when it is suspended, and
//! when the thread that runs the canvas panics.
//!
//! It does not decide when to draw, who is the presenter or how large the canvas is.
//!
//! Limits of terminals:
//!
//! - Without kitty's keyboard protocol, `key_down` and `key_up` arrive together, at every repeat, and no
//!   `key_down` is marked as a repeat. Keys that type nothing by themselves (Shift, Control) are not
//!   reported, and Ctrl+I is Tab.
//! - Only kitty reports that the pointer left the window. In other terminals it stays where it was.
//! - Some keys do not reach the application: Ctrl+C closes the view (twice: ends the process),
//!   Ctrl+Z suspends, Ctrl+\ ends the process; Ctrl+Alt+Plus, Minus and 0 (or PageUp, PageDown and
//!   Home, which every terminal can tell) change the pixel ratio.
//! - tmux passes pictures on only while its window is visible. Changes are sent when the window gets the
//!   focus again, if tmux reports that (`focus-events`).
//! - Closing waits for the terminal's last answers, at most three seconds, so that the shell does not take
//!   them for input. Ctrl+C ends the wait.
//! - A process that ends without closing its canvases, by [`std::process::exit`] or SIGKILL, does not restore
//!   the terminal. Call [`restore`] before `exit`.
//!
//! On Windows it cannot be opened.

#![warn(missing_docs)]
#![cfg_attr(not(unix), allow(dead_code, reason = "what is pure is tested there all the same"))]

mod backend;
#[cfg(unix)]
mod capture;
mod draw;
#[cfg(unix)]
mod screen;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod thread;
#[cfg(unix)]
mod tty;
#[cfg(not(unix))]
mod unsupported;

mod command;
mod input;
mod modes;
mod owed;
mod pace;
mod passthrough;
mod probe;
mod session;
mod status;
mod view;

pub use backend::{TerminalBackend, TerminalOptions, TerminalPicture};
#[cfg(unix)]
pub use capture::is_standard_error_logged;
#[cfg(unix)]
pub use screen::restore;
#[cfg(not(unix))]
pub use unsupported::restore;

/// Compiles the README's program.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// For this crate's benches and tests: frames in, bytes for a terminal out. No part of the API.
#[doc(hidden)]
pub mod measure {
    use framecast_api::{Error, Frame, PhysicalSize, Result};

    use crate::draw::{Area, Colors, Glyphs, Medium, Method, PaintOptions, Painter};

    /// A picture on a screen of a given size.
    pub struct Screen {
        painter: Painter,
        area: Area,
        out: Vec<u8>,
        answer: Option<u32>,
    }

    impl Screen {
        /// `setup` is what is put together with commas: `kitty`, `file`, `answer`, `sixel`, `iterm`,
        /// `tmux`; `256`, `quadrant`, `sextant`, `octant`, `tolerance=N`; `synchronized`.
        ///
        /// # Errors
        /// If it is none of these.
        pub fn new(setup: &str, columns: u16, rows: u16, cell: (u16, u16)) -> Result<Self> {
            let mut options = PaintOptions::default();
            for word in setup.split(',').filter(|word| !word.is_empty()) {
                match word {
                    "cells" => options.method = Method::Cells,
                    "kitty" => options.method = Method::Kitty,
                    "sixel" => options.method = Method::Sixel,
                    "iterm" => options.method = Method::Iterm,
                    "file" => options.kitty_medium = Medium::File,
                    "answer" => options.kitty_answer = true,
                    "tmux" => options.tmux_passthrough = Some((0, 0)),
                    "256" => options.colors = Colors::Indexed256,
                    "quadrant" => options.glyphs = Glyphs::Quadrant,
                    "sextant" => options.glyphs = Glyphs::Sextant,
                    "octant" => options.glyphs = Glyphs::Octant,
                    "synchronized" => options.synchronized = true,
                    _ => {
                        let tolerance = word.strip_prefix("tolerance=").map(str::parse);
                        let Some(Ok(tolerance)) = tolerance else {
                            return Err(Error::invalid_input(format!("no setup has {word:?}")));
                        };
                        options.tolerance = tolerance;
                    }
                }
            }
            let (cell_width, cell_height) = cell;
            let area = Area { column: 0, row: 0, columns, rows, cell_width, cell_height };
            Ok(Self { painter: Painter::new(options), area, out: Vec::new(), answer: None })
        }

        /// Where the picture is, as the cell of the screen that it begins in.
        pub fn shift(&mut self, column: u16, row: u16) {
            (self.area.column, self.area.row) = (column, row);
        }

        /// The bytes that bring the screen to this frame.
        ///
        /// # Errors
        /// As `Painter::paint`.
        pub fn paint(&mut self, frame: &Frame) -> Result<&[u8]> {
            self.out.clear();
            let painted = self.painter.paint(frame, self.area, &mut self.out)?;
            self.answer = painted.answer;
            Ok(&self.out)
        }

        /// The image that the terminal answers after the last painting.
        #[must_use]
        pub fn answer(&self) -> Option<u32> {
            self.answer
        }

        /// Where on a frame of this size a place of the screen is; in cells, and in pixels.
        #[must_use]
        pub fn locate(&self, frame: PhysicalSize, column: f64, row: f64) -> Option<(f64, f64)> {
            let place = self.painter.picture_rect(frame, self.area)?;
            Some(place.to_frame(frame, column, row))
        }

        /// The bytes that free what the terminal keeps.
        pub fn clear(&mut self) -> &[u8] {
            self.out.clear();
            self.painter.clear(&mut self.out);
            &self.out
        }

        /// The screen may show anything.
        pub fn invalidate(&mut self) {
            self.painter.invalidate();
        }

        /// Whether the screen is not exact.
        #[must_use]
        pub fn needs_settling(&self) -> bool {
            self.painter.needs_settling()
        }
    }
}
