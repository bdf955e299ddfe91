//! Which line of an input log is due. Pure, but for reading.

use std::io::BufRead;
use std::time::{Duration, Instant};

use framecast_api::EventKind;

use super::reader::{Broken, Reader};
use super::{Draw, Line};
use crate::options::ReplaySpeed;

/// How a log ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With the canvas, or with its last line.
    Whole,
    /// In the middle of this line, as where the program was killed.
    CutOff(u64),
    /// This line makes no sense, or cannot be read.
    Damaged(u64, String),
}

/// What comes next.
#[derive(Debug, PartialEq)]
pub(crate) enum Played {
    /// The program is handed this. A deadline's `times` counts nothing here: each comes alone.
    Line(Line),
    /// Nothing before then.
    Wait(Option<Instant>),
    /// The log has ended.
    End(Ending),
}

/// What the log has where the program begins a frame itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Begun {
    Frame(Draw),
    /// Something else.
    Other,
    /// Nothing more.
    Ended,
}

/// Plays a log: says what is due.
pub(crate) struct Player {
    log: Reader<Box<dyn BufRead>>,
    speed: ReplaySpeed,
    /// The next line, once read, and how often it comes still.
    next: Option<(Line, u32)>,
    /// The instant of the first line, and its time.
    start: Option<(Instant, f64)>,
    ended: Option<Ending>,
}

impl Player {
    pub(crate) fn new(log: Reader<Box<dyn BufRead>>, speed: ReplaySpeed) -> Self {
        Self { log, speed, next: None, start: None, ended: None }
    }

    /// Takes the next line, if it is due.
    pub(crate) fn next(&mut self, now: Instant) -> Played {
        let due = match self.read() {
            Err(ending) => return Played::End(ending),
            Ok(line) => line.timestamp(),
        };
        let (start, first) = *self.start.get_or_insert((now, due));
        match due_at(self.speed, start, due - first) {
            Some(at) if at <= now => {}
            at => return Played::Wait(at),
        }
        self.take().map_or(Played::Wait(None), Played::Line)
    }

    /// Whether the next line is a draw, due or not.
    pub(crate) fn is_draw_next(&mut self) -> bool {
        matches!(self.read(), Ok(Line::Draw(_)))
    }

    /// Takes the next line if it is a frame that the program began, due or not.
    pub(crate) fn take_frame(&mut self) -> Begun {
        match self.read() {
            Ok(&Line::Frame(frame)) => {
                self.take();
                Begun::Frame(frame)
            }
            Ok(_) => Begun::Other,
            Err(_) => Begun::Ended,
        }
    }

    /// The number of the line that was read last.
    pub(crate) fn line(&self) -> u64 {
        self.log.number()
    }

    /// The next line, if the log has not ended.
    fn read(&mut self) -> Result<&Line, Ending> {
        if self.next.is_none() {
            if let Some(ending) = &self.ended {
                return Err(ending.clone());
            }
            match self.read_line() {
                Ok(line) => self.next = Some(line),
                Err(ending) => {
                    self.ended = Some(ending.clone());
                    return Err(ending);
                }
            }
        }
        self.next.as_ref().map(|(line, _)| line).ok_or(Ending::Whole)
    }

    /// A line of the file, and how often it comes.
    fn read_line(&mut self) -> Result<(Line, u32), Ending> {
        let line = match self.log.next() {
            Ok(line) => line.ok_or(Ending::Whole)?,
            Err(Broken::CutOff(line)) => return Err(Ending::CutOff(line)),
            Err(Broken::Damaged(line, why)) => return Err(Ending::Damaged(line, why)),
        };
        match line {
            Line::Event(event) if event.kind == EventKind::Close => Err(Ending::Whole),
            Line::Deadline { times, .. } => Ok((line, times)),
            line => Ok((line, 1)),
        }
    }

    fn take(&mut self) -> Option<Line> {
        let (line, times) = self.next.take()?;
        if times > 1 {
            self.next = Some((line.clone(), times - 1));
        }
        Some(line)
    }
}

/// When a line is due that was recorded `seconds` after the first; `None`: not in any time that counts.
fn due_at(speed: ReplaySpeed, start: Instant, seconds: f64) -> Option<Instant> {
    let times = match speed {
        ReplaySpeed::Max => return Some(start),
        ReplaySpeed::Times(times) if times > 0.0 => times,
        ReplaySpeed::Times(_) => 1.0,
    };
    // Events may have happened before the step that was handed out before them.
    let wait = Duration::try_from_secs_f64((seconds / times).max(0.0)).ok()?;
    start.checked_add(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "{\"format\":\"framecast-input\",\"version\":1,\"title\":\"t\",\"width\":4,\"height\":2,\"ratio\":1}\n";

    fn player(lines: &str, speed: ReplaySpeed) -> Player {
        let log: Box<dyn BufRead> =
            Box::new(std::io::Cursor::new(format!("{HEADER}{lines}").into_bytes()));
        Player::new(Reader::open(log).unwrap().0, speed)
    }

    fn deadline(timestamp: f64) -> String {
        format!("{{\"type\":\"deadline\",\"timestamp\":{timestamp}}}\n")
    }

    #[test]
    fn lines_come_at_their_times_from_the_first_one_on() {
        let start = Instant::now();
        let at = |seconds: f64| start + Duration::from_secs_f64(seconds);
        for (speed, factor) in [(1.0, 1.0), (4.0, 0.25), (0.5, 2.0), (0.0, 1.0)] {
            // The third one happened before the second, and was handed out after it.
            let lines = [100.0, 102.0, 101.0].map(deadline).concat();
            let mut player = player(&lines, ReplaySpeed::Times(speed));
            assert!(matches!(player.next(start), Played::Line(_)), "at once");
            assert_eq!(player.next(start), Played::Wait(Some(at(2.0 * factor))));
            assert!(matches!(player.next(at(2.0 * factor)), Played::Line(_)));
            assert!(matches!(player.next(at(2.0 * factor)), Played::Line(_)), "in order");
            assert_eq!(player.next(start), Played::End(Ending::Whole));
        }
    }

    #[test]
    fn without_waiting_all_lines_come_at_once_and_repeated_ones_as_often_as_they_did() {
        let start = Instant::now();
        let lines = format!("{}{}", deadline(1.0).replace('}', ",\"times\":3}"), deadline(1e12));
        let mut player = player(&lines, ReplaySpeed::Max);
        for _ in 0..4 {
            assert!(matches!(player.next(start), Played::Line(Line::Deadline { .. })));
        }
        assert_eq!(player.next(start), Played::End(Ending::Whole));
    }

    #[test]
    fn a_line_in_a_time_that_never_comes_is_waited_for() {
        let start = Instant::now();
        let mut player = player(&[0.0, 1e12].map(deadline).concat(), ReplaySpeed::Times(0.001));
        assert!(matches!(player.next(start), Played::Line(_)));
        assert!(matches!(player.next(start), Played::Wait(_)));
    }

    #[test]
    fn the_log_ends_where_the_canvas_was_closed() {
        let close = "{\"type\":\"close\",\"timestamp\":2}\n";
        let mut player = player(&format!("{close}{}", deadline(3.0)), ReplaySpeed::Max);
        assert_eq!(player.next(Instant::now()), Played::End(Ending::Whole));
    }

    #[test]
    fn a_frame_is_taken_only_where_the_program_began_one() {
        let frame = "{\"type\":\"frame\",\"timestamp\":9,\"step\":0.5,\"width\":4,\"height\":2,\"ratio\":1}\n";
        let mut player =
            player(&format!("{}{frame}what?\n", deadline(1.0)), ReplaySpeed::default());
        assert_eq!(player.take_frame(), Begun::Other);
        assert!(matches!(player.next(Instant::now()), Played::Line(_)));
        let Begun::Frame(frame) = player.take_frame() else { panic!("none") };
        assert_eq!((frame.timestamp, frame.step), (9.0, 0.5));
        assert_eq!(player.take_frame(), Begun::Ended);
        let end = player.next(Instant::now());
        assert!(matches!(&end, Played::End(Ending::Damaged(4, _))), "told once more: {end:?}");
    }
}
