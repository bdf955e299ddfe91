//! Writes an input log.

use std::io::Write;
use std::path::PathBuf;

use log::Level;

use super::{Handed, Header, Line, Listener};
use crate::messages::Messages;

/// Writes what a program is handed. Each line is written at once and as a whole: what a program was handed
/// that is killed can be read.
pub(crate) struct Writer<W: Write> {
    to: W,
    path: PathBuf,
    messages: Messages,
    /// The last line was a deadline at this time, and so many followed at the same time.
    deadline: Option<f64>,
    repeated: u32,
    lines: Vec<u8>,
    failed: bool,
}

impl<W: Write> Writer<W> {
    /// Writes the header to `to`, which is the file at `path`.
    pub(crate) fn new(
        mut to: W,
        path: PathBuf,
        header: &Header,
        messages: Messages,
    ) -> std::io::Result<Self> {
        let mut lines = Vec::new();
        header.write(&mut lines);
        to.write_all(&lines)?;
        let (deadline, repeated, failed) = (None, 0, false);
        Ok(Self { to, path, messages, deadline, repeated, lines, failed })
    }

    /// Writes the deadlines that were only counted.
    fn write_repeated(&mut self) {
        let times = std::mem::take(&mut self.repeated);
        if let Some(timestamp) = self.deadline.filter(|_| times > 0) {
            Line::write_deadlines(timestamp, times, &mut self.lines);
        }
    }

    fn flush(&mut self) -> bool {
        let written = self.to.write_all(&self.lines);
        self.lines.clear();
        if let Err(error) = &written {
            self.failed = true;
            let path = self.path.display();
            let message =
                format!("input is not recorded any more: cannot write to {path}: {error}");
            self.messages.notice(Level::Error, &message);
        }
        written.is_ok()
    }
}

impl<W: Write> Listener for Writer<W> {
    fn hear(&mut self, handed: Handed<'_>) -> bool {
        self.lines.clear();
        match handed {
            Handed::Deadline(timestamp) if self.deadline == Some(timestamp) => {
                self.repeated += 1;
                if self.repeated < Line::MAX_TIMES {
                    return true;
                }
                self.write_repeated();
            }
            _ => {
                self.write_repeated();
                self.deadline = match handed {
                    Handed::Deadline(timestamp) => Some(timestamp),
                    _ => None,
                };
                handed.write(&mut self.lines);
            }
        }
        self.flush()
    }
}

impl<W: Write> Drop for Writer<W> {
    fn drop(&mut self) {
        if !self.failed && self.repeated > 0 {
            self.lines.clear();
            self.write_repeated();
            self.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use framecast_api::{CanvasSize, Event, EventKind, LogicalSize, SizeLimits};

    use super::*;

    /// A file of this many bytes at most, and how often it was written to.
    #[derive(Clone)]
    struct Disk(Rc<RefCell<(Vec<u8>, usize)>>, usize);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let mut file = self.0.borrow_mut();
            let room = self.1 - file.0.len();
            if room == 0 {
                return Err(std::io::ErrorKind::StorageFull.into());
            }
            let some = &bytes[..bytes.len().min(room)];
            file.0.extend_from_slice(some);
            file.1 += 1;
            Ok(some.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn writer(room: usize) -> (Writer<Disk>, Disk) {
        let size = CanvasSize::clamped(LogicalSize::new(4.0, 2.0), 1.0, SizeLimits::DEFAULT);
        let disk = Disk(Rc::default(), room);
        let header = Header::new("t", size.unwrap());
        let writer =
            Writer::new(disk.clone(), "a.jsonl".into(), &header, Messages::Facade).unwrap();
        (writer, disk)
    }

    fn lines(disk: &Disk) -> Vec<String> {
        let file = disk.0.borrow();
        String::from_utf8(file.0.clone()).unwrap().lines().skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn every_line_is_in_the_file_before_the_program_is_handed_it() {
        let (mut writer, disk) = writer(10_000);
        for count in 1..4 {
            assert!(writer.hear(Handed::Event(&Event::new(EventKind::FocusIn, 0.5, None))));
            assert_eq!(lines(&disk).len(), count);
            assert_eq!(disk.0.borrow().1, 1 + count, "one write for each line");
        }
    }

    #[test]
    fn deadlines_of_the_same_time_are_counted() {
        let (mut writer, disk) = writer(10_000);
        for timestamp in [0.5, 0.5, 0.5, 0.75] {
            assert!(writer.hear(Handed::Deadline(timestamp)));
        }
        assert!(writer.hear(Handed::Event(&Event::new(EventKind::FocusIn, 0.5, None))));
        for timestamp in [0.75, 0.75] {
            assert!(writer.hear(Handed::Deadline(timestamp)));
        }
        drop(writer);
        assert_eq!(
            lines(&disk),
            [
                r#"{"type":"deadline","timestamp":0.5}"#,
                r#"{"type":"deadline","timestamp":0.5,"times":2}"#,
                r#"{"type":"deadline","timestamp":0.75}"#,
                r#"{"type":"focus_in","timestamp":0.5}"#,
                r#"{"type":"deadline","timestamp":0.75}"#,
                r#"{"type":"deadline","timestamp":0.75}"#,
            ]
        );
    }

    #[test]
    fn more_deadlines_than_a_line_may_have_are_several_lines() {
        let (mut writer, disk) = writer(10_000);
        for _ in 0..Line::MAX_TIMES + 3 {
            assert!(writer.hear(Handed::Deadline(1.0)));
        }
        drop(writer);
        assert_eq!(
            lines(&disk),
            [
                r#"{"type":"deadline","timestamp":1.0}"#,
                r#"{"type":"deadline","timestamp":1.0,"times":1000000}"#,
                r#"{"type":"deadline","timestamp":1.0,"times":2}"#,
            ]
        );
    }

    #[test]
    fn a_full_disk_ends_the_recording_and_what_was_written_can_be_read() {
        let (mut writer, disk) = writer(150);
        let event = Event::new(EventKind::FocusIn, 0.5, None);
        assert!(writer.hear(Handed::Event(&event)));
        assert!(!writer.hear(Handed::Event(&event)), "it stops listening");
        drop(writer);
        let file = disk.0.borrow();
        assert_eq!(file.0.len(), 150);
        let (mut reader, _) = crate::input_log::Reader::open(&file.0[..]).unwrap();
        assert_eq!(reader.next(), Ok(Some(Line::Event(event))));
        assert!(reader.next().is_err(), "the rest of a line");
    }
}
