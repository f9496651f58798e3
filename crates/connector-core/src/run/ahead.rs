//! Pages that are asked for before it is their turn.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument as _;

use crate::ask::{Client, Guess, Response, Traffic};
use crate::budget::Reservation;
use crate::error::{Error, ErrorKind, Result};
use crate::walk::{Position, Walk};

/// The size that all of them may have together.
const MOST_BYTES: usize = 2 << 20;

/// For how long what was asked for behind the end is waited for: it was asked for before the end
/// was, so it mostly has come.
const GRACE: Duration = Duration::from_secs(1);

/// Whoever walks through a listing, and can ask for its pages.
pub(super) trait Asks {
    /// The client that asks.
    fn client(&self) -> &Client;

    /// The request for a page of the walk, to be awaited anywhere.
    fn request(
        &self,
        walk: &Walk,
        position: &Position,
        filter: &[(&str, String)],
        room: (Reservation, usize),
        guess: Option<Arc<Guess>>,
    ) -> impl Future<Output = Result<Option<Response>>> + Send + 'static + use<Self>;
}

/// An answer, and nothing if it found too little room.
type Answer = Result<Option<Response>>;

/// A request that is under way.
enum Request {
    /// Made by whoever waits for it: until then there is nothing else to do.
    Awaited(BoxFuture<'static, Answer>),
    /// Made meanwhile.
    Spawned(JoinHandle<Answer>),
}

impl Request {
    fn spawned(request: BoxFuture<'static, Answer>) -> Self {
        Self::Spawned(tokio::spawn(request.in_current_span()))
    }

    async fn answer(&mut self) -> Answer {
        match self {
            Self::Awaited(request) => request.await,
            Self::Spawned(request) => request.await.unwrap_or_else(|_| Err(broke_off())),
        }
    }

    fn abort(&self) {
        if let Self::Spawned(request) = self {
            request.abort();
        }
    }
}

fn broke_off() -> Error {
    Error::new(ErrorKind::Stopped, "a request broke off")
}

/// The request for a page of a walk, and for a guess if it is one.
fn request(
    walker: &impl Asks,
    walk: &Walk,
    filter: &[(&str, String)],
    (position, room, guess): (&Position, (Reservation, usize), Option<Arc<Guess>>),
) -> BoxFuture<'static, Answer> {
    walker.request(walk, position, filter, room, guess).boxed()
}

/// A page that was asked for.
struct Asked {
    position: Position,
    request: Request,
    /// If it may not be there.
    guess: Option<Arc<Guess>>,
}

/// The answers that are on their way, in the order of the walk.
///
/// Only the next page is certain, and waits for room. Those behind it are where they will
/// be if all pages are alike; one that is elsewhere, or found too little room, is asked for
/// anew. Where no total tells how far pages go, those behind the next one are guesses: no more of
/// them than pages came before, and only with what nobody else needs.
pub(super) struct Ahead {
    pages: VecDeque<Asked>,
    /// Guesses that were wrong when the last page came, which may be behind the end.
    wrong: Vec<Asked>,
    /// The size of the page that came last.
    size: usize,
    traffic: Arc<Traffic>,
    /// Keeps a lane for the listing.
    _listing: Arc<()>,
}

impl Ahead {
    /// Nothing was asked for.
    pub(super) fn new(client: &Client, traffic: &Arc<Traffic>) -> Self {
        let (pages, wrong) = (VecDeque::new(), Vec::new());
        let traffic = Arc::clone(traffic);
        Self { pages, wrong, size: 0, traffic, _listing: client.listing() }
    }

    /// Asks for the page that the walk is at, and for those behind it that it can foresee, while
    /// something else is done.
    pub(super) fn ask(&mut self, walker: &impl Asks, walk: &Walk, filter: &[(&str, String)]) {
        self.ask_for(walker, walk, filter, Request::spawned);
    }

    /// The same, where `first` says how the page is asked for that the walk is at.
    fn ask_for(
        &mut self,
        walker: &impl Asks,
        walk: &Walk,
        filter: &[(&str, String)],
        first: impl Fn(BoxFuture<'static, Answer>) -> Request,
    ) {
        let is_known =
            |(nth, asked): (u64, &Asked)| walk.foresee(nth).as_ref() == Some(&asked.position);
        let known = (0..).zip(&self.pages).take_while(|asked| is_known(*asked)).count();
        if known < self.pages.len() {
            let wrong = self.pages.drain(known..).collect();
            self.give_up_on_the_wrong(wrong);
        }
        let client = walker.client();
        let most = (MOST_BYTES / self.size.max(1)).clamp(1, client.at_a_time());
        let guesses = walk.guesses().map(|pages| pages.min(client.guesses_at_a_time() as u64));
        let mut free = client.free(self.pages.len());
        for nth in self.pages.len() as u64..most as u64 {
            let is_guess = nth > 0 && guesses.is_some();
            if is_guess && (free == 0 || guesses.is_some_and(|most| nth >= most)) {
                break;
            }
            let Some(position) = walk.foresee(nth) else { break };
            let room =
                if nth == 0 { Some(client.reserve()) } else { client.reserve_ahead(self.size) };
            let Some(room) = room else { break };
            if is_guess {
                self.give_up_on_the_wrong(Vec::new());
            }
            let guess = is_guess.then(Arc::<Guess>::default);
            let of = (&position, (room, self.size), guess.clone());
            let request = request(walker, walk, filter, of);
            let request = if nth == 0 { first(request) } else { Request::spawned(request) };
            self.pages.push_back(Asked { position, request, guess });
            free = free.saturating_sub(1);
        }
    }

    /// The answer for the page that the walk is at.
    pub(super) async fn next(
        &mut self,
        walker: &impl Asks,
        walk: &Walk,
        filter: &[(&str, String)],
    ) -> Result<Response> {
        self.ask_for(walker, walk, filter, Request::Awaited);
        while let Some(mut asked) = self.pages.pop_front() {
            if let Some(response) = asked.request.answer().await? {
                self.size = response.json().len();
                return Ok(response);
            }
            if asked.guess.is_some_and(|guess| !guess.take()) {
                self.traffic.retries.fetch_add(1, Relaxed);
            }
            // Now it is its turn, and it waits.
            let of = (&asked.position, (walker.client().reserve(), self.size), None);
            let request = Request::Awaited(request(walker, walk, filter, of));
            self.pages.push_front(Asked { position: asked.position, request, guess: None });
        }
        Err(broke_off())
    }

    /// What came of pages that turned out to be behind the end of the walk, if it can tell whether
    /// their rows are new.
    pub(super) async fn behind(&mut self, walk: &Walk) -> Vec<Response> {
        let mut found = Vec::new();
        if !walk.knows_its_rows() {
            self.give_up_on_all();
            return found;
        }
        let until = Instant::now() + GRACE;
        for mut asked in self.wrong.drain(..).chain(self.pages.drain(..)) {
            if asked.is_given_up(&self.traffic) {
                continue;
            }
            match timeout_at(until, asked.request.answer()).await {
                Ok(Ok(Some(response))) if walk.ends_before(&asked.position) => {
                    found.push(response);
                }
                Ok(_) => {}
                Err(_) => asked.request.abort(),
            }
        }
        found
    }

    fn give_up_on_all(&mut self) {
        let left = self.pages.drain(..).collect();
        self.give_up_on_the_wrong(left);
        self.give_up_on_the_wrong(Vec::new());
    }

    /// Keeps these in place of those that were wrong before.
    fn give_up_on_the_wrong(&mut self, others: Vec<Asked>) {
        for asked in std::mem::replace(&mut self.wrong, others) {
            asked.is_given_up(&self.traffic);
            asked.request.abort();
        }
    }
}

impl Asked {
    /// Gives it up if it was not made yet; if it was, it is counted as one in vain.
    fn is_given_up(&self, traffic: &Traffic) -> bool {
        let is_made = self.guess.as_ref().is_some_and(|guess| !guess.take());
        if is_made {
            traffic.unused.fetch_add(1, Relaxed);
        } else {
            self.request.abort();
        }
        !is_made
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.give_up_on_all();
    }
}
