//! Reads an input log, line by line: it may be of any size, cut off, damaged or hostile.

use std::io::{BufRead, Read};

use super::{Header, Line};

/// Why a log ends before its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Broken {
    /// In the middle of this line, as where the program was killed.
    CutOff(u64),
    /// This line makes no sense, or cannot be read.
    Damaged(u64, String),
}

/// The lines of a log. It keeps one in memory.
#[derive(Debug)]
pub(crate) struct Reader<R> {
    from: R,
    bytes: Vec<u8>,
    /// The number of the line in `bytes`, from 1.
    number: u64,
    over: bool,
}

impl<R: BufRead> Reader<R> {
    /// The longest line, in bytes: the longest event, [`EventKind::MAX_PASTE`](crate::EventKind::MAX_PASTE)
    /// bytes of control characters, fits.
    pub(crate) const MAX_LINE: usize = 256 * 1024;

    /// Reads the first line. Says what is wrong otherwise.
    pub(crate) fn open(from: R) -> Result<(Self, Header), String> {
        let mut reader = Self { from, bytes: Vec::new(), number: 0, over: false };
        let header = match reader.read() {
            Ok(None) => return Err("it is empty".into()),
            Ok(Some(_)) => Header::parse(&reader.bytes)?,
            Err(why) => return Err(why),
        };
        Ok((reader, header))
    }

    /// The number of the line that was read last, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The next line; `None` at the end, and after what is broken.
    pub(crate) fn next(&mut self) -> Result<Option<Line>, Broken> {
        if self.over {
            return Ok(None);
        }
        self.over = true;
        let whole = match self.read() {
            Ok(None) => return Ok(None),
            Ok(Some(whole)) => whole,
            Err(why) => return Err(Broken::Damaged(self.number, why)),
        };
        match Line::parse(&self.bytes) {
            Ok(line) => {
                self.over = false;
                Ok(Some(line))
            }
            Err(_) if !whole => Err(Broken::CutOff(self.number)),
            Err(why) => Err(Broken::Damaged(self.number, why)),
        }
    }

    /// Reads a line into `bytes`: whether its end is there, too. `None` at the end.
    fn read(&mut self) -> Result<Option<bool>, String> {
        self.number += 1;
        self.bytes.clear();
        let most = Self::MAX_LINE as u64 + 1;
        let read = (&mut self.from).take(most).read_until(b'\n', &mut self.bytes);
        match read {
            Err(error) => Err(error.to_string()),
            Ok(0) => Ok(None),
            Ok(length) if length > Self::MAX_LINE => {
                Err(format!("it is longer than {} bytes", Self::MAX_LINE))
            }
            Ok(_) => Ok(Some(self.bytes.ends_with(b"\n"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use framecast_api::{CanvasSize, Event, EventKind, LogicalSize, SizeLimits};

    use super::*;
    use crate::input_log::Handed;

    const HEADER: &str = "{\"format\":\"framecast-input\",\"version\":1,\"title\":\"t\",\"width\":4,\"height\":2,\"ratio\":1}\n";

    fn lines(log: &[u8]) -> (usize, Option<Broken>) {
        let (mut reader, _) = Reader::open(log).unwrap();
        let mut count = 0;
        loop {
            match reader.next() {
                Ok(Some(_)) => count += 1,
                Ok(None) => return (count, None),
                Err(broken) => {
                    assert_eq!(reader.next(), Ok(None), "nothing after what is broken");
                    return (count, Some(broken));
                }
            }
        }
    }

    #[test]
    fn the_fixtures_are_read_as_the_documentation_says() {
        let session = include_bytes!("fixtures/session.jsonl");
        let (_, header) = Reader::open(&session[..]).unwrap();
        let size = CanvasSize::clamped(LogicalSize::new(64.0, 48.0), 2.0, SizeLimits::DEFAULT);
        assert_eq!((header.title.as_str(), header.size), ("lamp", size.unwrap()));
        assert_eq!(lines(session), (16, None));
        assert_eq!(lines(include_bytes!("fixtures/cut_off.jsonl")), (3, Some(Broken::CutOff(5))));
        let (count, broken) = lines(include_bytes!("fixtures/damaged.jsonl"));
        assert!(matches!((count, &broken), (2, Some(Broken::Damaged(4, _)))), "{broken:?}");
        let version = include_bytes!("fixtures/version_2.jsonl");
        assert!(Reader::open(&version[..]).unwrap_err().contains("version 2"));
    }

    #[test]
    fn what_is_missing_after_the_last_end_of_a_line_is_told_from_damage() {
        let deadline = "{\"type\":\"deadline\",\"timestamp\":1}";
        let with = |rest: &str| format!("{HEADER}{rest}");
        assert_eq!(lines(with("").as_bytes()), (0, None));
        assert_eq!(lines(with(deadline).as_bytes()), (1, None), "its last end is no loss");
        for length in 1..deadline.len() {
            let cut = with(&deadline[..length]);
            assert_eq!(lines(cut.as_bytes()), (0, Some(Broken::CutOff(2))), "{cut}");
        }
        let (count, broken) = lines(with(&format!("{deadline}\n\n{deadline}\n")).as_bytes());
        assert!(matches!((count, &broken), (1, Some(Broken::Damaged(3, _)))), "{broken:?}");
        let (_, broken) = lines(&[HEADER.as_bytes(), b"\xff\n"].concat());
        assert!(matches!(broken, Some(Broken::Damaged(2, _))), "{broken:?}");
    }

    #[test]
    fn a_line_may_be_as_long_as_the_longest_event_and_no_longer() {
        let paste = EventKind::Paste { data: "\u{1}".repeat(EventKind::MAX_PASTE) };
        let mut log = HEADER.as_bytes().to_vec();
        Handed::Event(&Event::new(paste, 0.0, None)).write(&mut log);
        assert_eq!(lines(&log), (1, None));
        let endless = std::io::repeat(b' ');
        let (mut reader, _) =
            Reader::open(std::io::BufReader::new(HEADER.as_bytes().chain(endless))).unwrap();
        let Err(Broken::Damaged(2, why)) = reader.next() else { panic!("it has no end") };
        assert!(why.contains("longer than 262144 bytes"), "{why}");
        assert!(reader.bytes.len() <= Reader::<&[u8]>::MAX_LINE + 1);
    }
}
