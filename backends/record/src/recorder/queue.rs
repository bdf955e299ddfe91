//! Frames that wait to be recorded: bounded, and thinned out evenly when there are too many. Pure.

use std::collections::VecDeque;

use framecast_api::Frame;

/// Bytes of pixels that may wait.
const MAX_BYTES: usize = 96 * 1024 * 1024;
/// So many frames may wait, whatever their size.
const MIN_FRAMES: usize = 2;
/// The queue.
#[derive(Debug)]
pub(super) struct FrameQueue {
    /// The most frames that wait.
    most: usize,
    frames: VecDeque<Frame>,
    bytes: usize,
    /// Frames that were left out.
    dropped: u64,
}

impl FrameQueue {
    /// A queue of `most` frames; of large ones, fewer.
    pub(super) fn new(most: usize) -> Self {
        Self { most, frames: VecDeque::new(), bytes: 0, dropped: 0 }
    }

    /// Adds the newest frame. If too many wait, every second one is left out, and the newest stays.
    pub(super) fn push(&mut self, frame: Frame) {
        self.bytes += frame.bytes().len();
        self.frames.push_back(frame);
        let full = self.frames.len() > self.most
            || self.frames.len() > MIN_FRAMES && self.bytes > MAX_BYTES;
        if full {
            let before = self.frames.len();
            let mut left = before;
            self.frames.retain(|_| {
                left -= 1;
                left.is_multiple_of(2)
            });
            self.dropped += (before - self.frames.len()) as u64;
            self.bytes = self.frames.iter().map(|frame| frame.bytes().len()).sum();
        }
    }

    /// Takes the oldest frame.
    pub(super) fn pop(&mut self) -> Option<Frame> {
        let frame = self.frames.pop_front()?;
        self.bytes -= frame.bytes().len();
        Some(frame)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// How many frames were left out.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use framecast_api::{FramePool, PhysicalSize};

    fn frame(pool: &mut FramePool, side: u32, number: u64) -> Frame {
        let buffer = pool.lend(PhysicalSize::new(side, side)).unwrap();
        pool.freeze(buffer, number, 0.0, 1.0)
    }

    fn numbers(queue: &mut FrameQueue) -> Vec<u64> {
        std::iter::from_fn(|| queue.pop()).map(|frame| frame.sequence()).collect()
    }

    #[test]
    fn what_is_too_much_is_left_out_evenly_and_counted() {
        let (mut pool, mut queue) = (FramePool::new(), FrameQueue::new(16));
        for number in 1..=16 {
            queue.push(frame(&mut pool, 4, number));
        }
        assert_eq!(queue.dropped(), 0);
        queue.push(frame(&mut pool, 4, 17));
        assert_eq!(queue.dropped(), 8);
        assert_eq!(numbers(&mut queue), [1, 3, 5, 7, 9, 11, 13, 15, 17]);
        assert!(queue.is_empty() && queue.bytes == 0);
    }

    #[test]
    fn large_frames_fill_it_sooner_and_the_newest_always_stays() {
        let (mut pool, mut queue) = (FramePool::new(), FrameQueue::new(16));
        for number in 1..=9 {
            queue.push(frame(&mut pool, 4000, number));
            assert!(queue.frames.len() <= 2, "64 MB each");
        }
        assert_eq!(numbers(&mut queue).last(), Some(&9));
    }
}
