//! The connection to the bus.

use std::future::ready;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{fmt, mem};

use async_nats::connection::State;
use async_nats::{
    Client, ConnectError, ConnectErrorKind, ConnectOptions, Event, Message, Subscriber,
};
use bytes::Bytes;
use framecast_api::{Error, Result};
use log::Level;
use tokio::sync::mpsc::{self, Receiver};

use crate::answers::Answers;
use crate::keys;
use crate::message::{self, MAX_UPDATE, SinceRequest};
use crate::settings::{Credentials, RelaySettings};
use crate::subjects::Inbox;

/// A server that does not answer for about three times as long is given up for another.
const PING_EVERY: Duration = Duration::from_secs(2);
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Between two attempts to connect, at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);
/// Messages that wait until they are handled, for each subscription: what is lost beyond that is repaired.
const CAPACITY: usize = 512;
/// Messages that wait until they are written. One has up to 256 KiB.
const UNWRITTEN: usize = 64;
/// A server that takes less in one message is of no use.
const LEAST_PAYLOAD: usize = 8 * 1024;
/// Things to tell that wait.
const EVENTS: usize = 256;

/// What happens to the connection.
#[derive(Debug, Clone, Copy)]
pub(crate) enum BusEvent {
    /// It is there, for the first time or again.
    Connected,
    Disconnected,
}

/// A connection, which comes back by itself.
pub(crate) struct Bus {
    pub(crate) client: Client,
    pub(crate) events: Receiver<BusEvent>,
    /// What comes back of what [`mark`](Self::mark) publishes.
    pub(crate) marks: Subscriber,
    marks_inbox: String,
    /// Counts what is cut into pieces.
    pieces: u64,
}

impl Bus {
    pub(crate) fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    pub(crate) async fn subscribe(&self, subject: &str) -> Result<Subscriber> {
        self.client.subscribe(subject.to_owned()).await.map_err(closed)
    }

    /// Takes its share of the requests at `subject`.
    pub(crate) async fn subscribe_as_one_of(
        &self,
        subject: &str,
        queue: &str,
    ) -> Result<Subscriber> {
        let (subject, queue) = (subject.to_owned(), queue.to_owned());
        self.client.queue_subscribe(subject, queue).await.map_err(closed)
    }

    pub(crate) async fn publish(&self, to: &str, bytes: impl Into<Bytes>) -> Result<()> {
        self.client.publish(to.to_owned(), bytes.into()).await.map_err(closed)
    }

    pub(crate) async fn ask(&self, at: &str, inbox: &str, bytes: impl Into<Bytes>) -> Result<()> {
        let (at, inbox) = (at.to_owned(), inbox.to_owned());
        self.client.publish_with_reply(at, inbox, bytes.into()).await.map_err(closed)
    }

    /// Connects anew: what waits for it at the server is dropped.
    pub(crate) async fn reconnect(&self) -> Result<()> {
        self.client.force_reconnect().await.map_err(closed)
    }

    /// Publishes an update in pieces.
    pub(crate) async fn publish_pieces(&mut self, to: &str, bytes: &Bytes) -> Result<()> {
        self.publish_cut(to, bytes, usize::MAX).await
    }

    /// The same, with messages of at most `longest` bytes.
    async fn publish_cut(&mut self, to: &str, bytes: &Bytes, longest: usize) -> Result<()> {
        self.pieces = self.pieces.wrapping_add(1);
        let longest = self.client.max_payload().min(longest);
        for piece in message::cut(bytes, self.pieces, longest) {
            self.publish(to, piece).await?;
        }
        Ok(())
    }

    /// Answers a request with what `find` has, if `limits` allow it and if the answer goes to an edge.
    pub(crate) async fn answer(
        &mut self,
        request: &Message,
        limits: &mut Answers,
        find: impl FnOnce(SinceRequest) -> Option<Bytes>,
    ) -> Result<()> {
        let to = request.reply.as_ref().filter(|to| Inbox::Edge.has(to));
        let Some((to, (purpose, since))) = to.zip(SinceRequest::parse(&request.payload)) else {
            return Ok(());
        };
        if !self.is_connected() || !limits.may(purpose, Instant::now()) {
            return Ok(());
        }
        if let Some(answer) = find(since).filter(|answer| answer.len() <= MAX_UPDATE) {
            self.publish_cut(to, &answer, message::answer_piece(answer.len())).await?;
            let mark = limits.sent(answer.len());
            self.mark(MarkOf::Answer, mark).await?;
        }
        Ok(())
    }

    /// Publishes a mark to this connection itself: it comes back when the server has taken everything before it.
    pub(crate) async fn mark(&self, what: MarkOf, number: u64) -> Result<()> {
        let to = format!("{}.{}.{number}", self.marks_inbox, what.name());
        self.publish(&to, Bytes::new()).await
    }

    /// What `message`, which came to the inbox of marks, marks.
    pub(crate) fn read_mark(message: &Message) -> Option<(MarkOf, u64)> {
        let mut parts = message.subject.rsplit('.');
        let number = parts.next()?.parse().ok()?;
        let name = parts.next()?;
        Some((MarkOf::ALL.into_iter().find(|it| it.name() == name)?, number))
    }
}

/// What a mark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkOf {
    Update,
    Answer,
    /// How late what arrives is.
    Lag,
}

impl MarkOf {
    const ALL: [Self; 3] = [Self::Update, Self::Answer, Self::Lag];

    fn name(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Answer => "answer",
            Self::Lag => "lag",
        }
    }
}

fn closed(error: impl fmt::Display) -> Error {
    Error::failed(format!("the connection to the bus is closed: {error}"))
}

/// A number that nobody can guess.
///
/// # Errors
/// "Failed" if the system gives no random bytes.
pub(crate) fn random() -> Result<u64> {
    let mut bytes = [0; 8];
    keys::fill(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

impl fmt::Debug for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bus")
    }
}

/// Connects, however long that takes. `first` is told how the first attempt went.
///
/// # Errors
/// If the server refuses the credentials, or if they cannot be read.
pub(crate) async fn connect(
    settings: &RelaySettings,
    inbox: Inbox,
    mut first: impl FnMut(Option<&Error>),
) -> Result<Bus> {
    if settings.address.is_exposed() {
        settings.reporter.report(
            Level::Warn,
            "warning: nats:// is not encrypted: others on the network can read the picture and the password; use tls://",
        );
    }
    let mut pause = Duration::from_millis(250);
    let mut told = false;
    loop {
        let (options, events) = options(settings, inbox)?;
        match options.connect(settings.address.servers()).await {
            Ok(client) if client.max_payload() < LEAST_PAYLOAD => {
                return Err(Error::failed(format!(
                    "{} takes messages of {} bytes at most; set max_payload to 64 KiB or more there",
                    settings.address,
                    client.max_payload()
                )));
            }
            Ok(client) => {
                first(None);
                if told {
                    let message = format!("connected to {}", settings.address);
                    settings.reporter.report(Level::Info, &message);
                }
                let marks_inbox = client.new_inbox();
                let marks = client.subscribe(format!("{marks_inbox}.>")).await.map_err(closed)?;
                return Ok(Bus { client, events, marks, marks_inbox, pieces: random()? });
            }
            Err(error) if is_final(&error) => {
                return Err(failed(settings, &error, "check the credentials"));
            }
            Err(error) => {
                if !mem::replace(&mut told, true) {
                    let error = failed(settings, &error, "it is tried again until it works");
                    settings.reporter.report(Level::Warn, &error.to_string());
                    first(Some(&error));
                }
            }
        }
        tokio::time::sleep(jittered(pause)).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn failed(settings: &RelaySettings, error: &ConnectError, advice: &str) -> Error {
    Error::failed(format!("cannot connect to {}: {error}; {advice}", settings.address))
}

/// Whether it will be the same the next time.
fn is_final(error: &ConnectError) -> bool {
    matches!(
        error.kind(),
        ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication
    )
}

/// Between half of `pause` and all of it: those that lost a server come back one after the other.
fn jittered(pause: Duration) -> Duration {
    let mut random = [0; 1];
    // Without random bytes, all come at once.
    let _ = getrandom::fill(&mut random);
    pause / 2 + pause * u32::from(random[0]) / 512
}

fn options(settings: &RelaySettings, inbox: Inbox) -> Result<(ConnectOptions, Receiver<BusEvent>)> {
    let (sender, events) = mpsc::channel(EVENTS);
    let (reporter, address) = (settings.reporter.clone(), settings.address.to_string());
    // The same is not said again with every attempt to connect.
    let told = Mutex::new(String::new());
    let tell = move |event: Event| {
        let (event, message) = match event {
            Event::Connected => (Some(BusEvent::Connected), String::new()),
            Event::Disconnected => {
                (Some(BusEvent::Disconnected), format!("the connection to {address} is lost"))
            }
            // What was lost is noticed and repaired.
            Event::SlowConsumer(_) | Event::Draining | Event::Closed => return ready(()),
            other => (None, other.to_string()),
        };
        let before = {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            mem::replace(&mut *told, message.clone())
        };
        if !message.is_empty() && message != before {
            reporter.report(Level::Warn, &message);
        } else if message.is_empty() && !before.is_empty() {
            reporter.report(Level::Info, &format!("connected to {address}"));
        }
        if let Some(event) = event {
            // Full: nobody reads any more.
            let _ = sender.try_send(event);
        }
        ready(())
    };
    let role = match inbox {
        Inbox::Origin => "origin",
        Inbox::Edge | Inbox::Drive => "edge",
    };
    let mut options = ConnectOptions::new()
        .name(format!("framecast {role} {}", settings.address.name()))
        .custom_inbox_prefix(inbox.prefix())
        .ping_interval(PING_EVERY)
        .connection_timeout(CONNECT_WITHIN)
        .subscription_capacity(CAPACITY)
        .client_capacity(UNWRITTEN)
        .reconnect_delay_callback(|attempts| {
            let doubled = u32::try_from(attempts.min(6)).unwrap_or(6);
            jittered((Duration::from_millis(50) * 2_u32.pow(doubled)).min(LONGEST_PAUSE))
        })
        .require_tls(settings.address.is_encrypted())
        .event_callback(tell);
    if let Some(ca) = &settings.ca {
        options = options.add_root_certificates(ca.clone());
    }
    if let Some(path) = &settings.credentials {
        options = match Credentials::read(path)? {
            Credentials::Password(user, password) => options.user_and_password(user, password),
            Credentials::NkeySeed(seed) => options.nkey(seed),
            Credentials::Jwt(text) => options.credentials(&text).map_err(|error| {
                Error::invalid_input(format!("credentials {}: {error}", path.display()))
            })?,
        };
    }
    Ok((options, events))
}
