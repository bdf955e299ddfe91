//! The colors of a picture reduced to a few. Pure.
//!
//! Up to 255 colors stay exact. More are divided into boxes, always the one with the largest error where its
//! colors have their mean, and an ordered pattern mixes the means. The pattern is as strong as the error: flat
//! areas stay flat, and since it stands still on the picture, what does not change does not shimmer.

/// Colors a palette may have; one more index means "transparent".
pub(crate) const MAX_COLORS: usize = 255;

/// Bits of each part of a color that colors are counted by.
const BITS: u32 = 6;
const BINS: usize = 1 << (3 * BITS);
/// How much an error in red, green and blue is seen.
const WEIGHTS: [i32; 3] = [2, 4, 3];

/// Indices into a palette; [`Option::None`] became the index behind the last color.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Indexed {
    pub(crate) palette: Vec<[u8; 3]>,
    pub(crate) indices: Vec<u8>,
}

/// Counts and divides colors; keeps its memory from picture to picture.
pub(crate) struct Quantizer {
    bins: Vec<Bin>,
    /// For each bin the nearest color of the palette and one more; 0 is not known yet.
    nearest: Vec<u16>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    count: u64,
    sums: [u64; 3],
}

/// Colors that become one.
#[derive(Debug)]
struct Cluster {
    /// The mean color and the number of pixels of each bin.
    bins: Vec<([f32; 3], f32)>,
    mean: [f32; 3],
    /// Sum of the squared errors, weighted, and the part of a color that has most of them.
    error: f32,
    axis: usize,
}

impl Quantizer {
    pub(crate) fn new() -> Self {
        Self { bins: vec![Bin::default(); BINS], nearest: vec![0; BINS] }
    }

    /// Reduces `pixels`, rows of `width` that begin at `x`, `y` in the whole picture.
    pub(crate) fn reduce(
        &mut self,
        pixels: &[Option<[u8; 3]>],
        (x, y): (usize, usize),
        width: usize,
    ) -> Indexed {
        if let Some(indexed) = exact(pixels) {
            return indexed;
        }
        let (palette, error) = self.palette(pixels);
        // An even step of this size has this error.
        let step = (error * 12.0).sqrt().min(64.0);
        let pattern: [[i32; 8]; 8] = std::array::from_fn(|row| {
            std::array::from_fn(|column| {
                let level = (f32::from(bayer(column as u8, row as u8)) + 0.5) / 64.0 - 0.5;
                (level * step).round() as i32
            })
        });
        let transparent = palette.len() as u8;
        self.nearest.fill(0);
        let mut indices = Vec::with_capacity(pixels.len());
        for (row, pixels) in pixels.chunks(width).enumerate() {
            let pattern = &pattern[(y + row) % 8];
            indices.extend(pixels.iter().enumerate().map(|(column, pixel)| match pixel {
                Some(color) => self.index(&palette, *color, pattern[(x + column) % 8]),
                None => transparent,
            }));
        }
        Indexed { palette, indices }
    }

    /// Returns at most [`MAX_COLORS`] colors, and the mean squared error of a part of a color.
    fn palette(&mut self, pixels: &[Option<[u8; 3]>]) -> (Vec<[u8; 3]>, f32) {
        self.bins.fill(Bin::default());
        for color in pixels.iter().flatten() {
            let bin = &mut self.bins[bin(*color)];
            bin.count += 1;
            for (sum, part) in bin.sums.iter_mut().zip(color) {
                *sum += u64::from(*part);
            }
        }
        let used = self.bins.iter().filter(|bin| bin.count > 0);
        let bins =
            used.map(|bin| (bin.sums.map(|sum| sum as f32 / bin.count as f32), bin.count as f32));
        let mut clusters = vec![Cluster::new(bins.collect())];
        while clusters.len() < MAX_COLORS {
            let worst = (0..clusters.len())
                .max_by(|one, other| clusters[*one].error.total_cmp(&clusters[*other].error));
            let Some(worst) = worst.filter(|worst| clusters[*worst].error > 0.0) else { break };
            let (one, other) = clusters.swap_remove(worst).divide();
            clusters.extend([one, other]);
        }
        let squares: f32 = clusters.iter().map(|cluster| cluster.error).sum();
        let weight = WEIGHTS.iter().sum::<i32>() as f32;
        let error = squares / weight / pixels.len() as f32;
        let round = |part: f32| part.round() as u8;
        (clusters.iter().map(|cluster| cluster.mean.map(round)).collect(), error)
    }

    fn index(&mut self, palette: &[[u8; 3]], color: [u8; 3], offset: i32) -> u8 {
        let color = color.map(|part| (i32::from(part) + offset).clamp(0, 255) as u8);
        let nearest = &mut self.nearest[bin(color)];
        if *nearest == 0 {
            let distance = |candidate: &[u8; 3]| -> i32 {
                let parts = candidate.iter().zip(color).zip(WEIGHTS);
                let square = |((one, other), weight): ((&u8, u8), i32)| {
                    let difference = i32::from(*one) - i32::from(other);
                    difference * difference * weight
                };
                parts.map(square).sum()
            };
            let found = (0..palette.len()).min_by_key(|index| distance(&palette[*index]));
            *nearest = found.unwrap_or_default() as u16 + 1;
        }
        (*nearest - 1) as u8
    }
}

impl Cluster {
    fn new(bins: Vec<([f32; 3], f32)>) -> Self {
        let count: f32 = bins.iter().map(|(_, count)| count).sum();
        let mean: [f32; 3] = std::array::from_fn(|axis| {
            bins.iter().map(|(color, count)| color[axis] * count).sum::<f32>() / count
        });
        let errors: [f32; 3] = std::array::from_fn(|axis| {
            let square =
                |(color, count): &([f32; 3], f32)| (color[axis] - mean[axis]).powi(2) * count;
            WEIGHTS[axis] as f32 * bins.iter().map(square).sum::<f32>()
        });
        let axis = (0..3).max_by(|one, other| errors[*one].total_cmp(&errors[*other])).unwrap_or(0);
        // One bin is one color, whatever rounding says.
        let error = if bins.len() < 2 { 0.0 } else { errors.iter().sum() };
        Self { bins, mean, error, axis }
    }

    /// In two, where the mean is.
    fn divide(self) -> (Self, Self) {
        let Self { bins, mean, axis, .. } = self;
        let (mut low, mut high): (Vec<_>, Vec<_>) =
            bins.into_iter().partition(|(color, _)| color[axis] < mean[axis]);
        // Rounding may leave all on one side.
        if low.is_empty() {
            low.extend(high.pop());
        }
        if high.is_empty() {
            high.extend(low.pop());
        }
        (Self::new(low), Self::new(high))
    }
}

/// `None` if there are too many colors.
fn exact(pixels: &[Option<[u8; 3]>]) -> Option<Indexed> {
    /// Open addressing; a power of two, and mostly empty.
    const SLOTS: usize = 2048;
    let mut slots: Vec<Option<([u8; 3], u8)>> = vec![None; SLOTS];
    let mut palette: Vec<[u8; 3]> = Vec::new();
    let mut index = |color: [u8; 3]| {
        let [red, green, blue] = color.map(u32::from);
        let hash = (red | green << 8 | blue << 16).wrapping_mul(0x9e37_79b1) >> 21;
        let mut slot = hash as usize;
        loop {
            match slots[slot] {
                Some((known, index)) if known == color => return Some(index),
                Some(_) => slot = (slot + 1) % SLOTS,
                None if palette.len() == MAX_COLORS => return None,
                None => {
                    let index = palette.len() as u8;
                    slots[slot] = Some((color, index));
                    palette.push(color);
                    return Some(index);
                }
            }
        }
    };
    // The index behind the last color is not known yet; nothing else has this one.
    let unknown = MAX_COLORS as u8;
    let indices: Option<Vec<u8>> =
        pixels.iter().map(|pixel| pixel.map_or(Some(unknown), &mut index)).collect();
    let mut indices = indices?;
    let transparent = palette.len() as u8;
    for index in &mut indices {
        if *index == unknown {
            *index = transparent;
        }
    }
    Some(Indexed { palette, indices })
}

fn bin(color: [u8; 3]) -> usize {
    color.iter().fold(0, |bin, part| bin << BITS | usize::from(part >> (8 - BITS)))
}

/// A place's level of 64 in the pattern: the bits of the column and of both, interleaved and reversed.
fn bayer(column: u8, row: u8) -> u8 {
    (0..3).fold(0, |level, bit| {
        let (column, row) = (column >> bit & 1, row >> bit & 1);
        level << 2 | (column ^ row) << 1 | row
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_colors_stay_exact_and_none_becomes_the_index_behind_them() {
        let pixels: Vec<_> =
            (0..600).map(|n| (n % 7 != 0).then_some([(n % 250) as u8, 3, 200])).collect();
        let Indexed { palette, indices } = Quantizer::new().reduce(&pixels, (0, 0), 30);
        assert!(palette.len() <= MAX_COLORS);
        for (pixel, index) in pixels.iter().zip(indices) {
            assert_eq!(palette.get(usize::from(index)), pixel.as_ref());
        }
    }

    #[test]
    fn many_colors_become_at_most_255_that_are_near() {
        let color = |n: usize| [(n % 256) as u8, (n / 256 * 2) as u8, (n / 200) as u8];
        let pixels: Vec<_> = (0..128 * 256).map(|n| (n % 9 > 0).then(|| color(n))).collect();
        let Indexed { palette, indices } = Quantizer::new().reduce(&pixels, (5, 3), 256);
        assert!((200..=MAX_COLORS).contains(&palette.len()), "{}", palette.len());
        let mut squares = 0;
        for (pixel, index) in pixels.iter().zip(indices) {
            assert_eq!(pixel.is_none(), usize::from(index) == palette.len());
            let Some(pixel) = pixel else { continue };
            for (one, other) in pixel.iter().zip(palette[usize::from(index)]) {
                squares += (i64::from(*one) - i64::from(other)).pow(2);
            }
        }
        let error = (squares as f64 / pixels.len() as f64 / 3.0).sqrt();
        assert!(error < 8.0, "{error}");
    }

    #[test]
    fn the_mean_of_a_dithered_area_is_its_color() {
        // More colors than fit, and a large area of one that lies between those of the palette.
        let mut pixels: Vec<_> = (0..64 * 64)
            .map(|n| Some([(n * 7 % 256) as u8, (n * 13 % 251) as u8, (n * 29 % 241) as u8]))
            .collect();
        let area = 64 * 8;
        pixels.extend(vec![Some([101, 77, 55]); area]);
        let Indexed { palette, indices } = Quantizer::new().reduce(&pixels, (0, 0), 64);
        for part in 0..3 {
            let sum: u32 = indices[64 * 64..]
                .iter()
                .map(|index| u32::from(palette[usize::from(*index)][part]))
                .sum();
            let mean = f64::from(sum) / area as f64;
            let wanted = f64::from([101_u8, 77, 55][part]);
            assert!((mean - wanted).abs() < 6.0, "part {part}: {mean}, not {wanted}");
        }
    }

    #[test]
    fn the_pattern_has_every_level_once() {
        let mut levels: Vec<u8> = (0..64).map(|n| bayer(n % 8, n / 8)).collect();
        levels.sort_unstable();
        assert_eq!(levels, (0..64).collect::<Vec<_>>());
    }
}
