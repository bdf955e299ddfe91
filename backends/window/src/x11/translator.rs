//! What X11 tells, as events of the canvas. Pure.

use framecast_api::{Button, Buttons, Char, EventKind, Key, Modifiers, WheelUnit};
use framecast_local::{PointerTracker, Sample};

use super::names::{code_name, key_name};
use super::{Input, KeyPress, Moment};

/// More keys than hands can hold; further ones are dropped.
const MAX_HELD: usize = 64;
/// One notch of the wheel, in logical pixels.
const NOTCH: f64 = 100.0;
/// An event is not thought older than this, in seconds, whatever the server's clock says.
const OLDEST: f64 = 5.0;

// Bits of the core protocol's state.
const SHIFT: u32 = 1;
const CONTROL: u32 = 1 << 2;
/// Alt, by convention.
const MOD_1: u32 = 1 << 3;
/// Super, by convention.
const MOD_4: u32 = 1 << 6;
/// The buttons that the state tells of.
const BUTTONS: [(u32, Button); 3] =
    [(1 << 8, Button::Left), (1 << 9, Button::Middle), (1 << 10, Button::Right)];

/// A place in the window, on the canvas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    /// Logical pixels from the canvas' left edge.
    pub(crate) x: f64,
    /// Logical pixels from the canvas' top edge.
    pub(crate) y: f64,
    /// Whether the canvas is there.
    pub(crate) inside: bool,
}

/// The pointer and the keyboard of one window.
#[derive(Debug, Default)]
pub(crate) struct Translator {
    pointer: PointerTracker,
    buttons: Buttons,
    /// The pointer is over the window, and no other window is between.
    over: bool,
    /// What is down, by the server's code.
    held: Vec<(u8, Key)>,
    /// The modifier keys that are down.
    modifiers: Modifiers,
    focused: bool,
    /// When the last event was, in seconds.
    last: f64,
}

impl Translator {
    /// Whether the window has the keyboard.
    pub(crate) fn is_focused(&self) -> bool {
        self.focused
    }

    /// Whether the pointer is over the canvas or captured.
    pub(crate) fn is_pointer_busy(&self) -> bool {
        self.pointer.is_busy()
    }

    /// Translates what came since the last call, until `now`, in seconds. `place` knows where on
    /// the canvas a place of the window is; `sink` gets each event and when it happened.
    pub(crate) fn translate(
        &mut self,
        inputs: &[Input],
        now: f64,
        place: &dyn Fn(i32, i32) -> Place,
        sink: &mut dyn FnMut(f64, EventKind),
    ) {
        let newest = inputs.iter().rev().find_map(time_of);
        for input in inputs {
            let age = match (newest, time_of(input)) {
                (Some(newest), Some(time)) => f64::from(newest.wrapping_sub(time)) / 1000.0,
                _ => 0.0,
            };
            // What came last came now; nothing comes before what came earlier.
            let at = if age > OLDEST { now } else { now - age }.max(self.last).min(now);
            self.last = at;
            self.one(input, at, place, &mut |kind| sink(at, kind));
        }
    }

    fn one(
        &mut self,
        input: &Input,
        at: f64,
        place: &dyn Fn(i32, i32) -> Place,
        sink: &mut dyn FnMut(EventKind),
    ) {
        let point = |this: &mut Self, moment: &Moment, over, scroll| {
            this.over = over;
            this.modifiers = modifiers(moment.state);
            // Buttons that were let go where we could not hear it.
            for (bit, button) in BUTTONS {
                if moment.state & bit == 0 {
                    this.buttons.remove(button);
                }
            }
            let Place { x, y, inside } = place(moment.x, moment.y);
            let inside = inside && over;
            let unit = WheelUnit::Notch;
            Sample { now: at, x, y, inside, down: this.buttons, scroll, unit }
        };
        match input {
            Input::Enter(moment) | Input::Move(moment) => {
                // While a button is held, moves come from outside, too.
                let over =
                    self.over || !self.pointer.is_captured() || matches!(input, Input::Enter(_));
                let sample = point(self, moment, over, (0.0, 0.0));
                self.pointer.update(&sample, self.modifiers, sink);
            }
            Input::Leave(moment) => {
                let sample = point(self, moment, false, (0.0, 0.0));
                self.pointer.update(&sample, self.modifiers, sink);
                // Keys come without the focus where it follows the pointer: no longer.
                if !self.focused {
                    self.release_keys(sink);
                }
            }
            Input::Button(number, down, moment) => {
                let over = self.over || !self.pointer.is_captured();
                let scroll = if *down { wheel(*number) } else { (0.0, 0.0) };
                let mut sample = point(self, moment, over, scroll);
                if let Some(button) = button(*number) {
                    // The same button again, without its release, of another mouse: none is lost.
                    if *down && self.buttons.contains(button) {
                        self.buttons.remove(button);
                        sample.down = self.buttons;
                        self.pointer.update(&sample, self.modifiers, sink);
                    }
                    if *down {
                        self.buttons.insert(button);
                    } else {
                        self.buttons.remove(button);
                    }
                    sample.down = self.buttons;
                }
                self.pointer.update(&sample, self.modifiers, sink);
            }
            Input::KeyDown(press) => self.key_down(press, sink),
            Input::KeyUp(number, moment) => self.key_up(*number, moment, sink),
            Input::Text(text, moment) => self.text(text, moment, sink),
            Input::FocusIn => {
                if !std::mem::replace(&mut self.focused, true) {
                    sink(EventKind::FocusIn);
                }
            }
            Input::FocusOut => {
                self.pointer.release_all(self.modifiers, sink);
                self.release_keys(sink);
                if std::mem::take(&mut self.focused) {
                    sink(EventKind::FocusOut);
                }
            }
            Input::KeysTaken => self.release_keys(sink),
            Input::KeysDown(down) => {
                let is_down = |number: u8| down[usize::from(number / 8)] >> (number % 8) & 1 == 1;
                // Keys that were let go where we could not hear it.
                while let Some(up) = self.held.iter().rposition(|(held, _)| !is_down(*held)) {
                    self.release(up, sink);
                }
            }
        }
    }

    fn key_down(&mut self, press: &KeyPress, sink: &mut dyn FnMut(EventKind)) {
        let held = self.held.iter().find(|(number, _)| *number == press.number);
        let repeat = held.is_some();
        let name = match held {
            // Named as it went down, as its release will be.
            Some((_, key)) => key.key.clone(),
            None if self.held.len() < MAX_HELD => match key_name(press.symbol) {
                Some(name) => name.into_owned(),
                None => return,
            },
            None => return,
        };
        self.modifiers = modifiers(press.moment.state);
        set(&mut self.modifiers, &name, true);
        let code = code_name(press.place);
        let mut key = Key::new(name).with_code(code).with_modifiers(self.modifiers);
        key.repeat = repeat;
        if !repeat {
            self.held.push((press.number, key.clone()));
        }
        sink(EventKind::KeyDown(key));
    }

    fn key_up(&mut self, number: u8, moment: &Moment, sink: &mut dyn FnMut(EventKind)) {
        self.modifiers = modifiers(moment.state);
        if let Some(index) = self.held.iter().position(|(held, _)| *held == number) {
            self.release(index, sink);
        }
    }

    fn release(&mut self, index: usize, sink: &mut dyn FnMut(EventKind)) {
        let (_, mut key) = self.held.remove(index);
        // The other Shift may still be down.
        if !self.held.iter().any(|(_, other)| other.key == key.key) {
            set(&mut self.modifiers, &key.key, false);
        }
        key.modifiers = self.modifiers;
        sink(EventKind::KeyUp(key));
    }

    fn release_keys(&mut self, sink: &mut dyn FnMut(EventKind)) {
        while let Some(last) = self.held.len().checked_sub(1) {
            self.release(last, sink);
        }
        self.modifiers = Modifiers::default();
    }

    fn text(&self, text: &str, moment: &Moment, sink: &mut dyn FnMut(EventKind)) {
        // AltGr is none of these.
        let Modifiers { control, alt, meta, .. } = modifiers(moment.state);
        let data: String = text.chars().filter(|char| !char.is_control()).collect();
        if !(control || alt || meta || data.is_empty()) {
            let input_type = "insertText".to_owned();
            sink(EventKind::Char(Char::new(data).with_input_type(input_type)));
        }
    }
}

fn time_of(input: &Input) -> Option<u32> {
    let moment = match input {
        Input::Enter(moment)
        | Input::Leave(moment)
        | Input::Move(moment)
        | Input::Button(_, _, moment)
        | Input::KeyUp(_, moment)
        | Input::Text(_, moment)
        | Input::KeyDown(KeyPress { moment, .. }) => moment,
        Input::FocusIn | Input::FocusOut | Input::KeysTaken | Input::KeysDown(_) => return None,
    };
    // What we asked for ourselves has none.
    (moment.time != 0).then_some(moment.time)
}

fn modifiers(state: u32) -> Modifiers {
    let on = |bit| state & bit != 0;
    let mut modifiers = Modifiers::NONE;
    modifiers.shift = on(SHIFT);
    modifiers.control = on(CONTROL);
    modifiers.alt = on(MOD_1);
    modifiers.meta = on(MOD_4);
    modifiers
}

/// The state is that before the key: adds or takes away what the key itself changes.
fn set(modifiers: &mut Modifiers, key: &str, down: bool) {
    match key {
        "Shift" => modifiers.shift = down,
        "Control" => modifiers.control = down,
        "Alt" => modifiers.alt = down,
        "Meta" => modifiers.meta = down,
        _ => {}
    }
}

fn button(number: u32) -> Option<Button> {
    Some(match number {
        1 => Button::Left,
        2 => Button::Middle,
        3 => Button::Right,
        8 => Button::Back,
        9 => Button::Forward,
        _ => return None,
    })
}

fn wheel(number: u32) -> (f64, f64) {
    match number {
        4 => (0.0, -NOTCH),
        5 => (0.0, NOTCH),
        6 => (-NOTCH, 0.0),
        7 => (NOTCH, 0.0),
        _ => (0.0, 0.0),
    }
}

#[cfg(test)]
mod tests {
    use x11_dl::keysym as sym;

    use super::*;

    /// A canvas of 100 × 100 in the window's upper left.
    fn place(x: i32, y: i32) -> Place {
        let inside = (0..100).contains(&x) && (0..100).contains(&y);
        Place { x: x.into(), y: y.into(), inside }
    }

    fn at(time: u32, x: i32, y: i32, state: u32) -> Moment {
        Moment { time, x, y, state }
    }

    fn key(number: u8, place: &[u8; 4], symbol: u32, state: u32) -> Input {
        let moment = at(1, 0, 0, state);
        Input::KeyDown(KeyPress { number, place: *place, symbol, moment })
    }

    /// One short line per event.
    fn run(translator: &mut Translator, inputs: &[Input]) -> Vec<String> {
        let mut lines = Vec::new();
        translator.translate(inputs, 1000.0, &place, &mut |_, kind| {
            assert!(kind.validate().is_ok(), "{kind:?}");
            lines.push(match &kind {
                EventKind::KeyDown(key) if key.repeat => format!("~{} {}", key.key, key.code),
                EventKind::KeyDown(key) => format!("+{} {}", key.key, key.code),
                EventKind::KeyUp(key) => format!("-{} {}", key.key, key.code),
                EventKind::Char(char) => format!("{:?}", char.data),
                EventKind::Wheel(wheel) => format!("wheel {} {}", wheel.dx, wheel.dy),
                EventKind::PointerDown(pointer)
                | EventKind::PointerUp(pointer)
                | EventKind::PointerMove(pointer)
                | EventKind::PointerEnter(pointer)
                | EventKind::PointerLeave(pointer) => {
                    format!("{} {} {}", kind.name(), pointer.x, pointer.y)
                }
                _ => kind.name().to_owned(),
            });
        });
        lines
    }

    #[test]
    fn ten_clicks_between_two_looks_are_ten_clicks_where_they_were() {
        let mut inputs = vec![Input::Enter(at(1, 5, 5, 0))];
        for click in 0..10u32 {
            let x = 10 + 8 * click as i32;
            inputs.push(Input::Button(1, true, at(10 + 2 * click, x, 7, 0)));
            inputs.push(Input::Button(1, false, at(11 + 2 * click, x, 7, 1 << 8)));
        }
        let lines = run(&mut Translator::default(), &inputs);
        let downs: Vec<_> = lines.iter().filter(|line| line.starts_with("pointer_down")).collect();
        assert_eq!(downs.len(), 10);
        assert_eq!(
            (downs[0].as_str(), downs[9].as_str()),
            ("pointer_down 10 7", "pointer_down 82 7")
        );
        assert_eq!(lines.iter().filter(|line| line.starts_with("pointer_up")).count(), 10);
    }

    #[test]
    fn events_have_the_time_they_had_and_never_go_back() {
        let mut translator = Translator::default();
        let mut times = Vec::new();
        let moves = |times: &[u32]| -> Vec<Input> {
            times.iter().map(|&time| Input::Move(at(time, time as i32 % 90, 1, 0))).collect()
        };
        let mut listen = |now, inputs: &[Input]| {
            translator.translate(inputs, now, &place, &mut |at, _| times.push(at));
        };
        listen(10.0, &moves(&[1000, 1050, 1080]));
        // The server's clock wraps after 49 days, and may be set back.
        listen(10.1, &moves(&[u32::MAX - 9, 10]));
        listen(10.2, &moves(&[500_000, 12]));
        assert!((times[0] - 9.92).abs() < 1e-9 && times[2] == 10.0, "{times:?}");
        assert!((times[3] - 10.08).abs() < 1e-9, "{times:?}");
        assert!(times.is_sorted() && times.iter().all(|time| *time <= 10.2), "{times:?}");
    }

    #[test]
    fn a_drag_is_followed_outside_and_leaves_at_the_end() {
        let mut translator = Translator::default();
        let lines = run(
            &mut translator,
            &[
                Input::Enter(at(1, 5, 5, 0)),
                Input::Button(1, true, at(2, 5, 5, 0)),
                Input::Leave(at(3, -1, 5, 1 << 8)),
                Input::Move(at(4, -20, 5, 1 << 8)),
                Input::Button(1, false, at(5, -20, 5, 1 << 8)),
            ],
        );
        assert_eq!(
            lines,
            [
                "pointer_enter 5 5",
                "pointer_down 5 5",
                "pointer_move -1 5",
                "pointer_move -20 5",
                "pointer_up -20 5",
                "pointer_leave -20 5",
            ]
        );
    }

    #[test]
    fn a_button_let_go_unheard_is_released_by_the_next_event() {
        let mut translator = Translator::default();
        let press = [Input::Enter(at(1, 5, 5, 0)), Input::Button(1, true, at(2, 5, 5, 0))];
        run(&mut translator, &press);
        assert_eq!(
            run(&mut translator, &[Input::Move(at(9, 8, 8, 0))]),
            ["pointer_move 8 8", "pointer_up 8 8"]
        );
    }

    #[test]
    fn over_another_window_the_pointer_is_elsewhere() {
        let mut translator = Translator::default();
        let lines =
            run(&mut translator, &[Input::Enter(at(1, 5, 5, 0)), Input::Leave(at(2, 6, 6, 0))]);
        assert_eq!(lines, ["pointer_enter 5 5", "pointer_leave 6 6"]);
    }

    #[test]
    fn a_notch_of_the_wheel_is_one_event() {
        let mut translator = Translator::default();
        let mut inputs = vec![Input::Enter(at(1, 5, 5, 0))];
        for number in 4..=7 {
            inputs.push(Input::Button(number, true, at(2, 5, 5, 0)));
            inputs.push(Input::Button(number, false, at(2, 5, 5, 0)));
        }
        let lines = run(&mut translator, &inputs);
        assert_eq!(lines[1..], ["wheel 0 -100", "wheel 0 100", "wheel -100 0", "wheel 100 0"]);
    }

    #[test]
    fn a_key_has_its_place_and_its_letter_in_the_layout() {
        let mut translator = Translator::default();
        let typed = [
            key(52, b"AB01", sym::XK_Cyrillic_ya, 0),
            Input::Text("я".into(), at(1, 0, 0, 0)),
            Input::KeyUp(52, at(2, 0, 0, 0)),
        ];
        assert_eq!(run(&mut translator, &typed), ["+я KeyZ", "\"я\"", "-я KeyZ"]);
    }

    #[test]
    fn a_held_key_repeats_with_its_text() {
        let mut translator = Translator::default();
        let press = [key(38, b"AC01", sym::XK_a, 0), Input::Text("a".into(), at(1, 0, 0, 0))];
        assert_eq!(run(&mut translator, &press), ["+a KeyA", "\"a\""]);
        assert_eq!(run(&mut translator, &press), ["~a KeyA", "\"a\""]);
        let shifted = [key(38, b"AC01", sym::XK_A, SHIFT), Input::KeyUp(38, at(3, 0, 0, 0))];
        assert_eq!(run(&mut translator, &shifted), ["~a KeyA", "-a KeyA"]);
    }

    #[test]
    fn shortcuts_type_nothing_and_alt_gr_does() {
        let mut translator = Translator::default();
        let control = [
            key(37, b"LCTL", sym::XK_Control_L, 0),
            key(52, b"AB01", sym::XK_z, CONTROL),
            Input::Text("\u{1a}".into(), at(1, 0, 0, CONTROL)),
            Input::Text("z".into(), at(1, 0, 0, CONTROL)),
        ];
        assert_eq!(run(&mut translator, &control), ["+Control ControlLeft", "+z KeyZ"]);
        let mut translator = Translator::default();
        let alt_gr = [
            key(108, b"RALT", sym::XK_ISO_Level3_Shift, 0),
            key(24, b"AD01", sym::XK_at, 1 << 7),
            Input::Text("@".into(), at(1, 0, 0, 1 << 7)),
        ];
        assert_eq!(run(&mut translator, &alt_gr), ["+AltGraph AltRight", "+@ KeyQ", "\"@\""]);
    }

    #[test]
    fn what_several_keys_compose_is_text_of_its_own() {
        let mut translator = Translator::default();
        let typed = [
            key(48, b"AC11", sym::XK_dead_acute, 0),
            Input::KeyUp(48, at(2, 0, 0, 0)),
            key(26, b"AD03", sym::XK_e, 0),
            Input::Text("é".into(), at(3, 0, 0, 0)),
        ];
        assert_eq!(
            run(&mut translator, &typed),
            ["+Dead Quote", "-Dead Quote", "+e KeyE", "\"é\""]
        );
    }

    #[test]
    fn modifiers_are_those_after_the_key() {
        let mut translator = Translator::default();
        let mut seen = Vec::new();
        let inputs = [
            key(50, b"LFSH", sym::XK_Shift_L, 0),
            key(62, b"RTSH", sym::XK_Shift_R, SHIFT),
            Input::KeyUp(50, at(3, 0, 0, SHIFT)),
            Input::KeyUp(62, at(4, 0, 0, SHIFT)),
        ];
        translator.translate(&inputs, 1.0, &place, &mut |_, kind| match kind {
            EventKind::KeyDown(key) | EventKind::KeyUp(key) => seen.push(key.modifiers.shift),
            other => panic!("{other:?}"),
        });
        assert_eq!(seen, [true, true, true, false]);
    }

    #[test]
    fn losing_the_focus_releases_everything_once() {
        let mut translator = Translator::default();
        run(
            &mut translator,
            &[
                Input::FocusIn,
                Input::Enter(at(1, 5, 5, 0)),
                Input::Button(1, true, at(2, 5, 5, 0)),
                key(50, b"LFSH", sym::XK_Shift_L, 0),
                key(38, b"AC01", sym::XK_A, SHIFT),
            ],
        );
        let lines = run(&mut translator, &[Input::FocusOut, Input::FocusOut]);
        assert_eq!(lines, ["pointer_up 5 5", "-A KeyA", "-Shift ShiftLeft", "focus_out"]);
        assert!(run(&mut translator, &[Input::KeyUp(38, at(9, 0, 0, 0))]).is_empty());
    }

    #[test]
    fn another_programs_grab_releases_keys_and_keeps_the_focus() {
        let mut translator = Translator::default();
        run(&mut translator, &[Input::FocusIn, key(64, b"LALT", sym::XK_Alt_L, 0)]);
        assert_eq!(run(&mut translator, &[Input::KeysTaken, Input::FocusIn]), ["-Alt AltLeft"]);
        assert!(translator.is_focused());
    }

    #[test]
    fn without_the_focus_keys_go_with_the_pointer() {
        let mut translator = Translator::default();
        let press = key(25, b"AD02", sym::XK_w, 0);
        let enter = Input::Enter(at(1, 5, 5, 0));
        let leave = Input::Leave(at(2, -1, 5, 0));
        let lines = run(&mut translator, &[enter.clone(), press.clone(), leave.clone()]);
        assert_eq!(lines[1..], ["+w KeyW", "pointer_leave -1 5", "-w KeyW"]);
        assert_eq!(run(&mut translator, &[enter, press.clone()])[1..], ["+w KeyW"]);
        // With the focus they stay.
        let lines = run(&mut translator, &[Input::FocusIn, leave]);
        assert_eq!(lines, ["focus_in", "pointer_leave -1 5"]);
        assert_eq!(run(&mut translator, &[press]), ["~w KeyW"]);
    }

    #[test]
    fn a_key_let_go_unheard_is_released_by_what_is_down() {
        let mut translator = Translator::default();
        let press = [
            Input::FocusIn,
            key(50, b"LFSH", sym::XK_Shift_L, 0),
            key(25, b"AD02", sym::XK_W, SHIFT),
            key(255, b"AC01", sym::XK_A, SHIFT),
        ];
        run(&mut translator, &press);
        let mut down = [0; 32];
        (down[25 / 8], down[255 / 8]) = (1 << (25 % 8), 1 << (255 % 8));
        assert_eq!(run(&mut translator, &[Input::KeysDown(down)]), ["-Shift ShiftLeft"]);
        let lines = run(&mut translator, &[Input::KeysDown([0; 32])]);
        assert_eq!(lines, ["-A KeyA", "-W KeyW"]);
    }

    #[test]
    fn keys_without_a_meaning_and_too_many_are_dropped() {
        let mut translator = Translator::default();
        assert!(run(&mut translator, &[key(9, b"I210", 0, 0)]).is_empty());
        let keys: Vec<_> = (9..=255).map(|number| key(number, b"AC01", sym::XK_a, 0)).collect();
        assert_eq!(run(&mut translator, &keys).len(), MAX_HELD);
    }

    #[test]
    fn absurd_places_stay_valid() {
        let mut translator = Translator::default();
        let wild = [
            Input::Enter(at(1, i32::MAX, i32::MIN, u32::MAX)),
            Input::Button(1, true, at(2, i32::MIN, 5, u32::MAX)),
            Input::Button(u32::MAX, true, at(2, 5, 5, u32::MAX)),
        ];
        run(&mut translator, &wild);
    }
}
