//! The process that is measured.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::content::Content;

/// Anything here takes less, on the busiest machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// How the framecast program serves.
pub(crate) const HTTP: [&str; 5] = ["--backend", "http", "--listen", "127.0.0.1:0", "--no-auth"];
/// Of the kernel's accounting of socket memory.
const PAGE: u64 = 4096;

/// Where a server is, and what it wants to see before it lets somebody in.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) address: SocketAddr,
    /// The secret of its first link; `None`: it asks for none.
    pub(crate) token: Option<String>,
}

impl Place {
    /// Reads a link: `http://127.0.0.1:60649/#token=…`.
    pub(crate) fn of(link: &str) -> Option<Self> {
        let (address, rest) = link.strip_prefix("http://")?.split_once('/')?;
        let token = rest.split_once("#token=").map(|(_, token)| token.to_owned());
        Some(Self { address: address.parse().ok()?, token })
    }
}

/// A running program; ends when dropped.
pub(crate) struct Server {
    child: Child,
    /// What writes its frames.
    feeder: Option<Child>,
    place: Option<Place>,
    /// It has statistics.
    tells: bool,
}

impl Server {
    /// Shows a content of ours at so many frames a second.
    pub(crate) fn of(content: Content, fps: u32) -> Result<Self, String> {
        Self::start(&own()?, &["serve", "--fps", &fps.to_string(), content.name()], true)
    }

    /// The same, for so many clients at most.
    pub(crate) fn for_many(content: Content, fps: u32, clients: u32) -> Result<Self, String> {
        let (fps, clients) = (fps.to_string(), clients.to_string());
        let flags = ["serve", "--fps", &fps, "--clients", &clients, content.name()];
        Self::start(&own()?, &flags, true)
    }

    /// Shows a content of ours, and records it in this file.
    pub(crate) fn recorded(content: Content, fps: u32, path: &Path) -> Result<Self, String> {
        let path = path.to_str().ok_or("the path is not UTF-8")?;
        let fps = fps.to_string();
        let flags = ["serve", "--record", path, "--fps", &fps, content.name()];
        Self::start(&own()?, &flags, true)
    }

    /// Publishes a content of ours for edges, at this address of a NATS bus.
    pub(crate) fn publishing(content: Content, fps: u32, address: &str) -> Result<Self, String> {
        let flags = ["serve", "--publish", address, "--fps", &fps.to_string(), content.name()];
        Self::start(&own()?, &flags, false)
    }

    /// Draws it for nobody.
    pub(crate) fn alone(content: Content, fps: u32) -> Result<Self, String> {
        let fps = fps.to_string();
        Self::start(&own()?, &["serve", "--alone", "--fps", &fps, content.name()], false)
    }

    /// rendercanvas, which shows full motion, and counts no frames that it presents.
    pub(crate) fn rendercanvas(python: &Path, script: &Path) -> Result<Self, String> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|it| it.local_addr());
        let address = free.map_err(|error| format!("no port is free: {error}"))?;
        let script = script.to_str().ok_or("the script's path is not UTF-8")?;
        let mut server = Self::start(python, &[script, &address.port().to_string()], false)?;
        server.place = Some(Place { address, token: None });
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            if !server.runs() || Instant::now() > until {
                return Err(format!(
                    "{} with {script} does not listen; has it what requirements.txt names?",
                    python.display()
                ));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// A demo of the framecast program, which is beside this one.
    pub(crate) fn demo(name: &str, size: &str, flags: &[&str]) -> Result<Self, String> {
        let flags = [&HTTP[..], flags, &["--size", size, "demo", name]].concat();
        Self::start(&program()?, &flags, true)
    }

    /// The framecast program with these arguments, which serves the canvas that it shows.
    pub(crate) fn framecast(arguments: &[&str]) -> Result<Self, String> {
        Self::start(&program()?, arguments, true)
    }

    /// The same, which serves nothing.
    pub(crate) fn unserved(arguments: &[&str]) -> Result<Self, String> {
        Self::start(&program()?, arguments, false)
    }

    /// The framecast program, which shows ffmpeg's moving test picture, 60 times a second.
    pub(crate) fn test_picture(size: &str, flags: &[&str]) -> Result<Self, String> {
        let source = format!("testsrc2=size={size}:rate=60");
        let mut feeder = Command::new("ffmpeg")
            .args(["-v", "error", "-nostdin", "-re", "-f", "lavfi", "-i", &source])
            .args(["-pix_fmt", "yuv444p", "-f", "yuv4mpegpipe", "-"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| {
                format!("cannot run ffmpeg ({error}); on Debian: apt-get install ffmpeg")
            })?;
        let frames = feeder.stdout.take().map_or_else(Stdio::null, Stdio::from);
        let server = Self::fed(&program()?, &[&HTTP[..], flags, &["pipe"]].concat(), true, frames);
        if server.is_err() {
            let _ = feeder.kill();
            let _ = feeder.wait();
        }
        server.map(|mut server| {
            server.feeder = Some(feeder);
            server
        })
    }

    fn start(program: &Path, arguments: &[&str], listens: bool) -> Result<Self, String> {
        Self::fed(program, arguments, listens, Stdio::null())
    }

    fn fed(
        program: &Path,
        arguments: &[&str],
        listens: bool,
        input: Stdio,
    ) -> Result<Self, String> {
        let mut command = Command::new(program);
        command.args(arguments).env_remove("FRAMECAST_BACKEND");
        let errors = if listens { Stdio::piped() } else { Stdio::null() };
        command.stdin(input).stdout(Stdio::null()).stderr(errors);
        let child = command.spawn();
        let child =
            child.map_err(|error| format!("cannot start {}: {error}", program.display()))?;
        let mut server = Self { child, feeder: None, place: None, tells: listens };
        let Some(errors) = server.child.stderr.take().filter(|_| listens) else {
            return Ok(server);
        };
        let mut lines = BufReader::new(errors).lines();
        let place = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let link = &line[line.find("http://")?..];
            Place::of(link.split_whitespace().next()?)
        });
        server.place = Some(place.ok_or("the server told no address")?);
        // Whatever else it says: nobody should wait for us.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(server)
    }

    pub(crate) fn place(&self) -> Result<Place, String> {
        self.place.clone().ok_or_else(|| "it serves nothing".to_owned())
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Its CPU time so far, in seconds.
    pub(crate) fn cpu(&self) -> Result<f64, String> {
        cpu_of(self.child.id())
    }

    /// Its resident memory in bytes.
    pub(crate) fn resident(&self) -> Result<u64, String> {
        let path = format!("/proc/{}/smaps_rollup", self.child.id());
        let text =
            fs::read_to_string(&path).map_err(|error| format!("cannot read {path}: {error}"))?;
        let rss = text.lines().find_map(|line| line.strip_prefix("Rss:"));
        let kilobytes = rss.and_then(|rss| rss.split_whitespace().next()?.parse::<u64>().ok());
        Ok(kilobytes.ok_or("no Rss")? * 1024)
    }

    /// Memory in the kernel of its ends of connections, in bytes; also of those that it has closed
    /// and that are not over.
    pub(crate) fn kernel(&self) -> Result<u64, String> {
        let port = self.place()?.address.port();
        let ours = format!("( sport = :{port} )");
        let mut command = Command::new("ss");
        let listed = command.args(["-Htmn", "state", "all", &ours]).stdin(Stdio::null()).output();
        let listed = listed.map_err(|error| {
            format!("cannot run ss ({error}); on Debian: apt-get install iproute2")
        })?;
        Ok(String::from_utf8_lossy(&listed.stdout).lines().map(queued).sum())
    }

    /// `GET stats`.
    pub(crate) fn stats(&self) -> Result<Value, String> {
        let wrong = |error: std::io::Error| format!("cannot ask for the statistics: {error}");
        let Place { address, token } = self.place()?;
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE).map_err(wrong)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(wrong)?;
        let bearer = token.map_or_else(String::new, |it| format!("Authorization: Bearer {it}\r\n"));
        write!(stream, "GET /stats HTTP/1.1\r\nHost: {address}\r\n{bearer}\r\n").map_err(wrong)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map_err(wrong)?;
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        serde_json::from_str(body).map_err(|error| format!("not statistics: {error}"))
    }

    /// Frames that the application presented.
    pub(crate) fn presented(&self) -> Result<u64, String> {
        self.stats()?["frames"]["presented"].as_u64().ok_or_else(|| "no frames".to_owned())
    }

    /// The same; 0 for one that does not tell.
    fn presented_so_far(&self) -> Result<u64, String> {
        if self.tells { self.presented() } else { Ok(0) }
    }

    /// Whether it has not ended by itself.
    pub(crate) fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for child in self.feeder.iter_mut().chain([&mut self.child]) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The CPU time of a process so far, in seconds.
pub(crate) fn cpu_of(pid: u32) -> Result<f64, String> {
    let tasks = format!("/proc/{pid}/task");
    let tasks = fs::read_dir(&tasks).map_err(|error| format!("cannot read {tasks}: {error}"))?;
    let mut nanoseconds = 0;
    for task in tasks.flatten() {
        // A thread may have ended just now.
        let stat = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        nanoseconds += stat.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or(0_u64);
    }
    Ok(nanoseconds as f64 / 1e9)
}

/// The bytes that a line of `ss -m` tells of: what waits to be read (r), to be sent (w), what is
/// reserved for more of it (f), and the rest (o, bl).
fn queued(line: &str) -> u64 {
    let Some((_, fields)) = line.split_once("skmem:(") else { return 0 };
    let fields = fields.split(')').next().unwrap_or_default().split(',');
    let values = fields.filter_map(|field| {
        let digits = field.find(|it: char| it.is_ascii_digit())?;
        let (name, value) = field.split_at(digits);
        ["r", "w", "f", "o", "bl"].contains(&name).then(|| value.parse::<u64>().ok())?
    });
    values.sum()
}

fn program() -> Result<PathBuf, String> {
    let program = own()?.with_file_name("framecast");
    match program.exists() {
        true => Ok(program),
        false => Err(format!("{} is missing: cargo build --release", program.display())),
    }
}

fn own() -> Result<PathBuf, String> {
    std::env::current_exe().map_err(|error| format!("where is this program? {error}"))
}

/// Memory of all TCP sockets of the machine, in bytes.
pub(crate) fn socket_memory() -> Result<u64, String> {
    let text = fs::read_to_string("/proc/net/sockstat").map_err(|error| error.to_string())?;
    let line = text.lines().find(|line| line.starts_with("TCP:")).ok_or("no TCP")?;
    let pages = line.split(' ').skip_while(|word| *word != "mem").nth(1);
    Ok(pages.and_then(|pages| pages.parse::<u64>().ok()).ok_or("no mem")? * PAGE)
}

/// CPU and frames between two moments.
pub(crate) struct Meter {
    cpu: f64,
    presented: u64,
    at: Instant,
}

/// What a [`Meter`] read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) cpu: f64,
    pub(crate) presented: u64,
    pub(crate) seconds: f64,
}

impl Meter {
    pub(crate) fn start(server: &Server) -> Result<Self, String> {
        let presented = server.presented_so_far()?;
        Ok(Self { presented, cpu: server.cpu()?, at: Instant::now() })
    }

    pub(crate) fn read(&self, server: &Server) -> Result<Reading, String> {
        let (cpu, seconds) = (server.cpu()? - self.cpu, self.at.elapsed().as_secs_f64());
        let presented = server.presented_so_far()?;
        Ok(Reading { cpu, presented: presented - self.presented, seconds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_a_socket_is_what_is_queued() {
        let line = "\t skmem:(r1,rb131072,t8,tb4194304,f2752,w46400,o16,bl32,d64)";
        assert_eq!(queued(line), 1 + 2752 + 46400 + 16 + 32);
        assert_eq!(queued("ESTAB 0 0 127.0.0.1:5 127.0.0.1:6"), 0);
    }

    #[test]
    fn a_link_is_a_place() {
        let place = Place::of("http://127.0.0.1:5/#token=abc").unwrap();
        assert_eq!((place.address.port(), place.token.as_deref()), (5, Some("abc")));
        assert_eq!(Place::of("http://127.0.0.1:5/").unwrap().token, None);
        for nothing in ["", "http://", "http://somewhere/", "127.0.0.1:5/"] {
            assert!(Place::of(nothing).is_none(), "{nothing}");
        }
    }
}
