//! Pixels that end where memory ends: one byte read too many, before or after them, ends the test.
#![cfg(unix)]
#![allow(unsafe_code)]

use std::ptr;

use framecast_jpeg::{Encoder, Instructions, Pixels, Sampling, TileSize};

/// Memory between two pages that nobody may touch.
struct Guarded {
    start: *mut u8,
    page: usize,
    length: usize,
}

impl Guarded {
    fn new(most: usize) -> Self {
        // SAFETY: a question, a new mapping, and a change of it within its bounds.
        unsafe {
            let page = libc::sysconf(libc::_SC_PAGESIZE) as usize;
            let length = most.next_multiple_of(page);
            let flags = libc::MAP_PRIVATE | libc::MAP_ANON;
            let all = length + 2 * page;
            let start = libc::mmap(ptr::null_mut(), all, libc::PROT_NONE, flags, -1, 0);
            assert_ne!(start, libc::MAP_FAILED);
            let start: *mut u8 = start.cast();
            let access = libc::PROT_READ | libc::PROT_WRITE;
            assert_eq!(libc::mprotect(start.add(page).cast(), length, access), 0);
            Self { start, page, length }
        }
    }

    /// All of it.
    fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: so much may be read and written, and it lives as long as `self`.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(self.page), self.length) }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // SAFETY: the whole mapping; nothing borrows it any more.
        unsafe { libc::munmap(self.start.cast(), self.length + 2 * self.page) };
    }
}

#[test]
fn nothing_beside_the_pixels_is_read() {
    const INSTRUCTIONS: [Instructions; 4] =
        [Instructions::Scalar, Instructions::Sse2, Instructions::Avx2, Instructions::Neon];
    let mut memory = Guarded::new(300 * 40 * 4);
    for (n, byte) in memory.bytes().iter_mut().enumerate() {
        *byte = (n * 7 % 251) as u8;
    }
    let all = memory.bytes();
    for sampling in [Sampling::Full, Sampling::Half, Sampling::Quarter] {
        let size = TileSize::new(320, 48, sampling).unwrap();
        for instructions in INSTRUCTIONS {
            let encoder = Encoder::with_instructions(50, sampling, instructions);
            let Some(mut encoder) = encoder else { continue };
            let mut out = Vec::new();
            for width in [1, 7, 8, 15, 16, 17, 31, 32, 33, 64, 127, 128, 129, 160, 256, 287, 300] {
                for height in [1, 7, 8, 9, 16, 17, 40] {
                    let needed = width * height * 4;
                    // Up against the page before, and against the one behind.
                    for bytes in [&all[..needed], &all[all.len() - needed..]] {
                        let pixels = Pixels::new(bytes, width, height, width * 4).unwrap();
                        out.clear();
                        encoder.encode(&pixels, &mut out);
                        encoder.encode_tile(&pixels, size, &mut out).unwrap();
                    }
                }
            }
        }
    }
}
