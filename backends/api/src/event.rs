//! The event vocabulary: names, units and fields of the renderview specification
//! (pygfx/renderview), as Rust enums and as JSON objects.

use serde::{Deserialize, Serialize};

use crate::accessibility::ActionRequest;
use crate::lenient;
use crate::{CanvasSize, Char, Error, Key, LogicalSize, Pointer, Result, ViewInfo, Wheel};

/// One client of one backend: a browser page, a local window. Unique within its backend, never
/// reused while the backend is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(pub u64);

/// Where an event came from, inside this process.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source {
    /// The backend's place among the canvas' backends.
    pub backend: u32,
    /// The client of that backend.
    pub client: ClientId,
}

impl Source {
    /// The client of this number, of the backend at this place among the canvas' backends; the first is 0.
    ///
    /// ```
    /// use framecast_api::{ClientId, Source};
    /// assert_eq!(Source::new(0, ClientId(7)).client, ClientId(7));
    /// ```
    #[must_use]
    pub const fn new(backend: u32, client: ClientId) -> Self {
        Self { backend, client }
    }
}

/// Something that happened: what, when, and from where.
///
/// ```
/// use framecast_api::{Event, EventKind, Key};
/// let event = Event::new(EventKind::KeyDown(Key::new("a")), 1.5, None);
/// assert_eq!(event.kind.name(), "key_down");
/// assert!(!event.submitted && event.with_submitted().submitted);
/// ```
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
#[non_exhaustive]
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
    /// What happened, when in seconds on the process' [`Clock`](crate::Clock), and who caused it; not
    /// submitted by the program.
    #[must_use]
    pub const fn new(kind: EventKind, timestamp: f64, source: Option<Source>) -> Self {
        Self { kind, timestamp, source, submitted: false }
    }

    /// As if the program had made it: sets [`submitted`](Self::submitted).
    #[must_use]
    pub const fn with_submitted(mut self) -> Self {
        self.submitted = true;
        self
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
    /// Somebody asks something of a node of the accessibility tree: a person with a screen reader, or a program
    /// that acts for one.
    AccessibilityAction(ActionRequest),
    /// Whether somebody wants the accessibility tree changed: the first view that shows one came, or the last one
    /// went. Made by the engine only.
    AccessibilityWanted {
        /// Whether somebody wants it.
        wanted: bool,
    },
    /// Comes before every draw.
    Animate {
        /// Seconds since the previous draw; 0 for the first.
        step: f64,
    },
    /// Comes directly before every draw.
    BeforeDraw,
}

/// Fields of [`EventKind::Resize`].
///
/// ```
/// use framecast_api::{CanvasSize, LogicalSize, Resize, SizeLimits};
/// let resize = Resize::new((640.0, 480.0), 1.5);
/// assert_eq!((resize.pwidth, resize.pheight), (960, 720));
/// let size = CanvasSize::clamped(LogicalSize::new(640.0, 480.0), 1.5, SizeLimits::DEFAULT)?;
/// assert_eq!(Resize::from(size), resize);
/// # Ok::<(), framecast_api::Error>(())
/// ```
#[non_exhaustive]
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

impl Resize {
    /// A size in logical pixels and the physical pixels per logical one; the physical size is rounded, and at
    /// least one pixel a side. Checks no limits: [`CanvasSize::clamped`] does.
    #[must_use]
    pub fn new(size: impl Into<LogicalSize>, ratio: f64) -> Self {
        let LogicalSize { width, height } = size.into();
        let pixels = |logical: f64| ((logical * ratio).round() as u32).max(1);
        Self { width, height, pwidth: pixels(width), pheight: pixels(height), ratio }
    }
}

/// The size that a canvas has.
impl From<CanvasSize> for Resize {
    fn from(size: CanvasSize) -> Self {
        let (LogicalSize { width, height }, physical) = (size.logical(), size.physical());
        let ratio = size.ratio();
        Self { width, height, pwidth: physical.width, pheight: physical.height, ratio }
    }
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
            | EventKind::AccessibilityWanted { .. }
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
            EventKind::AccessibilityAction(request) => request.validate(),
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
            EventKind::AccessibilityAction(_) => "accessibility_action",
            EventKind::AccessibilityWanted { .. } => "accessibility_wanted",
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
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::accessibility::{Action, ActionValue, NodeId};
    use crate::{Button, Modifiers, PointerType, Touch, WheelPhase, WheelUnit};

    fn pointer() -> Pointer {
        Pointer::at(1.5, -2.0).with_button(Button::Left)
    }

    /// One event of every kind.
    pub(crate) fn every_kind() -> [EventKind; 23] {
        [
            EventKind::Resize(Resize::new((1.0, 1.0), 1.0)),
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
            EventKind::AccessibilityAction(
                ActionRequest::new(NodeId(u64::MAX), Action::SetValue)
                    .with_value(ActionValue::Text("ü".into())),
            ),
            EventKind::AccessibilityWanted { wanted: true },
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
        pointer.modifiers = Modifiers::NONE.with_shift().with_alt();
        pointer.touches.insert("7".into(), Touch::at(3.0, 4.0).with_pressure(0.5));
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
        let wheel = Wheel::new(0.0, 100.0);
        assert_eq!(wire(wheel), told);
        (told["unit"], told["phase"]) = ("notch".into(), "discrete".into());
        let notch = wheel.with_unit(WheelUnit::Notch).with_phase(WheelPhase::Discrete);
        assert_eq!(wire(notch), told);
    }

    #[test]
    fn a_key_event_tells_on_the_wire_that_it_repeats_and_nothing_where_it_does_not() {
        let mut key = Key::new("a").with_code("KeyA");
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
    fn a_resize_has_whole_physical_pixels_and_at_least_one_a_side() {
        let resize = |width, height, ratio| {
            let Resize { pwidth, pheight, .. } = Resize::new((width, height), ratio);
            (pwidth, pheight)
        };
        assert_eq!(resize(100.3, 99.8, 1.0), (100, 100));
        assert_eq!(resize(0.2, 0.0, 1.0), (1, 1));
        let asked = LogicalSize::new(3000.5, 2000.25);
        let size = CanvasSize::clamped(asked, 2.0, crate::SizeLimits::new(1000, 1 << 20)).unwrap();
        let told = Resize::from(size);
        assert_eq!((told.width, told.height), (size.logical().width, size.logical().height));
        assert_eq!((told.pwidth, told.pheight), (size.physical().width, size.physical().height));
        assert_eq!(told.ratio, size.ratio());
    }

    #[test]
    fn hostile_events_are_refused() {
        let key = || Key::new("x".repeat(65));
        let code = Key::default().with_code("x".repeat(65));
        let far = Touch::at(1e9, 0.0);
        let touches = |count: usize| (0..count).map(|id| (id.to_string(), far)).collect();
        let names = |count: usize, long: usize| {
            (0..count).map(|id| format!("{id:0long$}")).collect::<BTreeSet<_>>()
        };
        for bad in [
            EventKind::PointerMove(Pointer::at(1e7, 0.0)),
            EventKind::Wheel(Wheel::new(-1e300, 0.0)),
            EventKind::Wheel(Wheel::new(f64::NAN, 0.0)),
            EventKind::KeyDown(key()),
            EventKind::KeyUp(code),
            EventKind::Char(Char::new("x".repeat(EventKind::MAX_TEXT + 1))),
            EventKind::Char(Char::new("").with_input_type("x".repeat(65))),
            EventKind::Paste { data: "x".repeat(EventKind::MAX_PASTE + 1) },
            EventKind::PointerDown(Pointer { ntouches: 21, ..Pointer::default() }),
            EventKind::PointerDown(Pointer { touches: touches(1), ..Pointer::default() }),
            EventKind::PointerDown(Pointer { touches: touches(21), ..Pointer::default() }),
            EventKind::PointerUp(Pointer { changed: names(21, 1), ..Pointer::default() }),
            EventKind::PointerUp(Pointer { changed: names(1, 65), ..Pointer::default() }),
            EventKind::Resize(Resize::new((1.0, 1.0), 1.0)),
            EventKind::Close,
            EventKind::BeforeDraw,
            EventKind::ViewInfo(ViewInfo::default()),
            EventKind::AccessibilityWanted { wanted: true },
            EventKind::AccessibilityAction(ActionRequest::new(NodeId(1), Action::SetValue)),
        ] {
            assert!(bad.validate().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_action_of_a_stranger_keeps_its_number_and_loses_a_value_that_is_none() {
        let click = ActionRequest::new(NodeId(u64::MAX), Action::Click);
        for odd in [json!(null), json!({}), json!([1]), json!(true)] {
            let fields = json!({"node": u64::MAX, "action": "click", "value": odd});
            let expected = EventKind::AccessibilityAction(click.clone());
            assert_eq!(read("accessibility_action", fields), expected);
        }
        for bad in [
            json!({"node": -1, "action": "click"}),
            json!({"node": "1", "action": "click"}),
            json!({"node": 1, "action": "explode"}),
            json!({"node": 1}),
        ] {
            let mut fields = bad;
            fields["type"] = "accessibility_action".into();
            assert!(serde_json::from_value::<Event>(fields.clone()).is_err(), "{fields}");
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
        let left = Pointer::at(1.0, 2.0).with_button(Button::Left);
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
            let unknown = left.clone().with_button(Button::None);
            assert_eq!(here(json!({"button": button})), PointerDown(unknown), "{button}");
        }
        for x in [json!(null), json!("1"), json!({}), json!(true)] {
            let unknown = Pointer { x: 0.0, ..left.clone() };
            assert_eq!(here(json!({"x": x})), PointerDown(unknown), "{x}");
        }
        let some = Pointer {
            buttons: [Button::Right].into_iter().collect(),
            modifiers: Modifiers::NONE.with_shift(),
            touches: [("a".into(), Touch::at(0.0, 3.0))].into(),
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
            let typed = Char::new("").with_input_type(input);
            let fields = json!({"data": null, "is_composing": false, "input_type": input});
            assert_eq!(read("char", fields), Typed(typed));
        }
        let typed = Char::new("ä");
        let fields = json!({"data": "ä", "is_composing": null, "input_type": "x".repeat(65)});
        assert_eq!(read("char", fields), Typed(typed));
        let a = || Key::new("a");
        let fields = json!({"key": "a", "code": null, "modifiers": {}, "repeat": "?"});
        assert_eq!(read("key_down", fields), KeyDown(a()));
        assert_eq!(read("key_up", json!({"key": "a", "code": "x".repeat(65)})), KeyUp(a()));
        let fields = json!({"key": "a", "repeat": true, "modifiers": 1});
        assert_eq!(read("key_down", fields), KeyDown(a().with_repeat()));
        let wheel = Wheel::new(0.0, 100.0);
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
        assert_eq!(pointer.touches["10"], Touch::at(most, 0.0).with_pressure(1.0));
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
