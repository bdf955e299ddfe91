//! Four numbers at once: arithmetic on arrays that the compiler turns into vector instructions.

use std::array::from_fn;
use std::ops::{Add, Mul, Sub};

/// Numbers worked on together.
pub(crate) const LANES: usize = 4;

/// `LANES` numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Lanes(pub [f32; LANES]);

impl Lanes {
    /// The same number in every lane.
    pub(crate) fn all(value: f32) -> Self {
        Self([value; LANES])
    }

    /// 1 over each.
    pub(crate) fn inverse(self) -> Self {
        Self(from_fn(|lane| 1.0 / self.0[lane]))
    }

    /// The square root of each.
    pub(crate) fn sqrt(self) -> Self {
        Self(from_fn(|lane| self.0[lane].sqrt()))
    }

    /// Each without its sign.
    pub(crate) fn abs(self) -> Self {
        Self(from_fn(|lane| self.0[lane].abs()))
    }

    /// Each, or `least` where it is smaller.
    pub(crate) fn above(self, least: f32) -> Self {
        // Unlike `f32::max` one instruction, as it need not care for NaN.
        Self(from_fn(|lane| if self.0[lane] > least { self.0[lane] } else { least }))
    }

    /// Each, or `most` where it is larger.
    pub(crate) fn below(self, most: f32) -> Self {
        Self(from_fn(|lane| if self.0[lane] < most { self.0[lane] } else { most }))
    }

    /// The larger of each two.
    pub(crate) fn larger(self, other: Self) -> Self {
        let pick = |a: f32, b: f32| if a > b { a } else { b };
        Self(from_fn(|lane| pick(self.0[lane], other.0[lane])))
    }

    /// Each to the power of 2 to the power of `squarings`.
    pub(crate) fn power(self, squarings: u32) -> Self {
        (0..squarings).fold(self, |value, _| value * value)
    }

    /// 1 where it is larger than `limit`, else 0.
    pub(crate) fn exceeds(self, limit: f32) -> Self {
        Self(from_fn(|lane| if self.0[lane] > limit { 1.0 } else { 0.0 }))
    }
}

impl Add for Lanes {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] + other.0[lane]))
    }
}

impl Sub for Lanes {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] - other.0[lane]))
    }
}

impl Mul for Lanes {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] * other.0[lane]))
    }
}

impl Mul<f32> for Lanes {
    type Output = Self;

    fn mul(self, factor: f32) -> Self {
        self * Self::all(factor)
    }
}

impl Add<f32> for Lanes {
    type Output = Self;

    fn add(self, value: f32) -> Self {
        self + Self::all(value)
    }
}

/// `LANES` directions.
pub(crate) type Directions = [Lanes; 3];

/// The scalar products with one direction.
pub(crate) fn dot_one([x, y, z]: Directions, one: [f32; 3]) -> Lanes {
    x * one[0] + y * one[1] + z * one[2]
}

/// The scalar products.
pub(crate) fn dot(a: Directions, b: Directions) -> Lanes {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Of length 1.
pub(crate) fn unit(a: Directions) -> Directions {
    let scale = dot(a, a).sqrt().inverse();
    [a[0] * scale, a[1] * scale, a[2] * scale]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lane_is_worked_out_by_itself() {
        let lanes = Lanes([-4.0, 0.0, 0.25, 9.0]);
        assert_eq!(lanes.abs().sqrt().0, [2.0, 0.0, 0.5, 3.0]);
        assert_eq!(lanes.above(0.0).below(1.0).0, [0.0, 0.0, 0.25, 1.0]);
        assert_eq!(lanes.exceeds(0.0).0, [0.0, 0.0, 1.0, 1.0]);
        assert_eq!((lanes * 2.0 - lanes + 1.0).0, [-3.0, 1.0, 1.25, 10.0]);
        assert_eq!(lanes.power(2).0[3], 6561.0);
        assert_eq!(lanes.larger(Lanes::all(1.0)).0, [1.0, 1.0, 1.0, 9.0]);
    }

    #[test]
    fn a_unit_has_length_one() {
        let unit = unit([Lanes::all(3.0), Lanes::all(0.0), Lanes([4.0, 1.0, -7.0, 100.0])]);
        assert!(dot(unit, unit).0.iter().all(|length| (length - 1.0).abs() < 1e-6));
    }
}
