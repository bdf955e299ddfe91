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
use async_tungstenite::tungstenite::{Error as WsError, Message as WsMessage};
use async_tungstenite::{WebSocketReceiver, WebSocketSender, WebSocketStream};
use bytes::Bytes;
use framecast_api::{ClientId, Role, ViewInfo};
use framecast_stream::{
    ClientMessage, Dialect, Due, Goodbye, Identity, Joining, LinkAnswer, LinkRequest, Message,
    Revocation, View, Violation,
};
use smol::Timer;
use smol::channel::{Receiver, Sender};
use smol::future::FutureExt;
use smol::io::{AsyncRead, AsyncWrite};
use smol::stream::StreamExt;

use super::canvas::{Canvas, Outgoing};
use super::watched::{Pulse, Watched};
use crate::Limits;
use crate::front::links::Admission;
use crate::front::{LINGER_OVERSIZED, linger, linger_up_to};

const READ_BUFFER: usize = 4 * 1024;
/// Room for control frames besides the largest message.
const WRITE_SLACK: usize = 128 * 1024;

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CloseReason {
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
pub(crate) trait Authenticator {
    /// What the bearer of `token` may do, or whoever has shown one with the request.
    fn look_at(&self, token: Option<&str>) -> Result<Admission, Refused>;

    /// Lets somebody with that role in, if there is a place.
    fn admit(&self, role: Role) -> Result<(), Refused>;

    /// Does what a host asks of the links who came by the link that `by` revokes. `None`: there are none that it
    /// could see.
    fn manage_links(&self, _: LinkRequest, _by: &Revocation) -> Option<LinkAnswer> {
        None
    }
}

const INVALID_LINK: CloseReason = CloseReason::Close(NO_LINK, "this link is not valid");

const CLOSED_BY_CLIENT: CloseReason = CloseReason::Close(CloseCode::Normal, "closed by client");

const FLOOD: CloseReason = CloseReason::Close(CloseCode::Policy, "too many messages");

impl CloseReason {
    /// What happened, for the operator's log.
    fn describe(self) -> &'static str {
        match self {
            CloseReason::Close(code, _) if code == SENT_AWAY => "sent away",
            CloseReason::Overdue => "sent away",
            CloseReason::Close(code, _) if code == NO_LINK => "its link expired or was revoked",
            CloseReason::Closing => "closed by the client",
            end if end == CLOSED_BY_CLIENT => "closed by the client",
            CloseReason::Close(_, reason) => reason,
            CloseReason::Dropped => "connection lost",
        }
    }
}

impl From<Refused> for CloseReason {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NoLink => INVALID_LINK,
            Refused::Full => CloseReason::Close(CloseCode::Again, "too many clients"),
            Refused::KeptOut => CloseReason::Close(
                KEPT_OUT,
                "sent away from here before; the host can let you in again",
            ),
        }
    }
}

impl From<Violation> for CloseReason {
    fn from(violation: Violation) -> Self {
        match violation {
            Violation::Flood => FLOOD,
            Violation::NoHello => CloseReason::Close(CloseCode::Policy, "no hello in time"),
            Violation::Silent | Violation::Stalled => CloseReason::Dropped,
            Violation::LinkEnded => INVALID_LINK,
            Violation::Overdue => CloseReason::Overdue,
        }
    }
}

/// A client's place among the others, given up also when the task panics.
struct Joined<'a> {
    canvas: &'a Canvas,
    client: ClientId,
    /// Why it is given up, for the operator's log.
    reason: &'static str,
}

impl Drop for Joined<'_> {
    fn drop(&mut self) {
        self.canvas.leave(self.client, self.reason);
    }
}

/// What the parts of one connection share. They run in one task.
pub(crate) struct Connection<'a> {
    canvas: &'a Canvas,
    dialect: Dialect,
    from: Address,
    door: &'a dyn Authenticator,
    /// What it was let in for.
    admission: RefCell<Option<Admission>>,
    joined: Cell<Option<Joined<'a>>>,
    client: Cell<Option<ClientId>>,
    pulse: Rc<Pulse>,
    ping_due: Cell<bool>,
    wake: Sender<()>,
    /// Told when something is due at another time than before: it joined, or is sent away.
    changed: (Sender<()>, Receiver<()>),
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
    door: &dyn Authenticator,
) -> io::Result<()> {
    let (wake, woken) = smol::channel::bounded(1);
    let connection = Connection::new(&canvas, dialect, from, limits, door, wake);
    let (mut sender, mut receiver) = upgrade(stream, early, &connection.pulse).await;
    let serving = async {
        // One of the older protocol does not introduce itself.
        if dialect == Dialect::Whole
            && let Err(end) = connection.join(None, true, None, None, ViewInfo::default(), false)
        {
            return end;
        }
        let read = connection.read(&mut receiver);
        read.or(connection.write(&mut sender, &woken)).or(connection.watch()).await
    };
    let end = serving.await;
    if let Some(mut joined) = connection.joined.take() {
        joined.reason = end.describe();
    }
    drop(connection);
    farewell(end, sender, receiver, limits.close_timeout).await
}

/// Tells a client whose handshake is done that there are too many.
pub(crate) async fn turn_away<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    limits: &Limits,
) -> io::Result<()> {
    let pulse = Rc::new(Pulse::new(limits, Instant::now()));
    let (sender, receiver) = upgrade(stream, Vec::new(), &pulse).await;
    farewell(Refused::Full.into(), sender, receiver, limits.close_timeout).await
}

type Endpoints<S> = (WebSocketSender<Watched<S>>, WebSocketReceiver<Watched<S>>);

async fn upgrade<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    mut early: Vec<u8>,
    pulse: &Rc<Pulse>,
) -> Endpoints<S> {
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

impl<'a> Connection<'a> {
    /// `wake` wakes the writer.
    pub(crate) fn new(
        canvas: &'a Canvas,
        dialect: Dialect,
        from: Address,
        limits: &'a Limits,
        door: &'a dyn Authenticator,
        wake: Sender<()>,
    ) -> Self {
        let now = Instant::now();
        Self {
            canvas,
            dialect,
            from,
            door,
            admission: RefCell::default(),
            joined: Cell::new(None),
            client: Cell::new(None),
            pulse: Rc::new(Pulse::new(limits, now)),
            ping_due: Cell::new(false),
            wake,
            changed: smol::channel::bounded(1),
        }
    }

    /// Who it is to the canvas, once it was let in.
    pub(crate) fn client(&self) -> Option<ClientId> {
        self.client.get()
    }

    async fn read<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        receiver: &mut WebSocketReceiver<Watched<S>>,
    ) -> CloseReason {
        loop {
            let message = match receiver.next().await {
                Some(Ok(message)) => message,
                Some(Err(error)) => return end_of(&error),
                None => return CloseReason::Dropped,
            };
            let now = Instant::now();
            if let Err(violation) = self.pulse.session.borrow_mut().message(now) {
                return violation.into();
            }
            match message {
                WsMessage::Text(text) => {
                    if let Err(end) = self.hear(&text, now) {
                        return end;
                    }
                }
                WsMessage::Binary(_) => {
                    return CloseReason::Close(CloseCode::Unsupported, "only text is understood");
                }
                WsMessage::Close(_) => return CloseReason::Closing,
                WsMessage::Ping(_) | WsMessage::Pong(_) | WsMessage::Frame(_) => {}
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
        info: ViewInfo,
        video: bool,
    ) -> Result<(), CloseReason> {
        let now = Instant::now();
        let admission = self.door.look_at(token)?;
        let grant = &admission.grant;
        // What was shown with the request may be some seconds old.
        if grant.is_over(now) {
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
        let joining = Joining { label, who, dialect: self.dialect, hello, visible, info, video };
        let client = canvas.join(joining, self.wake.clone(), now).ok_or(Refused::KeptOut)?;
        self.pulse.session.borrow_mut().joined(grant.clone());
        self.admission.replace(Some(admission));
        self.client.set(Some(client));
        self.joined.set(Some(Joined { canvas, client, reason: "closed by the server" }));
        self.looks_again();
        Ok(())
    }

    /// Has [`watch`](Self::watch) look again at what is due.
    fn looks_again(&self) {
        // Full: it looks anyway.
        let _ = self.changed.0.try_send(());
    }

    /// Does what a message asks for.
    pub(crate) fn hear(&self, text: &str, now: Instant) -> Result<(), CloseReason> {
        let canvas = self.canvas;
        let message = ClientMessage::parse(text);
        let Some(client) = self.client.get() else {
            // Before the hello nobody is there who could be told of a rejected message.
            if let Ok(ClientMessage::Hello { view, visible, token, browser, info, video }) = message
            {
                let (token, browser) = (token.as_deref(), browser.as_deref());
                let hello = Some((view, text.len()));
                return self.join(hello, visible, token, browser, info, video);
            }
            return Ok(());
        };
        let message = match message {
            Ok(ClientMessage::Links(request)) if self.manage_links(client, &request) => {
                return Ok(());
            }
            message => message.ok(),
        };
        canvas.receive(client, message, text.len(), now)?;
        Ok(())
    }

    /// Does what `client` asks of the links; whether it may, which is decided each time.
    fn manage_links(&self, client: ClientId, request: &LinkRequest) -> bool {
        let admission = self.admission.borrow();
        let Some(by) = admission.as_ref().and_then(|it| it.grant.revocation.as_ref()) else {
            return false;
        };
        if !self.canvas.may_manage_links(client) {
            return false;
        }
        let answer = self.door.manage_links(request.clone(), by);
        answer.is_some_and(|answer| self.canvas.answer_links(client, answer))
    }

    fn notify(&self) {
        // Full: the writer looks at everything anyway.
        let _ = self.wake.try_send(());
    }

    async fn write<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        sender: &mut WebSocketSender<Watched<S>>,
        woken: &Receiver<()>,
    ) -> CloseReason {
        loop {
            let next = self.client.get().and_then(|client| {
                self.canvas.next(client, Instant::now()).map(|next| (client, next))
            });
            let sent = match next {
                None if self.ping_due.take() => {
                    self.send(sender, woken, WsMessage::Ping(Bytes::new())).await
                }
                None => {
                    // The channel lives as long as the connection.
                    let _ = woken.recv().await;
                    continue;
                }
                Some((client, Outgoing::Message(message))) => {
                    let message = match message {
                        Message::Text(text) => text.into(),
                        Message::Part(part) => WsMessage::Binary(part.into_bytes()),
                        Message::Video(video) => WsMessage::Binary(video.into_bytes()),
                        Message::Picture(picture) => WsMessage::Binary(picture),
                        // For subscribers, of which there are none here.
                        Message::Update(_) => continue,
                    };
                    let sent = self.send(sender, woken, message).await;
                    self.canvas.written(client, Instant::now());
                    sent
                }
                Some((_, Outgoing::Goodbye(Goodbye::Ended(text)))) => {
                    let sent = match text {
                        Some(text) => self.send(sender, woken, text.into()).await,
                        None => Ok(()),
                    };
                    sent.and(Err(CloseReason::Close(CloseCode::Normal, "the application ended")))
                }
                Some((_, Outgoing::Goodbye(Goodbye::SentAway))) => {
                    Err(CloseReason::Close(SENT_AWAY, "disconnected by the presenter"))
                }
                Some((_, Outgoing::Goodbye(Goodbye::Requested))) => Err(CLOSED_BY_CLIENT),
            };
            if let Err(end) = sent {
                return end;
            }
        }
    }

    /// Sends one message. [`watch`](Self::watch) gives up when not one byte moves for too long; slow
    /// is fine, unless the client is sent away.
    async fn send<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        sender: &mut WebSocketSender<Watched<S>>,
        woken: &Receiver<()>,
        message: WsMessage,
    ) -> Result<(), CloseReason> {
        self.pulse.session.borrow_mut().begins_to_write(Instant::now());
        let send = async { sender.send(message).await.map_err(|_| CloseReason::Dropped) };
        // Whatever else there is is looked at afterwards.
        let sent_away = async {
            while !self.client.get().is_some_and(|client| self.canvas.is_sent_away(client)) {
                // The channel lives as long as the connection.
                let _ = woken.recv().await;
            }
            self.pulse.session.borrow_mut().is_sent_away(Instant::now());
            self.looks_again();
            smol::future::pending().await
        };
        let sent = send.or(sent_away).await;
        self.pulse.session.borrow_mut().ends_to_write();
        sent
    }

    /// Waits for what happens by itself: no hello, a silent client, a stalled one, the end of a link.
    async fn watch(&self) -> CloseReason {
        loop {
            let now = Instant::now();
            let due = self.pulse.session.borrow_mut().due(now);
            match due {
                Some(Due::End(violation)) => return violation.into(),
                Some(Due::Ping) => {
                    self.ping_due.set(true);
                    self.notify();
                    continue;
                }
                None => {}
            }
            let until = self.pulse.session.borrow().deadline(now);
            let timer = async {
                Timer::at(until).await;
            };
            let changed = async {
                let _ = self.changed.1.recv().await;
            };
            let revoked = self.admission.borrow().as_ref().and_then(|it| it.revoked.clone());
            let revoked = async {
                match revoked {
                    // Nothing is ever sent.
                    Some(revoked) => drop(revoked.recv().await),
                    None => smol::future::pending().await,
                }
            };
            timer.or(changed).or(revoked).await;
        }
    }
}

fn end_of(error: &WsError) -> CloseReason {
    match error {
        WsError::Capacity(_) => CloseReason::Close(CloseCode::Size, "a message is too large"),
        WsError::Protocol(_) => {
            CloseReason::Close(CloseCode::Protocol, "not the WebSocket protocol")
        }
        WsError::Io(error) if error.kind() == io::ErrorKind::QuotaExceeded => FLOOD,
        WsError::Utf8(_) => CloseReason::Close(CloseCode::Invalid, "text that is not UTF-8"),
        _ => CloseReason::Dropped,
    }
}

/// Says goodbye, and waits a little for the client to say it too: closing at once could destroy
/// the goodbye on its way. An error: there was nobody to say it to.
async fn farewell<S: AsyncRead + AsyncWrite + Unpin>(
    end: CloseReason,
    mut sender: WebSocketSender<Watched<S>>,
    mut receiver: WebSocketReceiver<Watched<S>>,
    time: Duration,
) -> io::Result<()> {
    let goodbye = async {
        match end {
            CloseReason::Dropped | CloseReason::Overdue => {
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            // The answer is written while reading on.
            CloseReason::Closing => {}
            CloseReason::Close(code, reason) => {
                let frame = CloseFrame { code, reason: reason.into() };
                let broken = |_| io::ErrorKind::ConnectionAborted;
                sender.close(Some(frame)).await.map_err(broken)?;
            }
        }
        // The protocol's reader would collect the rest of a message that is too large, and then wait
        // for its end; and what is thrown away is no flood.
        let oversized = matches!(end, CloseReason::Close(CloseCode::Size, _));
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
    use framecast_stream::{Grant, Revocation};

    /// Lets everybody in for what it holds.
    struct Door(Admission);

    impl Authenticator for Door {
        fn look_at(&self, _: Option<&str>) -> Result<Admission, Refused> {
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
            revocation: None,
            key: None,
        };
        let expired = Grant { expires: Some(now), ..fine.clone() };
        let revocation = Revocation::default();
        revocation.revoke();
        let revoked = Grant { revocation: Some(revocation), ..fine.clone() };
        for (grant, wanted) in
            [(fine, Ok(())), (expired, Err(INVALID_LINK)), (revoked, Err(INVALID_LINK))]
        {
            let canvas = Canvas::new(limits.still_after);
            let clock = framecast_api::Clock::start();
            canvas.open(std::task::Waker::noop().clone(), clock, "a title".into());
            let (wake, _woken) = smol::channel::bounded(1);
            let door = Door(Admission { grant, revoked: None });
            let from = Address::default();
            let connection = Connection::new(&canvas, Dialect::Tiles, from, &limits, &door, wake);
            assert_eq!(connection.hear(HELLO, now), wanted);
            assert_eq!(canvas.take_events().is_empty(), wanted.is_err());
        }
    }
}
