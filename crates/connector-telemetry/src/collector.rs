//! The collector: where batches are sent to, by threads that have no runtime of their own.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use connector_core::ask::client_of;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use reqwest::header::RETRY_AFTER;
use tokio::runtime::Handle;
use url::Url;

use crate::asked::Signal;

/// The size of an answer beyond which it says nothing.
const LONGEST: usize = 64 << 10;

/// How the last batch was taken.
#[derive(Debug, Default)]
pub(crate) struct Outcome(Mutex<Option<String>>);

impl Outcome {
    fn note(&self, failure: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = failure;
    }

    /// Why it was not taken, in words, if it was not.
    pub(crate) fn failure(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What sends batches.
#[derive(Debug)]
pub(crate) struct Collector {
    http: reqwest::Client,
    runtime: Handle,
    outcome: Arc<Outcome>,
}

impl Collector {
    /// The collector of a signal; nothing is sent yet.
    pub(crate) fn at(
        signal: &Signal,
        runtime: &Handle,
        outcome: &Arc<Outcome>,
    ) -> Result<Self, String> {
        let place = Url::parse(&signal.endpoint).map_err(|_| "its address is none".to_owned())?;
        let http = client_of(&place, &[], signal.timeout).map_err(|error| error.to_string())?;
        Ok(Self { http, runtime: runtime.clone(), outcome: Arc::clone(outcome) })
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sent = sent(self.http.clone(), reqwest::Request::try_from(request)?);
        let answer = self.runtime.spawn(sent).await?;
        self.outcome.note(match &answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("the collector answered {}", answer.status().as_u16())),
            Err(error) => Some(error.to_string()),
        });
        Ok(answer?)
    }
}

/// Sends a batch, and returns as much of the answer as says something.
async fn sent(http: reqwest::Client, request: reqwest::Request) -> Result<Response<Bytes>, Lost> {
    let mut answer = http.execute(request).await.map_err(|error| Lost::of(&error))?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| Lost::of(&error))? {
        if body.len() + chunk.len() > LONGEST {
            return Err(Lost::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    let mut told = Response::new(Bytes::from(body));
    *told.status_mut() = answer.status();
    if let Some(wait) = answer.headers().get(RETRY_AFTER) {
        told.headers_mut().insert(RETRY_AFTER, wait.clone());
    }
    Ok(told)
}

/// Why a batch was not taken. What a library says of it has the address.
#[derive(Clone, Copy, Debug)]
enum Lost {
    Away,
    Slow,
    BrokenOff,
    TooLong,
}

impl Lost {
    fn of(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::Slow
        } else if error.is_connect() {
            Self::Away
        } else {
            Self::BrokenOff
        }
    }
}

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Away => "the collector cannot be reached",
            Self::Slow => crate::SLOW,
            Self::BrokenOff => "the answer of the collector broke off",
            Self::TooLong => "the answer of the collector is too long",
        })
    }
}

impl std::error::Error for Lost {}
