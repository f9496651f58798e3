//! Declarations: what a vendor offers, as data.
//!
//! A connector is a `const`, checked while it compiles: a key that names no
//! column, a placeholder that nothing fills, and a child before its parent are
//! errors on their line. Nothing here does anything; the engine reads it.

mod check;

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::column::Column;
use crate::paging::Paging;
use crate::record::Record;

use check::has_placeholder;

/// One vendor: how to talk to it, and what it has.
#[derive(Clone, Copy, Debug)]
pub struct Connector {
    /// The connector's name, `snake_case`; also its schema and, in capitals, the prefix of its variables.
    pub name: &'static str,
    /// What the vendor's API is about, in one line.
    pub doc: &'static str,
    /// Where the API is, unless a setting says otherwise.
    pub base_url: &'static str,
    /// How the key is shown.
    pub auth: Auth,
    /// Which answers are asked for again.
    pub retry: Retry,
    /// How often it may be asked, where the vendor says so.
    pub rate: Option<Rate>,
    /// How the vendor words an error.
    pub errors: &'static [ErrorShape],
    /// Settings of the vendor's own, in paths and queries.
    pub params: &'static [Param],
    /// The tables, as SQL files.
    pub migrations: &'static [Migration],
    /// What the live API does differently from its document: presets by name, each a TOML text.
    pub presets: &'static [(&'static str, &'static str)],
    /// What it has, parents before their children.
    pub resources: &'static [Resource],
}

/// How the key is put onto a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// In a header, after a prefix such as `Bearer `.
    Header {
        /// The header's name.
        name: &'static str,
        /// What stands before the key.
        prefix: &'static str,
    },
    /// As user and password, `user:password`, or as the user alone.
    Basic,
    /// In the query; it is left out of every text that shows the address.
    Query {
        /// The parameter's name.
        name: &'static str,
    },
}

impl Auth {
    /// `Authorization: Bearer …`
    pub const BEARER: Self = Self::Header { name: "authorization", prefix: "Bearer " };
}

/// How patiently what passes by itself is asked for again.
///
/// A read can be repeated, so some answers always are: 408, 425, those of 5xx that tell of a
/// moment (all but 501, 505, 506, 508, 510 and 511), and each with `Retry-After`, as its vendor
/// asks to be asked again. 429 is the exception: only a declaration that names it has it
/// repeated, as there are vendors that take the key away for it.
///
/// Before each repetition there is a wait, which is as long as the vendor asks for, and never
/// shorter than what is declared here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// The statuses that pass by themselves, besides those that always do.
    pub statuses: &'static [u16],
    /// How often one request is repeated at the most.
    pub max_retries: u32,
    /// Each wait is this many times the one before it.
    pub backoff_factor: u32,
    /// The longest wait before the first repetition, if the vendor asks for none.
    pub first_wait: Duration,
    /// The shortest wait after 429 and 503, with which a vendor says that it is asked too much.
    pub least_wait: Duration,
}

impl Retry {
    /// The longest wait that a vendor may ask for; beyond it a run ends and says when to come back.
    pub const LONGEST_WAIT: Duration = Duration::from_mins(15);

    /// Three repetitions, of what is overloaded or broken for the moment.
    pub const STANDARD: Self = Self {
        statuses: &[429, 500, 502, 503, 504],
        max_retries: 3,
        backoff_factor: 2,
        first_wait: Duration::from_secs(1),
        least_wait: Duration::ZERO,
    };
}

/// How often a vendor may be asked: `requests` in each `per`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The number of requests.
    pub requests: u32,
    /// The time that they are counted over.
    pub per: Duration,
}

impl Rate {
    /// So many requests in each second.
    pub const fn per_second(requests: u32) -> Self {
        Self { requests, per: Duration::from_secs(1) }
    }

    /// So many requests in each minute.
    pub const fn per_minute(requests: u32) -> Self {
        Self { requests, per: Duration::from_mins(1) }
    }
}

/// Where a vendor's error body says what is wrong.
///
/// The body of an error's status is also read where APIs mostly say it, such as `message`
/// and `detail`; with status 200, only what is declared is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorShape {
    /// The member of the body whose presence makes it an error, at any status.
    pub marker: &'static str,
    /// The path to the code.
    pub code: Option<&'static str>,
    /// The path to the message.
    pub message: &'static str,
}

/// A setting of a vendor's own, such as the account to read.
///
/// Its name is also the placeholder in a path, or the parameter in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    /// The setting's name, as the vendor spells it.
    pub name: &'static str,
    /// What it is, in one line.
    pub doc: &'static str,
    /// Which values it can have.
    pub values: Values,
    /// What happens if it is not set.
    pub unset: Unset,
}

/// Which values a parameter can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// Any text.
    Text,
    /// A whole number, not negative.
    Number,
    /// `true` or `false`; `1` is sent for `true`, and nothing for `false`, where the vendor wants that.
    Flag,
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// What happens if a parameter is not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unset {
    /// It is not sent.
    Omitted,
    /// This is sent.
    Default(&'static str),
    /// It is not sent, and the vendor acts as if this were.
    Implied(&'static str),
    /// The resources that use it cannot be asked for.
    Required,
}

/// One step in the life of a connector's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its number; they run in order, once each.
    pub version: i64,
    /// What it does, as in its file's name.
    pub name: &'static str,
    /// The statements.
    pub sql: &'static str,
}

/// One endpoint of a vendor, and the table that its items fill.
#[derive(Clone, Copy, Debug)]
pub struct Resource {
    /// The name that the document gives it.
    pub name: &'static str,
    /// The table's name, `snake_case`.
    pub table: &'static str,
    /// What an item is, in one line.
    pub doc: &'static str,
    /// The path below the base URL; `{placeholders}` are filled by a parent or a parameter.
    pub path: &'static str,
    /// Query parameters that are always sent.
    pub query: &'static [(&'static str, &'static str)],
    /// The places where the items may be, in order of preference; `$` is the whole body.
    pub select: &'static [&'static str],
    /// Whether a body without any of the places, and without anything else that is no
    /// part of a listing's envelope, is a listing without items.
    pub missing_is_empty: bool,
    /// Whether each listing is one item by its nature.
    pub singleton: bool,
    /// Which page comes next.
    pub paging: Paging,
    /// The columns that identify an item among its siblings.
    pub key: &'static [&'static str],
    /// What the key is where the vendor sends none.
    pub key_fallback: KeyFallback,
    /// Columns that stand in a key made from others too, in the rows that have them.
    pub key_fallback_if_sent: &'static [&'static str],
    /// The column whose maximum tells how far the data reaches.
    pub cursor: Option<&'static str>,
    /// The column that is higher in a newer version of the same item.
    pub version: Option<&'static str>,
    /// How the vendor filters by the cursor, where it does.
    pub filter: Option<Filter>,
    /// Whether items are only ever added at the end, unless one of these parameters is set.
    pub append_only: Option<&'static [&'static str]>,
    /// Parameters that make the vendor leave rows out of its pages.
    pub sparse_if: &'static [&'static str],
    /// Parameters of the connector that are sent in its query, if they are set.
    pub params: &'static [&'static str],
    /// The resource whose rows this one is asked for.
    pub parent: Option<Parent>,
    /// The parameter whose values this one is asked for.
    pub each_param: Option<EachParam>,
    /// The column by which the first page tells whose rows the key reads.
    pub tells_owner: Option<&'static str>,
    /// The columns of the model.
    pub columns: &'static [Column],
}

/// The most columns of a key, the partition's among them.
pub const MAX_KEY_COLUMNS: usize = 8;

/// The columns that every table has besides its data: name, type, and what it means.
pub const METADATA_COLUMNS: [[&str; 3]; 5] = [
    ["_run_id", "bigint not null", "The run that last wrote the row."],
    ["_first_seen_at", "timestamptz not null", "When the row was first seen."],
    ["_last_changed_at", "timestamptz not null", "When a value of the row last changed."],
    [
        "_deleted_at",
        "timestamptz",
        "When a complete walk no longer found the row, whose values stay.",
    ],
    ["_extra", "jsonb", "Fields without a column, and values that do not fit theirs."],
];

/// The names of the same.
pub const METADATA: [&str; 5] = {
    let [[run, ..], [first_seen, ..], [last_changed, ..], [deleted, ..], [extra, ..]] =
        METADATA_COLUMNS;
    [run, first_seen, last_changed, deleted, extra]
};

/// What an item's key is where the vendor does not send the documented one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFallback {
    /// None: the item goes to the quarantine.
    None,
    /// There is only one item, so its key is a constant.
    Singleton,
    /// Made from these columns of the item, which identify it by their nature.
    Columns(&'static [&'static str]),
}

/// The constant key of the one item of a singleton.
pub const SINGLETON_KEY: &str = "singleton";

/// How a vendor is asked for a range of the cursor, both ends of it optional.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The parameter of the lowest value.
    pub since: &'static str,
    /// The parameter of the highest value.
    pub until: &'static str,
    /// How a time is written.
    pub format: TimeFormat,
}

impl Filter {
    /// The query that asks for a range.
    pub fn query(
        &self,
        since: Option<DateTime<Utc>>,
        until: Option<DateTime<Utc>>,
    ) -> Vec<(&'static str, String)> {
        let text = |time: DateTime<Utc>| match self.format {
            TimeFormat::EpochSeconds => time.timestamp().to_string(),
            TimeFormat::Rfc3339 => time.to_rfc3339_opts(SecondsFormat::Secs, true),
        };
        let since = since.map(|time| (self.since, text(time)));
        // The end of the range is cut to the second, so the next one is asked for, and the rest left out here.
        let until = until.map(|time| (self.until, text(time + TimeDelta::seconds(1))));
        since.into_iter().chain(until).collect()
    }
}

/// How a time is written in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// Seconds since 1970.
    EpochSeconds,
    /// RFC 3339, in UTC.
    Rfc3339,
}

/// The resource whose live rows a child is asked for, one listing each.
#[derive(Clone, Copy, Debug)]
pub struct Parent {
    /// The placeholder in the child's path, and the first column of its key.
    pub placeholder: &'static str,
    /// The parent's name.
    pub resource: &'static str,
    /// The parent's column that fills it.
    pub column: &'static str,
    /// The child's column that holds it.
    pub own_column: [Column; 1],
}

/// The parameter whose values a resource is asked for, one listing each.
#[derive(Clone, Copy, Debug)]
pub struct EachParam {
    /// The parameter, and the first column of the key.
    pub name: &'static str,
    /// The column that holds its value.
    pub own_column: [Column; 1],
}

impl Resource {
    /// A listing in one response, at the root of the body, keyed by `id`.
    #[track_caller]
    pub const fn new<T: Record>(name: &'static str, path: &'static str) -> Self {
        assert!(!path.is_empty() && path.as_bytes()[0] == b'/', "a path starts with a slash");
        Self {
            name,
            table: name,
            doc: T::DOC,
            path,
            query: &[],
            select: &["$"],
            missing_is_empty: false,
            singleton: false,
            paging: Paging::Single,
            key: &["id"],
            key_fallback: KeyFallback::None,
            key_fallback_if_sent: &[],
            cursor: None,
            version: None,
            filter: None,
            append_only: None,
            sparse_if: &[],
            params: &[],
            parent: None,
            each_param: None,
            tells_owner: None,
            columns: T::COLUMNS,
        }
    }

    /// Names the table, where it is not the resource's name.
    #[must_use]
    pub const fn table(mut self, table: &'static str) -> Self {
        self.table = table;
        self
    }

    /// Where the items may be, in order of preference.
    #[must_use]
    #[track_caller]
    pub const fn select(mut self, places: &'static [&'static str]) -> Self {
        assert!(!places.is_empty(), "items are somewhere: name a place, or `$` for the whole body");
        self.select = places;
        self
    }

    /// A body without any of the places is a listing without items, unless it has something
    /// in it that neither a place, nor the paging, names.
    #[must_use]
    pub const fn missing_is_empty(mut self) -> Self {
        self.missing_is_empty = true;
        self
    }

    /// Parameters that are sent with every request.
    #[must_use]
    pub const fn query(mut self, query: &'static [(&'static str, &'static str)]) -> Self {
        self.query = query;
        self
    }

    /// Which page comes next.
    #[must_use]
    pub const fn paging(mut self, paging: Paging) -> Self {
        self.paging = paging;
        self
    }

    /// The columns that identify an item among its siblings.
    #[must_use]
    #[track_caller]
    pub const fn key(mut self, key: &'static [&'static str]) -> Self {
        assert!(!key.is_empty(), "a key has a column");
        self.key = key;
        self
    }

    /// What the key is where the vendor does not send it.
    #[must_use]
    pub const fn or_key(mut self, fallback: KeyFallback) -> Self {
        self.key_fallback = fallback;
        self
    }

    /// Columns that stand in a key made from others too, in the rows that have them: the
    /// keys of all other rows are as without it.
    #[must_use]
    pub const fn or_key_if_sent(mut self, columns: &'static [&'static str]) -> Self {
        self.key_fallback_if_sent = columns;
        self
    }

    /// The one item of its kind, with a constant key if the vendor sends none.
    #[must_use]
    pub const fn singleton(mut self) -> Self {
        self.singleton = true;
        self.or_key(KeyFallback::Singleton)
    }

    /// The column whose maximum tells how far the data reaches.
    #[must_use]
    #[track_caller]
    pub const fn cursor(mut self, column: &'static str) -> Self {
        assert!(self.names_column(column), "the cursor names no column");
        self.cursor = Some(column);
        self
    }

    /// The column that is higher in a newer version of an item; it is the cursor too.
    #[must_use]
    #[track_caller]
    pub const fn version(self, column: &'static str) -> Self {
        let mut resource = self.cursor(column);
        resource.version = Some(column);
        resource
    }

    /// The vendor can be asked for a range of the cursor.
    #[must_use]
    pub const fn filter(mut self, filter: Filter) -> Self {
        self.filter = Some(filter);
        self
    }

    /// Items are only ever added at the end, unless one of these parameters is set:
    /// a walk begins after the rows that are already known.
    #[must_use]
    pub const fn append_only_unless(mut self, params: &'static [&'static str]) -> Self {
        self.append_only = Some(params);
        self
    }

    /// With one of these parameters, the vendor leaves rows out of its pages, so that a page
    /// that is not full is asked for without them too, and a row that does not come is not gone.
    #[must_use]
    pub const fn sparse_if(mut self, params: &'static [&'static str]) -> Self {
        self.sparse_if = params;
        self
    }

    /// One listing for each live row of `resource`, whose `column` fills `placeholder`.
    #[must_use]
    #[track_caller]
    pub const fn each(
        mut self,
        placeholder: &'static str,
        resource: &'static str,
        column: &'static str,
    ) -> Self {
        assert!(has_placeholder(self.path, placeholder), "the path has no such placeholder");
        let own_column = [Column::partition(placeholder, "The key of the parent's row.")];
        self.parent = Some(Parent { placeholder, resource, column, own_column });
        self
    }

    /// Values of this column tell whose rows the key reads: one account's first page and
    /// another's have none in common. It is read before all others.
    #[must_use]
    #[track_caller]
    pub const fn tells_owner(mut self, column: &'static str) -> Self {
        assert!(self.names_column(column), "what tells the owner names no column");
        assert!(self.parent.is_none(), "a resource that is read before all others has no parent");
        self.tells_owner = Some(column);
        self
    }

    /// Parameters of the connector that are sent in the query, if they are set.
    #[must_use]
    pub const fn params(mut self, params: &'static [&'static str]) -> Self {
        self.params = params;
        self
    }

    /// One listing for each value of the parameter, which is sent in the query.
    ///
    /// The parameter can be set to several values; the column of its name is the
    /// first of the key.
    #[must_use]
    pub const fn each_param(mut self, name: &'static str) -> Self {
        let own_column =
            [Column::partition(name, "The parameter that the row was asked for with.")];
        self.each_param = Some(EachParam { name, own_column });
        self
    }

    /// The columns that say which listing a row is from: the parent's key, or a parameter.
    pub fn partition_columns(&self) -> impl Iterator<Item = &Column> + Clone {
        let parent = self.parent.iter().flat_map(|parent| &parent.own_column);
        parent.chain(self.each_param.iter().flat_map(|param| &param.own_column))
    }

    /// Whether a parameter is part of the address of all of its listings, as an account is,
    /// and does not tell one of them from another.
    pub fn is_below(&self, param: &str) -> bool {
        self.path.split('/').any(|segment| placeholder(segment) == Some(param))
            && !self.partition_columns().any(|column| column.name == param)
    }

    /// All columns of the table that hold data: the partition's, then the model's.
    pub fn table_columns(&self) -> impl Iterator<Item = &Column> + Clone {
        self.partition_columns().chain(self.columns)
    }

    /// The names of the primary key's columns: the partition's, then its own.
    pub fn key_columns(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.partition_columns().map(|column| column.name).chain(self.key.iter().copied())
    }
}

impl Connector {
    /// The resource of that name.
    pub fn resource(&self, name: &str) -> Option<&'static Resource> {
        self.resources.iter().find(|resource| resource.name == name)
    }

    /// The parameter of that name.
    pub fn param(&self, name: &str) -> Option<&'static Param> {
        self.params.iter().find(|param| param.name == name)
    }

    /// The name of its program, and of its crate.
    pub fn binary(&self) -> String {
        binary_of(self.name)
    }
}

/// The name of the program of the connector with that name.
pub fn binary_of(connector: &str) -> String {
    format!("{}-connector", connector.replace('_', "-"))
}

/// The name of the placeholder that a segment of a path is, if it is one.
pub fn placeholder(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}
