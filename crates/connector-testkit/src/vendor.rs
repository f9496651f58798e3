//! The vendor: what a test starts, sets, watches and ends.
//!
//! A vendor that was asked something that its declaration does not explain fails
//! the test at the end, because a server that forgives a wrong request hides it.

use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{fmt, io};

use connector_core::Connector;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::answer::Answer;
use crate::content::{Content, Holdings};
use crate::listing::Listing;
use crate::route::Request;
use crate::sockets;
use crate::state::{RateLimit, State};

/// A simulated vendor, which serves from `start` until it is dropped.
///
/// Dropping it panics if a request came that the declaration does not explain,
/// as [`finish`](Self::finish) does.
pub struct Vendor {
    state: Arc<State>,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Vendor {
    /// Starts a vendor on a free port of this machine.
    pub fn start(connector: &'static Connector, content: Content) -> io::Result<Self> {
        Self::start_at(0, connector, content)
    }

    /// Starts a vendor on this port of this machine, for one whose address is known before.
    pub fn start_at(
        port: u16,
        connector: &'static Connector,
        content: Content,
    ) -> io::Result<Self> {
        let holdings = content.open(connector)?;
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let state = Arc::new(State::new(connector, base_url, holdings));
        let (stop, stopped) = oneshot::channel();
        let serve = sockets::run(listener, Arc::clone(&state), stopped)?;
        let thread = thread::Builder::new().name("vendor".to_owned()).spawn(serve)?;
        Ok(Self { state, stop: Some(stop), thread: Some(thread) })
    }

    /// Its address, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.state.base_url
    }

    /// The key that it accepts.
    pub fn key(&self) -> String {
        self.state.settings().key.clone()
    }

    /// Accepts this key from now on, and no other.
    pub fn set_key(&self, key: &str) {
        key.clone_into(&mut self.state.settings().key);
    }

    /// Requests without the key are refused as ever, but expected.
    pub fn allow_unauthorized(&self) {
        self.state.settings().unauthorized_allowed = true;
    }

    /// Holds every answer back for so long.
    pub fn set_latency(&self, latency: Duration) {
        self.state.settings().latency = latency;
    }

    /// Refuses what comes faster than this.
    pub fn set_rate_limit(&self, limit: Option<RateLimit>) {
        self.state.settings().rate_limit = limit;
    }

    /// Serves pages of at most so many rows, whatever is asked for.
    ///
    /// A listing that is one response by its declaration stays whole.
    pub fn set_page_cap(&self, cap: Option<u64>) {
        assert_ne!(cap, Some(0), "a page of no rows leads nowhere");
        self.state.settings().page_cap = cap;
    }

    /// Compresses answers for clients that accept it.
    pub fn set_gzip(&self, on: bool) {
        self.state.settings().gzip = on;
    }

    /// Passes every answer through `script` from now on, in place of an earlier one.
    ///
    /// It gets the request and the honest answer, and returns the one to send.
    /// A panic in it, such as a failed assertion, fails the test at the end.
    pub fn on(&self, script: impl Fn(&Request, Answer) -> Answer + Send + Sync + 'static) {
        self.state.settings().script = Some(Arc::new(script));
    }

    /// Answers honestly again.
    pub fn honest(&self) {
        self.state.settings().script = None;
    }

    /// What it holds, as a handle that a script can own.
    pub fn holdings(&self) -> Holdings {
        self.state.holdings.clone()
    }

    /// Changes, inserts or deletes items of a listing, as [`Holdings::edit`].
    pub fn edit(&self, listing: impl Into<Listing>, change: impl FnOnce(&mut Vec<Value>)) {
        self.state.holdings.edit(listing, change);
    }

    /// The items of a listing, as [`Holdings::items`].
    pub fn items(&self, listing: impl Into<Listing>) -> Vec<Value> {
        self.state.holdings.items(listing)
    }

    /// The requests so far, in the order in which they came.
    pub fn requests(&self) -> Vec<Request> {
        self.state.log().requests.clone()
    }

    /// How many requests came so far.
    pub fn asked(&self) -> usize {
        self.state.log().requests.len()
    }

    /// The requests behind so many.
    pub fn requests_behind(&self, asked: usize) -> Vec<Request> {
        self.state.log().requests[asked..].to_vec()
    }

    /// Stops it, and panics if the declaration does not explain every request.
    pub fn finish(self) {
        drop(self);
    }

    /// Ends it, whatever it was asked.
    pub fn finish_unexplained(mut self) {
        drop(self.stop.take());
        let stopped = self.thread.take().map(JoinHandle::join);
        assert!(!matches!(stopped, Some(Err(_))), "the simulated vendor failed");
        self.state.log().unexplained.clear();
    }
}

impl fmt::Debug for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vendor")
            .field("connector", &self.state.connector.name)
            .field("base_url", &self.state.base_url)
            .finish_non_exhaustive()
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        drop(self.stop.take());
        let stopped = self.thread.take().map(JoinHandle::join);
        if thread::panicking() {
            return;
        }
        assert!(
            !matches!(stopped, Some(Err(_))),
            "the simulated vendor failed: its panic is printed above"
        );
        let unexplained = std::mem::take(&mut self.state.log().unexplained);
        assert!(
            unexplained.is_empty(),
            "no declaration explains what the vendor was asked:\n{}",
            unexplained.join("\n")
        );
    }
}
