// A lamp with a switch and a slider, for everybody: by pointer, by keyboard, and by screen reader in a browser.

use framecast::accessibility::{
    Action, ActionRequest, ActionValue, Live, Node, NodeId, Range, Role, Toggled, Tree,
};
use framecast::{Canvas, EventKind, FrameBuffer, LogicalRect, Options, Pointer, Step};

const ROOT: NodeId = NodeId(0);
const SWITCH: NodeId = NodeId(1);
const SLIDER: NodeId = NodeId(2);
const STATUS: NodeId = NodeId(3);

const SWITCH_AT: LogicalRect = LogicalRect::new(40.0, 40.0, 120.0, 60.0);
const SLIDER_AT: LogicalRect = LogicalRect::new(40.0, 140.0, 400.0, 40.0);

struct Lamp {
    on: bool,
    /// In percent.
    brightness: f64,
    focus: NodeId,
}

impl Lamp {
    fn set_brightness(&mut self, percent: f64) {
        self.brightness = percent.round().clamp(0.0, 100.0);
    }

    /// What is on the canvas, in words.
    fn tree(&self) -> Tree {
        let switch = Node::new(Role::Switch)
            .with_name("Lamp")
            .with_toggled(if self.on { Toggled::True } else { Toggled::False })
            .with_bounds(SWITCH_AT)
            .with_actions([Action::Click, Action::Focus]);
        let slider = Node::new(Role::Slider)
            .with_name("Brightness")
            .with_range(Range::new(self.brightness).within(0.0, 100.0).with_step(5.0))
            .with_value(format!("{} percent", self.brightness))
            .with_bounds(SLIDER_AT)
            .with_actions([Action::Focus, Action::Increment, Action::Decrement, Action::SetValue]);
        let light = if self.on { self.brightness } else { 0.0 };
        let status = Node::new(Role::Status)
            .with_name(format!("The light is at {light} percent"))
            .with_live(Live::Polite);
        let window = Node::new(Role::Window).with_name("Desk lamp");
        Tree::new(ROOT, window.with_children([SWITCH, SLIDER, STATUS]))
            .with_node(SWITCH, switch)
            .with_node(SLIDER, slider)
            .with_node(STATUS, status)
            .with_focus(self.focus)
    }

    fn key(&mut self, key: &str) {
        match key {
            "Tab" => self.focus = if self.focus == SWITCH { SLIDER } else { SWITCH },
            " " | "Enter" if self.focus == SWITCH => self.on = !self.on,
            "ArrowRight" | "ArrowUp" => self.set_brightness(self.brightness + 5.0),
            "ArrowLeft" | "ArrowDown" => self.set_brightness(self.brightness - 5.0),
            _ => {}
        }
    }

    fn press(&mut self, pointer: &Pointer) {
        if contains(SWITCH_AT, pointer) {
            (self.focus, self.on) = (SWITCH, !self.on);
        } else if contains(SLIDER_AT, pointer) {
            self.focus = SLIDER;
            self.set_brightness((pointer.x - SLIDER_AT.x) / SLIDER_AT.width * 100.0);
        }
    }

    /// Does what a screen reader asks for.
    fn act(&mut self, request: &ActionRequest) {
        match (request.node, request.action, &request.value) {
            (node, Action::Focus, _) => self.focus = node,
            (SWITCH, Action::Click, _) => self.on = !self.on,
            (SLIDER, Action::Increment, _) => self.set_brightness(self.brightness + 5.0),
            (SLIDER, Action::Decrement, _) => self.set_brightness(self.brightness - 5.0),
            (SLIDER, Action::SetValue, Some(ActionValue::Number(percent))) => {
                self.set_brightness(*percent);
            }
            _ => {}
        }
    }

    fn draw(&self, frame: &mut FrameBuffer, ratio: f64) {
        let light = if self.on { self.brightness / 100.0 } else { 0.0 };
        let level = |full: f64| (20.0 + full * light) as u8;
        frame.fill([level(235.0), level(215.0), level(140.0), 255]);
        for (id, at) in [(SWITCH, SWITCH_AT), (SLIDER, SLIDER_AT)] {
            let edge = if self.focus == id { [40, 110, 220, 255] } else { [90, 90, 90, 255] };
            fill(frame, at, 0.0, edge, ratio);
            fill(frame, at, 4.0, [240, 240, 240, 255], ratio);
        }
        let left = SWITCH_AT.x + if self.on { SWITCH_AT.width / 2.0 } else { 0.0 };
        let knob = LogicalRect::new(left, SWITCH_AT.y, SWITCH_AT.width / 2.0, SWITCH_AT.height);
        fill(frame, knob, 8.0, [60, 60, 60, 255], ratio);
        let width = 16.0 + (SLIDER_AT.width - 16.0) * self.brightness / 100.0;
        let bar = LogicalRect::new(SLIDER_AT.x, SLIDER_AT.y, width, SLIDER_AT.height);
        fill(frame, bar, 8.0, [60, 60, 60, 255], ratio);
    }
}

fn contains(at: LogicalRect, pointer: &Pointer) -> bool {
    (at.x..at.x + at.width).contains(&pointer.x) && (at.y..at.y + at.height).contains(&pointer.y)
}

/// Fills `at` without a border of `inset` logical pixels.
fn fill(frame: &mut FrameBuffer, at: LogicalRect, inset: f64, color: [u8; 4], ratio: f64) {
    let span = |start: f64, length: f64, end: u32| {
        let (from, to) = ((start + inset) * ratio, (start + length - inset) * ratio);
        (from as u32).min(end) as usize..(to as u32).min(end) as usize
    };
    let columns = span(at.x, at.width, frame.width());
    let rows = span(at.y, at.height, frame.height());
    for row in frame.rows_mut().take(rows.end).skip(rows.start) {
        row[columns.clone()].fill(color);
    }
}

fn main() -> framecast::Result<()> {
    let mut lamp = Lamp { on: true, brightness: 60.0, focus: SWITCH };
    let canvas =
        Canvas::builder("lamp").size((480.0, 220.0)).options(&Options::from_env()).open()?;
    canvas.set_accessibility(lamp.tree())?;
    canvas.run(|canvas, step| match step {
        Step::Event(event) => {
            match &event.kind {
                EventKind::KeyDown(key) => lamp.key(&key.key),
                EventKind::PointerDown(pointer) => lamp.press(pointer),
                EventKind::AccessibilityAction(request) => lamp.act(request),
                _ => return,
            }
            canvas.set_accessibility(lamp.tree()).expect("a tree of four nodes");
            canvas.request_draw();
        }
        Step::Draw(mut frame) => {
            let ratio = frame.ratio();
            lamp.draw(&mut frame, ratio);
            frame.present();
        }
    })
}
