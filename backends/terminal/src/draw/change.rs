//! Which pixels of two frames may differ.

use std::ops::Range;

use framecast_api::Frame;

/// Bytes that are compared at once when a row's first or last difference is looked for.
const STRIDE: usize = 64;

/// For every row of a frame, the columns between which it may differ from an older frame of its size.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    rows: Vec<Range<u32>>,
}

impl Changes {
    /// Everything.
    pub(crate) fn all(frame: &Frame) -> Self {
        Self { rows: vec![0..frame.width(); frame.height() as usize] }
    }

    /// What differs between two frames of one size. Damage that the application calls complete is
    /// believed when no frame lies between the two; otherwise pixels are compared.
    pub(crate) fn between(before: &Frame, after: &Frame) -> Self {
        let successive = after.sequence() == before.sequence() + 1;
        match after.damage() {
            Some(damage) if successive && after.is_damage_complete() => {
                let mut rows = vec![0..0; after.height() as usize];
                for rect in damage.iter().filter(|rect| rect.width > 0) {
                    for row in &mut rows[rect.y as usize..][..rect.height as usize] {
                        *row = union(row, &(rect.x..rect.x + rect.width));
                    }
                }
                Self { rows }
            }
            _ if after.sequence() == before.sequence() => {
                Self { rows: vec![0..0; after.height() as usize] }
            }
            _ => {
                let width = after.width() as usize * 4;
                let before = before.bytes().chunks_exact(width);
                let rows = before.zip(after.bytes().chunks_exact(width));
                Self { rows: rows.map(|(before, after)| differing(before, after)).collect() }
            }
        }
    }

    /// The columns between which one of these rows may differ; empty if they are equal.
    pub(crate) fn within(&self, rows: Range<u32>) -> Range<u32> {
        let rows = &self.rows[rows.start as usize..rows.end as usize];
        rows.iter().fold(0..0, |sum, row| union(&sum, row))
    }
}

/// The smallest range that holds both.
pub(crate) fn union(one: &Range<u32>, other: &Range<u32>) -> Range<u32> {
    match (one.is_empty(), other.is_empty()) {
        (true, _) => other.clone(),
        (_, true) => one.clone(),
        _ => one.start.min(other.start)..one.end.max(other.end),
    }
}

/// The pixels from the first to the last in which two rows differ, as far as whole strides tell.
fn differing(before: &[u8], after: &[u8]) -> Range<u32> {
    if before == after {
        return 0..0;
    }
    let strides = || before.chunks(STRIDE).zip(after.chunks(STRIDE));
    let differs = |(before, after): (&[u8], &[u8])| before != after;
    let first = strides().position(differs).unwrap_or(0);
    let last = strides().rposition(differs).unwrap_or(0);
    let pixel = |byte: usize| (byte.min(after.len()) / 4) as u32;
    pixel(first * STRIDE)..pixel((last + 1) * STRIDE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use framecast_api::{FramePool, PhysicalSize, Rect};

    const SIZE: PhysicalSize = PhysicalSize::new(100, 5);

    fn frame(sequence: u64, marks: &[(usize, usize)], damage: Option<Rect>) -> Frame {
        let mut pool = FramePool::new();
        let mut buffer = pool.lend(SIZE).unwrap();
        for (x, y) in marks {
            buffer.pixels_mut()[y * 100 + x] = [1, 2, 3, 255];
        }
        if let Some(rect) = damage {
            buffer.add_damage(rect);
            buffer.trust_damage();
        }
        pool.freeze(buffer, sequence, 0.0, 1.0)
    }

    #[test]
    fn every_differing_pixel_lies_within_the_changes() {
        let before = frame(1, &[], None);
        for x in 0..100 {
            let changes = Changes::between(&before, &frame(2, &[(x, 3), (40, 3)], None));
            let found = changes.within(0..5);
            assert!(found.contains(&(x as u32)) && found.contains(&40), "{x}: {found:?}");
            assert!(found.end <= 100);
            assert!(changes.within(0..3).is_empty() && changes.within(4..5).is_empty());
        }
        assert!(Changes::between(&before, &frame(9, &[], None)).within(0..5).is_empty());
    }

    #[test]
    fn complete_damage_is_believed_only_of_the_frame_before() {
        let before = frame(1, &[], None);
        let next = frame(2, &[(7, 1)], Some(Rect::new(50, 2, 10, 2)));
        let changes = Changes::between(&before, &next);
        assert_eq!((changes.within(0..2), changes.within(0..5)), (0..0, 50..60));
        let later = frame(3, &[(7, 1)], Some(Rect::new(50, 2, 10, 2)));
        assert!(Changes::between(&before, &later).within(0..5).contains(&7));
    }
}
