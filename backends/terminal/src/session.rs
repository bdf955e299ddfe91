//! What happens between the engine and one terminal: bytes and frames come in, input and bytes
//! come out. Pure; `thread.rs` connects it to the system.

use std::time::{Duration, Instant};

use framecast_api::{
    BackendEvent, Button, Buttons, Clock, ControlState, Cursor, EventKind, Frame, Modifiers,
    Result, Role, Traffic, ViewInfo, WheelUnit,
};
use framecast_local::{PointerTracker, Sample};

use crate::backend::{CLIENT, LABEL};
use crate::command::{Command, command};
use crate::draw::escape::copy;
use crate::draw::{Method, Painter};
use crate::input::keyboard::Keyboard;
use crate::input::mouse::Action;
use crate::input::{MouseReport, Reader, Reply, Said};
use crate::modes::Modes;
use crate::owed::Fence;
use crate::pace::Pace;
use crate::passthrough::{self, Again, SPEED_IMAGE, SPEED_WAIT, Speed};
use crate::probe::{Answers, Inquiry, Plan, SIZE_QUESTIONS, TMUX_IMAGE};
use crate::status::{Status, printable};
use crate::view::{View, Window, on_picture};

/// When the picture has not changed for this long, what was approximate is made exact.
const REST: Duration = Duration::from_millis(300);
/// The question behind each frame (DSR 5).
const QUESTION: &[u8] = b"\x1b[5n";

/// What the terminal's bytes, or time, brought about.
#[derive(Debug)]
pub(crate) enum Effect {
    /// For the engine.
    Report(BackendEvent),
    /// A question was answered that leaving would wait for.
    Answered(Fence),
    Suspend,
    Quit,
}

pub(crate) struct Session {
    clock: Clock,
    modes: Modes,
    reader: Reader,
    keyboard: Keyboard,
    pointer: PointerTracker,
    /// The buttons that the terminal said are down.
    down: Buttons,
    view: View,
    painter: Painter,
    pace: Pace,
    status: Status,
    /// What the bottom line and the caption show now.
    shown_status: (String, String),
    /// The newest frame that was not painted.
    next: Option<Frame>,
    /// The frame that was painted last.
    last: Option<Frame>,
    /// The last frame must be painted again: the screen shows anything.
    stale: bool,
    /// The screen was blanked, and nothing was painted since.
    repainted: bool,
    /// When the last frame is painted once more, to make it exact.
    settle_at: Option<Instant>,
    /// To be said before anything else, as soon as the terminal took what is under way. They are
    /// kept apart from the bytes, so that one which reads nothing makes none pile up.
    pending: PendingMessages,
    /// Bytes for the terminal, and how many of them it was given.
    out: Vec<u8>,
    given: usize,
    traffic: Traffic,
    cursor: Option<Cursor>,
    /// For the clipboard; the newest only.
    clipboard: Option<String>,
    /// Inside tmux, which passes on what is wrapped.
    tmux: Option<(u16, u16)>,
    /// How fast pictures get through tmux.
    speed: Option<Speed>,
    rtt_through_tmux: Duration,
    /// A question that was just put, whose answer leaving would wait for.
    asked: Option<Fence>,
    /// What may still be learned of the terminal around tmux.
    inquiry: Option<Box<Inquiry>>,
    /// When to ask that again.
    ask_again: Again,
    /// When to send pictures again that tmux may have dropped.
    send_again: Again,
    /// What the user said of the pixel ratio.
    ratio: Option<f64>,
}

/// What is to be said once, however often it came up.
#[derive(Debug, Default)]
struct PendingMessages {
    /// Blanks the screen.
    erase: bool,
    size_questions: bool,
    cursor: bool,
}

impl Session {
    pub(crate) fn new(
        plan: Plan,
        answers: &Answers,
        rtt: Option<Duration>,
        window: Window,
        ratio: Option<f64>,
        clock: Clock,
    ) -> Self {
        let mut reader = Reader::default();
        reader.set_kitty_keys(plan.modes.kitty_keys);
        Self {
            clipboard: None,
            tmux: plan.paint.tmux_passthrough,
            speed: None,
            rtt_through_tmux: Duration::ZERO,
            asked: None,
            inquiry: None,
            ask_again: Again::default(),
            send_again: Again::default(),
            ratio,
            clock,
            modes: plan.modes,
            reader,
            keyboard: Keyboard::default(),
            pointer: PointerTracker::default(),
            down: Buttons::NONE,
            view: View::new(window, plan.paint.method, ratio),
            painter: Painter::new(plan.paint),
            pace: Pace::new(answers.acknowledges, rtt),
            status: Status::with_note(plan.warning.unwrap_or_default()),
            shown_status: Default::default(),
            next: None,
            last: None,
            stale: true,
            repainted: true,
            settle_at: None,
            pending: PendingMessages::default(),
            out: Vec::new(),
            given: 0,
            traffic: Traffic::default(),
            cursor: None,
        }
    }

    /// Goes on with what `reader` has the beginning of: the rest of an answer is no keys.
    pub(crate) fn read_on(&mut self, mut reader: Reader) {
        reader.set_kitty_keys(self.modes.kitty_keys);
        self.reader = reader;
    }

    /// How long an answer of the terminal around tmux takes, if pictures pass through tmux. It is
    /// asked how fast they do, before the first.
    pub(crate) fn set_rtt_through_tmux(&mut self, rtt: Option<Duration>) {
        self.rtt_through_tmux = rtt.unwrap_or_default();
        let method = self.view.method();
        self.speed = (self.tmux.is_some() && method == Method::Kitty)
            .then(|| Speed::new(self.rtt_through_tmux));
    }

    /// Takes an answer of the terminal around tmux when it comes, and shows pictures then.
    pub(crate) fn hear_late(&mut self, inquiry: Inquiry, now: Instant) {
        self.ask_again = Again::after(now);
        self.inquiry = Some(Box::new(inquiry));
    }

    /// Takes a late answer; pictures instead of characters may follow from it.
    fn learn(&mut self, reply: &Reply, sink: &mut dyn FnMut(Effect)) {
        let Some(inquiry) = &mut self.inquiry else { return };
        inquiry.answers.hear(reply);
        if !inquiry.answers.is_through_tmux() {
            return;
        }
        let plan = inquiry.plan();
        self.inquiry = None;
        self.ask_again = Again::default();
        self.status.note = plan.warning.unwrap_or_default();
        if plan.paint.method != Method::Kitty {
            return;
        }
        self.tmux = plan.paint.tmux_passthrough;
        self.view = View::new(self.view.window, plan.paint.method, self.ratio);
        self.painter = Painter::new(plan.paint);
        self.set_rtt_through_tmux(None);
        self.repaint();
        sink(Effect::Report(self.resize()));
    }

    /// Announces the client and its size; comes before anything else.
    pub(crate) fn announce(
        &self,
        info: ViewInfo,
        now: Instant,
        sink: &mut dyn FnMut(BackendEvent),
    ) {
        sink(BackendEvent::Joined { client: CLIENT, label: LABEL.to_owned(), role: Role::Drive });
        if info != ViewInfo::default() {
            sink(BackendEvent::ViewInfo { client: CLIENT, info });
        }
        sink(self.resize());
        // Whoever started it looks at it; only changes are told.
        sink(self.event(now, EventKind::FocusIn));
    }

    /// The screen is ours, or is not for a while.
    pub(crate) fn visibility(&self, visible: bool, now: Instant) -> BackendEvent {
        self.event(now, if visible { EventKind::Show } else { EventKind::Hide })
    }

    fn resize(&self) -> BackendEvent {
        let (size, ratio) = self.view.size();
        BackendEvent::Resize { client: CLIENT, size, ratio }
    }

    fn event(&self, now: Instant, kind: EventKind) -> BackendEvent {
        BackendEvent::Event { client: CLIENT, timestamp: self.clock.seconds(now), kind }
    }

    /// Takes what the terminal said.
    pub(crate) fn read(&mut self, bytes: &[u8], now: Instant, sink: &mut dyn FnMut(Effect)) {
        let mut heard = Vec::new();
        self.reader.push(bytes, now, &mut |said| heard.push(said));
        self.hear(heard, now, sink);
    }

    /// Does what time brings.
    pub(crate) fn expire(&mut self, now: Instant, sink: &mut dyn FnMut(Effect)) {
        let mut heard = Vec::new();
        self.reader.expire(now, &mut |said| heard.push(said));
        self.hear(heard, now, sink);
        self.pace.pass(now);
        if self.pace.overdue(now) {
            self.out.extend(QUESTION);
        }
    }

    /// When to call [`expire`](Self::expire) or [`pump`](Self::pump), whatever comes first.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let settle = self.settle_at.filter(|_| self.pace.is_open());
        let send_again = self.send_again.next().filter(|_| self.pace.is_open());
        let times = [self.reader.deadline(), self.pace.deadline(), settle, send_again];
        times.into_iter().flatten().chain(self.ask_again.next()).min()
    }

    /// Takes what was read already.
    pub(crate) fn hear(&mut self, heard: Vec<Said>, now: Instant, sink: &mut dyn FnMut(Effect)) {
        let mut rejected = 0;
        for said in heard {
            match said {
                Said::Key(press) => match command(&press) {
                    Some(Command::End) => {
                        sink(Effect::Report(BackendEvent::CloseRequested { client: CLIENT }));
                    }
                    Some(Command::Suspend) => sink(Effect::Suspend),
                    Some(Command::Quit) => sink(Effect::Quit),
                    Some(Command::Zoom(steps)) => {
                        self.view.zoom(steps);
                        sink(Effect::Report(self.resize()));
                    }
                    Some(Command::ZoomUsual) => {
                        self.view.zoom_usual();
                        sink(Effect::Report(self.resize()));
                    }
                    None => self.events(now, sink, |session, sink| {
                        session.keyboard.press(press, sink);
                    }),
                },
                Said::Paste(text) => self.events(now, sink, |session, sink| {
                    session.keyboard.paste(text, sink);
                }),
                Said::Mouse(report) => self.mouse(report, now, sink),
                Said::Focus(true) => {
                    // While another window of tmux was looked at, it passed nothing on.
                    if self.speed.is_some() {
                        self.painter.resend();
                        self.stale = true;
                    }
                    sink(Effect::Report(self.event(now, EventKind::FocusIn)));
                }
                Said::Focus(false) => {
                    self.let_go(now, sink);
                    sink(Effect::Report(self.event(now, EventKind::FocusOut)));
                }
                Said::Reply(reply) => self.reply(&reply, now, sink),
                Said::Nonsense => rejected += 1,
            }
        }
        if rejected > 0 {
            sink(Effect::Report(BackendEvent::Rejected { client: CLIENT, count: rejected }));
        }
    }

    fn events(
        &mut self,
        now: Instant,
        sink: &mut dyn FnMut(Effect),
        make: impl FnOnce(&mut Self, &mut dyn FnMut(EventKind)),
    ) {
        let mut kinds = Vec::new();
        make(self, &mut |kind| kinds.push(kind));
        for kind in kinds {
            sink(Effect::Report(self.event(now, kind)));
        }
    }

    fn let_go(&mut self, now: Instant, sink: &mut dyn FnMut(Effect)) {
        self.events(now, sink, |session, sink| {
            session.pointer.release_all(Modifiers::default(), sink);
            session.keyboard.release_all(sink);
        });
    }

    fn mouse(&mut self, report: MouseReport, now: Instant, sink: &mut dyn FnMut(Effect)) {
        let mut scroll = (0.0, 0.0);
        let mut left = false;
        match report.action {
            Action::Press(button) => self.down.insert(button),
            Action::Release(button) => self.down.remove(button),
            Action::ReleaseAll => self.down = Buttons::NONE,
            // Without a button all were let go, perhaps where we were not told.
            Action::Move(Button::None) => self.down = Buttons::NONE,
            Action::Move(_) => {}
            Action::Wheel(dx, dy) => scroll = (dx, dy),
            Action::Leave => left = true,
        }
        let Some(frame) = &self.last else { return };
        let Some(placement) = self.painter.picture_rect(frame.size(), self.view.area()) else {
            return;
        };
        let place = self.view.place(report.x, report.y, self.modes.pixel_mouse);
        let (x, y, inside) = on_picture(placement, frame.size(), frame.ratio(), place);
        let sample = Sample {
            now: self.clock.seconds(now),
            x,
            y,
            inside: inside && !left,
            down: self.down,
            scroll,
            unit: WheelUnit::Notch,
        };
        self.events(now, sink, |session, sink| {
            session.pointer.update(&sample, report.modifiers, sink);
        });
    }

    fn reply(&mut self, reply: &Reply, now: Instant, sink: &mut dyn FnMut(Effect)) {
        if let Some(fence) = Fence::of(reply) {
            sink(Effect::Answered(fence));
        }
        self.learn(reply, sink);
        let window = match *reply {
            Reply::Ready => {
                if self.pace.asks() {
                    self.pace.answered(now);
                    self.traffic.painted += 1;
                } else {
                    // It was too slow for the first questions, and answers after all.
                    self.pace = Pace::new(true, None);
                }
                return;
            }
            Reply::Graphics { image: SPEED_IMAGE, .. } => {
                let rate = self.speed.as_mut().and_then(|speed| speed.answered(now));
                if let Some(rate) = rate {
                    self.pace.limit(rate);
                }
                return;
            }
            Reply::CellSize(width, height) => self.view.window.with_cell(width, height),
            Reply::AreaSize(width, height) if self.view.window.cell.0 == 0 => {
                self.view.window.with_area(width, height)
            }
            _ => return,
        };
        self.set_window(window, sink);
    }

    /// The terminal's window has this size now.
    pub(crate) fn resized(&mut self, window: Window, sink: &mut dyn FnMut(Effect)) {
        if window.cell.0 == 0 && (window.columns, window.rows) != self.cells() {
            self.pending.size_questions = true;
        }
        let (width, height) = self.view.window.cell;
        let known = window.cell.0 != 0;
        let window = if known { window } else { window.with_cell(width.into(), height.into()) };
        self.set_window(window, sink);
    }

    fn cells(&self) -> (u16, u16) {
        (self.view.window.columns, self.view.window.rows)
    }

    fn set_window(&mut self, window: Window, sink: &mut dyn FnMut(Effect)) {
        if window == self.view.window {
            return;
        }
        self.view.window = window;
        self.repaint();
        sink(Effect::Report(self.resize()));
    }

    /// The screen shows anything.
    fn repaint(&mut self) {
        self.painter.invalidate();
        self.shown_status = Default::default();
        self.stale = true;
        self.pending.erase = true;
        self.repainted = true;
    }

    /// The screen was left; what was meant for it is void.
    pub(crate) fn left(&mut self, now: Instant, sink: &mut dyn FnMut(Effect)) {
        self.out.clear();
        self.given = 0;
        self.pending = PendingMessages::default();
        self.pace.reset();
        if let Some(speed) = &mut self.speed {
            speed.forget();
        }
        self.reader = Reader::default();
        self.reader.set_kitty_keys(self.modes.kitty_keys);
        self.let_go(now, sink);
    }

    /// It was entered again.
    pub(crate) fn entered(&mut self, window: Window, sink: &mut dyn FnMut(Effect)) {
        self.repaint();
        self.pending.cursor = true;
        self.resized(window, sink);
    }

    /// The newest frame.
    pub(crate) fn offer(&mut self, frame: Frame) {
        self.next = Some(frame);
    }

    /// Whether a newer frame could be sent now.
    pub(crate) fn wants_frame(&self) -> bool {
        self.next.is_none() && self.pace.is_open()
    }

    pub(crate) fn set_title(&mut self, title: String) {
        self.status.title = title;
    }

    pub(crate) fn set_links(&mut self, links: Vec<String>) {
        self.status.links = links;
    }

    pub(crate) fn set_control(&mut self, state: &ControlState) {
        self.status.set_control(state, CLIENT);
    }

    pub(crate) fn set_cursor(&mut self, cursor: Cursor) {
        self.cursor = Some(cursor);
        self.pending.cursor = true;
    }

    pub(crate) fn set_clipboard(&mut self, text: String) {
        self.clipboard = Some(text);
    }

    /// A question that was put since the last call, whose answer leaving would wait for.
    pub(crate) fn take_asked(&mut self) -> Option<Fence> {
        self.asked.take()
    }

    /// How many tiles' images the terminal around tmux may hold.
    pub(crate) fn images_in_tmux(&self) -> usize {
        self.painter.images_in_tmux()
    }

    /// What was sent so far.
    pub(crate) fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// Adds what is to be shown now to the bytes for the terminal.
    ///
    /// # Errors
    /// If a picture cannot be encoded.
    pub(crate) fn pump(&mut self, now: Instant) -> Result<()> {
        if self.unsent().is_empty() {
            self.say_what_is_due();
            self.show_status();
            self.ask_for_the_speed(now);
            if self.ask_again.is_due(now) {
                self.out.extend(passthrough::questions(TMUX_IMAGE));
                self.asked = Some(Fence::Picture(TMUX_IMAGE));
            }
        }
        // A picture that is painted before the screen is blanked would be lost.
        if !self.pace.is_open() || self.pending.erase {
            return Ok(());
        }
        if self.send_again.is_due(now) {
            self.painter.resend();
            self.stale = true;
        }
        let settles = self.settle_at.is_some_and(|at| now >= at);
        let again = self.stale || settles;
        let Some(frame) = self.next.take().or_else(|| self.last.clone().filter(|_| again)) else {
            return Ok(());
        };
        self.stale = false;
        self.settle_at = None;
        let area = self.view.area();
        if self.painter.picture_rect(frame.size(), area).is_some() {
            let painted = self.painter.paint(&frame, area, &mut self.out)?;
            if painted.bytes > 0 {
                self.traffic.updates += 1;
                self.traffic.bytes += painted.bytes as u64;
                self.pace.begin(now);
                self.pace.charge(painted.bytes, now);
                if self.speed.is_some() && std::mem::take(&mut self.repainted) {
                    self.send_again = Again::after(now);
                }
                if self.pace.asks() {
                    self.out.extend(QUESTION);
                }
            }
            self.settle_at = self.painter.needs_settling().then(|| now + REST);
        }
        self.last = Some(frame);
        Ok(())
    }

    fn ask_for_the_speed(&mut self, now: Instant) {
        let Some(speed) = &mut self.speed else { return };
        let Some(question) = speed.ask(now) else { return };
        self.out.extend(question);
        self.asked = Some(Fence::Picture(SPEED_IMAGE));
        // Until it is known, and if it never is.
        self.pace.limit(speed.slowest());
        self.pace.hold(now + SPEED_WAIT);
    }

    fn say_what_is_due(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        if pending.erase {
            self.out.extend(b"\x1b[m\x1b[2J");
        }
        if pending.size_questions {
            self.out.extend(SIZE_QUESTIONS);
        }
        if let Some(cursor) = self.cursor.filter(|_| pending.cursor && self.modes.pointer_shapes) {
            self.out.extend(format!("\x1b]22;{}\x1b\\", cursor.css_name()).bytes());
        }
        if let Some(text) = self.clipboard.take() {
            copy(&text, self.tmux, &mut self.out);
        }
    }

    fn show_status(&mut self) {
        let caption = self.status.caption();
        if caption != self.shown_status.1 {
            self.out.extend(format!("\x1b]2;{}\x1b\\", printable(&caption)).bytes());
            self.shown_status.1 = caption;
        }
        let Some(row) = self.view.status_row() else { return };
        let line = self.status.line(self.view.window.columns);
        if line != self.shown_status.0 {
            self.out.extend(format!("\x1b[{};1H\x1b[0;7m{line}\x1b[m", row + 1).bytes());
            self.shown_status.0 = line;
        }
    }

    /// What the terminal is to be given next.
    pub(crate) fn unsent(&self) -> &[u8] {
        &self.out[self.given..]
    }

    /// The terminal took so many bytes of it.
    pub(crate) fn took(&mut self, count: usize, now: Instant) {
        self.given = (self.given + count).min(self.out.len());
        if self.given == self.out.len() {
            self.out.clear();
            self.given = 0;
            self.pace.written(now);
        }
    }

    /// Frees what the terminal keeps for the picture; the last thing said.
    pub(crate) fn finish(&mut self) {
        self.painter.clear(&mut self.out);
    }
}

#[cfg(test)]
mod tests;
