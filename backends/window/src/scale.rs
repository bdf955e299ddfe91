//! From a frame's RGBA8 to the window's 0RGB words, scaled to fit.
//!
//! Every pixel of the window is the mean of the part of the frame it covers. At the frame's own
//! size that is an exact copy, at a whole multiple every pixel becomes a sharp square, in between
//! only the seams are mixed, and when shrinking nothing is skipped.

use framecast_api::{Frame, PhysicalSize, Rect};

/// Color of the bars beside a picture of another shape, 0RGB.
const BARS: u32 = 0;

/// r, g, b, and the alpha that is carried along because four go as fast as three. Sums of whole
/// bytes stay below 2^24 for the largest frames, where f32 is exact: a plain color stays itself.
type Sum = [f32; 4];

/// Where in the window the picture is, in window pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placement {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

/// The largest centred place for `frame` in a window of `width` × `height` pixels that keeps its
/// shape.
pub(crate) fn place(frame: PhysicalSize, width: usize, height: usize) -> Placement {
    // The display's sides have 16 bits.
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    let Rect { x, y, width, height } = frame.fit_into(PhysicalSize::new(side(width), side(height)));
    let [x, y, width, height] = [x, y, width, height].map(|side| side as usize);
    Placement { x, y, width, height }
}

impl Placement {
    /// The logical position on the canvas of a position in the window.
    pub(crate) fn to_canvas(self, frame: PhysicalSize, ratio: f64, x: f64, y: f64) -> (f64, f64) {
        let along = |at: f64, from: usize, shown: usize, pixels: u32| {
            (at - from as f64) * f64::from(pixels) / shown as f64 / ratio
        };
        (along(x, self.x, self.width, frame.width), along(y, self.y, self.height, frame.height))
    }

    /// Whether a position in the window is on the picture.
    pub(crate) fn contains(self, x: f64, y: f64) -> bool {
        let within =
            |at: f64, from: usize, shown: usize| at >= from as f64 && at < (from + shown) as f64;
        within(x, self.x, self.width) && within(y, self.y, self.height)
    }
}

/// Scales frames; keeps its working memory.
#[derive(Default)]
pub(crate) struct Scaler {
    /// One source row, scaled horizontally.
    row: Vec<Sum>,
    /// Such rows, weighted and added up, for one row of the window.
    sums: Vec<Sum>,
}

impl Scaler {
    /// Draws `frame` into `window`, `width` × `height` 0RGB words; returns where it is.
    pub(crate) fn draw(
        &mut self,
        frame: &Frame,
        window: &mut Vec<u32>,
        width: usize,
        height: usize,
    ) -> Placement {
        let place = place(frame.size(), width, height);
        let bars = place.width < width || place.height < height;
        let changed = window.len() != width * height;
        if bars || changed {
            window.clear();
            window.resize(width * height, BARS);
        }
        let (fw, fh) = (frame.width() as usize, frame.height() as usize);
        let (kx, ky) = (place.width / fw, place.height / fh);
        let whole = kx * fw == place.width && ky * fh == place.height;
        if kx == 1 && ky == 1 && whole {
            copy(frame, window, width, place);
        } else if kx >= 1 && ky >= 1 && whole {
            repeat(frame, window, width, place, kx, ky);
        } else {
            self.average(frame, window, width, place);
        }
        place
    }

    fn average(&mut self, frame: &Frame, window: &mut [u32], width: usize, place: Placement) {
        let (fw, fh) = (frame.width() as usize, frame.height() as usize);
        let columns = spans(fw, place.width);
        let lines = spans(fh, place.height);
        self.row.resize(place.width, [0.0; 4]);
        self.sums.resize(place.width, [0.0; 4]);
        let scale = 1.0 / fh as f32;
        let mut scaled = None;
        for (line, span) in lines.iter().enumerate() {
            self.sums.fill([0.0; 4]);
            for index in span.first..=span.last {
                // Neighbouring lines share the row at their seam.
                if scaled != Some(index) {
                    shrink_row(
                        &frame.pixels()[index * fw..(index + 1) * fw],
                        &columns,
                        &mut self.row,
                    );
                    scaled = Some(index);
                }
                let weight = span.weight(index);
                for (sum, row) in self.sums.iter_mut().zip(&self.row) {
                    for channel in 0..4 {
                        sum[channel] += weight * row[channel];
                    }
                }
            }
            let start = (place.y + line) * width + place.x;
            for (pixel, sum) in window[start..start + place.width].iter_mut().zip(&self.sums) {
                // The cast cuts off, and keeps to 0 to 255.
                *pixel = word(&sum.map(|sum| (sum * scale + 0.5) as u8));
            }
        }
    }
}

fn word(&[r, g, b, _]: &[u8; 4]) -> u32 {
    u32::from_be_bytes([0, r, g, b])
}

fn copy(frame: &Frame, window: &mut [u32], width: usize, place: Placement) {
    let rows = frame.pixels().chunks_exact(place.width);
    for (row, out) in rows.zip(window.chunks_exact_mut(width).skip(place.y)) {
        for (pixel, out) in row.iter().zip(&mut out[place.x..]) {
            *out = word(pixel);
        }
    }
}

/// Every pixel becomes a rectangle of `kx` × `ky`.
fn repeat(frame: &Frame, window: &mut [u32], width: usize, place: Placement, kx: usize, ky: usize) {
    let rows = frame.pixels().chunks_exact(frame.width() as usize);
    for (index, row) in rows.enumerate() {
        let start = (place.y + index * ky) * width + place.x;
        let out = &mut window[start..start + place.width];
        for (pixel, out) in row.iter().zip(out.chunks_exact_mut(kx)) {
            out.fill(word(pixel));
        }
        for copy in 1..ky {
            window.copy_within(start..start + place.width, start + copy * width);
        }
    }
}

/// The source pixels that one target pixel covers, `first` to `last`, and how much of each. Exact:
/// `from` source pixels on `to` target pixels are measured in `to`ths of a source pixel.
struct Span {
    first: usize,
    last: usize,
    first_weight: f32,
    last_weight: f32,
    /// Of those between: a whole pixel, `to`. All weights sum to `from`.
    weight: f32,
}

impl Span {
    fn weight(&self, index: usize) -> f32 {
        if index == self.first {
            self.first_weight
        } else if index == self.last {
            self.last_weight
        } else {
            self.weight
        }
    }
}

/// How `to` target pixels cover `from` source pixels.
fn spans(from: usize, to: usize) -> Vec<Span> {
    (0..to)
        .map(|index| {
            let (start, end) = (index * from, (index + 1) * from);
            let (first, last) = (start / to, (end - 1) / to);
            let (first_weight, last_weight) = if first == last {
                (from, from)
            } else {
                ((first + 1) * to - start, end - last * to)
            };
            let [first_weight, last_weight, weight] =
                [first_weight, last_weight, to].map(|weight| weight as f32);
            Span { first, last, first_weight, last_weight, weight }
        })
        .collect()
}

/// Scales one source row to one mean per span.
fn shrink_row(pixels: &[[u8; 4]], spans: &[Span], out: &mut [Sum]) {
    let scale = 1.0 / pixels.len() as f32;
    for (span, out) in spans.iter().zip(out) {
        let first = &pixels[span.first];
        let mut sums = first.map(|channel| span.first_weight * f32::from(channel));
        let mut add = |weight: f32, pixel: &[u8; 4]| {
            for channel in 0..4 {
                sums[channel] += weight * f32::from(pixel[channel]);
            }
        };
        if span.last > span.first {
            for pixel in &pixels[span.first + 1..span.last] {
                add(span.weight, pixel);
            }
            add(span.last_weight, &pixels[span.last]);
        }
        *out = sums.map(|sum| sum * scale);
    }
}

#[cfg(test)]
mod tests {
    use framecast_api::FramePool;

    use super::*;

    const RED: [u8; 4] = [255, 0, 0, 255];
    const BLUE: [u8; 4] = [0, 0, 255, 7];
    const R: u32 = 0x00ff_0000;
    const B: u32 = 0x0000_00ff;

    fn frame(width: u32, height: u32, pixels: impl Fn(u32, u32) -> [u8; 4]) -> Frame {
        let mut pool = FramePool::new();
        let mut buffer = pool.lend(PhysicalSize::new(width, height)).unwrap();
        for (y, row) in (0..).zip(buffer.rows_mut()) {
            for (x, pixel) in (0..).zip(row) {
                *pixel = pixels(x, y);
            }
        }
        pool.freeze(buffer, 1, 0.0, 1.0)
    }

    fn draw(frame: &Frame, width: usize, height: usize) -> Vec<u32> {
        let mut window = vec![0xdead; 3];
        Scaler::default().draw(frame, &mut window, width, height);
        assert_eq!(window.len(), width * height);
        window
    }

    #[test]
    fn a_frame_of_the_windows_size_is_copied_exactly() {
        let frame = frame(3, 2, |x, y| [x as u8 * 100, y as u8 * 50, 7, 0]);
        assert_eq!(draw(&frame, 3, 2), [7, 0x64_0007, 0xc8_0007, 0x3207, 0x64_3207, 0xc8_3207]);
    }

    #[test]
    fn twice_the_size_makes_squares_of_four() {
        let frame = frame(2, 1, |x, _| if x == 0 { RED } else { BLUE });
        assert_eq!(draw(&frame, 4, 2), [R, R, B, B, R, R, B, B]);
    }

    #[test]
    fn another_shape_gets_black_bars_and_is_centred() {
        let frame = frame(1, 1, |_, _| RED);
        assert_eq!(draw(&frame, 4, 2), [0, R, R, 0, 0, R, R, 0]);
        assert_eq!(draw(&frame, 1, 3), [0, R, 0]);
    }

    #[test]
    fn in_between_only_the_seam_is_mixed() {
        let frame = frame(2, 2, |x, _| if x == 0 { RED } else { BLUE });
        assert_eq!(draw(&frame, 3, 3), [R, 0x80_0080, B].repeat(3));
    }

    #[test]
    fn shrinking_averages_every_pixel() {
        let checkers = frame(64, 64, |x, y| if (x + y) % 2 == 0 { [255; 4] } else { [0; 4] });
        for (width, height) in [(32, 32), (16, 16), (1, 1)] {
            let window = draw(&checkers, width, height);
            assert!(window.iter().all(|&pixel| pixel == 0x80_8080), "{:x}", window[0]);
        }
        let plain = frame(1000, 700, |_, _| [200, 100, 50, 0]);
        assert!(draw(&plain, 333, 233).iter().all(|&pixel| pixel == 0xc8_6432));
        assert!(draw(&plain, 10, 7).iter().all(|&pixel| pixel == 0xc8_6432));
    }

    #[test]
    fn the_widest_frames_and_the_smallest_windows_do_not_overflow() {
        let wide = frame(65_535, 1, |_, _| [255; 4]);
        assert!(draw(&wide, 1, 1).iter().all(|&pixel| pixel == 0xff_ffff));
        assert_eq!(draw(&wide, 7, 3).iter().filter(|&&pixel| pixel != 0).count(), 7);
        let dot = frame(1, 1, |_, _| RED);
        assert!(draw(&dot, 700, 700).iter().all(|&pixel| pixel == R));
        let column = frame(1, 9, |_, _| RED);
        assert_eq!(draw(&column, 5, 3).iter().filter(|&&pixel| pixel == R).count(), 3);
        let tiny = frame(3, 3, |_, _| RED);
        assert!(draw(&tiny, 1500, 1499).contains(&R));
    }

    #[test]
    fn a_picture_of_nearly_the_windows_size_stays_exact() {
        let size = PhysicalSize::new(800, 600);
        assert_eq!(place(size, 801, 600), Placement { x: 0, y: 0, width: 800, height: 600 });
        assert_eq!(place(size, 1600, 1200), Placement { x: 0, y: 0, width: 1600, height: 1200 });
        assert_eq!(place(size, 800, 800), Placement { x: 0, y: 100, width: 800, height: 600 });
    }

    #[test]
    fn positions_map_through_bars_scale_and_ratio() {
        let size = PhysicalSize::new(200, 100);
        let place = place(size, 400, 400);
        assert_eq!(place, Placement { x: 0, y: 100, width: 400, height: 200 });
        assert_eq!(place.to_canvas(size, 1.0, 0.0, 100.0), (0.0, 0.0));
        assert_eq!(place.to_canvas(size, 2.0, 200.0, 200.0), (50.0, 25.0));
        assert_eq!(place.to_canvas(size, 1.0, -2.0, 98.0), (-1.0, -1.0));
        assert!(place.contains(399.0, 299.0) && !place.contains(0.0, 99.0));
        assert!(!place.contains(400.0, 200.0) && !place.contains(0.0, 300.0));
    }
}
