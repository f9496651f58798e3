//! `status --serve`: the page, fresh at each look, as a small server shows it.
//!
//! It answers who looks and changes nothing. On this machine's own address it answers whoever
//! is on the machine, and no page of another site that has a name lead here; on any other
//! address it answers who has the token that it made when it began.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{HOST, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use sha2::{Digest as _, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::chosen::Chosen;
use super::page::{Page, SERVED_POLICY, Seen};
use super::{block_on, now, print, print_errors};
use crate::settings::Databases;
use connector_core::error::{Error, Result};

/// How many may look at the same time; others wait.
const AT_A_TIME: usize = 32;

/// How long somebody may take to say what they want.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a page is shown without a new look at the database, at the least.
const FRESH: Duration = Duration::from_millis(500);

/// The same as a multiple of the time that the page took: a look at many connections, or at
/// large tables that are counted, may cost the database a tenth of its time.
const REST: u32 = 9;

/// What a refusal is written in.
const TEXT: &str = "text/plain; charset=utf-8";

/// Who may look, and where the page is had from.
struct Door {
    /// What the address has to have, where it is not this machine's own.
    token: Option<String>,
    ask: mpsc::Sender<oneshot::Sender<Bytes>>,
}

/// Shows these connections until Ctrl-C, at that address.
pub(super) fn serve(
    mut chosen: Chosen,
    address: SocketAddr,
    counting: bool,
    max_age: Option<TimeDelta>,
) -> Result<u8> {
    let wrong = std::mem::take(&mut chosen.wrong);
    print_errors(&wrong);
    block_on(async {
        let listener = TcpListener::bind(address).await.map_err(|error| cannot(address, &error))?;
        let bound = listener.local_addr().map_err(|error| cannot(address, &error))?;
        let token = (!address.ip().is_loopback()).then(token).transpose()?;
        let query = token.as_ref().map(|token| format!("?token={token}")).unwrap_or_default();
        print(&format!("http://{bound}/{query} shows it, fresh at each look; Ctrl-C ends it"))?;
        let (ask, mut asked) = mpsc::channel(AT_A_TIME);
        let door = Arc::new(Door { token, ask });
        let room = Arc::new(Semaphore::new(AT_A_TIME));
        let mut databases = Databases::default();
        let mut page = Bytes::new();
        let mut fresh_until = Instant::now();
        loop {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => break,
                // One who cannot be let in is no reason to end.
                Ok((stream, _)) = listener.accept() => {
                    tokio::spawn(answer_all(stream, Arc::clone(&door), Arc::clone(&room)));
                }
                Some(reply) = asked.recv() => {
                    let begun = Instant::now();
                    if begun >= fresh_until {
                        let now = now();
                        let (seen, more) = chosen
                            .read_in(&mut databases, &async |connector, place, database| {
                                Seen::read((connector, place, database), counting, max_age, now).await
                            })
                            .await;
                        let failures: Vec<&Error> = wrong.iter().chain(&more).collect();
                        page = Page::of(seen, &failures, max_age, now).served().html().into();
                        fresh_until = Instant::now() + FRESH.max(begun.elapsed() * REST);
                    }
                    // Who asked may be gone.
                    let _ = reply.send(page.clone());
                }
            }
        }
        databases.close().await;
        Ok(0)
    })?
}

fn cannot(address: SocketAddr, error: &std::io::Error) -> Error {
    Error::settings(format!("nothing can be served at {address}: {}", error.kind()))
        .next("name another port, as in --serve 127.0.0.1:8485")
}

/// What nobody guesses.
fn token() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::settings("this machine has no random numbers").because(error))?;
    Ok(bytes.map(|byte| format!("{byte:02x}")).concat())
}

async fn answer_all(stream: TcpStream, door: Arc<Door>, room: Arc<Semaphore>) {
    let Ok(_room) = room.acquire().await else { return };
    let service = service_fn(|request| answer(request, Arc::clone(&door)));
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        // Whoever looks again comes again.
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // Who hangs up is not answered, and needs no word about it.
    let _ = serving.await;
}

async fn answer(
    request: Request<Incoming>,
    door: Arc<Door>,
) -> std::result::Result<Response<Full<Bytes>>, Infallible> {
    if let Some((status, why)) = refusal(&request, &door) {
        return Ok(respond(status, TEXT, Bytes::from(why)));
    }
    let (reply, page) = oneshot::channel();
    let asked = door.ask.send(reply).await;
    Ok(match (asked, page.await) {
        (Ok(()), Ok(page)) => respond(StatusCode::OK, "text/html; charset=utf-8", page),
        _ => respond(StatusCode::SERVICE_UNAVAILABLE, TEXT, Bytes::from("it is about to end\n")),
    })
}

/// Why somebody is not shown the page.
fn refusal<B>(request: &Request<B>, door: &Door) -> Option<(StatusCode, &'static str)> {
    match &door.token {
        None => {
            let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
            if !host.is_some_and(is_own) {
                return Some((StatusCode::FORBIDDEN, "this page is for this machine alone\n"));
            }
        }
        Some(token) => {
            let query = request.uri().query().unwrap_or_default();
            let given = url::form_urlencoded::parse(query.as_bytes());
            let given = given.filter(|(name, _)| name == "token").map(|(_, value)| value);
            // Hashes are compared, so that time tells nothing of how much was right.
            let hash = |text: &str| Sha256::digest(text);
            if given.last().is_none_or(|given| hash(&given) != hash(token)) {
                return Some((StatusCode::FORBIDDEN, "the address lacks its token\n"));
            }
        }
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return Some((StatusCode::METHOD_NOT_ALLOWED, "there is nothing to do here but to look\n"));
    }
    (request.uri().path() != "/").then_some((StatusCode::NOT_FOUND, "there is one page, at /\n"))
}

/// Whether that is a name of this machine for itself.
fn is_own(host: &str) -> bool {
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    let name = name.map_or(host, |(name, _)| name);
    name.eq_ignore_ascii_case("localhost")
        || name.trim_matches(['[', ']']).parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

fn respond(status: StatusCode, kind: &'static str, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let policy = HeaderValue::from_str(&SERVED_POLICY);
    let policy = policy.unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let headers = response.headers_mut();
    headers.insert("content-security-policy", policy);
    for (name, value) in [
        ("content-type", kind),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cross-origin-resource-policy", "same-origin"),
        ("allow", "GET, HEAD"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_another_site_has_lead_here_is_none_of_this_machine() {
        for own in ["localhost", "localhost:8484", "127.0.0.1:8484", "[::1]:8484", "127.0.0.2"] {
            assert!(is_own(own), "{own}");
        }
        for other in ["evil.example:8484", "localhost.evil.example", "10.0.0.1", "", ":8484"] {
            assert!(!is_own(other), "{other}");
        }
    }
}
