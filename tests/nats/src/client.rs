//! A client that is small enough to show what the server and the proxy do. Real ones are elsewhere.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use crate::LIMIT;
use crate::wire::{Decoder, Operation};

/// A connection to a NATS server. Reading fails after [`LIMIT`].
pub struct Client {
    stream: Box<dyn Stream>,
    decoder: Decoder,
    subscriptions: u32,
}

/// Who connects, and how.
#[derive(Clone, Default)]
pub struct Login<'a> {
    /// A user's name and password.
    pub user: Option<(&'a str, &'a str)>,
    /// For TLS: the name in the server's certificate, and whom to trust.
    pub tls: Option<(&'a str, Arc<ClientConfig>)>,
}

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

impl Client {
    /// Connects, as anybody and without TLS.
    ///
    /// # Errors
    ///
    /// Fails where [`Client::log_in`] does.
    pub fn connect(address: SocketAddr) -> Result<Self> {
        Self::log_in(address, &Login::default())
    }

    /// Connects, and waits until the server has let it in.
    ///
    /// # Errors
    ///
    /// Fails without a connection, and if the server refuses the login: what it said is the error's text.
    pub fn log_in(address: SocketAddr, login: &Login<'_>) -> Result<Self> {
        let socket = TcpStream::connect(address)?;
        socket.set_read_timeout(Some(LIMIT))?;
        socket.set_nodelay(true)?;
        let mut client = Self {
            stream: Box::new(socket.try_clone()?),
            decoder: Decoder::default(),
            subscriptions: 0,
        };
        let info = client.receive()?;
        if !info.is("INFO") {
            return Err(Error::new(ErrorKind::InvalidData, info.line().to_owned()));
        }
        if let Some((name, config)) = &login.tls {
            let name = ServerName::try_from((*name).to_owned()).map_err(Error::other)?;
            let tls = ClientConnection::new(config.clone(), name).map_err(Error::other)?;
            client.stream = Box::new(StreamOwned::new(tls, socket));
        }
        let mut options = serde_json::json!({ "verbose": false, "pedantic": false, "protocol": 1, "headers": true, "no_responders": true, "lang": "rust", "version": "0" });
        if let Some((user, password)) = login.user {
            options["user"] = user.into();
            options["pass"] = password.into();
        }
        client.send(format!("CONNECT {options}\r\n").as_bytes())?;
        let refused = client.flush()?.into_iter().find(|operation| operation.is("-ERR"));
        refused.map_or(Ok(client), |error| Err(Error::other(error.argument().to_owned())))
    }

    /// Subscribes to a subject, alone or as one of a queue group.
    ///
    /// # Errors
    ///
    /// Fails if the connection is lost.
    pub fn subscribe(&mut self, subject: &str, queue: Option<&str>) -> Result<()> {
        self.subscriptions += 1;
        let line =
            format!("SUB {subject} {} {}\r\n", queue.unwrap_or_default(), self.subscriptions);
        self.send(line.as_bytes())
    }

    /// Publishes a message, with the subject where an answer goes if there is one.
    ///
    /// # Errors
    ///
    /// Fails if the connection is lost.
    pub fn publish(&mut self, subject: &str, reply: Option<&str>, payload: &[u8]) -> Result<()> {
        let mut message =
            format!("PUB {subject} {} {}\r\n", reply.unwrap_or_default(), payload.len())
                .into_bytes();
        message.extend_from_slice(payload);
        message.extend_from_slice(b"\r\n");
        self.send(&message)
    }

    /// Waits until the server has handled everything that was sent, and returns what it sent until then: messages that
    /// had arrived there, errors.
    ///
    /// # Errors
    ///
    /// Fails if the connection is lost or the server says nothing for [`LIMIT`].
    pub fn flush(&mut self) -> Result<Vec<Operation>> {
        self.send(b"PING\r\n")?;
        let mut received = Vec::new();
        loop {
            let operation = self.next_operation()?;
            if operation.is("PONG") {
                return Ok(received);
            }
            let ended =
                operation.is("-ERR") && !operation.argument().starts_with("'Permissions Violation");
            received.push(operation);
            // After other errors the server closes the connection.
            if ended {
                return Ok(received);
            }
        }
    }

    /// Waits for the next message.
    ///
    /// # Errors
    ///
    /// Fails if the connection is lost, if the server reports an error, and after [`LIMIT`].
    pub fn next_message(&mut self) -> Result<Operation> {
        loop {
            let operation = self.next_operation()?;
            if operation.message().is_some() {
                return Ok(operation);
            }
            if operation.is("-ERR") {
                return Err(Error::other(operation.argument().to_owned()));
            }
        }
    }

    /// Waits for the next operation of the server. Its PINGs are answered and not returned, and neither is what it tells
    /// of itself again (INFO).
    ///
    /// # Errors
    ///
    /// Fails if the connection is lost and after [`LIMIT`].
    pub fn next_operation(&mut self) -> Result<Operation> {
        loop {
            let operation = self.receive()?;
            if operation.is("PING") {
                self.send(b"PONG\r\n")?;
            } else if !operation.is("INFO") {
                return Ok(operation);
            }
        }
    }

    fn receive(&mut self) -> Result<Operation> {
        let mut chunk = [0; 16 * 1024];
        loop {
            if let Some(operation) = self.decoder.next_operation()? {
                return Ok(operation);
            }
            match self.stream.read(&mut chunk)? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                length => self.decoder.push(&chunk[..length]),
            }
        }
    }

    fn send(&mut self, bytes: &[u8]) -> Result<()> {
        self.stream.write_all(bytes)?;
        self.stream.flush()
    }
}
