// A simulation on a thread of its own feeds the canvas through its handle.
//
// The simulation runs as fast as it can and shares its newest state; the canvas draws at most
// sixty of them a second, and none while nobody looks.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use framecast::{Canvas, CanvasHandle, Options, Step};

const WIDTH: usize = 160;
const HEIGHT: usize = 120;
const PACE: Duration = Duration::from_millis(30);

/// A quarter of the cells, at random.
fn first_generation() -> Vec<bool> {
    let mut seed = 1_u32;
    let random = |_| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed >> 30 == 0
    };
    (0..WIDTH * HEIGHT).map(random).collect()
}

/// Conway's Game of Life on a torus: the generation after `cells`.
fn next_generation(cells: &[bool]) -> Vec<bool> {
    let row = |y: usize| &cells[y % HEIGHT * WIDTH..][..WIDTH];
    let mut next = Vec::with_capacity(cells.len());
    for y in 0..HEIGHT {
        let (above, here, below) = (row(y + HEIGHT - 1), row(y), row(y + 1));
        let column = |x: usize| u8::from(above[x]) + u8::from(here[x]) + u8::from(below[x]);
        let columns: Vec<u8> = (0..WIDTH).map(column).collect();
        for x in 0..WIDTH {
            // Of the nine cells around and here, so many are alive.
            let count = columns[(x + WIDTH - 1) % WIDTH] + columns[x] + columns[(x + 1) % WIDTH];
            next.push(count == 3 || (count == 4 && here[x]));
        }
    }
    next
}

fn simulate(shared: &Mutex<Vec<bool>>, canvas: &CanvasHandle) {
    let mut cells = first_generation();
    while !canvas.is_closed() {
        cells = next_generation(&cells);
        shared.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&cells);
        // Cheap, and many requests before a draw are one.
        canvas.request_draw();
        std::thread::sleep(PACE);
    }
}

fn main() -> framecast::Result<()> {
    let canvas = Canvas::builder("threads").options(&Options::from_env()).open()?;
    let shared = Arc::new(Mutex::new(vec![false; WIDTH * HEIGHT]));
    let (cells, handle) = (Arc::clone(&shared), canvas.handle());
    let simulation = std::thread::spawn(move || simulate(&cells, &handle));
    let result = canvas.run(|_canvas, step| {
        if let Step::Draw(mut frame) = step {
            let (width, height) = (frame.width() as usize, frame.height() as usize);
            let cells = shared.lock().unwrap_or_else(PoisonError::into_inner);
            for (y, row) in frame.rows_mut().enumerate() {
                let line = &cells[y * HEIGHT / height * WIDTH..][..WIDTH];
                for (x, pixel) in row.iter_mut().enumerate() {
                    let alive = line[x * WIDTH / width];
                    *pixel = if alive { [255, 214, 102, 255] } else { [24, 26, 38, 255] };
                }
            }
            drop(cells);
            frame.present();
        }
    });
    // The handle says that the canvas is closed once it is gone.
    drop(canvas);
    simulation.join().expect("the simulation does not panic");
    result
}
