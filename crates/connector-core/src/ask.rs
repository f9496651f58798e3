//! Sockets: one vendor, one client, one limit.
//!
//! The key is put onto a request here and nowhere else, and only after the
//! address was found below the base URL, or below what the settings allow: no
//! redirect and no link in a response leads it elsewhere.

mod address;
pub(crate) mod auth;
mod cause;
mod coding;
mod failure;
mod guess;
mod pace;
mod patience;
mod place;
mod post;
mod reach;
mod response;
mod retry;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT_ENCODING, HeaderValue};
use reqwest::{Method, Request, StatusCode};
use serde::{Deserialize, Serialize};
use tracing::field::Empty;
use tracing::{Instrument as _, Span, debug, debug_span, info, trace};
use url::Url;

use self::auth::Credential;
use self::retry::Decision;
use crate::budget::{Budget, Reservation};
use crate::error::{Error, ErrorKind, NotTried, Result};
use crate::pieces;
use crate::stop::Stop;
use crate::words::span;
use connector_spec::{ErrorShape, Rate, Retry};

pub use address::{address, check_address};
use coding::Coding;
use failure::{Failure, LATER, cut_off, damaged};
pub(crate) use guess::Guess;
pub(crate) use pace::{Listener, SharedLimit};
use pace::{Pace, Rest};
use patience::Patience;
pub(crate) use patience::apart;
pub use place::is_loopback;
pub use post::Receiver;
pub use reach::{Route, client_of};
/// A certificate authority.
pub use reqwest::Certificate as Authority;
pub use response::Response;

/// The shortest rest that is told.
pub(crate) const WORTH_SAYING: Duration = Duration::from_secs(10);

/// The most requests to one vendor at the same time, where nobody says otherwise.
const AT_A_TIME: usize = 10;

/// How long a client waits, and how much it takes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For a connection.
    pub(crate) connect: Duration,
    /// For the next bytes of a response.
    pub(crate) idle: Duration,
    /// For a whole response.
    pub(crate) total: Duration,
    /// The size of a response, decompressed.
    pub(crate) body: usize,
    /// The size of an answer that is an error, beyond which it says nothing.
    pub(crate) error: usize,
    /// The bytes that have to come in a second, over each span of `idle`.
    pub(crate) rate: u64,
    /// The requests that may be under way at the same time.
    pub(crate) at_a_time: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            total: Duration::from_mins(5),
            body: 64 << 20,
            error: 1 << 20,
            rate: 100,
            at_a_time: AT_A_TIME,
        }
    }
}

/// What a resource's requests cost, counted while they run.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Requests sent, repetitions included.
    pub requests: AtomicU64,
    /// Repetitions.
    pub retries: AtomicU64,
    /// Answers 429: the vendor wants to be asked more slowly.
    pub throttled: AtomicU64,
    /// Bytes received, decompressed.
    pub bytes: AtomicU64,
    /// Requests for pages that were not there, or elsewhere, as far as they were asked for ahead.
    pub unused: AtomicU64,
    /// Time spent waiting: for the limit, and before repetitions.
    pub waited_ms: AtomicU64,
    /// Requests that wait for the limit that is kept.
    pub held: AtomicU64,
    /// Requests that wait before they are repeated.
    pub pausing: AtomicU64,
    /// Until when the vendor is not asked by anybody, as it wants a rest.
    rest: Rest,
    /// Pages that were read.
    pub pages: AtomicU64,
    /// Rows that came in them.
    pub rows: AtomicU64,
    /// The rows that there are, where the vendor says so.
    pub total: AtomicU64,
}

/// What requests cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cost {
    pub(crate) requests: u64,
    pub(crate) retries: u64,
    // An interrupted run of an older version has not counted them.
    #[serde(default)]
    pub(crate) throttled: u64,
    #[serde(default)]
    pub(crate) unused: u64,
    pub(crate) bytes: u64,
    pub(crate) waited_ms: u64,
}

impl Cost {
    /// What came to it since then.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            requests: self.requests - before.requests,
            retries: self.retries - before.retries,
            throttled: self.throttled - before.throttled,
            unused: self.unused - before.unused,
            bytes: self.bytes - before.bytes,
            waited_ms: self.waited_ms - before.waited_ms,
        }
    }

    /// Adds what others cost.
    pub(crate) fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.retries += other.retries;
        self.throttled += other.throttled;
        self.unused += other.unused;
        self.bytes += other.bytes;
        self.waited_ms += other.waited_ms;
    }
}

impl Traffic {
    /// Whether requests wait for a time that is known: then nothing has to come.
    pub fn waits(&self) -> bool {
        let counts = [&self.held, &self.pausing];
        counts.iter().any(|count| count.load(Ordering::Relaxed) > 0) || self.rest.left().is_some()
    }

    /// What was spent so far.
    pub(crate) fn cost(&self) -> Cost {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Cost {
            requests: of(&self.requests),
            retries: of(&self.retries),
            throttled: of(&self.throttled),
            unused: of(&self.unused),
            bytes: of(&self.bytes),
            waited_ms: of(&self.waited_ms),
        }
    }

    /// How long the vendor rests still, if it does.
    pub fn rest_left(&self) -> Option<Duration> {
        self.rest.left()
    }

    /// Lets it seem that the vendor rests for so long.
    pub fn rest_for(&self, time: Duration) {
        self.rest.extend(time);
    }
}

/// The client of one connection.
pub struct Client {
    http: reqwest::Client,
    base: Url,
    /// Where a person set it, in words, if that is known.
    base_source: Option<String>,
    /// Where else the key may go.
    hosts: Vec<Url>,
    credential: Credential,
    retry: Retry,
    errors: &'static [ErrorShape],
    limits: Limits,
    pace: Pace,
    stop: Stop,
    budget: Budget,
    /// The presets that send the key in another way.
    other_ways: Vec<&'static str>,
    /// Whether a 429 came, after which some vendors revoke the key.
    limited: AtomicBool,
    /// Whether the key was refused, after which it is not shown again.
    refused: AtomicBool,
    /// Whether the key was good for something.
    accepted: AtomicBool,
    /// How often it was answered with 401 since it was good last.
    denied: AtomicU32,
    /// Whether the vendor asked for more patience than a run has, after which it is left alone.
    dismissed: AtomicBool,
}

/// Where a vendor is, and who says that it is the vendor.
pub(crate) struct Whereabouts {
    /// The base URL.
    pub(crate) base: Url,
    /// Where a person set it, in words, if that is known.
    pub(crate) base_source: Option<String>,
    /// Where else the key may go.
    pub(crate) hosts: Vec<Url>,
    /// Authorities beside those of the system.
    pub(crate) authorities: Vec<Authority>,
}

/// What to ask for.
#[derive(Clone, Debug)]
pub enum Target {
    /// A path below the base URL, with its query.
    Path {
        /// The path as it is declared, which is what may be shown of it.
        path: &'static str,
        /// The segments, not yet encoded.
        segments: Vec<String>,
        /// The query, not yet encoded.
        query: Vec<(String, String)>,
    },
    /// An address that a response named.
    Url(String),
}

impl Client {
    /// A client for one vendor; nothing is sent yet.
    pub(crate) fn new(
        Whereabouts { base, base_source, hosts, authorities }: Whereabouts,
        (credential, other_ways): (Credential, Vec<&'static str>),
        (retry, rate, errors): (Retry, Option<Rate>, &'static [ErrorShape]),
        limits: Limits,
        (stop, requests): (Stop, Option<u64>),
        budget: &Budget,
    ) -> Result<Self> {
        // Asking for the default provider twice is fine: the first one stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the client that all others are warned to use"
        )]
        let builder = reqwest::Client::builder();
        let places: Vec<&Url> = hosts.iter().chain([&base]).collect();
        places.iter().try_for_each(|place| reach::check_proxy(place))?;
        // Plain HTTP needs no authority, and there may be none.
        let builder = if reach::needs_authorities(&places) {
            builder.tls_certs_merge(authorities)
        } else {
            builder.tls_certs_only(authorities)
        };
        let http = reach::through_proxies(builder, &places)
            .user_agent(concat!("vendor-connectors/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(limits.connect)
            .read_timeout(limits.idle)
            .redirect(reqwest::redirect::Policy::none())
            // It would stop at the first member, if another crate turned it on.
            .no_gzip()
            .build()
            .map_err(reach::no_client)?;
        Ok(Self {
            http,
            base,
            base_source,
            hosts,
            credential,
            retry,
            errors,
            limits,
            pace: Pace::new(rate, limits.at_a_time, stop.clone(), requests)?,
            stop,
            budget: budget.clone(),
            other_ways,
            limited: AtomicBool::new(false),
            refused: AtomicBool::new(false),
            accepted: AtomicBool::new(false),
            denied: AtomicU32::new(0),
            dismissed: AtomicBool::new(false),
        })
    }

    /// Asks until there is an answer that is worth reading, or no more try.
    pub(crate) async fn get(&self, target: &Target, traffic: &Traffic) -> Result<Response> {
        let response = self.get_in(self.budget.reserve(), 0, target, traffic, None).await?;
        response.ok_or_else(|| Error::new(ErrorKind::Stopped, "there is no room for the page"))
    }

    /// Counters of requests that are made with this client.
    pub(crate) fn traffic(&self) -> Traffic {
        Traffic { rest: self.pace.rest.clone(), ..Traffic::default() }
    }

    /// Reserves room for an answer of so many bytes that is asked for ahead of its turn, if there is any.
    pub(crate) fn reserve_ahead(&self, bytes: usize) -> Option<Reservation> {
        self.budget.reserve_ahead(bytes)
    }

    /// Reserves room for an answer whose turn it is.
    pub(crate) fn reserve(&self) -> Reservation {
        self.budget.reserve()
    }

    /// What [`get`](Self::get) does, within a [reservation](Self::reserve) that was made before, for an
    /// answer of about so many bytes; nothing if that was too small for an answer whose turn it is not.
    ///
    /// A guess is made once, and what it fails with is no matter but for what it says of the
    /// pace: the page is asked for by the book when its turn comes, if it comes.
    pub(crate) async fn get_in(
        &self,
        mut room: Reservation,
        bytes: usize,
        target: &Target,
        traffic: &Traffic,
        guess: Option<&Guess>,
    ) -> Result<Option<Response>> {
        let mut url = self.address(target)?;
        // An address has keys of rows in it, so no log shows one.
        let mut path = match target {
            Target::Path { path, .. } => path,
            Target::Url(_) => "(a link)",
        };
        let mut redirects = 0;
        let mut tries = 0;
        // Before a lane: whoever waits for room would keep the others from asking.
        if !room.hold(bytes).await {
            return Ok(None);
        }
        let mut lane = self.pace.lane().await;
        let mut patience = Patience::new(&self.limits, &self.stop);
        loop {
            lane.wait(traffic).await?;
            self.check_welcome()?;
            if guess.is_some_and(|guess| !guess.take()) {
                return Ok(None);
            }
            self.pace.spend()?;
            tries += 1;
            traffic.requests.fetch_add(1, Ordering::Relaxed);
            let (asked, begun) = ((&url, path, tries), Instant::now());
            let of_the_key = guess.is_none();
            let answer =
                self.try_within_span(asked, traffic, &mut room, &mut patience, of_the_key).await;
            let failure = match answer {
                Ok(response) => {
                    lane.note_answer(begun.elapsed());
                    return Ok(Some(response));
                }
                Err(_) if room.is_short() => return Ok(None),
                Err(failure) => failure,
            };
            room.give_back();
            if failure.limited {
                traffic.throttled.fetch_add(1, Ordering::Relaxed);
                lane.note_limit();
            }
            if guess.is_some() && !failure.rests {
                return Ok(None);
            }
            if let Some(location) = failure.redirect {
                redirects += 1;
                if redirects > 5 {
                    let error = Error::new(ErrorKind::Rejected, "the vendor redirects in a circle");
                    return Err(
                        error.next("check the base URL: the address may have moved, or want https")
                    );
                }
                tries -= 1;
                url = self.allowed(url.join(&location).ok(), "a redirect")?;
                path = "(a redirect)";
                continue;
            }
            if !failure.passes {
                return Err(failure.error);
            }
            if patience.is_spent() {
                return Err(failure.error.at("tries", tries).next(LATER));
            }
            let answer = failure.answer.as_ref().map(|(status, headers)| (*status, headers));
            match retry::decide(&self.retry, tries, answer, SystemTime::now()) {
                Decision::Wait(wait) => {
                    traffic.retries.fetch_add(u64::from(guess.is_none()), Ordering::Relaxed);
                    // Of all that were told to rest at once, one says so.
                    if !failure.rests || self.pace.rest(wait) {
                        let (wait_ms, tries) = (millis(wait), u64::from(tries));
                        let (wait, error) = (span(wait), &failure.error);
                        info!(wait_ms, tries, "asking again in {wait}: {error}");
                    }
                    if guess.is_some() {
                        return Ok(None);
                    }
                    if !failure.rests {
                        self.pace.pause(wait, traffic).await?;
                    }
                }
                Decision::GiveUp if tries > 1 => {
                    if failure.limited {
                        self.dismissed.store(true, Ordering::Relaxed);
                    }
                    let advised = failure.error.advice().is_some();
                    let error = failure.error.at("tries", tries);
                    return Err(if advised { error } else { error.next(LATER) });
                }
                Decision::GiveUp => return Err(failure.error),
                Decision::ComeBack(wait) => {
                    self.dismissed.store(true, Ordering::Relaxed);
                    return Err(failure.error.next(come_back(wait)).rests(wait));
                }
            }
        }
    }

    /// Fails if the vendor wants to be asked no more, with this key or today.
    fn check_welcome(&self) -> Result<()> {
        if self.refused.load(Ordering::Relaxed) {
            return Err(Error::not_tried(NotTried::KeyRefused));
        }
        if self.dismissed.load(Ordering::Relaxed) {
            return Err(Error::not_tried(NotTried::Rest).next("run again later"));
        }
        Ok(())
    }

    /// Asks once, within a span of its own.
    async fn try_within_span(
        &self,
        (url, path, tries): (&Url, &str, u32),
        traffic: &Traffic,
        room: &mut Reservation,
        patience: &mut Patience<'_>,
        of_the_key: bool,
    ) -> Result<Response, Failure> {
        let span = debug_span!(
            "request",
            otel.kind = "client",
            http.request.method = "GET",
            // As it is declared: an address has keys of rows in it.
            url.template = path,
            http.request.resend_count = Some(i64::from(tries) - 1).filter(|before| *before > 0),
            http.response.status_code = Empty,
            bytes = Empty,
            error.type = Empty,
            otel.status_code = Empty,
        );
        let answer = self.try_once((url, path), traffic, room, patience, of_the_key);
        let answer = answer.instrument(span.clone()).await;
        span.in_scope(|| note_answer(&span, path, &answer));
        answer
    }

    async fn try_once(
        &self,
        (url, path): (&Url, &str),
        traffic: &Traffic,
        room: &mut Reservation,
        patience: &mut Patience<'_>,
        of_the_key: bool,
    ) -> Result<Response, Failure> {
        let mut request = Request::new(Method::GET, url.clone());
        let accepted = HeaderValue::from_static(coding::ACCEPTED);
        request.headers_mut().insert(ACCEPT_ENCODING, accepted);
        self.credential.sign(&mut request).map_err(Failure::lasting)?;
        debug!(path, "asking");
        patience.begin();
        let mut response = patience
            .wait(self.http.execute(request))
            .await?
            .map_err(|error| self.unreachable(url, &error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        trace!(path, status = status.as_u16(), "an answer begins");
        let body = self.read(&mut response, traffic, room, patience).await?;
        if status == StatusCode::OK {
            self.denied.store(0, Ordering::Relaxed);
            if !self.accepted.swap(true, Ordering::Relaxed) {
                self.pace.widen();
            }
            if let Some(rest) = retry::exhausted(&headers, SystemTime::now())
                && self.pace.rest(rest)
                && rest >= WORTH_SAYING
            {
                let wait_ms = millis(rest);
                let rest = span(rest);
                info!(wait_ms, "resting {rest}: the vendor says that its limit is used up");
            }
            let room = Arc::new(std::mem::replace(room, self.budget.reserve()));
            let url = url.clone();
            return apart(body.len(), &self.stop, move || Response::new(body, headers, url, room))
                .await
                .map_err(Failure::lasting)?
                .map_err(Failure::passing);
        }
        if !of_the_key && matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            // A page that may not be there says nothing about the key.
            let what = format!("the vendor answered {status}");
            return Err(Failure::lasting(Error::new(ErrorKind::Forbidden, what)));
        }
        Err(self.refused(status, headers, &body))
    }

    /// The body of an answer, out of its compression. That of an error is empty if it cannot
    /// be read, as the status says more.
    async fn read(
        &self,
        response: &mut reqwest::Response,
        traffic: &Traffic,
        room: &mut Reservation,
        patience: &mut Patience<'_>,
    ) -> Result<Vec<u8>, Failure> {
        let good = response.status() == StatusCode::OK;
        let mut coding = match Coding::of(response.headers()) {
            Some(coding) => coding,
            None if good => return Err(Failure::lasting(failure::packed())),
            None => return Ok(Vec::new()),
        };
        let length = response.content_length().and_then(|length| usize::try_from(length).ok());
        let most = if good { self.limits.body } else { self.limits.error };
        let length = length.unwrap_or_default().min(most);
        // Memory that was used before is there at once, so there has to be room for all of it.
        let has_room = patience.pause(room.hold(length)).await;
        let mut body = pieces::buffer(if has_room { length } else { 0 });
        while let Some(chunk) = patience
            .wait(response.chunk())
            .await?
            .map_err(|error| Failure::passing(cut_off(&error)))?
        {
            patience.came(chunk.len()).map_err(Failure::passing)?;
            let mut came = chunk.as_ref();
            while !came.is_empty() {
                let before = body.len();
                if !patience.pause(room.hold(before + coding.step(came.len()))).await {
                    let what = "there is no room for the page yet";
                    return Err(Failure::lasting(Error::new(ErrorKind::Stopped, what)));
                }
                match coding.decode(&mut came, &mut body) {
                    Err(_) if !good => return Ok(Vec::new()),
                    decoded => decoded.map_err(|error| Failure::passing(damaged(&error)))?,
                }
                traffic.bytes.fetch_add((body.len() - before) as u64, Ordering::Relaxed);
                if body.len() > most && !good {
                    // Nobody says what is wrong at such length.
                    return Ok(Vec::new());
                }
                if body.len() > most {
                    let what =
                        format!("the response is larger than {} MiB", self.limits.body >> 20);
                    return Err(Failure::lasting(
                        Error::new(ErrorKind::Contract, what).next("ask for smaller pages"),
                    ));
                }
            }
        }
        match coding.finish(&mut body) {
            Err(_) if !good => Ok(Vec::new()),
            ended => ended.map(|()| body).map_err(|error| Failure::passing(damaged(&error))),
        }
    }

    /// The address of a target, if the key may go there.
    fn address(&self, target: &Target) -> Result<Url> {
        match target {
            Target::Path { segments, query, .. } => {
                let mut url = self.base.clone();
                // What an address cannot hold would be left out, and lead elsewhere.
                if segments.iter().any(|segment| {
                    matches!(segment.as_str(), "." | ".." | "")
                        || segment.contains(['\t', '\n', '\r'])
                }) {
                    let what = "a key of the parent cannot stand in a path";
                    return Err(Error::new(ErrorKind::Contract, what)
                        .next("look at the parent's row; its children cannot be asked for"));
                }
                // Appended to the base's own path: RFC 3986 resolution would drop the end of it.
                if let Ok(mut path) = url.path_segments_mut() {
                    path.pop_if_empty().extend(segments);
                }
                if !query.is_empty() {
                    url.query_pairs_mut().extend_pairs(query);
                }
                Ok(url)
            }
            Target::Url(text) => self.allowed(self.base.join(text).ok(), "the next page's address"),
        }
    }

    /// The address of a link, which may be relative to the page that it stands on,
    /// and without the key, which some vendors repeat in it.
    pub(crate) fn link(&self, page: &Response, link: &str) -> Result<String> {
        let address = page.url.join(link).map_or_else(
            |_| link.to_owned(),
            |mut url| {
                self.credential.remove_from(&mut url);
                url.set_fragment(None);
                url.into()
            },
        );
        // It becomes a position, and positions are stored.
        if self.credential.stands_in(&address) {
            let what = "the next page's address has the key in its path";
            return Err(Error::new(ErrorKind::Contract, what)
                .next("choose another way of paging in a preset; a key is not stored"));
        }
        Ok(address)
    }

    /// How many requests may be under way at the same time.
    pub(crate) fn at_a_time(&self) -> usize {
        self.limits.at_a_time
    }

    /// How many requests may be under way at the same time with those that may be in vain.
    pub(crate) fn guesses_at_a_time(&self) -> usize {
        self.pace.guesses()
    }

    /// What a listing holds as long as it is being read, so that others leave it a lane.
    pub(crate) fn listing(&self) -> Arc<()> {
        self.pace.listing()
    }

    /// How many more requests a listing could make at once that waits for so many.
    pub(crate) fn free(&self, used: usize) -> usize {
        self.pace.free(used)
    }

    /// Whether a limit is kept.
    pub(crate) fn has_limit(&self) -> bool {
        self.pace.has_limit()
    }

    /// Lets others hear of rests.
    pub(crate) fn tell(&self, listener: Arc<dyn Listener>) {
        self.pace.tell(listener);
    }

    /// Lets others keep the limit too.
    pub(crate) fn share(&self, shared: Arc<dyn SharedLimit>) {
        self.pace.share(shared);
    }

    /// For how long in all the vendor wanted rests, in milliseconds.
    pub(crate) fn rested_ms(&self) -> u64 {
        self.pace.rested_ms()
    }

    /// Rests for that long, as others were told to.
    pub(crate) fn hear_rest(&self, wait: Duration) {
        self.pace.hear_rest(wait);
    }

    /// What tells this key at this vendor from all others, and tells nothing else, for whoever
    /// knows no `secret`.
    pub(crate) fn fingerprint(&self, secret: &str) -> String {
        let port = self.base.port_or_known_default().unwrap_or_default();
        self.credential.fingerprint(secret, self.base.host_str().unwrap_or_default(), port)
    }

    /// Where the vendor is.
    pub(crate) fn base(&self) -> &str {
        self.base.as_str()
    }
}

/// When to run again after a vendor asked for more patience than a run has.
fn come_back(wait: Duration) -> String {
    // Whoever reads it does so later, so it is the time of a clock, in whole minutes.
    let until = DateTime::<Utc>::from(SystemTime::now() + wait + Duration::from_secs(59));
    let rest = Duration::from_mins(wait.as_secs().div_ceil(60));
    let (until, rest) = (until.format("%Y-%m-%d %H:%M"), span(rest));
    format!("run again at {until} UTC or later; the vendor asked for a rest of {rest}")
}

/// Notes in a request's span what came of it: of an answer that is no good, nothing but its status
/// and the kind of what is wrong.
fn note_answer(span: &Span, path: &str, answer: &Result<Response, Failure>) {
    let answer = match answer {
        Ok(response) => Ok(response.json().len() as u64),
        Err(failure) => Err((failure.error.kind(), failure.answer.as_ref())),
    };
    match answer {
        Ok(bytes) => {
            span.record("http.response.status_code", 200);
            span.record("bytes", signed(bytes));
            debug!(path, bytes, "answered");
        }
        Err((kind, answer)) => {
            let status = answer.map(|(status, _)| status.as_u16());
            span.record("http.response.status_code", status.map(i64::from));
            span.record("error.type", kind.name());
            span.record("otel.status_code", "ERROR");
            debug!(path, status, kind = kind.name(), "not answered");
        }
    }
}

/// A count as a field of a span: those who read spans know no larger integers.
pub(crate) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A time as a number of the log and of records.
pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
