//! A page load as a browser does it: the page, and all files that it names, a few at a time.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

/// Connections at a time, as browsers have to one server.
const AT_ONCE: usize = 6;
/// Browsers wait longer; whoever looks at the page does not.
const PATIENCE: Duration = Duration::from_secs(20);
/// Files are small; more than this is not our page.
const LONGEST: u64 = 1024 * 1024;

/// Loads the page at `server` from `ours`, an address of this machine: how long it took, and how
/// many files it is.
pub(crate) fn load(server: SocketAddr, ours: IpAddr) -> Result<(Duration, usize), String> {
    let start = Instant::now();
    let mut known = BTreeSet::from([String::new()]);
    let mut wave: Vec<String> = known.iter().cloned().collect();
    while !wave.is_empty() {
        let files = fetch_all(server, ours, &wave)?;
        let named = files.iter().flat_map(|file| names(file));
        wave = named.filter(|name| known.insert(name.clone())).collect();
    }
    Ok((start.elapsed(), known.len()))
}

fn fetch_all(server: SocketAddr, ours: IpAddr, paths: &[String]) -> Result<Vec<String>, String> {
    let left = Mutex::new(paths.iter());
    let next = || left.lock().ok().and_then(|mut left| left.next());
    std::thread::scope(|scope| {
        let fetch_some = || {
            let mut files = Vec::new();
            while let Some(path) = next() {
                let file = fetch(server, ours, path);
                files.push(file.map_err(|error| format!("GET /{path}: {error}"))?);
            }
            Ok::<_, String>(files)
        };
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(fetch_some)).collect();
        let mut files = Vec::new();
        for worker in workers {
            files.extend(worker.join().map_err(|_| "a worker panicked")??);
        }
        Ok(files)
    })
}

/// The body of what is at `path`, if the answer is 200 and complete.
fn fetch(server: SocketAddr, ours: IpAddr, path: &str) -> Result<String, String> {
    let connect = || {
        let socket = Socket::new(Domain::for_address(server), Type::STREAM, None)?;
        socket.bind(&SocketAddr::new(ours, 0).into())?;
        socket.connect_timeout(&server.into(), PATIENCE)?;
        let mut stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET /{path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.take(LONGEST).read_to_end(&mut answer)?;
        Ok(answer)
    };
    let answer = connect().map_err(|error: std::io::Error| error.to_string())?;
    body(&String::from_utf8_lossy(&answer)).map(str::to_owned)
}

fn body(answer: &str) -> Result<&str, String> {
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("it ended before the answer")?;
    let mut lines = head.lines();
    let status = lines.next().unwrap_or_default();
    if status.split(' ').nth(1) != Some("200") {
        return Err(format!("the answer is {status:?}"));
    }
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    match length {
        Some(length) if length == body.len() => Ok(body),
        Some(length) => Err(format!("{} of {length} bytes came", body.len())),
        None => Err("it says no length".to_owned()),
    }
}

/// The files beside it that `file` names in quotes: modules, the style, the icon.
fn names(file: &str) -> Vec<String> {
    let plain =
        |name: &str| name.bytes().all(|it| it.is_ascii_alphanumeric() || b"-.".contains(&it));
    // What is between two names is no name: there is no need to know which quotes belong together.
    let ours = file.split('"').filter_map(|text| {
        let name = text.strip_prefix("./").unwrap_or(text);
        let (stem, kind) = name.rsplit_once('.')?;
        let loaded = matches!(kind, "js" | "css" | "svg");
        (loaded && plain(name) && !stem.is_empty()).then(|| name.to_owned())
    });
    ours.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_names_what_the_page_loads_with_it() {
        let file = r#"<link href="style.css"/> import x from "./a-b.js"; "https://x/y.js" "z.png""#;
        assert_eq!(names(file), ["style.css", "a-b.js"]);
        assert!(names("\"\" \".js\" none").is_empty());
    }

    #[test]
    fn only_a_complete_answer_counts() {
        assert_eq!(body("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), Ok("hi"));
        for bad in [
            "",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nh",
            "HTTP/1.1 200 OK\r\n\r\nhi",
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nhi",
        ] {
            assert!(body(bad).is_err(), "{bad}");
        }
    }
}
