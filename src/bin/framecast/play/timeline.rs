//! The time line over the picture: where the recording is, how much changes when, and what it shows there.

use framecast::FrameBuffer;

use super::thumbnails::Thumbnail;
use crate::demo::pen::{Anchor, Area, Pen};
use crate::demo::text::{Face, Text};

/// Below these, in logical pixels, there is only a thin line.
const MIN_WIDTH: f32 = 240.0;
const MIN_HEIGHT: f32 = 90.0;
const MARGIN: f32 = 12.0;
const PANEL: f32 = 46.0;
/// From this height on, the time line leaves room below it for the status in a browser's corner.
const HIGH: f32 = 300.0;
const BELOW: f32 = 56.0;
/// Where the picture of the activity stands.
const STRIP: f32 = 16.0;
const SIZE: f32 = 13.0;
const BACK: [u8; 4] = [18, 20, 26, 215];
const LIGHT: [u8; 4] = [235, 238, 245, 255];
const FAINT: [u8; 4] = [235, 238, 245, 70];
const PLAYED: [u8; 4] = [96, 165, 250, 255];
const AHEAD: [u8; 4] = [150, 160, 180, 150];

/// What the time line tells.
pub(crate) struct Told<'a> {
    /// Microseconds.
    pub(crate) position: u64,
    pub(crate) duration: u64,
    pub(crate) playing: bool,
    pub(crate) speed: f64,
    /// 0 to 1 for each of some stretches of equal length: how much changes.
    pub(crate) activity: &'a [f32],
    /// The time under the pointer, and what is shown there.
    pub(crate) hover: Option<(u64, Option<&'a Thumbnail>)>,
}

/// Where the parts of the time line are on a canvas of this logical size.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    panel: Area,
    bar: Area,
    button: Area,
    small: bool,
}

impl Layout {
    /// Lays it out.
    pub(crate) fn new(width: f32, height: f32) -> Self {
        if width < MIN_WIDTH || height < MIN_HEIGHT {
            let bar = Area::new(0.0, height - 6.0, width, 6.0);
            return Self { panel: bar, bar, button: Area::default(), small: true };
        }
        let below = if height < HIGH { MARGIN } else { BELOW };
        let panel = Area::new(MARGIN, height - PANEL - below, width - 2.0 * MARGIN, PANEL);
        let button = Area::new(panel.x + 6.0, panel.y + 7.0, 32.0, 32.0);
        let bar = Area::new(panel.x + 46.0, panel.y + 6.0, panel.width - 60.0, STRIP + 6.0);
        Self { panel, bar, button, small: false }
    }

    /// Whether the point is on the time line, where a click is none on the picture.
    pub(crate) fn contains(&self, x: f32, y: f32) -> bool {
        self.panel.contains(x, y)
    }

    /// Whether the point is on the button that plays and pauses.
    pub(crate) fn on_button(&self, x: f32, y: f32) -> bool {
        self.button.contains(x, y)
    }

    /// Whether the point is where a press seeks.
    pub(crate) fn on_bar(&self, x: f32, y: f32) -> bool {
        self.bar.inset(-4.0).contains(x, y)
    }

    /// The time at this place, in microseconds; outside of the bar, that of its nearer end.
    pub(crate) fn time_at(&self, x: f32, duration: u64) -> u64 {
        let share = ((x - self.bar.x) / self.bar.width.max(1.0)).clamp(0.0, 1.0);
        (f64::from(share) * duration as f64) as u64
    }

    /// Draws it.
    pub(crate) fn draw(&self, frame: &mut FrameBuffer, ratio: f64, text: &mut Text, told: &Told) {
        let mut pen = Pen::new(frame, ratio, text);
        let share = |time: u64| (time as f64 / told.duration.max(1) as f64).min(1.0) as f32;
        let (bar, played) = (self.bar, share(told.position));
        if self.small {
            pen.rect(bar, BACK);
            pen.rect(Area { width: bar.width * played, ..bar }, PLAYED);
            return;
        }
        pen.round_rect(self.panel, 10.0, BACK);
        self.draw_button(&mut pen, told.playing);
        self.draw_activity(&mut pen, told, played);
        let line = Area::new(bar.x, bar.bottom() - 3.0, bar.width, 3.0);
        pen.round_rect(line, 1.5, FAINT);
        pen.round_rect(Area { width: line.width * played, ..line }, 1.5, PLAYED);
        pen.disc(line.x + line.width * played, line.y + 1.5, 5.0, LIGHT);
        let base = self.panel.bottom() - 6.0;
        let long = told.duration >= HOUR;
        let place = format!("{} / {}", clock(told.position, long), clock(told.duration, long));
        pen.text((bar.x, base, Anchor::Left), Face::Mono, SIZE, color(LIGHT), &place);
        let speed = format!("{}x", told.speed);
        pen.text((bar.right(), base, Anchor::Right), Face::Mono, SIZE, color(LIGHT), &speed);
        let Some((time, thumbnail)) = told.hover else { return };
        let x = bar.x + bar.width * share(time);
        pen.line([(x, bar.y), (x, bar.bottom())], 1.0, LIGHT);
        let label = clock(time, long);
        let label_width = pen.text_width(Face::Mono, SIZE, &label);
        let (width, height) = thumbnail.map_or((0.0, 0.0), |it| {
            (it.width as f32 / ratio as f32, it.height as f32 / ratio as f32)
        });
        let wide = width.max(label_width) + 12.0;
        let high = height + SIZE + 14.0;
        let left =
            (x - wide / 2.0).clamp(self.panel.x, (self.panel.right() - wide).max(self.panel.x));
        let top = self.panel.y - high - 6.0;
        if top < 0.0 {
            return;
        }
        pen.round_rect(Area::new(left, top, wide, high), 8.0, BACK);
        pen.text(
            (left + wide / 2.0, top + high - 7.0, Anchor::Middle),
            Face::Mono,
            SIZE,
            color(LIGHT),
            &label,
        );
        if let Some(thumbnail) = thumbnail {
            let (x, y) = (left + (wide - width) / 2.0, top + 6.0);
            thumbnail.draw(frame, (f64::from(x) * ratio) as usize, (f64::from(y) * ratio) as usize);
        }
    }

    fn draw_button(&self, pen: &mut Pen, playing: bool) {
        let (x, y) = (self.button.x + 16.0, self.button.y + 16.0);
        if playing {
            pen.rect(Area::new(x - 6.0, y - 7.0, 4.0, 14.0), LIGHT);
            pen.rect(Area::new(x + 2.0, y - 7.0, 4.0, 14.0), LIGHT);
        } else {
            pen.polygon([(x - 5.0, y - 8.0), (x + 8.0, y), (x - 5.0, y + 8.0)], LIGHT);
        }
    }

    fn draw_activity(&self, pen: &mut Pen, told: &Told, played: f32) {
        let bar = self.bar;
        let count = told.activity.len().max(1) as f32;
        for (index, activity) in told.activity.iter().enumerate() {
            let height = activity * STRIP;
            if height < 0.5 {
                continue;
            }
            let at = index as f32 / count;
            let color = if at < played { PLAYED } else { AHEAD };
            let area = Area::new(
                bar.x + bar.width * at,
                bar.y + STRIP - height,
                bar.width / count,
                height,
            );
            pen.rect(area, color);
        }
    }
}

fn color([red, green, blue, _]: [u8; 4]) -> [u8; 3] {
    [red, green, blue]
}

const HOUR: u64 = 3_600_000_000;

/// A time of a recording for people: `1:07` or, in one that is `long`, `0:01:07`.
pub(crate) fn clock(time: u64, long: bool) -> String {
    let seconds = time / 1_000_000;
    let (minutes, rest) = (seconds / 60, seconds % 60);
    if long {
        format!("{}:{:02}:{rest:02}", minutes / 60, minutes % 60)
    } else {
        format!("{minutes}:{rest:02}")
    }
}

/// How much changes in each of `count` stretches of a recording, 0 to 1, by the bytes between its places.
pub(crate) fn activity(
    places: impl Iterator<Item = (u64, u64)>,
    duration: u64,
    count: usize,
) -> Vec<f32> {
    let mut rates = vec![0.0_f64; count];
    let mut before = 0;
    for (time, bytes) in places {
        let length = time.saturating_sub(before).max(1) as f64;
        let slot = |time: u64| (time as f64 / duration.max(1) as f64 * count as f64) as usize;
        let (first, last) = (slot(before).min(count - 1), slot(time).min(count - 1));
        for rate in &mut rates[first..=last.max(first)] {
            *rate = rate.max(bytes as f64 / length);
        }
        before = time;
    }
    let most = rates.iter().copied().fold(0.0, f64::max);
    // Roots, so that little is seen beside much.
    rates
        .into_iter()
        .map(|rate| if most > 0.0 { (rate / most).sqrt() as f32 } else { 0.0 })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use framecast::{FramePool, PhysicalSize};

    #[test]
    fn places_on_the_bar_are_times_and_the_rest_is_not() {
        let layout = Layout::new(800.0, 600.0);
        let bar = layout.bar;
        assert!(layout.on_bar(bar.x + 5.0, bar.y + 5.0) && !layout.on_bar(bar.x, 100.0));
        assert!(layout.contains(bar.x, bar.y) && !layout.contains(400.0, 300.0));
        assert_eq!(layout.time_at(bar.x - 50.0, 1000), 0);
        assert_eq!(layout.time_at(bar.x + bar.width / 2.0, 1000), 500);
        assert_eq!(layout.time_at(1e9, 1000), 1000);
        let (x, y) = (layout.button.x + 3.0, layout.button.y + 3.0);
        assert!(layout.on_button(x, y) && !layout.on_bar(x, y));
    }

    #[test]
    fn it_is_drawn_on_canvases_of_any_size() {
        let (mut pool, mut text) = (FramePool::new(), Text::new());
        let thumbnail = Thumbnail::new(160, 90, vec![[9, 9, 9, 255]; 160 * 90]);
        for (width, height, ratio) in
            [(1, 1, 1.0), (100, 40, 1.0), (240, 90, 1.0), (1280, 720, 2.0)]
        {
            let mut frame = pool.lend(PhysicalSize::new(width, height)).unwrap();
            frame.fill([0, 0, 0, 255]);
            let layout = Layout::new(width as f32 / ratio, height as f32 / ratio);
            let told = Told {
                position: 30,
                duration: 60,
                playing: true,
                speed: 1.5,
                activity: &[0.1, 1.0, 0.5],
                hover: Some((59, Some(&thumbnail))),
            };
            layout.draw(&mut frame, ratio.into(), &mut text, &told);
            let inked = frame.pixels().iter().any(|pixel| *pixel != [0, 0, 0, 255]);
            assert!(inked, "{width}x{height}");
        }
    }

    #[test]
    fn times_are_written_as_people_read_them() {
        assert_eq!(clock(67_900_000, false), "1:07");
        assert_eq!(clock(67_000_000, true), "0:01:07");
        assert_eq!(clock(36_000_000_000, true), "10:00:00");
    }

    #[test]
    fn the_strip_tells_where_much_changes() {
        let strip = activity([(10, 100), (20, 0), (90, 70)].into_iter(), 100, 10);
        assert_eq!(strip.len(), 10);
        assert_eq!(strip[0], 1.0);
        assert!(strip[5] > 0.2 && strip[5] < 0.5, "{strip:?}");
        assert_eq!(activity([].into_iter(), 0, 3), [0.0; 3]);
        assert!(
            activity([(u64::MAX, u64::MAX), (0, 5)].into_iter(), 7, 4).iter().all(|it| *it <= 1.0)
        );
    }
}
