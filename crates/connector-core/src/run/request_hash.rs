//! Hashes of what is asked for, by which a run knows whether what an earlier one left is an
//! answer to the same question.
//!
//! They are stored, so what is hashed has a form of its own: named fields in a fixed order and
//! a version, and nothing that a change of a type or a library would change. Everything that a
//! listing's rows depend on is in it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use connector_spec::{Column, Paging, Resource, Total};
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use super::{Connection, Range};
use crate::params::Params;
use crate::read::chosen::Choice;
use crate::walk::RequestHash;

/// The version of the forms below. Whoever changes one of them raises it.
const FORM: u32 = 1;

/// The range of a listing that is asked for.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Part<'a> {
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) until: Option<DateTime<Utc>>,
    /// What the vendor is told of it.
    pub(super) filter: &'a [(&'static str, String)],
}

/// Everything that the rows of a listing depend on.
#[derive(Serialize)]
struct Listing<'a> {
    form: u32,
    path: &'a str,
    query: &'a [(&'a str, &'a str)],
    select: &'a [&'a str],
    paging: PagingForm<'a>,
    key: &'a [&'a str],
    columns: Vec<ColumnForm<'a>>,
    params: Vec<(&'a str, &'a [String])>,
    base_url: &'a str,
    keep_secrets: bool,
    /// What is left out and veiled; nothing, where nothing is, as in hashes from before.
    #[serde(skip_serializing_if = "Choice::is_empty")]
    choice: &'a Choice,
    part: Option<&'a Part<'a>>,
}

/// Where a column's values come from: where that is another field, or another reading of it,
/// all rows have to be read again.
#[derive(Serialize)]
struct ColumnForm<'a> {
    name: &'a str,
    wire: &'a str,
    aliases: &'a [&'a str],
    sql_type: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum PagingForm<'a> {
    Single,
    Window { limit: Limit<'a> },
    Offset { offset: &'a str, limit: Limit<'a>, total: Option<TotalForm<'a>> },
    Page { page: &'a str, first: u64, limit: Option<Limit<'a>>, total: Option<TotalForm<'a>> },
    Token { param: &'a str, next: &'a str, done: Option<&'a str>, limit: Option<Limit<'a>> },
    LinkHeader { limit: Option<Limit<'a>> },
    NextUrl { path: &'a str, limit: Option<Limit<'a>> },
}

/// The parameter of a page's size, and the size.
type Limit<'a> = (&'a str, u64);

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum TotalForm<'a> {
    Body(&'a str),
    Header(&'a str),
}

/// The hash of a resource's listings, or of a part of each.
pub(super) fn of_listings(
    resource: &Resource,
    params: &Params,
    base: &str,
    (keep_secrets, choice): (bool, &Choice),
    part: Option<&Part<'_>>,
) -> RequestHash {
    // Parameters that say which listings there are change none of them.
    let is_own = |name: &str| resource.params.contains(&name) || resource.is_below(name);
    let params: Vec<(&str, &[String])> = params
        .iter()
        .filter(|(name, _)| is_own(name))
        .map(|(name, values)| (*name, values.as_slice()))
        .collect();
    let listing = Listing {
        form: FORM,
        path: resource.path,
        query: resource.query,
        select: resource.select,
        paging: form_of(resource.paging),
        key: resource.key,
        columns: resource.columns.iter().map(column).collect(),
        params,
        base_url: base,
        keep_secrets,
        choice,
        part,
    };
    RequestHash { now: hash(&listing), before: xxh3_64(before(&listing).as_bytes()) }
}

fn column(column: &Column) -> ColumnForm<'_> {
    let Column { name, wire, aliases, sql_type, .. } = column;
    ColumnForm { name, wire, aliases, sql_type: sql_type.name() }
}

fn form_of(paging: Paging) -> PagingForm<'static> {
    let total = |total: Option<Total>| {
        total.map(|total| match total {
            Total::Body(path) => TotalForm::Body(path),
            Total::Header(name) => TotalForm::Header(name),
        })
    };
    match paging {
        Paging::Single => PagingForm::Single,
        Paging::Window { limit } => PagingForm::Window { limit },
        Paging::Offset { offset, limit, total: at } => {
            PagingForm::Offset { offset, limit, total: total(at) }
        }
        Paging::Page { page, first, limit, total: at } => {
            PagingForm::Page { page, first, limit, total: total(at) }
        }
        Paging::Token { param, next, done, limit } => {
            PagingForm::Token { param, next, done, limit }
        }
        Paging::LinkHeader { limit } => PagingForm::LinkHeader { limit },
        Paging::NextUrl { path, limit } => PagingForm::NextUrl { path, limit },
    }
}

/// Everything that tells what one run asks for from what another one does.
#[derive(Serialize)]
struct Run<'a> {
    form: u32,
    preset: &'a str,
    base_url: &'a str,
    params: &'a Params,
    resources: &'a [String],
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    changed_parents_only: bool,
    keep_secrets: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    choices: BTreeMap<&'static str, Choice>,
}

/// The hashes of what a run asks for, this program's and that of version 0.1.0.
pub(super) fn of_run(connection: &Connection) -> [String; 2] {
    let Connection { preset, base_url, params, resources, keep_secrets, .. } = connection;
    let Range { since, until, changed_parents_only, .. } = connection.range;
    let run = Run {
        form: FORM,
        preset,
        base_url: base_url.as_str(),
        params,
        resources,
        since,
        until,
        changed_parents_only,
        keep_secrets: *keep_secrets,
        choices: connection.choices().unwrap_or_default(),
    };
    let range = (since, until, changed_parents_only, *keep_secrets);
    let before = format!("{:?}", ("0.1.0", preset, base_url.as_str(), params, resources, range));
    [hash(&run), xxh3_64(before.as_bytes())].map(|hash| format!("{hash:016x}"))
}

fn hash(form: &impl Serialize) -> u64 {
    let text = serde_json::to_vec(form).expect("a form is made of texts, numbers and lists");
    xxh3_64(&text)
}

/// The text that version 0.1.0 hashed: that of its types, as Rust prints them for debugging.
fn before(listing: &Listing<'_>) -> String {
    let Listing { path, query, select, key, params, base_url, keep_secrets, .. } = listing;
    let paging = match &listing.paging {
        PagingForm::Single => "Single".to_owned(),
        // It had no such word; what it called so was another question.
        PagingForm::Window { limit } => format!("Window {{ limit: {limit:?} }}"),
        PagingForm::Offset { offset, limit, total } => {
            let total = total_before(total.as_ref());
            format!("Offset {{ offset: {offset:?}, limit: {limit:?}, total: {total} }}")
        }
        PagingForm::Page { page, first, limit, total } => {
            let total = total_before(total.as_ref());
            format!("Page {{ page: {page:?}, first: {first:?}, limit: {limit:?}, total: {total} }}")
        }
        PagingForm::Token { param, next, done, limit } => format!(
            "Token {{ param: {param:?}, next: {next:?}, done: {done:?}, limit: {limit:?} }}"
        ),
        PagingForm::LinkHeader { limit } => format!("LinkHeader {{ limit: {limit:?} }}"),
        PagingForm::NextUrl { path, limit } => {
            format!("NextUrl {{ path: {path:?}, limit: {limit:?} }}")
        }
    };
    let part = match listing.part {
        None => "()".to_owned(),
        Some(Part { since, until, filter }) => format!("({since:?}, {until:?}, {filter:?})"),
    };
    format!(
        "({path:?}, {query:?}, {select:?}, {paging}, {key:?}, {params:?}, {base_url:?}, {keep_secrets:?}, {part})"
    )
}

fn total_before(total: Option<&TotalForm<'_>>) -> String {
    match total {
        None => "None".to_owned(),
        Some(TotalForm::Body(path)) => format!("Some(Body({path:?}))"),
        Some(TotalForm::Header(name)) => format!("Some(Header({name:?}))"),
    }
}
