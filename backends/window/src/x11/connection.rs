//! A connection of our own to the X server, which hears what happens to minifb's window.
#![allow(unsafe_code)]

use std::ffi::{c_int, c_long, c_uint, c_ulong};
use std::ptr::{self, NonNull};

use x11_dl::xlib::{self, Display, XEvent, Xlib};

use super::input_method::InputMethod;
use super::names::key_text;
use super::{Input, KeyPress, Moment, Seen};

/// What minifb still hears on its own connection: its size, its end, and the focus.
const LEFT_TO_MINIFB: c_long = xlib::StructureNotifyMask | xlib::FocusChangeMask;
/// What only one connection may select, and this one does.
const INPUT: c_long = xlib::ButtonPressMask
    | xlib::ButtonReleaseMask
    | xlib::PointerMotionMask
    | xlib::KeyPressMask
    | xlib::KeyReleaseMask
    | xlib::KeymapStateMask;
const REST: c_long = xlib::ExposureMask
    | xlib::EnterWindowMask
    | xlib::LeaveWindowMask
    | xlib::VisibilityChangeMask
    | xlib::StructureNotifyMask
    | xlib::FocusChangeMask;

/// How many events one call hands over: other programs may send them faster than we read. Few
/// enough for the queue of inputs, which holds four times as many.
const MAX_EVENTS: usize = 1024;

/// Hears what happens to a window. On minifb's connection, minifb would take the events and keep
/// only the last state.
pub(crate) struct Connection {
    lib: Xlib,
    /// Ours alone, open until dropped; used by one thread (the pointer is not `Send`).
    display: NonNull<Display>,
    window: c_ulong,
    /// `None`: no dead keys and no Compose key; each key types what it means.
    input_method: Option<InputMethod>,
    /// XKB's names of the keys, from the server's lowest key code on.
    key_places: (u8, Vec<[u8; 4]>),
    /// They may have changed since they were read.
    key_places_stale: bool,
    /// This call read them already, which waits for the server's answer.
    key_places_reread: bool,
    /// The window had the keyboard, or the pointer, when we began to listen.
    first: Vec<Seen>,
}

impl Connection {
    /// Listens to `window`, which minifb opened on the display at `minifb`; `None` if the server takes
    /// no second connection. minifb then hears of buttons and keys no more.
    pub(crate) fn open(window: c_ulong, minifb: NonNull<Display>) -> Option<Self> {
        let lib = Xlib::open().ok()?;
        // SAFETY: a null name means DISPLAY, as for minifb.
        let display = NonNull::new(unsafe { (lib.XOpenDisplay)(ptr::null()) })?;
        // SAFETY: both displays are open, minifb's because its window is, and are used on this
        // thread alone. A window that is gone makes an X error, which our handler ignores.
        unsafe {
            (lib.XSelectInput)(minifb.as_ptr(), window, LEFT_TO_MINIFB);
            // Only when minifb let go may we take.
            (lib.XSync)(minifb.as_ptr(), xlib::False);
            (lib.XkbSetDetectableAutoRepeat)(display.as_ptr(), xlib::True, ptr::null_mut());
            (lib.XSelectInput)(display.as_ptr(), window, INPUT | REST);
            // The window may be closed at once: an error must not come after that.
            (lib.XSync)(display.as_ptr(), xlib::False);
        }
        let input_method = InputMethod::open(&lib, display, window);
        let mut connection = Self {
            lib,
            display,
            window,
            input_method,
            key_places: (0, Vec::new()),
            key_places_stale: false,
            key_places_reread: false,
            first: Vec::new(),
        };
        connection.key_places = connection.read_key_places();
        connection.first = connection.look();
        Some(connection)
    }

    /// Hands over what happened since the last call, up to [`MAX_EVENTS`]; the rest comes
    /// with the next call. Never waits for events.
    pub(crate) fn drain(&mut self, sink: &mut dyn FnMut(Seen)) {
        std::mem::take(&mut self.first).into_iter().for_each(&mut *sink);
        let display = self.display.as_ptr();
        self.key_places_reread = false;
        for _ in 0..MAX_EVENTS {
            // SAFETY: the display is open; `XPending` never blocks, and after it said that an
            // event is there, neither does `XNextEvent`, which fills in the whole event.
            if unsafe { (self.lib.XPending)(display) } == 0 {
                break;
            }
            let mut event = XEvent { pad: [0; 24] };
            // SAFETY: as above.
            unsafe { (self.lib.XNextEvent)(display, &raw mut event) };
            self.take(&mut event, sink);
        }
    }

    fn take(&mut self, event: &mut XEvent, sink: &mut dyn FnMut(Seen)) {
        match event.get_type() {
            xlib::KeyPress => {
                // SAFETY: the type says which member of the union was filled in.
                let key = unsafe { event.key };
                let moment = Moment { time: key.time as u32, x: key.x, y: key.y, state: key.state };
                let mut symbol = 0;
                // Key code 0 stands for what several keys composed.
                if let Ok(number @ 1..) = u8::try_from(key.keycode) {
                    if self.key_places_stale && !self.key_places_reread {
                        (self.key_places_stale, self.key_places_reread) = (false, true);
                        self.key_places = self.read_key_places();
                    }
                    symbol = self.symbol(number, key.state);
                    let press = KeyPress { number, place: self.place(number), symbol, moment };
                    sink(Seen::Input(Input::KeyDown(press)));
                }
                let text = match &self.input_method {
                    Some(method) => method.text(event),
                    None => key_text(symbol).map(String::from),
                };
                if let Some(text) = text {
                    sink(Seen::Input(Input::Text(text, moment)));
                }
            }
            xlib::MappingNotify => {
                // SAFETY: as above; the call only marks the cached layout as stale.
                unsafe { (self.lib.XRefreshKeyboardMapping)(&raw mut event.mapping) };
                self.key_places_stale = true;
            }
            _ => {
                // Releases of keys pass by the input method, too.
                let taken = self.input_method.as_ref().is_some_and(|method| method.takes(event));
                if let Some(seen) = translate(event).filter(|_| !taken) {
                    if let (Seen::Input(Input::FocusOut), Some(method)) =
                        (&seen, &self.input_method)
                    {
                        method.reset();
                    }
                    sink(seen);
                }
            }
        }
    }

    /// Whether the window has the keyboard and the pointer already.
    fn look(&self) -> Vec<Seen> {
        let display = self.display.as_ptr();
        let mut seen = Vec::new();
        let (mut focus, mut revert) = (0, 0);
        // SAFETY: the display is open, and all that is pointed to is ours.
        unsafe { (self.lib.XGetInputFocus)(display, &raw mut focus, &raw mut revert) };
        if focus == self.window {
            seen.push(Seen::Input(Input::FocusIn));
        }
        let (mut root, mut child) = (0, 0);
        let (mut root_x, mut root_y, mut x, mut y) = (0, 0, 0, 0);
        let (mut state, mut width, mut height, mut border, mut depth) = (0, 0, 0, 0, 0);
        // SAFETY: as above.
        let known = unsafe {
            (self.lib.XQueryPointer)(
                display,
                self.window,
                &raw mut root,
                &raw mut child,
                &raw mut root_x,
                &raw mut root_y,
                &raw mut x,
                &raw mut y,
                &raw mut state,
            ) != xlib::False
                && (self.lib.XGetGeometry)(
                    display,
                    self.window,
                    &raw mut root,
                    &raw mut root_x,
                    &raw mut root_y,
                    &raw mut width,
                    &raw mut height,
                    &raw mut border,
                    &raw mut depth,
                ) != 0
        };
        let within = |at: c_int, size: c_uint| u32::try_from(at).is_ok_and(|at| at < size);
        if known && within(x, width) && within(y, height) {
            seen.push(Seen::Input(Input::Enter(Moment { time: 0, x, y, state })));
        }
        seen
    }

    /// What a key means in the layout of the moment.
    fn symbol(&self, number: u8, state: u32) -> u32 {
        let (mut rest, mut symbol) = (0, 0);
        // SAFETY: the display is open, and the results are ours.
        let found = unsafe {
            (self.lib.XkbLookupKeySym)(
                self.display.as_ptr(),
                number,
                state,
                &raw mut rest,
                &raw mut symbol,
            )
        };
        if found == xlib::False { 0 } else { u32::try_from(symbol).unwrap_or(0) }
    }

    fn place(&self, number: u8) -> [u8; 4] {
        let (first, places) = &self.key_places;
        let index = number.checked_sub(*first).map(usize::from);
        index.and_then(|index| places.get(index)).copied().unwrap_or_default()
    }

    fn read_key_places(&self) -> (u8, Vec<[u8; 4]>) {
        /// `XkbKeyNamesMask` and `XkbUseCoreKbd` of XKB.h.
        const KEY_NAMES: c_uint = 1 << 9;
        const CORE_KEYBOARD: c_uint = 0x100;
        let display = self.display.as_ptr();
        // SAFETY: the display is open; a null result is looked at below.
        let keyboard = unsafe { (self.lib.XkbGetMap)(display, 0, CORE_KEYBOARD) };
        let Some(keyboard) = NonNull::new(keyboard) else { return (0, Vec::new()) };
        let mut places = Vec::new();
        // SAFETY: the server's answer fills in `names` and, for each key code up to the highest,
        // `keys`; both are looked at before use and freed once, with the keyboard.
        let first = unsafe {
            (self.lib.XkbGetNames)(display, KEY_NAMES, keyboard.as_ptr());
            let (first, last) = (keyboard.as_ref().min_key_code, keyboard.as_ref().max_key_code);
            if let Some(names) = keyboard.as_ref().names.as_ref()
                && let Some(keys) = NonNull::new(names.keys)
            {
                for number in first..=last {
                    let name = keys.add(usize::from(number)).as_ref().name;
                    places.push(name.map(|unit| unit as u8));
                }
            }
            (self.lib.XkbFreeKeyboard)(keyboard.as_ptr(), 0, xlib::True);
            first
        };
        (first, places)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Before its display.
        self.input_method = None;
        // SAFETY: it was opened by us and is closed once.
        unsafe {
            (self.lib.XCloseDisplay)(self.display.as_ptr());
        }
    }
}

fn translate(event: &XEvent) -> Option<Seen> {
    let crossing = |event: &XEvent| {
        // SAFETY: only called for crossings, which fill in this member of the union.
        let event = unsafe { event.crossing };
        let moment = Moment { time: event.time as u32, x: event.x, y: event.y, state: event.state };
        // Else the pointer is still over this window, but over a child of it.
        (event.detail != xlib::NotifyInferior).then_some(moment)
    };
    // SAFETY: the type says which member of the union was filled in; here and below.
    match event.get_type() {
        xlib::Expose => Some(Seen::Exposed),
        xlib::EnterNotify => Some(Seen::Input(Input::Enter(crossing(event)?))),
        xlib::LeaveNotify => Some(Seen::Input(Input::Leave(crossing(event)?))),
        xlib::MotionNotify => {
            // SAFETY: as above.
            let at = unsafe { event.motion };
            let moment = Moment { time: at.time as u32, x: at.x, y: at.y, state: at.state };
            Some(Seen::Input(Input::Move(moment)))
        }
        kind @ (xlib::ButtonPress | xlib::ButtonRelease) => {
            // SAFETY: as above.
            let at = unsafe { event.button };
            let moment = Moment { time: at.time as u32, x: at.x, y: at.y, state: at.state };
            Some(Seen::Input(Input::Button(at.button, kind == xlib::ButtonPress, moment)))
        }
        xlib::KeyRelease => {
            // SAFETY: as above.
            let at = unsafe { event.key };
            let moment = Moment { time: at.time as u32, x: at.x, y: at.y, state: at.state };
            Some(Seen::Input(Input::KeyUp(u8::try_from(at.keycode).ok()?, moment)))
        }
        xlib::KeymapNotify => {
            // SAFETY: as above.
            let keys = unsafe { event.keymap }.key_vector;
            Some(Seen::Input(Input::KeysDown(keys.map(|eight| eight as u8))))
        }
        kind @ (xlib::FocusIn | xlib::FocusOut) => {
            // SAFETY: as above.
            let focus = unsafe { event.focus_change };
            match (kind == xlib::FocusIn, focus.mode) {
                _ if focus.detail == xlib::NotifyInferior => None,
                // Where no window manager gives the focus, keys go to where the pointer is.
                (true, _) if focus.detail == xlib::NotifyPointer => None,
                (false, _) if focus.detail == xlib::NotifyPointer => {
                    Some(Seen::Input(Input::KeysTaken))
                }
                // The window manager's shortcuts: the focus comes back, the releases do not.
                (false, xlib::NotifyGrab) => Some(Seen::Input(Input::KeysTaken)),
                (true, xlib::NotifyUngrab) => None,
                (true, _) => Some(Seen::Input(Input::FocusIn)),
                (false, _) => Some(Seen::Input(Input::FocusOut)),
            }
        }
        xlib::VisibilityNotify => {
            // SAFETY: as above.
            let state = unsafe { event.visibility.state };
            Some(Seen::Obscured(state == xlib::VisibilityFullyObscured))
        }
        xlib::MapNotify => Some(Seen::Mapped(true)),
        xlib::UnmapNotify => Some(Seen::Mapped(false)),
        xlib::DestroyNotify => Some(Seen::Destroyed),
        _ => None,
    }
}
