//! From flags to backends: which ones, in which order, and what to say when one is missing.

use framecast_api::{Backend, Result};

use crate::options::{BackendKind, BackendList, Options};

/// A backend that was asked for: ready to be opened, or why not.
pub(crate) struct Candidate {
    pub(crate) name: String,
    pub(crate) backend: Result<Box<dyn Backend>>,
}

impl From<Box<dyn Backend>> for Candidate {
    fn from(backend: Box<dyn Backend>) -> Self {
        Self { name: backend.name().to_owned(), backend: Ok(backend) }
    }
}

/// The backends that `options` ask for. `canvas` names the canvas among those of one server.
///
/// # Errors
/// If FRAMECAST_BACKEND makes no sense.
pub(crate) fn candidates(
    options: &Options,
    canvas: &str,
    servers: &mut Servers,
) -> Result<Vec<Candidate>> {
    let list = match &options.backend {
        Some(list) => list.clone(),
        None => from_environment()?,
    };
    let kinds = match list {
        BackendList::These(kinds) => kinds,
        BackendList::Auto => {
            BackendKind::ALL.into_iter().filter(|kind| kind.is_built_in()).collect()
        }
    };
    let make = |kind: BackendKind| {
        let backend = match kind {
            BackendKind::Window => window(),
            BackendKind::Http => servers.backend(options, canvas),
        };
        Candidate { name: kind.name().to_owned(), backend }
    };
    Ok(kinds.into_iter().map(make).collect())
}

fn from_environment() -> Result<BackendList> {
    match std::env::var(BackendList::VARIABLE) {
        Err(_) => Ok(BackendList::Auto),
        Ok(text) if text.trim().is_empty() => Ok(BackendList::Auto),
        Ok(text) => text.parse().map_err(|error: framecast_api::Error| {
            framecast_api::Error::invalid_input(format!("{}: {error}", BackendList::VARIABLE))
        }),
    }
}

#[cfg(feature = "window")]
fn window() -> Result<Box<dyn Backend>> {
    Ok(Box::new(framecast_window::WindowBackend::default()))
}

#[cfg(not(feature = "window"))]
fn window() -> Result<Box<dyn Backend>> {
    Err(framecast_api::Error::not_supported("a window, in this build"))
}

/// The HTTP servers of a loop: one per address.
#[derive(Default)]
pub(crate) struct Servers {
    #[cfg(feature = "http")]
    servers: Vec<(Option<crate::options::ListenArg>, framecast_http::HttpServer)>,
}

#[cfg(feature = "http")]
impl Servers {
    /// A backend on the server at the address of `options`: the first canvas at `/`, another at
    /// `/NAME/`.
    fn backend(&mut self, options: &Options, canvas: &str) -> Result<Box<dyn Backend>> {
        use framecast_api::Error;
        use framecast_http::HttpServer;

        use crate::options::ListenArg;

        let known = self.servers.iter().find(|(listen, _)| *listen == options.listen);
        if let Some((_, server)) = known {
            let mut backend = free_name(server, canvas)?;
            backend.set_lossless(options.lossless);
            return Ok(Box::new(backend));
        }
        let server = match options.listen {
            Some(ListenArg(address)) if !address.ip().is_loopback() && !options.insecure => {
                return Err(Error::invalid_input(format!(
                    "{address} can be reached by others, and there are no passwords yet; listen on 127.0.0.1 (and use ssh -L), or add --insecure"
                )));
            }
            Some(ListenArg(address)) => {
                let server = HttpServer::bind(address)?;
                if !address.ip().is_loopback() {
                    crate::notice::say(&format!(
                        "http    warning: whoever reaches port {} can watch and drive, there are no passwords yet; others use http://IP-ADDRESS-OF-THIS-MACHINE:{}/",
                        server.local_addr().port(),
                        server.local_addr().port()
                    ));
                }
                server
            }
            // Somebody who did not choose a port does not mind another one.
            None => HttpServer::bind(ListenArg::DEFAULT.0).or_else(|error| {
                let free = std::net::SocketAddr::new(ListenArg::DEFAULT.0.ip(), 0);
                HttpServer::bind(free).map_err(|_| error)
            })?,
        };
        let mut backend = server.canvas(None)?;
        backend.set_lossless(options.lossless);
        self.servers.push((options.listen, server));
        Ok(Box::new(backend))
    }
}

/// A place called `canvas` on the server, or `canvas-2` and so on if that is taken.
#[cfg(feature = "http")]
fn free_name(
    server: &framecast_http::HttpServer,
    canvas: &str,
) -> Result<framecast_http::HttpBackend> {
    /// More canvases of the same name than anybody opens.
    const MOST: u32 = 100;
    server.canvas(Some(canvas)).or_else(|error| {
        let mut names = (2..MOST).map(|n| format!("{canvas}-{n}"));
        names.find_map(|name| server.canvas(Some(&name)).ok()).ok_or(error)
    })
}

#[cfg(not(feature = "http"))]
impl Servers {
    fn backend(&mut self, _: &Options, _: &str) -> Result<Box<dyn Backend>> {
        let _ = self;
        Err(framecast_api::Error::not_supported("the web mirror, in this build"))
    }
}
