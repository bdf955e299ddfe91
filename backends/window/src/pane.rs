//! minifb's window, and everything that is said to it. Runs on one thread, whichever that is.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use framecast_api::{
    BackendEvent, Button, Buttons, Clock, Cursor, DirectPicture, Error, EventKind, Frame,
    LogicalSize, Modifiers, NativeWindow, PhysicalSize, PrimaryPointer, Result, Role, ViewInfo,
};
use framecast_local::{PointerTracker, Sample, ViewChanges};
use minifb::{CursorStyle, InputCallback, MouseButton, MouseMode, ScaleMode, UseGPU};
use raw_window_handle::{HasWindowHandle, RawWindowHandle};

use crate::backend::{CLIENT, LABEL, WindowOptions};
use crate::clipboard::Clipboard;
use crate::display;
use crate::keys::{Keyboard, Platform, Typed};
use crate::pace;
use crate::scale::{Placement, Scaler, place};
use crate::surroundings::Surroundings;
use crate::wheel::{calibrate, unit};

/// The largest window asked for, in pixels a side; the user may make it larger.
const MAX_SIDE: f64 = 8192.0;
/// The longest caption, in bytes: a Wayland message holds 4096.
const MAX_TITLE: usize = 1024;

/// A window on the screen.
pub(crate) struct Pane {
    /// Before the buffers, which minifb may read until it is dropped (Windows paints from them).
    window: minifb::Window,
    platform: Platform,
    clock: Clock,
    typed: Rc<RefCell<Vec<Typed>>>,
    keyboard: Keyboard,
    pointer: PointerTracker,
    clipboard: Clipboard,
    surroundings: Surroundings,
    /// The newest frame.
    frame: Option<Frame>,
    /// The frame, or the window, is not what is on the screen.
    dirty: bool,
    /// The program shows this picture in the window itself.
    direct: Option<DirectPicture>,
    /// What is on the screen: minifb may read it again at any time, so it is never changed.
    front: Vec<u32>,
    /// What comes next.
    back: Vec<u32>,
    scaler: Scaler,
    /// Where the picture is in the window, its size and pixel ratio.
    shown: Option<(Placement, PhysicalSize, f64)>,
    shown_at: f64,
    /// As last reported.
    size: (usize, usize),
    focused: bool,
    visible: bool,
    closed: bool,
    cursor: Cursor,
    /// Where minifb last said the pointer is, and since when.
    mouse: ((f32, f32), Option<f64>),
}

/// How soon, and for what, to call again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tick {
    /// Call again after this long, or when there is a new frame.
    pub(crate) again: Duration,
    /// Whether somebody can see the window.
    pub(crate) visible: bool,
}

impl Pane {
    /// Opens a window. May block while the display does not answer, and minifb may panic.
    pub(crate) fn open(
        options: &WindowOptions,
        clock: Clock,
        title: &str,
        size: LogicalSize,
    ) -> Result<Self> {
        let settings = minifb::WindowOptions {
            resize: options.resizable,
            // Pictures come at the window's own size; nothing is left to scale.
            scale_mode: ScaleMode::UpperLeft,
            // A GPU's buffer swap waits for the compositor, which forgets a covered window.
            use_gpu: UseGPU::Disabled,
            ..minifb::WindowOptions::default()
        };
        // NaN becomes 0.
        let side = |side: f64| (side.round().clamp(1.0, MAX_SIDE) as usize).max(1);
        let (width, height) = (side(size.width), side(size.height));
        let mut window = minifb::Window::new(&caption(title), width, height, settings)
            .map_err(|error| Error::failed(display::explain_failure(&error.to_string())))?;
        // We pace ourselves.
        window.set_target_fps(0);
        let typed = Rc::new(RefCell::new(Vec::new()));
        window.set_input_callback(Box::new(Recorder(Rc::clone(&typed))));
        let platform = platform(&window);
        Ok(Self {
            surroundings: Surroundings::of(&window),
            window,
            platform,
            clock,
            typed,
            keyboard: Keyboard::new(platform),
            pointer: PointerTracker::default(),
            clipboard: Clipboard::default(),
            frame: None,
            dirty: false,
            direct: None,
            front: Vec::new(),
            back: Vec::new(),
            scaler: Scaler::default(),
            shown: None,
            shown_at: 0.0,
            size: (0, 0),
            focused: false,
            visible: true,
            closed: false,
            cursor: Cursor::Default,
            mouse: ((0.0, 0.0), None),
        })
    }

    /// Announces the client and its size; comes before the first tick.
    pub(crate) fn announce(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        sink(BackendEvent::Joined { client: CLIENT, label: LABEL.to_owned(), role: Role::Drive });
        // minifb has no color schemes, and what points is always a mouse to it.
        let info = ViewInfo::default()
            .with_platform(framecast_local::platform())
            .with_pointer(PrimaryPointer::Fine);
        sink(BackendEvent::ViewInfo { client: CLIENT, info });
        if let Some(window) = native(&self.window) {
            sink(BackendEvent::NativeWindow { client: CLIENT, window });
        }
        self.report_size(sink);
    }

    pub(crate) fn apply(&mut self, changes: ViewChanges) {
        if let Some(title) = changes.title {
            self.window.set_title(&caption(&title));
        }
        if let Some(cursor) = changes.cursor {
            self.set_cursor(cursor);
        }
        if let Some(direct) = changes.direct {
            // What was drawn before may have been covered.
            self.dirty |= direct.is_none() && self.direct.is_some();
            self.direct = direct;
        }
        if let Some(text) = changes.clipboard {
            self.clipboard.copy(text);
        }
    }

    fn set_cursor(&mut self, cursor: Cursor) {
        // Only changes: X11 makes a new invisible cursor each time, Windows counts.
        let (was_hidden, hidden) = (self.cursor == Cursor::None, cursor == Cursor::None);
        if hidden && !was_hidden {
            self.window.set_cursor_visibility(false);
        } else if !hidden {
            self.window.set_cursor_style(cursor_style(cursor));
            if was_hidden {
                self.window.set_cursor_visibility(true);
            }
        }
        self.cursor = cursor;
    }

    /// Shows `frame` (or the last one again where that is needed) and reports what happened.
    ///
    /// # Errors
    /// If the window is gone.
    pub(crate) fn tick(
        &mut self,
        frame: Option<Frame>,
        sink: &mut dyn FnMut(BackendEvent),
    ) -> Result<Tick> {
        if let Some(frame) = frame {
            self.frame = Some(frame);
            self.dirty = true;
        }
        let now = self.clock.now();
        self.dirty |= self.surroundings.look(now - self.shown_at)?;
        // Input was meant for the picture on the screen: the program's has followed the window's size already, and ours
        // is shown below.
        let direct = self.direct.is_some();
        if direct {
            self.show(now)?;
        }
        let mut paste = false;
        let mut report = |sink: &mut dyn FnMut(BackendEvent), timestamp, kind: EventKind| {
            paste |= asks_to_paste(&kind);
            sink(BackendEvent::Event { client: CLIENT, timestamp, kind });
        };
        let heard = self.report_heard(now, &mut |at, kind| report(sink, at, kind));
        self.report_visibility(now, sink);
        if !direct {
            self.show(now)?;
        }
        self.report_size(sink);
        if !heard {
            self.report_polled(now, &mut |kind| report(sink, now, kind));
        }
        if paste {
            self.clipboard.paste();
        }
        self.report_pasted(now, sink);
        self.report_close(sink)?;

        // After a resize the picture has to be scaled anew.
        let hurry = self.dirty && self.visible && self.frame.is_some();
        let again = if hurry { Duration::ZERO } else { pace::next_poll(self.is_used(now)) };
        Ok(Tick { again, visible: self.visible })
    }

    /// Polls minifb, with a picture if there is a new one.
    fn show(&mut self, now: f64) -> Result<()> {
        if let Some(DirectPicture { size, ratio, .. }) = self.direct {
            self.dirty = false;
            self.window.update();
            let (width, height) = self.window.get_size();
            self.shown = Some((place(size, width, height), size, ratio));
            return Ok(());
        }
        let (width, height) = self.window.get_size();
        match &self.frame {
            Some(frame) if self.dirty && self.visible => {
                let place = self.scaler.draw(frame, &mut self.back, width, height);
                self.shown = Some((place, frame.size(), frame.ratio()));
                self.shown_at = now;
                self.dirty = false;
                let result = self.window.update_with_buffer(&self.back, width, height);
                std::mem::swap(&mut self.front, &mut self.back);
                result.map_err(|error| {
                    Error::failed(format!("the window cannot show pictures any more: {error}"))
                })
            }
            _ => {
                self.window.update();
                Ok(())
            }
        }
    }

    fn report_visibility(&mut self, now: f64, sink: &mut dyn FnMut(BackendEvent)) {
        let (width, height) = self.window.get_size();
        // Windows makes a minimised window 0 × 0.
        let visible = self.surroundings.is_visible() && width > 0 && height > 0;
        if visible != self.visible {
            self.visible = visible;
            self.dirty |= visible;
            let kind = if visible { EventKind::Show } else { EventKind::Hide };
            sink(BackendEvent::Event { client: CLIENT, timestamp: now, kind });
        }
    }

    fn report_size(&mut self, sink: &mut dyn FnMut(BackendEvent)) {
        let size = self.window.get_size();
        if size != self.size && size.0 > 0 && size.1 > 0 {
            self.size = size;
            self.dirty = true;
            let size = LogicalSize::new(size.0 as f64, size.1 as f64);
            sink(BackendEvent::Resize { client: CLIENT, size, ratio: 1.0 });
        }
    }

    /// Whether somebody has it in use: the keyboard, or the pointer.
    fn is_used(&self, now: f64) -> bool {
        if let Some(used) = self.surroundings.is_used() {
            return used;
        }
        let recent = self.mouse.1.is_some_and(|since| now - since < pace::STILL);
        let pointer = self.pointer.is_busy()
            && (self.platform != Platform::Wayland || recent || self.pointer.is_captured());
        self.focused || pointer
    }

    fn report_pasted(&mut self, now: f64, sink: &mut dyn FnMut(BackendEvent)) {
        if let Some(text) = self.clipboard.pasted() {
            framecast_local::paste(text, &mut |kind| {
                sink(BackendEvent::Event { client: CLIENT, timestamp: now, kind });
            });
        }
    }

    /// Reports what the display told of what somebody did; false where minifb has to.
    fn report_heard(&mut self, now: f64, sink: &mut dyn FnMut(f64, EventKind)) -> bool {
        let (place, frame, ratio) = self.shown();
        let (width, height) = self.window.get_size();
        let map = |x: f64, y: f64| {
            let within = x >= 0.0 && y >= 0.0 && x < width as f64 && y < height as f64;
            (place.to_canvas(frame, ratio, x, y), within && place.contains(x, y))
        };
        self.surroundings.report_input(now, &map, sink)
    }

    /// Reports what minifb found as it was polled.
    fn report_polled(&mut self, now: f64, sink: &mut dyn FnMut(EventKind)) {
        let focused = self.window.is_active();
        let (gained, lost) = (focused && !self.focused, !focused && self.focused);
        self.focused = focused;
        if gained {
            sink(EventKind::FocusIn);
        }
        self.keyboard.translate(&self.typed.borrow(), sink);
        self.typed.borrow_mut().clear();
        let sample = self.sample(now);
        self.pointer.update(&sample, self.keyboard.modifiers(), sink);
        if lost {
            self.pointer.release_all(self.keyboard.modifiers(), sink);
            self.keyboard.release_all(sink);
            sink(EventKind::FocusOut);
        }
    }

    fn sample(&mut self, now: f64) -> Sample {
        let (x, y) = self.window.get_unscaled_mouse_pos(MouseMode::Pass).unwrap_or((-1.0, -1.0));
        if (x, y) != self.mouse.0 {
            self.mouse = ((x, y), Some(now));
        }
        let down: Buttons = [
            (MouseButton::Left, Button::Left),
            (MouseButton::Right, Button::Right),
            (MouseButton::Middle, Button::Middle),
            (MouseButton::Back, Button::Back),
            (MouseButton::Forward, Button::Forward),
        ]
        .into_iter()
        .filter_map(|(level, button)| self.window.get_mouse_down(level).then_some(button))
        .collect();
        let scroll = self.window.get_scroll_wheel().unwrap_or((0.0, 0.0));
        let (x, y) = (f64::from(x), f64::from(y));
        let (width, height) = self.window.get_size();
        let in_window = x >= 0.0 && y >= 0.0 && x < width as f64 && y < height as f64;
        // Wayland says 0, 0 until the pointer comes.
        let known = self.platform != Platform::Wayland || self.mouse.1.is_some();
        let (place, frame, ratio) = self.shown();
        let inside = in_window && known && place.contains(x, y);
        let (x, y) = place.to_canvas(frame, ratio, x, y);
        let (scroll, unit) = (calibrate(self.platform, scroll), unit(self.platform));
        Sample { now, x, y, inside, down, scroll, unit }
    }

    /// Where the picture is in the window, its size and pixel ratio; before the first picture, all
    /// of the window.
    fn shown(&self) -> (Placement, PhysicalSize, f64) {
        self.shown.unwrap_or_else(|| {
            let (width, height) = self.window.get_size();
            let whole = Placement { x: 0, y: 0, width: width.max(1), height: height.max(1) };
            (whole, PhysicalSize::new(width.max(1) as u32, height.max(1) as u32), 1.0)
        })
    }

    fn report_close(&mut self, sink: &mut dyn FnMut(BackendEvent)) -> Result<()> {
        if self.closed || self.window.is_open() {
            return Ok(());
        }
        self.closed = true;
        // minifb calls a Wayland compositor that is gone a closed window.
        if self.platform == Platform::Wayland && !display::wayland_answers() {
            return Err(Error::failed("the window is gone: the Wayland compositor went away"));
        }
        sink(BackendEvent::CloseRequested { client: CLIENT });
        Ok(())
    }
}

/// Writes down what minifb tells while it polls.
struct Recorder(Rc<RefCell<Vec<Typed>>>);

impl InputCallback for Recorder {
    fn add_char(&mut self, unit: u32) {
        self.0.borrow_mut().push(Typed::Char(unit));
    }

    fn set_key_state(&mut self, key: minifb::Key, down: bool) {
        self.0.borrow_mut().push(Typed::Key(key, down));
    }
}

/// The window as the display knows it, where a program may show pictures in it itself.
fn native(window: &minifb::Window) -> Option<NativeWindow> {
    match window.window_handle().map(|handle| handle.as_raw()) {
        // The display's numbers have 29 bits.
        Ok(RawWindowHandle::Xlib(handle)) => {
            u32::try_from(handle.window).ok().map(|window| NativeWindow::X11 { window })
        }
        _ => None,
    }
}

fn platform(window: &minifb::Window) -> Platform {
    if cfg!(windows) {
        return Platform::Windows;
    }
    if cfg!(target_os = "macos") {
        return Platform::MacOs;
    }
    match window.window_handle().map(|handle| handle.as_raw()) {
        Ok(RawWindowHandle::Wayland(_)) => Platform::Wayland,
        _ => Platform::X11,
    }
}

/// `title` without control characters, which minifb cannot pass on, without those that hide or reorder
/// text, and not too long.
fn caption(title: &str) -> String {
    let mut caption: String =
        title.chars().filter(|char| !framecast_api::is_unprintable(*char)).collect();
    while caption.len() > MAX_TITLE {
        caption.pop();
    }
    caption
}

/// Whether a key is one that pastes on this desktop.
fn asks_to_paste(kind: &EventKind) -> bool {
    let EventKind::KeyDown(key) = kind else { return false };
    let Modifiers { shift, control, alt, meta, .. } = key.modifiers;
    let command = if cfg!(target_os = "macos") { meta && !control } else { control && !meta };
    match key.shortcut() {
        "v" | "V" => command && !alt,
        "Insert" => shift && !control && !alt && !meta,
        "Paste" => true,
        _ => false,
    }
}

/// The nearest shape minifb has. It has neither the platform's shapes for waiting, help and refusal nor
/// those for single edges and corners.
fn cursor_style(cursor: Cursor) -> CursorStyle {
    match cursor {
        Cursor::Text | Cursor::VerticalText => CursorStyle::Ibeam,
        Cursor::Crosshair | Cursor::Cell => CursorStyle::Crosshair,
        Cursor::Pointer | Cursor::Grab => CursorStyle::OpenHand,
        Cursor::Grabbing => CursorStyle::ClosedHand,
        Cursor::EwResize | Cursor::EResize | Cursor::WResize | Cursor::ColResize => {
            CursorStyle::ResizeLeftRight
        }
        Cursor::NsResize | Cursor::NResize | Cursor::SResize | Cursor::RowResize => {
            CursorStyle::ResizeUpDown
        }
        Cursor::Move
        | Cursor::AllScroll
        | Cursor::NeswResize
        | Cursor::NwseResize
        | Cursor::NeResize
        | Cursor::NwResize
        | Cursor::SeResize
        | Cursor::SwResize => CursorStyle::ResizeAll,
        _ => CursorStyle::Arrow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_lose_control_characters_and_what_is_too_long() {
        assert_eq!(caption("a\0b\u{1b}[31m\nü"), "ab[31mü");
        assert_eq!(caption(&"x".repeat(MAX_TITLE + 1)).len(), MAX_TITLE);
        assert_eq!(caption(&"漢".repeat(MAX_TITLE)).len(), MAX_TITLE / 3 * 3);
    }

    #[test]
    fn every_cursor_has_a_shape() {
        for &cursor in Cursor::ALL {
            let plain = cursor_style(cursor) == CursorStyle::Arrow;
            let arrow = matches!(
                cursor,
                Cursor::Default
                    | Cursor::None
                    | Cursor::ContextMenu
                    | Cursor::Help
                    | Cursor::Progress
                    | Cursor::Wait
                    | Cursor::Alias
                    | Cursor::Copy
                    | Cursor::NoDrop
                    | Cursor::NotAllowed
                    | Cursor::ZoomIn
                    | Cursor::ZoomOut
            );
            assert_eq!(plain, arrow, "{cursor}");
        }
    }
}
