//! Which instructions a processor has, and the same work done with each.
#![allow(unsafe_code)]

use crate::lanes::scalar::Scalar;
use crate::scan::{self, Scratch, Task};

/// A set of instructions that the encoder can use. All give the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Instructions {
    /// Those that every processor has.
    Scalar,
    /// SSE2, on x86-64.
    Sse2,
    /// AVX2, BMI1, BMI2, LZCNT and POPCNT, on x86-64.
    Avx2,
    /// NEON, on 64-bit Arm.
    Neon,
}

impl Instructions {
    /// The quickest that this processor has.
    pub fn best() -> Self {
        if Self::Avx2.are_available() {
            Self::Avx2
        } else if Self::Sse2.are_available() {
            Self::Sse2
        } else if Self::Neon.are_available() {
            Self::Neon
        } else {
            Self::Scalar
        }
    }

    /// Whether this processor has them.
    pub fn are_available(self) -> bool {
        match self {
            Self::Scalar => true,
            Self::Sse2 => cfg!(target_arch = "x86_64"),
            Self::Avx2 => has_avx2(),
            Self::Neon => cfg!(target_arch = "aarch64"),
        }
    }
}

/// As [`scan::write`], with these instructions.
pub(crate) fn write(
    instructions: Instructions,
    task: &Task<'_>,
    scratch: &mut Scratch,
    out: &mut Vec<u8>,
) -> bool {
    match instructions {
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2 => {
            assert!(has_avx2());
            // SAFETY: the processor has what the function needs.
            unsafe { write_avx2(task, scratch, out) }
        }
        #[cfg(target_arch = "x86_64")]
        Instructions::Sse2 => scan::write::<crate::lanes::sse2::Sse2>(task, scratch, out),
        #[cfg(target_arch = "aarch64")]
        Instructions::Neon => scan::write::<crate::lanes::neon::Neon>(task, scratch, out),
        _ => scan::write::<Scalar>(task, scratch, out),
    }
}

/// # Safety
/// The processor has these instructions.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
unsafe fn write_avx2(task: &Task<'_>, scratch: &mut Scratch, out: &mut Vec<u8>) -> bool {
    scan::write::<crate::lanes::avx2::Avx2>(task, scratch, out)
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("lzcnt")
        && is_x86_feature_detected!("popcnt")
}

#[cfg(not(target_arch = "x86_64"))]
fn has_avx2() -> bool {
    false
}
