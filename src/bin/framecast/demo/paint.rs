//! Draws on demand: smooth strokes with mouse, finger or pen, on paper that survives a resize.
//!
//! The strokes are kept as points in logical pixels; the pixels are made from them, again after
//! every resize and undo. Nothing is drawn while nothing happens.

use framecast::{Button, Cursor, Event, EventKind, FrameBuffer, Key, Pointer, PointerType};

use super::pen::{Anchor, Area, Pen};
use super::sheet::{Dab, Sheet};
use super::stage::{Demo, Reaction};
use super::text::{Face, Text};
use super::toolbar::{COLORS, Tool, Toolbar, WIDTHS};

/// Points kept in all; beyond that the oldest strokes are forgotten at the next resize or undo.
/// Ends of strokes that are remembered for the next draw.
const MAX_ENDED: usize = 64;
const MAX_POINTS: usize = 400_000;
/// Points of a stroke closer than this, in logical pixels, are one.
const NEAREST: f32 = 0.6;

/// The demo.
pub(crate) struct Paint {
    text: Text,
    sheet: Sheet,
    toolbar: Toolbar,
    /// What was done, oldest first, and what was taken back, newest last.
    done: Vec<Act>,
    undone: Vec<Act>,
    /// The stroke being drawn.
    stroke: Option<Stroke>,
    /// Which finger draws it; `None`: a mouse or pen.
    finger: Option<String>,
    /// The pixels no longer show what was done.
    stale: bool,
    /// Where strokes ended since the last draw, and ink came last.
    ended: Vec<Area>,
    /// Choices: a color of [`COLORS`], a width of [`WIDTHS`].
    color: usize,
    width: usize,
    /// Where the pointer hovers, in logical pixels.
    hover: Option<(f32, f32)>,
    /// What the last frame showed beside the sheet, so that only this is declared as changed.
    shown: Option<Shown>,
}

enum Act {
    Stroke(Stroke),
    Clear,
}

struct Stroke {
    color: [u8; 3],
    dabs: Vec<Dab>,
    /// How many of them are on the sheet already.
    inked: usize,
}

#[derive(Clone, Copy, PartialEq)]
struct Shown {
    size: (u32, u32),
    ratio: f64,
    color: usize,
    width: usize,
    blank: bool,
    tool: Option<Tool>,
    ring: Option<Area>,
}

impl Paint {
    /// With empty paper.
    pub(crate) fn new() -> Self {
        Self {
            text: Text::new(),
            sheet: Sheet::default(),
            toolbar: Toolbar::default(),
            done: Vec::new(),
            undone: Vec::new(),
            stroke: None,
            finger: None,
            stale: false,
            ended: Vec::new(),
            color: 0,
            width: 1,
            hover: None,
            shown: None,
        }
    }

    fn is_blank(&self) -> bool {
        self.stroke.is_none() && !matches!(self.done.last(), Some(Act::Stroke(_)))
    }

    fn dab(&self, pointer: &Pointer) -> Dab {
        let (x, y) = self.place(pointer);
        // Only a pen knows how hard it is pressed; others report a constant.
        let press = match pointer.pointer_type {
            PointerType::Pen => 0.35 + 1.3 * pointer.pressure.clamp(0.0, 1.0) as f32,
            _ => 1.0,
        };
        Dab { x, y, radius: WIDTHS[self.width] / 2.0 * press }
    }

    /// Where the finger that draws is, if one does; other fingers are ignored.
    fn place(&self, pointer: &Pointer) -> (f32, f32) {
        let touch = self.finger.as_ref().and_then(|finger| pointer.touches.get(finger));
        let (x, y) = touch.map_or((pointer.x, pointer.y), |touch| (touch.x, touch.y));
        (x as f32, y as f32)
    }

    fn press(&mut self, pointer: &Pointer) -> Reaction {
        if self.stroke.is_some() || !matches!(pointer.button, Button::Left | Button::None) {
            return Reaction::NONE;
        }
        let (x, y) = (pointer.x as f32, pointer.y as f32);
        if let Some(tool) = self.toolbar.at(x, y) {
            return self.choose(tool);
        }
        let nearest = pointer.touches.iter().min_by(|(_, a), (_, b)| {
            let far = |touch: &framecast::Touch| (touch.x - pointer.x).hypot(touch.y - pointer.y);
            far(a).total_cmp(&far(b))
        });
        self.finger = nearest.map(|(id, _)| id.clone());
        let dab = self.dab(pointer);
        self.undone.clear();
        self.stroke = Some(Stroke { color: COLORS[self.color], dabs: vec![dab], inked: 0 });
        Reaction::DRAW
    }

    fn drag(&mut self, pointer: &Pointer) -> Reaction {
        let dab = self.dab(pointer);
        self.hover = Some((dab.x, dab.y));
        if let Some(stroke) = &mut self.stroke
            && let Some(last) = stroke.dabs.last()
            && (dab.x - last.x).hypot(dab.y - last.y) >= NEAREST
            && stroke.dabs.len() < MAX_POINTS
        {
            stroke.dabs.push(dab);
        }
        let busy = self.stroke.is_some();
        let over = !busy && self.toolbar.at(dab.x, dab.y).is_some();
        Reaction::DRAW.with_cursor(if over { Cursor::Pointer } else { Cursor::Crosshair })
    }

    fn release(&mut self, pointer: &Pointer) -> Reaction {
        // Another finger's end is not this stroke's.
        if self.finger.as_ref().is_some_and(|finger| pointer.touches.contains_key(finger))
            && pointer.touches.len() > 1
        {
            return Reaction::NONE;
        }
        if pointer.pointer_type == PointerType::Touch {
            // A finger that lifted hovers nowhere.
            self.hover = None;
        }
        self.finger = None;
        if let Some(mut stroke) = self.stroke.take() {
            let inked = self.sheet.ink(&stroke.dabs, stroke.inked, true);
            self.sheet.settle(stroke.color);
            // Nobody may look for a long time: then it is quicker to show all of it.
            if self.ended.len() < MAX_ENDED {
                self.ended.extend(inked);
            } else {
                self.stale = true;
            }
            stroke.inked = stroke.dabs.len();
            self.done.push(Act::Stroke(stroke));
            self.forget();
        }
        Reaction::DRAW
    }

    /// Keeps at most `MAX_POINTS` points; the sheet keeps showing what is forgotten here.
    fn forget(&mut self) {
        let points = |act: &Act| match act {
            Act::Stroke(stroke) => stroke.dabs.len(),
            Act::Clear => 0,
        };
        let mut total: usize = self.done.iter().map(points).sum();
        let mut first = 0;
        while total > MAX_POINTS {
            total -= points(&self.done[first]);
            first += 1;
        }
        self.done.drain(..first);
    }

    fn choose(&mut self, tool: Tool) -> Reaction {
        match tool {
            Tool::Color(color) => self.color = color,
            Tool::Width(width) => self.width = width,
            Tool::Undo => return self.undo(),
            Tool::Redo => return self.redo(),
            Tool::Clear => return self.clear(),
        }
        Reaction::DRAW
    }

    fn undo(&mut self) -> Reaction {
        let Some(act) = self.done.pop() else { return Reaction::NONE };
        self.undone.push(act);
        self.stale = true;
        Reaction::DRAW
    }

    fn redo(&mut self) -> Reaction {
        let Some(act) = self.undone.pop() else { return Reaction::NONE };
        self.done.push(act);
        self.stale = true;
        Reaction::DRAW
    }

    fn clear(&mut self) -> Reaction {
        if self.is_blank() {
            return Reaction::NONE;
        }
        self.stroke = None;
        self.undone.clear();
        self.done.push(Act::Clear);
        self.stale = true;
        Reaction::DRAW
    }

    fn key(&mut self, key: &Key) -> Reaction {
        let command = key.modifiers.control || key.modifiers.meta;
        match (key.shortcut(), command) {
            ("z", true) => self.undo(),
            ("Z" | "y", true) => self.redo(),
            ("u", false) => self.undo(),
            ("r", false) => self.redo(),
            // Held while somebody else draws, it would wipe every stroke at once.
            ("c" | "Delete", false) if !key.repeat => self.clear(),
            ("[" | "-", false) => self.choose(Tool::Width(self.width.saturating_sub(1))),
            ("]" | "+", false) => self.choose(Tool::Width((self.width + 1).min(WIDTHS.len() - 1))),
            (digit, false) => match digit.parse::<usize>() {
                Ok(number) if (1..=COLORS.len()).contains(&number) => {
                    self.choose(Tool::Color(number - 1))
                }
                _ => Reaction::NONE,
            },
            _ => Reaction::NONE,
        }
    }

    /// Brings the sheet's pixels up to date; says what changed, or that everything may have.
    fn update(&mut self, size: (u32, u32), ratio: f64) -> Option<Area> {
        if self.sheet.resize(size, ratio as f32) || self.stale {
            self.stale = false;
            self.sheet.wipe();
            let cleared = self.done.iter().rposition(|act| matches!(act, Act::Clear));
            for act in &self.done[cleared.map_or(0, |at| at + 1)..] {
                if let Act::Stroke(stroke) = act {
                    self.sheet.ink(&stroke.dabs, 0, true);
                    self.sheet.settle(stroke.color);
                }
            }
            if let Some(stroke) = &mut self.stroke {
                stroke.inked = 0;
            }
            self.shown = None;
        }
        let stroke = self.stroke.as_mut()?;
        let changed = self.sheet.ink(&stroke.dabs, stroke.inked, false);
        stroke.inked = stroke.dabs.len();
        changed
    }
}

impl Demo for Paint {
    fn event(&mut self, event: &Event) -> Reaction {
        match &event.kind {
            EventKind::PointerDown(pointer) => self.press(pointer),
            EventKind::PointerMove(pointer) | EventKind::PointerEnter(pointer) => {
                self.drag(pointer)
            }
            EventKind::PointerUp(pointer) => self.release(pointer),
            EventKind::PointerLeave(_) => {
                self.hover = None;
                Reaction::DRAW
            }
            EventKind::KeyDown(key) => self.key(key),
            _ => Reaction::NONE,
        }
    }

    fn draw(&mut self, frame: &mut FrameBuffer, ratio: f64, _: f64) -> bool {
        let size = (frame.width(), frame.height());
        let before = self.shown.take();
        let ended = std::mem::take(&mut self.ended);
        let inked = self.update(size, ratio);
        let redrawn = self.sheet.take_redrawn();
        let color = self.stroke.as_ref().map_or(COLORS[self.color], |stroke| stroke.color);
        self.sheet.show(frame.pixels_mut(), color);
        let ring = self.hover.map(|(x, y)| {
            let reach = WIDTHS[self.width] / 2.0 + 3.0;
            Area::new(x - reach, y - reach, 2.0 * reach, 2.0 * reach)
        });
        let busy = self.stroke.is_some();
        let tool = self.hover.filter(|_| !busy).and_then(|(x, y)| self.toolbar.at(x, y));
        let blank = self.is_blank();
        let mut pen = Pen::new(frame, ratio, &mut self.text);
        self.toolbar.place(pen.width(), pen.height());
        if blank && pen.width() > 260.0 && pen.height() > 160.0 {
            let (x, y) = (pen.width() / 2.0, pen.height() * 0.42);
            pen.text((x, y, Anchor::Middle), Face::Sans, 30.0, [150, 146, 136], "Draw here");
            if pen.width() > 540.0 {
                let keys = "1–8 color · [ ] width · u undo · c clear";
                let at = (x, y + 30.0, Anchor::Middle);
                pen.text(at, Face::Sans, 15.0, [150, 146, 136], keys);
            }
        }
        self.toolbar.draw(&mut pen, self.color, self.width, tool);
        if let Some((x, y)) = self.hover
            && tool.is_none()
        {
            let radius = (WIDTHS[self.width] / 2.0).max(1.5);
            pen.ring(x, y, radius + 1.0, 1.0, [255, 255, 255, 200]);
            pen.ring(x, y, radius, 1.0, [20, 20, 20, 180]);
        }
        let shown = Shown { size, ratio, color: self.color, width: self.width, blank, tool, ring };
        if let Some(before) = before
            && !redrawn
            && (Shown { ring: None, ..before }) == (Shown { ring: None, ..shown })
        {
            for area in [inked, before.ring, ring].into_iter().flatten().chain(ended) {
                frame.add_damage(area.damage(ratio as f32));
            }
            // Without any the whole frame counts as changed.
            frame.add_damage(framecast::Rect::new(0, 0, 0, 0));
            frame.trust_damage();
        }
        self.shown = Some(shown);
        false
    }
}

#[cfg(test)]
mod tests {
    use framecast::{FramePool, Modifiers, PhysicalSize, Touch};

    use crate::demo::sheet::PAPER;

    use super::*;
    use crate::demo::tests::{buffer, event};

    fn at(x: f64, y: f64) -> Pointer {
        Pointer::at(x, y).with_button(Button::Left)
    }

    fn draw_line(paint: &mut Paint, from: (f64, f64), to: (f64, f64)) {
        paint.event(&event(EventKind::PointerDown(at(from.0, from.1))));
        for step in 1..=10 {
            let part = f64::from(step) / 10.0;
            let (x, y) = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
            paint.event(&event(EventKind::PointerMove(at(x, y))));
        }
        paint.event(&event(EventKind::PointerUp(at(to.0, to.1))));
        paint.event(&event(EventKind::PointerLeave(at(to.0, to.1))));
    }

    fn key(paint: &mut Paint, key: &str, control: bool) {
        let modifiers = if control { Modifiers::NONE.with_control() } else { Modifiers::NONE };
        let key = Key::new(key).with_modifiers(modifiers);
        paint.event(&event(EventKind::KeyDown(key)));
    }

    fn picture(paint: &mut Paint, width: u32, height: u32, ratio: f64) -> Vec<[u8; 4]> {
        let mut frame = buffer(width, height);
        assert!(!paint.draw(&mut frame, ratio, 0.0), "nothing moves by itself");
        frame.pixels().to_vec()
    }

    #[test]
    fn a_stroke_leaves_its_color_where_it_went() {
        let mut paint = Paint::new();
        key(&mut paint, "3", false);
        draw_line(&mut paint, (50.0, 60.0), (250.0, 60.0));
        let picture = picture(&mut paint, 400, 300, 1.0);
        let [r, g, b] = COLORS[2];
        assert_eq!(picture[60 * 400 + 150], [r, g, b, 255]);
        assert_eq!(picture[75 * 400 + 150][..3], PAPER);
    }

    #[test]
    fn strokes_survive_a_resize_and_another_ratio() {
        let mut paint = Paint::new();
        picture(&mut paint, 400, 300, 1.0);
        draw_line(&mut paint, (50.0, 60.0), (250.0, 60.0));
        picture(&mut paint, 400, 300, 1.0);
        picture(&mut paint, 1, 1, 1.0);
        let large = picture(&mut paint, 800, 600, 2.0);
        let [r, g, b] = COLORS[0];
        assert_eq!(large[120 * 800 + 300], [r, g, b, 255]);
    }

    #[test]
    fn drawing_bit_by_bit_gives_the_same_pixels_as_drawing_again() {
        let mut bit_by_bit = Paint::new();
        picture(&mut bit_by_bit, 300, 200, 1.5);
        bit_by_bit.event(&event(EventKind::PointerDown(at(20.0, 20.0))));
        for (x, y) in [(30.0, 60.0), (90.0, 70.0), (100.0, 20.0), (150.0, 40.0)] {
            bit_by_bit.event(&event(EventKind::PointerMove(at(x, y))));
            picture(&mut bit_by_bit, 300, 200, 1.5);
        }
        bit_by_bit.event(&event(EventKind::PointerUp(at(150.0, 40.0))));
        bit_by_bit.event(&event(EventKind::PointerLeave(at(150.0, 40.0))));
        let first = picture(&mut bit_by_bit, 300, 200, 1.5);
        bit_by_bit.stale = true;
        assert!(first == picture(&mut bit_by_bit, 300, 200, 1.5));
    }

    fn repeat(paint: &mut Paint, key: &str) {
        let key = Key::new(key).with_repeat();
        paint.event(&event(EventKind::KeyDown(key)));
    }

    #[test]
    fn a_held_key_undoes_on_and_clears_once() {
        let mut paint = Paint::new();
        let blank = picture(&mut paint, 300, 200, 1.0);
        draw_line(&mut paint, (20.0, 20.0), (200.0, 30.0));
        draw_line(&mut paint, (20.0, 60.0), (200.0, 50.0));
        key(&mut paint, "u", false);
        repeat(&mut paint, "u");
        assert!(picture(&mut paint, 300, 200, 1.0) == blank);
        key(&mut paint, "c", false);
        draw_line(&mut paint, (20.0, 20.0), (200.0, 30.0));
        repeat(&mut paint, "c");
        assert!(picture(&mut paint, 300, 200, 1.0) != blank);
    }

    #[test]
    fn undo_redo_and_clear_undo_each_other() {
        let mut paint = Paint::new();
        let blank = picture(&mut paint, 300, 200, 1.0);
        draw_line(&mut paint, (20.0, 20.0), (200.0, 30.0));
        let one = picture(&mut paint, 300, 200, 1.0);
        draw_line(&mut paint, (20.0, 60.0), (200.0, 50.0));
        let two = picture(&mut paint, 300, 200, 1.0);
        for (name, control, expected) in [
            ("z", true, &one),
            ("z", true, &blank),
            ("Z", true, &one),
            ("y", true, &two),
            ("c", false, &blank),
            ("u", false, &two),
        ] {
            key(&mut paint, name, control);
            assert!(&picture(&mut paint, 300, 200, 1.0) == expected, "after {name}");
        }
        key(&mut paint, "y", true);
        key(&mut paint, "z", true);
        key(&mut paint, "y", true);
        assert!(picture(&mut paint, 300, 200, 1.0) == blank);
    }

    #[test]
    fn a_second_finger_does_not_bend_the_stroke() {
        let mut paint = Paint::new();
        let touch = |x: f64, y: f64| Touch::at(x, y).with_pressure(0.5);
        let both = |x: f64, y: f64, event_x: f64| {
            Pointer::at(event_x, 150.0)
                .with_pointer_type(PointerType::Touch)
                .with_touch("1", touch(x, y))
                .with_touch("2", touch(250.0, 150.0))
        };
        let first = Pointer::at(20.0, 20.0)
            .with_pointer_type(PointerType::Touch)
            .with_touch("1", touch(20.0, 20.0));
        paint.event(&event(EventKind::PointerDown(first)));
        paint.event(&event(EventKind::PointerDown(both(20.0, 20.0, 250.0))));
        paint.event(&event(EventKind::PointerMove(both(60.0, 20.0, 250.0))));
        let dabs = &paint.stroke.as_ref().unwrap().dabs;
        assert_eq!(
            dabs.iter().map(|dab| (dab.x, dab.y)).collect::<Vec<_>>(),
            [(20.0, 20.0), (60.0, 20.0)]
        );
    }

    #[test]
    fn a_harder_pressed_pen_draws_a_wider_line() {
        let paint = Paint::new();
        let pen = |pressure| {
            Pointer::at(0.0, 0.0).with_pointer_type(PointerType::Pen).with_pressure(pressure)
        };
        assert!(paint.dab(&pen(1.0)).radius > 2.0 * paint.dab(&pen(0.1)).radius);
        assert!(paint.dab(&pen(1e9)).radius < WIDTHS[WIDTHS.len() - 1]);
    }

    #[test]
    fn the_memory_of_strokes_is_bounded() {
        let mut paint = Paint::new();
        for _ in 0..5 {
            paint.event(&event(EventKind::PointerDown(at(1.0, 1.0))));
            for step in 0..MAX_POINTS / 4 + 10 {
                let x = f64::from((step % 100) as u32);
                paint.event(&event(EventKind::PointerMove(at(x, 5.0))));
            }
            paint.event(&event(EventKind::PointerUp(at(1.0, 1.0))));
        }
        assert_eq!(paint.done.len(), 3);
    }

    #[test]
    fn what_changed_is_declared() {
        let mut paint = Paint::new();
        let mut pool = FramePool::new();
        let mut frame = |paint: &mut Paint| {
            let mut buffer = pool.lend(PhysicalSize::new(600, 400)).unwrap();
            paint.draw(&mut buffer, 1.0, 0.0);
            pool.freeze(buffer, 1, 0.0, 1.0)
        };
        draw_line(&mut paint, (300.0, 200.0), (320.0, 210.0));
        frame(&mut paint);
        paint.event(&event(EventKind::PointerDown(at(20.0, 20.0))));
        for step in 0..8 {
            let before = frame(&mut paint);
            let x = 24.0 + 9.0 * f64::from(step);
            paint.event(&event(EventKind::PointerMove(at(x, 20.0 + x * x / 100.0))));
            let after = frame(&mut paint);
            assert_declared(&before, &after);
        }
        // The stroke ends further on, and others come and go before the next draw.
        let before = frame(&mut paint);
        paint.event(&event(EventKind::PointerMove(at(140.0, 90.0))));
        paint.event(&event(EventKind::PointerUp(at(150.0, 99.0))));
        draw_line(&mut paint, (400.0, 100.0), (450.0, 150.0));
        draw_line(&mut paint, (500.0, 100.0), (550.0, 150.0));
        assert_declared(&before, &frame(&mut paint));
        let before = frame(&mut paint);
        for _ in 0..2 * MAX_ENDED {
            draw_line(&mut paint, (300.0, 130.0), (350.0, 140.0));
        }
        let after = frame(&mut paint);
        assert!(after.damage().is_none(), "too much to tell");
        assert_ne!(before.bytes(), after.bytes());
    }

    fn assert_declared(before: &framecast::Frame, after: &framecast::Frame) {
        assert!(after.is_damage_complete());
        let damage = after.damage().expect("declared").to_vec();
        for (index, (a, b)) in before.pixels().iter().zip(after.pixels()).enumerate() {
            let (x, y) = (index as u32 % 600, index as u32 / 600);
            let inside = damage.iter().any(|rect| {
                (rect.x..rect.x + rect.width).contains(&x)
                    && (rect.y..rect.y + rect.height).contains(&y)
            });
            assert!(a == b || inside, "{x}, {y} changed outside of {damage:?}");
        }
    }
}
