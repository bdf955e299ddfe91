//! Every operation of every kind of processor beside the reference, on random and extreme lanes.

use super::Lanes;
use super::scalar::Scalar;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Anything, small numbers, or extremes.
    fn lanes(&mut self) -> [i16; 16] {
        let kind = self.next() % 4;
        std::array::from_fn(|_| {
            let r = self.next() >> 17;
            match kind {
                0 => r as i16,
                1 => (r % 5) as i16 - 2,
                2 => [i16::MIN + 1, i16::MAX, 0, -1, 1, 255, 256, -256, 16384][r as usize % 9],
                _ => i16::from(r.is_multiple_of(9)),
            }
        })
    }
}

fn lanes<V: Lanes>(value: V) -> [i16; 16] {
    let mut lanes = [0; 16];
    value.store(&mut lanes);
    lanes
}

/// Wide lanes, which only leave by being narrowed.
fn wide<V: Lanes>(value: V::Wide) -> [i16; 16] {
    lanes(V::narrow(V::shift_right_wide::<16>(value), V::shift_right_wide::<31>(value)))
}

/// Everything that can be done with these inputs.
fn everything<V: Lanes>(
    a: [i16; 16],
    b: [i16; 16],
    rows: &[[i16; 16]; 8],
    pixels: &[[u8; 4]; 16],
) -> Vec<Vec<i16>> {
    let (x, y) = (V::load(&a), V::load(&b));
    let block = rows.map(|row| V::load(&row));
    let (first, second) = (x.multiply_pairs(y), y.multiply_pairs(y));
    let pixels = V::pixels(pixels);
    let [red_blue_a, red_blue_b] = pixels.red_blue;
    let [green_one_a, green_one_b] = pixels.green_one;
    let factors = V::splat_pairs(37, -11);
    let of_pixels = |a: V, b: V| {
        let (a, b) = (a.multiply_pairs(factors), b.multiply_pairs(factors));
        lanes(V::narrow_pixels(V::shift_right_wide::<2>(a), V::shift_right_wide::<2>(b)))
    };
    let masks = V::nonzero(&block).map(|mask| mask.to_ne_bytes());
    vec![
        lanes(x).to_vec(),
        lanes(V::splat(a[0])).to_vec(),
        lanes(V::splat_pairs(a[1], b[1])).to_vec(),
        lanes(x.add(y)).to_vec(),
        lanes(x.sub(y)).to_vec(),
        lanes(x.mul_round(y)).to_vec(),
        lanes(x.shift_right::<3>()).to_vec(),
        wide::<V>(first).to_vec(),
        wide::<V>(V::add_wide(first, second)).to_vec(),
        lanes(V::narrow(V::shift_right_wide::<17>(first), V::shift_right_wide::<17>(second)))
            .to_vec(),
        of_pixels(red_blue_a, red_blue_b).to_vec(),
        of_pixels(green_one_a, green_one_b).to_vec(),
        lanes(V::add_neighbours(pixels.red_blue)).to_vec(),
        lanes(V::add_neighbours(pixels.green_one)).to_vec(),
        V::transpose(block).into_iter().flat_map(lanes).collect(),
        masks.as_flattened().iter().map(|&byte| i16::from(byte)).collect(),
    ]
}

fn are_the_reference<V: Lanes>() {
    let mut random = Random(0x1234_5678_9abc_def1);
    for round in 0..20_000 {
        let (a, b) = (random.lanes(), random.lanes());
        let rows = std::array::from_fn(|_| random.lanes());
        let pixels = std::array::from_fn(|_| (random.next() as u32).to_le_bytes());
        let expected = everything::<Scalar>(a, b, &rows, &pixels);
        let got = everything::<V>(a, b, &rows, &pixels);
        for (n, (got, expected)) in got.iter().zip(&expected).enumerate() {
            assert_eq!(got, expected, "operation {n}, round {round}: {a:?} {b:?}");
        }
    }
}

#[test]
fn the_reference_transposes_and_finds_what_is_not_zero() {
    let mut rows = [[0; 16]; 8];
    rows[2][3] = 5;
    rows[7][8] = -1;
    let block = rows.map(|row| Scalar::load(&row));
    let transposed = Scalar::transpose(block).map(lanes);
    assert_eq!((transposed[3][2], transposed[0][15]), (5, -1));
    // Transposed, (2, 3) is the coefficient in row 3, column 2: number 18; (7, 0) is number 28.
    assert_eq!(Scalar::nonzero(&block), [1 << 18, 1 << 28]);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn sse2_is_the_reference() {
    are_the_reference::<super::sse2::Sse2>();
}

#[test]
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
fn avx2_is_the_reference() {
    #[target_feature(enable = "avx2")]
    fn with_avx2() {
        are_the_reference::<super::avx2::Avx2>();
    }
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        unsafe { with_avx2() }
    }
}

#[test]
#[cfg(target_arch = "aarch64")]
fn neon_is_the_reference() {
    are_the_reference::<super::neon::Neon>();
}
