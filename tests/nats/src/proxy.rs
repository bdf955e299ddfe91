//! A link between a client and a server that can be made bad.

use std::collections::{BTreeMap, HashMap};
use std::io::{ErrorKind, Read, Result, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::faults::{Direction, Fate, Faults};
use crate::wire::{Decoder, Operation};
use crate::{LIMIT, NatsServer};

/// What is read at once.
const CHUNK: usize = 64 * 1024;
/// What a link with a rate carries at once.
const PART: usize = 1024;

/// A TCP proxy on a loopback address in front of a NATS server. It understands the protocol, without TLS, so that it
/// can count messages and lose, repeat and delay those of some subjects. Other servers of a cluster, which the server
/// tells its clients about, are taken out of what it says, so that no client goes around the proxy.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    link: Arc<Link>,
    accepting: Option<JoinHandle<()>>,
}

/// Messages of some subjects, in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Those that were passed on. One that is repeated counts twice.
    pub messages: u64,
    /// Bytes of these on the wire, with their lines.
    pub bytes: u64,
    /// Those that were lost.
    pub dropped: u64,
    /// Those that were sent twice.
    pub repeated: u64,
    /// Those that others could overtake.
    pub delayed: u64,
}

#[derive(Debug)]
struct Link {
    to: SocketAddr,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    held: bool,
    ended: bool,
    /// Bytes a second to each client; `None`: as many as there are.
    rate: Option<f64>,
    faults: Vec<Faults>,
    /// By the subject, from the client and to it.
    counts: BTreeMap<String, [Count; 2]>,
    /// Both sockets of each connection, by its number.
    connections: HashMap<u64, Vec<TcpStream>>,
    next: u64,
}

impl Proxy {
    /// Starts a proxy in front of the server at `to`.
    ///
    /// # Panics
    ///
    /// Panics if it cannot listen.
    pub fn start(to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of the loopback address");
        let address = listener.local_addr().expect("the address that was bound");
        let link = Arc::new(Link { to, state: Mutex::default(), changed: Condvar::new() });
        let accepted_by = link.clone();
        let accepting = thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Some(number) = accepted_by.register(&client) else {
                    return;
                };
                let link = accepted_by.clone();
                thread::spawn(move || {
                    // Connections end; that is no error here.
                    let _ = link.connect(number, client);
                    link.state().connections.remove(&number);
                    link.changed.notify_all();
                });
            }
        });
        Self { address, link, accepting: Some(accepting) }
    }

    /// Starts a proxy in front of `server`.
    pub fn of(server: &NatsServer) -> Self {
        Self::start(server.address())
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where clients connect, as a URL.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// Makes messages suffer `faults` from now on, in place of those that were set before. The first faults that are
    /// of a message's subject and direction decide.
    pub fn set_faults(&self, faults: impl IntoIterator<Item = Faults>) {
        self.link.state().faults = faults.into_iter().collect();
    }

    /// Closes all connections. New ones are possible.
    pub fn cut(&self) {
        close(&self.link.state());
    }

    /// Stops passing bytes, in both directions, without closing anything: a link that is dead. A new connection is
    /// accepted, and then nothing comes.
    pub fn hold(&self) {
        self.link.state().held = true;
    }

    /// Passes bytes again, first those that were held.
    pub fn release(&self) {
        self.link.state().held = false;
        self.link.changed.notify_all();
    }

    /// Sends each client no more than `rate` bytes a second from now on; `None`: as many as there are. What is too much
    /// waits at the server.
    pub fn set_rate(&self, rate: Option<f64>) {
        self.link.state().rate = rate;
        self.link.changed.notify_all();
    }

    /// Number of connections of clients.
    pub fn connections(&self) -> usize {
        self.link.state().connections.len()
    }

    /// Returns what happened so far to messages whose subject begins with `subject`.
    pub fn count(&self, direction: Direction, subject: &str) -> Count {
        self.link.state().count(direction, subject)
    }

    /// Waits until `enough` accepts what happened to messages whose subject begins with `subject`, and returns it.
    ///
    /// # Panics
    ///
    /// Panics after [`LIMIT`].
    pub fn wait_for(
        &self,
        direction: Direction,
        subject: &str,
        mut enough: impl FnMut(Count) -> bool,
    ) -> Count {
        let waiting = |state: &mut State| !enough(state.count(direction, subject));
        let (state, wait) = self
            .link
            .changed
            .wait_timeout_while(self.link.state(), LIMIT, waiting)
            .unwrap_or_else(PoisonError::into_inner);
        let count = state.count(direction, subject);
        assert!(!wait.timed_out(), "{subject} {direction:?}: still {count:?} after {LIMIT:?}");
        count
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let mut state = self.link.state();
        state.ended = true;
        close(&state);
        drop(state);
        self.link.changed.notify_all();
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

impl Link {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the number of a new connection, or nothing if the proxy has ended.
    fn register(&self, client: &TcpStream) -> Option<u64> {
        let mut state = self.state();
        if state.ended {
            return None;
        }
        let number = state.next;
        state.next += 1;
        state.connections.insert(number, vec![client.try_clone().ok()?]);
        Some(number)
    }

    /// Carries one connection until it ends.
    fn connect(&self, number: u64, client: TcpStream) -> Result<()> {
        self.wait_while_held();
        let server = TcpStream::connect(self.to)?;
        for socket in [&client, &server] {
            socket.set_nodelay(true)?;
        }
        if let Some(sockets) = self.state().connections.get_mut(&number) {
            sockets.push(server.try_clone()?);
        }
        let (from, to) = (client.try_clone()?, server.try_clone()?);
        thread::scope(|scope| {
            scope.spawn(|| self.carry(Direction::FromClient, from, to));
            self.carry(Direction::ToClient, server, client);
        });
        Ok(())
    }

    /// Carries one direction of a connection until it ends, and ends the other.
    fn carry(&self, direction: Direction, from: TcpStream, to: TcpStream) {
        let result = self.pump(direction, &from, &to);
        if let Err(error) = &result
            && error.kind() == ErrorKind::InvalidData
        {
            eprintln!("proxy of {}: {error}", self.to);
        }
        for socket in [from, to] {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    fn pump(&self, direction: Direction, mut from: &TcpStream, mut to: &TcpStream) -> Result<()> {
        let mut decoder = Decoder::default();
        let mut delayed: Vec<(Instant, Operation)> = Vec::new();
        let mut chunk = vec![0; CHUNK];
        loop {
            let due = delayed.iter().map(|(due, _)| *due).min();
            let until_due = due.map(|due| due.saturating_duration_since(Instant::now()));
            // No time at all would be refused.
            from.set_read_timeout(until_due.map(|time| time.max(Duration::from_millis(1))))?;
            match from.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(length) => decoder.push(&chunk[..length]),
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(error) => return Err(error),
            }
            self.wait_while_held();
            let mut passed = Vec::new();
            while let Some(operation) = decoder.next_operation()? {
                self.decide(direction, operation, &mut passed, &mut delayed);
            }
            let now = Instant::now();
            passed.extend(
                delayed.extract_if(.., |(due, _)| *due <= now).map(|(_, operation)| operation),
            );
            for operation in passed {
                for part in operation.bytes().chunks(PART) {
                    self.wait_for_link(direction, part.len());
                    to.write_all(part)?;
                }
                self.record(direction, &operation, |count| {
                    count.messages += 1;
                    count.bytes += operation.bytes().len() as u64;
                });
            }
        }
    }

    /// Puts an operation among those that go on now or later, or among neither.
    fn decide(
        &self,
        direction: Direction,
        operation: Operation,
        passed: &mut Vec<Operation>,
        delayed: &mut Vec<(Instant, Operation)>,
    ) {
        let fate = operation.message().and_then(|message| {
            let mut state = self.state();
            state.faults.iter_mut().find_map(|faults| faults.decide(direction, message.subject))
        });
        match fate.unwrap_or(Fate::Pass) {
            Fate::Pass => passed.push(without_other_servers(operation)),
            Fate::Drop => self.record(direction, &operation, |count| count.dropped += 1),
            Fate::Repeat => {
                self.record(direction, &operation, |count| count.repeated += 1);
                passed.extend([operation.clone(), operation]);
            }
            Fate::Delay(time) => {
                self.record(direction, &operation, |count| count.delayed += 1);
                delayed.push((Instant::now() + time, operation));
            }
        }
    }

    /// Counts a message; other operations are not counted.
    fn record(&self, direction: Direction, operation: &Operation, count: impl FnOnce(&mut Count)) {
        if let Some(message) = operation.message() {
            let mut state = self.state();
            count(
                &mut state.counts.entry(message.subject.to_owned()).or_default()
                    [direction as usize],
            );
            drop(state);
            self.changed.notify_all();
        }
    }

    /// Waits as long as a link with a rate takes for so many bytes.
    fn wait_for_link(&self, direction: Direction, length: usize) {
        let start = Instant::now();
        let mut state = self.state();
        while let Some(rate) = state.rate.filter(|_| direction == Direction::ToClient)
            && !state.ended
        {
            let takes = Duration::from_secs_f64(length as f64 / rate);
            let Some(rest) = takes.checked_sub(start.elapsed()).filter(|it| !it.is_zero()) else {
                return;
            };
            let waited = self.changed.wait_timeout(state, rest);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn wait_while_held(&self) {
        let waited = self.changed.wait_while(self.state(), |state| state.held && !state.ended);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

impl State {
    fn count(&self, direction: Direction, subject: &str) -> Count {
        let of_subject = self.counts.iter().filter(|(each, _)| each.starts_with(subject));
        of_subject.fold(Count::default(), |sum, (_, counts)| {
            let count = counts[direction as usize];
            Count {
                messages: sum.messages + count.messages,
                bytes: sum.bytes + count.bytes,
                dropped: sum.dropped + count.dropped,
                repeated: sum.repeated + count.repeated,
                delayed: sum.delayed + count.delayed,
            }
        })
    }
}

fn close(state: &State) {
    for socket in state.connections.values().flatten() {
        let _ = socket.shutdown(Shutdown::Both);
    }
}

/// Takes the addresses of other servers out of the server's INFO.
fn without_other_servers(operation: Operation) -> Operation {
    if !operation.is("INFO") {
        return operation;
    }
    let Ok(mut info) = serde_json::from_str::<serde_json::Value>(operation.argument()) else {
        return operation;
    };
    if let Some(fields) = info.as_object_mut() {
        for field in ["connect_urls", "ws_connect_urls"] {
            fields.remove(field);
        }
    }
    Operation::of_line(&format!("INFO {info}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_learns_of_no_other_server() {
        let info = Operation::of_line(
            r#"INFO {"version":"2.9","connect_urls":["10.0.0.1:4222"],"ws_connect_urls":[]}"#,
        );
        assert_eq!(without_other_servers(info).argument(), r#"{"version":"2.9"}"#);
        let ping = Operation::of_line("PING");
        assert_eq!(without_other_servers(ping.clone()), ping);
    }
}
