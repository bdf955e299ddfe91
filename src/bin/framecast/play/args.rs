//! Values of the flags of `play`.

use std::str::FromStr;

use framecast::Error;

use super::AtEnd;

/// A speed, 0.01 to 100.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Speed(pub(crate) f64);

impl FromStr for Speed {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let speed = text.strip_suffix('x').unwrap_or(text).parse().ok();
        let speed = speed.filter(|speed| (0.01..=100.0).contains(speed));
        speed.map(Self).ok_or_else(|| {
            Error::invalid_input(format!("{text:?} is no speed; possible are 0.01 to 100"))
        })
    }
}

/// A time in a recording, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moment(pub(crate) f64);

impl FromStr for Moment {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let error =
            || Error::invalid_input(format!("{text:?} is no time; write seconds, 1:30 or 1:02:03"));
        let mut seconds = 0.0;
        let mut parts = text.split(':');
        for (index, part) in parts.by_ref().enumerate() {
            let number: f64 = part.parse().map_err(|_| error())?;
            let is_whole = part.bytes().all(|byte| byte.is_ascii_digit());
            let is_last = index == text.matches(':').count();
            // Only the first may be 60 or more, and only the last may have a fraction.
            if index > 2 || !(is_whole || is_last) || index > 0 && number >= 60.0 {
                return Err(error());
            }
            seconds = seconds * 60.0 + number;
        }
        let is_time = seconds.is_finite() && (0.0..1e9).contains(&seconds) && !text.contains('-');
        if is_time { Ok(Self(seconds)) } else { Err(error()) }
    }
}

impl FromStr for AtEnd {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "hold" => Ok(Self::Hold),
            "close" => Ok(Self::Close),
            "repeat" => Ok(Self::Repeat),
            _ => Err(Error::invalid_input(format!(
                "{text:?} is not possible; choose hold, close or repeat"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_minutes_or_hours() {
        let seconds = |text: &str| text.parse::<Moment>().map(|moment| moment.0).ok();
        assert_eq!(seconds("90"), Some(90.0));
        assert_eq!(seconds("1.5"), Some(1.5));
        assert_eq!(seconds("1:30"), Some(90.0));
        assert_eq!(seconds("1:02:03.5"), Some(3723.5));
        for wrong in ["", "x", "-1", "1:60", "1:2:3:4", "1.5:3", "nan", "inf", "1e99", ":", "1:-2"]
        {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn speeds_and_ends_say_what_is_possible() {
        assert_eq!("2".parse::<Speed>().unwrap(), Speed(2.0));
        assert_eq!("0.5x".parse::<Speed>().unwrap(), Speed(0.5));
        for wrong in ["0", "-1", "101", "nan", "fast"] {
            assert!(wrong.parse::<Speed>().unwrap_err().to_string().contains("0.01 to 100"));
        }
        assert!("stop".parse::<AtEnd>().unwrap_err().to_string().contains("hold, close or repeat"));
    }
}
