//! A frame as a display of embedded-graphics. Copy this file into your program.

use std::convert::Infallible;

use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};
use framecast::{FrameBuffer, Rect};

/// Draws into a frame. When it is dropped, it notes as damage the smallest rectangle around all that
/// was drawn, so draw what lies far apart with a display each.
///
/// `display.color_converted::<Rgb565>()` is a display of another kind of colors.
pub struct Display<'a> {
    frame: &'a mut FrameBuffer,
    /// The top left and the bottom right pixel of what was drawn.
    drawn: Option<(Point, Point)>,
}

impl<'a> Display<'a> {
    pub fn new(frame: &'a mut FrameBuffer) -> Self {
        Self { frame, drawn: None }
    }

    fn note(&mut self, from: Point, to: Point) {
        let (top_left, bottom_right) = self.drawn.unwrap_or((from, to));
        self.drawn = Some((top_left.component_min(from), bottom_right.component_max(to)));
    }
}

impl OriginDimensions for Display<'_> {
    fn size(&self) -> Size {
        Size::new(self.frame.width(), self.frame.height())
    }
}

impl DrawTarget for Display<'_> {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I>(&mut self, pixels: I) -> Result<(), Infallible>
    where
        I: IntoIterator<Item = Pixel<Rgb888>>,
    {
        let (screen, width) = (self.bounding_box(), self.frame.width() as usize);
        for Pixel(at, color) in pixels {
            // What is off the screen is no error.
            if screen.contains(at) {
                self.frame.pixels_mut()[at.y as usize * width + at.x as usize] = rgba(color);
                self.note(at, at);
            }
        }
        Ok(())
    }

    /// Most shapes are made of these; row by row they are quicker.
    fn fill_solid(&mut self, area: &Rectangle, color: Rgb888) -> Result<(), Infallible> {
        let area = area.intersection(&self.bounding_box());
        let Some(bottom_right) = area.bottom_right() else { return Ok(()) };
        let (left, right) = (area.top_left.x as usize, bottom_right.x as usize);
        let rows = self.frame.rows_mut().skip(area.top_left.y as usize);
        rows.take(area.size.height as usize).for_each(|row| row[left..=right].fill(rgba(color)));
        self.note(area.top_left, bottom_right);
        Ok(())
    }
}

impl Drop for Display<'_> {
    fn drop(&mut self) {
        if let Some((from, to)) = self.drawn {
            let Size { width, height } = Rectangle::with_corners(from, to).size;
            self.frame.add_damage(Rect::new(from.x as u32, from.y as u32, width, height));
        }
    }
}

fn rgba(color: Rgb888) -> [u8; 4] {
    [color.r(), color.g(), color.b(), 255]
}

#[cfg(test)]
mod tests {
    use embedded_graphics::framebuffer::{Framebuffer, buffer_size};
    use embedded_graphics::image::GetPixel;
    use embedded_graphics::mono_font::{MonoTextStyle, ascii::FONT_6X9};
    use embedded_graphics::pixelcolor::raw::{BigEndian, RawU24};
    use embedded_graphics::primitives::{Circle, Line, PrimitiveStyle};
    use embedded_graphics::text::Text;
    use framecast::Canvas;

    use super::*;

    /// Shapes, lines and text that reach over every edge, and some that are not on the screen at all.
    fn scene<D: DrawTarget<Color = Rgb888>>(target: &mut D) -> Result<(), D::Error> {
        let fill = |r, g, b| PrimitiveStyle::with_fill(Rgb888::new(r, g, b));
        target.clear(Rgb888::new(1, 2, 3))?;
        Circle::new(Point::new(-6, -4), 20).into_styled(fill(200, 10, 20)).draw(target)?;
        Circle::new(Point::new(25, 9), 20).into_styled(fill(20, 210, 30)).draw(target)?;
        let far = Rectangle::new(Point::new(32, 0), Size::new(9, 9));
        far.into_styled(fill(255, 0, 255)).draw(target)?;
        let above = Rectangle::new(Point::new(4, -9), Size::new(9, 9));
        above.into_styled(fill(255, 0, 255)).draw(target)?;
        let stroke = PrimitiveStyle::with_stroke(Rgb888::new(30, 40, 220), 2);
        Line::new(Point::new(-5, 23), Point::new(40, 1)).into_styled(stroke).draw(target)?;
        let style = MonoTextStyle::new(&FONT_6X9, Rgb888::new(250, 251, 252));
        Text::new("off the edge", Point::new(-3, 14), style).draw(target)?;
        Ok(())
    }

    #[test]
    fn a_frame_shows_what_the_libraries_own_framebuffer_does() -> framecast::Result<()> {
        const SIZE: usize = buffer_size::<Rgb888>(32, 24);
        let mut wanted = Framebuffer::<Rgb888, RawU24, BigEndian, 32, 24, SIZE>::new();
        let Ok(()) = scene(&mut wanted);
        let frame = Canvas::offscreen((32.0, 24.0))?.draw(|frame| {
            let Ok(()) = scene(&mut Display::new(frame));
        })?;
        for (index, pixel) in frame.pixels().iter().enumerate() {
            let at = Point::new(index as i32 % 32, index as i32 / 32);
            assert_eq!(Some(*pixel), wanted.pixel(at).map(rgba), "{at}");
        }
        Ok(())
    }

    #[test]
    fn damage_is_the_rectangle_around_what_was_drawn_and_lies_on_the_screen()
    -> framecast::Result<()> {
        let canvas = Canvas::offscreen((32.0, 24.0))?;
        let before = canvas.draw(|frame| frame.fill([0, 0, 0, 255]))?;
        let frame = canvas.draw(|frame| {
            frame.copy_from(&before);
            let mut display = Display::new(frame);
            let white = |x, y| Pixel(Point::new(x, y), Rgb888::WHITE);
            let Ok(()) = display.draw_iter([white(3, 5), white(9, 4), white(-1, 4), white(32, 4)]);
            let corner = Rectangle::new(Point::new(7, 22), Size::new(2, 9));
            let Ok(()) = display.fill_solid(&corner, Rgb888::WHITE);
            drop(display);
            // Nothing but what is off the screen.
            let Ok(()) = Display::new(frame).draw_iter([white(0, -1)]);
            frame.trust_damage();
        })?;
        assert_eq!(frame.damage(), Some(&[Rect::new(3, 4, 7, 20)][..]));
        assert!(frame.is_damage_complete(), "a pixel outside of it differs");
        Ok(())
    }
}
