//! Answers, and the headers that every one of them carries.

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{Response, StatusCode};

use crate::resources::Sources;

/// What a page may do; who may frame it comes last. Only the server's own
/// files run; the pictures are blobs.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' blob: data:; font-src 'self'; media-src 'self'; connect-src 'self'; \
     worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// Nothing but what the viewer's buttons do.
const PERMISSIONS_POLICY: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), \
     encrypted-media=(), fullscreen=(self), geolocation=(), gyroscope=(), magnetometer=(), \
     microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=(), xr-spatial-tracking=()";

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// For a person; plain text without anything the client sent.
    pub(crate) text: &'static str,
}

impl Refusal {
    pub(crate) const fn new(status: StatusCode, text: &'static str) -> Self {
        Self { status, text }
    }
}

pub(crate) const NOT_FOUND: Refusal =
    Refusal::new(StatusCode::NOT_FOUND, "There is nothing here.\n");

impl From<Refusal> for Response<Bytes> {
    fn from(refusal: Refusal) -> Self {
        let mut response = text(refusal.status, refusal.text);
        if refusal.status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"framecast\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

/// A short answer for a person.
pub(crate) fn text(status: StatusCode, text: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Lets pages of other sites show this picture: the author of the page put a link into its address.
pub(crate) fn embeddable<T>(response: &mut Response<T>) {
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    response.headers_mut().insert(policy, HeaderValue::from_static("cross-origin"));
}

/// What a page may do. `frame_ancestors`: the origins besides our own that may show it in a frame.
fn policy(frame_ancestors: &[String], sources: &Sources) -> Option<HeaderValue> {
    let mut policy = CONTENT_SECURITY_POLICY.to_owned();
    for origin in frame_ancestors {
        policy.push(' ');
        policy.push_str(origin);
    }
    // Only ASCII: the origins and the sources were checked.
    HeaderValue::try_from(sources.widen(&policy)).ok()
}

/// Lets the page use `sources` besides what this server has.
pub(crate) fn widen<T>(response: &mut Response<T>, frame_ancestors: &[String], sources: &Sources) {
    if let Some(policy) = policy(frame_ancestors, sources) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Whether a browser that opens this shows a page, which has a window, frames and features. Scripts
/// and styles are shown as text, and what is only bytes is saved.
fn is_page<T>(response: &Response<T>) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    !["text/javascript", "text/css", "application/octet-stream"]
        .contains(&kind.split(';').next().unwrap_or_default())
}

/// Adds the headers of every answer, also of errors. An accepted WebSocket is none: browsers show
/// nothing of it. `frame_ancestors`: the origins besides our own that may show the page in a frame.
pub(crate) fn secure<T>(response: &mut Response<T>, frame_ancestors: &[String]) {
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return;
    }
    if !response.headers().contains_key(header::CONTENT_SECURITY_POLICY) {
        widen(response, frame_ancestors, &Sources::default());
    }
    let page = is_page(response);
    let headers = response.headers_mut();
    let every = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    let of_pages = [
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY),
    ];
    for (name, value) in every.into_iter().chain(of_pages.into_iter().filter(|_| page)) {
        // One that is there already was meant.
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if page && frame_ancestors.is_empty() {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_short_plain_text_that_nobody_stores() {
        let response: Response<Bytes> = Refusal::new(StatusCode::FORBIDDEN, "no").into();
        assert_eq!(response.status(), 403);
        assert_eq!(response.body(), "no");
        assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
        assert_eq!(response.headers()["cache-control"], "no-store");
    }

    #[test]
    fn what_is_no_page_has_no_headers_of_pages() {
        const OF_PAGES: [&str; 3] =
            ["x-frame-options", "cross-origin-opener-policy", "permissions-policy"];
        for (kind, page) in [
            ("text/html; charset=utf-8", true),
            ("text/plain; charset=utf-8", true),
            ("image/svg+xml", true),
            ("image/png", true),
            ("text/javascript-of-mine", true),
            ("", true),
            ("text/javascript; charset=utf-8", false),
            ("text/css", false),
            ("application/octet-stream", false),
        ] {
            let mut response = text(StatusCode::OK, "");
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            secure(&mut response, &[]);
            for name in OF_PAGES {
                assert_eq!(response.headers().contains_key(name), page, "{name} of {kind}");
            }
            // A script can be a worker's, and what that may do its own headers say.
            for name in ["content-security-policy", "x-content-type-options", "referrer-policy"] {
                assert!(response.headers().contains_key(name), "{name} of {kind}");
            }
        }
    }

    #[test]
    fn an_accepted_websocket_has_the_headers_of_its_handshake_only() {
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        secure(&mut response, &[]);
        assert!(response.headers().is_empty());
    }

    #[test]
    fn no_inline_script_may_run() {
        let mut response = text(StatusCode::OK, "");
        secure(&mut response, &[]);
        let policy = response.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"));
        assert!(policy.ends_with("frame-ancestors 'self'"), "{policy}");
        assert_eq!(response.headers()["x-frame-options"], "SAMEORIGIN");
    }

    #[test]
    fn only_a_picture_with_its_link_is_for_pages_of_other_sites() {
        for (linked, policy) in [(false, "same-origin"), (true, "cross-origin")] {
            let mut response = text(StatusCode::OK, "");
            if linked {
                embeddable(&mut response);
            }
            secure(&mut response, &[]);
            assert_eq!(response.headers()["cross-origin-resource-policy"], policy);
        }
    }

    #[test]
    fn a_page_that_may_use_more_may_still_do_what_others_may_and_no_more() {
        let mut sources = Sources::default();
        sources.add("font-src https://fonts.example.org; frame-src https://map.example").unwrap();
        let (mut widened, mut plain) = (text(StatusCode::OK, ""), text(StatusCode::OK, ""));
        let ancestors = ["https://example.org".to_owned()];
        widen(&mut widened, &ancestors, &sources);
        secure(&mut widened, &ancestors);
        secure(&mut plain, &ancestors);
        let policy = |response: &Response<Bytes>| {
            response.headers()["content-security-policy"].to_str().unwrap().to_owned()
        };
        let widened = policy(&widened);
        let narrowed = widened
            .replace(" https://fonts.example.org;", ";")
            .replace("; frame-src https://map.example", "");
        assert!(widened.len() > narrowed.len());
        assert_eq!(narrowed, policy(&plain));
    }

    #[test]
    fn the_owner_lets_others_show_the_page_in_a_frame() {
        let mut response = text(StatusCode::OK, "");
        secure(&mut response, &["https://example.org".into()]);
        let policy = response.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.ends_with("frame-ancestors 'self' https://example.org"), "{policy}");
        assert!(!response.headers().contains_key("x-frame-options"), "it knows no lists");
    }
}
