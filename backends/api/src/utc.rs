//! Times as RFC 3339 writes them in UTC: `2026-12-31T23:59:59Z`. Pure.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: u64 = 24 * 60 * 60;
/// Days from 1 March of the year 0 to 1970.
const BEFORE_1970: u64 = 719_468;
/// Days of 400 years.
const ERA: u64 = 146_097;

/// Reads `YYYY-MM-DDTHH:MM:SSZ`, from 1970 to 9999; `None` if it is something else. No fractions, no offsets, no
/// leap seconds.
///
/// ```
/// use framecast_api::utc;
/// let time = utc::parse("2026-12-31T23:59:59Z").unwrap();
/// assert_eq!(utc::format(time), "2026-12-31T23:59:59Z");
/// assert!(utc::parse("2026-02-29T00:00:00Z").is_none());
/// ```
#[must_use]
pub fn parse(text: &str) -> Option<SystemTime> {
    let bytes: &[u8; 20] = text.as_bytes().try_into().ok()?;
    let number = |from: usize, to: usize| {
        bytes[from..to].iter().try_fold(0, |sum, byte| {
            byte.is_ascii_digit().then(|| sum * 10 + u64::from(byte - b'0'))
        })
    };
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'Z')];
    if marks.iter().any(|(at, mark)| bytes[*at] != *mark) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if year < 1970 || !(1..=12).contains(&month) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Years that begin in March, so that a leap day is their last.
    let (shifted, march) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_year = (153 * march + 2) / 5 + day.checked_sub(1)?;
    let before = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400;
    let seconds = (before + of_year - BEFORE_1970) * DAY + hour * 3600 + minute * 60 + second;
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(seconds))?;
    // 31 April is 1 May by the sum, and no date.
    (format(time) == text).then_some(time)
}

/// Writes a time as [`parse`] reads it; a time before 1970 as 1970.
#[must_use]
pub fn format(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (days, second) = (seconds / DAY + BEFORE_1970, seconds % DAY);
    let (era, day) = (days / ERA, days % ERA);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let march = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * march + 2) / 5 + 1, (march + 2) % 12 + 1);
    let year = era * 400 + year + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!((format(time).as_str(), parse(text)), (text, Some(time)));
        }
        for day in 0..60_000 {
            let time = UNIX_EPOCH + Duration::from_secs(day * DAY + day % DAY);
            assert_eq!(parse(&format(time)), Some(time));
        }
    }

    #[test]
    fn what_is_no_such_time_is_refused() {
        for text in [
            "",
            "never",
            "2026-12-31",
            "2026-12-31 23:59:59Z",
            "2026-12-31T23:59:59",
            "2026-12-31T23:59:59z",
            "2026-12-31T23:59:60Z",
            "2026-12-31T24:00:00Z",
            "2026-12-31T23:60:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "+026-12-31T23:59:59Z",
            "2026-12-31T23:59:5\u{0661}",
            "2026-12-31T23:59:59.0Z",
            "2026-12-31T23:59:59+00:00",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
