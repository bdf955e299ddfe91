//! A web application with a login of its own, and two canvases in its pages.
//!
//! axum accepts the connections, knows who is who, and serves the pages; framecast's canvases are
//! mounted under a path of it. Who is logged in as "driver" may drive, as "guest" may watch, and
//! nobody else sees anything.
//!
//! ```sh
//! cargo run --example axum_app          # or with an address: … axum_app 127.0.0.1:8080
//! ```

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use framecast::web::{HttpService, Visitor};
use framecast::{Canvas, EventKind, EventLoop, Step};
use serde::Deserialize;

const PAGE: &str = include_str!("axum_app/page.html");
const LOGIN: &str = include_str!("axum_app/login.html");
const COOKIE: &str = "session=";
/// Sessions that are kept; one more login forgets them all.
const MOST_SESSIONS: usize = 1000;

/// Who is logged in, by the secret in the cookie.
#[derive(Clone, Default)]
struct Sessions(Arc<Mutex<HashMap<String, Visitor>>>);

#[derive(Deserialize)]
struct Credentials {
    name: String,
    password: String,
}

impl Sessions {
    /// The cookie of a new session, if the password is right. A real application asks its database,
    /// and hashes; these are in its source.
    fn open(&self, credentials: &Credentials) -> Option<String> {
        let visitor = match (&*credentials.name, &*credentials.password) {
            ("driver", "wheel") => Visitor::driving(),
            ("guest", "eyes") => Visitor::watching(),
            _ => return None,
        };
        let mut secret = [0; 16];
        getrandom::fill(&mut secret).ok()?;
        let secret: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() >= MOST_SESSIONS {
            sessions.clear();
        }
        sessions.insert(secret.clone(), visitor.named(&credentials.name));
        Some(format!("{COOKIE}{secret}; Path=/; HttpOnly; SameSite=Strict"))
    }

    /// Whose session the request's cookie is of.
    fn visitor(&self, headers: &HeaderMap) -> Option<Visitor> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut cookies = cookies.flat_map(|line| line.split("; "));
        let secret = cookies.find_map(|cookie| cookie.strip_prefix(COOKIE))?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(secret).cloned()
    }
}

/// Tells framecast who asks; whoever is not logged in gets no further.
async fn only_users(
    State(sessions): State<Sessions>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(visitor) = sessions.visitor(request.headers()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    request.extensions_mut().insert(visitor.at(peer.ip()));
    next.run(request).await
}

async fn home(State(sessions): State<Sessions>, headers: HeaderMap) -> Response {
    match sessions.visitor(&headers) {
        Some(_) => Html(PAGE).into_response(),
        None => Html(LOGIN).into_response(),
    }
}

async fn login(State(sessions): State<Sessions>, Form(credentials): Form<Credentials>) -> Response {
    match sessions.open(&credentials) {
        Some(cookie) => ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response(),
        None => (StatusCode::UNAUTHORIZED, Html(LOGIN)).into_response(),
    }
}

fn router(canvases: HttpService) -> Router {
    let sessions = Sessions::default();
    Router::new()
        .nest_service("/canvas", canvases)
        .layer(from_fn_with_state(sessions.clone(), only_users))
        .route("/", get(home))
        .route("/login", post(login))
        .with_state(sessions)
}

async fn serve(address: String, canvases: HttpService) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::bind(&address).await.map_err(|error| {
        std::io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
    })?;
    println!("http://{}/ (driver, wheel; or guest, eyes)", listener.local_addr()?);
    let app = router(canvases).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app).await
}

/// A disc that follows the pointer, over a slow gradient.
struct Scene {
    color: [u8; 3],
    pointer: (f64, f64),
}

impl Scene {
    fn draw(&self, frame: &mut framecast::Drawing) {
        let (x, y) = self.pointer;
        for (row, pixels) in (0..).zip(frame.rows_mut()) {
            for (column, pixel) in (0..).zip(pixels) {
                let (dx, dy) = (f64::from(column) - x, f64::from(row) - y);
                let [r, g, b] = self.color;
                *pixel = match dx.hypot(dy) {
                    distance if distance < 24.0 => [250, 250, 245, 255],
                    _ => [r, g, b.saturating_add((row / 4) as u8), 255],
                };
            }
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let service = HttpService::new()?;
    let both = EventLoop::new();
    let open = |name: &str| -> framecast::Result<Canvas> {
        let backend = Box::new(service.canvas(Some(name))?);
        Canvas::builder(name).on(&both).backend(backend).fixed_size((320, 240)).open()
    };
    let (left, right) = (open("left")?, open("right")?);
    let handles = [left.handle(), right.handle()];
    let server = std::thread::spawn(move || -> std::io::Result<()> {
        let runtime = tokio::runtime::Runtime::new()?;
        let served = runtime.block_on(async {
            tokio::select! {
                result = serve(address, service) => result,
                result = tokio::signal::ctrl_c() => result,
            }
        });
        for handle in handles {
            handle.close();
        }
        served
    });
    let mut scenes =
        [[40, 60, 90], [90, 50, 60]].map(|color| Scene { color, pointer: (160.0, 120.0) });
    both.run(|canvas, step| {
        let scene = &mut scenes[usize::from(*canvas == right)];
        match step {
            Step::Event(event) => {
                if let EventKind::PointerDown(pointer) | EventKind::PointerMove(pointer) =
                    event.kind
                {
                    scene.pointer = (pointer.x, pointer.y);
                    canvas.request_draw();
                }
            }
            Step::Draw(mut frame) => {
                scene.draw(&mut frame);
                frame.present();
            }
        }
    })?;
    server.join().expect("the server does not panic")?;
    Ok(())
}
