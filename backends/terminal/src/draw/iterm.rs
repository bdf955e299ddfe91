//! iTerm2's inline images: changed tiles as PNG files.
//!
//! <https://iterm2.com/documentation-images.html>. WezTerm, Konsole, mintty, VS Code's terminal and
//! others show them as well. A new image replaces what was in its cells.

use std::io::Write;

use framecast_api::{Error, Result};

use super::PaintOptions;
use super::escape::{Escapes, base64};
use super::tiles::{Picture, Tile};

pub(super) struct Iterm {
    tmux: Option<(u16, u16)>,
    pixels: Vec<u8>,
    png: Vec<u8>,
}

impl Iterm {
    pub(super) fn new(options: &PaintOptions) -> Self {
        Self { tmux: options.tmux_passthrough, pixels: Vec::new(), png: Vec::new() }
    }

    /// Sends these tiles.
    pub(super) fn paint(
        &mut self,
        picture: &Picture,
        tiles: &[Tile],
        cell: (u16, u16),
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let mut escapes = Escapes::new(out, self.tmux);
        for tile in tiles {
            picture.rgb(tile, &mut self.pixels);
            self.png.clear();
            encode(tile, &self.pixels, &mut self.png)
                .map_err(|error| Error::failed(format!("cannot encode a tile as PNG: {error}")))?;
            // In cells where it fills them, so that nothing depends on what the terminal takes a
            // pixel to be.
            let length = |pixels: usize, cells: u16, cell: u16| {
                if pixels == usize::from(cells) * usize::from(cell) {
                    cells.to_string()
                } else {
                    format!("{pixels}px")
                }
            };
            let width = length(tile.width(), tile.columns, cell.0);
            let height = length(tile.height(), tile.rows, cell.1);
            escapes.at(tile.row, tile.column, |out| {
                write!(
                    out,
                    "\x1b]1337;File=inline=1;size={};width={width};height={height};\
                     preserveAspectRatio=0;doNotMoveCursor=1:",
                    self.png.len()
                )
                .expect("a vector takes everything");
                base64(&self.png, out);
                out.push(0x07);
            });
        }
        Ok(())
    }
}

fn encode(tile: &Tile, rgb: &[u8], out: &mut Vec<u8>) -> Result<(), png::EncodingError> {
    let mut encoder = png::Encoder::new(out, tile.width() as u32, tile.height() as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rgb)?;
    writer.finish()
}
