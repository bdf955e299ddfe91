//! How much memory a picture may take. Pure arithmetic.

use std::fmt;
use std::str::FromStr;

use framecast::{Error, Result};

/// The flag that raises the limit, for messages.
const FLAG: &str = "--max-memory";
/// Bytes of a decoded pixel.
const PIXEL: u64 = 4;
/// Bytes a pixel that are needed once it is decoded: for a copy that is turned, or that is made
/// when a picture with transparent pixels is scaled.
const SHOWING: u64 = 4;
/// What a budget may be written in, the longest names first.
const UNITS: [(&str, u64); 14] = [
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("k", 1 << 10),
    ("m", 1 << 20),
    ("g", 1 << 30),
    ("t", 1 << 40),
    ("b", 1),
    ("", 1),
];

/// The most memory that opening and showing one picture may take, its file aside, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget(u64);

impl Default for Budget {
    fn default() -> Self {
        Self(1 << 30)
    }
}

impl Budget {
    /// A budget of so many bytes.
    #[cfg(test)]
    pub(crate) const fn of_bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The limit, in bytes.
    pub(crate) const fn bytes(self) -> u64 {
        self.0
    }

    /// Whether a still picture fits. `decoding` is how many bytes a pixel its decoder holds beside
    /// the decoded pixels.
    ///
    /// # Errors
    /// If it does not.
    pub(super) fn check_still(self, size: (u32, u32), decoding: u64) -> Result<()> {
        self.check_still_and(size, decoding, 0)
    }

    /// The same of a picture whose decoder holds `more` bytes, whatever the number of pixels.
    ///
    /// # Errors
    /// If it does not fit.
    pub(super) fn check_still_and(self, size: (u32, u32), decoding: u64, more: u64) -> Result<()> {
        let need = area(size).saturating_mul(PIXEL + decoding.max(SHOWING));
        self.check(size, need.saturating_add(more))
    }

    /// Whether an animation fits. `decoding` is how many bytes a pixel the decoder of its frames
    /// holds beside the canvas; what a frame covered is kept if `previous`.
    ///
    /// # Errors
    /// If it does not.
    pub(super) fn check_animation(
        self,
        size: (u32, u32),
        decoding: u64,
        previous: bool,
    ) -> Result<()> {
        let kept = if previous { PIXEL } else { 0 };
        self.check(size, area(size).saturating_mul(PIXEL + kept + decoding.max(SHOWING)))
    }

    /// What is said of a picture that needs more in a way that cannot be counted beforehand.
    pub(super) fn exceeded(self) -> String {
        format!("it needs more memory than the limit, {self}; {FLAG} raises it")
    }

    /// Whether a picture of this size that needs this much fits: the limit, the need and the flag
    /// are told if it does not.
    fn check(self, (width, height): (u32, u32), need: u64) -> Result<()> {
        if need <= self.0 {
            return Ok(());
        }
        let need = readable(need);
        Err(Error::failed(format!(
            "{width} × {height} pixels need {need} of memory; the limit is {self} and {FLAG} \
             raises it"
        )))
    }
}

fn area((width, height): (u32, u32)) -> u64 {
    u64::from(width) * u64::from(height)
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&readable(self.0))
    }
}

/// A size for people, in at most one decimal place.
fn readable(bytes: u64) -> String {
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let Some((name, unit)) = units.into_iter().find(|(_, unit)| bytes >= *unit) else {
        return format!("{bytes} bytes");
    };
    if bytes.is_multiple_of(unit) {
        format!("{} {name}", bytes / unit)
    } else {
        format!("{:.1} {name}", bytes as f64 / unit as f64)
    }
}

impl FromStr for Budget {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || format!("{text:?} is no amount of memory; write for example 512MiB or 2GiB");
        let written = text.trim().to_ascii_lowercase();
        let end = written.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(written.len());
        let (number, unit) = written.split_at(end);
        let (_, unit) =
            UNITS.into_iter().find(|(name, _)| *name == unit.trim()).ok_or_else(wrong)?;
        let number: f64 = number.parse().map_err(|_| wrong())?;
        let bytes = number * unit as f64;
        if bytes < 1.0 {
            return Err(wrong());
        }
        // Beyond what a number holds there is no limit, which is what was asked for.
        Ok(Self(bytes as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_the_usual_units() {
        for (text, bytes) in [
            ("1", 1),
            ("4096b", 4096),
            ("64K", 64 << 10),
            ("512MiB", 512 << 20),
            ("512 mib", 512 << 20),
            ("1.5g", 3 << 29),
            ("2GiB", 2 << 30),
            ("2GB", 2_000_000_000),
            ("1TiB", 1 << 40),
            ("1t", 1 << 40),
            ("3TB", 3_000_000_000_000),
            ("99999999999GiB", u64::MAX),
        ] {
            assert_eq!(text.parse(), Ok(Budget(bytes)), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused_with_an_example() {
        for text in ["", "GiB", "0", "0.1", "-1GiB", "1 TiB?", "1e9", "1.2.3M", "many", "∞"] {
            let error = text.parse::<Budget>().unwrap_err();
            assert!(error.contains("2GiB") && error.contains(&format!("{text:?}")), "{error}");
        }
    }

    #[test]
    fn area_counts_and_not_the_side() {
        let budget = Budget::default();
        budget.check_still((40_000, 1_000), 8).unwrap();
        budget.check_still((1, 60_000_000), 0).unwrap();
        assert!(budget.check_still((40_000, 40_000), 0).is_err());
    }

    #[test]
    fn all_that_a_picture_costs_is_counted() {
        // 1,000 pixels: decoded, and the larger of what comes before and what comes after.
        for (decoding, need) in [(0, 8_000), (4, 8_000), (8, 12_000), (24, 28_000)] {
            Budget(need).check_still((10, 100), decoding).unwrap();
            assert!(Budget(need - 1).check_still((10, 100), decoding).is_err());
            Budget(need).check_animation((10, 100), decoding, false).unwrap();
            assert!(Budget(need + 3_999).check_animation((10, 100), decoding, true).is_err());
            Budget(need + 4_000).check_animation((10, 100), decoding, true).unwrap();
        }
        let most = (u32::MAX, u32::MAX);
        assert!(Budget(u64::MAX - 1).check_still(most, u64::MAX / 2).is_err());
    }

    #[test]
    fn the_error_tells_limit_need_and_flag() {
        let budget = Budget::of_bytes(1 << 30);
        budget.check((1, 1), 1 << 30).unwrap();
        let error = budget.check((30_000, 20_000), 5 << 29).unwrap_err().to_string();
        for part in ["30000 × 20000", "2.5 GiB", "1 GiB", "--max-memory"] {
            assert!(error.contains(part), "{part} is missing in {error}");
        }
    }
}
