//! From rows as the vendor sent them to rows as Postgres takes them. Pure.
//!
//! Nothing is lost on the way: what no column knows or holds goes to `_extra`,
//! and what has no usable key is set aside whole. A row is never dropped for
//! one of its fields, and a page never for one of its rows.

use std::collections::{BTreeMap, HashMap, HashSet};

use connector_spec::{Column, Fit, MAX_KEY_COLUMNS, Resource, Source, json};

use super::drift::{Drift, DriftKind, DriftSeen, notice};
use super::encoded::{Bounds, Encoded, MAX_REJECTED, Reason, Rejected, shortened};
use super::key::{Key, Slot};
use super::tuple::{
    Aside, NULL, push_extra, set_length, storable, write_field, write_veiled, write_whole,
};
use super::veil::Veil;
use crate::pieces::{self, Pieces};

/// The largest row: decoded, it is in memory beside the answer that it came in.
const MAX_ROW_BYTES: usize = 32 << 20;

/// The most fields of a large row: each takes more memory than its text.
const MAX_FIELDS: usize = 250_000;

/// Encodes the rows of one resource.
pub(crate) struct Decoder {
    columns: Vec<Column>,
    /// Which column a name in the JSON means, and whether as an alias.
    names: HashMap<&'static str, (usize, bool)>,
    key: Key,
    cursor: Option<usize>,
    whole: bool,
    /// Whether a row's key is its position.
    positional: bool,
    veil: Veil,
    bounds: Bounds,
}

/// A row at hand; the next one takes its memory over.
#[derive(Default)]
struct Row<'a> {
    /// Its fields, by column.
    slots: Vec<Slot<'a>>,
    extra: Vec<Aside<'a>>,
    tuple: Vec<u8>,
}

impl Decoder {
    pub(crate) fn new(resource: &Resource, veil: impl Into<Veil>, bounds: Bounds) -> Self {
        let columns: Vec<Column> = resource.table_columns().copied().collect();
        let index = |name: &str| columns.iter().position(|column| column.name == name);
        let mut names = HashMap::new();
        let fields =
            || columns.iter().enumerate().filter(|(_, column)| column.source == Source::Field);
        for (at, column) in fields() {
            names.extend(column.aliases.iter().map(|alias| (*alias, (at, true))));
        }
        // A field's own name takes precedence over another one's older name.
        names.extend(fields().map(|(at, column)| (column.wire, (at, false))));
        Self {
            key: Key::of(resource, &columns),
            cursor: resource.cursor.and_then(index),
            whole: columns.iter().any(|column| column.source == Source::Whole),
            positional: columns.iter().any(|column| column.source == Source::Position),
            names,
            columns,
            veil: veil.into(),
            bounds,
        }
    }

    /// What tells a row from all others of its listing: its key, or its whole text where it has none.
    pub(crate) fn identity(&self, row: &str, partition: &[String]) -> u64 {
        let key = if self.positional { None } else { self.page(&[row], partition, 0).keys.pop() };
        key.unwrap_or_else(|| json::hash(row))
    }

    /// What tells the rows of a page from those of another one. Where they have keys, those
    /// do it as soon as the page is decoded, and the text is good for equal pages only.
    pub(crate) fn fingerprint(&self, rows: &[&str], text: &str) -> u64 {
        if self.positional { hash_all(rows) } else { xxhash_rust::xxh3::xxh3_64(text.as_bytes()) }
    }

    /// Encodes the rows of a page; `first` is the position of the first one in its listing.
    pub(crate) fn page<'a>(&self, rows: &[&'a str], partition: &[String], first: u64) -> Encoded {
        let mut encoded = Encoded {
            tuples: Pieces::of_about(rows.iter().map(|row| row.len()).sum()),
            keys: Vec::with_capacity(rows.len()),
            ..Encoded::default()
        };
        let mut at_hand: Row<'a> = Row::default();
        for (position, row) in (first..).zip(rows) {
            at_hand.slots.clear();
            at_hand.slots.resize(self.columns.len(), None);
            at_hand.extra.clear();
            at_hand.tuple.clear();
            if let Some(rejected) = too_large(row) {
                encoded.rejected.push(rejected);
                continue;
            }
            if row.len() > at_hand.tuple.capacity() {
                at_hand.tuple = pieces::buffer(row.len());
            }
            let read = self.read(row, &mut at_hand, &mut encoded.drift);
            if let Err(reason) =
                read.and_then(|()| self.write(row, &mut at_hand, partition, position, &mut encoded))
            {
                if encoded.rejected.len() >= MAX_REJECTED {
                    encoded.more_rejected += 1;
                    continue;
                }
                // A row that is spelled in another way is none that was not there before.
                let raw = shortened(json::normal(&self.veil.row(&self.columns, row)));
                encoded.rejected.push(Rejected { reason, raw });
            }
        }
        if encoded.keys.is_empty() && !rows.is_empty() {
            encoded.without_keys = Some(hash_all(rows));
        }
        encoded
    }

    /// Sorts the members of a row into the columns' slots, and the rest into `extra`.
    fn read<'a>(
        &self,
        row: &'a str,
        Row { slots, extra, .. }: &mut Row<'a>,
        drift: &mut BTreeMap<Drift, DriftSeen>,
    ) -> Result<(), Reason> {
        if self.whole {
            return Ok(());
        }
        if !json::is_object(row) {
            return Err(format!("the row is a {} and no object", json::type_name(row)));
        }
        // Vendors send their fields in one order, so the next name is mostly the next column's.
        let mut hint = 0;
        let mut unknown = HashSet::new();
        let members = json::each_member(row, |name, value| {
            let known = match self.columns.get(hint) {
                Some(column) if column.source == Source::Field && column.wire == name => {
                    Some((hint, false))
                }
                _ => self.names.get(&*name).copied(),
            };
            let Some((at, alias)) = known else {
                // What a person leaves out is kept nowhere, and no news.
                let Some(kept) = self.veil.aside(None, &name, value) else { return };
                let again = !unknown.insert(xxhash_rust::xxh3::xxh3_64(name.as_bytes()));
                let kind = if again { DriftKind::Repeated } else { DriftKind::Unknown };
                notice(drift, json::plain_name(&name), kind, value);
                extra.push((storable(name), kept));
                return;
            };
            hint = at + 1;
            let column = &self.columns[at];
            let wire = if alias {
                column.aliases.iter().find(|other| **other == name).copied().unwrap_or(column.wire)
            } else {
                column.wire
            };
            match slots[at] {
                None => slots[at] = Some((wire, value)),
                // The field's own name takes precedence over an older one, and a later value over an earlier.
                Some((before, _)) if alias && before == column.wire => {
                    self.set_aside(extra, column, wire, value);
                }
                Some((before, older)) => {
                    if before == wire && !self.veil.excludes(column) {
                        notice(drift, wire, DriftKind::Repeated, value);
                    }
                    self.set_aside(extra, column, before, older);
                    slots[at] = Some((wire, value));
                }
            }
        });
        members.map_err(|malformed| malformed.to_string())
    }

    /// Appends the row's tuple.
    fn write(
        &self,
        row: &str,
        Row { slots, extra, tuple }: &mut Row<'_>,
        partition: &[String],
        position: u64,
        encoded: &mut Encoded,
    ) -> Result<(), Reason> {
        let fields = i16::try_from(self.columns.len() + 1).unwrap_or(i16::MAX);
        tuple.extend_from_slice(&fields.to_be_bytes());
        let mut partition = partition.iter();
        let mut starts = [0_usize; MAX_KEY_COLUMNS];
        let mut cursor = None;
        for (at, column) in self.columns.iter().enumerate() {
            let start = tuple.len();
            tuple.extend_from_slice(&NULL);
            let fit = match column.source {
                Source::Partition => partition.next().map_or(Fit::Null, |value| {
                    tuple.extend_from_slice(value.as_bytes());
                    Fit::Written
                }),
                Source::Position => {
                    tuple.extend_from_slice(&position.to_be_bytes());
                    Fit::Written
                }
                Source::Whole => match self.veil.in_column(column, row) {
                    Some(veiled) => write_whole(column, &veiled, tuple, &mut encoded.drift),
                    None => write_whole(column, row, tuple, &mut encoded.drift),
                },
                Source::Field if self.veil.excludes(column) => Fit::Null,
                Source::Field => slots[at].map_or(Fit::Null, |(_, value)| {
                    match self.veil.in_column(column, value) {
                        Some(veiled) => write_veiled(column, &veiled, tuple),
                        None => write_field(column, value, tuple),
                    }
                }),
            };
            let key = self.key.place(at);
            match (fit, key) {
                (Fit::Written, _) => {}
                (fit, Some(_)) => {
                    self.key.write_missing((column, fit), &self.columns, slots, tuple)?;
                    encoded.made_keys += 1;
                }
                (Fit::Misfit, None) => {
                    if let Some((name, value)) = slots[at] {
                        notice(&mut encoded.drift, name, DriftKind::Misfit, value);
                        self.set_aside(extra, column, name, value);
                    }
                }
                (Fit::Null, None) => {
                    if column.required && !self.veil.excludes(column) {
                        notice(
                            &mut encoded.drift,
                            column.wire,
                            DriftKind::Missing,
                            slots[at].map_or("null", |(_, value)| value),
                        );
                    }
                }
            }
            let length = tuple.len() - start - NULL.len();
            if length > 0 || fit == Fit::Written {
                set_length(tuple, start, length);
            }
            if let Some(key) = key {
                if length == 0 {
                    return Err(format!("its key `{}` is empty", column.wire));
                }
                starts[key] = start;
            }
            if self.cursor == Some(at) && length == 8 {
                cursor = tuple.last_chunk::<8>().map(|bytes| i64::from_be_bytes(*bytes));
            }
        }
        if cursor.is_some_and(|cursor| !self.bounds.contain(cursor)) {
            encoded.outside += 1;
            return Ok(());
        }
        encoded.cursor = encoded.cursor.max(cursor);
        let key = self.key.hash(tuple, &starts)?;
        push_extra(tuple, extra);
        encoded.keys.push(key);
        encoded.tuples.take(tuple);
        Ok(())
    }

    /// Adds a value of a known column to `_extra`, veiled if it is secret.
    fn set_aside<'a>(
        &self,
        extra: &mut Vec<Aside<'a>>,
        column: &Column,
        name: &'static str,
        value: &'a str,
    ) {
        if let Some(value) = self.veil.aside(Some(column), name, value) {
            extra.push((name.into(), value));
        }
    }
}

/// A hash of rows in their order that is the same however they are spelled.
fn hash_all(rows: &[&str]) -> u64 {
    let mut hash = xxhash_rust::xxh3::Xxh3Default::new();
    for row in rows {
        hash.update(&json::hash(row).to_be_bytes());
    }
    hash.digest()
}

/// A row that takes more memory than there is for one: not even its text is looked into.
fn too_large(row: &str) -> Option<Rejected> {
    /// Rows below this size cannot have so many fields that it matters.
    const FEW_FIELDS: usize = 4 << 20;
    let mut fields = 0;
    let reason = if row.len() > MAX_ROW_BYTES {
        format!("the row is larger than {} MiB", MAX_ROW_BYTES >> 20)
    } else if row.len() > FEW_FIELDS
        && json::is_object(row)
        && json::each_member(row, |_, _| fields += 1).is_ok()
        && fields > MAX_FIELDS
    {
        format!("the row has more than {MAX_FIELDS} fields")
    } else {
        return None;
    };
    Some(Rejected { reason, raw: format!("… ({} bytes in all)", row.len()) })
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use connector_spec::KeyFallback;

    use super::super::key::MAX_KEY_BYTES;
    use super::*;
    use crate::read::secret::Secrets;
    use connector_spec::Json;
    use connector_spec::Record;

    #[derive(connector_spec::Record)]
    #[expect(dead_code, reason = "a model is a declaration and is never built")]
    struct Row {
        id: String,
        #[record(alias = "oldCount")]
        count: Option<i64>,
        #[record(unordered)]
        labels: Option<Json>,
        #[record(secret)]
        token: Option<String>,
        #[record(unit = "seconds")]
        updated_at: Option<crate::DateTime<crate::Utc>>,
    }

    const ROWS: Resource = Resource::new::<Row>("rows", "/rows").cursor("updated_at");

    /// The tuples as a person reads them: a row each, nulls as `-`, binary numbers as `#`.
    fn show(encoded: &Encoded) -> Vec<String> {
        let row = |tuple: Cow<'_, [u8]>| {
            let mut rest = &tuple[..];
            let mut take = |length: usize| {
                let (taken, left) = rest.split_at(length);
                rest = left;
                taken
            };
            let fields = i16::from_be_bytes(take(2).try_into().unwrap());
            let row = (0..fields).map(|_| match i32::from_be_bytes(take(4).try_into().unwrap()) {
                -1 => "-".to_owned(),
                8 => {
                    let number = i64::from_be_bytes(take(8).try_into().unwrap());
                    format!("#{number}")
                }
                length => {
                    String::from_utf8_lossy(take(length.try_into().unwrap())).replace('\u{1}', "")
                }
            });
            let row = row.collect::<Vec<_>>().join(" | ");
            assert!(rest.is_empty());
            row
        };
        assert_eq!(encoded.tuples.items().count(), encoded.keys.len());
        encoded.tuples.items().map(row).collect()
    }

    fn decode(rows: &[&str]) -> Encoded {
        Decoder::new(&ROWS, Secrets::Keep, Bounds::default()).page(rows, &[], 7)
    }

    #[test]
    fn what_no_column_knows_or_holds_is_kept_beside_the_row() {
        let encoded = decode(&[
            r#"{"id":"a","count":1,"labels":["y","x"],"updatedAt":946684801}"#,
            r#"{"id":2,"count":9223372036854775808,"other":1e400,"Id":"x"}"#,
            r#"{"id":"c","count":1,"count":2}"#,
            r#"{"oldCount":3,"id":"d","count":4}"#,
            r#"{"id":"e","bad":"\u0000"}"#,
            r#"{"id":"f","count":"x","zz":1,"count":2,"zz":2,"count":1.5,"zz":"\u0000"}"#,
            r#"{"id":"g","a\u0000":2,"a\\u0000":3}"#,
        ]);
        assert_eq!(
            show(&encoded),
            [
                r#"a | #1 | ["x","y"] | - | #1000000 | -"#,
                r#"2 | - | - | - | - | {"Id":"x","count":9223372036854775808,"other":1e400}"#,
                r#"c | #2 | - | - | - | {"count":1}"#,
                r#"d | #4 | - | - | - | {"oldCount":3}"#,
                r#"e | - | - | - | - | {"bad":{"_raw":"\"\\u0000\""}}"#,
                r#"f | - | - | - | - | {"count":{"_repeated":["x",2,1.5]},"zz":{"_repeated":[1,2,{"_raw":"\"\\u0000\""}]}}"#,
                r#"g | - | - | - | - | {"a\\u0000":{"_repeated":[2,3]}}"#,
            ]
        );
        let drift: Vec<String> = encoded
            .drift
            .keys()
            .map(|(field, kind, json_type)| format!("{field} {} {json_type}", kind.name()))
            .collect();
        assert_eq!(
            drift,
            [
                "Id unknown string",
                "bad unknown string",
                "count misfit number",
                "count repeated number",
                "other unknown number",
                "zz unknown number",
                "zz repeated number",
                "zz repeated string",
                "… unknown number",
            ]
        );
        assert_eq!(encoded.cursor, Some(1_000_000));
    }

    #[test]
    fn a_row_without_a_usable_key_does_not_cost_its_neighbours() {
        let long = format!(r#"{{"id":"{}"}}"#, "k".repeat(MAX_KEY_BYTES + 1));
        let encoded = decode(&[
            r#"{"id":"a"}"#,
            r#"{"count":1}"#,
            r#"{"id":null}"#,
            r#"{"id":{}}"#,
            r#"{"id":""}"#,
            "[1]",
            &long,
            r#"{"id":"z"}"#,
        ]);
        assert_eq!(show(&encoded), ["a | - | - | - | - | -", "z | - | - | - | - | -"]);
        let reasons: Vec<&str> = encoded.rejected.iter().map(|row| row.reason.as_str()).collect();
        assert_eq!(
            reasons,
            [
                "its key `id` is missing",
                "its key `id` is missing",
                "its key `id` does not fit its column",
                "its key `id` is empty",
                "the row is a list and no object",
                "its key is longer than 2000 bytes",
            ]
        );
    }

    #[test]
    fn rows_outside_of_the_range_are_left_out() {
        let bounds = Bounds { since: Some(0), until: Some(2_000_000) };
        let encoded = Decoder::new(&ROWS, Secrets::Keep, bounds).page(
            &[
                r#"{"id":"a","updatedAt":946684799}"#,
                r#"{"id":"b","updatedAt":946684800}"#,
                r#"{"id":"c","updatedAt":946684802}"#,
                r#"{"id":"d"}"#,
            ],
            &[],
            0,
        );
        assert_eq!((show(&encoded).len(), encoded.outside), (2, 2));
    }

    #[test]
    fn a_missing_key_is_made_from_what_identifies_the_row() {
        #[derive(connector_spec::Record)]
        #[expect(dead_code, reason = "a model is a declaration and is never built")]
        struct Cookie {
            uuid: Option<String>,
            domain: Option<String>,
            name: Option<String>,
        }
        const COOKIES: Resource = Resource::new::<Cookie>("cookies", "/cookies")
            .key(&["uuid"])
            .or_key(KeyFallback::Columns(&["domain", "name"]));
        const ONE: Resource =
            Resource::new::<Cookie>("cookies", "/cookies").key(&["uuid"]).singleton();
        let rows =
            [r#"{"domain":"d","name":"n"}"#, r#"{"uuid":"u","domain":"d"}"#, r#"{"domain":"d"}"#];
        let encoded = Decoder::new(&COOKIES, Secrets::Keep, Bounds::default()).page(&rows, &[], 0);
        assert_eq!(show(&encoded), [r#"["d", "n"] | d | n | -"#, "u | d | - | -"]);
        assert_eq!(encoded.rejected.len(), 1);
        let encoded = Decoder::new(&ONE, Secrets::Keep, Bounds::default()).page(&rows[..1], &[], 0);
        assert_eq!(show(&encoded), ["singleton | d | n | -"]);
        let _ = Cookie::DOC;
    }
}
