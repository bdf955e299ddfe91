//! What changed from one picture to the next, for formats that store only that.

use framecast_api::{PhysicalSize, Rect};

use super::sink::Picture;

/// The last picture.
#[derive(Debug, Default)]
pub(crate) struct Previous {
    /// Empty before the first picture.
    bytes: Vec<u8>,
}

/// A rectangle of a picture, and what was there before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Changed<'a> {
    pub(crate) rect: Rect,
    width: usize,
    before: &'a [u8],
    after: &'a [u8],
}

impl Previous {
    /// Returns the smallest rectangle in which `picture` differs from the last one; for the first
    /// picture everything, and `None` if nothing differs.
    pub(crate) fn compare<'a>(&'a self, picture: Picture<'a>) -> Option<Changed<'a>> {
        let PhysicalSize { width, height } = picture.size;
        let rect = if self.bytes.is_empty() {
            Rect::new(0, 0, width, height)
        } else {
            changed(&self.bytes, picture.bytes, width)?
        };
        let (before, after) = (&self.bytes[..], picture.bytes);
        Some(Changed { rect, width: width as usize, before, after })
    }

    /// Makes `picture` the last one; it differs from the one before only in `rect`.
    pub(crate) fn replace(&mut self, picture: Picture<'_>, rect: Rect) {
        if self.bytes.is_empty() {
            self.bytes.extend_from_slice(picture.bytes);
            return;
        }
        for run in runs(rect, picture.size.width as usize) {
            self.bytes[run.clone()].copy_from_slice(&picture.bytes[run]);
        }
    }
}

impl<'a> Changed<'a> {
    /// The pixels of the rectangle, row by row; `None` where the color is as it was.
    pub(crate) fn pixels(self) -> impl Iterator<Item = Option<[u8; 3]>> + 'a {
        let Self { rect, width, before, after } = self;
        runs(rect, width).flat_map(move |run| {
            let after = after[run.clone()].as_chunks::<4>().0;
            let before = before.get(run).unwrap_or_default().as_chunks::<4>().0;
            after.iter().enumerate().map(move |(n, [red, green, blue, _])| {
                let color = [*red, *green, *blue];
                (before.get(n).is_none_or(|before| before[..3] != color)).then_some(color)
            })
        })
    }
}

/// The bytes of each row of `rect`.
fn runs(rect: Rect, width: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let (x, across) = (rect.x as usize, rect.width as usize);
    (rect.y as usize..(rect.y + rect.height) as usize).map(move |y| {
        let start = (y * width + x) * 4;
        start..start + across * 4
    })
}

fn changed(before: &[u8], after: &[u8], width: u32) -> Option<Rect> {
    let row = width as usize * 4;
    let rows = || before.chunks_exact(row).zip(after.chunks_exact(row));
    let differs = |(before, after): (&[u8], &[u8])| before != after;
    let top = rows().position(differs)?;
    let bottom = rows().rposition(differs)?;
    let (mut left, mut right) = (width as usize - 1, 0);
    for (before, after) in rows().skip(top).take(bottom - top + 1) {
        let pixels = || before.as_chunks::<4>().0.iter().zip(after.as_chunks::<4>().0);
        let differs = |(before, after): (&[u8; 4], &[u8; 4])| before != after;
        // Only what lies outside of what is known to have changed matters.
        left = pixels().take(left).position(differs).unwrap_or(left);
        right = pixels().skip(right + 1).rposition(differs).map_or(right, |n| right + 1 + n);
    }
    let (width, height) = (right - left + 1, bottom - top + 1);
    Some(Rect::new(left as u32, top as u32, width as u32, height as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: PhysicalSize = PhysicalSize::new(7, 5);

    fn with(dots: &[(usize, usize)]) -> Vec<u8> {
        let mut bytes = vec![9; 7 * 5 * 4];
        for (x, y) in dots {
            bytes[(y * 7 + x) * 4] = 200;
        }
        bytes
    }

    fn picture(bytes: &[u8]) -> Picture<'_> {
        Picture { size: SIZE, bytes }
    }

    #[test]
    fn the_smallest_rectangle_holds_every_change() {
        let mut previous = Previous::default();
        let blank = with(&[]);
        let first = previous.compare(picture(&blank)).unwrap();
        assert_eq!(first.rect, Rect::new(0, 0, 7, 5));
        assert_eq!(first.pixels().filter(Option::is_some).count(), 35);
        previous.replace(picture(&blank), Rect::new(0, 0, 7, 5));
        assert!(previous.compare(picture(&blank)).is_none());
        for x in 0..7 {
            for y in 0..5 {
                let rect = |dots: &[_]| previous.compare(picture(&with(dots))).unwrap().rect;
                assert_eq!(rect(&[(x, y)]), Rect::new(x as u32, y as u32, 1, 1));
                let (left, right) = (x.min(3), x.max(3));
                let (top, bottom) = (y.min(2), y.max(2));
                let both = Rect::new(
                    left as u32,
                    top as u32,
                    (right - left + 1) as u32,
                    (bottom - top + 1) as u32,
                );
                assert_eq!(rect(&[(x, y), (3, 2)]), both);
            }
        }
    }

    #[test]
    fn pixels_that_did_not_change_are_none() {
        let mut previous = Previous::default();
        previous.replace(picture(&with(&[])), Rect::new(0, 0, 7, 5));
        let next = with(&[(1, 1), (3, 2)]);
        let changed = previous.compare(picture(&next)).unwrap();
        let pixels: Vec<_> = changed.pixels().collect();
        let red = Some([200, 9, 9]);
        assert_eq!(pixels, [red, None, None, None, None, red]);
        previous.replace(picture(&next), Rect::new(1, 1, 3, 2));
        assert!(previous.compare(picture(&next)).is_none());
    }
}
