//! One line of an input log. Pure.

use framecast_api::{
    CanvasSize, ClientId, Event, EventKind, LogicalSize, PhysicalSize, Resize, SizeLimits, Source,
};
use serde::{Deserialize, Serialize};

use super::{Draw, Handed};

/// The first line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Header {
    /// The title of the program's canvas, cut to [`MAX_TITLE`](Self::MAX_TITLE).
    pub(crate) title: String,
    pub(crate) size: CanvasSize,
}

/// A line after the first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Line {
    Event(Event),
    Draw(Draw),
    Frame(Draw),
    /// So many deadlines passed at this time, in seconds.
    Deadline {
        timestamp: f64,
        times: u32,
    },
}

#[derive(Serialize, Deserialize)]
struct HeaderLine {
    format: String,
    version: u32,
    #[serde(default)]
    title: String,
    #[serde(flatten)]
    size: Size,
}

#[derive(Serialize, Deserialize)]
struct Size {
    width: f64,
    height: f64,
    ratio: f64,
}

#[derive(Serialize, Deserialize)]
struct DrawLine {
    #[serde(rename = "type")]
    name: String,
    timestamp: f64,
    step: f64,
    #[serde(flatten)]
    size: Size,
}

#[derive(Serialize, Deserialize)]
struct DeadlineLine {
    #[serde(rename = "type")]
    name: String,
    timestamp: f64,
    #[serde(default = "once", skip_serializing_if = "is_once")]
    times: u32,
}

/// An event as everywhere, and what other places need not know of it.
#[derive(Serialize, Deserialize)]
struct EventLine {
    #[serde(flatten)]
    event: Event,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<SourceField>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    submitted: bool,
}

#[derive(Serialize, Deserialize)]
struct SourceField {
    backend: u32,
    client: u64,
}

#[derive(Deserialize)]
struct Named {
    #[serde(rename = "type")]
    name: String,
}

const DRAW: &str = "draw";
const FRAME: &str = "frame";
const DEADLINE: &str = "deadline";

fn once() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_once(times: &u32) -> bool {
    *times == 1
}

impl Header {
    /// The value of `format`.
    const FORMAT: &str = "framecast-input";
    /// The version that is written and read.
    const VERSION: u32 = 1;
    /// The longest title, in characters.
    const MAX_TITLE: usize = 200;

    pub(crate) fn new(title: &str, size: CanvasSize) -> Self {
        Self { title: title.chars().take(Self::MAX_TITLE).collect(), size }
    }

    /// Appends the line, with its end, to `to`.
    pub(crate) fn write(&self, to: &mut Vec<u8>) {
        let line = HeaderLine {
            format: Self::FORMAT.into(),
            version: Self::VERSION,
            title: self.title.clone(),
            size: self.size.into(),
        };
        write(&line, to);
    }

    /// Says what is wrong otherwise.
    pub(crate) fn parse(line: &[u8]) -> Result<Self, String> {
        let wrong = |error: serde_json::Error| {
            format!("it begins with no line of an input log, as --record-input writes one: {error}")
        };
        // The version first: the rest of another one may differ.
        #[derive(Deserialize)]
        struct Version {
            format: String,
            version: u32,
        }
        let version: Version = serde_json::from_slice(line).map_err(wrong)?;
        if version.format != Self::FORMAT {
            return Err(format!("its format is {:?}, not {:?}", version.format, Self::FORMAT));
        }
        if version.version != Self::VERSION {
            return Err(format!(
                "it has version {} of the format; this program reads version {}",
                version.version,
                Self::VERSION
            ));
        }
        let line: HeaderLine = serde_json::from_slice(line).map_err(wrong)?;
        Ok(Self::new(&line.title, line.size.check()?))
    }
}

impl Line {
    /// The most deadlines of one line.
    pub(crate) const MAX_TIMES: u32 = 1_000_000;
    /// The largest time and the longest step, in seconds: 30 000 years.
    const MAX_SECONDS: f64 = 1e12;

    /// Says what is wrong otherwise.
    pub(crate) fn parse(line: &[u8]) -> Result<Self, String> {
        let wrong = |error: serde_json::Error| error.to_string();
        let Named { name } = serde_json::from_slice(line).map_err(wrong)?;
        match &*name {
            DRAW | FRAME => {
                let line: DrawLine = serde_json::from_slice(line).map_err(wrong)?;
                let (timestamp, step) = (seconds(line.timestamp), seconds(line.step));
                let draw = Draw { timestamp, step, size: line.size.check()? };
                Ok(if name == DRAW { Line::Draw(draw) } else { Line::Frame(draw) })
            }
            DEADLINE => {
                let line: DeadlineLine = serde_json::from_slice(line).map_err(wrong)?;
                let (timestamp, times) = (seconds(line.timestamp), line.times);
                if !(1..=Self::MAX_TIMES).contains(&times) {
                    return Err(format!(
                        "{times} deadlines; 1 to {} are possible",
                        Self::MAX_TIMES
                    ));
                }
                Ok(Line::Deadline { timestamp, times })
            }
            _ => event(serde_json::from_slice(line).map_err(wrong)?).map(Line::Event),
        }
    }

    /// When the program was handed it, in seconds.
    pub(crate) fn timestamp(&self) -> f64 {
        match self {
            Line::Event(event) => event.timestamp,
            Line::Draw(draw) | Line::Frame(draw) => draw.timestamp,
            Line::Deadline { timestamp, .. } => *timestamp,
        }
    }

    /// Appends the line of `times` deadlines, with its end, to `to`.
    pub(crate) fn write_deadlines(timestamp: f64, times: u32, to: &mut Vec<u8>) {
        write(&DeadlineLine { name: DEADLINE.into(), timestamp, times }, to);
    }
}

impl Handed<'_> {
    /// Appends the line, with its end, to `to`.
    pub(crate) fn write(&self, to: &mut Vec<u8>) {
        let draw = |name: &str, Draw { timestamp, step, size }: Draw| DrawLine {
            name: name.into(),
            timestamp,
            step,
            size: size.into(),
        };
        match *self {
            Handed::Event(event) => {
                let source = event.source.map(|Source { backend, client, .. }| SourceField {
                    backend,
                    client: client.0,
                });
                let line = EventLine { event: event.clone(), source, submitted: event.submitted };
                write(&line, to);
            }
            Handed::Draw(it) => write(&draw(DRAW, it), to),
            Handed::Frame(it) => write(&draw(FRAME, it), to),
            Handed::Deadline(timestamp) => Line::write_deadlines(timestamp, 1, to),
        }
    }
}

impl From<CanvasSize> for Size {
    fn from(size: CanvasSize) -> Self {
        let LogicalSize { width, height } = size.logical();
        Self { width, height, ratio: size.ratio() }
    }
}

impl Size {
    /// The size, if a frame can have it.
    fn check(&self) -> Result<CanvasSize, String> {
        let limits = SizeLimits::new(PhysicalSize::MAX_SIDE, PhysicalSize::MAX_AREA);
        let logical = LogicalSize::new(self.width, self.height);
        CanvasSize::clamped(logical, self.ratio, limits).map_err(|error| error.to_string())
    }
}

/// A time that can be counted with.
fn seconds(seconds: f64) -> f64 {
    seconds.clamp(0.0, Line::MAX_SECONDS)
}

/// The event, if a program may be handed it.
fn event(line: EventLine) -> Result<Event, String> {
    let EventLine { mut event, source, submitted } = line;
    match &mut event.kind {
        EventKind::Resize(it) => {
            let size = Size { width: it.width, height: it.height, ratio: it.ratio };
            *it = Resize::from(size.check()?);
        }
        EventKind::Animate { step } => *step = seconds(*step),
        EventKind::Close
        | EventKind::ControlChanged { .. }
        | EventKind::ViewInfo(_)
        | EventKind::AccessibilityWanted { .. }
        | EventKind::BeforeDraw => {}
        kind => kind.validate().map_err(|error| error.to_string())?,
    }
    event.timestamp = seconds(event.timestamp);
    event.source = source.map(|it| Source::new(it.backend, ClientId(it.client)));
    event.submitted = submitted;
    Ok(event)
}

fn write(line: &impl Serialize, to: &mut Vec<u8>) {
    // Numbers, texts and lists of them can all be written, and memory takes them.
    let written = serde_json::to_writer(&mut *to, line);
    debug_assert!(written.is_ok(), "{written:?}");
    to.push(b'\n');
}

#[cfg(test)]
mod tests {
    use framecast_api::{Key, Pointer};

    use super::*;

    fn size(width: f64, height: f64, ratio: f64) -> CanvasSize {
        Size { width, height, ratio }.check().unwrap()
    }

    fn written(handed: Handed<'_>) -> String {
        let mut line = Vec::new();
        handed.write(&mut line);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn what_is_written_is_read_again_to_the_last_bit() {
        let draw = Draw { timestamp: 0.1 + 0.2, step: 1.0 / 60.0, size: size(100.3, 50.7, 1.1) };
        let source = Some(Source::new(1, ClientId(u64::MAX)));
        let key = Event::new(EventKind::KeyDown(Key::new("ü\n\"")), 1.0 / 3.0, source);
        let resize = EventKind::Resize(draw.size.into());
        let nothing = Event::new(resize, 5e-324, None);
        let far = EventKind::PointerMove(Pointer::at(1e6, -0.1));
        let submitted = Event::new(far, 2.0, None).with_submitted();
        for event in [key, nothing, submitted] {
            let line = written(Handed::Event(&event));
            assert_eq!(Line::parse(line.as_bytes()), Ok(Line::Event(event)), "{line}");
        }
        let line = written(Handed::Draw(draw));
        assert_eq!(Line::parse(line.as_bytes()), Ok(Line::Draw(draw)), "{line}");
        let line = written(Handed::Frame(draw));
        assert_eq!(Line::parse(line.as_bytes()), Ok(Line::Frame(draw)), "{line}");
        let line = written(Handed::Deadline(0.7));
        assert_eq!(line, "{\"type\":\"deadline\",\"timestamp\":0.7}\n");
        let deadline = Line::Deadline { timestamp: 0.7, times: 1 };
        assert_eq!(Line::parse(line.as_bytes()), Ok(deadline), "{line}");
    }

    #[test]
    fn an_event_is_written_as_everywhere_with_its_source_beside() {
        let event = Event::new(EventKind::FocusIn, 1.5, Some(Source::new(0, ClientId(7))));
        assert_eq!(
            written(Handed::Event(&event)),
            "{\"type\":\"focus_in\",\"timestamp\":1.5,\"source\":{\"backend\":0,\"client\":7}}\n"
        );
    }

    #[test]
    fn a_header_is_read_again_and_its_title_is_cut() {
        let header = Header::new(&"ü".repeat(1000), size(720.0, 540.0, 2.0));
        assert_eq!(header.title.chars().count(), Header::MAX_TITLE);
        let mut line = Vec::new();
        header.write(&mut line);
        assert_eq!(Header::parse(&line), Ok(header));
    }

    #[test]
    fn another_format_or_version_says_so() {
        for (line, words) in [
            ("", "no line of an input log"),
            ("{\"type\":\"draw\"}", "no line of an input log"),
            ("{\"format\":\"asciicast\",\"version\":1}", "format is \"asciicast\""),
            ("{\"format\":\"framecast-input\",\"version\":2}", "version 2 of the format"),
            ("{\"format\":\"framecast-input\",\"version\":1}", "missing field"),
            (
                "{\"format\":\"framecast-input\",\"version\":1,\"width\":0,\"height\":1,\"ratio\":1}",
                "above 0",
            ),
        ] {
            let error = Header::parse(line.as_bytes()).unwrap_err();
            assert!(error.contains(words), "{line}: {error}");
        }
    }

    #[test]
    fn what_a_program_cannot_have_been_handed_is_refused() {
        for (line, words) in [
            ("{", "EOF"),
            ("[]", "invalid"),
            ("{\"type\":\"explode\"}", "unknown variant"),
            ("{\"type\":\"draw\",\"timestamp\":1}", "missing field"),
            (
                "{\"type\":\"draw\",\"timestamp\":1,\"step\":0,\"width\":-1,\"height\":1,\"ratio\":1}",
                "above 0",
            ),
            ("{\"type\":\"deadline\",\"timestamp\":1,\"times\":0}", "0 deadlines"),
            ("{\"type\":\"deadline\",\"timestamp\":1,\"times\":1000001}", "1000001 deadlines"),
            ("{\"type\":\"deadline\",\"timestamp\":1e999}", "out of range"),
            (
                "{\"type\":\"resize\",\"width\":0,\"height\":1,\"pwidth\":9,\"pheight\":9,\"ratio\":1}",
                "above 0",
            ),
        ] {
            let error = Line::parse(line.as_bytes()).unwrap_err();
            assert!(error.contains(words), "{line}: {error}");
        }
        let long =
            format!("{{\"type\":\"char\",\"data\":\"{}\"}}", "x".repeat(EventKind::MAX_TEXT + 1));
        assert!(Line::parse(long.as_bytes()).unwrap_err().contains("at most"));
    }

    #[test]
    fn sizes_and_times_that_are_too_large_become_the_largest() {
        let line = "{\"type\":\"resize\",\"timestamp\":1e300,\"width\":1e9,\"height\":1e9,\"pwidth\":4000000000,\"pheight\":1,\"ratio\":1}";
        let Ok(Line::Event(event)) = Line::parse(line.as_bytes()) else { panic!("refused") };
        assert_eq!(event.timestamp, Line::MAX_SECONDS);
        let EventKind::Resize(size) = event.kind else { panic!("another event") };
        assert!(PhysicalSize::new(size.pwidth, size.pheight).bytes().is_ok(), "{size:?}");
    }

    #[test]
    fn no_event_has_the_name_of_another_line() {
        for name in [DRAW, FRAME, DEADLINE] {
            let event = format!("{{\"type\":{name:?}}}");
            assert!(serde_json::from_str::<Event>(&event).is_err(), "{name}");
        }
    }
}
