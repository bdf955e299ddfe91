//! What changed between two frames, and when damage is trusted. Pure.
//!
//! Everybody who sends only what changed asks here, so that a backend which trusts damage trusts
//! the same damage as every other.

use std::ops::Range;

use crate::{Frame, FrameBuffer, PhysicalSize, Rect};

/// Bytes that are compared at once when a row's first or last difference is looked for.
const STRIDE: usize = 64;

impl Frame {
    /// Returns the damage of this frame, if it is known to contain everything that differs from
    /// `before`. `None` if anything may differ and the frames must be compared.
    ///
    /// The damage is known to be complete if the application promised it
    /// ([`is_damage_complete`](Self::is_damage_complete)) and `before` is the frame with the sequence
    /// number before this one, with the same size and ratio. A frame does not differ from itself.
    ///
    /// ```
    /// use framecast_api::{FramePool, PhysicalSize, Rect};
    /// let mut pool = FramePool::new();
    /// let mut frame = |sequence| {
    ///     let mut buffer = pool.lend(PhysicalSize::new(640, 480)).unwrap();
    ///     buffer.add_damage(Rect::new(30, 20, 1, 1));
    ///     buffer.trust_damage();
    ///     pool.freeze(buffer, sequence, 0.0, 1.0)
    /// };
    /// let (one, two, three) = (frame(1), frame(2), frame(3));
    /// assert_eq!(two.trusted_damage(&one), Some(&[Rect::new(30, 20, 1, 1)][..]));
    /// assert_eq!(three.trusted_damage(&one), None);
    /// assert_eq!(three.trusted_damage(&three), Some(&[][..]));
    /// ```
    #[must_use]
    pub fn trusted_damage(&self, before: &Frame) -> Option<&[Rect]> {
        if self.is_same(before) {
            return Some(&[]);
        }
        let successive = before.sequence().checked_add(1) == Some(self.sequence());
        let same_grid = self.size() == before.size() && self.ratio() == before.ratio();
        let trusted = successive && same_grid && self.is_damage_complete();
        // Complete, and nothing in it: nothing changed.
        trusted.then(|| self.damage().unwrap_or_default())
    }

    /// Returns whether any pixel of `rect` differs between the two frames. Parts of `rect` outside of
    /// the frame do not count. Frames of different sizes differ everywhere.
    ///
    /// Pixels are compared, whatever the damage says. Alpha counts.
    ///
    /// ```
    /// use framecast_api::{FramePool, PhysicalSize, Rect};
    /// let mut pool = FramePool::new();
    /// let mut frame = |red| {
    ///     let mut buffer = pool.lend(PhysicalSize::new(640, 480)).unwrap();
    ///     buffer.pixels_mut()[640 * 20 + 30] = [red, 0, 0, 255];
    ///     pool.freeze(buffer, 1, 0.0, 1.0)
    /// };
    /// let (black, dot) = (frame(0), frame(255));
    /// assert!(dot.differs_within(&black, Rect::new(0, 0, 31, 21)));
    /// assert!(!dot.differs_within(&black, Rect::new(0, 0, 30, 480)));
    /// ```
    #[must_use]
    pub fn differs_within(&self, before: &Frame, rect: Rect) -> bool {
        let rect = rect.cut_to(self.size());
        if rect.width == 0 || rect.height == 0 {
            return false;
        }
        if self.size() != before.size() {
            return true;
        }
        let row = self.width() as usize * 4;
        let (x, width) = (rect.x as usize * 4, rect.width as usize * 4);
        let (before, after) = (before.bytes(), self.bytes());
        (rect.y as usize..(rect.y + rect.height) as usize).any(|y| {
            let run = y * row + x..y * row + x + width;
            before[run.clone()] != after[run]
        })
    }
}

impl FrameBuffer {
    /// Checks the promise of [`trust_damage`](Self::trust_damage), for tests. `before` is the frame that
    /// was presented before this one.
    ///
    /// Returns `None` if nothing was promised, the promise was kept, or `before` has another size.
    /// Otherwise returns the smallest rectangle that contains every pixel that changed outside of the
    /// damage, and takes the promise back. Alpha does not count.
    ///
    /// ```
    /// use framecast_api::{FramePool, PhysicalSize, Rect};
    /// let mut pool = FramePool::new();
    /// let before = pool.lend(PhysicalSize::new(640, 480))?;
    /// let before = pool.freeze(before, 1, 0.0, 1.0);
    /// let mut buffer = pool.lend(before.size())?;
    /// buffer.copy_from(&before);
    /// buffer.pixels_mut()[640 * 20 + 30] = [255, 0, 0, 255];
    /// buffer.add_damage(Rect::new(0, 0, 10, 10));
    /// buffer.trust_damage();
    /// assert_eq!(buffer.check_damage(&before), Some(Rect::new(30, 20, 1, 1)));
    /// # Ok::<(), framecast_api::Error>(())
    /// ```
    pub fn check_damage(&mut self, before: &Frame) -> Option<Rect> {
        if !self.is_damage_complete() || self.size() != before.size() {
            return None;
        }
        let damage = self.damage().unwrap_or_default();
        let wrong = changed_outside(damage, before.pixels(), self.pixels(), self.width())?;
        self.distrust_damage();
        Some(wrong)
    }
}

/// For every row of a frame, the columns between which it may differ from an older frame.
///
/// ```
/// use framecast_api::{FrameChanges, FramePool, PhysicalSize};
/// let mut pool = FramePool::new();
/// let mut frame = |sequence, red| {
///     let mut buffer = pool.lend(PhysicalSize::new(640, 480)).unwrap();
///     buffer.pixels_mut()[640 * 20 + 30] = [red, 0, 0, 255];
///     pool.freeze(buffer, sequence, 0.0, 1.0)
/// };
/// let changes = FrameChanges::between(&frame(1, 0), &frame(2, 255));
/// assert!(changes.within(0..20).is_empty());
/// assert!(changes.within(0..21).contains(&30));
/// ```
#[derive(Debug, Clone)]
pub struct FrameChanges {
    /// Empty where a row is the same.
    rows: Vec<Range<u32>>,
}

impl FrameChanges {
    /// Every pixel of `frame` may have changed.
    #[must_use]
    pub fn all(frame: &Frame) -> Self {
        Self { rows: vec![0..frame.width(); frame.height() as usize] }
    }

    /// Finds what may differ between two frames: [trusted](Frame::trusted_damage) damage, otherwise the
    /// pixels that differ. Frames of different sizes differ everywhere.
    #[must_use]
    pub fn between(before: &Frame, after: &Frame) -> Self {
        if before.size() != after.size() {
            return Self::all(after);
        }
        if let Some(damage) = after.trusted_damage(before) {
            return Self::damaged(damage, after.size());
        }
        let row = after.width() as usize * 4;
        let rows = before.bytes().chunks_exact(row).zip(after.bytes().chunks_exact(row));
        Self { rows: rows.map(|(before, after)| differing(before, after)).collect() }
    }

    fn damaged(damage: &[Rect], size: PhysicalSize) -> Self {
        let mut rows = vec![0..0; size.height as usize];
        for rect in damage.iter().map(|rect| rect.cut_to(size)).filter(|rect| rect.width > 0) {
            for row in &mut rows[rect.y as usize..(rect.y + rect.height) as usize] {
                *row = union(row, &(rect.x..rect.x + rect.width));
            }
        }
        Self { rows }
    }

    /// Returns the columns between which any of these rows may differ; empty if the rows are equal. Rows
    /// below the frame are equal.
    #[must_use]
    pub fn within(&self, rows: Range<u32>) -> Range<u32> {
        let end = self.rows.len().min(rows.end as usize);
        let rows = self.rows.get(rows.start as usize..end).unwrap_or_default();
        rows.iter().fold(0..0, |sum, row| union(&sum, row))
    }
}

/// The smallest range that holds both.
fn union(one: &Range<u32>, other: &Range<u32>) -> Range<u32> {
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

/// The smallest rectangle around the pixels of two pictures of one width that differ and lie in no
/// rectangle of `damage`, which lies inside of them. Alpha does not count.
///
/// For debug builds: runs of pixels are compared as a whole, which is quick without optimisation,
/// and pixels one by one only where something is wrong.
fn changed_outside(
    damage: &[Rect],
    before: &[[u8; 4]],
    after: &[[u8; 4]],
    width: u32,
) -> Option<Rect> {
    // Left, top, right, bottom.
    let mut wrong: Option<[u32; 4]> = None;
    let rows = after.chunks_exact(width as usize).zip(before.chunks_exact(width as usize));
    for (y, (after, before)) in (0_u32..).zip(rows) {
        if after == before {
            continue;
        }
        let here = |rect: &&Rect| (rect.y..rect.y + rect.height).contains(&y);
        let mut damaged: Vec<_> =
            damage.iter().filter(here).map(|rect| (rect.x, rect.x + rect.width)).collect();
        damaged.sort_unstable();
        damaged.push((width, width));
        let mut from = 0;
        for (start, end) in damaged {
            let run = from as usize..start.max(from) as usize;
            if after[run.clone()] != before[run] {
                for x in from..start {
                    if after[x as usize][..3] != before[x as usize][..3] {
                        let [left, top, right, bottom] = wrong.unwrap_or([x, y, x, y]);
                        wrong = Some([left.min(x), top, right.max(x), bottom.max(y)]);
                    }
                }
            }
            from = from.max(end);
        }
    }
    wrong.map(|[left, top, right, bottom]| Rect::new(left, top, right - left + 1, bottom - top + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FramePool;

    const SIZE: PhysicalSize = PhysicalSize::new(100, 5);

    /// A black frame with `marks`; with `damage`, which is trusted, if there is any.
    struct Plan<'a> {
        size: PhysicalSize,
        sequence: u64,
        ratio: f64,
        marks: &'a [(usize, usize)],
        damage: Option<&'a [Rect]>,
    }

    fn made(plan: &Plan) -> Frame {
        let mut pool = FramePool::new();
        let mut buffer = pool.lend(plan.size).unwrap();
        let width = plan.size.width as usize;
        for (x, y) in plan.marks {
            buffer.pixels_mut()[y * width + x] = [1, 2, 3, 255];
        }
        if let Some(damage) = plan.damage {
            damage.iter().for_each(|rect| buffer.add_damage(*rect));
            buffer.trust_damage();
        }
        pool.freeze(buffer, plan.sequence, 0.0, plan.ratio)
    }

    fn frame(sequence: u64, marks: &[(usize, usize)], damage: Option<&[Rect]>) -> Frame {
        made(&Plan { size: SIZE, sequence, ratio: 1.0, marks, damage })
    }

    #[test]
    fn every_differing_pixel_lies_within_the_changes() {
        let before = frame(1, &[], None);
        for x in 0..100 {
            let changes = FrameChanges::between(&before, &frame(2, &[(x, 3), (40, 3)], None));
            let found = changes.within(0..5);
            assert!(found.contains(&(x as u32)) && found.contains(&40), "{x}: {found:?}");
            assert!(found.end <= 100);
            assert!(changes.within(0..3).is_empty() && changes.within(4..5).is_empty());
            // Not much more than that: a stride on either side.
            let (first, last) = (x.min(40) as u32, x.max(40) as u32);
            assert!(found.start + 16 > first && found.end <= last + 16, "{x}: {found:?}");
        }
        assert!(FrameChanges::between(&before, &frame(9, &[], None)).within(0..5).is_empty());
    }

    #[test]
    fn damage_is_trusted_only_of_the_frame_right_before() {
        let rect = Rect::new(50, 2, 10, 2);
        let before = frame(1, &[], None);
        let marks = &[(7, 1)][..];
        let next = frame(2, marks, Some(&[rect]));
        assert_eq!(next.trusted_damage(&before), Some(&[rect][..]));
        let changes = FrameChanges::between(&before, &next);
        assert_eq!((changes.within(0..2), changes.within(0..5)), (0..0, 50..60));

        let plan = Plan { size: SIZE, sequence: 2, ratio: 1.0, marks, damage: Some(&[rect]) };
        for (why, after) in [
            ("a later frame", made(&Plan { sequence: 3, ..plan })),
            ("an earlier frame", made(&Plan { sequence: 0, ..plan })),
            ("another frame with the same number", made(&Plan { sequence: 1, ..plan })),
            ("another ratio", made(&Plan { ratio: 2.0, ..plan })),
            ("nothing was promised", made(&Plan { damage: None, ..plan })),
        ] {
            assert_eq!(after.trusted_damage(&before), None, "{why}");
            assert!(FrameChanges::between(&before, &after).within(0..5).contains(&7), "{why}");
        }
    }

    #[test]
    fn a_hint_is_not_trusted() {
        let mut pool = FramePool::new();
        let before = frame(1, &[], None);
        let mut buffer = pool.lend(SIZE).unwrap();
        buffer.pixels_mut()[7] = [9; 4];
        buffer.add_damage(Rect::new(50, 2, 10, 2));
        let hinted = pool.freeze(buffer, 2, 0.0, 1.0);
        assert_eq!(hinted.trusted_damage(&before), None);
        assert!(FrameChanges::between(&before, &hinted).within(0..1).contains(&7));
    }

    #[test]
    fn trusted_damage_without_a_rectangle_says_that_nothing_changed() {
        let before = frame(1, &[], None);
        let empty = Rect::new(20, 2, 0, 0);
        for damage in [&[][..], &[empty]] {
            let next = frame(2, &[(7, 1)], Some(damage));
            assert_eq!(next.trusted_damage(&before), Some(damage));
            assert!(FrameChanges::between(&before, &next).within(0..5).is_empty());
        }
    }

    #[test]
    fn damage_outside_of_the_frame_does_not_count() {
        let before = frame(1, &[], None);
        let far = u32::MAX;
        for (rect, within) in [
            (Rect::new(100, 0, 1, 1), 0..0),
            (Rect::new(0, 5, 1, 1), 0..0),
            (Rect::new(far, far, far, far), 0..0),
            (Rect::new(0, 2, 0, far), 0..0),
            (Rect::new(0, 2, far, 0), 0..0),
            (Rect::new(90, 4, far, far), 90..100),
            (Rect::new(0, 0, far, far), 0..100),
        ] {
            let next = frame(2, &[], Some(&[rect]));
            assert_eq!(FrameChanges::between(&before, &next).within(0..5), within, "{rect:?}");
            // As it comes, not cut by `add_damage`.
            assert_eq!(FrameChanges::damaged(&[rect], SIZE).within(0..5), within, "{rect:?}");
        }
    }

    #[test]
    fn rectangles_of_one_row_are_joined_and_others_are_not() {
        let damage = [Rect::new(80, 1, 5, 2), Rect::new(10, 2, 5, 2), Rect::new(0, 0, 0, 5)];
        let changes = FrameChanges::damaged(&damage, SIZE);
        let rows: Vec<_> = (0..5).map(|row| changes.within(row..row + 1)).collect();
        assert_eq!(rows, [0..0, 80..85, 10..85, 10..15, 0..0]);
    }

    #[test]
    fn of_frames_of_different_sizes_everything_differs() {
        let before = frame(1, &[], None);
        // As many pixels, and rows of other lengths.
        let size = PhysicalSize::new(50, 10);
        let damage = Some(&[][..]);
        let other = made(&Plan { size, sequence: 2, ratio: 1.0, marks: &[], damage });
        assert_eq!(other.trusted_damage(&before), None);
        let changes = FrameChanges::between(&before, &other);
        assert!((0..10).all(|row| changes.within(row..row + 1) == (0..50)));
        assert!(other.differs_within(&before, Rect::new(0, 9, 1, 1)));
        assert!(!other.differs_within(&before, Rect::new(60, 2, 1, 1)), "outside of the new one");
    }

    #[test]
    fn a_frame_does_not_differ_from_itself() {
        let one = frame(1, &[(3, 3)], None);
        assert_eq!(one.trusted_damage(&one.clone()), Some(&[][..]));
        assert!(FrameChanges::between(&one, &one).within(0..5).is_empty());
        assert!(!one.differs_within(&one, Rect::new(0, 0, 100, 5)));
        assert_eq!(FrameChanges::all(&one).within(0..5), 0..100);
    }

    #[test]
    fn no_sequence_number_and_no_rows_make_it_panic() {
        let damage = Some(&[][..]);
        let last = frame(u64::MAX, &[], damage);
        assert_eq!(frame(0, &[], damage).trusted_damage(&last), None);
        let changes = FrameChanges::all(&last);
        for (start, end) in [(5, 9), (0, u32::MAX), (u32::MAX, u32::MAX), (7, 2), (3, 1)] {
            let rows = start..end;
            let columns = if rows.start == 0 { 0..100 } else { 0..0 };
            assert_eq!(changes.within(rows), columns);
        }
    }

    #[test]
    fn one_pixel_differs_within_the_rectangles_that_hold_it() {
        let before = frame(1, &[], None);
        for mark in (0..5).flat_map(|y| (0..100).step_by(7).map(move |x| (x, y))) {
            let after = frame(2, &[mark], None);
            let (x, y) = (mark.0 as u32, mark.1 as u32);
            for (rect, differs) in [
                (Rect::new(x, y, 1, 1), true),
                (Rect::new(0, 0, x + 1, y + 1), true),
                (Rect::new(x, y, u32::MAX, u32::MAX), true),
                (Rect::new(0, 0, u32::MAX, u32::MAX), true),
                (Rect::new(0, 0, x, 5), false),
                (Rect::new(0, 0, 100, y), false),
                (Rect::new(x + 1, 0, 100, 5), false),
                (Rect::new(0, y + 1, 100, 5), false),
                (Rect::new(x, y, 0, 1), false),
                (Rect::new(x, y, 1, 0), false),
            ] {
                assert_eq!(after.differs_within(&before, rect), differs, "{rect:?} of {mark:?}");
            }
        }
    }

    #[test]
    fn a_promise_that_is_kept_stays_and_one_that_is_not_is_taken_back() {
        const SIZE: PhysicalSize = PhysicalSize::new(8, 4);
        let mut pool = FramePool::new();
        let black = pool.lend(SIZE).unwrap();
        let black = pool.freeze(black, 1, 0.0, 1.0);
        // Pixels that change, the damage, and what is wrong.
        let cases: [(&[usize], &[Rect], Option<Rect>); 7] = [
            (&[], &[], None),
            (&[9], &[Rect::new(1, 1, 1, 1)], None),
            (&[9, 10, 17, 31], &[Rect::new(1, 1, 1, 2), Rect::new(2, 1, 6, 9)], None),
            (&[9], &[], Some(Rect::new(1, 1, 1, 1))),
            (&[9], &[Rect::new(2, 1, 6, 3), Rect::new(0, 0, 8, 1)], Some(Rect::new(1, 1, 1, 1))),
            (&[0, 9, 31], &[Rect::new(0, 0, 1, 1)], Some(Rect::new(1, 1, 7, 3))),
            (&[0, 31], &[], Some(Rect::new(0, 0, 8, 4))),
        ];
        for (changed, damage, wrong) in cases {
            let mut buffer = pool.lend(SIZE).unwrap();
            assert!(buffer.copy_from(&black));
            // Nobody sees alpha.
            buffer.pixels_mut().iter_mut().for_each(|pixel| pixel[3] = 7);
            for at in changed {
                buffer.pixels_mut()[*at] = [255, 0, 0, 255];
            }
            damage.iter().for_each(|rect| buffer.add_damage(*rect));
            assert_eq!(buffer.check_damage(&black), None, "nothing was promised");
            buffer.trust_damage();
            assert_eq!(buffer.check_damage(&black), wrong, "{changed:?} {damage:?}");
            assert_eq!(buffer.check_damage(&black), None, "it is told once");
            let frame = pool.freeze(buffer, 2, 0.0, 1.0);
            assert_eq!(frame.is_damage_complete(), wrong.is_none());
        }
        let mut other = pool.lend(PhysicalSize::new(4, 8)).unwrap();
        other.fill([9; 4]);
        other.trust_damage();
        assert_eq!(other.check_damage(&black), None, "there is nothing to compare with");
    }
}
