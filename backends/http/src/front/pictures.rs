//! Pictures by plain HTTP: which there are, and how they are answered. Pure.

use std::time::Duration;

use bytes::Bytes;
use framecast_stream::{NoSnapshot, SnapshotFormat};
use http::header::{self, HeaderValue};
use http::{Response, StatusCode};

use super::answer::{NOT_FOUND, Refusal, text};
use crate::Limits;

/// Somebody may ask again after so many seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

const NO_FRAME: &str = "Nothing was drawn yet; try again later.\n";
const BUSY: &str = "Too many ask for a snapshot; try again later.\n";
const NOT_ENCODED: &str = "This picture is too large for this format.\n";
const NO_RATE: Refusal = Refusal::new(
    StatusCode::BAD_REQUEST,
    "fps must be a number from 0.01 to 60: pictures a second, at most.\n",
);

/// A picture at a path of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Picture {
    /// The newest frame.
    Snapshot(SnapshotFormat),
    /// One frame after the other, with so much time between them at least.
    Mjpeg(Duration),
}

impl Picture {
    /// The picture at `path` below a canvas.
    pub(crate) fn at(path: &str, query: Option<&str>) -> Option<Result<Self, Refusal>> {
        Some(Ok(match path {
            "snapshot.png" => Picture::Snapshot(SnapshotFormat::Png),
            "snapshot.jpg" => Picture::Snapshot(SnapshotFormat::Jpeg),
            "stream.mjpg" => return Some(every(query).map(Picture::Mjpeg)),
            _ => return None,
        }))
    }
}

/// The time between two pictures that `?fps=` asks for.
fn every(query: Option<&str>) -> Result<Duration, Refusal> {
    let asked = query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .find_map(|field| field.strip_prefix("fps="));
    let fps = match asked {
        None => Limits::MJPEG_FPS.1,
        Some(text) => text.parse::<f64>().map_err(|_| NO_RATE)?,
    };
    // Neither is what is no number.
    if !(Limits::MJPEG_FPS.0..=Limits::MJPEG_FPS.1).contains(&fps) {
        return Err(NO_RATE);
    }
    Ok(Duration::from_secs_f64(1.0 / fps))
}

/// The answer to who wants a snapshot of the canvas called `name`.
pub(crate) fn snapshot(
    taken: Result<Bytes, NoSnapshot>,
    format: SnapshotFormat,
    name: &str,
) -> Response<Bytes> {
    let bytes = match taken {
        Ok(bytes) => bytes,
        Err(NoSnapshot::NoFrame) => return later(NO_FRAME),
        Err(NoSnapshot::Busy) => return later(BUSY),
        Err(NoSnapshot::Closed) => return NOT_FOUND.into(),
        Err(NoSnapshot::NotEncoded) => return text(StatusCode::INTERNAL_SERVER_ERROR, NOT_ENCODED),
    };
    let (kind, extension) = match format {
        SnapshotFormat::Png => ("image/png", "png"),
        SnapshotFormat::Jpeg => ("image/jpeg", "jpg"),
    };
    // A name is letters, digits, - and _.
    let name = if name.is_empty() { "snapshot" } else { name };
    let disposition = format!("inline; filename=\"{name}.{extension}\"");
    let mut response = Response::new(bytes);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(disposition) = HeaderValue::try_from(disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

fn later(why: &'static str) -> Response<Bytes> {
    let mut response = text(StatusCode::SERVICE_UNAVAILABLE, why);
    response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_is_as_quick_as_is_asked_for_within_limits() {
        let at = |query: Option<&str>| Picture::at("stream.mjpg", query).unwrap();
        let stream = |fps: f64| Ok(Picture::Mjpeg(Duration::from_secs_f64(1.0 / fps)));
        assert_eq!(at(None), stream(60.0));
        assert_eq!(at(Some("token=x")), stream(60.0));
        assert_eq!(at(Some("token=x&fps=2.5")), stream(2.5));
        assert_eq!(at(Some("fps=0.01")), stream(0.01));
        for bad in ["", "0", "-1", "61", "0.001", "NaN", "inf", "1e99", "1e-99", "ten", "1,5"] {
            assert_eq!(at(Some(&format!("fps={bad}"))), Err(NO_RATE), "{bad}");
        }
    }

    #[test]
    fn a_snapshot_says_what_it_is_and_is_kept_by_nobody() {
        for (format, name, kind, disposition) in [
            (SnapshotFormat::Png, "", "image/png", "inline; filename=\"snapshot.png\""),
            (SnapshotFormat::Jpeg, "side", "image/jpeg", "inline; filename=\"side.jpg\""),
        ] {
            let response = snapshot(Ok(Bytes::from_static(b"x")), format, name);
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()["content-type"], kind);
            assert_eq!(response.headers()["cache-control"], "no-store");
            assert_eq!(response.headers()["content-disposition"], disposition);
        }
    }

    #[test]
    fn whoever_gets_none_is_told_whether_to_come_again() {
        for (missing, status, again) in [
            (NoSnapshot::NoFrame, 503, true),
            (NoSnapshot::Busy, 503, true),
            (NoSnapshot::Closed, 404, false),
            (NoSnapshot::NotEncoded, 500, false),
        ] {
            let response = snapshot(Err(missing), SnapshotFormat::Png, "");
            assert_eq!(response.status(), status, "{missing:?}");
            assert_eq!(response.headers().contains_key("retry-after"), again, "{missing:?}");
        }
    }
}
