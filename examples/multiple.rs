// Two canvases on one loop: what is drawn on the left comes out mirrored on the right.
//
// Each has a window of its own; the web mirror has one address with a page for each.

use framecast::{Button, Canvas, EventKind, EventLoop, Frame, Options, Step};

/// Side of the brush, in physical pixels.
const BRUSH: usize = 14;

fn main() -> framecast::Result<()> {
    let options = Options::from_env();
    let both = EventLoop::new();
    let left = Canvas::builder("left").options(&options).on(&both).fixed_size((480, 360)).open()?;
    let right =
        Canvas::builder("right").options(&options).on(&both).fixed_size((480, 360)).open()?;
    let mut dots: Vec<(usize, usize)> = Vec::new();
    let mut picture: Option<Frame> = None;
    both.run(|canvas, step| match step {
        Step::Event(event) => {
            if let EventKind::PointerDown(pointer) | EventKind::PointerMove(pointer) = event.kind
                && *canvas == left
                && pointer.buttons.contains(Button::Left)
            {
                dots.push((pointer.x.max(0.0) as usize, pointer.y.max(0.0) as usize));
                left.request_draw();
            }
            // Who closes one, closes both.
            if canvas.is_closed() {
                left.close();
                right.close();
            }
        }
        Step::Draw(mut frame) if *canvas == left => {
            if !frame.copy_previous() {
                frame.fill([250, 248, 240, 255]);
            }
            for (x, y) in dots.drain(..) {
                for row in frame.rows_mut().skip(y).take(BRUSH) {
                    row.iter_mut()
                        .skip(x)
                        .take(BRUSH)
                        .for_each(|pixel| *pixel = [220, 60, 80, 255]);
                }
            }
            frame.present();
            picture = left.last_frame();
            right.request_draw();
        }
        Step::Draw(mut frame) => {
            if let Some(picture) = picture.as_ref().filter(|picture| frame.copy_from(picture)) {
                let width = picture.width() as usize;
                frame.pixels_mut().chunks_exact_mut(width).for_each(<[_]>::reverse);
            }
            frame.present();
        }
    })
}
