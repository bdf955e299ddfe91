//! One WebSocket client: reads what it says, writes what is next, and watches the time. Over any
//! byte stream.

use std::cell::{Cell, RefCell};
use std::io;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use async_tungstenite::tungstenite::protocol::{self, CloseFrame, WebSocketConfig};
use async_tungstenite::tungstenite::{Error as WsError, Message};
use async_tungstenite::{WebSocketReceiver, WebSocketSender, WebSocketStream};
use bytes::Bytes;
use framecast_api::{ClientId, Role};
use smol::Timer;
use smol::channel::{Receiver, Sender};
use smol::future::FutureExt;
use smol::io::{AsyncRead, AsyncWrite};
use smol::stream::StreamExt;

use super::canvas::{Canvas, Joining};
use super::inputs::Flooded;
use super::kept_out::Identity;
use super::protocol::{ClientMessage, Dialect, View};
use super::state::Outgoing;
use super::watched::{Pulse, Watched};
use crate::Limits;
use crate::allowance::Allowance;
use crate::front::links::Grant;
use crate::front::{LINGER_OVERSIZED, linger, linger_up_to};
use crate::stall::stalled;

const READ_BUFFER: usize = 4 * 1024;
/// Room for control frames besides the largest message.
const WRITE_SLACK: usize = 128 * 1024;

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// With a close frame.
    Close(CloseCode, &'static str),
    /// The client closes it.
    Closing,
    /// It is broken, or nobody is there.
    Dropped,
    /// Like that, because it takes its time over the last message before it is sent away.
    Overdue,
}

/// Close codes of our own.
const NO_LINK: CloseCode = CloseCode::Library(4001);
const SENT_AWAY: CloseCode = CloseCode::Library(4003);
const KEPT_OUT: CloseCode = CloseCode::Library(4004);

/// Where somebody comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Address {
    /// For people; empty: not known.
    pub(crate) label: String,
    pub(crate) ip: Option<IpAddr>,
}

/// Why a client is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Its token is wrong, expired or revoked, or it has none.
    NoLink,
    /// There are too many clients.
    Full,
    /// It was sent away, or may have been, and not let in again.
    KeptOut,
}

/// Decides who gets in.
pub(crate) trait Doorkeeper {
    /// What the bearer of `token` may do, or whoever has shown one with the request.
    fn look_at(&self, token: Option<&str>) -> Result<Grant, Refused>;

    /// Lets somebody with that role in, if there is a place.
    fn admit(&self, role: Role) -> Result<(), Refused>;
}

const INVALID_LINK: End = End::Close(NO_LINK, "this link is not valid");

const CLOSED_BY_CLIENT: End = End::Close(CloseCode::Normal, "closed by client");

const FLOOD: End = End::Close(CloseCode::Policy, "too many messages");

impl End {
    /// What happened, for the operator's log.
    fn describe(self) -> &'static str {
        match self {
            End::Close(code, _) if code == SENT_AWAY => "sent away",
            End::Overdue => "sent away",
            End::Close(code, _) if code == NO_LINK => "its link expired or was revoked",
            End::Closing => "closed by the client",
            end if end == CLOSED_BY_CLIENT => "closed by the client",
            End::Close(_, reason) => reason,
            End::Dropped => "connection lost",
        }
    }
}

impl From<Refused> for End {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NoLink => INVALID_LINK,
            Refused::Full => End::Close(CloseCode::Again, "too many clients"),
            Refused::KeptOut => {
                End::Close(KEPT_OUT, "sent away from here before; the host can let you in again")
            }
        }
    }
}

impl From<Flooded> for End {
    fn from(_: Flooded) -> Self {
        FLOOD
    }
}

/// A client's seat, given up also when the task panics.
struct Seated<'a> {
    canvas: &'a Canvas,
    client: ClientId,
    /// Why it is given up, for the operator's log.
    reason: &'static str,
}

impl Drop for Seated<'_> {
    fn drop(&mut self) {
        self.canvas.leave(self.client, self.reason);
    }
}

/// What the parts of one connection share. They run in one task.
pub(crate) struct Session<'a> {
    canvas: &'a Canvas,
    dialect: Dialect,
    limits: &'a Limits,
    from: Address,
    door: &'a dyn Doorkeeper,
    /// What it was let in for.
    grant: RefCell<Option<Grant>>,
    seat: Cell<Option<Seated<'a>>>,
    client: Cell<Option<ClientId>>,
    pulse: Rc<Pulse>,
    began: Instant,
    ping_due: Cell<bool>,
    wake: Sender<()>,
    /// Told once when the client was let in.
    greeted: (Sender<()>, Receiver<()>),
}

/// Serves a client whose handshake is done, until it goes. `early` was read after the handshake.
/// An error: it was dropped without a word.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    early: Vec<u8>,
    canvas: Arc<Canvas>,
    dialect: Dialect,
    from: Address,
    limits: &Limits,
    door: &dyn Doorkeeper,
) -> io::Result<()> {
    let (wake, woken) = smol::channel::bounded(1);
    let session = Session::new(&canvas, dialect, from, limits, door, wake);
    let (mut sender, mut receiver) = upgrade(stream, early, &session.pulse).await;
    let serving = async {
        // One of the older protocol does not introduce itself.
        if dialect == Dialect::Whole
            && let Err(end) = session.join(None, true, None, None)
        {
            return end;
        }
        let read = session.read(&mut receiver);
        read.or(session.write(&mut sender, &woken)).or(session.watch()).await
    };
    let end = serving.await;
    if let Some(mut seated) = session.seat.take() {
        seated.reason = end.describe();
    }
    drop(session);
    farewell(end, sender, receiver, limits.farewell).await
}

/// Tells a client whose handshake is done that there are too many.
pub(crate) async fn turn_away<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    limits: &Limits,
) -> io::Result<()> {
    let pulse = Rc::new(Pulse::new(limits, Instant::now()));
    let (sender, receiver) = upgrade(stream, Vec::new(), &pulse).await;
    farewell(Refused::Full.into(), sender, receiver, limits.farewell).await
}

type Ends<S> = (WebSocketSender<Watched<S>>, WebSocketReceiver<Watched<S>>);

async fn upgrade<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    mut early: Vec<u8>,
    pulse: &Rc<Pulse>,
) -> Ends<S> {
    pulse.came_early(&mut early);
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(Limits::PICTURE_BYTES + WRITE_SLACK)
        .max_message_size(Some(Limits::MESSAGE_BYTES))
        .max_frame_size(Some(Limits::MESSAGE_BYTES));
    let stream = Watched { stream, pulse: Rc::clone(pulse) };
    let stream =
        WebSocketStream::from_partially_read(stream, early, protocol::Role::Server, Some(config))
            .await;
    stream.split()
}

impl<'a> Session<'a> {
    /// `wake` wakes the writer.
    pub(crate) fn new(
        canvas: &'a Canvas,
        dialect: Dialect,
        from: Address,
        limits: &'a Limits,
        door: &'a dyn Doorkeeper,
        wake: Sender<()>,
    ) -> Self {
        let now = Instant::now();
        Self {
            canvas,
            dialect,
            limits,
            from,
            door,
            grant: RefCell::default(),
            seat: Cell::new(None),
            client: Cell::new(None),
            pulse: Rc::new(Pulse::new(limits, now)),
            began: now,
            ping_due: Cell::new(false),
            wake,
            greeted: smol::channel::bounded(1),
        }
    }

    /// Who it is to the canvas, once it was let in.
    pub(crate) fn client(&self) -> Option<ClientId> {
        self.client.get()
    }

    async fn read<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        receiver: &mut WebSocketReceiver<Watched<S>>,
    ) -> End {
        let mut allowance = Allowance::new(self.limits.messages_per_second, Instant::now());
        loop {
            let message = match receiver.next().await {
                Some(Ok(message)) => message,
                Some(Err(error)) => return end_of(&error),
                None => return End::Dropped,
            };
            let now = Instant::now();
            if !allowance.take(1.0, now) {
                return FLOOD;
            }
            match message {
                Message::Text(text) => {
                    if let Err(end) = self.hear(&text, now) {
                        return end;
                    }
                }
                Message::Binary(_) => {
                    return End::Close(CloseCode::Unsupported, "only text is understood");
                }
                Message::Close(_) => return End::Closing,
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    /// Lets the client in, if its link is good.
    pub(crate) fn join(
        &self,
        hello: Option<(View, usize)>,
        visible: bool,
        token: Option<&str>,
        browser: Option<&str>,
    ) -> Result<(), End> {
        let grant = self.door.look_at(token)?;
        // What was shown with the request may be some seconds old.
        if grant.is_over(Instant::now()) {
            return Err(INVALID_LINK);
        }
        let (canvas, from) = (self.canvas, &self.from);
        let label = match (&*grant.name, &*from.label) {
            ("", "") => "somebody".to_owned(),
            (name, "") => name.to_owned(),
            ("", address) => address.to_owned(),
            (name, address) => format!("{name} {address}"),
        };
        let who = Identity::new(grant.clone(), from.ip, browser);
        // Whoever is kept out takes nobody's place.
        if canvas.keeps_out(&who) {
            return Err(Refused::KeptOut.into());
        }
        self.door.admit(grant.role)?;
        let joining = Joining { label, who, dialect: self.dialect, hello, visible };
        let client = canvas.join(joining, self.wake.clone()).ok_or(Refused::KeptOut)?;
        self.grant.replace(Some(grant));
        self.client.set(Some(client));
        self.seat.set(Some(Seated { canvas, client, reason: "closed by the server" }));
        // A link can end: who watches the time looks again.
        let _ = self.greeted.0.try_send(());
        Ok(())
    }

    /// Does what a message asks for.
    pub(crate) fn hear(&self, text: &str, now: Instant) -> Result<(), End> {
        let canvas = self.canvas;
        let message = ClientMessage::parse(text);
        let Some(client) = self.client.get() else {
            // Before the hello nobody is there who could be told of a rejected message.
            if let Ok(ClientMessage::Hello { view, visible, token, browser }) = message {
                let (token, browser) = (token.as_deref(), browser.as_deref());
                return self.join(Some((view, text.len())), visible, token, browser);
            }
            return Ok(());
        };
        match message {
            Ok(ClientMessage::Ack { update, painted }) => {
                canvas.acknowledge(client, update, painted, now);
            }
            Ok(ClientMessage::Refresh) => canvas.refresh(client, now),
            Ok(ClientMessage::Event(kind)) => canvas.event(client, kind, text.len(), now)?,
            Ok(ClientMessage::Resize(view)) => canvas.resize(client, view, text.len())?,
            Ok(ClientMessage::Control(request)) => canvas.control(client, request)?,
            Ok(ClientMessage::Ping { id }) => canvas.ping(client, id),
            Ok(ClientMessage::Show) => canvas.set_visible(client, true, text.len(), now)?,
            Ok(ClientMessage::Hide) => canvas.set_visible(client, false, text.len(), now)?,
            // It never ends the application, only this view.
            Ok(ClientMessage::Close) => return Err(CLOSED_BY_CLIENT),
            Ok(ClientMessage::Hello { .. }) | Err(_) => canvas.reject(client),
        }
        Ok(())
    }

    fn notify(&self) {
        // Full: the writer looks at everything anyway.
        let _ = self.wake.try_send(());
    }

    async fn write<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        sender: &mut WebSocketSender<Watched<S>>,
        woken: &Receiver<()>,
    ) -> End {
        loop {
            let next = self.client.get().and_then(|client| {
                self.canvas.next(client, Instant::now()).map(|next| (client, next))
            });
            let sent = match next {
                None if self.ping_due.take() => {
                    self.send(sender, woken, Message::Ping(Bytes::new())).await
                }
                None => {
                    // The channel lives as long as the session.
                    let _ = woken.recv().await;
                    continue;
                }
                Some((client, Outgoing::Text(text))) => {
                    let sent = self.send(sender, woken, text.into()).await;
                    self.canvas.written(client);
                    sent
                }
                Some((client, Outgoing::Part(part))) => {
                    self.send_picture(sender, woken, client, part.into_bytes()).await
                }
                Some((client, Outgoing::Picture(picture))) => {
                    self.send_picture(sender, woken, client, picture).await
                }
                Some((_, Outgoing::Last(text))) => {
                    let sent = match text {
                        Some(text) => self.send(sender, woken, text.into()).await,
                        None => Ok(()),
                    };
                    sent.and(Err(End::Close(CloseCode::Normal, "the application ended")))
                }
                Some((_, Outgoing::Away)) => {
                    Err(End::Close(SENT_AWAY, "disconnected by the presenter"))
                }
            };
            if let Err(end) = sent {
                return end;
            }
        }
    }

    async fn send_picture<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        sender: &mut WebSocketSender<Watched<S>>,
        woken: &Receiver<()>,
        client: ClientId,
        bytes: Bytes,
    ) -> Result<(), End> {
        let sent = self.send(sender, woken, Message::Binary(bytes)).await;
        self.canvas.written(client);
        sent
    }

    /// Sends one message; gives up when not one byte moves for too long. Slow is fine, unless it is
    /// sent away.
    async fn send<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        sender: &mut WebSocketSender<Watched<S>>,
        woken: &Receiver<()>,
        message: Message,
    ) -> Result<(), End> {
        self.pulse.moved.set(Instant::now());
        let send = async { sender.send(message).await.map_err(|_| End::Dropped) };
        let stall = async {
            let stalled = stalled::<()>(&self.pulse.moved, self.limits.write_stall).await;
            stalled.map_err(|_| End::Dropped)
        };
        // Whatever else there is is looked at afterwards.
        let overdue = async {
            while !self.client.get().is_some_and(|client| self.canvas.is_sent_away(client)) {
                // The channel lives as long as the session.
                let _ = woken.recv().await;
            }
            Timer::after(self.limits.farewell).await;
            Err(End::Overdue)
        };
        send.or(stall).or(overdue).await
    }

    /// Waits for what happens by itself: no hello, a silent client.
    async fn watch(&self) -> End {
        let mut pinged = self.began;
        loop {
            let now = Instant::now();
            let hello = self.began + self.limits.hello_time;
            let heard = self.pulse.heard.get();
            let dead = heard + self.limits.dead_after;
            let ping = heard.max(pinged) + self.limits.ping_after;
            let greeted = self.client.get().is_some();
            let grant = self.grant.borrow().clone();
            if grant.as_ref().is_some_and(|grant| grant.is_over(now)) {
                return INVALID_LINK;
            }
            let expires = grant.as_ref().and_then(|grant| grant.expires);
            let revoked = grant.and_then(|grant| grant.revoked);
            if !greeted && hello <= now {
                return End::Close(CloseCode::Policy, "no hello in time");
            }
            if dead <= now {
                return End::Dropped;
            }
            if ping <= now {
                pinged = now;
                self.ping_due.set(true);
                self.notify();
                continue;
            }
            let until = dead.min(ping);
            let until = expires.map_or(until, |at| at.min(until));
            let timer = async {
                Timer::at(if greeted { until } else { until.min(hello) }).await;
            };
            let let_in = async {
                let _ = self.greeted.1.recv().await;
            };
            let ended = async {
                match revoked {
                    // Nothing is ever sent.
                    Some(revoked) => drop(revoked.recv().await),
                    None => smol::future::pending().await,
                }
            };
            timer.or(let_in).or(ended).await;
        }
    }
}

fn end_of(error: &WsError) -> End {
    match error {
        WsError::Capacity(_) => End::Close(CloseCode::Size, "a message is too large"),
        WsError::Protocol(_) => End::Close(CloseCode::Protocol, "not the WebSocket protocol"),
        WsError::Io(error) if error.kind() == io::ErrorKind::QuotaExceeded => FLOOD,
        WsError::Utf8(_) => End::Close(CloseCode::Invalid, "text that is not UTF-8"),
        _ => End::Dropped,
    }
}

/// Says goodbye, and waits a little for the client to say it too: closing at once could destroy
/// the goodbye on its way. An error: there was nobody to say it to.
async fn farewell<S: AsyncRead + AsyncWrite + Unpin>(
    end: End,
    mut sender: WebSocketSender<Watched<S>>,
    mut receiver: WebSocketReceiver<Watched<S>>,
    time: Duration,
) -> io::Result<()> {
    let goodbye = async {
        match end {
            End::Dropped | End::Overdue => return Err(io::ErrorKind::ConnectionAborted.into()),
            // The answer is written while reading on.
            End::Closing => {}
            End::Close(code, reason) => {
                let frame = CloseFrame { code, reason: reason.into() };
                let broken = |_| io::ErrorKind::ConnectionAborted;
                sender.close(Some(frame)).await.map_err(broken)?;
            }
        }
        // The protocol's reader would collect the rest of a message that is too large, and then wait
        // for its end; and what is thrown away is no flood.
        let oversized = matches!(end, End::Close(CloseCode::Size, _));
        while !oversized && let Some(Ok(_)) = receiver.next().await {}
        if let Ok(stream) = WebSocketStream::reunite(sender, receiver) {
            let watched = stream.into_inner();
            if oversized {
                linger_up_to(watched.stream, LINGER_OVERSIZED).await;
            } else {
                linger(watched).await;
            }
        }
        Ok(())
    };
    let timeout = async {
        Timer::after(time).await;
        Ok(())
    };
    goodbye.or(timeout).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lets everybody in for what it holds.
    struct Door(Grant);

    impl Doorkeeper for Door {
        fn look_at(&self, _: Option<&str>) -> Result<Grant, Refused> {
            Ok(self.0.clone())
        }

        fn admit(&self, _: Role) -> Result<(), Refused> {
            Ok(())
        }
    }

    #[test]
    fn a_link_that_ended_between_the_request_and_the_hello_lets_nobody_in() {
        const HELLO: &str = r#"{"type":"hello","width":1,"height":1,"ratio":1,"visible":true}"#;
        let (now, limits) = (Instant::now(), Limits::default());
        let fine = Grant {
            name: "guest".into(),
            role: Role::Drive,
            expires: Some(now + limits.hello_time),
            revoked: None,
        };
        let expired = Grant { expires: Some(now), ..fine.clone() };
        let revoked = Grant { revoked: Some(smol::channel::bounded(1).1), ..fine.clone() };
        for (grant, wanted) in
            [(fine, Ok(())), (expired, Err(INVALID_LINK)), (revoked, Err(INVALID_LINK))]
        {
            let canvas = Canvas::new(limits.still_after);
            let clock = framecast_api::Clock::start();
            canvas.open(std::task::Waker::noop().clone(), clock, "a title".into());
            let (wake, _woken) = smol::channel::bounded(1);
            let door = Door(grant);
            let from = Address::default();
            let session = Session::new(&canvas, Dialect::Tiles, from, &limits, &door, wake);
            assert_eq!(session.hear(HELLO, now), wanted);
            assert_eq!(canvas.take_inputs().is_empty(), wanted.is_err());
        }
    }
}
