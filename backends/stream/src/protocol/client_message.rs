//! What clients say.

use std::time::Duration;

use framecast_api::{ControlRequest, Error, Event, EventKind, Result, ViewInfo};
use serde::{Deserialize, Deserializer};

use super::links::{LinkRequest, Wanted};
use crate::ledger::{Painted, if_known};

/// The name of our codec.
const CODEC: &str = "h264";
/// The longest name of a browser for itself, in bytes.
const LONGEST_BROWSER: usize = 64;

/// The size of a client's view, as the client reports it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct View {
    /// Width in CSS pixels. If width and height are 0, the view has no size of its own.
    pub width: f64,
    /// Height in CSS pixels.
    pub height: f64,
    /// Physical pixels per CSS pixel.
    #[serde(default = "one", deserialize_with = "ratio")]
    pub ratio: f64,
}

fn one() -> f64 {
    1.0
}

/// A size without a ratio is a size: one that cannot be read, or no view can have, counts as 1.
fn ratio<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<f64, D::Error> {
    let ratio = if_known(from)?.filter(|ratio| ratio.is_finite() && *ratio > 0.0);
    Ok(ratio.unwrap_or_else(one))
}

/// A browser's name for itself. Part of one is another, so one that is too long is none.
fn browser<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<String>, D::Error> {
    Ok(match serde_json::Value::deserialize(from)? {
        serde_json::Value::String(name) if (1..=LONGEST_BROWSER).contains(&name.len()) => {
            Some(name)
        }
        _ => None,
    })
}

/// The names of the codecs that a client can decode: whether ours is one of them. What is no list is none.
fn codecs<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<bool, D::Error> {
    let names = serde_json::Value::deserialize(from)?;
    Ok(names.as_array().is_some_and(|names| names.iter().any(|name| name == CODEC)))
}

impl View {
    /// Returns whether the view has no size that a canvas should follow.
    pub fn is_none(self) -> bool {
        self.width == 0.0 && self.height == 0.0
    }

    /// Returns whether a canvas could have this size. The engine clamps it.
    pub fn is_usable(self) -> bool {
        [self.width, self.height, self.ratio]
            .iter()
            .all(|number| number.is_finite() && *number > 0.0)
    }
}

/// A message from a client.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq)]
pub enum ClientMessage {
    /// The first message of `framecast.v1`.
    Hello {
        /// The size of its view.
        view: View,
        /// Whether somebody sees it.
        visible: bool,
        /// The secret of its link.
        token: Option<String>,
        /// What its browser calls itself.
        browser: Option<String>,
        /// What is known of its view.
        info: ViewInfo,
        /// Whether it can decode video.
        video: bool,
    },
    /// The client reports new information about its view.
    ViewInfo(ViewInfo),
    /// From now on the client can decode video and wants it, or not.
    Video(bool),
    /// From now on the client wants the accessibility tree, or not.
    Accessibility(bool),
    /// The client has taken this update of the accessibility tree, and can be sent the next.
    AccessibilityTaken {
        /// The number of the update.
        number: u64,
    },
    /// The client requests, grants or gives up control.
    Control(ControlRequest),
    /// The client lists, adds or revokes links of the server, as their host.
    Links(LinkRequest),
    /// Its view has a new size.
    Resize(View),
    /// The client painted this update, and every one before it.
    Ack {
        /// The number of the update.
        update: u32,
        /// When, as it says.
        painted: Painted,
    },
    /// The client lost something and asks for everything again.
    Refresh,
    /// The client asks for the time of the canvas' clock.
    Ping {
        /// Comes back with the answer.
        id: f64,
    },
    /// Its view became visible.
    Show,
    /// Its view was hidden.
    Hide,
    /// The client leaves.
    Close,
    /// An input event.
    Event(EventKind),
}

impl ClientMessage {
    /// Reads one text message.
    ///
    /// # Errors
    /// "Invalid input" if the text is not a valid message, or its event is not valid.
    pub fn parse(text: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Kind<'a> {
            #[serde(borrow, rename = "type")]
            name: std::borrow::Cow<'a, str>,
        }
        #[derive(Deserialize)]
        struct Hello {
            #[serde(flatten)]
            view: View,
            visible: bool,
            token: Option<String>,
            #[serde(default, deserialize_with = "browser")]
            browser: Option<String>,
            #[serde(flatten)]
            info: ViewInfo,
            #[serde(default, deserialize_with = "codecs")]
            video: bool,
        }
        #[derive(Deserialize)]
        struct Video {
            #[serde(default, deserialize_with = "codecs")]
            codecs: bool,
        }
        #[derive(Deserialize)]
        struct Target {
            number: u64,
        }
        #[derive(Deserialize)]
        struct Named {
            name: String,
        }
        #[derive(Deserialize)]
        struct Accessibility {
            wanted: bool,
        }
        #[derive(Deserialize)]
        struct Ack {
            update: u32,
            #[serde(flatten)]
            painted: Painted,
        }
        #[derive(Deserialize)]
        struct Feedback {
            index: u32,
        }
        #[derive(Deserialize)]
        struct Ping {
            id: f64,
        }
        fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T> {
            serde_json::from_str(text)
                .map_err(|error| Error::invalid_input("not a message").with_source(error))
        }

        Ok(match &*read::<Kind>(text)?.name {
            "hello" => {
                let Hello { view, visible, token, browser, info, video } = read(text)?;
                ClientMessage::Hello { view, visible, token, browser, info, video }
            }
            "view_info" => ClientMessage::ViewInfo(read(text)?),
            "video" => ClientMessage::Video(read::<Video>(text)?.codecs),
            "accessibility" => ClientMessage::Accessibility(read::<Accessibility>(text)?.wanted),
            "accessibility_ack" => {
                ClientMessage::AccessibilityTaken { number: read::<Target>(text)?.number }
            }
            "request_control" => ClientMessage::Control(ControlRequest::Ask),
            "release_control" => ClientMessage::Control(ControlRequest::Release),
            "take_control" => ClientMessage::Control(ControlRequest::TakeBack),
            "grant_control" => {
                ClientMessage::Control(ControlRequest::Grant(read::<Target>(text)?.number))
            }
            "disconnect" => {
                ClientMessage::Control(ControlRequest::Disconnect(read::<Target>(text)?.number))
            }
            "let_in" => ClientMessage::Control(ControlRequest::LetIn(read::<Target>(text)?.number)),
            "pause_recording" => ClientMessage::Control(ControlRequest::Record(false)),
            "resume_recording" => ClientMessage::Control(ControlRequest::Record(true)),
            "list_links" => ClientMessage::Links(LinkRequest::List),
            "add_link" => {
                let Wanted { name, role, lifetime } = read(text)?;
                let lifetime = lifetime.map(|it| Duration::from_secs(it.into()));
                ClientMessage::Links(LinkRequest::Add { name, role, lifetime }.named()?)
            }
            "revoke_link" => {
                let Named { name } = read(text)?;
                ClientMessage::Links(LinkRequest::Revoke { name }.named()?)
            }
            "resize" => ClientMessage::Resize(read(text)?),
            "ack" => {
                let Ack { update, painted } = read(text)?;
                ClientMessage::Ack { update, painted }
            }
            // The older protocol's.
            "_framefeedback" => {
                let update = read::<Feedback>(text)?.index;
                ClientMessage::Ack { update, painted: Painted::default() }
            }
            "refresh" => ClientMessage::Refresh,
            "ping" => ClientMessage::Ping { id: read::<Ping>(text)?.id },
            "show" => ClientMessage::Show,
            "hide" => ClientMessage::Hide,
            "close" => ClientMessage::Close,
            _ => {
                let kind = read::<Event>(text)?.kind;
                kind.validate()?;
                ClientMessage::Event(kind)
            }
        })
    }
}
