//! The real `nats-server`, started and killed by a test.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::LIMIT;

/// What the server logs before the address at which it listens. The log says it as it happens, with the port that was
/// picked.
const CLIENTS: &str = "Listening for client connections on ";
const ROUTES: &str = "Listening for route connections on ";

/// A server with its own configuration, at a port that the system picked. It is killed when this value is dropped.
#[derive(Debug)]
pub struct NatsServer {
    file: PathBuf,
    address: SocketAddr,
    log: Arc<Log>,
    running: Option<Running>,
    /// Holds the file of a configuration that was passed as text.
    _folder: Option<TempDir>,
}

#[derive(Debug)]
struct Running {
    process: Child,
    /// Reads what it logs.
    reader: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Log {
    state: Mutex<LogState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct LogState {
    text: String,
    ended: bool,
}

impl NatsServer {
    /// Starts a server with a configuration; an empty one lets everybody in. Its clients connect at a port of the
    /// loopback address, whatever the configuration says.
    ///
    /// # Panics
    ///
    /// Panics with the server's log if it does not start.
    pub fn start(config: &str) -> Self {
        let folder = TempDir::new().expect("a folder for the configuration");
        let file = folder.path().join("nats.conf");
        fs::write(&file, config).expect("the configuration's file");
        Self::launch(file, Some(folder))
    }

    /// Starts a server with the configuration in a file, which may include others. The address of its clients is
    /// replaced, as by [`NatsServer::start`].
    ///
    /// # Panics
    ///
    /// Panics with the server's log if it does not start.
    pub fn start_file(file: &Path) -> Self {
        Self::launch(file.to_owned(), None)
    }

    /// Starts `n` servers that are a cluster, each with this configuration, and waits until each knows all others.
    ///
    /// A subscription reaches the other servers a moment after its own server confirmed it.
    ///
    /// # Panics
    ///
    /// Panics with a server's log if it does not start.
    pub fn cluster(n: usize, config: &str) -> Vec<Self> {
        let mut servers: Vec<Self> = Vec::new();
        let mut routes: Vec<SocketAddr> = Vec::new();
        for _ in 0..n {
            let server = Self::start(&in_cluster(config, "127.0.0.1:-1", &routes));
            routes.push(server.log.address_after(ROUTES, 0));
            servers.push(server);
        }
        for (server, route) in servers.iter().zip(&routes) {
            // For when it is started again: it keeps its port and looks for all others.
            let text = in_cluster(config, &route.to_string(), &routes);
            fs::write(&server.file, text).expect("the configuration's file");
            server.wait_for_cluster(n);
        }
        servers
    }

    /// Waits until the server knows `n` servers of its cluster, itself included.
    ///
    /// # Panics
    ///
    /// Panics after [`LIMIT`].
    pub fn wait_for_cluster(&self, n: usize) {
        let end = Instant::now() + LIMIT;
        while self.known_servers() < n {
            assert!(
                Instant::now() < end,
                "no cluster of {n} servers after {LIMIT:?}:\n{}",
                self.log()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until it has logged a text.
    ///
    /// # Panics
    ///
    /// Panics with the log after [`LIMIT`], or if the server ended without it.
    pub fn wait_for_log(&self, text: &str) {
        let missing = |state: &mut LogState| !state.text.contains(text) && !state.ended;
        let waited = self.log.changed.wait_timeout_while(self.log.state(), LIMIT, missing);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(state.text.contains(text), "the log does not say {text:?}:\n{}", state.text);
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where clients connect, as a URL.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// The number of its process; `None` while it is killed.
    pub fn process_id(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.process.id())
    }

    /// Ends it at once, as `kill -9` does.
    pub fn kill(&mut self) {
        if let Some(Running { mut process, reader }) = self.running.take() {
            let _ = process.kill();
            let _ = process.wait();
            let _ = reader.join();
        }
    }

    /// Starts it again, at the same port. One that runs is killed before.
    ///
    /// # Panics
    ///
    /// Panics with the server's log if it does not start.
    pub fn start_again(&mut self) {
        self.kill();
        self.spawn(self.address.port().into());
    }

    /// What it logged so far, also before it was started again.
    pub fn log(&self) -> String {
        self.log.state().text.clone()
    }

    fn launch(file: PathBuf, folder: Option<TempDir>) -> Self {
        let mut server = Self {
            file,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            log: Arc::default(),
            running: None,
            _folder: folder,
        };
        // The system picks a port.
        server.spawn(-1);
        server
    }

    fn spawn(&mut self, port: i32) {
        let logged = self.log.state().text.len();
        let mut command = Command::new("nats-server");
        command
            .args(["--addr", "127.0.0.1", "--port", &port.to_string(), "--config"])
            .arg(&self.file);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap_or_else(|error| {
            panic!("cannot start nats-server, of Debian's package nats-server, which tests/run installs: {error}")
        });
        let errors = process.stderr.take().expect("standard error is a pipe");
        let log = self.log.clone();
        log.state().ended = false;
        let reader = thread::spawn(move || {
            for line in BufReader::new(errors).split(b'\n').map_while(Result::ok) {
                log.state().text += &format!("{}\n", String::from_utf8_lossy(&line));
                log.changed.notify_all();
            }
            log.state().ended = true;
            log.changed.notify_all();
        });
        self.running = Some(Running { process, reader });
        self.address = self.log.address_after(CLIENTS, logged);
    }

    /// Number of servers that its INFO names; none if it names no others.
    fn known_servers(&self) -> usize {
        let info = TcpStream::connect(self.address).and_then(|socket| {
            socket.set_read_timeout(Some(LIMIT))?;
            let mut line = String::new();
            BufReader::new(socket).read_line(&mut line)?;
            Ok(line)
        });
        let info = info.unwrap_or_default();
        let info = info.strip_prefix("INFO ").unwrap_or_default();
        let info: serde_json::Value = serde_json::from_str(info).unwrap_or_default();
        info["connect_urls"].as_array().map_or(0, Vec::len)
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Log {
    fn state(&self) -> MutexGuard<'_, LogState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for an address that is logged after `mark`, at byte `from` or later.
    fn address_after(&self, mark: &str, from: usize) -> SocketAddr {
        let find = |text: &str| {
            let (_, rest) = text[from..].split_once(mark)?;
            rest.lines().next()?.trim().parse().ok()
        };
        let (state, _) = self
            .changed
            .wait_timeout_while(self.state(), LIMIT, |state| {
                find(&state.text).is_none() && !state.ended
            })
            .unwrap_or_else(PoisonError::into_inner);
        find(&state.text)
            .unwrap_or_else(|| panic!("nats-server does not listen:\n{}", &state.text[from..]))
    }
}

/// A configuration with a cluster's part.
fn in_cluster(config: &str, listen: &str, routes: &[SocketAddr]) -> String {
    let routes: Vec<String> = routes.iter().map(|route| format!("nats://{route}")).collect();
    format!("{config}\ncluster {{ name: test, listen: \"{listen}\", routes: {routes:?} }}\n")
}
