//! The service as a `tower::Service`, for servers on hyper such as axum's.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body::{Frame, SizeHint};
use hyper::rt::{Read, ReadBuf, Write};
use hyper::upgrade::{OnUpgrade, Upgraded};
use smol::io::{AsyncRead, AsyncWrite};
use smol::stream::Stream;

use crate::service::Pieces;
use crate::{Answer, HttpService, MjpegStream, Visitor};

/// The body of a response. If a client does not read, the server holds little memory for it: a file is in memory
/// once for all clients, and a picture only until the client has taken it. A picture that is not taken in time
/// ends.
#[derive(Debug)]
pub struct Body(Content);

#[derive(Debug)]
enum Content {
    /// There is none, and its length says nothing about that of what is asked for.
    Nothing,
    Whole(Bytes),
    /// Of a picture, with so many bytes to come.
    Pieces(Pieces, usize),
    Mjpeg(MjpegStream),
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Content::Whole(bytes))
    }
}

impl Body {
    const NOTHING: Self = Self(Content::Nothing);
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = match &mut self.0 {
            Content::Nothing => None,
            Content::Whole(bytes) => {
                let bytes = std::mem::take(bytes);
                (!bytes.is_empty()).then_some(bytes)
            }
            Content::Pieces(pieces, left) => {
                let piece = ready!(Pin::new(pieces).poll_next(context));
                *left -= piece.as_ref().map_or(0, Bytes::len);
                piece
            }
            Content::Mjpeg(stream) => ready!(Pin::new(stream).poll_next(context)),
        };
        Poll::Ready(bytes.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Content::Nothing => true,
            Content::Whole(bytes) => bytes.is_empty(),
            Content::Pieces(_, left) => *left == 0,
            Content::Mjpeg(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Content::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Content::Pieces(_, left) => SizeHint::with_exact(*left as u64),
            Content::Nothing | Content::Mjpeg(_) => SizeHint::default(),
        }
    }
}

/// Who asks is the [`Visitor`] in the request's extensions, or else that of
/// [`for_visitor`](HttpService::for_visitor). A WebSocket needs a server that lets connections be
/// upgraded, as axum's does, and HTTP/1.1; elsewhere it is answered with 501.
///
/// The page names its files relative to itself, so its path ends with a slash. axum's
/// `nest_service("/canvas", service)` hides whether the slash was there; with
/// `nest_service("/canvas/", service)` only that path and those below come here, and a route at
/// `/canvas` can redirect to it.
impl<B> tower_service::Service<Request<B>> for HttpService {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let can_upgrade = request.extensions().get::<OnUpgrade>().is_some();
        let upgraded = hyper::upgrade::on(&mut request);
        let (parts, _) = request.into_parts();
        let visitor = parts.extensions.get::<Visitor>().unwrap_or(self.visitor()).clone();
        let service = self.clone();
        Box::pin(async move {
            let request = Request::from_parts(parts, ());
            let (answer, ticket) = service.respond(&request, &visitor).await;
            Ok(match (answer, ticket) {
                // There is a length to tell only where it is told already.
                (Answer::Response(response), _)
                    if request.method() == Method::HEAD
                        || response.status() == StatusCode::NOT_MODIFIED =>
                {
                    response.map(|_| Body::NOTHING)
                }
                (Answer::Response(response), Some(ticket)) => {
                    let (head, bytes) = response.into_parts();
                    let length = bytes.len();
                    match service.send(bytes, ticket) {
                        Some(pieces) => {
                            Response::from_parts(head, Body(Content::Pieces(pieces, length)))
                        }
                        None => service.busy().map(Body::from),
                    }
                }
                (Answer::Response(response), None) => response.map(Body::from),
                (Answer::Mjpeg(head, stream), _) => head.map(|()| Body(Content::Mjpeg(stream))),
                (Answer::Upgrade(_), _) if !can_upgrade => service.cannot_upgrade().map(Body::from),
                (Answer::Upgrade(upgrade), _) => {
                    let response = upgrade.response().clone().map(|()| Body::NOTHING);
                    let stream = async {
                        let upgraded = upgraded.await.map_err(io::Error::other)?;
                        Ok(ByteStream(upgraded))
                    };
                    if upgrade.serve_when(stream) {
                        response
                    } else {
                        service.busy().map(Body::from)
                    }
                }
            })
        })
    }
}

/// hyper's byte stream as everybody's.
struct ByteStream(Upgraded);

impl AsyncRead for ByteStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        ready!(Pin::new(&mut self.0).poll_read(context, buffer.unfilled()))?;
        Poll::Ready(Ok(buffer.filled().len()))
    }
}

impl AsyncWrite for ByteStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
