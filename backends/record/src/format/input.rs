//! The log of what the program was handed, out of a recording.

use std::io::{self, Read, Seek};

use super::reader::{Item, Reader};

/// Reads the input log that is in a recording, as if it were a file of its own. It is empty if there is none, and ends where the
/// recording ends. Where the recording is damaged, reading fails: what follows would be a log with a gap.
#[derive(Debug)]
pub struct InputLog<R> {
    reader: Reader<R>,
    piece: Vec<u8>,
    /// How much of the piece was read.
    taken: usize,
}

impl<R: Read + Seek> InputLog<R> {
    /// Reads the log in the recording from its beginning.
    #[must_use]
    pub fn new(mut reader: Reader<R>) -> Self {
        reader.rewind();
        Self { reader, piece: Vec::new(), taken: 0 }
    }
}

impl<R: Read + Seek> Read for InputLog<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.piece.len() {
            match self.reader.next_item().map_err(io::Error::other)? {
                Some((_, Item::Input(piece))) => {
                    self.piece.clear();
                    self.piece.extend_from_slice(piece);
                    self.taken = 0;
                }
                Some(_) => {}
                None => {
                    return match self.reader.damage().filter(|damage| !damage.is_cut) {
                        Some(damage) => {
                            Err(io::Error::new(io::ErrorKind::InvalidData, damage.to_string()))
                        }
                        None => Ok(0),
                    };
                }
            }
        }
        let length = to.len().min(self.piece.len() - self.taken);
        to[..length].copy_from_slice(&self.piece[self.taken..self.taken + length]);
        self.taken += length;
        Ok(length)
    }
}
