//! State: what the server shares with the test, and the way of one request.
//!
//! Requests are taken one after the other, so the log has an order, a limit has
//! a count, and a script sees the changes that the one before it made. No lock
//! is held while a script runs: it may use whatever handles it has.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use connector_core::{Connector, Resource};
use hyper::{HeaderMap, Uri};
use url::form_urlencoded;

use crate::answer::Answer;
use crate::content::Holdings;
use crate::listing::Listing;
use crate::page;
use crate::route::{self, Request};

/// How often the vendor lets itself be asked: `requests` in any span of `per`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// The number of requests.
    pub requests: usize,
    /// The span that they are counted over.
    pub per: Duration,
    /// What a refused request is told to wait, in whole seconds; without it, nothing is said.
    pub retry_after: Option<Duration>,
}

pub(crate) type Script = Arc<dyn Fn(&Request, Answer) -> Answer + Send + Sync>;

pub(crate) struct State {
    pub(crate) connector: &'static Connector,
    pub(crate) base_url: String,
    pub(crate) holdings: Holdings,
    settings: Mutex<Settings>,
    log: Mutex<Log>,
}

/// What a test can switch while the vendor serves.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) key: String,
    pub(crate) unauthorized_allowed: bool,
    pub(crate) latency: Duration,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) page_cap: Option<u64>,
    pub(crate) gzip: bool,
    pub(crate) script: Option<Script>,
}

/// What has happened so far.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) requests: Vec<Request>,
    /// What no declaration explains.
    pub(crate) unexplained: Vec<String>,
    /// The number of requests for each resource.
    counts: HashMap<Option<&'static str>, usize>,
    /// When the requests within the rate limit came.
    granted: VecDeque<Instant>,
}

/// An answer to send.
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    pub(crate) latency: Duration,
    pub(crate) gzip: bool,
}

/// Why a request gets an error, and whether a declaration explains that it came.
struct Refusal {
    answer: Answer,
    unexplained: Option<String>,
}

impl State {
    pub(crate) fn new(connector: &'static Connector, base_url: String, holdings: Holdings) -> Self {
        let settings = Settings {
            key: "test-key".to_owned(),
            unauthorized_allowed: false,
            latency: Duration::ZERO,
            rate_limit: None,
            page_cap: None,
            gzip: false,
            script: None,
        };
        Self {
            connector,
            base_url,
            holdings,
            settings: Mutex::new(settings),
            log: Mutex::default(),
        }
    }

    pub(crate) fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one request: the honest answer to it, what a script makes of that, and the log.
    pub(crate) fn take(&self, method: &str, uri: &Uri, headers: &HeaderMap) -> Outcome {
        let settings = self.settings().clone();
        let mut query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
        let authorized =
            route::is_authorized(self.connector.auth, &settings.key, headers, &mut query);
        let (resource, partition) = route::find(self.connector, uri.path(), &query).unzip();
        let name = resource.map(|resource: &Resource| resource.name);
        let mut request = Request {
            method: method.to_owned(),
            path: uri.path().to_owned(),
            query,
            resource: name,
            partition: partition.flatten(),
            nth: self.log().count(name),
            status: None,
        };
        let answer = || self.answer(&settings, &mut request, resource, authorized);
        let answer = catch_unwind(AssertUnwindSafe(answer)).unwrap_or_else(|_| {
            let message = format!("{method} {}: a panic, as printed above", uri.path());
            self.log().unexplained.push(message);
            Answer::closed()
        });
        request.status = answer.sent_status();
        self.log().requests.push(request);
        Outcome { answer, latency: settings.latency, gzip: settings.gzip }
    }

    fn answer(
        &self,
        settings: &Settings,
        request: &mut Request,
        resource: Option<&'static Resource>,
        authorized: bool,
    ) -> Answer {
        let honest = self.honest(settings, request, resource, authorized);
        let honest = honest.unwrap_or_else(|Refusal { answer, unexplained }| {
            let about = |message| format!("{} {}: {message}", request.method, request.path);
            self.log().unexplained.extend(unexplained.map(about));
            answer
        });
        request.status = honest.sent_status();
        match &settings.script {
            Some(script) => script(request, honest),
            None => honest,
        }
    }

    fn honest(
        &self,
        settings: &Settings,
        request: &Request,
        resource: Option<&'static Resource>,
        authorized: bool,
    ) -> Result<Answer, Refusal> {
        let Some(resource) = resource else {
            return Err(self.unexplained(404, "not_found", "no resource has this path"));
        };
        if request.method != "GET" {
            return Err(self.unexplained(405, "method_not_allowed", "nothing but GET is declared"));
        }
        if !authorized {
            let mut refusal = self.unexplained(401, "unauthorized", "the key is missing or wrong");
            refusal.unexplained.take_if(|_| settings.unauthorized_allowed);
            return Err(refusal);
        }
        if let Err(message) = route::check_query(self.connector, resource, &request.query) {
            return Err(self.unexplained(400, "bad_request", &message));
        }
        if let Some(limit) = settings.rate_limit
            && !self.log().grants(limit)
        {
            return Err(self.too_many(limit));
        }
        let listing = Listing::new(self.connector, resource.name, request.partition.as_deref());
        self.holdings.with(|store| {
            if let (Some(parent), Some(value)) = (resource.parent, &request.partition)
                && !store.has_parent(&parent, value)
            {
                let answer =
                    page::error(self.connector, 404, "not_found", "there is no such parent");
                return Err(Refusal { answer, unexplained: None });
            }
            page::answer(resource, &listing, request, store, settings.page_cap, &self.base_url)
                .map_err(|message| self.unexplained(400, "bad_request", &message))
        })
    }

    fn unexplained(&self, status: u16, code: &str, message: &str) -> Refusal {
        Refusal {
            answer: page::error(self.connector, status, code, message),
            unexplained: Some(message.to_owned()),
        }
    }

    fn too_many(&self, limit: RateLimit) -> Refusal {
        let mut answer = page::error(self.connector, 429, "too_many_requests", "slow down");
        if let Some(wait) = limit.retry_after {
            answer = answer.header("retry-after", &wait.as_secs());
        }
        Refusal { answer, unexplained: None }
    }
}

impl Log {
    /// How many requests for the same resource came before this one.
    fn count(&mut self, resource: Option<&'static str>) -> usize {
        let count = self.counts.entry(resource).or_default();
        *count += 1;
        *count - 1
    }

    /// Whether a request now is within the limit; if so, it counts.
    fn grants(&mut self, limit: RateLimit) -> bool {
        let now = Instant::now();
        while self.granted.front().is_some_and(|&then| now.duration_since(then) >= limit.per) {
            self.granted.pop_front();
        }
        let granted = self.granted.len() < limit.requests;
        if granted {
            self.granted.push_back(now);
        }
        granted
    }
}
