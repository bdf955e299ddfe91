//! Names of segments, as they stand in addresses. Pure.

use std::fmt;
use std::str::FromStr;

/// The name of a segment: `RUN-NUMBER-KEY`. RUN and KEY are 16 hexadecimal digits each, the same RUN for all segments of
/// one [`Segments`](super::Segments), NUMBER grows by one, and KEY is random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SegmentName {
    run: u64,
    number: u64,
    key: u64,
}

/// A text that is not the name of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSegmentName;

impl SegmentName {
    pub(super) fn new(run: u64, number: u64, key: u64) -> Self {
        Self { run, number, key }
    }
}

impl fmt::Display for SegmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{}-{:016x}", self.run, self.number, self.key)
    }
}

impl FromStr for SegmentName {
    type Err = NoSegmentName;

    /// Reads a name that is written exactly as [`Display`](fmt::Display) does: each segment has one address.
    fn from_str(text: &str) -> Result<Self, NoSegmentName> {
        let mut fields = text.splitn(3, '-');
        let mut field = || fields.next().ok_or(NoSegmentName);
        let (run, number, key) = (field()?, field()?, field()?);
        let hex = |digits| u64::from_str_radix(digits, 16).map_err(|_| NoSegmentName);
        let number = number.parse().map_err(|_| NoSegmentName)?;
        let name = Self { run: hex(run)?, number, key: hex(key)? };
        if name.to_string() == text { Ok(name) } else { Err(NoSegmentName) }
    }
}

impl fmt::Display for NoSegmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the name of a segment")
    }
}

impl std::error::Error for NoSegmentName {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_in_one_way_and_read_in_no_other() {
        let name = SegmentName::new(0xab, 17, u64::MAX);
        let text = name.to_string();
        assert_eq!(text, "00000000000000ab-17-ffffffffffffffff");
        assert_eq!(text.parse(), Ok(name));
        for other in [
            "",
            "-",
            "--",
            "ab-17-ffffffffffffffff",
            "00000000000000AB-17-ffffffffffffffff",
            "00000000000000ab-017-ffffffffffffffff",
            "00000000000000ab-+17-ffffffffffffffff",
            "+0000000000000ab-17-ffffffffffffffff",
            "00000000000000ab-17-ffffffffffffffff-",
            "00000000000000ab-17-ffffffffffffffff0",
            "00000000000000ab-18446744073709551616-ffffffffffffffff",
            "00000000000000ab-17",
            " 00000000000000ab-17-ffffffffffffffff",
        ] {
            assert_eq!(other.parse::<SegmentName>(), Err(NoSegmentName), "{other:?}");
        }
    }
}
