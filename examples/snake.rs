// A game: the arrow keys steer, eating makes it longer, biting the wall or itself starts again.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use framecast::{Canvas, EventKind, NoStep, Options, Step};

const COLUMNS: i32 = 24;
const ROWS: i32 = 18;
const PACE: Duration = Duration::from_millis(110);

struct Game {
    /// Head first.
    snake: VecDeque<(i32, i32)>,
    heading: (i32, i32),
    /// Turns typed faster than the snake moves wait here, so that none is lost.
    turns: VecDeque<(i32, i32)>,
    food: (i32, i32),
    seed: u32,
}

impl Game {
    fn new(seed: u32) -> Self {
        let snake = VecDeque::from([(6, 9), (5, 9), (4, 9)]);
        Self { snake, heading: (1, 0), turns: VecDeque::new(), food: (16, 9), seed }
    }

    fn turn(&mut self, key: &str) {
        let turn = match key {
            "ArrowUp" | "w" => (0, -1),
            "ArrowDown" | "s" => (0, 1),
            "ArrowLeft" | "a" => (-1, 0),
            "ArrowRight" | "d" => (1, 0),
            _ => return,
        };
        let last = *self.turns.back().unwrap_or(&self.heading);
        // It cannot turn back into its own neck.
        if turn.0 != -last.0 && turn.1 != -last.1 && self.turns.len() < 3 {
            self.turns.push_back(turn);
        }
    }

    fn advance(&mut self) {
        self.heading = self.turns.pop_front().unwrap_or(self.heading);
        let (x, y) = (self.snake[0].0 + self.heading.0, self.snake[0].1 + self.heading.1);
        let inside = (0..COLUMNS).contains(&x) && (0..ROWS).contains(&y);
        if !inside || self.snake.contains(&(x, y)) {
            *self = Game::new(self.seed);
            return;
        }
        self.snake.push_front((x, y));
        if (x, y) != self.food {
            self.snake.pop_back();
        }
        while self.snake.contains(&self.food) {
            self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let random = (self.seed >> 8) as i32;
            self.food = (random % COLUMNS, random / COLUMNS % ROWS);
        }
    }

    fn color(&self, cell: (i32, i32)) -> [u8; 4] {
        match self.snake.iter().position(|part| *part == cell) {
            Some(0) => [190, 255, 140, 255],
            Some(_) => [84, 196, 92, 255],
            None if cell == self.food => [255, 92, 88, 255],
            None if (cell.0 + cell.1) % 2 == 0 => [32, 36, 46, 255],
            None => [28, 32, 41, 255],
        }
    }
}

fn main() -> framecast::Result<()> {
    let canvas =
        Canvas::builder("snake").options(&Options::from_env()).size((720.0, 540.0)).open()?;
    let mut game = Game::new(7);
    let mut next = Instant::now() + PACE;
    // A loop of our own: `next_before` returns at the next move, or sooner with a step.
    loop {
        match canvas.next_before(next) {
            Err(NoStep::Closed) => return canvas.finish(),
            Err(NoStep::Deadline) => {
                next = Instant::now() + PACE;
                game.advance();
                canvas.set_title(&format!("snake – {}", game.snake.len()));
                canvas.request_draw();
            }
            Ok(Step::Event(event)) => {
                // A held key steers once.
                if let EventKind::KeyDown(key) = event.kind
                    && !key.repeat
                {
                    game.turn(&key.key);
                }
            }
            Ok(Step::Draw(mut frame)) => {
                let (width, height) = (frame.width() as usize, frame.height() as usize);
                for (y, row) in frame.rows_mut().enumerate() {
                    let cell_y = (y * ROWS as usize / height) as i32;
                    for (x, pixel) in row.iter_mut().enumerate() {
                        *pixel = game.color(((x * COLUMNS as usize / width) as i32, cell_y));
                    }
                }
                frame.present();
            }
        }
    }
}
