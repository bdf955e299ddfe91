//! A page of plots, drawn once; only the strip at the bottom changes, 60 times a second.
//!
//! What stays is kept as pixels. The strip plots something real: the times between its own frames.

use std::collections::VecDeque;

use framecast::{Event, EventKind, FrameBuffer};

use super::pen::{Anchor, Area, Pen};
use super::plot::Plot;
use super::stage::{Demo, Reaction};
use super::text::{Face, Text};

/// The strip shows the last so many seconds.
const WINDOW: f64 = 6.0;
/// Frames remembered: `WINDOW` at 240 a second.
const MAX_FRAMES: usize = 1500;
/// The highest interval that the strip shows, in milliseconds.
const MAX_INTERVAL: f32 = 50.0;

const PAPER: [u8; 3] = [243, 245, 250];
const CARD: [u8; 4] = [255, 255, 255, 255];
const EDGE: [u8; 4] = [222, 226, 236, 255];
const INK: [u8; 3] = [28, 33, 48];
const SOFT: [u8; 3] = [98, 106, 126];
const BLUE: [u8; 4] = [45, 98, 226, 255];
const ORANGE: [u8; 4] = [232, 122, 32, 255];
const GREEN: [u8; 4] = [26, 158, 110, 255];
const VIOLET: [u8; 4] = [126, 84, 214, 255];

/// The demo.
pub(crate) struct Dashboard {
    text: Text,
    /// What stays, at the size and ratio it was drawn for.
    page: Vec<[u8; 4]>,
    drawn_for: Option<(u32, u32, u64)>,
    /// When the last frames were drawn, oldest first.
    frames: VecDeque<f64>,
    /// Where the pointer is, in logical pixels.
    pointer: Option<(f32, f32)>,
    /// The card that the reading was over in the last frame.
    read: Option<Area>,
}

/// Where everything is, in logical pixels. A card that has no room is empty.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Layout {
    responses: Area,
    histogram: Area,
    live: Area,
}

impl Layout {
    fn new(width: f32, height: f32) -> Self {
        let gap = if width < 560.0 { 10.0 } else { 18.0 };
        let top = if height < 300.0 { gap } else { 84.0 };
        let live_height = (height * 0.26).clamp(60.0, 150.0);
        let live = Area::new(gap, height - gap - live_height, width - 2.0 * gap, live_height);
        let tall = live.y - gap - top;
        if tall < 90.0 || width < 220.0 {
            // A narrow strip of a canvas shows what moves.
            let whole = Area::new(gap, gap, width - 2.0 * gap, height - 2.0 * gap);
            return Self { responses: Area::default(), histogram: Area::default(), live: whole };
        }
        if width < 720.0 {
            let responses = Area::new(gap, top, width - 2.0 * gap, tall);
            return Self { responses, histogram: Area::default(), live };
        }
        let left = ((width - 3.0 * gap) * 0.6).round();
        let responses = Area::new(gap, top, left, tall);
        let x = responses.right() + gap;
        Self { responses, histogram: Area::new(x, top, width - gap - x, tall), live }
    }
}

impl Dashboard {
    /// With nothing drawn yet.
    pub(crate) fn new() -> Self {
        Self {
            text: Text::new(),
            page: Vec::new(),
            drawn_for: None,
            frames: VecDeque::new(),
            pointer: None,
            read: None,
        }
    }

    fn remember(&mut self, time: f64) {
        self.frames.push_back(time);
        while self.frames.len() > MAX_FRAMES
            || self.frames.front().is_some_and(|first| time - first > WINDOW + 1.0)
        {
            self.frames.pop_front();
        }
    }

    /// Frames in the last second.
    fn rate(&self, time: f64) -> usize {
        self.frames.iter().rev().take_while(|at| time - **at < 1.0).count()
    }
}

impl Demo for Dashboard {
    fn event(&mut self, event: &Event) -> Reaction {
        match &event.kind {
            EventKind::PointerMove(pointer)
            | EventKind::PointerEnter(pointer)
            | EventKind::PointerDown(pointer) => {
                self.pointer = Some((pointer.x as f32, pointer.y as f32));
            }
            EventKind::PointerLeave(_) => self.pointer = None,
            _ => {}
        }
        Reaction::NONE
    }

    fn draw(&mut self, frame: &mut FrameBuffer, ratio: f64, time: f64) -> bool {
        self.remember(time);
        let rate = self.rate(time);
        let drawn_for = (frame.width(), frame.height(), ratio.to_bits());
        let fresh = self.drawn_for.replace(drawn_for) != Some(drawn_for);
        if fresh {
            let mut pen = Pen::new(frame, ratio, &mut self.text);
            let layout = Layout::new(pen.width(), pen.height());
            page(&mut pen, &layout);
            self.page.clear();
            self.page.extend_from_slice(frame.pixels());
        } else {
            frame.pixels_mut().copy_from_slice(&self.page);
        }
        let mut pen = Pen::new(frame, ratio, &mut self.text);
        let layout = Layout::new(pen.width(), pen.height());
        live(&mut pen, layout.live, &self.frames, time, rate);
        let over = |card: Area| self.pointer.is_some_and(|(x, y)| card.contains(x, y));
        let reading = over(layout.responses).then_some(layout.responses);
        if let (Some(card), Some((x, _))) = (reading, self.pointer) {
            read_responses(&mut pen, card, x);
        }
        if !fresh {
            for area in [Some(layout.live), reading, self.read].into_iter().flatten() {
                frame.add_damage(area.damage(ratio as f32));
            }
            frame.trust_damage();
        }
        self.read = reading;
        true
    }
}

/// What stays.
fn page(pen: &mut Pen, layout: &Layout) {
    pen.clear(PAPER);
    let x = layout.live.x;
    if layout.responses.y > 80.0 {
        pen.text((x, 42.0, Anchor::Left), Face::Sans, 28.0, INK, "Vibration lab");
        let about =
            "Everything is drawn once, but for the strip below: it changes 60 times a second";
        let room = pen.width() - 2.0 * x;
        let about = if pen.text_width(Face::Sans, 15.0, about) > room {
            "Only the strip below changes"
        } else {
            about
        };
        pen.text((x, 66.0, Anchor::Left), Face::Sans, 15.0, SOFT, about);
    }
    for card in [layout.responses, layout.histogram, layout.live] {
        shade(pen, card);
        pen.round_rect(card, 12.0, CARD);
        pen.round_frame(card, 12.0, 1.0, EDGE);
    }
    if layout.responses.width > 0.0 {
        responses(pen, layout.responses);
    }
    if layout.histogram.width > 0.0 {
        histogram(pen, layout.histogram);
    }
}

/// A card's soft shadow.
fn shade(pen: &mut Pen, card: Area) {
    for step in 1..=4 {
        let by = step as f32 * 1.2;
        let mut area = card.inset(-by);
        area.y += 2.0;
        if card.width > 0.0 {
            pen.round_rect(area, 12.0 + by, [40, 50, 90, 7]);
        }
    }
}

/// A damped oscillator's answer to a step, with this damping ratio, after `t` periods over 2π.
fn response(damping: f32, t: f32) -> f32 {
    let root = (1.0 - damping * damping).sqrt();
    1.0 - (-damping * t).exp() * ((root * t).cos() + damping / root * (root * t).sin())
}

/// Damping ratios, and their colors.
const CURVES: [(f32, [u8; 4]); 3] = [(0.1, BLUE), (0.3, ORANGE), (0.7, GREEN)];

fn responses_plot(card: Area) -> Plot {
    Plot::new(card, (0.0, 30.0), (0.0, 2.0))
}

fn responses(pen: &mut Pen, card: Area) {
    let plot = responses_plot(card);
    plot.axes(pen, "Step responses", "time, in periods / 2π", INK, SOFT);
    plot.level(pen, 1.0, [150, 158, 178, 255]);
    for (damping, color) in CURVES {
        plot.curve(pen, color, |t| response(damping, t));
    }
    let legend = plot.inner();
    if legend.width < 300.0 || legend.height < 110.0 {
        return;
    }
    for ((damping, color), row) in CURVES.into_iter().zip(0..) {
        let y = legend.bottom() - 58.0 + 20.0 * row as f32;
        let x = legend.right() - 104.0;
        pen.line([(x, y), (x + 22.0, y)], 2.5, color);
        let name = format!("damping {damping:.1}");
        pen.text((x + 30.0, y + 4.5, Anchor::Left), Face::Sans, 13.0, SOFT, &name);
    }
}

/// The values of the curves under the pointer.
fn read_responses(pen: &mut Pen, card: Area, x: f32) {
    let plot = responses_plot(card);
    let inner = plot.inner();
    if x < inner.x || x > inner.right() {
        return;
    }
    let t = plot.value_x(x);
    pen.line([(x, inner.y), (x, inner.bottom())], 1.0, [90, 98, 120, 160]);
    let flip = x > inner.x + inner.width * 0.7;
    for (damping, color) in CURVES {
        let value = response(damping, t);
        let y = plot.place_y(value);
        pen.disc(x, y, 5.0, CARD);
        pen.disc(x, y, 3.6, color);
    }
    let lines: Vec<_> =
        CURVES.iter().map(|(d, color)| (format!("{:.3}", response(*d, t)), *color)).collect();
    let (wide, high) = (74.0, 22.0 + 18.0 * lines.len() as f32);
    let left = if flip { x - wide - 12.0 } else { x + 12.0 };
    let bubble = Area::new(left, inner.y + 6.0, wide, high);
    pen.round_rect(bubble, 8.0, [28, 33, 48, 235]);
    let at = format!("t = {t:.1}");
    let text_x = left + 10.0;
    pen.text((text_x, bubble.y + 17.0, Anchor::Left), Face::Sans, 13.0, [200, 206, 222], &at);
    for ((text, [r, g, b, _]), row) in lines.iter().zip(1..) {
        let y = bubble.y + 17.0 + 18.0 * row as f32;
        let pale = [*r, *g, *b].map(|channel| channel / 2 + 127);
        pen.text((text_x, y, Anchor::Left), Face::Mono, 12.5, pale, text);
    }
}

/// How often twelve dice add up to each sum, in parts of all throws.
fn dice() -> Vec<f32> {
    let mut ways = vec![1.0_f64];
    for _ in 0..12 {
        let mut next = vec![0.0; ways.len() + 6];
        for (sum, count) in ways.iter().enumerate() {
            for pips in 1..=6 {
                next[sum + pips] += count / 6.0;
            }
        }
        ways = next;
    }
    ways.into_iter().map(|part| part as f32).collect()
}

fn histogram(pen: &mut Pen, card: Area) {
    let plot = Plot::new(card, (20.0, 64.0), (0.0, 8.0));
    plot.axes(pen, "Sums of twelve dice", "sum", INK, SOFT);
    for (sum, part) in dice().into_iter().enumerate().skip(20).take(45) {
        plot.bar(pen, sum as f32, part * 100.0, [126, 84, 214, 150]);
    }
    let bell = |x: f32| {
        let far = (x - 42.0) / 35.0_f32.sqrt();
        100.0 / (35.0 * std::f32::consts::TAU).sqrt() * (-far * far / 2.0).exp()
    };
    plot.curve(pen, VIOLET, bell);
    let inner = plot.inner();
    if inner.height > 90.0 {
        let at = (inner.right() - 4.0, inner.y + 16.0, Anchor::Right);
        pen.text(at, Face::Sans, 13.0, SOFT, "% of throws");
    }
}

/// The strip: the rate, the intervals of the last seconds, a clock's second hand.
fn live(pen: &mut Pen, card: Area, frames: &VecDeque<f64>, time: f64, rate: usize) {
    let inner = card.inset(14.0);
    if inner.width < 40.0 || inner.height < 24.0 {
        return;
    }
    let mut left = inner.x;
    if inner.width > 260.0 {
        let number = rate.to_string();
        let size = (inner.height * 0.5).clamp(20.0, 44.0);
        let middle = inner.y + inner.height / 2.0;
        let at = (left + 78.0, middle + size * 0.28, Anchor::Right);
        pen.text(at, Face::Sans, size, INK, &number);
        let at = (left + 78.0, middle + size * 0.28 + 18.0, Anchor::Right);
        pen.text(at, Face::Sans, 13.0, SOFT, "frames / s");
        left += 100.0;
    }
    let mut right = inner.right();
    if inner.width > 420.0 {
        let radius = (inner.height / 2.0).min(46.0);
        let (x, y) = (right - radius, inner.y + inner.height / 2.0);
        clock(pen, x, y, radius, time);
        right = x - radius - 22.0;
    }
    sparkline(pen, Area::new(left, inner.y, right - left, inner.height), frames, time);
}

fn sparkline(pen: &mut Pen, area: Area, frames: &VecDeque<f64>, time: f64) {
    let title = "time between frames, ms";
    let labels = 24.0;
    let top = area.y + if area.height > 60.0 { 20.0 } else { 2.0 };
    let plot = Area::new(area.x + labels, top, area.width - labels, area.bottom() - top - 2.0);
    if plot.width < 20.0 || plot.height < 12.0 {
        return;
    }
    if area.height > 60.0 {
        pen.text((area.x, area.y + 9.0, Anchor::Left), Face::Sans, 13.0, SOFT, title);
    }
    let y = |ms: f32| plot.bottom() - ms.clamp(0.0, MAX_INTERVAL) / MAX_INTERVAL * plot.height;
    for ms in [0.0, 16.7, 33.3, 50.0] {
        pen.rule(plot.x, y(ms), plot.width, EDGE);
        if plot.height > 50.0 {
            let at = (plot.x - 6.0, y(ms) + 4.0, Anchor::Right);
            pen.text(at, Face::Sans, 11.0, SOFT, &format!("{ms:.0}"));
        }
    }
    let x = |at: f64| plot.right() - ((time - at) / WINDOW) as f32 * plot.width;
    let points = || {
        frames
            .iter()
            .zip(frames.iter().skip(1))
            .filter(|(_, at)| (0.0..=WINDOW).contains(&(time - **at)))
            .map(|(before, at)| (x(*at), y(((at - before) * 1000.0) as f32)))
    };
    let Some(((first, _), (last, newest))) = points().next().zip(points().next_back()) else {
        return;
    };
    let floor = [(last, plot.bottom()), (first, plot.bottom())];
    pen.polygon(points().chain(floor), [45, 98, 226, 34]);
    pen.line(points(), 1.6, BLUE);
    pen.disc(last, newest, 4.0, CARD);
    pen.disc(last, newest, 2.8, BLUE);
}

/// A hand that goes round once in four seconds.
fn clock(pen: &mut Pen, x: f32, y: f32, radius: f32, time: f64) {
    pen.disc(x, y, radius, [240, 243, 250, 255]);
    pen.ring(x, y, radius - 1.0, 2.0, EDGE);
    let point = |turn: f64, far: f32| {
        let (sin, cos) = (turn * std::f64::consts::TAU).sin_cos();
        (x + sin as f32 * far, y - cos as f32 * far)
    };
    for tick in 0..12 {
        let turn = f64::from(tick) / 12.0;
        let from = if tick % 3 == 0 { 0.76 } else { 0.84 };
        pen.line(
            [point(turn, radius * from), point(turn, radius * 0.9)],
            1.5,
            [160, 168, 188, 255],
        );
    }
    let turn = (time / 4.0).fract();
    for trail in (1..=24).rev() {
        let (from, to) = (turn - f64::from(trail) / 130.0, turn - f64::from(trail - 1) / 130.0);
        let corners = [(x, y), point(from, radius * 0.72), point(to, radius * 0.72)];
        pen.polygon(corners, [232, 122, 32, (72 - trail * 3) as u8]);
    }
    pen.line([(x, y), point(turn, radius * 0.72)], 2.5, ORANGE);
    pen.disc(x, y, 3.5, [28, 33, 48, 255]);
}

#[cfg(test)]
mod tests {
    use framecast::{FramePool, PhysicalSize, Pointer};

    use super::*;
    use crate::demo::tests::{buffer, event};

    #[test]
    fn only_the_strip_changes_and_it_is_declared() {
        let mut dashboard = Dashboard::new();
        let mut pool = FramePool::new();
        let mut frame = |dashboard: &mut Dashboard, number: u64| {
            let mut buffer = pool.lend(PhysicalSize::new(1000, 600)).unwrap();
            assert!(dashboard.draw(&mut buffer, 1.0, number as f64 / 60.0));
            pool.freeze(buffer, number, 0.0, 1.0)
        };
        let one = frame(&mut dashboard, 1);
        assert_eq!(one.damage(), None, "the first frame is all new");
        let two = frame(&mut dashboard, 2);
        let three = frame(&mut dashboard, 3);
        let damage = three.damage().expect("declared").to_vec();
        let inside = |x: usize, y: usize| {
            damage.iter().any(|rect| {
                let (x, y) = (x as u32, y as u32);
                x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height
            })
        };
        let mut changed = 0;
        for (index, (a, b)) in two.pixels().iter().zip(three.pixels()).enumerate() {
            if a != b {
                changed += 1;
                assert!(inside(index % 1000, index / 1000), "{index} is outside of {damage:?}");
            }
        }
        assert!(changed > 20 && changed < 30_000, "{changed}");
    }

    #[test]
    fn the_reading_under_the_pointer_leaves_no_trace() {
        let mut dashboard = Dashboard::new();
        let draw = |dashboard: &mut Dashboard| {
            let mut frame = buffer(1000, 600);
            dashboard.draw(&mut frame, 1.0, 1.0);
            // Above the strip, which changes anyway.
            frame.pixels()[..1000 * 420].to_vec()
        };
        let without = draw(&mut dashboard);
        let pointer = Pointer::at(300.0, 200.0);
        dashboard.event(&event(EventKind::PointerMove(pointer.clone())));
        assert_ne!(draw(&mut dashboard), without);
        dashboard.event(&event(EventKind::PointerLeave(pointer)));
        assert_eq!(draw(&mut dashboard), without);
    }

    #[test]
    fn the_memory_of_frames_is_bounded_and_the_rate_is_that_of_the_last_second() {
        let mut dashboard = Dashboard::new();
        for number in 0..10_000 {
            dashboard.remember(f64::from(number) / 1000.0);
        }
        assert!(dashboard.frames.len() <= MAX_FRAMES);
        assert_eq!(dashboard.rate(9.999), 1000);
    }

    #[test]
    fn the_parts_of_all_throws_add_up() {
        let dice = dice();
        assert!((dice.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert!(dice[..12].iter().all(|part| *part == 0.0));
    }

    #[test]
    fn every_card_lies_on_the_canvas_or_is_empty() {
        for (width, height) in [(1.0, 1.0), (300.0, 100.0), (400.0, 900.0), (4000.0, 2000.0)] {
            let layout = Layout::new(width, height);
            for card in [layout.responses, layout.histogram, layout.live] {
                let fits = card.x >= 0.0 && card.right() <= width && card.bottom() <= height;
                assert!(card.width <= 0.0 || card.height <= 0.0 || fits, "{card:?}");
            }
        }
    }

    #[test]
    fn plots_have_round_numbers_at_their_axes() {
        assert_eq!(super::super::plot::step(30.0, 6), 5.0);
        assert_eq!(super::super::plot::step(2.0, 4), 0.5);
        assert_eq!(super::super::plot::step(8.0, 5), 2.0);
    }
}
