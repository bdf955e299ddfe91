//! A link between a client and the server: a delay, a rate that may change, and a short queue, in
//! each direction. What does not fit waits in the sender, as behind a router with little memory.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::rc::Rc;
use std::time::{Duration, Instant};

use smol::future::FutureExt;
use smol::io::{AsyncReadExt, AsyncWriteExt};
use smol::{Async, LocalExecutor, Timer};

/// The most that is read at once.
const CHUNK: usize = 16 * 1024;
/// Bytes that may wait for the link; what is on its way comes on top.
const QUEUE: f64 = 64.0 * 1024.0;
/// Pieces on their way, of at most [`CHUNK`].
const ON_THE_WAY: usize = 512;
/// Of the relay's sockets, so that nothing hides in the kernel.
const BUFFER: usize = 64 * 1024;

/// How a link behaves.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Link {
    /// One way.
    pub(crate) delay: Duration,
    /// Added to the delay, at most; changes from piece to piece, never reorders.
    pub(crate) jitter: Duration,
    /// Bytes a second towards the client, each from a moment on; before the first, unlimited.
    pub(crate) rates: Vec<(Instant, f64)>,
}

impl Link {
    /// With this delay and no limits.
    pub(crate) fn of_delay(delay: Duration) -> Self {
        Self { delay, jitter: Duration::ZERO, rates: Vec::new() }
    }

    fn rate(&self, at: Instant) -> Option<f64> {
        self.rates.iter().rev().find(|(from, _)| *from <= at).map(|(_, rate)| *rate)
    }
}

/// Begins to relay connections to `server` on `executor`, each with a link of its own; returns where to connect to.
pub(crate) fn relay(
    server: SocketAddr,
    link: Link,
    executor: &Rc<LocalExecutor<'static>>,
) -> std::io::Result<SocketAddr> {
    let listener = Async::<TcpListener>::bind(([127, 0, 0, 1], 0))?;
    let address = listener.get_ref().local_addr()?;
    let on = Rc::downgrade(executor);
    let accept = async move {
        while let (Ok((client, _)), Some(executor)) = (listener.accept().await, on.upgrade()) {
            let link = link.clone();
            // It ends with either side.
            let carry = async move { drop(carry(&client, server, &link).await) };
            executor.spawn(carry).detach();
        }
    };
    executor.spawn(accept).detach();
    Ok(address)
}

async fn carry(client: &Async<TcpStream>, server: SocketAddr, link: &Link) -> std::io::Result<()> {
    let server = Async::<TcpStream>::connect(server).await?;
    for socket in [client.get_ref(), server.get_ref()] {
        socket.set_nodelay(true)?;
        let socket = socket2::SockRef::from(socket);
        socket.set_recv_buffer_size(BUFFER)?;
        socket.set_send_buffer_size(BUFFER)?;
    }
    let back = Link { rates: Vec::new(), ..link.clone() };
    pump(&server, client, link).or(pump(client, &server, &back)).await
}

async fn pump(from: &Async<TcpStream>, to: &Async<TcpStream>, link: &Link) -> std::io::Result<()> {
    let (sender, receiver) = smol::channel::bounded::<(Instant, Vec<u8>)>(ON_THE_WAY);
    // Ends with its sender, so that what was read before the end still comes.
    let enter = async move {
        let mut from = from;
        let (mut free, mut last, mut random) = (Instant::now(), Instant::now(), 1_u32);
        loop {
            let mut bytes = vec![0; CHUNK];
            let length = from.read(&mut bytes).await?;
            if length == 0 {
                return Ok(());
            }
            bytes.truncate(length);
            let now = Instant::now();
            free = free.max(now);
            if let Some(rate) = link.rate(now) {
                free += Duration::from_secs_f64(length as f64 / rate);
            }
            random = random.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            let jitter = link.jitter.mul_f64(f64::from(random >> 16) / 65536.0);
            last = last.max(free + link.delay + jitter);
            if sender.send((last, bytes)).await.is_err() {
                return Ok(());
            }
            if let Some(rate) = link.rate(now) {
                // Only so much waits for the link.
                let full = Duration::from_secs_f64(QUEUE / rate);
                if let Some(until) = free.checked_sub(full).filter(|until| *until > now) {
                    Timer::at(until).await;
                }
            }
        }
    };
    let leave = async move {
        let mut to = to;
        while let Ok((at, bytes)) = receiver.recv().await {
            if at > Instant::now() {
                Timer::at(at).await;
            }
            to.write_all(&bytes).await?;
        }
        Ok(())
    };
    smol::future::try_zip(enter, leave).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends `bytes` through a link and tells when how many had arrived.
    fn send(link: Link, bytes: usize) -> Vec<(Duration, usize)> {
        let executor = Rc::new(LocalExecutor::new());
        let listener = Async::<TcpListener>::bind(([127, 0, 0, 1], 0)).unwrap();
        let server = listener.get_ref().local_addr().unwrap();
        let address = relay(server, link, &executor).unwrap();
        smol::block_on(executor.run(async {
            let mut client = Async::<TcpStream>::connect(address).await.unwrap();
            let (mut server, _) = listener.accept().await.unwrap();
            let start = Instant::now();
            executor.spawn(async move { server.write_all(&vec![7; bytes]).await }).detach();
            let (mut arrivals, mut all, mut buffer) = (Vec::new(), 0, vec![0; 65536]);
            while all < bytes {
                let length = client.read(&mut buffer).await.unwrap();
                assert!(length > 0, "cut off after {all}");
                all += length;
                arrivals.push((start.elapsed(), all));
            }
            arrivals
        }))
    }

    #[test]
    fn the_first_byte_comes_after_the_delay() {
        let arrivals = send(Link::of_delay(Duration::from_millis(50)), 100_000);
        assert!(arrivals[0].0 >= Duration::from_millis(50));
    }

    #[test]
    fn no_more_comes_than_the_rate_allows() {
        let rates = vec![(Instant::now(), 500e3)];
        let link = Link { rates, ..Link::of_delay(Duration::ZERO) };
        let arrivals = send(link, 250_000);
        let (took, _) = arrivals.last().unwrap();
        assert!(*took >= Duration::from_millis(480), "{took:?}");
    }
}
