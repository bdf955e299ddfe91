//! The canvas as an endless answer of one JPEG after the other (`multipart/x-mixed-replace`), for
//! clients that can do no more than read: an `<img>`, VLC, ffmpeg, home automation.
//!
//! [`stream`] is the body of the answer as a stream of bytes, which needs no socket: whoever polls for
//! the next piece has taken the one before, and that stands for an acknowledgement. So a reader is
//! shown the newest frame when it is done with the last, and nothing queues for a slow one. [`send`]
//! writes it to a connection.

use std::collections::VecDeque;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use framecast_api::{ClientId, ViewInfo};
use framecast_stream::{Dialect, Goodbye, Identity, Joining, Message, MjpegConfig};
use http::Response;
use http::header::{self, HeaderValue};
use smol::Timer;
use smol::channel::Receiver;
use smol::future::FutureExt;
use smol::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use smol::stream::{Stream, StreamExt, unfold};

use super::canvas::{Canvas, Outgoing};
use super::websocket::Address;
use crate::Limits;
use crate::front::links::Admission;

/// What separates the pictures. No JPEG needs to be searched for it: each says how long it is.
const CONTENT_TYPE: HeaderValue =
    HeaderValue::from_static("multipart/x-mixed-replace; boundary=framecast-picture");
const FIRST_BOUNDARY: &[u8] = b"--framecast-picture\r\n";
/// Behind each picture, and not before it: many show one when they see it.
const BOUNDARY: &[u8] = b"\r\n--framecast-picture\r\n";
/// The most that is read, and thrown away, of a client that goes on talking.
const MOST_HEARD: u64 = 64 * 1024;

/// The head of the answer.
pub(crate) fn head() -> Response<()> {
    let mut response = Response::new(());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, CONTENT_TYPE);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // For nginx, which otherwise collects what it passes on.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// A reader's place in the audience, given up when dropped, and what it is to be sent next.
struct MjpegStream {
    canvas: Arc<Canvas>,
    client: ClientId,
    admission: Admission,
    woken: Receiver<()>,
    pieces: VecDeque<Bytes>,
    /// All pieces of a picture were taken once there are none left.
    taking: bool,
    /// Why it is given up, for the operator's log.
    reason: &'static str,
}

impl Drop for MjpegStream {
    fn drop(&mut self) {
        self.canvas.leave(self.client, self.reason);
    }
}

impl MjpegStream {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if self.admission.grant.is_over(Instant::now()) {
                self.reason = "its link expired or was revoked";
                return None;
            }
            if let Some(piece) = self.pieces.pop_front() {
                return Some(piece);
            }
            if std::mem::take(&mut self.taking) {
                self.canvas.written(self.client, Instant::now());
            }
            match self.canvas.next(self.client, Instant::now()) {
                Some(Outgoing::Message(Message::Picture(picture))) => {
                    let length = picture.len();
                    let head =
                        format!("Content-Type: image/jpeg\r\nContent-Length: {length}\r\n\r\n");
                    self.pieces.extend([head.into(), picture, Bytes::from_static(BOUNDARY)]);
                    self.taking = true;
                }
                Some(Outgoing::Goodbye(Goodbye::SentAway)) => {
                    self.reason = "sent away";
                    return None;
                }
                Some(_) => {
                    self.reason = "the application ended";
                    return None;
                }
                None => {
                    let woken = async {
                        // The canvas holds the other end until this is dropped.
                        let _ = self.woken.recv().await;
                    };
                    woken.or(over(&self.admission)).await;
                }
            }
        }
    }
}

/// The canvas as the body of an answer, whose head is [`head`]. It ends when the canvas closes, when
/// the link that `admission` came by does, and when its reader is sent away; dropped, the reader has
/// left. `None`: it is kept out.
pub(crate) fn stream(
    canvas: Arc<Canvas>,
    from: &Address,
    admission: Admission,
    config: MjpegConfig,
) -> Option<impl Stream<Item = Bytes> + Send + 'static> {
    let grant = &admission.grant;
    let label = [&*grant.name, &*from.label, "stream.mjpg"];
    let label = label.into_iter().filter(|part| !part.is_empty());
    let joining = Joining {
        label: label.collect::<Vec<_>>().join(" "),
        who: Identity::new(grant.clone(), from.ip, None),
        dialect: Dialect::Mjpeg(config),
        hello: None,
        visible: true,
        info: ViewInfo::default(),
        video: false,
    };
    let (wake, woken) = smol::channel::bounded(1);
    let client = canvas.join(joining, wake, Instant::now())?;
    let pieces = VecDeque::from([Bytes::from_static(FIRST_BOUNDARY)]);
    let (taking, reason) = (false, "connection closed");
    let stream = MjpegStream { canvas, client, admission, woken, pieces, taking, reason };
    Some(unfold(stream, |mut stream| async {
        let piece = stream.next().await?;
        Some((piece, stream))
    }))
}

/// Waits until the link that `admission` came by ends.
pub(crate) async fn over(admission: &Admission) {
    let expires = async {
        match admission.grant.expires {
            Some(at) => drop(Timer::at(at).await),
            None => smol::future::pending().await,
        }
    };
    let revoked = async {
        match &admission.revoked {
            // Nothing is ever sent.
            Some(revoked) => drop(revoked.recv().await),
            None => smol::future::pending().await,
        }
    };
    expires.or(revoked).await;
}

async fn stall<T>(limits: &Limits) -> io::Result<T> {
    Timer::after(limits.write_stall).await;
    Err(io::ErrorKind::TimedOut.into())
}

/// Writes `body` to a connection, until it ends or the reader goes, or takes not one byte for too long.
pub(crate) async fn send<S: AsyncRead + AsyncWrite + Unpin>(
    connection: S,
    body: impl Stream<Item = Bytes>,
    admission: &Admission,
    limits: &Limits,
) -> io::Result<()> {
    let (reader, mut writer) = smol::io::split(connection);
    let mut heard = reader.take(MOST_HEARD);
    let writing = async {
        let mut body = pin!(body);
        while let Some(mut piece) = body.next().await {
            while !piece.is_empty() {
                match writer.write(&piece).or(stall(limits)).await? {
                    0 => return Err(io::Error::from(io::ErrorKind::WriteZero)),
                    written => drop(piece.split_to(written)),
                }
            }
            writer.flush().or(stall(limits)).await?;
        }
        Ok(())
    };
    let gone = async {
        smol::io::copy(&mut heard, smol::io::sink()).await?;
        Err(io::ErrorKind::UnexpectedEof.into())
    };
    let ended = async {
        over(admission).await;
        Ok(())
    };
    writing.or(gone).or(ended).await?;
    let goodbye = async {
        writer.close().await?;
        smol::io::copy(&mut heard, smol::io::sink()).await.map(drop)
    };
    let timeout = async {
        Timer::after(limits.close_timeout).await;
        Ok(())
    };
    goodbye.or(timeout).await
}

#[cfg(test)]
mod tests {
    use super::super::encoders;
    use super::*;
    use framecast_api::{Clock, FramePool, PhysicalSize, Role};
    use framecast_stream::Grant;
    use std::task::Waker;
    use std::time::Duration;

    const CONFIG: MjpegConfig =
        MjpegConfig { every: Duration::from_millis(20), again_after: Duration::from_secs(10) };

    #[test]
    fn the_body_is_pictures_each_with_its_boundary_and_needs_no_socket() {
        let canvas = Arc::new(Canvas::new(Duration::from_millis(300)));
        canvas.open(Waker::noop().clone(), Clock::start(), "a title".into());
        let mut pool = FramePool::new();
        let buffer = pool.lend(PhysicalSize::new(30, 20)).unwrap();
        let frame = pool.freeze(buffer, 1, 0.0, 1.0);
        canvas.present(&frame, Instant::now());
        let (name, role) = (String::new(), Role::Watch);
        let grant = Grant { name, role, expires: None, revocation: None, key: None };
        let admission = Admission { grant, revoked: None };
        let body = stream(Arc::clone(&canvas), &Address::default(), admission, CONFIG);
        let mut body = Box::pin(body.unwrap());
        encoders::encode_all(&canvas);
        let mut pieces = || smol::block_on(body.next());
        assert_eq!(pieces().unwrap(), "--framecast-picture\r\n");
        let head = pieces().unwrap();
        let picture = pieces().unwrap();
        let length = format!("Content-Length: {}\r\n\r\n", picture.len());
        assert!(str::from_utf8(&head).unwrap().ends_with(&length), "{head:?}");
        assert_eq!(picture[..2], [0xff, 0xd8]);
        assert_eq!(pieces().unwrap(), "\r\n--framecast-picture\r\n");
        canvas.close();
        assert_eq!(pieces(), None);
    }
}
