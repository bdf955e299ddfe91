//! Films: the canvas as an endless answer of one JPEG after the other (`multipart/x-mixed-replace`),
//! for who can do no more than read: an `<img>`, VLC, ffmpeg, home automation.
//!
//! [`Reel`] is what is known of one, and pure. [`film`] is the body of the answer as a stream of bytes,
//! which needs no socket: whoever polls for the next piece has taken the one before, and that stands for
//! an acknowledgement. So a reader is shown the newest frame when it is done with the last, and nothing
//! queues for a slow one. [`send`] writes it to a connection.

use std::collections::VecDeque;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use framecast_api::ClientId;
use http::Response;
use http::header::{self, HeaderValue};
use smol::Timer;
use smol::channel::Receiver;
use smol::future::FutureExt;
use smol::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use smol::stream::{self, Stream, StreamExt};

use super::canvas::Canvas;
use super::client::Address;
use super::kept_out::Identity;
use super::pacing::Pacing;
use super::state::Outgoing;
use super::whole::{Next, Whole, WholeFeed};
use crate::Limits;
use crate::front::links::Grant;

/// What separates the pictures. No JPEG needs to be searched for it: each says how long it is.
const CONTENT_TYPE: HeaderValue =
    HeaderValue::from_static("multipart/x-mixed-replace; boundary=framecast-picture");
const FIRST_BOUNDARY: &[u8] = b"--framecast-picture\r\n";
/// Behind each picture, and not before it: many show one when they see it.
const BOUNDARY: &[u8] = b"\r\n--framecast-picture\r\n";
/// A picture that nothing follows for so long is sent once more: Chromium shows one when it sees the
/// head of the next.
const SOON: Duration = Duration::from_millis(100);
/// A picture that is later than this puts off those that follow.
const MOST_LATE: Duration = Duration::from_millis(8);
/// The most that is read, and thrown away, of a client that goes on talking.
const MOST_HEARD: u64 = 64 * 1024;

/// How a film is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Manner {
    /// From one picture to the next, at least.
    pub(crate) every: Duration,
    /// After so long without a new one the last is sent again and again, so that it is known on both
    /// sides that the other is there.
    pub(crate) again_after: Duration,
}

/// What one reader was sent.
#[derive(Debug)]
pub(super) struct Reel {
    pub(super) feed: WholeFeed,
    manner: Manner,
    /// Before that time it is sent nothing; after it nothing is known of it.
    rests_until: Option<Instant>,
    /// When the next picture may be sent, were it not for what comes late.
    beat: Option<Instant>,
}

impl Reel {
    pub(super) fn new(manner: Manner) -> Self {
        Self { feed: WholeFeed::default(), manner, rests_until: None, beat: None }
    }

    /// Until when it is sent nothing, because it was just sent something.
    pub(super) fn rests_until(&self) -> Option<Instant> {
        self.rests_until
    }

    /// Time goes by.
    pub(super) fn look(&mut self, now: Instant) {
        self.rests_until = self.rests_until.filter(|until| now < *until);
    }

    /// The next picture to send; `newest`: there is none after those of `whole`. From then on it
    /// counts as sent.
    pub(super) fn next(
        &mut self,
        whole: &Whole,
        newest: bool,
        pacing: &Pacing,
        now: Instant,
    ) -> Option<Next> {
        // Not again, while another one is being encoded.
        if !newest && self.feed.is_current(whole) {
            return None;
        }
        if self.beat.is_none() {
            self.feed.send_again(now);
        }
        let next = self.feed.next(whole, pacing, now)?;
        let Manner { every, again_after } = self.manner;
        // What came a little late does not put off all that follow, and a pause is not made up for.
        let beat = self.beat.map_or(now, |beat| beat.max(now - every.min(MOST_LATE)));
        self.beat = Some(beat + every);
        self.rests_until = self.beat.filter(|until| now < *until);
        self.feed.send_again(now + if next.again { again_after } else { SOON });
        Some(next)
    }
}

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
struct Film {
    canvas: Arc<Canvas>,
    client: ClientId,
    grant: Grant,
    woken: Receiver<()>,
    pieces: VecDeque<Bytes>,
    /// All pieces of a picture were taken once there are none left.
    taking: bool,
    /// Why it is given up, for the operator's log.
    reason: &'static str,
}

impl Drop for Film {
    fn drop(&mut self) {
        self.canvas.leave(self.client, self.reason);
    }
}

impl Film {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if self.grant.is_over(Instant::now()) {
                self.reason = "its link expired or was revoked";
                return None;
            }
            if let Some(piece) = self.pieces.pop_front() {
                return Some(piece);
            }
            if std::mem::take(&mut self.taking) {
                self.canvas.taken(self.client, Instant::now());
            }
            match self.canvas.next(self.client, Instant::now()) {
                Some(Outgoing::Picture(picture)) => {
                    let length = picture.len();
                    let head =
                        format!("Content-Type: image/jpeg\r\nContent-Length: {length}\r\n\r\n");
                    self.pieces.extend([head.into(), picture, Bytes::from_static(BOUNDARY)]);
                    self.taking = true;
                }
                Some(Outgoing::Away) => {
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
                    woken.or(over(&self.grant)).await;
                }
            }
        }
    }
}

/// The canvas as the body of an answer, whose head is [`head`]. It ends when the canvas closes, when
/// the link that `grant` came by does, and when its reader is sent away; dropped, the reader has left.
pub(crate) fn film(
    canvas: Arc<Canvas>,
    from: &Address,
    grant: Grant,
    manner: Manner,
) -> impl Stream<Item = Bytes> + Send + 'static {
    let label = [&*grant.name, &*from.label, "stream.mjpg"];
    let label = label.into_iter().filter(|part| !part.is_empty());
    let label = label.collect::<Vec<_>>().join(" ");
    let (wake, woken) = smol::channel::bounded(1);
    let who = Identity::new(grant.clone(), from.ip, None);
    let client = canvas.join_film(label, who, manner, wake);
    let pieces = VecDeque::from([Bytes::from_static(FIRST_BOUNDARY)]);
    let film =
        Film { canvas, client, grant, woken, pieces, taking: false, reason: "connection closed" };
    stream::unfold(film, |mut film| async {
        let piece = film.next().await?;
        Some((piece, film))
    })
}

/// Waits until the link that `grant` came by ends.
pub(crate) async fn over(grant: &Grant) {
    let expires = async {
        match grant.expires {
            Some(at) => drop(Timer::at(at).await),
            None => smol::future::pending().await,
        }
    };
    let revoked = async {
        match &grant.revoked {
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

/// Writes `film` to a connection, until it ends or the reader goes, or takes not one byte for too long.
pub(crate) async fn send<S: AsyncRead + AsyncWrite + Unpin>(
    connection: S,
    film: impl Stream<Item = Bytes>,
    grant: &Grant,
    limits: &Limits,
) -> io::Result<()> {
    let (reader, mut writer) = smol::io::split(connection);
    let mut heard = reader.take(MOST_HEARD);
    let writing = async {
        let mut film = pin!(film);
        while let Some(mut piece) = film.next().await {
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
        over(grant).await;
        Ok(())
    };
    writing.or(gone).or(ended).await?;
    let farewell = async {
        writer.close().await?;
        smol::io::copy(&mut heard, smol::io::sink()).await.map(drop)
    };
    let timeout = async {
        Timer::after(limits.farewell).await;
        Ok(())
    };
    farewell.or(timeout).await
}

#[cfg(test)]
mod tests {
    use super::super::protocol::Dialect;
    use super::super::scene::{Scene, identity};
    use super::super::state::Work;
    use super::super::{encoder, whole};
    use super::*;
    use framecast_api::{Clock, FramePool, PhysicalSize, Role};
    use std::task::Waker;

    const MANNER: Manner =
        Manner { every: Duration::from_millis(20), again_after: Duration::from_secs(10) };

    fn join(scene: &mut Scene) -> ClientId {
        let (wake, _) = smol::channel::bounded(1);
        let who = identity(Role::Watch);
        let client = scene.state.join_film("somebody".into(), who, MANNER, wake);
        scene.settle();
        client
    }

    /// What `client` is to be sent now.
    fn picture(scene: &mut Scene, client: ClientId) -> Option<Bytes> {
        scene.settle();
        match scene.state.next(client, scene.now)? {
            Outgoing::Picture(bytes) => Some(bytes),
            other => panic!("{other:?}"),
        }
    }

    fn taken(scene: &mut Scene, client: ClientId) {
        scene.state.seat(client).unwrap().taken(scene.now);
    }

    /// Does the jobs that there are; how many were of whole pictures and of films.
    fn encode(scene: &mut Scene) -> (usize, usize) {
        let (mut whole, mut films) = (0, 0);
        loop {
            scene.settle();
            let work = scene.state.work(scene.now);
            whole += usize::from(matches!(work, Work::Whole(whole::Job::First { .. })));
            films += usize::from(matches!(work, Work::Film(whole::Job::First { .. })));
            let Some(done) = encoder::work(work) else { return (whole, films) };
            scene.state.done(done, scene.now);
        }
    }

    #[test]
    fn a_picture_is_encoded_once_for_all_who_get_whole_ones() {
        let mut scene = Scene::new();
        let films = [join(&mut scene), join(&mut scene)];
        let old = scene.join_as(Dialect::Whole);
        scene.present_all(1);
        assert_eq!(encode(&mut scene), (1, 0));
        let [one, other] = films.map(|film| picture(&mut scene, film).unwrap());
        assert_eq!(one.as_ptr(), other.as_ptr());
        scene.state.set_lossless(true);
        films.iter().for_each(|film| taken(&mut scene, *film));
        scene.state.next(old, scene.now).unwrap();
        assert_eq!(picture(&mut scene, old).unwrap().as_ptr(), one.as_ptr());
        scene.state.seat(old).unwrap().writing = false;
        scene.now += MANNER.every;
        scene.present_all(2);
        assert_eq!(encode(&mut scene), (1, 1), "a JPEG is not exact");
        for film in films {
            assert_eq!(picture(&mut scene, film).unwrap()[..2], [0xff, 0xd8]);
        }
    }

    #[test]
    fn nothing_is_made_or_wanted_for_one_who_has_not_taken_the_last() {
        let mut scene = Scene::new();
        let film = join(&mut scene);
        assert!(scene.state.wants_frame());
        scene.present_all(1);
        encode(&mut scene);
        assert!(picture(&mut scene, film).is_some());
        for seed in 2..50 {
            scene.now += MANNER.every;
            scene.present_all(seed);
            assert_eq!(encode(&mut scene), (0, 0));
            assert!(!scene.state.wants_frame());
            assert!(scene.state.next(film, scene.now).is_none());
        }
        taken(&mut scene, film);
        assert_eq!(encode(&mut scene), (1, 0), "the newest only");
        assert!(picture(&mut scene, film).is_some());
    }

    #[test]
    fn between_two_pictures_there_is_the_time_that_is_asked_for_and_a_pause_is_not_made_up_for() {
        let mut scene = Scene::new();
        let film = join(&mut scene);
        let (mut shown, began) = (Vec::new(), scene.now);
        for step in 0..1000_u32 {
            // Presents take a millisecond each. Nothing happens for half a second.
            if step == 300 {
                scene.now += Duration::from_millis(500);
            }
            scene.present_all(step + 1);
            encode(&mut scene);
            if picture(&mut scene, film).is_some() {
                shown.push(scene.now);
                taken(&mut scene, film);
            }
        }
        let least = shown.windows(2).map(|two| two[1] - two[0]).min().unwrap();
        assert!(least >= MANNER.every - MOST_LATE, "{least:?}");
        let seconds = (scene.now - began).as_secs_f64() - 0.5;
        let wanted = seconds / MANNER.every.as_secs_f64();
        assert!((shown.len() as f64 - wanted).abs() <= 3.0, "{} of {wanted}", shown.len());
    }

    #[test]
    fn the_last_picture_comes_again_soon_and_after_a_while_and_somebody_looks_then() {
        let mut scene = Scene::new();
        let film = join(&mut scene);
        scene.present_all(1);
        encode(&mut scene);
        let first = picture(&mut scene, film).unwrap();
        taken(&mut scene, film);
        for wait in [SOON, MANNER.again_after, MANNER.again_after] {
            let sent = scene.now;
            assert_eq!(encode(&mut scene), (0, 0));
            scene.now += MANNER.every;
            assert!(picture(&mut scene, film).is_none());
            let Work::Wait(Some(at)) = scene.state.work(scene.now) else { panic!("nobody looks") };
            assert_eq!(at, sent + wait);
            scene.now = at;
            assert_eq!(encode(&mut scene), (0, 0), "it is there");
            assert_eq!(picture(&mut scene, film).unwrap().as_ptr(), first.as_ptr());
            taken(&mut scene, film);
        }
    }

    #[test]
    fn the_body_is_pictures_each_with_its_boundary_and_needs_no_socket() {
        let canvas = Arc::new(Canvas::new(Duration::from_millis(300)));
        canvas.open(Waker::noop().clone(), Clock::start(), "a title".into());
        let mut pool = FramePool::new();
        let buffer = pool.lend(PhysicalSize::new(30, 20)).unwrap();
        let frame = pool.freeze(buffer, 1, 0.0, 1.0);
        canvas.present(&frame, Instant::now());
        let (name, role) = (String::new(), Role::Watch);
        let grant = Grant { name, role, expires: None, revoked: None };
        let mut film = Box::pin(film(Arc::clone(&canvas), &Address::default(), grant, MANNER));
        encoder::encode_all(&canvas);
        let mut pieces = || smol::block_on(film.next());
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
