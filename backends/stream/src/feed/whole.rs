//! Whole pictures, for clients of the older renderview protocol. Pure.

use std::time::{Duration, Instant};

use framecast_api::LogicalSize;

use super::{EncodeTarget, Feed, Next, Update};
use crate::ledger::Times;
use crate::message::Message;
use crate::pacing::Pacing;
use crate::protocol::ServerMessage;
use crate::store::pictures::{Pictures, Source};
use crate::store::whole::{EncodedPicture, WholeStore};
use crate::whole_encode;

/// However slow its connection, a client is sent the exact picture of what was still for this long.
const EXACT_AFTER: Duration = Duration::from_secs(10);

/// Each picture is two messages: a text that says which it is, and its bytes.
#[derive(Debug, Default)]
pub(super) struct WholeFeed {
    sent: SentPictures,
}

impl Feed for WholeFeed {
    fn name(&self) -> &'static str {
        "renderview"
    }

    fn source(&self, _: &Pictures) -> Source {
        Source::Whole
    }

    fn version(&self) -> Option<u64> {
        self.sent.version()
    }

    fn quality(&self, _: u8) -> u8 {
        whole_encode::QUALITY
    }

    fn due_at(&self, pictures: &Pictures, pacing: &Pacing, _: Instant) -> Option<Instant> {
        self.sent.due(&pictures.whole, pacing).map(|(at, _)| at)
    }

    fn next(
        &mut self,
        pictures: &Pictures,
        _: EncodeTarget,
        pacing: &Pacing,
        now: Instant,
    ) -> Next {
        let Some(sent) = self.sent.next(&pictures.whole, pacing, now) else {
            return Next::Nothing;
        };
        let text = ServerMessage::Framebufferdata {
            nbuffers: 1,
            mimetype: if sent.encoded.exact { "image/png" } else { "image/jpeg" },
            timestamp: sent.drawn,
            index: sent.index,
        };
        let text = Message::Text(text.print());
        let canvas = Some(sent.canvas);
        let picture = Message::Picture(sent.encoded.bytes.clone());
        Next::Update(Update { canvas, ..sent.update([text, picture]) })
    }

    fn refresh(&mut self) {
        self.sent.refresh();
    }
}

/// Which whole pictures a client was sent.
#[derive(Debug, Default)]
pub(super) struct SentPictures {
    shown: Option<(u64, bool)>,
    index: u32,
    /// It is sent no exact picture, but this one again at that time.
    again: Option<Instant>,
}

/// A whole picture for one client.
#[derive(Debug)]
pub(super) struct SentPicture {
    index: u32,
    pub(super) encoded: EncodedPicture,
    /// It was sent before.
    pub(super) again: bool,
    /// When it was drawn, in seconds.
    drawn: f64,
    /// Of the canvas that it shows.
    canvas: LogicalSize,
}

impl SentPicture {
    /// The update that consists of these messages.
    pub(super) fn update<const N: usize>(&self, messages: [Message; N]) -> Update {
        Update {
            number: self.index,
            messages: messages.into(),
            bytes: self.encoded.bytes.len(),
            tiles: 0,
            times: Some(Times { drawn: self.drawn, ..Times::default() }),
            earlier: Vec::new(),
            canvas: None,
        }
    }
}

impl SentPictures {
    pub(super) fn version(&self) -> Option<u64> {
        self.shown.map(|(content, _)| content)
    }

    /// From now on it is sent no exact pictures, and the last one again at `at`.
    pub(super) fn send_again(&mut self, at: Instant) {
        self.again = Some(at);
    }

    /// Forgets what was sent.
    pub(super) fn refresh(&mut self) {
        self.shown = None;
    }

    /// When there is something to send, if nothing else happens, and whether it is the exact
    /// picture.
    ///
    /// A new picture waits behind an exact one on its way. So a client is sent the exact one only
    /// when nothing else is on its way, and after the pixels were still for as long as sending it
    /// takes: what changes more often than that never meets it.
    pub(super) fn due(&self, whole: &WholeStore, pacing: &Pacing) -> Option<(Instant, bool)> {
        let picture = whole.picture()?;
        match self.shown {
            Some((content, _)) if content == picture.content && self.again.is_some() => {
                Some((self.again?, false))
            }
            Some((content, exact)) if content == picture.content => {
                let png = picture.png.as_ref().filter(|_| !exact && pacing.is_idle())?;
                let patience = pacing.time_for(png.bytes.len()).unwrap_or_default();
                Some((picture.since + patience.min(EXACT_AFTER), true))
            }
            _ => {
                let small = |png: &EncodedPicture| png.bytes.len() <= picture.first.bytes.len();
                let exact = picture.png.as_ref().is_some_and(small) && self.again.is_none();
                Some((picture.since, exact))
            }
        }
    }

    /// The next picture to send. From then on it counts as sent.
    pub(super) fn next(
        &mut self,
        whole: &WholeStore,
        pacing: &Pacing,
        now: Instant,
    ) -> Option<SentPicture> {
        let (_, exact) = self.due(whole, pacing).filter(|(at, _)| *at <= now)?;
        let picture = whole.picture()?;
        let encoded = if exact { picture.png.clone()? } else { picture.first.clone() };
        let again = self.version() == whole.version();
        self.shown = Some((picture.content, encoded.exact));
        self.index = self.index.wrapping_add(1);
        let (size, ratio) = (picture.frame.size(), picture.frame.ratio());
        let logical = |pixels: u32| f64::from(pixels) / ratio;
        let canvas = LogicalSize::new(logical(size.width), logical(size.height));
        let drawn = picture.frame.timestamp();
        Some(SentPicture { index: self.index, encoded, again, drawn, canvas })
    }
}
