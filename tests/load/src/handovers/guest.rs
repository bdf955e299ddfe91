//! A client that says what the script wants, and remembers what it is told.

use std::cell::RefCell;
use std::net::TcpStream;
use std::rc::Rc;
use std::time::Duration;

use async_tungstenite::tungstenite::Message;
use async_tungstenite::{WebSocketReceiver, WebSocketSender};
use framecast::Role;
use serde_json::{Value, json};
use smol::channel::Receiver;
use smol::future::FutureExt;
use smol::stream::StreamExt;
use smol::{Async, LocalExecutor, Task, Timer};

use crate::client;
use crate::server::Place;

type Sender = WebSocketSender<Async<TcpStream>>;

pub(super) struct Guest {
    client: u64,
    pub(super) role: Role,
    pub(super) hidden: bool,
    /// It gave control up since it had it last.
    pub(super) declined: bool,
    sender: Sender,
    heard: Rc<RefCell<Heard>>,
    /// Something was heard.
    bell: Receiver<()>,
    /// Pings sent.
    pings: u64,
    reader: Task<()>,
}

/// What it was told last.
#[derive(Default)]
struct Heard {
    client: Option<u64>,
    control: Value,
    pong: u64,
    gone: bool,
}

impl Guest {
    /// Comes in by a link; done when it was welcomed.
    pub(super) async fn join(
        place: Place,
        role: Role,
        executor: &LocalExecutor<'_>,
    ) -> Result<Self, String> {
        let stream = Async::<TcpStream>::connect(place.address).await;
        let stream = stream.map_err(|error| error.to_string())?;
        let mut socket = client::shake_hands(stream, &place, false).await?;
        client::say(&mut socket, &client::hello(true)).await?;
        let (sender, receiver) = socket.split();
        let heard = Rc::new(RefCell::new(Heard::default()));
        let (ring, bell) = smol::channel::bounded(1);
        let reader = executor.spawn(hear(receiver, Rc::clone(&heard), ring));
        let mut guest = Self {
            client: 0,
            role,
            hidden: false,
            declined: false,
            sender,
            heard,
            bell,
            pings: 0,
            reader,
        };
        guest
            .until(super::PATIENCE, |heard| heard.client.is_some() && !heard.control.is_null())
            .await?;
        guest.client = guest.heard.borrow().client.unwrap_or_default();
        Ok(guest)
    }

    /// Its number, as it was told.
    pub(super) fn client(&self) -> u64 {
        self.client
    }

    pub(super) fn is_gone(&self) -> bool {
        self.heard.borrow().gone
    }

    /// What it was told of control last.
    pub(super) fn control(&self) -> Value {
        self.heard.borrow().control.clone()
    }

    pub(super) async fn say(&mut self, message: &Value) -> Result<(), String> {
        let sent = self.sender.send(Message::text(message.to_string())).await;
        sent.map_err(|error| error.to_string())
    }

    pub(super) async fn ping(&mut self) {
        self.pings += 1;
        // If it cannot be sent the connection is gone, which is heard.
        let _ = self.say(&json!({"type": "ping", "id": self.pings})).await;
    }

    /// Waits for the answer to its last ping, or the end of the connection.
    pub(super) async fn pong(&self, patience: Duration) -> Result<(), String> {
        self.until(patience, |heard| heard.gone || heard.pong == self.pings).await
    }

    /// Goes without a word.
    pub(super) async fn leave(self) {
        // Both halves, so that the connection is closed.
        self.reader.cancel().await;
    }

    async fn until(&self, patience: Duration, done: impl Fn(&Heard) -> bool) -> Result<(), String> {
        let told = async {
            while !done(&self.heard.borrow()) {
                // The last ring is that it is gone.
                if self.bell.recv().await.is_err() && !done(&self.heard.borrow()) {
                    return Err(format!("client {} is gone", self.client));
                }
            }
            Ok(())
        };
        let late = async {
            Timer::after(patience).await;
            Err(format!("client {} hears nothing", self.client))
        };
        told.or(late).await
    }
}

async fn hear(
    mut receiver: WebSocketReceiver<Async<TcpStream>>,
    heard: Rc<RefCell<Heard>>,
    ring: smol::channel::Sender<()>,
) {
    while let Some(Ok(message)) = receiver.next().await {
        let Message::Text(text) = message else { continue };
        let message: Value = serde_json::from_str(&text).unwrap_or_default();
        {
            let mut heard = heard.borrow_mut();
            match message["type"].as_str() {
                Some("welcome") => heard.client = message["client"].as_u64(),
                Some("control") => heard.control = message,
                Some("pong") => heard.pong = message["id"].as_f64().unwrap_or_default() as u64,
                _ => {}
            }
        }
        // Full: it has not been answered yet.
        let _ = ring.try_send(());
    }
    heard.borrow_mut().gone = true;
    let _ = ring.try_send(());
}
