//! One walk through one listing: ask, select, decode, and hand over.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;
use tracing::Span;

use super::ahead::{Ahead, Asks};
use super::context::{AHEAD_KIB, Context};
use super::event::Event;
use super::page::{Page, Reader, together};
use super::spans::note_error;
use crate::ask::{Client, Guess, Response, Traffic, signed};
use crate::budget::Reservation;
use crate::error::{Error, ErrorKind, Result};
use crate::read::secret::Secrets;
use crate::read::veil::Veil;
use crate::read::{Bounds, Decoder, Encoded};
use crate::store::{Statements, Table};
use crate::verdict::WalkEnd;
use crate::walk::{
    Bookmark, Ending, Moved, News, Partition, Position, RequestHash, Step, Stuck, Walk,
};
use connector_spec::{Paging, Resource, Source, postgres_micros};

/// One walk through one listing.
pub(super) struct Walker {
    pub(super) context: Arc<Context>,
    pub(super) resource: &'static Resource,
    pub(super) partition: Arc<Partition>,
    pub(super) traffic: Arc<Traffic>,
    pub(super) events: mpsc::Sender<Event>,
    pub(super) failing: Arc<Failing>,
    /// The walks that earlier runs did not end, by partition.
    pub(super) open: Arc<HashMap<String, Bookmark>>,
    pub(super) statements: Arc<Statements>,
    /// The hash of what a listing is asked for that has no filter of its own.
    pub(super) unfiltered: RequestHash,
}

/// The size from which decoded rows are counted until they are committed.
const LARGE: usize = 1 << 20;

/// What a page came to.
#[derive(Default)]
struct Whole {
    /// Its last part, which is often its only one.
    last: Encoded,
    large: Option<Arc<Reservation>>,
    keys: Option<u64>,
    repeats: u64,
    rejects: u64,
    cursor: Option<i64>,
}

/// How many listings of a resource failed one after the other.
#[derive(Default)]
pub(super) struct Failing(AtomicU32);

impl Failing {
    /// The number of failures after which the other listings are not tried.
    const TOO_MANY: u32 = 10;

    fn note(&self, failed: bool) {
        if failed {
            self.0.fetch_add(1, Relaxed);
        } else {
            self.0.store(0, Relaxed);
        }
    }

    /// Fails if there is no sense in trying more.
    pub(super) fn check(&self) -> Result<()> {
        if self.0.load(Relaxed) < Self::TOO_MANY {
            return Ok(());
        }
        let what =
            format!("{} listings in a row failed, so the others were not tried", Self::TOO_MANY);
        Err(Error::new(ErrorKind::Unavailable, what).next("look at the failures, and run again"))
    }
}

impl Walker {
    /// Walks, and notes in a span what came of it.
    pub(super) async fn run(mut self, span: Span) {
        let mut walk = self.new_walk();
        let mut end = self.walk(&mut walk).await;
        let is_missing = end.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound);
        if is_missing && self.partition.is_of_a_parent() && walk.pages() == 0 {
            // A parent that was listed a moment ago is seldom gone, and an answer may be wrong.
            // Where an earlier run stopped was tried, and what had been seen there is forgotten.
            self.open = Arc::default();
            end = self.walk(&mut walk).await;
        }
        let end = end.map_err(|error| {
            if self.partition.values.is_empty() {
                error
            } else {
                error.at("listing", &self.partition)
            }
        });
        self.failing.note(end.as_ref().is_err_and(|error| !is_about_one_listing(error)));
        let (pages, passes) = (walk.pages(), walk.passes());
        span.record("pages", signed(pages)).record("passes", i64::from(passes));
        match &end {
            Ok(end) => {
                span.record("ending", end.ending.name());
            }
            Err(error) => note_error(&span, error),
        }
        // A closed channel means that the loader failed, and it has said why.
        let _ = self.send(Event::End { partition: self.partition(), pages, passes, end }).await;
    }

    /// A walk from the start of the listing.
    fn new_walk(&self) -> Walk {
        let positional =
            self.resource.columns.iter().any(|column| column.source == Source::Position);
        Walk::new(self.resource.paging, positional)
            .sparse(self.is_sparse())
            .singleton(self.resource.singleton)
    }

    /// Whether rows are left out of the listing's pages.
    fn is_sparse(&self) -> bool {
        self.any_set(self.resource.sparse_if)
    }

    fn any_set(&self, params: &[&str]) -> bool {
        params.iter().any(|name| {
            self.context
                .params
                .get(name)
                .is_some_and(|values| values.iter().any(|value| value != "false"))
        })
    }

    /// The walk: where an earlier run left it, or behind the rows that are known of
    /// an append-only listing, or at its start.
    async fn begin(&self, request: RequestHash, anew: bool) -> Result<(Walk, Bookmark)> {
        let walk = self.new_walk();
        let fresh = self.fresh(request, &walk);
        let open = self.open.get(&self.partition.id());
        // Where rows are left out, no seam shows whether rows moved since the walk stopped.
        if let Some(open) = open.filter(|open| request.is(open.asked) && !self.is_sparse()) {
            return Ok((walk.resumed(open.place.clone()), open.clone()));
        }
        if open.is_some() {
            // What another question has shown, or another time, says nothing about this one.
            self.forget(false).await?;
        }
        let walk = match self.resource.append_only {
            Some(unless) if !anew && !self.any_set(unless) => {
                match Box::pin(self.table().known_rows(&self.partition)).await? {
                    Some((rows, tail)) => walk.starting_at(rows, tail),
                    None => walk,
                }
            }
            _ => walk,
        };
        Ok((walk, fresh))
    }

    fn fresh(&self, request: RequestHash, walk: &Walk) -> Bookmark {
        let first_run = self.context.store.run_id;
        let (place, asked) = (walk.place(), request.now);
        Bookmark { place, asked, first_run, rejected: 0, repeats: 0, cursor: None }
    }

    /// Whether the walk reads all of the listing, whatever is known of it: because a person
    /// asked for that, or because nobody has looked for so long what is no longer there.
    ///
    /// Of a window, no walk has all.
    async fn reads_anew(&self) -> Result<bool> {
        let range = self.context.range;
        if range.full_refresh {
            return Ok(true);
        }
        let reads_part = self.resource.filter.is_some() || self.resource.append_only.is_some();
        let is_window = matches!(self.resource.paging, Paging::Window { .. });
        let every = self.context.settings.of(self.resource.name).full_refresh_every;
        let Some(every) = every.filter(|_| reads_part && !is_window) else { return Ok(false) };
        if range.since.or(range.until).is_some() {
            return Ok(false);
        }
        let last = Box::pin(self.table().last_whole(&self.partition)).await?;
        let due = last.and_then(|last| last.checked_add_signed(every));
        let is_due = due.is_none_or(|due| due <= self.context.store.started_at);
        if let Some(last) = last.filter(|_| is_due) {
            let last = last.format("%Y-%m-%d");
            tracing::info!("`{}`: reading all of it, as last on {last}", self.resource.name);
        }
        Ok(is_due)
    }

    /// The values of the cursor that this walk asks for.
    async fn bounds(&self, anew: bool) -> Result<(Bounds, Option<DateTime<Utc>>)> {
        let range = self.context.range;
        if self.resource.cursor.is_none() {
            return Ok((Bounds::default(), None));
        }
        let bounds = Bounds {
            since: range.since.map(postgres_micros),
            until: range.until.map(postgres_micros),
        };
        if bounds.any() || self.resource.filter.is_none() || anew {
            return Ok((bounds, range.since));
        }
        let reached = Box::pin(self.table().cursor_reached(&self.partition)).await?;
        let lookback = self.context.settings.of(self.resource.name).lookback;
        let since = reached.and_then(|reached| reached.checked_sub_signed(lookback));
        Ok((Bounds { since: since.map(postgres_micros), until: None }, since))
    }

    fn reader(&self, bounds: Bounds) -> Arc<Reader> {
        let secrets = if self.context.keep_secrets {
            Secrets::Keep
        } else {
            let key = self.context.store.fingerprint_key.clone();
            Secrets::Fingerprint(key, self.context.secret_names.clone())
        };
        Arc::new(Reader {
            context: Arc::clone(&self.context),
            resource: self.resource,
            partition: self.partition(),
            decoder: Decoder::new(
                self.resource,
                Veil::new(self.context.chosen(self.resource), secrets),
                bounds,
            ),
        })
    }

    async fn walk(&self, walk: &mut Walk) -> Result<WalkEnd> {
        let anew = self.reads_anew().await?;
        let (bounds, since) = self.bounds(anew).await?;
        let reader = self.reader(bounds);
        let filter = self
            .resource
            .filter
            .map_or_else(Vec::new, |filter| filter.query(since, self.context.range.until));
        let request = if filter.is_empty() {
            self.unfiltered
        } else {
            self.context.listing_hash(self.resource, &filter)
        };
        let mut bookmark;
        (*walk, bookmark) = self.begin(request, anew).await?;
        let (mut resumed, mut rejected_before) = (bookmark.place.received, bookmark.rejected);
        let mut ahead = Ahead::new(self.client(), &self.traffic);
        let (mut confirmed, mut repeats, mut news) = (false, 0, News::default());
        let ending = loop {
            let number = walk.pages() + 1;
            let read = match ahead.next(self, walk, &filter).await {
                Ok(answer) => reader.read(answer).await,
                Err(error) => Err(error),
            };
            let mut page = match read {
                Err(error) if walk.has_reached_the_total() && is_about_the_page(&error) => {
                    break walk.end_past_the_total();
                }
                // Where an earlier run stopped, the vendor may have nothing any more.
                Err(error) if walk.is_resumed() && is_about_the_position(&error) => {
                    bookmark = self.begin_anew(walk, request, &error).await?;
                    (resumed, rejected_before) = (0, 0);
                    continue;
                }
                page => page.map_err(|error| placed(error, number, resumed))?,
            };
            if walk.is_resumed() && page.facts.rows == 0 && !self.is_sparse() {
                // Some vendors say so in this way; a walk stops where more was announced.
                bookmark = self.begin_anew(walk, request, &"there is nothing any more").await?;
                (resumed, rejected_before) = (0, 0);
                continue;
            }
            self.check_owner(&page, walk).await?;
            self.resolve_link(&mut page).map_err(|error| error.at("page", number))?;
            let (page, mut facts) = page.into_facts();
            if walk.doubts(&facts) {
                // It is looked into before anything else is asked for.
                facts.keys = reader.keys(&page).await?;
            }
            let (overlap, first) = (walk.overlap(&facts), walk.first_row());
            let step = walk.advance(&facts);
            if let Ok(Step::Again(moved)) = step {
                (bookmark, news) = self.again(walk, request, &bookmark, moved).await?;
                (resumed, rejected_before) = (0, 0);
                continue;
            }
            if matches!(step, Ok(Step::End(_)))
                && walk.is_empty()
                && !std::mem::replace(&mut confirmed, true)
                && self.has_rows().await?
            {
                // Nothing but the answer says that all rows are gone, so it is asked for once more.
                *walk = self.new_walk();
                (bookmark, news) = (self.fresh(request, walk), News::default());
                continue;
            }
            // The next page is asked for while this one is decoded.
            if step == Ok(Step::Next) {
                ahead.ask(self, walk, &filter);
            }
            let begins = (overlap, first, number);
            let whole = self.in_parts(&reader, page, begins, &bookmark, &mut news).await?;
            let step = step.and_then(|step| walk.note_keys(step, whole.keys));
            let step = step.and_then(|step| walk.note_news(step, news.end_page()));
            repeats = bookmark.repeats + whole.repeats;
            if step == Ok(Step::Next) {
                // Behind the last page there is nothing: whoever goes on from it reads it again.
                bookmark.place = walk.place();
                bookmark.repeats = repeats;
            }
            bookmark.rejected += whole.rejects;
            bookmark.cursor = bookmark.cursor.max(whole.cursor);
            self.show_page(walk);
            self.hand_over(whole.last, number, bookmark.clone(), whole.large).await?;
            let mut step = step;
            if matches!(step, Ok(Step::End(_)))
                && self.more_came(ahead.behind(walk).await, &reader, &news).await?
            {
                step = walk.goes_on();
            }
            // A walk that is stuck ends here, and what its last page held is kept.
            match step {
                Ok(Step::End(ending)) => break Ok(ending),
                Ok(Step::Again(moved)) => {
                    (bookmark, news) = self.again(walk, request, &bookmark, moved).await?;
                    (resumed, rejected_before) = (0, 0);
                }
                Ok(Step::Next) => {}
                Err(stuck) => break Err(stuck),
            }
        };
        let whole = !bounds.any() && walk.starts_at_the_start() && walk.window().is_none();
        self.ended(walk, ending, &bookmark, (whole, repeats, resumed, rejected_before))
    }

    /// Whether one of these pages, which are behind the end, has a row that has not come before.
    async fn more_came(
        &self,
        behind: Vec<Response>,
        reader: &Arc<Reader>,
        news: &News,
    ) -> Result<bool> {
        for answer in behind {
            // What is no page may be all that a vendor has to say there.
            let Ok(page) = reader.read(answer).await else { continue };
            let (page, _) = page.into_facts();
            let mut from = 0;
            while from < page.rows() {
                let to = page.part(from);
                if news.lacks_any(&reader.decode(&page, from..to, 0).await?.keys) {
                    return Ok(true);
                }
                from = to;
            }
        }
        Ok(false)
    }

    /// Begins another pass, as the one before proves nothing.
    async fn again(
        &self,
        walk: &Walk,
        request: RequestHash,
        before: &Bookmark,
        moved: Moved,
    ) -> Result<(Bookmark, News)> {
        tracing::info!("`{}`: reading the listing again, as {moved}", self.resource.name);
        self.forget(before.first_run == self.context.store.run_id).await?;
        Ok((self.fresh(request, walk), News::default()))
    }

    /// What a walk came to.
    fn ended(
        &self,
        walk: &Walk,
        ending: Result<Ending, Stuck>,
        bookmark: &Bookmark,
        (whole, repeats, resumed, rejected_before): (bool, u64, u64, u64),
    ) -> Result<WalkEnd> {
        let ending = ending.map_err(|stuck| {
            Error::new(stuck.kind(), stuck.to_string())
                .next(stuck.advice())
                .at("page", walk.pages())
        })?;
        Ok(WalkEnd {
            ending,
            total: walk.total(),
            total_moved: walk.total_moved(),
            tail: walk.tail(),
            first_run: bookmark.first_run,
            rejected: bookmark.rejected,
            rejected_before,
            cursor: bookmark.cursor,
            expect: walk.expected_rows(repeats).filter(|_| whole),
            whole,
            absence_proves: !self.is_sparse(),
            window: walk.window(),
            backfill: self.context.range.since.or(self.context.range.until).is_some(),
            resumed: if bookmark.first_run == self.context.store.run_id { 0 } else { resumed },
        })
    }

    /// Fails if the first page tells of another owner than the one whose rows are there.
    async fn check_owner(&self, page: &Page, walk: &Walk) -> Result<()> {
        const ENOUGH: usize = 1_000;
        if self.resource.tells_owner.is_none() || walk.pages() > 0 || walk.is_resumed() {
            return Ok(());
        }
        let rows = page.part_of(0..page.rows().min(ENOUGH));
        self.context.check_owner(self.resource, &rows).await
    }

    /// Reads a listing from its start that an earlier run had begun.
    async fn begin_anew(
        &self,
        walk: &mut Walk,
        request: RequestHash,
        why: &(dyn std::fmt::Display + Sync),
    ) -> Result<Bookmark> {
        tracing::info!("`{}`: reading the listing anew: {why}", self.resource.name);
        self.forget(false).await?;
        *walk = self.new_walk();
        Ok(self.fresh(request, walk))
    }

    fn table(&self) -> Table<'_> {
        self.context.table(self.resource, &self.statements)
    }

    /// Whether the table has rows of the listing that are not deleted.
    async fn has_rows(&self) -> Result<bool> {
        Box::pin(self.table().has_rows(&self.partition)).await
    }

    /// Puts the address of the next page in the place of a link, which may be relative.
    fn resolve_link(&self, page: &mut Page) -> Result<()> {
        if matches!(self.resource.paging, Paging::LinkHeader { .. } | Paging::NextUrl { .. }) {
            // An empty address is none.
            let next = page.facts.next.take().filter(|next| !next.is_empty());
            let link = |next: String| self.context.client.link(page.response(), &next);
            page.facts.next = next.map(link).transpose()?;
        }
        Ok(())
    }

    /// Decodes a page, and hands over all of its parts but the last one: a run that goes on
    /// behind one of those reads the page again, and finds their rows.
    async fn in_parts(
        &self,
        reader: &Arc<Reader>,
        page: Arc<Page>,
        (overlap, first, number): (usize, u64, u64),
        before: &Bookmark,
        news: &mut News,
    ) -> Result<Whole> {
        let mut from = overlap;
        let mut whole = Whole::default();
        let mut seen = HashSet::new();
        loop {
            let to = page.part(from);
            let part = reader.decode(&page, from..to, first + (from - overlap) as u64).await?;
            let is_last = to == page.rows();
            whole.keys = together(whole.keys, part.key_set_or_rows());
            whole.rejects += part.rejects();
            news.add(&part.keys, part.rejects());
            news.add_others(part.outside);
            whole.cursor = whole.cursor.max(part.cursor);
            whole.repeats += if is_last && seen.is_empty() {
                part.repeats()
            } else {
                part.keys.iter().filter(|key| !seen.insert(**key)).count() as u64
            };
            // A large row takes the place of the answer that it came in until it is committed.
            let large = (part.tuples.len() > LARGE).then(|| page.response().reservation());
            if is_last {
                (whole.last, whole.large) = (part, large);
                return Ok(whole);
            }
            self.hand_over(part, number, before.clone(), large).await?;
            if self.context.stop.is_overdue() {
                self.context.stop.check()?;
            }
            // To decode takes no wait, and others want to be heard.
            tokio::task::yield_now().await;
            from = to;
        }
    }

    async fn hand_over(
        &self,
        page: Encoded,
        number: u64,
        bookmark: Bookmark,
        large: Option<Arc<Reservation>>,
    ) -> Result<()> {
        let rows = page.keys.len() as u64 + page.rejects();
        self.traffic.rows.fetch_add(rows, Relaxed);
        self.context.progress.add_rows(rows);
        let kib = u32::try_from(page.tuples.len() >> 10).unwrap_or(u32::MAX).clamp(1, AHEAD_KIB);
        let ahead = Arc::clone(&self.context.ahead).acquire_many_owned(kib).await;
        let room = ahead.map_err(|_| stopped())?;
        let (partition, page) = (self.partition(), Box::new(page));
        self.send(Event::Page { partition, page, number, bookmark, room, large }).await
    }

    /// Shows to whoever waits that a page was read.
    fn show_page(&self, walk: &Walk) {
        self.traffic.pages.fetch_add(1, Relaxed);
        // Of listings side by side, nobody knows how many rows they have together.
        if self.resource.parent.is_none() {
            self.traffic.total.store(walk.total().unwrap_or_default(), Relaxed);
        }
    }

    /// Says that what was seen of the listing so far proves nothing.
    async fn forget(&self, in_this_run: bool) -> Result<()> {
        self.send(Event::Again { partition: self.partition(), in_this_run }).await
    }

    async fn send(&self, event: Event) -> Result<()> {
        self.events.send(event).await.map_err(|_| stopped())
    }

    fn partition(&self) -> Arc<Partition> {
        Arc::clone(&self.partition)
    }
}

impl Asks for Walker {
    fn client(&self) -> &Client {
        &self.context.client
    }

    /// The request for a page of the walk, to be awaited anywhere.
    fn request(
        &self,
        walk: &Walk,
        position: &Position,
        filter: &[(&str, String)],
        (room, bytes): (Reservation, usize),
        guess: Option<Arc<Guess>>,
    ) -> impl Future<Output = Result<Option<Response>>> + Send + 'static + use<> {
        let mut params = Cow::Borrowed(&self.context.params);
        if matches!(position, Position::NothingLeftOut { .. }) {
            params.to_mut().retain(|name, _| !self.resource.sparse_if.contains(name));
        }
        let target = self.partition.target(
            self.resource,
            self.context.connector,
            &params,
            (walk, position),
            filter,
        );
        let (context, traffic) = (Arc::clone(&self.context), Arc::clone(&self.traffic));
        async move { context.client.get_in(room, bytes, &target, &traffic, guess.as_deref()).await }
    }
}

/// Whether a vendor refuses the page, and not the key or the question.
fn is_about_the_position(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Rejected | ErrorKind::Forbidden | ErrorKind::NotFound)
}

/// Whether a vendor does not give the listing, which says nothing about the next one.
fn is_about_one_listing(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::NotFound)
}

/// Whether a page could not be had, while key and network are good.
fn is_about_the_page(error: &Error) -> bool {
    is_about_the_position(error)
        || matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Contract)
}

fn stopped() -> Error {
    Error::new(ErrorKind::Stopped, "the load stopped")
}

/// An error with the page of this run that it came from, and how many rows lie before the run.
fn placed(error: Error, number: u64, resumed: u64) -> Error {
    let error = error.at("page", number);
    if resumed == 0 { error } else { error.at("behind row", resumed) }
}
