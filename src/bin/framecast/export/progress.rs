//! What is told while a long file is written. Pure: the time is passed in.

use std::time::Duration;

use framecast_record::words::size;

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Progress {
    /// Seconds of the recording that were written, and that there are.
    pub(crate) done: f64,
    pub(crate) all: f64,
    pub(crate) bytes: u64,
    /// How long it has taken.
    pub(crate) took: Duration,
}

impl Progress {
    /// One line: time, size, speed, time left.
    pub(crate) fn line(&self) -> String {
        let Self { done, all, bytes, took } = *self;
        let took = took.as_secs_f64();
        let mut line = format!("{done:.1} of {all:.1} s, {}", size(bytes));
        if took >= 0.5 && done > 0.0 {
            let speed = done / took;
            let left = (all - done).max(0.0) / speed;
            line += &format!(", {speed:.1} times as fast as it was, {left:.0} s left");
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_time_size_speed_and_what_is_left() {
        let progress =
            Progress { done: 30.0, all: 90.0, bytes: 4_200_000, took: Duration::from_secs(10) };
        assert_eq!(
            progress.line(),
            "30.0 of 90.0 s, 4.2 MB, 3.0 times as fast as it was, 20 s left"
        );
        let begins = Progress { done: 0.0, took: Duration::ZERO, bytes: 12, ..progress };
        assert_eq!(begins.line(), "0.0 of 90.0 s, 12 bytes");
    }
}
