//! Pages that are asked for before it is their turn.

use std::collections::VecDeque;

use tokio::task::JoinHandle;
use tracing::Instrument as _;

use crate::ask::{Client, Response};
use crate::budget::Room;
use crate::error::{Error, ErrorKind, Result};
use crate::walk::{Position, Walk};

/// The size that all of them may have together.
const MOST_BYTES: usize = 2 << 20;

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
        room: (Room, usize),
    ) -> impl Future<Output = Result<Option<Response>>> + Send + 'static + use<Self>;
}

/// The answers that are on their way, in the order of the walk.
///
/// Only the next page is certain, and waits for room. Those behind it are where they will
/// be if all pages are alike; one that is elsewhere, or found too little room, is asked for
/// anew.
#[derive(Default)]
pub(super) struct Ahead {
    pages: VecDeque<(Position, JoinHandle<Result<Option<Response>>>)>,
    /// The size of the page that came last.
    size: usize,
}

impl Ahead {
    /// Asks for the page that the walk is at, and for those behind it that it can foresee.
    pub(super) fn ask(&mut self, walker: &impl Asks, walk: &Walk, filter: &[(&str, String)]) {
        let client = walker.client();
        let most = (MOST_BYTES / self.size.max(1)).clamp(1, client.at_a_time());
        let wanted: Vec<Position> = (0..most as u64).map_while(|page| walk.foresee(page)).collect();
        let known = self
            .pages
            .iter()
            .zip(&wanted)
            .take_while(|((page, _), wanted)| page == *wanted)
            .count();
        for (_, useless) in self.pages.drain(known..) {
            useless.abort();
        }
        for position in wanted.into_iter().skip(known) {
            let room = if self.pages.is_empty() {
                Some(client.room())
            } else {
                client.room_ahead(self.size)
            };
            let Some(room) = room else { break };
            let request = walker.request(walk, &position, filter, (room, self.size));
            let answer = tokio::spawn(Box::pin(request).in_current_span());
            self.pages.push_back((position, answer));
        }
    }

    /// The answer for the page that the walk is at.
    pub(super) async fn next(
        &mut self,
        walker: &impl Asks,
        walk: &Walk,
        filter: &[(&str, String)],
    ) -> Result<Response> {
        let lost = || Error::new(ErrorKind::Stopped, "a request broke off");
        while let Some((position, answer)) = self.pages.pop_front() {
            if let Some(response) = answer.await.unwrap_or_else(|_| Err(lost()))? {
                self.size = response.json().len();
                return Ok(response);
            }
            // Now it is its turn, and it waits.
            let room = walker.client().room();
            let request = walker.request(walk, &position, filter, (room, self.size));
            let answer = tokio::spawn(Box::pin(request).in_current_span());
            self.pages.push_front((position, answer));
        }
        Err(lost())
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        for (_, answer) in &self.pages {
            answer.abort();
        }
    }
}
