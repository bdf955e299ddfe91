//! Shows every event: a scrolling log, what is held down, and a crosshair at the pointer.

use std::collections::{BTreeSet, VecDeque};
use std::fmt::Write;

use framecast::{Button, Buttons, Cursor, Event, EventKind, FrameBuffer, Modifiers, Pointer};
use framecast::{PointerType, Touch, Wheel, WheelPhase, WheelUnit};

use super::pen::{Anchor, Area, Pen};
use super::stage::{Demo, Reaction};
use super::text::{Face, Text};

/// Lines kept: more than the highest canvas shows.
const MAX_LINES: usize = 400;
/// Characters of a line's details; pasted text may have thousands.
const MAX_DETAILS: usize = 160;
/// Keys shown as held.
const MAX_HELD: usize = 16;

const PAPER: [u8; 3] = [18, 20, 27];
const PANEL: [u8; 4] = [28, 31, 42, 255];
const FAINT: [u8; 3] = [112, 120, 140];
const PLAIN: [u8; 3] = [205, 210, 222];
const STRONG: [u8; 3] = [245, 247, 252];

const HEADER: f32 = 74.0;
const LINE: f32 = 19.0;
const SIZE: f32 = 13.0;

/// The demo.
pub(crate) struct Events {
    text: Text,
    lines: VecDeque<Line>,
    total: u64,
    pointer: Option<Pointer>,
    held: BTreeSet<String>,
}

/// One line of the log; a run of moves, or of repeats of a key, is one line with a count.
struct Line {
    timestamp: f64,
    name: &'static str,
    details: String,
    count: u32,
    /// Of a key that is held.
    repeats: bool,
}

impl Events {
    /// With an empty log.
    pub(crate) fn new() -> Self {
        Self {
            text: Text::new(),
            lines: VecDeque::new(),
            total: 0,
            pointer: None,
            held: BTreeSet::new(),
        }
    }

    fn log(&mut self, event: &Event) {
        self.total += 1;
        let name = event.kind.name();
        let merges = matches!(name, "pointer_move" | "wheel" | "resize");
        let repeats = matches!(&event.kind, EventKind::KeyDown(key) if key.repeat);
        let mut details = details(&event.kind);
        if event.submitted {
            details.push_str(" submitted by the program");
        }
        let continues = |last: &Line| {
            let again = repeats && last.repeats && last.details == details;
            last.name == name && (merges || again)
        };
        match self.lines.back_mut() {
            Some(last) if continues(last) => {
                last.timestamp = event.timestamp;
                last.details = details;
                last.count = last.count.saturating_add(1);
            }
            _ => {
                if self.lines.len() == MAX_LINES {
                    self.lines.pop_front();
                }
                let timestamp = event.timestamp;
                self.lines.push_back(Line { timestamp, name, details, count: 1, repeats });
            }
        }
    }

    fn header(pen: &mut Pen, total: u64, ratio: f64, held: &BTreeSet<String>, buttons: Buttons) {
        let width = pen.width();
        pen.rect(Area::new(0.0, 0.0, width, HEADER), PANEL);
        pen.rule(0.0, HEADER, width, [50, 55, 72, 255]);
        pen.text((16.0, 31.0, Anchor::Left), Face::Sans, 22.0, STRONG, "events");
        let size = format!("{:.0} × {:.0}, ratio {ratio:.2}", width, pen.height());
        let total = format!("{total} received");
        let side = pen.text_width(Face::Mono, 12.0, &size).max(90.0);
        if width > side + 130.0 {
            pen.text((width - 16.0, 28.0, Anchor::Right), Face::Mono, 12.0, PLAIN, &size);
            pen.text((width - 16.0, 56.0, Anchor::Right), Face::Mono, 12.0, FAINT, &total);
        }
        let mut x = 16.0;
        let names = buttons.iter().map(|button| (format!("{button:?}").to_lowercase(), true));
        let keys = held.iter().map(|key| (key.clone(), false));
        let chips: Vec<_> = names.chain(keys).collect();
        if chips.is_empty() {
            let long = "press keys, move the pointer, turn the wheel";
            let room = width - side - 30.0;
            let fits = x + pen.text_width(Face::Sans, 13.0, long) < room;
            let hint = if fits { long } else { "press, move, type" };
            pen.text((x, 57.0, Anchor::Left), Face::Sans, 13.0, FAINT, hint);
        }
        for (name, is_button) in chips {
            let wide = pen.text_width(Face::Mono, 12.0, &name) + 14.0;
            if x + wide > width - side - 30.0 {
                break;
            }
            let back = if is_button { [196, 92, 40, 255] } else { [58, 96, 190, 255] };
            pen.round_rect(Area::new(x, 43.0, wide, 20.0), 6.0, back);
            pen.text((x + 7.0, 57.5, Anchor::Left), Face::Mono, 12.0, STRONG, &name);
            x += wide + 6.0;
        }
    }

    fn lines(pen: &mut Pen, lines: &VecDeque<Line>) {
        let (width, height) = (pen.width(), pen.height());
        let room = ((height - HEADER - 14.0) / LINE).max(0.0) as usize;
        let skip = lines.len().saturating_sub(room);
        let mut y = HEADER + 24.0;
        for (index, line) in lines.iter().enumerate().skip(skip) {
            let newest = index + 1 == lines.len();
            let stamp = format!("{:9.3}", line.timestamp);
            pen.text((12.0, y, Anchor::Left), Face::Mono, SIZE, FAINT, &stamp);
            let x = if width > 420.0 { 106.0 } else { 12.0 + 10.0 * 7.9 };
            pen.text((x, y, Anchor::Left), Face::Mono, SIZE, tint(line.name), line.name);
            let color = if newest { STRONG } else { PLAIN };
            let mut details = x + 118.0;
            if line.count > 1 {
                let count = format!("×{}", line.count);
                pen.text((details, y, Anchor::Left), Face::Mono, SIZE, FAINT, &count);
                details += pen.text_width(Face::Mono, SIZE, &count) + 10.0;
            }
            pen.text((details, y, Anchor::Left), Face::Mono, SIZE, color, &line.details);
            y += LINE;
        }
    }

    fn crosshair(pen: &mut Pen, pointer: &Pointer) {
        let (width, height) = (pen.width(), pen.height());
        // A captured pointer may be far outside.
        let (x, y) = (pointer.x as f32, pointer.y as f32);
        let down = !pointer.buttons.is_empty();
        let color = if down { [255, 142, 72, 255] } else { [120, 168, 255, 255] };
        let [r, g, b, _] = color;
        let half = [r, g, b, 110];
        let (column, row) = (x.clamp(-9.0, width + 9.0), y.clamp(-9.0, height + 9.0));
        pen.line([(column, 0.0), (column, height)], 1.0, half);
        pen.line([(0.0, row), (width, row)], 1.0, half);
        let inside = x > -50.0 && y > -50.0 && x < width + 50.0 && y < height + 50.0;
        if inside {
            let radius = 7.0 + 10.0 * pointer.pressure.clamp(0.0, 1.0) as f32;
            pen.ring(x, y, radius, 2.0, color);
        }
        for Touch { x, y, pressure, .. } in pointer.touches.values() {
            let radius = 26.0 + 20.0 * pressure.clamp(0.0, 1.0) as f32;
            pen.ring(*x as f32, *y as f32, radius, 2.0, [140, 226, 160, 255]);
        }
        let label = format!("{:.1}, {:.1}", pointer.x, pointer.y);
        let wide = pen.text_width(Face::Mono, 12.0, &label) + 14.0;
        let left = (column + 14.0).min(width - wide - 6.0).max(0.0);
        let top = if row > height - 44.0 { row - 36.0 } else { row + 14.0 };
        pen.round_rect(Area::new(left, top, wide, 22.0), 6.0, [10, 12, 17, 225]);
        pen.text((left + 7.0, top + 15.5, Anchor::Left), Face::Mono, 12.0, [r, g, b], &label);
    }
}

impl Demo for Events {
    fn event(&mut self, event: &Event) -> Reaction {
        match &event.kind {
            // These would fill the log by themselves.
            EventKind::Animate { .. } | EventKind::BeforeDraw => return Reaction::NONE,
            EventKind::PointerLeave(_) => self.pointer = None,
            EventKind::PointerEnter(pointer)
            | EventKind::PointerMove(pointer)
            | EventKind::PointerDown(pointer)
            | EventKind::PointerUp(pointer)
            | EventKind::DoubleClick(pointer) => self.pointer = Some(pointer.clone()),
            EventKind::KeyDown(key) if !key.repeat && self.held.len() < MAX_HELD => {
                self.held.insert(name(&key.key));
            }
            EventKind::KeyUp(key) => {
                // Shift may have changed the name since it went down.
                let name = name(&key.key);
                self.held.retain(|held| held.to_lowercase() != name.to_lowercase());
            }
            EventKind::FocusOut => self.held.clear(),
            _ => {}
        }
        self.log(event);
        Reaction::DRAW.with_cursor(Cursor::Crosshair)
    }

    fn draw(&mut self, frame: &mut FrameBuffer, ratio: f64, _: f64) -> bool {
        let mut pen = Pen::new(frame, ratio, &mut self.text);
        pen.clear(PAPER);
        Self::lines(&mut pen, &self.lines);
        let buttons = self.pointer.as_ref().map_or(Buttons::NONE, |pointer| pointer.buttons);
        Self::header(&mut pen, self.total, ratio, &self.held, buttons);
        if let Some(pointer) = &self.pointer {
            Self::crosshair(&mut pen, pointer);
        }
        false
    }
}

fn tint(name: &str) -> [u8; 3] {
    match name.split('_').next() {
        Some("pointer" | "double") => [126, 172, 255],
        Some("wheel") => [110, 214, 214],
        Some("key") => [255, 190, 96],
        Some("char") => [238, 146, 204],
        Some("resize") => [160, 224, 132],
        Some("close") => [255, 110, 110],
        _ => [186, 160, 246],
    }
}

/// A key as a short visible text: a space, a control character or a long name stay readable.
fn name(key: &str) -> String {
    match key {
        " " => "Space".to_owned(),
        key => key.escape_debug().take(24).collect(),
    }
}

/// The fields that say something, as `name value` pairs.
fn details(kind: &EventKind) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = match kind {
        EventKind::Resize(to) => write!(
            text,
            "{:.0} × {:.0} logical, {} × {} physical, ratio {}",
            to.width, to.height, to.pwidth, to.pheight, to.ratio
        ),
        EventKind::PointerDown(pointer)
        | EventKind::PointerMove(pointer)
        | EventKind::PointerUp(pointer)
        | EventKind::PointerEnter(pointer)
        | EventKind::PointerLeave(pointer)
        | EventKind::DoubleClick(pointer) => write_pointer(&mut text, pointer),
        EventKind::Wheel(wheel) => {
            write!(text, "dx {:.1} dy {:.1} at {:.1}, {:.1}", wheel.dx, wheel.dy, wheel.x, wheel.y)
                .and_then(|()| write_wheel(&mut text, wheel))
                .and_then(|()| write_modifiers(&mut text, wheel.modifiers))
        }
        EventKind::KeyDown(key) | EventKind::KeyUp(key) => {
            write!(text, "key {:?} code {:?}", key.key, key.code)
                .and_then(|()| write_modifiers(&mut text, key.modifiers))
                .and_then(|()| text.write_str(if key.repeat { " repeat" } else { "" }))
        }
        EventKind::Char(char) => write!(
            text,
            "data {:?}{} {}",
            char.data,
            if char.is_composing { " composing" } else { "" },
            char.input_type
        ),
        EventKind::Paste { data } => write!(text, "data {data:?}"),
        EventKind::ViewInfo(info) => write!(
            text,
            "platform {:?} color scheme {:?} pointer {:?}",
            info.platform, info.color_scheme, info.pointer
        ),
        EventKind::AccessibilityAction(request) => {
            write!(text, "{:?} of node {}", request.action, request.node.0)
        }
        EventKind::AccessibilityWanted { wanted } => write!(text, "wanted {wanted}"),
        _ => Ok(()),
    };
    if let Some((cut, _)) = text.char_indices().nth(MAX_DETAILS) {
        text.truncate(cut);
        text.push('…');
    }
    text
}

fn write_pointer(text: &mut String, pointer: &Pointer) -> std::fmt::Result {
    write!(text, "{:.1}, {:.1}", pointer.x, pointer.y)?;
    if pointer.button != Button::None {
        write!(text, " button {:?}", pointer.button)?;
    }
    if !pointer.buttons.is_empty() {
        let names: Vec<_> = pointer.buttons.iter().map(|button| format!("{button:?}")).collect();
        write!(text, " down {}", names.join("+"))?;
    }
    match pointer.pointer_type {
        PointerType::Touch => write!(text, " touch {}", pointer.ntouches)?,
        PointerType::Pen => write!(text, " pen {:.2}", pointer.pressure)?,
        _ => {}
    }
    if !pointer.changed.is_empty() {
        let names: Vec<_> = pointer.changed.iter().map(|id| name(id)).collect();
        write!(text, " changed {}", names.join("+"))?;
    }
    write_modifiers(text, pointer.modifiers)
}

fn write_wheel(text: &mut String, wheel: &Wheel) -> std::fmt::Result {
    if wheel.unit != WheelUnit::Unknown {
        write!(text, " in {:?}", wheel.unit)?;
    }
    if wheel.phase != WheelPhase::Unknown {
        write!(text, " {:?}", wheel.phase)?;
    }
    Ok(())
}

fn write_modifiers(text: &mut String, modifiers: Modifiers) -> std::fmt::Result {
    let Modifiers { shift, control, alt, meta, .. } = modifiers;
    [(shift, "Shift"), (control, "Control"), (alt, "Alt"), (meta, "Meta")]
        .into_iter()
        .filter(|(down, _)| *down)
        .try_for_each(|(_, name)| write!(text, " {name}"))
}

#[cfg(test)]
mod tests {
    use framecast::{Char, FramePool, Key, PhysicalSize, Platform, ViewInfo};

    use super::*;

    // Its own helpers: an example includes this file, too.
    fn buffer(width: u32, height: u32) -> FrameBuffer {
        FramePool::new().lend(PhysicalSize::new(width, height)).expect("a modest size")
    }

    fn event(kind: EventKind) -> Event {
        Event::new(kind, 0.0, None)
    }

    fn press(events: &mut Events, key: &str) -> Reaction {
        let key = Key::new(key);
        events.event(&event(EventKind::KeyDown(key)))
    }

    fn release(events: &mut Events, key: &str) {
        let key = Key::new(key);
        events.event(&event(EventKind::KeyUp(key)));
    }

    fn move_to(events: &mut Events, x: f64, y: f64) {
        let pointer = Pointer::at(x, y);
        events.event(&event(EventKind::PointerMove(pointer)));
    }

    #[test]
    fn every_event_is_counted_and_a_run_of_moves_is_one_line() {
        let mut events = Events::new();
        assert!(press(&mut events, "a").draw);
        move_to(&mut events, 1.0, 2.0);
        move_to(&mut events, 3.0, 4.5);
        release(&mut events, "a");
        let lines: Vec<_> = events.lines.iter().map(|line| (line.name, line.count)).collect();
        assert_eq!(lines, [("key_down", 1), ("pointer_move", 2), ("key_up", 1)]);
        assert_eq!(events.lines[1].details, "3.0, 4.5");
        assert_eq!(events.total, 4);
    }

    #[test]
    fn the_repeats_of_a_held_key_are_one_line_that_says_so() {
        let mut events = Events::new();
        let hold = |events: &mut Events, key: &str| {
            let key = Key::new(key).with_repeat();
            events.event(&event(EventKind::KeyDown(key)));
        };
        press(&mut events, "Backspace");
        (0..5).for_each(|_| hold(&mut events, "Backspace"));
        hold(&mut events, "Delete");
        release(&mut events, "Backspace");
        let lines: Vec<_> = events.lines.iter().map(|line| (line.name, line.count)).collect();
        assert_eq!(lines, [("key_down", 1), ("key_down", 5), ("key_down", 1), ("key_up", 1)]);
        assert!(!events.lines[0].details.contains("repeat"));
        assert!(events.lines[1].details.ends_with(" repeat"), "{}", events.lines[1].details);
        assert!(events.held.is_empty(), "a repeat is no press");
    }

    #[test]
    fn a_turn_of_the_wheel_and_a_touch_say_what_is_known_of_them() {
        let shown = |kind| details(&kind);
        let wheel = Wheel::new(0.0, 100.0);
        assert_eq!(shown(EventKind::Wheel(wheel)), "dx 0.0 dy 100.0 at 0.0, 0.0");
        let notch = wheel.with_unit(WheelUnit::Notch).with_phase(WheelPhase::Discrete);
        let told = shown(EventKind::Wheel(notch));
        assert_eq!(told, "dx 0.0 dy 100.0 at 0.0, 0.0 in Notch Discrete");
        let mut pointer = Pointer::at(0.0, 0.0)
            .with_pointer_type(PointerType::Touch)
            .with_changed(["7", "\u{1b}"]);
        pointer.ntouches = 2;
        let told = shown(EventKind::PointerMove(pointer));
        assert_eq!(told, "0.0, 0.0 touch 2 changed \\u{1b}+7");
    }

    #[test]
    fn what_is_known_of_the_view_and_who_made_an_event_is_shown() {
        let mut events = Events::new();
        let info = ViewInfo::default().with_platform(Platform::Mac);
        let made = event(EventKind::ViewInfo(info));
        events.event(&made);
        events.event(&event(EventKind::FocusIn).with_submitted());
        let details: Vec<_> = events.lines.iter().map(|line| &*line.details).collect();
        let shown = "platform Mac color scheme Unknown pointer Unknown";
        assert_eq!(details, [shown, " submitted by the program"]);
    }

    #[test]
    fn a_key_let_go_under_another_shift_is_no_longer_held() {
        let mut events = Events::new();
        press(&mut events, "A");
        assert!(events.held.contains("A"));
        release(&mut events, "a");
        assert!(events.held.is_empty());
    }

    #[test]
    fn the_log_and_the_held_keys_are_bounded() {
        let mut events = Events::new();
        for number in 0..MAX_LINES + 100 {
            press(&mut events, &format!("key{number}"));
        }
        assert_eq!(events.lines.len(), MAX_LINES);
        assert_eq!(events.held.len(), MAX_HELD);
        let data = "\u{1b}[31m\n".repeat(1000);
        events.event(&event(EventKind::Char(Char::new(data))));
        let details = &events.lines.back().unwrap().details;
        assert!(details.chars().count() <= MAX_DETAILS + 1 && !details.contains('\u{1b}'));
    }

    #[test]
    fn a_new_line_and_the_pointer_change_the_picture() {
        let mut events = Events::new();
        let mut empty = buffer(640, 400);
        events.draw(&mut empty, 1.0, 0.0);
        press(&mut events, "a");
        let mut logged = buffer(640, 400);
        events.draw(&mut logged, 1.0, 0.0);
        assert_ne!(empty.pixels(), logged.pixels());
        move_to(&mut events, 320.0, 300.0);
        let mut crossed = buffer(640, 400);
        events.draw(&mut crossed, 1.0, 0.0);
        assert_ne!(logged.pixels()[390 * 640 + 320], crossed.pixels()[390 * 640 + 320]);
    }

    #[test]
    fn the_crosshair_is_at_the_pointer_at_every_ratio() {
        let mut events = Events::new();
        move_to(&mut events, 100.0, 150.0);
        for ratio in [1.0, 1.5, 2.0] {
            let (width, height) = ((400.0 * ratio) as u32, (300.0 * ratio) as u32);
            let mut frame = buffer(width, height);
            events.draw(&mut frame, ratio, 0.0);
            let row = &frame.pixels()[(height as usize - 3) * width as usize..][..width as usize];
            let brightest = (0..row.len()).max_by_key(|x| row[*x][2]).unwrap();
            assert!((brightest as f64 - 100.0 * ratio).abs() <= ratio, "{brightest} at {ratio}");
        }
    }
}
