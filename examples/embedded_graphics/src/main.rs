//! A thermostat with a screen of 320 × 240 pixels, drawn with embedded-graphics as on the device.
//!
//! Such a screen keeps its pixels, so only what changed is drawn again. The buttons take clicks, and the
//! arrow keys do the same.

mod display;

use std::convert::Infallible;
use std::ops::RangeInclusive;

use display::Display;
use eg_seven_segment::SevenSegmentStyleBuilder;
use embedded_graphics::mono_font::{MonoTextStyle, iso_8859_1::FONT_10X20};
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::{Arc, Circle, PrimitiveStyle, Rectangle};
use embedded_graphics::text::{Alignment, Text};
use framecast::{Canvas, Cursor, EventKind, FrameBuffer, Options, Pointer, Step};

const DEGREES: RangeInclusive<u32> = 10..=30;
const BACK: Rgb888 = Rgb888::new(14, 16, 24);
const UNLIT: Rgb888 = Rgb888::new(34, 38, 52);
const INK: Rgb888 = Rgb888::new(226, 230, 242);
/// Colder and warmer.
const BUTTONS: [Circle; 2] =
    [Circle::new(Point::new(16, 168), 56), Circle::new(Point::new(248, 168), 56)];

/// What the screen shows.
#[derive(Clone, Copy)]
struct Look {
    degrees: u32,
    /// Which button is down.
    pressed: Option<usize>,
}

impl Look {
    /// Draws what differs from `before`, which the frame shows already.
    fn draw(self, frame: &mut FrameBuffer, before: Option<Look>) -> Result<(), Infallible> {
        if before.is_none() {
            Display::new(frame).clear(BACK)?;
        }
        if before.is_none_or(|it| it.degrees != self.degrees) {
            self.draw_degrees(&mut Display::new(frame))?;
        }
        for index in 0..BUTTONS.len() {
            let is_down = |look: Look| look.pressed == Some(index);
            if before.is_none_or(|it| is_down(it) != is_down(self)) {
                draw_button(index, is_down(self), &mut Display::new(frame))?;
            }
        }
        Ok(())
    }

    fn draw_degrees(self, display: &mut Display) -> Result<(), Infallible> {
        let part = (self.degrees - DEGREES.start()) as f32 / 20.0;
        // From blue over violet to red; a cast to a byte saturates.
        let shade = |cold: f32, warm: f32| (cold + (warm - cold) * part) as u8;
        let color = Rgb888::new(shade(70.0, 350.0), shade(150.0, 95.0), shade(330.0, 80.0));
        for (color, sweep) in [(UNLIT, 240.0), (color, 240.0 * part)] {
            let arc = Arc::with_center(Point::new(160, 120), 200, 150.0.deg(), sweep.deg());
            arc.into_styled(PrimitiveStyle::with_stroke(color, 16)).draw(display)?;
        }
        let digits = SevenSegmentStyleBuilder::new()
            .digit_size(Size::new(46, 84))
            .digit_spacing(14)
            .segment_width(10)
            .segment_color(color)
            .inactive_segment_color(BACK)
            .build();
        Text::new(&self.degrees.to_string(), Point::new(107, 158), digits).draw(display)?;
        let font = MonoTextStyle::new(&FONT_10X20, INK);
        Text::with_alignment("°C", Point::new(160, 196), font, Alignment::Center).draw(display)?;
        Ok(())
    }
}

fn draw_button(index: usize, is_down: bool, display: &mut Display) -> Result<(), Infallible> {
    let colors = if is_down { [INK, BACK] } else { [UNLIT, INK] };
    let [face, sign] = colors.map(PrimitiveStyle::with_fill);
    let button = BUTTONS[index];
    button.into_styled(face).draw(display)?;
    // A minus, and what makes it a plus.
    for size in [Size::new(22, 4), Size::new(4, 22)].into_iter().take(index + 1) {
        Rectangle::with_center(button.center(), size).into_styled(sign).draw(display)?;
    }
    Ok(())
}

fn main() -> framecast::Result<()> {
    let (mut look, mut shown) = (Look { degrees: 21, pressed: None }, None);
    let button_at = |pointer: &Pointer| {
        let at = Point::new(pointer.x as i32, pointer.y as i32);
        BUTTONS.iter().position(|button| button.contains(at))
    };
    // Every view scales it.
    let builder = Canvas::builder("thermostat").fixed_size((320, 240));
    let canvas = builder.options(&Options::from_env()).open()?;
    canvas.run(|canvas, step| match step {
        Step::Event(event) => {
            look.pressed = match &event.kind {
                EventKind::PointerDown(pointer) => button_at(pointer),
                EventKind::KeyDown(key) => match key.key.as_str() {
                    "ArrowLeft" | "ArrowDown" => Some(0),
                    "ArrowRight" | "ArrowUp" => Some(1),
                    _ => return,
                },
                EventKind::PointerUp(_) | EventKind::KeyUp(_) => None,
                EventKind::PointerMove(pointer) => {
                    let over = button_at(pointer).is_some();
                    return canvas.set_cursor(if over { Cursor::Pointer } else { Cursor::Default });
                }
                _ => return,
            };
            if let Some(button) = look.pressed {
                let degrees = look.degrees + [0, 2][button] - 1;
                look.degrees = degrees.clamp(*DEGREES.start(), *DEGREES.end());
            }
            canvas.request_draw();
        }
        Step::Draw(mut frame) => {
            // Now the frame is a screen that kept its pixels, if there was one before.
            let before = shown.filter(|_| frame.copy_previous());
            let Ok(()) = look.draw(&mut frame, before);
            frame.trust_damage();
            frame.present();
            shown = Some(look);
        }
    })
}
