//! Pages that are asked for before it is their turn.

use std::collections::VecDeque;

use tokio::task::JoinHandle;

use crate::error::{Error, ErrorKind, Result};
use crate::http::Response;
use crate::paging::{Position, Walk};

/// How many pages of one listing are asked for at the same time.
const MOST_PAGES: usize = 10;
/// The size that all of them may have together.
const MOST_BYTES: usize = 2 << 20;

/// The answers that are on their way, in the order of the walk.
///
/// Only the next page is certain. Those behind it are where they will be if all
/// pages are alike; one that is elsewhere is asked for anew.
#[derive(Default)]
pub(super) struct Ahead {
    pages: VecDeque<(Position, JoinHandle<Result<Response>>)>,
    /// The size of the page that came last.
    size: usize,
}

impl Ahead {
    /// Asks for the page that the walk is at, and for those behind it that it can foresee.
    pub(super) fn ask<F>(&mut self, walk: &Walk, request: impl Fn(&Position) -> F)
    where
        F: Future<Output = Result<Response>> + Send + 'static,
    {
        let most = (MOST_BYTES / self.size.max(1)).clamp(1, MOST_PAGES);
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
            let answer = tokio::spawn(request(&position));
            self.pages.push_back((position, answer));
        }
    }

    /// The answer for the page that the walk is at.
    pub(super) async fn next(&mut self) -> Result<Response> {
        let lost = || Error::new(ErrorKind::Stopped, "a request broke off");
        let Some((_, answer)) = self.pages.pop_front() else { return Err(lost()) };
        let response = answer.await.unwrap_or_else(|_| Err(lost()))?;
        self.size = response.json().len();
        Ok(response)
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        for (_, answer) in &self.pages {
            answer.abort();
        }
    }
}
