//! The event vocabulary: names, units and fields of the renderview specification
//! (pygfx/renderview), as Rust enums and as JSON objects.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::lenient;
use crate::{Button, Buttons, Error, Modifiers, Result, ViewInfo};

/// One client of one backend: a browser page, a local window. Unique within its backend, never
/// reused while the backend is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(pub u64);

/// Where an event came from, inside this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// The backend's place among the canvas' backends.
    pub backend: u32,
    /// The client of that backend.
    pub client: ClientId,
}

/// Something that happened: what, when, and from where.
///
/// As JSON it is one object, `{"type": "key_down", "timestamp": 1.5, "key": "a", …}`, without the
/// source. Reading is lenient: a field that is missing, `null`, of another type or of an unknown
/// value gets its default; a coordinate that is too large becomes the largest one; unknown names in
/// a list are left out. So an event of a client of another version or vendor is never lost as a whole.
///
/// ```
/// use framecast_api::{Event, EventKind};
/// let event: Event = serde_json::from_str(
///     r#"{"type": "wheel", "timestamp": 1.5, "dx": 0, "dy": 100, "x": 10, "y": 20}"#,
/// )?;
/// assert!(matches!(event.kind, EventKind::Wheel(wheel) if wheel.dy == 100.0));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
    /// When, in seconds on the process' [`Clock`](crate::Clock).
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub timestamp: f64,
    /// The client that caused it; `None` for events that the engine made, and for events that the program
    /// [submitted](Self::submitted).
    #[serde(skip)]
    pub source: Option<Source>,
    /// Whether the program made it itself, by `Canvas::submit_event`; nobody caused it then.
    #[serde(skip)]
    pub submitted: bool,
}

impl Event {
    /// What happened, when, and who caused it; not submitted by the program.
    #[must_use]
    pub const fn new(kind: EventKind, timestamp: f64, source: Option<Source>) -> Self {
        Self { kind, timestamp, source, submitted: false }
    }
}

/// What happened. Positions are logical pixels from the canvas' top left and may lie outside the
/// canvas while a pointer is captured.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventKind {
    /// The canvas has a new size. Made by the engine only.
    Resize(Resize),
    /// The canvas was closed; nothing follows. Made by the engine only.
    Close,
    /// The presenter's view became visible, or a viewer whose view is visible followed a presenter whose
    /// view was hidden. A view that does not report its visibility counts as visible.
    Show,
    /// The presenter's view was hidden (minimized, or a tab in the background), or a viewer whose view is
    /// hidden became the presenter.
    Hide,
    /// The view got the keyboard focus.
    FocusIn,
    /// The view lost the keyboard focus.
    FocusOut,
    /// A button was pressed or a finger touched.
    PointerDown(Pointer),
    /// The pointer moved.
    PointerMove(Pointer),
    /// A button was released or a finger lifted.
    PointerUp(Pointer),
    /// The pointer entered the canvas.
    PointerEnter(Pointer),
    /// The pointer left the canvas.
    PointerLeave(Pointer),
    /// The same button was pressed twice in quick succession. Comes after the second `PointerUp`.
    DoubleClick(Pointer),
    /// The wheel turned, or two fingers scrolled.
    Wheel(Wheel),
    /// A key was pressed, or is held down and repeats; [`Key::repeat`] tells which. Modifier keys do not
    /// repeat.
    KeyDown(Key),
    /// A key was released.
    KeyUp(Key),
    /// Text was typed.
    Char(Char),
    /// Text was pasted. Text longer than [`MAX_PASTE`](Self::MAX_PASTE) bytes comes as several events, in
    /// order.
    Paste {
        /// The text as it was pasted, with its line ends and control characters.
        #[serde(default, deserialize_with = "lenient::or_default")]
        data: String,
    },
    /// The presenter changed: it is the event's source now, or nobody. Made by the engine only.
    ControlChanged {
        /// Whether there is a presenter.
        held: bool,
    },
    /// What is known of the presenter's view is not what it was: it changed, or somebody else became the
    /// presenter; then it comes after `ControlChanged`. Made by the engine only.
    ViewInfo(ViewInfo),
    /// Comes before every draw.
    Animate {
        /// Seconds since the previous draw; 0 for the first.
        step: f64,
    },
    /// Comes directly before every draw.
    BeforeDraw,
}

/// Fields of [`EventKind::Resize`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Resize {
    /// Logical pixels from left to right.
    pub width: f64,
    /// Logical pixels from top to bottom.
    pub height: f64,
    /// Physical pixels from left to right.
    pub pwidth: u32,
    /// Physical pixels from top to bottom.
    pub pheight: u32,
    /// Physical pixels per logical pixel.
    pub ratio: f64,
}

/// Fields of the pointer events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pointer {
    /// Logical pixels from the left edge of the canvas.
    #[serde(deserialize_with = "lenient::number")]
    pub x: f64,
    /// Logical pixels from the top edge of the canvas.
    #[serde(deserialize_with = "lenient::number")]
    pub y: f64,
    /// The button that changed; [`Button::None`] for moves.
    #[serde(deserialize_with = "lenient::or_default")]
    pub button: Button,
    /// The buttons that are down now.
    pub buttons: Buttons,
    /// The modifier keys that are down.
    pub modifiers: Modifiers,
    /// The number of fingers that touch.
    #[serde(deserialize_with = "lenient::count")]
    pub ntouches: u32,
    /// The touches, by an identifier that lasts from down to up.
    #[serde(deserialize_with = "lenient::touches")]
    pub touches: BTreeMap<String, Touch>,
    /// Which touches this event is about, by their identifiers in `touches`: the one that went down, the
    /// ones that moved, or those that were lifted, which are not in `touches` any more. Empty for mouse
    /// and pen, and from clients that do not say it. As JSON it is left out where it is empty.
    #[serde(deserialize_with = "lenient::identifiers", skip_serializing_if = "BTreeSet::is_empty")]
    pub changed: BTreeSet<String>,
    /// Mouse, touch or pen.
    #[serde(deserialize_with = "lenient::or_default")]
    pub pointer_type: PointerType,
    /// 0 to 1; a mouse has 0.5 while a button is down.
    #[serde(deserialize_with = "lenient::pressure")]
    pub pressure: f64,
}

/// One finger on the canvas.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Touch {
    /// Logical pixels from the left edge of the canvas.
    #[serde(deserialize_with = "lenient::number")]
    pub x: f64,
    /// Logical pixels from the top edge of the canvas.
    #[serde(deserialize_with = "lenient::number")]
    pub y: f64,
    /// 0 to 1.
    #[serde(deserialize_with = "lenient::pressure")]
    pub pressure: f64,
}

/// What kind of device points.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PointerType {
    /// A mouse or touchpad.
    #[default]
    Mouse,
    /// A finger.
    Touch,
    /// A stylus.
    Pen,
}

/// Fields of [`EventKind::Wheel`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wheel {
    /// Distance to the right; about 100 per notch.
    #[serde(deserialize_with = "lenient::number")]
    pub dx: f64,
    /// Distance downwards; about 100 per notch.
    #[serde(deserialize_with = "lenient::number")]
    pub dy: f64,
    /// Logical pixels from the left edge of the canvas.
    #[serde(deserialize_with = "lenient::number")]
    pub x: f64,
    /// Logical pixels from the top edge of the canvas.
    #[serde(deserialize_with = "lenient::number")]
    pub y: f64,
    /// The buttons that are down.
    pub buttons: Buttons,
    /// The modifier keys that are down.
    pub modifiers: Modifiers,
    /// What `dx` and `dy` were measured in. As JSON it is left out where it is unknown.
    #[serde(deserialize_with = "lenient::or_default", skip_serializing_if = "is_default")]
    pub unit: WheelUnit,
    /// Where in a movement this turn is. As JSON it is left out where it is unknown.
    #[serde(deserialize_with = "lenient::or_default", skip_serializing_if = "is_default")]
    pub phase: WheelPhase,
}

/// What a turn of the wheel was measured in. `dx` and `dy` are logical pixels in any case; the unit tells
/// what moved them.
///
/// | backend | tells |
/// | --- | --- |
/// | browsers | `Pixel` for trackpads, `Notch` for wheels, `Page` where the system scrolls by pages |
/// | window | `Notch` under X11 and Windows; not known under Wayland and macOS |
/// | terminal | `Notch` |
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WheelUnit {
    /// Not known, as with clients that do not say it.
    #[default]
    Unknown,
    /// Pixels, of a trackpad: the content follows the fingers.
    Pixel,
    /// Notches of a wheel, 100 each; a fine wheel also turns by parts of one. What steps, such as a
    /// zoom or a list, goes on by `dy / 100`.
    Notch,
    /// Pages, 100 each: the user's setting is that one notch scrolls all that is seen.
    Page,
}

/// Where in a movement a turn of the wheel is.
///
/// Window and terminal (but for the window under Wayland and on macOS) and the notches of browsers are
/// `Discrete`. Browsers tell no phases of a trackpad's movement, and minifb none at all: those turns are
/// `Unknown`. `Started`, `Moved`, `Ended` and `Momentum` come from other backends and clients only.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WheelPhase {
    /// Not known.
    #[default]
    Unknown,
    /// A turn by itself, such as a notch: nothing belongs to it.
    Discrete,
    /// Fingers begin to scroll.
    Started,
    /// Fingers scroll on.
    Moved,
    /// The fingers were lifted.
    Ended,
    /// No finger scrolls any more; the system lets the movement run out.
    Momentum,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Fields of [`EventKind::KeyDown`] and [`EventKind::KeyUp`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Key {
    /// What the key means here and now, as in the browser's `KeyboardEvent.key`: "a", "A",
    /// "Enter", "ArrowLeft".
    #[serde(deserialize_with = "lenient::name")]
    pub key: String,
    /// Where the key is, as in the browser's `KeyboardEvent.code`: "KeyA", "ArrowLeft"; empty
    /// where unknown.
    #[serde(deserialize_with = "lenient::name")]
    pub code: String,
    /// The modifier keys that are down.
    pub modifiers: Modifiers,
    /// True if the key is held down and the system repeats it, after a delay and at a rate that the user
    /// has set (often half a second, and 25 to 40 times a second). Ignore repeats for toggles; act on
    /// each of them for moving, scrolling and deleting.
    ///
    /// Always false in `KeyUp`, and in backends that cannot tell a repeat from a press, such as a
    /// terminal without kitty's keyboard protocol. In JSON it is left out if it is false.
    #[serde(deserialize_with = "lenient::or_default", skip_serializing_if = "std::ops::Not::not")]
    pub repeat: bool,
}

impl Key {
    /// Returns the key to compare shortcuts with: [`key`](Self::key), or, in a layout without Latin letters
    /// (Russian, Greek, Hebrew), the letter or digit that a US keyboard has in the same place.
    ///
    /// ```
    /// use framecast_api::Key;
    ///
    /// let key = |key: &str, code: &str| Key { key: key.into(), code: code.into(), ..Key::default() };
    /// assert_eq!(key("я", "KeyZ").shortcut(), "z");
    /// assert_eq!(key("Я", "KeyZ").shortcut(), "Z");
    /// // A German keyboard has its Latin letters elsewhere.
    /// assert_eq!(key("z", "KeyY").shortcut(), "z");
    /// assert_eq!(key("ArrowLeft", "ArrowLeft").shortcut(), "ArrowLeft");
    /// ```
    #[must_use]
    pub fn shortcut(&self) -> &str {
        const SMALL: &str = "abcdefghijklmnopqrstuvwxyz";
        const LARGE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        if self.key.is_ascii() {
            return &self.key;
        }
        if let Some(digit) = self.code.strip_prefix("Digit")
            && digit.len() == 1
        {
            return digit;
        }
        let letter = self.code.strip_prefix("Key").filter(|letter| letter.len() == 1);
        let letter = letter.and_then(|letter| LARGE.find(letter));
        let upper = self.key.chars().any(char::is_uppercase);
        let letters = if upper { LARGE } else { SMALL };
        letter.and_then(|index| letters.get(index..=index)).unwrap_or(&self.key)
    }
}

/// Fields of [`EventKind::Char`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Char {
    /// The text.
    #[serde(deserialize_with = "lenient::or_default")]
    pub data: String,
    /// True while an input method composes. The text then replaces the previous composing text.
    #[serde(deserialize_with = "lenient::or_default")]
    pub is_composing: bool,
    /// As in the browser's `InputEvent.inputType`: "insertText", "insertLineBreak".
    #[serde(deserialize_with = "lenient::name")]
    pub input_type: String,
}

impl EventKind {
    /// The largest coordinate, in logical pixels either way, that an event may carry.
    pub const MAX_COORDINATE: f64 = 1e6;
    /// The longest `key` or `code`, in bytes.
    pub const MAX_KEY: usize = 64;
    /// The longest typed text in one event, in bytes.
    pub const MAX_TEXT: usize = 16 * 1024;
    /// The longest pasted text in one event, in bytes.
    pub const MAX_PASTE: usize = 32 * 1024;
    /// The most fingers.
    pub const MAX_TOUCHES: usize = 20;

    /// Checks an event that comes from an untrusted client.
    ///
    /// # Errors
    /// "Invalid input" if a number is not finite or too large, a string is too long, or only the engine
    /// may make such an event.
    pub fn validate(&self) -> Result<()> {
        match self {
            EventKind::Resize(_)
            | EventKind::Close
            | EventKind::ControlChanged { .. }
            | EventKind::ViewInfo(_)
            | EventKind::Animate { .. }
            | EventKind::BeforeDraw => {
                Err(Error::invalid_input("only the engine makes this event"))
            }
            EventKind::Show | EventKind::Hide | EventKind::FocusIn | EventKind::FocusOut => Ok(()),
            EventKind::PointerDown(pointer)
            | EventKind::PointerMove(pointer)
            | EventKind::PointerUp(pointer)
            | EventKind::PointerEnter(pointer)
            | EventKind::PointerLeave(pointer)
            | EventKind::DoubleClick(pointer) => {
                if pointer.touches.len() > Self::MAX_TOUCHES
                    || pointer.changed.len() > Self::MAX_TOUCHES
                    || pointer.ntouches as usize > Self::MAX_TOUCHES
                {
                    return Err(Error::invalid_input("too many touches"));
                }
                numbers(&[pointer.x, pointer.y, pointer.pressure])?;
                pointer.changed.iter().try_for_each(|id| text(id, Self::MAX_KEY))?;
                pointer.touches.iter().try_for_each(|(id, touch)| {
                    text(id, Self::MAX_KEY)?;
                    numbers(&[touch.x, touch.y, touch.pressure])
                })
            }
            EventKind::Wheel(wheel) => numbers(&[wheel.x, wheel.y, wheel.dx, wheel.dy]),
            EventKind::KeyDown(key) | EventKind::KeyUp(key) => {
                text(&key.key, Self::MAX_KEY)?;
                text(&key.code, Self::MAX_KEY)
            }
            EventKind::Char(char) => {
                text(&char.data, Self::MAX_TEXT)?;
                text(&char.input_type, Self::MAX_KEY)
            }
            EventKind::Paste { data } => text(data, Self::MAX_PASTE),
        }
    }

    /// The name on the wire: "pointer_down".
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            EventKind::Resize(_) => "resize",
            EventKind::Close => "close",
            EventKind::Show => "show",
            EventKind::Hide => "hide",
            EventKind::FocusIn => "focus_in",
            EventKind::FocusOut => "focus_out",
            EventKind::PointerDown(_) => "pointer_down",
            EventKind::PointerMove(_) => "pointer_move",
            EventKind::PointerUp(_) => "pointer_up",
            EventKind::PointerEnter(_) => "pointer_enter",
            EventKind::PointerLeave(_) => "pointer_leave",
            EventKind::DoubleClick(_) => "double_click",
            EventKind::Wheel(_) => "wheel",
            EventKind::KeyDown(_) => "key_down",
            EventKind::KeyUp(_) => "key_up",
            EventKind::Char(_) => "char",
            EventKind::Paste { .. } => "paste",
            EventKind::ControlChanged { .. } => "control_changed",
            EventKind::ViewInfo(_) => "view_info",
            EventKind::Animate { .. } => "animate",
            EventKind::BeforeDraw => "before_draw",
        }
    }
}

fn numbers(numbers: &[f64]) -> Result<()> {
    match numbers.iter().find(|n| !n.is_finite() || n.abs() > EventKind::MAX_COORDINATE) {
        None => Ok(()),
        Some(bad) => Err(Error::invalid_input(format!("{bad} is out of range"))),
    }
}

fn text(text: &str, most: usize) -> Result<()> {
    if text.len() <= most {
        return Ok(());
    }
    Err(Error::invalid_input(format!("a text of {} bytes; at most {most}", text.len())))
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    fn pointer() -> Pointer {
        Pointer { x: 1.5, y: -2.0, button: Button::Left, ..Pointer::default() }
    }

    /// One event of every kind.
    pub(crate) fn every_kind() -> [EventKind; 21] {
        let resize = Resize { width: 1.0, height: 1.0, pwidth: 1, pheight: 1, ratio: 1.0 };
        [
            EventKind::Resize(resize),
            EventKind::Close,
            EventKind::Show,
            EventKind::Hide,
            EventKind::FocusIn,
            EventKind::FocusOut,
            EventKind::PointerDown(pointer()),
            EventKind::PointerMove(pointer()),
            EventKind::PointerUp(pointer()),
            EventKind::PointerEnter(pointer()),
            EventKind::PointerLeave(pointer()),
            EventKind::DoubleClick(pointer()),
            EventKind::Wheel(Wheel::default()),
            EventKind::KeyDown(Key::default()),
            EventKind::KeyUp(Key::default()),
            EventKind::Char(Char::default()),
            EventKind::Paste { data: "two\nlines".into() },
            EventKind::ControlChanged { held: true },
            EventKind::ViewInfo(ViewInfo::default().with_platform(crate::Platform::Mac)),
            EventKind::Animate { step: 0.5 },
            EventKind::BeforeDraw,
        ]
    }

    #[test]
    fn every_event_has_the_same_name_on_the_wire_and_in_name() {
        for kind in every_kind() {
            let event = Event::new(kind, 1.25, None);
            let wire = serde_json::to_value(&event).unwrap();
            assert_eq!(wire["type"], event.kind.name());
            assert_eq!(wire["timestamp"], 1.25);
            assert_eq!(serde_json::from_value::<Event>(wire).unwrap(), event);
        }
    }

    #[test]
    fn a_pointer_event_has_the_fields_of_the_specification() {
        let mut pointer = pointer();
        pointer.buttons = [Button::Left, Button::Middle].into_iter().collect();
        pointer.modifiers = Modifiers { shift: true, alt: true, ..Modifiers::default() };
        pointer.touches.insert("7".into(), Touch { x: 3.0, y: 4.0, pressure: 0.5 });
        pointer.ntouches = 1;
        pointer.pointer_type = PointerType::Pen;
        let wire = |pointer: &Pointer| {
            let kind = EventKind::PointerDown(pointer.clone());
            serde_json::to_value(Event::new(kind, 2.0, None)).unwrap()
        };
        assert_eq!(
            wire(&pointer),
            json!({
                "type": "pointer_down", "timestamp": 2.0, "x": 1.5, "y": -2.0,
                "button": 1, "buttons": [1, 3], "modifiers": ["Shift", "Alt"],
                "ntouches": 1, "touches": {"7": {"x": 3.0, "y": 4.0, "pressure": 0.5}},
                "pointer_type": "pen", "pressure": 0.0,
            })
        );
        pointer.changed = ["7".to_owned(), "12".to_owned()].into();
        assert_eq!(wire(&pointer)["changed"], json!(["12", "7"]));
    }

    #[test]
    fn a_turn_of_the_wheel_tells_unit_and_phase_on_the_wire_where_they_are_known() {
        let wire = |wheel: Wheel| {
            let kind = EventKind::Wheel(wheel);
            serde_json::to_value(Event::new(kind, 2.0, None)).unwrap()
        };
        let mut told = json!({
            "type": "wheel", "timestamp": 2.0, "dx": 0.0, "dy": 100.0, "x": 0.0, "y": 0.0,
            "buttons": [], "modifiers": [],
        });
        let wheel = Wheel { dy: 100.0, ..Wheel::default() };
        assert_eq!(wire(wheel), told);
        (told["unit"], told["phase"]) = ("notch".into(), "discrete".into());
        let (unit, phase) = (WheelUnit::Notch, WheelPhase::Discrete);
        assert_eq!(wire(Wheel { unit, phase, ..wheel }), told);
    }

    #[test]
    fn a_key_event_tells_on_the_wire_that_it_repeats_and_nothing_where_it_does_not() {
        let mut key = Key { key: "a".into(), code: "KeyA".into(), ..Key::default() };
        let wire = |key: &Key| {
            let kind = EventKind::KeyDown(key.clone());
            serde_json::to_value(Event::new(kind, 2.0, None)).unwrap()
        };
        let mut told = json!({
            "type": "key_down", "timestamp": 2.0, "key": "a", "code": "KeyA", "modifiers": [],
        });
        assert_eq!(wire(&key), told);
        key.repeat = true;
        told["repeat"] = true.into();
        assert_eq!(wire(&key), told);
    }

    #[test]
    fn hostile_events_are_refused() {
        let key = || Key { key: "x".repeat(65), ..Key::default() };
        let code = Key { code: "x".repeat(65), ..Key::default() };
        let far = Touch { x: 1e9, ..Touch::default() };
        let touches = |count: usize| (0..count).map(|id| (id.to_string(), far)).collect();
        let names = |count: usize, long: usize| {
            (0..count).map(|id| format!("{id:0long$}")).collect::<BTreeSet<_>>()
        };
        for bad in [
            EventKind::PointerMove(Pointer { x: 1e7, ..Pointer::default() }),
            EventKind::Wheel(Wheel { dx: -1e300, ..Wheel::default() }),
            EventKind::Wheel(Wheel { dx: f64::NAN, ..Wheel::default() }),
            EventKind::KeyDown(key()),
            EventKind::KeyUp(code),
            EventKind::Char(Char { data: "x".repeat(EventKind::MAX_TEXT + 1), ..Char::default() }),
            EventKind::Char(Char { input_type: "x".repeat(65), ..Char::default() }),
            EventKind::Paste { data: "x".repeat(EventKind::MAX_PASTE + 1) },
            EventKind::PointerDown(Pointer { ntouches: 21, ..Pointer::default() }),
            EventKind::PointerDown(Pointer { touches: touches(1), ..Pointer::default() }),
            EventKind::PointerDown(Pointer { touches: touches(21), ..Pointer::default() }),
            EventKind::PointerUp(Pointer { changed: names(21, 1), ..Pointer::default() }),
            EventKind::PointerUp(Pointer { changed: names(1, 65), ..Pointer::default() }),
            EventKind::Resize(Resize {
                width: 1.0,
                height: 1.0,
                pwidth: 1,
                pheight: 1,
                ratio: 1.0,
            }),
            EventKind::Close,
            EventKind::BeforeDraw,
            EventKind::ViewInfo(ViewInfo::default()),
        ] {
            assert!(bad.validate().is_err(), "{bad:?}");
        }
    }

    /// Reads `fields` as those of a `name`.
    fn read(name: &str, mut fields: serde_json::Value) -> EventKind {
        fields["type"] = name.into();
        let event: Event = serde_json::from_value(fields.clone())
            .unwrap_or_else(|error| panic!("{fields}: {error}"));
        assert!(event.kind.validate().is_ok(), "{fields}");
        event.kind
    }

    #[test]
    fn a_field_that_is_not_understood_costs_that_field_and_never_the_event() {
        use EventKind::{Char as Typed, FocusIn, KeyDown, KeyUp, Paste, PointerDown, PointerUp};
        let left = Pointer { x: 1.0, y: 2.0, button: Button::Left, ..Pointer::default() };
        let here = |more: serde_json::Value| {
            let mut fields = json!({"x": 1, "y": 2, "button": 1});
            fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            read("pointer_down", fields)
        };
        for more in [
            json!({"timestamp": null}),
            json!({"timestamp": "now"}),
            json!({"buttons": null}),
            json!({"buttons": "left"}),
            json!({"buttons": [7, -1, null, "1", 1.5, {}, [1]]}),
            json!({"modifiers": null}),
            json!({"modifiers": ["Hyper", "CapsLock", 1, null]}),
            json!({"pointer_type": ""}),
            json!({"pointer_type": "nose"}),
            json!({"pointer_type": null}),
            json!({"pressure": null}),
            json!({"pressure": "hard"}),
            json!({"ntouches": -1}),
            json!({"ntouches": 0.5}),
            json!({"touches": []}),
            json!({"touches": {"1": null, "2": 7, "3": "x"}}),
            json!({"touches": {"x".repeat(65): {"x": 1}}}),
            json!({"changed": null}),
            json!({"changed": "4"}),
            json!({"changed": {"4": true}}),
            json!({"changed": [4, null, ["4"], "x".repeat(65)]}),
        ] {
            assert_eq!(here(more.clone()), PointerDown(left.clone()), "{more}");
        }
        for button in [json!(7), json!(-1), json!(null), json!("left"), json!(256), json!([1])] {
            let unknown = Pointer { button: Button::None, ..left.clone() };
            assert_eq!(here(json!({"button": button})), PointerDown(unknown), "{button}");
        }
        for x in [json!(null), json!("1"), json!({}), json!(true)] {
            let unknown = Pointer { x: 0.0, ..left.clone() };
            assert_eq!(here(json!({"x": x})), PointerDown(unknown), "{x}");
        }
        let some = Pointer {
            buttons: [Button::Right].into_iter().collect(),
            modifiers: Modifiers { shift: true, ..Modifiers::default() },
            touches: [("a".into(), Touch { y: 3.0, ..Touch::default() })].into(),
            ..left
        };
        assert_eq!(
            here(json!({
                "buttons": [9, 2], "modifiers": ["Hyper", "Shift"],
                "touches": {"a": {"x": null, "y": 3, "pressure": []}, "b": null},
            })),
            PointerDown(some)
        );
        // A pen's eraser, as a browser counts its buttons.
        let PointerUp(eraser) = read("pointer_up", json!({"button": 0, "buttons": [6]})) else {
            panic!("another event");
        };
        assert_eq!(Vec::from(eraser.buttons), [Button::Eraser]);

        // Undo, and a key that deletes.
        for input in ["historyUndo", "deleteContentBackward"] {
            let typed = Char { input_type: input.into(), ..Char::default() };
            let fields = json!({"data": null, "is_composing": false, "input_type": input});
            assert_eq!(read("char", fields), Typed(typed));
        }
        let typed = Char { data: "ä".into(), ..Char::default() };
        let fields = json!({"data": "ä", "is_composing": null, "input_type": "x".repeat(65)});
        assert_eq!(read("char", fields), Typed(typed));
        let a = || Key { key: "a".into(), ..Key::default() };
        let fields = json!({"key": "a", "code": null, "modifiers": {}, "repeat": "?"});
        assert_eq!(read("key_down", fields), KeyDown(a()));
        assert_eq!(read("key_up", json!({"key": "a", "code": "x".repeat(65)})), KeyUp(a()));
        let fields = json!({"key": "a", "repeat": true, "modifiers": 1});
        assert_eq!(read("key_down", fields), KeyDown(Key { repeat: true, ..a() }));
        let wheel = Wheel { dy: 100.0, ..Wheel::default() };
        let fields = json!({"dx": null, "dy": 100, "x": "1", "buttons": 3});
        assert_eq!(read("wheel", fields), EventKind::Wheel(wheel));
        for unknown in [json!("line"), json!(""), json!(null), json!(1), json!({"notch": 1})] {
            let fields = json!({"dy": 100, "unit": unknown, "phase": unknown});
            assert_eq!(read("wheel", fields), EventKind::Wheel(wheel), "{unknown}");
        }
        assert_eq!(read("paste", json!({"data": null})), Paste { data: String::new() });
        assert_eq!(read("focus_in", json!({"timestamp": []})), FocusIn);
    }

    #[test]
    fn what_is_too_much_is_cut_to_what_an_event_may_carry() {
        let most = EventKind::MAX_COORDINATE;
        let many: serde_json::Map<_, _> =
            (10..60).map(|id| (id.to_string(), json!({"x": 1e9, "pressure": 5}))).collect();
        let fields =
            json!({"x": 1e7, "y": -1e300, "pressure": -2, "ntouches": 50, "touches": many});
        let EventKind::PointerMove(pointer) = read("pointer_move", fields) else {
            panic!("another event");
        };
        assert_eq!((pointer.x, pointer.y, pointer.pressure), (most, -most, 0.0));
        assert_eq!((pointer.ntouches, pointer.touches.len()), (20, EventKind::MAX_TOUCHES));
        assert_eq!(pointer.touches["10"], Touch { x: most, y: 0.0, pressure: 1.0 });
        let many: Vec<_> = (10..60).map(|id| id.to_string()).collect();
        let EventKind::PointerMove(pointer) = read("pointer_move", json!({"changed": many})) else {
            panic!("another event");
        };
        assert_eq!(pointer.changed.len(), EventKind::MAX_TOUCHES);
        let EventKind::Wheel(wheel) = read("wheel", json!({"dx": -1e300, "dy": 1e7})) else {
            panic!("another event");
        };
        assert_eq!((wheel.dx, wheel.dy), (-most, most));
    }

    #[test]
    fn what_is_no_event_does_not_parse() {
        for bad in [json!({"type": "explode"}), json!({"type": null}), json!({"x": 1}), json!([])] {
            assert!(serde_json::from_value::<Event>(bad.clone()).is_err(), "{bad}");
        }
        assert!(serde_json::from_str::<Event>(r#"{"type":"wheel","dx":1e999}"#).is_err());
        // Half of a text may be another command, so too long a text is refused as a whole.
        for (name, length) in [("char", EventKind::MAX_TEXT), ("paste", EventKind::MAX_PASTE)] {
            let text = |length| json!({"type": name, "data": "x".repeat(length)});
            let read = |fields| serde_json::from_value::<Event>(fields).unwrap().kind.validate();
            assert!(read(text(length)).is_ok());
            assert!(read(text(length + 1)).is_err());
        }
    }
}
