// The pointer: drag the squares about. Nothing is drawn until something moves.

use framecast::{Canvas, Cursor, EventKind, FrameBuffer, Options, Pointer, Step};

/// Side of a square, in logical pixels.
const SIDE: f64 = 90.0;

struct Square {
    x: f64,
    y: f64,
    color: [u8; 4],
}

impl Square {
    fn contains(&self, pointer: &Pointer) -> bool {
        (self.x..self.x + SIDE).contains(&pointer.x) && (self.y..self.y + SIDE).contains(&pointer.y)
    }

    /// Pointers and sizes are in logical pixels, frames in physical ones: `ratio` is between them.
    fn draw(&self, frame: &mut FrameBuffer, ratio: f64) {
        let span = |start: f64, end: u32| {
            // A cast from a float saturates, so what is off the canvas is cut off.
            let (from, to) = ((start * ratio) as u32, ((start + SIDE) * ratio) as u32);
            from.min(end) as usize..to.min(end) as usize
        };
        let (columns, rows) = (span(self.x, frame.width()), span(self.y, frame.height()));
        for row in frame.rows_mut().take(rows.end).skip(rows.start) {
            row[columns.clone()].fill(self.color);
        }
    }
}

fn main() -> framecast::Result<()> {
    let mut squares = vec![
        Square { x: 80.0, y: 80.0, color: [231, 76, 60, 255] },
        Square { x: 260.0, y: 150.0, color: [46, 204, 113, 255] },
        Square { x: 440.0, y: 220.0, color: [52, 152, 219, 255] },
    ];
    // Where within the topmost square the pointer holds it.
    let mut grip: Option<(f64, f64)> = None;
    let canvas = Canvas::builder("drag").options(&Options::from_env()).open()?;
    canvas.run(|canvas, step| match step {
        Step::Event(event) => match event.kind {
            EventKind::PointerDown(pointer) => {
                if let Some(index) = squares.iter().rposition(|square| square.contains(&pointer)) {
                    let square = squares.remove(index);
                    grip = Some((pointer.x - square.x, pointer.y - square.y));
                    squares.push(square);
                    canvas.set_cursor(Cursor::Grabbing);
                    canvas.request_draw();
                }
            }
            EventKind::PointerMove(pointer) => {
                if let (Some((dx, dy)), Some(square)) = (grip, squares.last_mut()) {
                    (square.x, square.y) = (pointer.x - dx, pointer.y - dy);
                    canvas.request_draw();
                } else {
                    let over = squares.iter().any(|square| square.contains(&pointer));
                    canvas.set_cursor(if over { Cursor::Grab } else { Cursor::Default });
                }
            }
            EventKind::PointerUp(_) => {
                grip = None;
                canvas.set_cursor(Cursor::Default);
            }
            _ => {}
        },
        Step::Draw(mut frame) => {
            let ratio = frame.ratio();
            frame.fill([40, 44, 52, 255]);
            squares.iter().for_each(|square| square.draw(&mut frame, ratio));
            frame.present();
        }
    })
}
