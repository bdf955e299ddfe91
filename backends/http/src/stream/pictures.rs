//! The newest frame, and the newest that was encoded: what there is to encode, and to send. Pure:
//! who wants it is passed in.

use std::time::{Duration, Instant};

use bytes::Bytes;
use framecast_api::Frame;

use super::protocol::UPDATE_AT;
use super::seat::{Offer, Shown};

/// The pictures of one canvas.
#[derive(Debug)]
pub(super) struct Pictures {
    newest: Option<Newest>,
    picture: Option<Picture>,
    /// The frame, by its `Newest::number`, that is being encoded for the first time.
    encoding: Option<u64>,
    /// The number of the newest picture message.
    update: u32,
    still_after: Duration,
}

#[derive(Debug, Clone)]
pub(super) struct Newest {
    pub(super) frame: Frame,
    /// Counts presented frames.
    pub(super) number: u64,
    at: Instant,
}

/// The newest frame that was encoded.
#[derive(Debug)]
struct Picture {
    frame: Frame,
    /// The newest presented frame that has these pixels.
    number: u64,
    /// Since when the pixels are these.
    at: Instant,
    content: u64,
    jpeg: PictureMessage,
    png: Option<PictureMessage>,
    /// Whether a PNG of it was tried and cannot be.
    stays_inexact: bool,
}

/// An encoded picture, shared by everybody who is sent it.
#[derive(Debug, Clone)]
pub(crate) struct PictureMessage {
    pub(super) update: u32,
    /// With the first number it had.
    bytes: Bytes,
}

impl PictureMessage {
    /// The message's bytes. Copies them if it has another number than at first: large, so not for
    /// where a lock is held.
    pub(crate) fn into_bytes(self) -> Bytes {
        let number = self.update.to_le_bytes();
        if self.bytes[UPDATE_AT] == number {
            return self.bytes;
        }
        let mut bytes = self.bytes.to_vec();
        bytes[UPDATE_AT].copy_from_slice(&number);
        bytes.into()
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }
}

/// What the encoder is to do.
#[derive(Debug)]
pub(super) enum Work {
    /// A frame that is newer than the picture. `before` has the pixels of the picture.
    Jpeg { newest: Newest, before: Option<Frame> },
    /// The picture's frame, once more and exactly.
    Png { frame: Frame, content: u64, number: u64 },
    /// Nothing, until then or until told.
    Wait(Option<Instant>),
    /// The canvas was closed.
    End,
}

/// What became of it.
#[derive(Debug)]
pub(super) enum Done {
    /// `message` still lacks its update number, also below.
    Jpeg {
        newest: Newest,
        message: Vec<u8>,
    },
    /// The frame of this number has the pixels of the picture.
    Same {
        number: u64,
    },
    Png {
        content: u64,
        message: Vec<u8>,
    },
    /// The frame of this number cannot be encoded.
    NoJpeg {
        number: u64,
    },
    /// This content cannot be sent exactly.
    NoPng {
        content: u64,
    },
    /// It was given up: there is a newer frame.
    GivenUp,
}

/// Who waits for something to be encoded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Audience {
    /// Somebody has room for a picture.
    pub(super) free: bool,
    /// Somebody has room for an exact one.
    pub(super) takes_exact: bool,
}

impl Pictures {
    /// `still_after`: how long a picture must be unchanged to be made once more, exactly.
    pub(super) fn new(still_after: Duration) -> Self {
        Self { newest: None, picture: None, encoding: None, update: 0, still_after }
    }

    pub(super) fn clear(&mut self) {
        (self.newest, self.picture) = (None, None);
    }

    pub(super) fn newest(&self) -> Option<&Newest> {
        self.newest.as_ref()
    }

    pub(super) fn present(&mut self, frame: &Frame, now: Instant) {
        let number = self.newest.as_ref().map_or(0, |newest| newest.number) + 1;
        self.newest = Some(Newest { frame: frame.clone(), number, at: now });
    }

    /// What there is for clients.
    pub(super) fn offer(&self) -> Option<Offer> {
        self.picture.as_ref().map(|picture| Offer {
            content: picture.content,
            since: picture.at,
            jpeg: picture.jpeg.len(),
            png: picture.png.as_ref().map(PictureMessage::len),
        })
    }

    /// The picture on offer.
    pub(super) fn get(&self, exact: bool) -> Option<(Shown, PictureMessage)> {
        let picture = self.picture.as_ref()?;
        let message = if exact { picture.png.as_ref()? } else { &picture.jpeg };
        Some((Shown { content: picture.content, exact }, message.clone()))
    }

    /// Whether the newest frame was encoded.
    pub(super) fn is_up_to_date(&self) -> bool {
        let newest = self.newest.as_ref().map(|newest| newest.number);
        newest == self.picture.as_ref().map(|picture| picture.number)
    }

    /// Whether the encoder has begun with the newest frame, or is done with it.
    pub(super) fn is_newest_begun(&self) -> bool {
        let newest = self.newest.as_ref().map(|newest| newest.number);
        self.is_up_to_date() || self.encoding.is_some() && self.encoding == newest
    }

    /// When there will be something to encode, if nothing else happens.
    pub(super) fn work_at(&self, audience: Audience) -> Option<Instant> {
        let newest = self.newest.as_ref()?;
        if self.encoding.is_some() {
            return None;
        }
        if !self.is_up_to_date() {
            return audience.free.then_some(newest.at);
        }
        let picture = self.picture.as_ref()?;
        let wanted = picture.png.is_none() && !picture.stays_inexact && audience.takes_exact;
        wanted.then_some(picture.at + self.still_after)
    }

    /// What the encoder is to do now.
    pub(super) fn work(&mut self, audience: Audience, now: Instant) -> Work {
        let at = self.work_at(audience);
        let (Some(newest), Some(due)) = (&self.newest, at) else { return Work::Wait(at) };
        if !self.is_up_to_date() {
            self.encoding = Some(newest.number);
            let before = self.picture.as_ref().map(|picture| picture.frame.clone());
            return Work::Jpeg { newest: newest.clone(), before };
        }
        match &self.picture {
            Some(picture) if due <= now => Work::Png {
                frame: picture.frame.clone(),
                content: picture.content,
                number: picture.number,
            },
            _ => Work::Wait(at),
        }
    }

    pub(super) fn done(&mut self, done: Done) {
        match done {
            Done::Jpeg { newest, message } => {
                let content = self.picture.as_ref().map_or(0, |picture| picture.content) + 1;
                let jpeg = self.number(message);
                self.picture = Some(Picture {
                    frame: newest.frame,
                    number: newest.number,
                    at: newest.at,
                    content,
                    jpeg,
                    png: None,
                    stays_inexact: false,
                });
            }
            Done::Same { number } => {
                if let Some(picture) = &mut self.picture {
                    picture.number = number;
                }
            }
            Done::Png { content, message } => {
                let png = self.number(message);
                if let Some(picture) = self.of(content) {
                    picture.png = Some(png);
                }
            }
            Done::NoJpeg { number } => match &mut self.picture {
                // What is shown stays, and counts as the newest: it is not tried over and over.
                Some(picture) => picture.number = number,
                None => self.newest = None,
            },
            Done::NoPng { content } => {
                if let Some(picture) = self.of(content) {
                    picture.stays_inexact = true;
                }
            }
            Done::GivenUp => {}
        }
    }

    /// The encoder has nothing in its hands any more.
    pub(super) fn rest(&mut self) {
        self.encoding = None;
    }

    fn of(&mut self, content: u64) -> Option<&mut Picture> {
        self.picture.as_mut().filter(|picture| picture.content == content)
    }

    fn next_update(&mut self) -> u32 {
        self.update = self.update.wrapping_add(1);
        self.update
    }

    /// Gives a picture message the next update number.
    fn number(&mut self, mut message: Vec<u8>) -> PictureMessage {
        let update = self.next_update();
        message[UPDATE_AT].copy_from_slice(&update.to_le_bytes());
        PictureMessage { update, bytes: message.into() }
    }

    /// Gives the picture new numbers, so that a client that was sent it before can tell.
    pub(super) fn renumber(&mut self) {
        let numbers = [self.next_update(), self.next_update()];
        if let Some(picture) = &mut self.picture {
            picture.jpeg.update = numbers[0];
            if let Some(png) = &mut picture.png {
                png.update = numbers[1];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use framecast_api::{FramePool, PhysicalSize};

    const AUDIENCE: Audience = Audience { free: true, takes_exact: true };

    fn number(message: &Bytes) -> u32 {
        u32::from_le_bytes(message[UPDATE_AT].try_into().unwrap())
    }

    #[test]
    fn another_number_is_written_only_when_the_message_is_sent() {
        let mut pictures = Pictures::new(Duration::ZERO);
        let mut pool = FramePool::new();
        let buffer = pool.lend(PhysicalSize::new(2, 2)).unwrap();
        let now = Instant::now();
        pictures.present(&pool.freeze(buffer, 1, 0.0, 1.0), now);
        let Work::Jpeg { newest, .. } = pictures.work(AUDIENCE, now) else { panic!("no JPEG") };
        pictures.done(Done::Jpeg { newest, message: vec![7; 1000] });
        pictures.rest();
        let Work::Png { content, .. } = pictures.work(AUDIENCE, now) else { panic!("no PNG") };
        pictures.done(Done::Png { content, message: vec![8; 2000] });

        let messages = [false, true].map(|exact| pictures.get(exact).unwrap().1);
        for round in 0..3 {
            pictures.renumber();
            for (exact, first) in [false, true].into_iter().zip(&messages) {
                let (shown, again) = pictures.get(exact).unwrap();
                assert_eq!(shown.exact, exact);
                assert_eq!(again.bytes.as_ptr(), first.bytes.as_ptr(), "not a byte was copied");
                assert!(again.update > first.update + round);
                let (update, bytes) = (again.update, again.into_bytes());
                assert_eq!(number(&bytes), update);
                assert_eq!(bytes[UPDATE_AT.end..], first.bytes[UPDATE_AT.end..]);
            }
        }
        for message in messages {
            let at = message.bytes.as_ptr();
            assert_eq!(message.into_bytes().as_ptr(), at, "with its first number it is no copy");
        }
    }
}
