//! A solid rendered in software: drag to turn it, it keeps spinning a little; the wheel zooms.

use framecast::{Cursor, Event, EventKind, FrameBuffer, Pointer};

use super::mesh::{Mesh, Spin, Vec3};
use super::pen::{Anchor, Pen};
use super::raster::{Raster, room, shadow};
use super::stage::{Demo, Reaction};
use super::text::{Face, Text};

/// Radians a drag across one logical pixel turns.
const TURN: f64 = 0.009;
/// The part of its speed that a spin keeps for a second.
const KEEP: f64 = 0.12;
/// Radians a second below which it rests.
const REST: f64 = 0.02;
/// A drag that paused this long before the release throws nothing, in seconds.
const PAUSE: f64 = 0.08;
/// How far away the eye can be; the cube reaches 1 from its middle.
const DISTANCES: std::ops::RangeInclusive<f64> = 3.2..=14.0;

/// The demo.
pub(crate) struct Cube {
    mesh: Mesh,
    raster: Raster,
    text: Text,
    spin: Spin,
    /// Radians a second about the axes to the right and down.
    speed: (f64, f64),
    /// Where the eye is, and where it is going.
    distance: (f64, f64),
    grip: Option<Grip>,
    /// Between two fingers, in logical pixels.
    spread: Option<f64>,
    /// It turns by itself until somebody takes it.
    shows_off: bool,
    last: Option<f64>,
    backdrop: Backdrop,
}

/// The pointer while it holds the cube.
struct Grip {
    x: f64,
    y: f64,
    moved: f64,
}

/// The picture behind the cube, kept while size and zoom stay.
#[derive(Default)]
struct Backdrop {
    size: (u32, u32),
    /// Without the shadow.
    room: Vec<[u8; 4]>,
    distance: f32,
    pixels: Vec<[u8; 4]>,
}

impl Backdrop {
    fn update(&mut self, size: (u32, u32), distance: f32) {
        let resized = self.size != size;
        if resized {
            room(&mut self.room, size.0, size.1);
        }
        if resized || self.distance != distance {
            self.pixels.clear();
            self.pixels.extend_from_slice(&self.room);
            shadow(&mut self.pixels, size.0, size.1, distance);
        }
        (self.size, self.distance) = (size, distance);
    }
}

impl Cube {
    /// Turning by itself.
    pub(crate) fn new() -> Self {
        Self {
            mesh: Mesh::cube(),
            raster: Raster::default(),
            text: Text::new(),
            spin: Spin::about(Vec3([0.0, 1.0, 0.0]), 0.7).then(Vec3([1.0, 0.0, 0.0]), 0.55),
            speed: (0.55, 0.16),
            distance: (6.4, 5.4),
            grip: None,
            spread: None,
            shows_off: true,
            last: None,
            backdrop: Backdrop::default(),
        }
    }

    fn turn(&mut self, right: f64, down: f64) {
        self.spin = self
            .spin
            .then(Vec3([0.0, 1.0, 0.0]), right as f32)
            .then(Vec3([1.0, 0.0, 0.0]), down as f32);
    }

    fn zoom(&mut self, factor: f64) {
        let to = self.distance.1 * factor;
        self.distance.1 = to.clamp(*DISTANCES.start(), *DISTANCES.end());
    }

    fn take(&mut self, pointer: &Pointer, now: f64) {
        self.grip = Some(Grip { x: pointer.x, y: pointer.y, moved: now });
        self.speed = (0.0, 0.0);
        self.shows_off = false;
    }

    fn drag(&mut self, pointer: &Pointer, now: f64) -> bool {
        if let Some(spread) = spread(pointer) {
            let factor = self.spread.replace(spread).map_or(1.0, |before| before / spread);
            self.zoom(factor);
            if let Some(grip) = &mut self.grip {
                // Whichever finger stays holds it from where it is.
                (grip.x, grip.y) = (pointer.x, pointer.y);
            }
            return true;
        }
        if self.spread.take().is_some() {
            if let Some(grip) = &mut self.grip {
                (grip.x, grip.y) = (pointer.x, pointer.y);
            }
            return false;
        }
        let Some(grip) = &mut self.grip else { return false };
        let (right, down) = ((pointer.x - grip.x) * TURN, (pointer.y - grip.y) * TURN);
        let step = (now - grip.moved).max(1e-3);
        // A mean of the last few moves: one alone is too jumpy to throw with.
        let weight = (step / 0.05).min(1.0);
        let towards = |speed: f64, turned: f64| speed + (turned / step - speed) * weight;
        self.speed = (towards(self.speed.0, right), towards(self.speed.1, down));
        *grip = Grip { x: pointer.x, y: pointer.y, moved: now };
        self.turn(right, down);
        true
    }

    fn release(&mut self, now: f64) {
        if let Some(grip) = self.grip.take()
            && now - grip.moved > PAUSE
        {
            self.speed = (0.0, 0.0);
        }
        let limit = |speed: f64| speed.clamp(-20.0, 20.0);
        self.speed = (limit(self.speed.0), limit(self.speed.1));
        self.spread = None;
    }

    /// Moves on by the time that passed; returns whether it moves still.
    fn advance(&mut self, time: f64) -> bool {
        let step = self.last.map_or(0.0, |last| (time - last).clamp(0.0, 0.1));
        self.last = Some(time);
        let (at, to) = self.distance;
        self.distance.0 = to + (at - to) * (-step * 10.0).exp();
        let zooms = (self.distance.0 - to).abs() > 1e-3;
        if !zooms {
            self.distance.0 = to;
        }
        if self.grip.is_some() {
            return zooms;
        }
        self.turn(self.speed.0 * step, self.speed.1 * step);
        if !self.shows_off {
            let keep = KEEP.powf(step);
            self.speed = (self.speed.0 * keep, self.speed.1 * keep);
            if self.speed.0.hypot(self.speed.1) < REST {
                self.speed = (0.0, 0.0);
            }
        }
        let moves = zooms || self.speed != (0.0, 0.0);
        if !moves {
            // The next movement starts then, not now.
            self.last = None;
        }
        moves
    }
}

fn spread(pointer: &Pointer) -> Option<f64> {
    let mut touches = pointer.touches.values();
    let (one, two) = (touches.next()?, touches.next()?);
    Some((one.x - two.x).hypot(one.y - two.y).max(1.0))
}

impl Demo for Cube {
    fn event(&mut self, event: &Event) -> Reaction {
        match &event.kind {
            EventKind::PointerDown(pointer) => {
                self.take(pointer, event.timestamp);
                Reaction::DRAW.with_cursor(Cursor::Grabbing)
            }
            EventKind::PointerMove(pointer) => {
                Reaction { draw: self.drag(pointer, event.timestamp), cursor: None }
            }
            EventKind::PointerUp(pointer) if pointer.buttons.is_empty() => {
                self.release(event.timestamp);
                Reaction::DRAW.with_cursor(Cursor::Grab)
            }
            EventKind::PointerEnter(_) => Reaction::NONE.with_cursor(Cursor::Grab),
            EventKind::Wheel(wheel) => {
                self.zoom((wheel.dy * 0.0012).clamp(-1.0, 1.0).exp());
                Reaction::DRAW
            }
            EventKind::KeyDown(key) if key.key == " " && !key.repeat => {
                self.shows_off = !self.shows_off;
                self.speed = if self.shows_off { (0.55, 0.16) } else { (0.0, 0.0) };
                Reaction::DRAW
            }
            _ => Reaction::NONE,
        }
    }

    fn draw(&mut self, frame: &mut FrameBuffer, ratio: f64, time: f64) -> bool {
        let moves = self.advance(time);
        let (width, height) = (frame.width(), frame.height());
        let distance = self.distance.0 as f32;
        self.backdrop.update((width, height), distance);
        let behind = &self.backdrop.pixels;
        frame.pixels_mut().copy_from_slice(behind);
        self.raster.draw(frame, behind, &self.mesh, self.spin, distance);
        if self.shows_off && f64::from(width) > 260.0 * ratio {
            let mut pen = Pen::new(frame, ratio, &mut self.text);
            let at = (pen.width() / 2.0, pen.height() - 22.0, Anchor::Middle);
            let hint = "drag to turn · wheel to zoom · space to spin";
            pen.text(at, Face::Sans, 14.0, [150, 158, 184], hint);
        }
        moves
    }
}

#[cfg(test)]
mod tests {
    use framecast::{Key, Wheel};

    use super::*;
    use crate::demo::tests::buffer;

    fn send(cube: &mut Cube, timestamp: f64, kind: EventKind) -> Reaction {
        cube.event(&Event::new(kind, timestamp, None))
    }

    fn at(x: f64, y: f64) -> Pointer {
        Pointer::at(x, y)
    }

    #[test]
    fn a_held_space_switches_once() {
        let mut cube = Cube::new();
        for repeat in [false, true, true] {
            let mut space = Key::new(" ");
            space.repeat = repeat;
            send(&mut cube, 0.0, EventKind::KeyDown(space));
            assert!(!cube.shows_off);
        }
    }

    #[test]
    fn it_turns_by_itself_until_it_is_taken() {
        let mut cube = Cube::new();
        assert!(cube.advance(0.0));
        assert!(cube.advance(100.0));
        send(&mut cube, 100.0, EventKind::PointerDown(at(5.0, 5.0)));
        send(&mut cube, 101.0, EventKind::PointerUp(at(5.0, 5.0)));
        for step in 0..40 {
            cube.advance(101.0 + f64::from(step) * 0.1);
        }
        assert!(!cube.advance(110.0), "it rests, and costs nothing");
    }

    #[test]
    fn a_throw_goes_on_and_dies_down() {
        let mut cube = Cube::new();
        send(&mut cube, 0.0, EventKind::PointerDown(at(0.0, 0.0)));
        for step in 1..=10 {
            let now = f64::from(step) * 0.01;
            let kind = EventKind::PointerMove(at(f64::from(step) * 5.0, 0.0));
            assert!(send(&mut cube, now, kind).draw);
        }
        send(&mut cube, 0.11, EventKind::PointerUp(at(50.0, 0.0)));
        assert!(cube.speed.0 > 1.0 && cube.speed.1.abs() < 1e-9, "{:?}", cube.speed);
        assert!(cube.advance(0.12));
        let mut time = 0.12;
        while cube.advance(time) {
            time += 1.0 / 60.0;
            assert!(time < 10.0, "it never rests");
        }
        assert!(time > 0.5, "it stopped at once");
    }

    #[test]
    fn a_drag_that_ends_with_a_pause_throws_nothing() {
        let mut cube = Cube::new();
        send(&mut cube, 0.0, EventKind::PointerDown(at(0.0, 0.0)));
        send(&mut cube, 0.01, EventKind::PointerMove(at(50.0, 0.0)));
        send(&mut cube, 0.5, EventKind::PointerUp(at(50.0, 0.0)));
        assert_eq!(cube.speed, (0.0, 0.0));
    }

    #[test]
    fn the_wheel_zooms_within_limits() {
        let mut cube = Cube::new();
        for dy in [1e6, -1e6] {
            for _ in 0..100 {
                let wheel = Wheel::new(0.0, dy);
                send(&mut cube, 0.0, EventKind::Wheel(wheel));
            }
            assert!(DISTANCES.contains(&cube.distance.1), "{}", cube.distance.1);
        }
    }

    #[test]
    fn the_cube_covers_the_middle_and_leaves_the_corners() {
        let mut cube = Cube::new();
        let mut frame = buffer(320, 200);
        cube.draw(&mut frame, 1.0, 0.0);
        let behind = &cube.backdrop.pixels;
        assert_ne!(frame.pixels()[100 * 320 + 160], behind[100 * 320 + 160]);
        assert_eq!(frame.pixels()[0], behind[0]);
        let changed = frame.pixels().iter().zip(behind).filter(|(a, b)| a != b).count();
        assert!((4_000..40_000).contains(&changed), "{changed}");
    }
}
