//! The addresses below `live/`, and their answers. Pure.

use bytes::Bytes;
use framecast_stream::{SegmentName, Segments};
use http::header::{self, HeaderValue};
use http::{Response, StatusCode};
use serde::Serialize;

use super::answer::text;
use crate::driver::live::NoSegment;

/// Where everything below begins.
pub(crate) const FOLDER: &str = "live";
const NOW: &str = "now";
/// Behind the name of a segment: the picture to begin with there.
const PICTURE: &str = "-full";

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");
/// One name never stands for anything else.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// So a cache asks once a second, whatever the number of those who ask it.
const BRIEFLY: HeaderValue = HeaderValue::from_static("public, max-age=1");

/// What is asked for below `live/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LivePath {
    /// Where to begin.
    Now,
    Segment(SegmentName),
    /// The picture as it was when this segment began.
    Picture(SegmentName),
}

impl LivePath {
    /// What stands at `path` below `live/`.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        if path == NOW {
            return Some(Self::Now);
        }
        match path.strip_suffix(PICTURE) {
            Some(name) => name.parse().ok().map(Self::Picture),
            None => path.parse().ok().map(Self::Segment),
        }
    }
}

#[derive(Serialize)]
struct Now<'a> {
    /// What to fetch first; each names the next.
    first: Option<String>,
    /// How long a segment lasts.
    seconds: f64,
    /// Why there is no first.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// The answer to who asks where to begin.
///
/// It is one also while there is no picture, because caches do not keep errors as they are told, and everybody would ask
/// the server.
pub(crate) fn now(newest: Result<SegmentName, NoSegment>) -> Response<Bytes> {
    let (first, reason) = match newest {
        Ok(name) => (Some(format!("{name}{PICTURE}")), None),
        Err(NoSegment::NothingDrawn) => (None, Some("Nothing was drawn yet.")),
        Err(NoSegment::TooLarge) => (None, Some("The picture is too large to be served so.")),
    };
    let now = Now { first, seconds: Segments::PERIOD.as_secs_f64(), reason };
    let text = serde_json::to_string(&now).expect("texts and finite numbers always print");
    answer(Bytes::from(text), JSON, BRIEFLY)
}

/// The answer with a segment, or a picture.
pub(crate) fn segment<T>(body: T) -> Response<T> {
    answer(body, BYTES, FOREVER)
}

/// There is no such segment, or not any more.
pub(crate) fn gone() -> Response<Bytes> {
    let mut response =
        text(StatusCode::GONE, "There is no such segment, or not any more; ask for live/now.\n");
    response.headers_mut().insert(header::CACHE_CONTROL, BRIEFLY);
    response
}

fn answer<T>(body: T, kind: HeaderValue, keep: HeaderValue) -> Response<T> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CACHE_CONTROL, keep);
    response
}

/// Lets pages of other origins read it. What is kept in a cache is answered to all of them alike.
pub(crate) fn share<T>(response: &mut Response<T>) {
    let everybody = HeaderValue::from_static("*");
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, everybody);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_named_is_looked_for() {
        let name = "00000000000000ab-17-ffffffffffffffff";
        let parsed: SegmentName = name.parse().unwrap();
        for (path, found) in [
            ("now", Some(LivePath::Now)),
            (name, Some(LivePath::Segment(parsed))),
            (&*format!("{name}-full"), Some(LivePath::Picture(parsed))),
            (&*format!("{name}-full-full"), None),
            ("-full", None),
            ("", None),
            ("Now", None),
            ("now/", None),
            ("ab-17-ff", None),
        ] {
            assert_eq!(LivePath::parse(path), found, "{path:?}");
        }
    }

    #[test]
    fn caches_are_told_what_to_keep() {
        let name = "00000000000000ab-17-ffffffffffffffff".parse().unwrap();
        let response = now(Ok(name));
        assert_eq!(response.headers()["cache-control"], "public, max-age=1");
        let text = r#"{"first":"00000000000000ab-17-ffffffffffffffff-full","seconds":1.0}"#;
        assert_eq!(response.body(), text);
        for (missing, why) in
            [(NoSegment::NothingDrawn, "Nothing was drawn"), (NoSegment::TooLarge, "too large")]
        {
            let response = now(Err(missing));
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()["cache-control"], "public, max-age=1");
            let text = str::from_utf8(response.body()).unwrap();
            assert!(text.starts_with(r#"{"first":null,"#) && text.contains(why), "{text}");
        }
        let forever = "public, max-age=31536000, immutable";
        assert_eq!(segment(()).headers()["cache-control"], forever);
        assert_eq!(gone().status(), 410);
        assert_eq!(gone().headers()["cache-control"], "public, max-age=1");
    }
}
