//! A pointer's levels (where it is, which buttons are down) as pointer events.

use framecast_api::{Button, Buttons, EventKind, Modifiers, Pointer, Wheel, WheelPhase, WheelUnit};

/// The second click of a double click comes within this many seconds of the first, press to
/// press.
const DOUBLE_CLICK: f64 = 0.5;
/// And within this many logical pixels of it.
const DOUBLE_CLICK_REACH: f64 = 5.0;

/// The position of the pointer and the pressed buttons at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Time in seconds.
    pub now: f64,
    /// Logical pixels from the canvas' top left.
    pub x: f64,
    /// Logical pixels from the canvas' top left.
    pub y: f64,
    /// Whether it is over the canvas.
    pub inside: bool,
    /// The buttons that are down.
    pub down: Buttons,
    /// How far the wheel turned, right and down positive, about 100 per notch.
    pub scroll: (f64, f64),
    /// The unit of `scroll`. Whole notches get the phase `Discrete`; for others the phase is unknown.
    pub unit: WheelUnit,
}

/// The pointer as the application sees it: entering, moving, pressing, clicking twice.
///
/// ```
/// use framecast_api::{Buttons, Modifiers, WheelUnit};
/// use framecast_local::{PointerTracker, Sample};
///
/// let mut tracker = PointerTracker::default();
/// let sample = Sample {
///     now: 0.0,
///     x: 3.0,
///     y: 4.0,
///     inside: true,
///     down: Buttons::NONE,
///     scroll: (0.0, 0.0),
///     unit: WheelUnit::Notch,
/// };
/// let mut events = Vec::new();
/// tracker.update(&sample, Modifiers::default(), &mut |kind| events.push(kind.name()));
/// assert_eq!(events, ["pointer_enter"]);
/// ```
#[derive(Debug, Default)]
pub struct PointerTracker {
    x: f64,
    y: f64,
    /// Between enter and leave.
    inside: bool,
    /// Pressed over the canvas and not yet released: the pointer is captured.
    held: Buttons,
    /// Pressed elsewhere, or released by us when the focus went: of no interest until let go.
    ignored: Buttons,
    /// The last press, for double clicks.
    click: Option<Click>,
}

#[derive(Debug, Clone, Copy)]
struct Click {
    button: Button,
    at: f64,
    x: f64,
    y: f64,
    /// The second of two.
    double: bool,
}

impl Click {
    fn is_near(&self, x: f64, y: f64) -> bool {
        (self.x - x).abs() <= DOUBLE_CLICK_REACH && (self.y - y).abs() <= DOUBLE_CLICK_REACH
    }
}

impl PointerTracker {
    /// Returns whether the pointer is over the canvas or captured.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.inside || self.is_captured()
    }

    /// Returns whether a button that was pressed over the canvas is down.
    #[must_use]
    pub fn is_captured(&self) -> bool {
        !self.held.is_empty()
    }

    /// Reports the events between the last sample and this one.
    pub fn update(
        &mut self,
        sample: &Sample,
        modifiers: Modifiers,
        sink: &mut dyn FnMut(EventKind),
    ) {
        let limit = EventKind::MAX_COORDINATE;
        let place = |value: f64| if value.is_finite() { value.clamp(-limit, limit) } else { 0.0 };
        let moved = (place(sample.x), place(sample.y)) != (self.x, self.y);
        (self.x, self.y) = (place(sample.x), place(sample.y));

        if sample.inside && !self.inside {
            self.inside = true;
            sink(EventKind::PointerEnter(self.pointer(Button::None, modifiers)));
        } else if moved && self.is_busy() && (sample.inside || self.is_captured()) {
            sink(EventKind::PointerMove(self.pointer(Button::None, modifiers)));
        }

        for button in sample.down.iter() {
            if self.held.contains(button) || self.ignored.contains(button) {
                continue;
            }
            if self.is_captured() || sample.inside {
                self.press(button, sample.now, modifiers, sink);
            } else {
                self.ignored.insert(button);
            }
        }
        for button in self.held.iter().filter(|&button| !sample.down.contains(button)) {
            self.release(button, modifiers, sink);
        }
        self.ignored = self.ignored.iter().filter(|&button| sample.down.contains(button)).collect();

        let (dx, dy) = sample.scroll;
        if (dx != 0.0 || dy != 0.0) && (sample.inside || self.is_captured()) {
            let (x, y, buttons, unit) = (self.x, self.y, self.held, sample.unit);
            let phase = match unit {
                WheelUnit::Notch | WheelUnit::Page => WheelPhase::Discrete,
                _ => WheelPhase::Unknown,
            };
            sink(EventKind::Wheel(
                Wheel::new(dx, dy)
                    .at(x, y)
                    .with_buttons(buttons)
                    .with_modifiers(modifiers)
                    .with_unit(unit)
                    .with_phase(phase),
            ));
        }

        if self.inside && !sample.inside && !self.is_captured() {
            self.inside = false;
            sink(EventKind::PointerLeave(self.pointer(Button::None, modifiers)));
        }
    }

    /// Releases every button, because the window lost the focus and may not get the button's release.
    pub fn release_all(&mut self, modifiers: Modifiers, sink: &mut dyn FnMut(EventKind)) {
        self.click = None;
        for button in self.held.iter() {
            self.ignored.insert(button);
            self.release(button, modifiers, sink);
        }
    }

    fn press(
        &mut self,
        button: Button,
        now: f64,
        modifiers: Modifiers,
        sink: &mut dyn FnMut(EventKind),
    ) {
        self.held.insert(button);
        let (x, y) = (self.x, self.y);
        let double = self.click.is_some_and(|last| {
            last.button == button
                && !last.double
                && now - last.at <= DOUBLE_CLICK
                && last.is_near(x, y)
        });
        self.click = Some(Click { button, at: now, x, y, double });
        sink(EventKind::PointerDown(self.pointer(button, modifiers)));
    }

    fn release(&mut self, button: Button, modifiers: Modifiers, sink: &mut dyn FnMut(EventKind)) {
        self.held.remove(button);
        sink(EventKind::PointerUp(self.pointer(button, modifiers)));
        // A drag is no click.
        self.click = self.click.filter(|click| click.is_near(self.x, self.y));
        if self.click.is_some_and(|click| click.double && click.button == button) {
            sink(EventKind::DoubleClick(self.pointer(button, modifiers)));
        }
    }

    fn pointer(&self, button: Button, modifiers: Modifiers) -> Pointer {
        let pressure = if self.is_captured() { 0.5 } else { 0.0 };
        let (x, y, buttons) = (self.x, self.y, self.held);
        Pointer::at(x, y)
            .with_button(button)
            .with_buttons(buttons)
            .with_modifiers(modifiers)
            .with_pressure(pressure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Sample = Sample {
        now: 0.0,
        x: -10.0,
        y: -10.0,
        inside: false,
        down: Buttons::NONE,
        scroll: (0.0, 0.0),
        unit: WheelUnit::Notch,
    };

    fn over(x: f64, y: f64) -> Sample {
        Sample { x, y, inside: true, ..IDLE }
    }

    fn with(sample: Sample, buttons: &[Button]) -> Sample {
        Sample { down: buttons.iter().copied().collect(), ..sample }
    }

    fn run(tracker: &mut PointerTracker, samples: &[Sample]) -> Vec<EventKind> {
        let mut events = Vec::new();
        for sample in samples {
            tracker.update(sample, Modifiers::default(), &mut |kind| {
                assert!(kind.validate().is_ok(), "{kind:?}");
                events.push(kind);
            });
        }
        events
    }

    fn names(events: &[EventKind]) -> Vec<&'static str> {
        events.iter().map(EventKind::name).collect()
    }

    #[test]
    fn the_pointer_enters_moves_and_leaves() {
        let mut tracker = PointerTracker::default();
        let samples = [IDLE, over(1.0, 2.0), over(1.0, 2.0), over(3.0, 4.0), IDLE, IDLE];
        let events = run(&mut tracker, &samples);
        assert_eq!(names(&events), ["pointer_enter", "pointer_move", "pointer_leave"]);
        assert!(matches!(&events[1], EventKind::PointerMove(at) if (at.x, at.y) == (3.0, 4.0)));
    }

    #[test]
    fn a_drag_is_reported_outside_until_the_release() {
        let mut tracker = PointerTracker::default();
        let down = |sample| with(sample, &[Button::Left]);
        let events = run(&mut tracker, &[over(1.0, 1.0), down(over(1.0, 1.0)), down(IDLE), IDLE]);
        assert_eq!(
            names(&events),
            ["pointer_enter", "pointer_down", "pointer_move", "pointer_up", "pointer_leave"]
        );
        assert!(matches!(&events[1], EventKind::PointerDown(at)
            if at.button == Button::Left && at.buttons.contains(Button::Left) && at.pressure == 0.5));
        assert!(matches!(&events[2], EventKind::PointerMove(at) if at.x == -10.0));
        assert!(matches!(&events[3], EventKind::PointerUp(at)
            if at.button == Button::Left && at.buttons.is_empty() && at.pressure == 0.0));
    }

    #[test]
    fn a_button_pressed_elsewhere_is_ignored_until_it_was_let_go() {
        let mut tracker = PointerTracker::default();
        let down = |sample| with(sample, &[Button::Right]);
        let events = run(&mut tracker, &[down(IDLE), down(over(1.0, 1.0)), over(1.0, 1.0)]);
        assert_eq!(names(&events), ["pointer_enter"]);
        let events = run(&mut tracker, &[down(over(1.0, 1.0))]);
        assert_eq!(names(&events), ["pointer_down"]);
    }

    #[test]
    fn two_quick_clicks_are_a_double_click_and_the_third_starts_anew() {
        let mut tracker = PointerTracker::default();
        let mut click = |now: f64, x: f64| {
            let up = Sample { now, ..over(x, 5.0) };
            names(&run(&mut tracker, &[with(up, &[Button::Left]), up]))
        };
        assert_eq!(click(0.0, 5.0), ["pointer_enter", "pointer_down", "pointer_up"]);
        let double = ["pointer_move", "pointer_down", "pointer_up", "double_click"];
        assert_eq!(click(0.3, 7.0), double);
        assert_eq!(click(0.5, 7.0), ["pointer_down", "pointer_up"]);
        assert_eq!(click(1.1, 7.0), ["pointer_down", "pointer_up"], "too late");
        assert_eq!(click(1.3, 17.0).last(), Some(&"pointer_up"), "too far");
    }

    #[test]
    fn other_buttons_and_drags_make_no_double_click() {
        let mut tracker = PointerTracker::default();
        let at = over(5.0, 5.0);
        let (left, right) = ([Button::Left], [Button::Right]);
        let events = run(&mut tracker, &[with(at, &left), at, with(at, &right), at]);
        assert!(!names(&events).contains(&"double_click"));
        let far = over(60.0, 5.0);
        let drags = [with(at, &left), with(far, &left), far, with(at, &left), at];
        assert!(!names(&run(&mut tracker, &drags)).contains(&"double_click"));
    }

    #[test]
    fn losing_the_focus_releases_buttons_once() {
        let mut tracker = PointerTracker::default();
        let both = [Button::Left, Button::Middle];
        run(&mut tracker, &[over(1.0, 1.0), with(over(1.0, 1.0), &both)]);
        let mut events = Vec::new();
        tracker.release_all(Modifiers::default(), &mut |kind| events.push(kind));
        assert_eq!(names(&events), ["pointer_up", "pointer_up"]);
        let rest = [with(over(1.0, 1.0), &both), over(1.0, 1.0)];
        assert!(run(&mut tracker, &rest).is_empty(), "still down, then let go");
        assert!(!tracker.is_captured());
    }

    #[test]
    fn the_wheel_turns_only_over_the_canvas() {
        let mut tracker = PointerTracker::default();
        let turn = |sample| Sample { scroll: (0.0, 100.0), ..sample };
        let events = run(&mut tracker, &[turn(IDLE), turn(over(2.0, 3.0))]);
        assert_eq!(names(&events), ["pointer_enter", "wheel"]);
        assert!(matches!(&events[1], EventKind::Wheel(wheel)
            if (wheel.dx, wheel.dy, wheel.x, wheel.y) == (0.0, 100.0, 2.0, 3.0)));
    }

    #[test]
    fn absurd_positions_stay_valid() {
        let mut tracker = PointerTracker::default();
        let left = [Button::Left];
        let wild =
            [over(1.0, 1.0), with(over(1.0, 1.0), &left), with(over(f64::NAN, 1e300), &left)];
        assert_eq!(run(&mut tracker, &wild).len(), 3);
    }
}
