//! Words for people.

/// Returns a number of bytes for people.
#[must_use]
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1000 => format!("{bytes} bytes"),
        1000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}

/// What there is of a recording whose writing failed, behind why it did.
pub(crate) fn kept(seconds: f64, bytes: u64) -> String {
    format!("; what was written can be played: {seconds:.1} s, {}", size(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_unit_that_people_read() {
        assert_eq!([5, 5000, 5_000_000_000].map(size), ["5 bytes", "5.0 kB", "5.00 GB"]);
        assert_eq!(kept(2.04, 4_200_000), "; what was written can be played: 2.0 s, 4.2 MB");
    }
}
