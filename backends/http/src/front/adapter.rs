//! async-h1 behind our own reader: it reads a head that is known to be good, and writes answers.
//!
//! It never sees a socket's bytes, because it panics on some, and waits for others without limit.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_h1::server::{Encoder, decode};
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use smol::io::{AsyncRead, AsyncWrite, AsyncWriteExt, Cursor};

use super::answer::Refusal;

const DISAGREED: Refusal =
    Refusal::new(StatusCode::BAD_REQUEST, "This is not an HTTP/1.1 request.\n");

/// A request head as a stream of bytes that ends; what is written to it is lost.
#[derive(Clone)]
struct Replay(Bytes);

impl AsyncRead for Replay {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let length = buffer.len().min(self.0.len());
        buffer[..length].copy_from_slice(&self.0.split_to(length));
        Poll::Ready(Ok(length))
    }
}

impl AsyncWrite for Replay {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Has async-h1 read an accepted request.
///
/// It is given the request line and `Host`: the rest is ours to judge, and its own limit of 8 KiB
/// is below ours. What one of the two readers refuses is refused.
pub(crate) async fn read(request: &Request<()>) -> Result<http_types::Request, Refusal> {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let (method, target) = (request.method(), request.uri());
    let head = format!("{method} {target} HTTP/1.1\r\nHost: {}\r\n\r\n", host.unwrap_or_default());
    match decode(Replay(head.into())).await {
        Ok(Some((read, _))) if read.method().as_ref() == method.as_str() => Ok(read),
        _ => Err(DISAGREED),
    }
}

/// Writes `response` as the answer to a request with `method`; `goes_on`: another may follow.
pub(crate) async fn write<W: AsyncWrite + Unpin>(
    response: Response<Bytes>,
    method: http_types::Method,
    goes_on: bool,
    mut writer: W,
) -> io::Result<()> {
    let (parts, body) = response.into_parts();
    let status = http_types::StatusCode::try_from(parts.status.as_u16())
        .map_err(|error| io::Error::other(error.to_string()))?;
    let mut plain = http_types::Response::new(status);
    // As a reader, because bytes would be copied, and a picture is large.
    let length = body.len();
    plain.set_body(http_types::Body::from_reader(Cursor::new(body), Some(length)));
    plain.remove_header(http_types::headers::CONTENT_TYPE);
    for (name, value) in &parts.headers {
        // Ours, and ASCII; anything else would panic in there.
        if let Ok(value) = value.to_str() {
            plain.append_header(name.as_str(), value);
        }
    }
    plain.insert_header("connection", if goes_on { "keep-alive" } else { "close" });
    // A 304 has the length of the body it does not send, as for HEAD.
    let not_modified = parts.status == StatusCode::NOT_MODIFIED;
    let method = if not_modified { http_types::Method::Head } else { method };
    smol::io::copy(Encoder::new(plain, method), &mut writer).await?;
    writer.flush().await
}

#[cfg(test)]
mod tests {
    use super::super::answer::text;
    use super::*;
    use http_types::Method;

    fn written(response: Response<Bytes>, method: Method) -> String {
        let mut bytes = Vec::new();
        smol::block_on(write(response, method, false, &mut bytes)).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn an_answer_has_a_length_and_closes_the_connection() {
        let answer = written(text(StatusCode::NOT_FOUND, "nothing"), Method::Get);
        assert!(answer.starts_with("HTTP/1.1 404 Not Found\r\n"), "{answer}");
        assert!(answer.contains("connection: close\r\n"), "{answer}");
        assert!(answer.contains("content-length: 7\r\n"), "{answer}");
        assert_eq!(answer.matches("content-type:").count(), 1, "{answer}");
        assert!(answer.ends_with("\r\n\r\nnothing"), "{answer}");
    }

    #[test]
    fn an_answer_that_another_may_follow_says_so() {
        let mut bytes = Vec::new();
        let answer = text(StatusCode::OK, "nothing");
        smol::block_on(write(answer, Method::Get, true, &mut bytes)).unwrap();
        let answer = String::from_utf8(bytes).unwrap();
        assert!(answer.contains("connection: keep-alive\r\n"), "{answer}");
        assert!(!answer.contains("close") && answer.contains("content-length: 7\r\n"), "{answer}");
    }

    #[test]
    fn the_answers_to_head_and_304_have_the_length_but_no_body() {
        let answer = written(text(StatusCode::OK, "body"), Method::Head);
        assert!(answer.contains("content-length: 4\r\n") && answer.ends_with("\r\n\r\n"));
        let answer = written(text(StatusCode::NOT_MODIFIED, "body"), Method::Get);
        assert!(answer.starts_with("HTTP/1.1 304 "), "{answer}");
        assert!(answer.contains("content-length: 4\r\n") && answer.ends_with("\r\n\r\n"));
    }

    #[test]
    fn every_status_that_is_used_can_be_written() {
        for status in [
            101, 200, 304, 308, 400, 401, 403, 404, 405, 408, 413, 414, 417, 426, 431, 500, 503,
            505,
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert!(written(text(status, "x"), Method::Get).contains(status.as_str()));
        }
    }

    #[test]
    fn a_long_but_good_request_passes_async_h1() {
        let request = Request::builder()
            .uri(format!("/{}?q", "x".repeat(4000)))
            .header("host", "localhost:1")
            .header("cookie", "x".repeat(10_000))
            .body(())
            .unwrap();
        let read = smol::block_on(read(&request)).unwrap();
        assert_eq!(read.method(), Method::Get);
        assert_eq!(read.url().path().len(), 4001);
    }

    #[test]
    fn an_unknown_method_and_an_impossible_host_are_refused() {
        let build = |method: &str, host: &str| {
            Request::builder().method(method).uri("/").header("host", host).body(()).unwrap()
        };
        assert_eq!(smol::block_on(read(&build("NONSENSE", "localhost"))).unwrap_err(), DISAGREED);
        assert_eq!(smol::block_on(read(&build("GET", "local host"))).unwrap_err(), DISAGREED);
    }
}
