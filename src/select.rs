//! From flags to backends: which ones, in which order, and what to say when one is missing.

#[cfg(all(feature = "http", any(feature = "record", feature = "relay")))]
use std::sync::Arc;

use framecast_api::{Backend, Result};

use crate::messages::Messages;
use crate::options::{BackendKind, BackendList, Options};

/// A backend that was asked for: ready to be opened, or why not.
pub(crate) struct Candidate {
    pub(crate) name: String,
    pub(crate) backend: Result<Box<dyn Backend>>,
    /// What it encodes of the canvas, for a recorder to take.
    #[cfg(all(feature = "http", any(feature = "record", feature = "relay")))]
    pub(crate) updates: Option<Arc<dyn framecast_stream::UpdateSource>>,
    /// What feeds it, once it is open.
    #[cfg(all(feature = "relay", feature = "http"))]
    pub(crate) feed: Option<(framecast_relay::Edge, Arc<dyn framecast_stream::UpdateSink>)>,
    /// The links of its server, for a relay to pass on.
    #[cfg(all(feature = "http", feature = "relay"))]
    pub(crate) links: Option<framecast_http::SharedLinks>,
}

impl Candidate {
    fn new(name: &str, backend: Result<Box<dyn Backend>>) -> Self {
        Self {
            name: name.to_owned(),
            backend,
            #[cfg(all(feature = "http", any(feature = "record", feature = "relay")))]
            updates: None,
            #[cfg(all(feature = "relay", feature = "http"))]
            feed: None,
            #[cfg(all(feature = "http", feature = "relay"))]
            links: None,
        }
    }
}

impl From<Box<dyn Backend>> for Candidate {
    fn from(backend: Box<dyn Backend>) -> Self {
        let name = backend.name().to_owned();
        Self::new(&name, Ok(backend))
    }
}

/// The backends that `options` ask for. `canvas` names the canvas among those of one server;
/// `interrupts`: Ctrl-C and SIGTERM close it already.
///
/// # Errors
/// If FRAMECAST_BACKEND makes no sense.
pub(crate) fn candidates(
    options: &Options,
    interrupts: bool,
    messages: Messages,
    canvas: &str,
    page: &Page,
    servers: &mut Servers,
) -> Result<Vec<Candidate>> {
    let list = match &options.backend {
        Some(list) => list.clone(),
        None => from_environment()?,
    };
    let kinds = match list {
        BackendList::These(kinds) => kinds,
        BackendList::Auto => automatic(&Surroundings::here()),
    };
    let make = |kind: BackendKind| match kind {
        BackendKind::Window => Candidate::new(kind.name(), window()),
        BackendKind::Terminal => Candidate::new(kind.name(), terminal(options, interrupts)),
        BackendKind::Http => servers.candidate(options, canvas, page, messages),
    };
    Ok(kinds.into_iter().map(make).collect())
}

/// The recorders that `options` ask for.
#[cfg(feature = "record")]
pub(crate) fn recorders(
    options: &Options,
    messages: Messages,
) -> Result<Vec<framecast_record::RecordSettings>> {
    use framecast_record::{RecordFormat, RecordSettings};

    let to_output = options.record.iter().filter(|path| path.as_os_str() == "-").count();
    if to_output > 1 || to_output == 1 && options.print_links.is_some() {
        return Err(framecast_api::Error::invalid_input(
            "standard output can be one thing: drop one of --record -, or --print-links",
        ));
    }
    let twice = options.record.iter().enumerate().find_map(|(n, path)| {
        options.record[..n]
            .iter()
            .find(|other| is_same_file(other, path))
            .map(|other| (other, path))
    });
    if let Some((one, other)) = twice {
        return Err(framecast_api::Error::invalid_input(format!(
            "--record {} and --record {} are the same file; give each recording one of its own",
            one.display(),
            other.display()
        )));
    }
    let format = options.record_format.map(|format| format.name().parse::<RecordFormat>());
    let format = format.transpose()?;
    if let Some(path) = options.record_input.as_ref().filter(|path| options.record.contains(path)) {
        let format = format.map_or_else(|| RecordFormat::from_path(path), Ok)?;
        if format != RecordFormat::Fcast {
            return Err(framecast_api::Error::invalid_input(format!(
                "--record-input {}: only a recording (.fcast) can hold input; name a file FILE.jsonl",
                path.display()
            )));
        }
    }
    let settings = |path: &std::path::PathBuf| {
        let mut settings = RecordSettings::new(path)
            .with_lossless(options.record_lossless)
            .with_overwrite(options.record_overwrite)
            .with_reporter(move |level, message| {
                messages.notice(level, &format!("record  {message}"));
            });
        if options.record_input.as_ref() == Some(path) {
            settings = settings.with_input(true);
        }
        if let Some(fps) = options.record_fps {
            settings = settings.with_fps(fps.0);
        }
        if let Some(format) = format {
            settings = settings.with_format(format);
        }
        if let Some(size) = options.record_size {
            settings = settings.with_size((size.width, size.height));
        }
        settings.with_parts(options.record_parts)
    };
    Ok(options.record.iter().map(settings).collect())
}

/// What publishes the canvas, if `options` ask for that.
#[cfg(feature = "relay")]
pub(crate) fn publisher(
    options: &Options,
    messages: Messages,
) -> Result<Option<framecast_relay::RelayBackend>> {
    let Some(address) = &options.publish else {
        let flags = [
            ("--publish-key", options.publish_key.is_some()),
            ("--nats-creds", options.nats_creds.is_some()),
            ("--nats-ca", options.nats_ca.is_some()),
        ];
        return match flags.into_iter().find(|(_, is_set)| *is_set) {
            Some((flag, _)) => Err(framecast_api::Error::invalid_input(format!(
                "{flag} means nothing without --publish"
            ))),
            None => Ok(None),
        };
    };
    let address: framecast_relay::RelayAddress = address.parse()?;
    if address.is_exposed() && !options.insecure {
        return Err(framecast_api::Error::invalid_input(format!(
            "--publish {address}: who listens to the network sees the picture, and the password of the bus; write tls://, or add --insecure"
        )));
    }
    let mut settings = framecast_relay::RelaySettings::new(address)
        .with_reporter(move |level, message| messages.notice(level, &format!("relay   {message}")));
    if let Some(file) = &options.publish_key {
        settings = settings.with_key_file(file);
    }
    if let Some(file) = &options.nats_creds {
        settings = settings.with_credentials(file);
    }
    if let Some(file) = &options.nats_ca {
        settings = settings.with_ca(file);
    }
    let mut backend = framecast_relay::RelayBackend::new(settings)?;
    backend.set_lossless(options.lossless);
    Ok(Some(backend))
}

/// Whether both paths are, or would be, the same file.
#[cfg(feature = "record")]
fn is_same_file(one: &std::path::Path, other: &std::path::Path) -> bool {
    use std::path::Path;

    #[cfg(unix)]
    if let (Ok(one), Ok(other)) = (one.metadata(), other.metadata()) {
        use std::os::unix::fs::MetadataExt;

        return one.is_file() && (one.dev(), one.ino()) == (other.dev(), other.ino());
    }
    // One that is not there yet is in a folder that is.
    let full = |path: &Path| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
        path.canonicalize().ok().or_else(|| Some(folder.join(path.file_name()?)))
    };
    one == other || full(one).is_some_and(|one| full(other) == Some(one))
}

/// What decides where a picture is seen best.
struct Surroundings {
    display: bool,
    terminal: bool,
    ssh: bool,
}

impl Surroundings {
    fn here() -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Self {
            display: display_available(),
            terminal: BackendKind::Terminal.is_built_in()
                && std::io::IsTerminal::is_terminal(&std::io::stdout()),
            ssh: set("SSH_CONNECTION") || set("SSH_TTY"),
        }
    }
}

/// One local view and the web mirror. A display that is reached over SSH is slow, and that of a
/// session at the machine is not where the user sits: there the terminal comes first.
fn automatic(here: &Surroundings) -> Vec<BackendKind> {
    let in_terminal = here.terminal && (here.ssh || !here.display);
    // Without either, the window says what is missing.
    let local = if in_terminal { BackendKind::Terminal } else { BackendKind::Window };
    [local, BackendKind::Http].into_iter().filter(|kind| kind.is_built_in()).collect()
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
    Err(crate::options::not_built_in("a window", "window"))
}

#[cfg(feature = "window")]
fn display_available() -> bool {
    framecast_window::display_available()
}

#[cfg(not(feature = "window"))]
fn display_available() -> bool {
    false
}

#[cfg(feature = "terminal")]
fn terminal(options: &Options, interrupts: bool) -> Result<Box<dyn Backend>> {
    use framecast_terminal::{TerminalBackend, TerminalOptions};

    let mut terminal =
        TerminalOptions::default().with_exact_colors(options.lossless).with_signals(!interrupts);
    if let Some(picture) = options.terminal {
        terminal = terminal.with_picture(picture.name().parse()?);
    }
    if let Some(ratio) = options.pixel_ratio {
        terminal = terminal.with_pixel_ratio(ratio.0);
    }
    if let Some(log) = crate::notice::log_file() {
        terminal = terminal.with_log(log);
    }
    Ok(Box::new(TerminalBackend::new(terminal)))
}

#[cfg(not(feature = "terminal"))]
fn terminal(_: &Options, _: bool) -> Result<Box<dyn Backend>> {
    Err(crate::options::not_built_in("a terminal", "terminal"))
}

/// What the application says about its page in browsers.
#[derive(Default)]
pub(crate) struct Page {
    #[cfg(feature = "http")]
    pub(crate) resources: Option<framecast_http::Resources>,
    /// What browsers are shown comes from there.
    #[cfg(all(feature = "relay", feature = "http"))]
    pub(crate) edge: Option<framecast_relay::Edge>,
    /// The origin's links to drive count there, too.
    #[cfg(all(feature = "relay", feature = "http"))]
    pub(crate) edge_drivers: bool,
}

#[cfg(feature = "http")]
impl Page {
    /// Whether viewers only watch what is drawn elsewhere.
    fn is_edge(&self) -> bool {
        #[cfg(feature = "relay")]
        return self.edge.is_some();
        #[cfg(not(feature = "relay"))]
        false
    }
}

/// The HTTP servers of a loop: one per address.
#[derive(Default)]
pub(crate) struct Servers {
    #[cfg(feature = "http")]
    servers: Vec<Server>,
}

/// A server, and the address that was asked for.
#[cfg(feature = "http")]
struct Server {
    listen: Option<crate::options::ListenArg>,
    server: framecast_http::HttpServer,
    /// It serves what is drawn elsewhere, and the links of there count.
    is_edge: bool,
}

#[cfg(feature = "http")]
impl Servers {
    /// Those that run.
    pub(crate) fn all(&self) -> Vec<framecast_http::HttpServer> {
        self.servers.iter().map(|known| known.server.clone()).collect()
    }

    /// The one at the address of `options`.
    #[cfg(feature = "relay")]
    fn at(&self, options: &Options) -> Option<&framecast_http::HttpServer> {
        let known = self.servers.iter().find(|known| known.listen == options.listen);
        known.map(|known| &known.server)
    }

    /// What [`backend`](Self::backend) makes, or why it cannot.
    fn candidate(
        &mut self,
        options: &Options,
        canvas: &str,
        page: &Page,
        messages: Messages,
    ) -> Candidate {
        let name = BackendKind::Http.name();
        match self.backend(options, canvas, page, messages) {
            Err(error) => Candidate::new(name, Err(error)),
            Ok(backend) => {
                #[cfg(any(feature = "record", feature = "relay"))]
                let updates = backend.updates();
                // Before it is opened, so that it never expects frames.
                #[cfg(feature = "relay")]
                let mut backend = backend;
                #[cfg(feature = "relay")]
                let feed = page.edge.as_ref().map(|edge| (edge.clone(), backend.feed()));
                let boxed: Box<dyn Backend> = Box::new(backend);
                #[cfg(feature = "relay")]
                let boxed = match &feed {
                    Some((edge, sink)) => {
                        Box::new(framecast_relay::EdgeBackend::new(edge, boxed, Arc::clone(sink)))
                    }
                    None => boxed,
                };
                Candidate {
                    #[cfg(feature = "relay")]
                    feed,
                    #[cfg(any(feature = "record", feature = "relay"))]
                    updates: Some(updates),
                    #[cfg(feature = "relay")]
                    links: self.at(options).map(framecast_http::HttpServer::shared_links),
                    ..Candidate::new(name, Ok(boxed))
                }
            }
        }
    }

    /// A backend on the server at the address of `options`: the first canvas at `/`, another at
    /// `/NAME/`.
    fn backend(
        &mut self,
        options: &Options,
        canvas: &str,
        page: &Page,
        messages: Messages,
    ) -> Result<framecast_http::HttpBackend> {
        use framecast_api::Error;
        use framecast_http::HttpServer;
        use log::Level;

        use crate::options::ListenArg;

        let resources = resources(options, page)?;
        let open = |mut backend: framecast_http::HttpBackend| {
            backend.set_lossless(options.lossless);
            if let Some(resources) = resources {
                backend.set_resources(resources);
            }
            backend
        };
        if let Some(known) = self.servers.iter().find(|known| known.listen == options.listen) {
            if known.is_edge || page.is_edge() {
                return Err(Error::invalid_input(
                    "a canvas that is published elsewhere needs an address of its own, because the links of there let in to everything at that address; give it another --listen",
                ));
            }
            return Ok(open(free_name(&known.server, canvas)?));
        }
        // The address that counts is that of the socket.
        let handed = match options.listen {
            Some(ListenArg::Systemd) => Some(framecast_http::systemd_listener()?),
            _ => None,
        };
        let address = match (&handed, options.listen) {
            (Some(socket), _) => socket.local_addr().map_err(|error| {
                Error::failed(format!("the socket that systemd handed over: {error}"))
            })?,
            (None, Some(ListenArg::Address(address))) => address,
            (None, _) => ListenArg::DEFAULT_ADDRESS,
        };
        let config = config(options, address, page, messages)?;
        let encrypted = config.tls.is_some();
        let fingerprint = config.tls.as_ref().map(|tls| tls.fingerprint().to_owned());
        let reachable = !is_loopback(address) && !encrypted;
        if reachable && !options.insecure {
            return Err(Error::invalid_input(format!(
                "{address} can be reached by others, and what they see and the links they use are not encrypted; add --tls self-signed, or --tls-cert and --tls-key; or listen on 127.0.0.1 (and use ssh -L, or a proxy with TLS); or add --insecure"
            )));
        }
        let server = match (handed, options.listen) {
            (Some(socket), _) => HttpServer::from_listener(socket, config)?,
            (None, Some(_)) => HttpServer::bind_with(address, config)?,
            // Somebody who did not choose a port does not mind another one.
            (None, None) => HttpServer::bind_with(address, config.clone()).or_else(|error| {
                let free = std::net::SocketAddr::new(address.ip(), 0);
                HttpServer::bind_with(free, config).map_err(|_| error)
            })?,
        };
        if reachable {
            messages.notice(
                Level::Warn,
                "http    warning: nothing is encrypted; who listens to the network sees the picture and can use the links",
            );
        }
        if let Some(warning) = server.warning() {
            messages.notice(Level::Warn, &format!("http    warning: {warning}"));
        }
        if let Some(fingerprint) = fingerprint {
            let message = format!("http    certificate, SHA-256: {fingerprint}");
            messages.notice(Level::Info, &message);
        }
        let backend = server.canvas(None)?;
        #[cfg(feature = "relay")]
        if let Some(edge) = &page.edge {
            follow_links(edge, page.edge_drivers, &server, messages);
        }
        self.servers.push(Server { listen: options.listen, server, is_edge: page.is_edge() });
        Ok(open(backend))
    }
}

/// Has the origin's links let in at `server`: those to watch, and with `drivers` those to drive.
#[cfg(all(feature = "http", feature = "relay"))]
fn follow_links(
    edge: &framecast_relay::Edge,
    drivers: bool,
    server: &framecast_http::HttpServer,
    messages: Messages,
) {
    let tell = move |done: Result<()>| {
        if let Err(error) = done {
            let message = format!("relay   the links of the origin stay as they were: {error}");
            messages.notice(log::Level::Warn, &message);
        }
    };
    let links = server.shared_links();
    edge.feed_links(move |origins| tell(links.follow(origins)));
    if drivers {
        let links = server.shared_links();
        edge.feed_drive_links(move |origins| tell(links.follow_drivers(origins)));
    }
}

/// Whether only this machine can reach `address`, also where it is written as one of IPv6.
#[cfg(feature = "http")]
fn is_loopback(address: std::net::SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

/// How strangers are treated at `address`, by the flags.
#[cfg(feature = "http")]
fn config(
    options: &Options,
    address: std::net::SocketAddr,
    page: &Page,
    messages: Messages,
) -> Result<framecast_http::ServerConfig> {
    use framecast_http::VideoMode;

    use crate::options::VideoArg;

    let mut config = framecast_http::ServerConfig::default();
    // What is no text is not among those that are looked for.
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let from_environment = framecast_http::Link::from_variables(variables)?;
    let asked = !options.link.is_empty() || options.link_file.is_some();
    if options.no_auth && (asked || !from_environment.is_empty()) {
        return Err(framecast_api::Error::invalid_input(
            "--no-auth lets everybody on this machine drive without a link, so --link, --link-file and FRAMECAST_LINK_ variables would mean nothing; drop one of them",
        ));
    }
    if !options.link.is_empty() || !from_environment.is_empty() {
        let link = |arg: &crate::options::LinkArg| {
            let link = framecast_http::Link::new(&arg.name, arg.role);
            match arg.lifetime {
                Some(lifetime) => link.expires_in(lifetime),
                None => link,
            }
        };
        config.links = options.link.iter().map(link).chain(from_environment).collect();
    }
    config.link_file.clone_from(&options.link_file);
    config.fixed_links = options.fixed_links;
    config.watch_only = page.is_edge();
    config.reporter = framecast_http::Reporter::new(move |level, message| {
        messages.notice(level, &format!("http    {message}"));
    });
    config.tls = tls(options, address)?;
    config.no_auth = options.no_auth;
    config.allow_origins.clone_from(&options.allow_origin);
    config.allow_hosts.clone_from(&options.allow_host);
    config.frame_ancestors.clone_from(&options.frame_ancestors);
    config.trusted_proxies.clone_from(&options.trusted_proxy);
    config.public_url.clone_from(&options.public_url);
    config.also.clone_from(&options.also);
    config.live = options.live;
    config.video = match options.video.unwrap_or_default() {
        VideoArg::Auto => VideoMode::Auto,
        VideoArg::Never => VideoMode::Never,
        VideoArg::Always => VideoMode::Always,
    };
    if let Some(path) = &options.base_path {
        config.path.clone_from(path);
    }
    if let Some(clients) = options.clients {
        config.limits.set_clients(clients);
    }
    Ok(config)
}

/// The files of a canvas' page; the flag's directory comes before what the application has, and what
/// the flags let the page use comes to what the application does.
#[cfg(feature = "http")]
fn resources(options: &Options, page: &Page) -> Result<Option<framecast_http::Resources>> {
    let mut found = page.resources.clone();
    if let Some(root) = &options.web_root {
        found = Some(found.unwrap_or_default().with_directory(root)?);
    }
    for sources in &options.web_sources {
        found = Some(found.unwrap_or_default().with_sources(sources)?);
    }
    if options.no_status {
        found = Some(found.unwrap_or_default().without_status());
    }
    Ok(found)
}

/// What the web mirror at `address` is encrypted with, by the flags.
#[cfg(feature = "http")]
fn tls(options: &Options, address: std::net::SocketAddr) -> Result<Option<framecast_http::Tls>> {
    use framecast_api::Error;
    use framecast_http::Tls;

    use crate::options::TlsArg;

    let hosts = &options.allow_host;
    // Only what is self-signed is kept, so that the flag alone says enough.
    let is_self_signed = options.tls == Some(TlsArg::SelfSigned) || options.tls_keep.is_some();
    match (is_self_signed, &options.tls_cert, &options.tls_key) {
        (false, None, None) => Ok(None),
        (false, Some(certificate), Some(key)) => Tls::from_files(certificate, key).map(Some),
        (true, None, None) => match &options.tls_keep {
            Some(file) => Tls::self_signed_in(file, address, hosts).map(Some),
            None => Tls::self_signed(address, hosts).map(Some),
        },
        (false, ..) => Err(Error::invalid_input(
            "--tls-cert and --tls-key go together: a certificate and its private key",
        )),
        (true, ..) => Err(Error::invalid_input(
            "there can be one certificate: --tls self-signed or --tls-keep, or --tls-cert and --tls-key",
        )),
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
    fn candidate(&mut self, _: &Options, _: &str, _: &Page, _: Messages) -> Candidate {
        let _ = self;
        let error = crate::options::not_built_in("the web mirror", "http");
        Candidate::new(BackendKind::Http.name(), Err(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(all(feature = "window", feature = "terminal"))]
    fn chosen(display: bool, terminal: bool, ssh: bool) -> Vec<BackendKind> {
        let mut kinds = automatic(&Surroundings { display, terminal, ssh });
        kinds.retain(|kind| *kind != BackendKind::Http);
        kinds
    }

    #[test]
    #[cfg(all(feature = "window", feature = "terminal"))]
    fn a_window_comes_first_at_the_machine_and_the_terminal_over_ssh() {
        assert_eq!(chosen(true, true, false), [BackendKind::Window]);
        assert_eq!(chosen(false, true, false), [BackendKind::Terminal]);
        assert_eq!(chosen(true, true, true), [BackendKind::Terminal]);
        assert_eq!(chosen(true, false, true), [BackendKind::Window], "output goes to a file");
        assert_eq!(chosen(false, false, false), [BackendKind::Window], "it says why not");
    }

    #[test]
    #[cfg(feature = "terminal")]
    fn every_way_to_show_a_picture_in_a_terminal_is_a_flag() {
        let names: Vec<_> = crate::TerminalArg::ALL.iter().map(|it| it.name()).collect();
        let known: Vec<_> =
            framecast_terminal::TerminalPicture::ALL.iter().map(|it| it.name()).collect();
        assert_eq!(names, known);
    }

    #[test]
    #[cfg(all(feature = "record", feature = "options"))]
    fn standard_output_is_one_thing() {
        let recorders = |flags: &[&str]| {
            let options = Options::parse("app", flags).unwrap();
            recorders(&options, Messages::Facade).map(|all| all.len())
        };
        assert_eq!(recorders(&["--record", "-", "--record", "a.fcast"]).unwrap(), 2);
        assert!(recorders(&["--record", "a.fcast", "--record", "a.fcast"]).is_err());
        for flags in
            [["--record", "-", "--record", "-"], ["--record", "-", "--print-links", "json"]]
        {
            assert!(recorders(&flags).unwrap_err().to_string().contains("one thing"));
        }
        let input = ["--record", "a.y4m", "--record-input", "a.y4m", "--record-format", "rgba"];
        assert!(recorders(&input).is_err());
        let input = ["--record", "a.fcast", "--record-input", "a.fcast"];
        assert_eq!(recorders(&input).unwrap(), 1);
    }
}
