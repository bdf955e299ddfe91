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
        let config = config(options);
        let server = match options.listen {
            Some(ListenArg(address)) if !address.ip().is_loopback() && !options.insecure => {
                return Err(Error::invalid_input(format!(
                    "{address} can be reached by others, and what they see and the links they use are not encrypted; listen on 127.0.0.1 (and use ssh -L, or a proxy with TLS), or add --insecure"
                )));
            }
            Some(ListenArg(address)) => {
                let server = HttpServer::bind_with(address, config)?;
                if !address.ip().is_loopback() {
                    crate::notice::say(
                        "http    warning: nothing is encrypted; who listens to the network sees the picture and can use the links",
                    );
                }
                server
            }
            // Somebody who did not choose a port does not mind another one.
            None => {
                HttpServer::bind_with(ListenArg::DEFAULT.0, config.clone()).or_else(|error| {
                    let free = std::net::SocketAddr::new(ListenArg::DEFAULT.0.ip(), 0);
                    HttpServer::bind_with(free, config).map_err(|_| error)
                })?
            }
        };
        let mut backend = server.canvas(None)?;
        backend.set_lossless(options.lossless);
        self.servers.push((options.listen, server));
        Ok(Box::new(backend))
    }
}

/// How strangers are treated, by the flags.
#[cfg(feature = "http")]
fn config(options: &Options) -> framecast_http::ServerConfig {
    let mut config = framecast_http::ServerConfig::default();
    if !options.link.is_empty() {
        let link = |arg: &crate::options::LinkArg| {
            let link = framecast_http::Link::new(&arg.name, arg.role);
            match arg.lifetime {
                Some(lifetime) => link.expires_in(lifetime),
                None => link,
            }
        };
        config.links = options.link.iter().map(link).collect();
    }
    config.no_auth = options.no_auth;
    config.allow_origins.clone_from(&options.allow_origin);
    config.allow_hosts.clone_from(&options.allow_host);
    config.frame_ancestors.clone_from(&options.frame_ancestors);
    if let Some(clients) = options.clients {
        config.limits.set_clients(clients);
    }
    config
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
