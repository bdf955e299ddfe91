// A server on tokio and axum with a picture: its own tasks, its own routes, and a `Mirror`.
//
// Everybody may watch the tank at http://127.0.0.1:8080/ and drop a ball into it by a request. Who
// has the window, or the link that is printed, drops white ones with the pointer.
//
//   cargo run --example mirror_axum                          # with a window, or a terminal
//   ADDRESS=127.0.0.1:9000 cargo run --example mirror_axum -- --backend http
//   curl -X POST http://127.0.0.1:8080/ball

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::{get, post};
use framecast::web::{HttpService, Visitor};
use framecast::{Canvas, EventKind, FrameBuffer, Mirror, MirrorEvents, Options};

const WIDTH: u32 = 320;
const HEIGHT: u32 = 200;
const RADIUS: f64 = 8.0;
/// Balls that are kept; one more takes the oldest away.
const MOST: usize = 50;
const PACE: Duration = Duration::from_millis(20);
const YELLOW: [u8; 4] = [245, 182, 66, 255];
const WHITE: [u8; 4] = [255, 255, 255, 255];

#[derive(Clone, Copy)]
struct Ball {
    x: f64,
    y: f64,
    dx: f64,
    dy: f64,
    color: [u8; 4],
}

/// What routes and the simulation share.
#[derive(Default)]
struct Tank {
    balls: Vec<Ball>,
    dropped: u64,
}

impl Tank {
    fn drop_ball(&mut self, ball: Ball) {
        if self.balls.len() == MOST {
            self.balls.remove(0);
        }
        self.balls.push(ball);
        self.dropped += 1;
    }

    /// One that nobody aimed.
    fn drop_any(&mut self) {
        let x = 20.0 + (self.dropped * 37 % 280) as f64;
        self.drop_ball(Ball { x, y: 20.0, dx: 40.0 - x / 4.0, dy: 0.0, color: YELLOW });
    }

    fn step(&mut self, seconds: f64) {
        let (right, bottom) = (f64::from(WIDTH) - RADIUS, f64::from(HEIGHT) - RADIUS);
        for ball in &mut self.balls {
            ball.dy += 300.0 * seconds;
            ball.x += ball.dx * seconds;
            ball.y += ball.dy * seconds;
            if ball.x < RADIUS || ball.x > right {
                (ball.x, ball.dx) = (ball.x.clamp(RADIUS, right), -0.9 * ball.dx);
            }
            if ball.y < RADIUS || ball.y > bottom {
                (ball.y, ball.dy) = (ball.y.clamp(RADIUS, bottom), -0.9 * ball.dy);
            }
        }
    }

    fn draw(&self, frame: &mut FrameBuffer) {
        frame.fill([16, 42, 67, 255]);
        for (y, row) in frame.rows_mut().enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                let inside = |ball: &Ball| (x as f64 - ball.x).hypot(y as f64 - ball.y) < RADIUS;
                if let Some(ball) = self.balls.iter().rfind(|ball| inside(ball)) {
                    *pixel = ball.color;
                }
            }
        }
    }
}

type Shared = Arc<Mutex<Tank>>;

fn lock(tank: &Shared) -> std::sync::MutexGuard<'_, Tank> {
    tank.lock().expect("nobody panics with it")
}

fn router(tank: Shared, canvas: HttpService) -> Router {
    // A real application asks its session who may watch.
    let canvas = canvas.for_visitor(Visitor::watching());
    Router::new()
        .route("/", get(|| async { Redirect::to("/tank/") }))
        .route(
            "/ball",
            post(|State(tank): State<Shared>| async move {
                let mut tank = lock(&tank);
                tank.drop_any();
                format!("{} balls\n", tank.balls.len())
            }),
        )
        .with_state(tank)
        .nest_service("/tank/", canvas)
}

/// Steps the tank, draws it while somebody looks, and takes the presenter's input, until the canvas is closed.
async fn simulate(mirror: &Mirror, events: &MirrorEvents, tank: &Shared) -> framecast::Result<()> {
    let mut timer = tokio::time::interval(PACE);
    loop {
        tokio::select! {
            _ = timer.tick() => {
                lock(tank).step(PACE.as_secs_f64());
                if mirror.wanted() {
                    let mut buffer = mirror.begin_frame((WIDTH, HEIGHT))?;
                    lock(tank).draw(&mut buffer);
                    mirror.present_buffer(buffer);
                }
            }
            event = events.next_async() => match event.map(|event| event.kind) {
                Some(EventKind::PointerDown(at)) => {
                    let ball = Ball { x: at.x, y: at.y, dx: 0.0, dy: 0.0, color: WHITE };
                    lock(tank).drop_ball(ball);
                }
                Some(_) => {}
                None => return Ok(()),
            },
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let service = HttpService::new()?;
    let watchers = service.canvas(None)?;
    // The flags choose where the presenter sees it; everybody else sees it in the application's own page.
    let open = move || {
        Canvas::builder("tank").options(&options).backend(watchers).fixed_size((WIDTH, HEIGHT))
    };
    let address = std::env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = tokio::net::TcpListener::bind(&address).await.map_err(|error| {
        std::io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
    })?;
    println!("watch at http://{}/", listener.local_addr()?);
    let tank = Shared::default();
    lock(&tank).drop_any();
    let router = router(Arc::clone(&tank), service);
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    // Opening may take a while: with --wait-viewer, until somebody watches.
    let mirror = tokio::task::spawn_blocking(|| Mirror::open(open)).await??;
    let events = mirror.events();
    tokio::select! {
        result = server => result??,
        result = simulate(&mirror, &events, &tank) => result?,
        result = tokio::signal::ctrl_c() => result?,
    }
    Ok(mirror.finish()?)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::from_env();
    tokio::runtime::Runtime::new()?.block_on(run(options))
}
