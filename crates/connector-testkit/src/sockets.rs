//! Sockets: connections in, answers out, whole or broken as the answer says.
//!
//! The server has a thread and a runtime of its own, so a vendor can serve a
//! test, a child process and a benchmark alike, and stopping it leaves nothing.

use std::convert::Infallible;
use std::io::{self, Write as _};
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;
use tokio::time::Sleep;

use crate::answer::{Answer, Delivery};
use crate::state::State;

/// Serves until it is told to stop.
pub(crate) fn run(
    listener: TcpListener,
    state: Arc<State>,
    stop: oneshot::Receiver<Infallible>,
) -> io::Result<impl FnOnce() + Send> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(move || {
        runtime.block_on(async {
            tokio::select! {
                _ = stop => {}
                () = accept(listener, state) => {}
            }
        });
    })
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let listener = tokio::net::TcpListener::from_std(listener)
        .expect("the listener is open and does not block");
    loop {
        // A connection that is gone before it was accepted is the client's business.
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        let state = Arc::clone(&state);
        let service = service_fn(move |request: Request<Incoming>| {
            let state = Arc::clone(&state);
            async move { respond(&state, &request).await }
        });
        tokio::spawn(async move {
            // A connection that breaks, here or there, is part of the play.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn respond(state: &State, request: &Request<Incoming>) -> io::Result<Response<Part>> {
    let outcome = state.take(request.method().as_str(), request.uri(), request.headers());
    let delay = outcome.latency + outcome.answer.delay;
    // The shortest sleep is a millisecond, also one of no time at all.
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let accepts_gzip = request
        .headers()
        .get("accept-encoding")
        .is_some_and(|value| value.as_bytes().windows(4).any(|word| word == b"gzip"));
    send(outcome.answer, outcome.gzip && accepts_gzip)
}

fn send(answer: Answer, compressed: bool) -> io::Result<Response<Part>> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    let mut body = answer.body;
    if compressed && answer.delivery == Delivery::Whole {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&body)?;
        body = encoder.finish()?;
        response = response.header("content-encoding", "gzip");
    }
    let length = body.len();
    let mut body = Bytes::from(body);
    let then = match answer.delivery {
        Delivery::Whole => Then::End,
        Delivery::Cut(bytes) => {
            body.truncate(bytes);
            Then::Cut
        }
        Delivery::Stall(bytes) => {
            body.truncate(bytes);
            Then::Stall
        }
        Delivery::Drip(each) => Then::Drip(each, Box::pin(tokio::time::sleep(each))),
        Delivery::None => return Err(io::ErrorKind::ConnectionAborted.into()),
    };
    response
        .body(Part { body, length: length as u64, then, flushed: false })
        .map_err(io::Error::other)
}

/// A body that promises its length and may not keep to it.
struct Part {
    body: Bytes,
    length: u64,
    then: Then,
    flushed: bool,
}

enum Then {
    End,
    Cut,
    Stall,
    Drip(Duration, Pin<Box<Sleep>>),
}

impl Body for Part {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Then::Drip(each, pause) = &mut self.then {
            std::task::ready!(pause.as_mut().poll(context));
            *pause = Box::pin(tokio::time::sleep(*each));
            let one = self.body.len().min(1);
            let byte = self.body.split_to(one);
            return Poll::Ready((!byte.is_empty()).then(|| Ok(Frame::data(byte))));
        }
        if !self.body.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.body)))));
        }
        match self.then {
            Then::End | Then::Drip(..) => Poll::Ready(None),
            Then::Stall => Poll::Pending,
            Then::Cut if self.flushed => {
                Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
            }
            Then::Cut => {
                // An error now would also discard what is not on the wire yet.
                self.flushed = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_empty() && matches!(self.then, Then::End)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
