//! Sixteen 16-bit numbers at once: what the transform and the colors are written in, and how each
//! kind of processor does it. [`scalar`] is the reference: what the others give is the same, bit by
//! bit.

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "aarch64")]
pub(crate) mod neon;
pub(crate) mod scalar;
#[cfg(target_arch = "x86_64")]
pub(crate) mod sse2;
#[cfg(test)]
mod tests;

/// Sixteen lanes of 16 bits.
///
/// Two blocks stand side by side in them: lanes 0 to 7 are a row of the first, lanes 8 to 15 the
/// same row of the second.
pub(crate) trait Lanes: Copy {
    /// Eight lanes of 32 bits.
    type Wide: Copy;

    fn load(from: &[i16; 16]) -> Self;
    fn store(self, to: &mut [i16; 16]);
    fn splat(value: i16) -> Self;
    /// An even and an odd value by turns.
    fn splat_pairs(even: i16, odd: i16) -> Self;

    /// Sum, modulo 2^16.
    fn add(self, other: Self) -> Self;
    /// Difference, modulo 2^16.
    fn sub(self, other: Self) -> Self;
    /// `(self * other + 2^14) >> 15`; not both are -2^15.
    fn mul_round(self, other: Self) -> Self;
    /// Halves `BITS` times, towards negative infinity.
    fn shift_right<const BITS: i32>(self) -> Self;

    /// `self[2n] * other[2n] + self[2n + 1] * other[2n + 1]`.
    fn multiply_pairs(self, other: Self) -> Self::Wide;
    /// Sum, modulo 2^32.
    fn add_wide(a: Self::Wide, b: Self::Wide) -> Self::Wide;
    /// Halves `BITS` times, towards negative infinity.
    fn shift_right_wide<const BITS: i32>(a: Self::Wide) -> Self::Wide;
    /// The lanes of `a`, then those of `b`; all are within 16 bits.
    fn narrow(a: Self::Wide, b: Self::Wide) -> Self;

    /// Sixteen RGBA pixels, of which the alpha is replaced by 128.
    ///
    /// In which of the two each pixel stands is left open: [`narrow_pixels`](Self::narrow_pixels)
    /// and [`add_neighbours`](Self::add_neighbours) bring them back in order.
    fn pixels(from: &[[u8; 4]; 16]) -> Pixels<Self>;
    /// As [`narrow`](Self::narrow), for what was computed of the halves of [`pixels`](Self::pixels).
    fn narrow_pixels(a: Self::Wide, b: Self::Wide) -> Self;
    /// Sums of pixels 0 and 1, 2 and 3 … of the halves of [`pixels`](Self::pixels), modulo 2^16.
    fn add_neighbours(halves: [Self; 2]) -> Self;

    /// Exchanges rows and columns of each block.
    fn transpose(rows: [Self; 8]) -> [Self; 8];
    /// Which coefficients of each block, transposed, are not 0: bit k is coefficient k of the zig-zag order.
    fn nonzero(rows: &[Self; 8]) -> [u64; 2];
}

/// Sixteen pixels, two values each.
#[derive(Clone, Copy)]
pub(crate) struct Pixels<V> {
    /// Red, blue, red, blue …
    pub(crate) red_blue: [V; 2],
    /// Green, 128, green, 128 …
    pub(crate) green_one: [V; 2],
}
