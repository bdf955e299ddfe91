//! `framecast demo`: five small programs that show what a canvas does.

mod cube;
mod dashboard;
mod events;
mod lanes;
mod mesh;
mod paint;
pub(crate) mod pen;
mod plasma;
mod plot;
mod raster;
mod sheet;
mod stage;
pub(crate) mod text;
mod toolbar;

use framecast::{Canvas, Error, Options, Result};

use self::stage::Demo;

/// A demo's name, what it shows, and how it starts.
struct Entry {
    name: &'static str,
    about: &'static str,
    make: fn() -> Box<dyn Demo>,
}

/// All of them; the first is what `framecast demo` runs.
const DEMOS: [Entry; 5] = [
    Entry {
        name: "plasma",
        about: "full motion: lit folds of color. The pointer is the light, a click changes colors",
        make: || Box::new(plasma::Plasma::new()),
    },
    Entry {
        name: "paint",
        about: "draw with mouse, finger or pen. 1-8 color, [ ] width, u undo, r redo, c clear",
        make: || Box::new(paint::Paint::new()),
    },
    Entry {
        name: "cube",
        about: "a solid rendered in software. Drag to turn it, wheel to zoom, space to spin",
        make: || Box::new(cube::Cube::new()),
    },
    Entry {
        name: "dashboard",
        about: "a page of plots on which only a small part changes, 60 times a second",
        make: || Box::new(dashboard::Dashboard::new()),
    },
    Entry {
        name: "events",
        about: "shows every event it receives",
        make: || Box::new(events::Events::new()),
    },
];

/// One line for each demo, for the help.
pub(crate) fn list() -> String {
    DEMOS.iter().map(|entry| format!("  {:<10} {}\n", entry.name, entry.about)).collect()
}

/// Runs the demo called `name`, or the first, until its canvas is closed.
pub(crate) fn run(options: &Options, name: Option<&str>) -> Result<()> {
    let entry = find(name)?;
    let canvas = Canvas::builder(entry.name)
        .options(options)
        .close_on_interrupt()
        .size((1280.0, 720.0))
        .open()?;
    stage::run(&canvas, &mut *(entry.make)())
}

fn find(name: Option<&str>) -> Result<&'static Entry> {
    let Some(name) = name else { return Ok(&DEMOS[0]) };
    DEMOS.iter().find(|entry| entry.name == name).ok_or_else(|| {
        let names: Vec<_> = DEMOS.iter().map(|entry| entry.name).collect();
        let names = names.join(", ");
        Error::invalid_input(format!("there is no demo {name:?}; possible are {names}"))
    })
}

#[cfg(test)]
mod tests {
    use framecast::{
        Button, Char, Event, EventKind, FrameBuffer, FramePool, Key, PhysicalSize, Pointer, Resize,
        Touch, Wheel,
    };

    use super::*;

    /// A buffer outside any canvas.
    pub(super) fn buffer(width: u32, height: u32) -> FrameBuffer {
        FramePool::new().lend(PhysicalSize::new(width, height)).expect("a modest size")
    }

    /// An event at time 0.
    pub(super) fn event(kind: EventKind) -> Event {
        Event::new(kind, 0.0, None)
    }

    /// One of each event, at ordinary and at extreme places.
    fn every_event() -> Vec<EventKind> {
        let mut events = vec![
            EventKind::Resize(Resize::new((9.0, 9.0), 1.0)),
            EventKind::Show,
            EventKind::Hide,
            EventKind::FocusIn,
            EventKind::FocusOut,
            EventKind::Animate { step: 0.1 },
            EventKind::BeforeDraw,
            EventKind::Char(Char::new("\u{0}\u{1F600}é\n".repeat(300))),
            EventKind::Paste { data: "\u{0}\u{1F600}é\n".repeat(3000) },
        ];
        for at in [-EventKind::MAX_COORDINATE, -3.0, 0.0, 7.5, EventKind::MAX_COORDINATE] {
            let pointer = Pointer::at(at, -at)
                .with_button(Button::Left)
                .with_pressure(at)
                .with_touch("a", Touch::at(at, at).with_pressure(at))
                .with_touch("b", Touch::at(1.0, 1.0).with_pressure(0.5));
            events.extend([
                EventKind::PointerEnter(pointer.clone()),
                EventKind::PointerDown(pointer.clone()),
                EventKind::PointerMove(pointer.clone()),
                EventKind::PointerUp(pointer.clone()),
                EventKind::DoubleClick(pointer.clone()),
                EventKind::PointerMove(pointer.clone()),
                EventKind::PointerLeave(pointer),
                EventKind::Wheel(Wheel::new(at, at).at(at, at)),
            ]);
        }
        for key in ["a", " ", "1", "9", "c", "u", "[", "]", "Shift", "\u{7f}", "", "漢"] {
            let key = Key::new(key);
            events.extend([EventKind::KeyDown(key.clone()), EventKind::KeyUp(key)]);
        }
        events.push(EventKind::Close);
        events
    }

    #[test]
    fn every_demo_draws_every_pixel_at_every_size_and_ratio() {
        for entry in &DEMOS {
            let mut demo = (entry.make)();
            let mut time = 0.0;
            for (width, height) in
                [(1, 1), (1, 700), (900, 1), (13, 17), (320, 200), (640, 48), (4096, 9), (9, 4096)]
            {
                for ratio in [0.1, 1.0, 1.37, 2.0, 8.0] {
                    time += 0.05;
                    let mut frame = buffer(width, height);
                    // Alpha is ignored, so a pixel nobody drew is told by it.
                    frame.fill([1, 2, 3, 0]);
                    demo.draw(&mut frame, ratio, time);
                    let left = frame.pixels().iter().filter(|pixel| pixel[3] == 0).count();
                    assert_eq!(left, 0, "{} at {width}x{height}, ratio {ratio}", entry.name);
                }
            }
        }
    }

    #[test]
    fn no_event_at_any_size_panics() {
        for entry in &DEMOS {
            let mut demo = (entry.make)();
            for (number, kind) in every_event().into_iter().enumerate() {
                demo.event(&event(kind));
                let (width, height) = if number % 2 == 0 { (64, 40) } else { (3, 2) };
                demo.draw(&mut buffer(width, height), 1.0, number as f64 * 0.01);
            }
        }
    }

    /// Drags from (`x`, `y`) a little to the right.
    fn drag(demo: &mut dyn Demo, x: f64, y: f64) {
        let pressed = Pointer::at(x, y).with_button(Button::Left).with_buttons(Button::Left);
        let moved = Pointer::at(x + 15.0, y).with_buttons(Button::Left);
        let up = Pointer::at(x + 15.0, y).with_button(Button::Left);
        for kind in [
            EventKind::PointerDown(pressed),
            EventKind::PointerMove(moved),
            EventKind::PointerUp(up),
        ] {
            demo.event(&event(kind));
        }
    }

    #[test]
    fn every_demo_still_changes_after_a_minute_by_itself_or_by_hand() {
        for entry in &DEMOS {
            let by_hand = !["plasma", "dashboard"].contains(&entry.name);
            // Below this the dashboard's trace is a line.
            let (width, height) = if entry.name == "dashboard" { (960, 600) } else { (320, 200) };
            let mut demo = (entry.make)();
            let mut before = buffer(width, height);
            demo.draw(&mut before, 1.0, 0.0);
            for second in 1..=60_u32 {
                if by_hand {
                    let place = |step: u32, size: u32| f64::from(50 + second * step % size);
                    drag(&mut *demo, place(37, 230), place(23, 130));
                }
                let mut after = buffer(width, height);
                // No whole seconds: what repeats itself every second changes, too.
                let moves = demo.draw(&mut after, 1.0, f64::from(second) * 1.07);
                let same = after.pixels() == before.pixels();
                assert!(!same, "{} stands still after {second} s", entry.name);
                assert!(moves || by_hand, "{} asks for no more draws", entry.name);
                before = after;
            }
        }
    }

    #[test]
    fn a_demo_of_the_widest_canvas_is_drawn() {
        for entry in &DEMOS {
            (entry.make)().draw(&mut buffer(4096, 400), 2.0, 1.0);
        }
    }

    #[test]
    fn no_name_is_plasma_and_a_wrong_one_lists_the_others() {
        assert_eq!(find(None).unwrap().name, "plasma");
        assert_eq!(find(Some("cube")).unwrap().name, "cube");
        let error = find(Some("banana")).err().unwrap().to_string();
        assert!(DEMOS.iter().all(|entry| error.contains(entry.name)), "{error}");
        assert!(DEMOS.iter().all(|entry| list().contains(entry.name)));
    }

    #[test]
    fn a_demo_runs_on_a_canvas() {
        let canvas = Canvas::offscreen((320.0, 200.0)).unwrap();
        let mut demo = plasma::Plasma::new();
        let frame = canvas.draw_with(|canvas, step| stage::step(canvas, step, &mut demo)).unwrap();
        let first = frame.pixels()[0];
        assert!(frame.pixels().iter().any(|pixel| *pixel != first));
    }
}
