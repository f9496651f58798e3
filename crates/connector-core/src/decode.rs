//! From rows as the vendor sent them to rows as Postgres takes them. Pure.
//!
//! Nothing is lost on the way: what no column knows or holds goes to `_extra`,
//! and what has no usable key is set aside whole. A row is never dropped for
//! one of its fields, and a page never for one of its rows.

mod drift;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

use crate::column::{Column, Fit, Source, SqlType};
use crate::foreign::Foreign;
use crate::json::{self, Room};
use crate::memory::{self, Pieces};
use crate::resource::{KeyFallback, MAX_KEY_COLUMNS, Resource, SINGLETON_KEY};
use crate::secret::Secrets;

use drift::notice;
pub(crate) use drift::{Drift, DriftKind, DriftSeen};

/// The longest key that an index of Postgres takes for certain.
const MAX_KEY_BYTES: usize = 2_000;

/// The largest row: decoded, it is in memory beside the answer that it came in.
const MAX_ROW_BYTES: usize = 32 << 20;

/// The most fields of a large row: each takes more memory than its text.
const MAX_FIELDS: usize = 250_000;

/// How much of a row is kept that has no place in the table.
const MAX_RAW_BYTES: usize = 64 << 10;

/// The most rows without a place that are kept of one page; the others are counted.
pub(crate) const MAX_REJECTED: usize = 10_000;

/// A row that has no place in the table, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rejected {
    /// What is wrong with it.
    pub(crate) reason: String,
    /// The row as the vendor sent it.
    pub(crate) raw: String,
}

/// Rows in the binary form of `copy`, with what was noticed on the way.
#[derive(Debug, Default)]
pub(crate) struct Encoded {
    /// The tuples, one after another.
    pub(crate) tuples: Pieces,
    /// A hash of each tuple's key.
    pub(crate) keys: Vec<u64>,
    /// A hash of the rows, if none of them came to have a key.
    without_keys: Option<u64>,
    /// Rows that have no place in the table, as far as they are kept.
    pub(crate) rejected: Vec<Rejected>,
    /// The number of those that are not kept.
    pub(crate) more_rejected: u64,
    /// Disagreements, with the number of rows that show them.
    pub(crate) drift: BTreeMap<Drift, DriftSeen>,
    /// The highest value of the cursor column, in Postgres's microseconds.
    pub(crate) cursor: Option<i64>,
    /// Rows whose key stands in for one that the vendor did not send.
    pub(crate) made_keys: u64,
    /// Rows whose cursor is outside of the bounds of the run.
    pub(crate) outside: u64,
}

impl Encoded {
    /// The number of rows that have no place in the table.
    pub(crate) fn rejects(&self) -> u64 {
        self.rejected.len() as u64 + self.more_rejected
    }

    /// The number of rows whose key came before.
    pub(crate) fn repeats(&self) -> u64 {
        let different: HashSet<u64> = self.keys.iter().copied().collect();
        (self.keys.len() - different.len()) as u64
    }

    /// The page with what it tells of fields as it may be shown: a name can hold anything.
    pub(crate) fn told(mut self) -> Self {
        let drift = std::mem::take(&mut self.drift).into_iter();
        let told: Vec<(Drift, DriftSeen)> = drift
            .map(|((field, kind, json_type), seen)| {
                let (field, shape) =
                    (Foreign(&field).to_string(), Foreign(&seen.shape).to_string());
                ((field, kind, json_type), DriftSeen { shape, ..seen })
            })
            .collect();
        DriftSeen::add_all(&mut self.drift, told.iter().map(|(drift, seen)| (drift, seen)));
        self
    }

    /// A hash of the keys, whatever their order, if there are any.
    pub(crate) fn key_set(&self) -> Option<u64> {
        self.keys.iter().copied().reduce(u64::wrapping_add)
    }

    /// The same, or what stands for rows none of which came to have a key.
    pub(crate) fn key_set_or_rows(&self) -> Option<u64> {
        self.key_set().or(self.without_keys)
    }
}

/// Which values of the cursor column a run asks for, in Postgres's microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// The lowest.
    pub(crate) since: Option<i64>,
    /// The first that is too high.
    pub(crate) until: Option<i64>,
}

impl Bounds {
    fn contain(&self, cursor: i64) -> bool {
        self.since.is_none_or(|since| cursor >= since)
            && self.until.is_none_or(|until| cursor < until)
    }

    /// Whether there are any.
    pub(crate) fn any(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }
}

/// Encodes the rows of one resource.
pub(crate) struct Decoder {
    columns: Vec<Column>,
    /// Which column a name in the JSON means, and whether as an alias.
    names: HashMap<&'static str, (usize, bool)>,
    /// The indexes of the key's columns.
    key: Vec<usize>,
    fallback: KeyFallback,
    /// The indexes of the columns that a natural key is made from.
    natural: Vec<usize>,
    /// The indexes of those that are part of it in rows that have them.
    natural_if_sent: Vec<usize>,
    cursor: Option<usize>,
    whole: bool,
    /// Whether a row's key is its position.
    positional: bool,
    secrets: Secrets,
    bounds: Bounds,
}

/// A field of the row at hand: its name, and its value.
type Slot<'a> = Option<(&'static str, &'a str)>;

/// What goes to `_extra`: a name, and a value as it may be stored.
type Aside<'a> = (Cow<'a, str>, Cow<'a, str>);

/// A row at hand; the next one takes its memory over.
#[derive(Default)]
struct Row<'a> {
    /// Its fields, by column.
    slots: Vec<Slot<'a>>,
    extra: Vec<Aside<'a>>,
    tuple: Vec<u8>,
}

/// Why a key is not usable.
type Reason = String;

impl Decoder {
    pub(crate) fn new(resource: &Resource, secrets: Secrets, bounds: Bounds) -> Self {
        let columns: Vec<Column> = resource.table_columns().copied().collect();
        let index = |name: &str| columns.iter().position(|column| column.name == name);
        let mut names = HashMap::new();
        let fields =
            || columns.iter().enumerate().filter(|(_, column)| column.source == Source::Field);
        for (at, column) in fields() {
            names.extend(column.aliases.iter().map(|alias| (*alias, (at, true))));
        }
        // A field's own name counts more than another one's older name.
        names.extend(fields().map(|(at, column)| (column.wire, (at, false))));
        let natural = match resource.key_fallback {
            KeyFallback::Columns(names) => names.iter().filter_map(|name| index(name)).collect(),
            KeyFallback::None | KeyFallback::Singleton => Vec::new(),
        };
        Self {
            key: resource.key_columns().filter_map(index).collect(),
            fallback: resource.key_fallback,
            natural,
            natural_if_sent: resource
                .key_fallback_if_sent
                .iter()
                .filter_map(|name| index(name))
                .collect(),
            cursor: resource.cursor.and_then(index),
            whole: columns.iter().any(|column| column.source == Source::Whole),
            positional: columns.iter().any(|column| column.source == Source::Position),
            names,
            columns,
            secrets,
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
        let mut encoded = Encoded { keys: Vec::with_capacity(rows.len()), ..Encoded::default() };
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
                at_hand.tuple = memory::buffer(row.len());
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
                let raw = shortened(json::normal(&self.secrets.veil_row(&self.columns, row)));
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
                let again = !unknown.insert(xxhash_rust::xxh3::xxh3_64(name.as_bytes()));
                let kind = if again { DriftKind::Repeated } else { DriftKind::Unknown };
                notice(drift, json::plain_name(&name), kind, value);
                let veiled = self.secrets.veil_aside(None, &name, value);
                extra.push((storable(name), veiled.map_or(Cow::Borrowed(value), Cow::Owned)));
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
                // The field's own name counts more than an older one, and a later value more than an earlier.
                Some((before, _)) if alias && before == column.wire => {
                    self.set_aside(extra, column, wire, value);
                }
                Some((before, older)) => {
                    if before == wire {
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
                Source::Whole => match self.secrets.veil(column, row) {
                    Some(veiled) => write_whole(column, &veiled, tuple, &mut encoded.drift),
                    None => write_whole(column, row, tuple, &mut encoded.drift),
                },
                Source::Field => slots[at].map_or(Fit::Null, |(_, value)| {
                    match self.secrets.veil(column, value) {
                        Some(veiled) => write_veiled(column, &veiled, tuple),
                        None => write_field(column, value, tuple),
                    }
                }),
            };
            let key = self.key.iter().position(|index| *index == at);
            match (fit, key) {
                (Fit::Written, _) => {}
                (fit, Some(_)) => {
                    self.write_missing_key(column, fit, slots, tuple)?;
                    encoded.made_keys += 1;
                }
                (Fit::Misfit, None) => {
                    if let Some((name, value)) = slots[at] {
                        notice(&mut encoded.drift, name, DriftKind::Misfit, value);
                        self.set_aside(extra, column, name, value);
                    }
                }
                (Fit::Null, None) => {
                    if column.required {
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
        let key = self.hash_key(tuple, &starts)?;
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
        let veiled = self.secrets.veil_aside(Some(column), name, value);
        extra.push((name.into(), veiled.map_or(Cow::Borrowed(value), Cow::Owned)));
    }

    /// Appends what stands for a key that the vendor did not send.
    fn write_missing_key(
        &self,
        column: &Column,
        fit: Fit,
        slots: &[Slot<'_>],
        tuple: &mut Vec<u8>,
    ) -> Result<(), Reason> {
        let what = if fit == Fit::Misfit { "does not fit its column" } else { "is missing" };
        let missing = || format!("its key `{}` {what}", column.wire);
        match self.fallback {
            // It would replace the one row there is with nothing.
            KeyFallback::Singleton if slots.iter().all(Option::is_none) => {
                Err("none of its fields is one that the table has".to_owned())
            }
            KeyFallback::Singleton if fit == Fit::Null && column.sql_type == SqlType::Text => {
                tuple.extend_from_slice(SINGLETON_KEY.as_bytes());
                Ok(())
            }
            KeyFallback::Columns(_) if fit == Fit::Null && column.sql_type == SqlType::Text => {
                let part = |at: &usize| {
                    let value = slots[*at]?.1;
                    (value != "null").then(|| canonical(&self.columns[*at], value))
                };
                let mut parts: Option<Vec<String>> = self.natural.iter().map(part).collect();
                let more = self.natural_if_sent.iter().filter_map(|at| {
                    let value = slots[*at].filter(|(_, value)| !json::is_empty(value));
                    value.and_then(|_| {
                        Some(format!("{{\"{}\": {}}}", self.columns[*at].name, part(at)?))
                    })
                });
                if let Some(parts) = &mut parts {
                    parts.extend(more);
                }
                match parts.as_deref() {
                    Some([one]) => {
                        if column.write(one, tuple) != Fit::Written {
                            return Err(missing());
                        }
                    }
                    Some(parts) => {
                        tuple.extend_from_slice(format!("[{}]", parts.join(", ")).as_bytes());
                    }
                    None => return Err(missing()),
                }
                Ok(())
            }
            _ => Err(missing()),
        }
    }

    /// A hash of the key's columns as they stand in the tuple.
    fn hash_key(&self, tuple: &[u8], starts: &[usize]) -> Result<u64, Reason> {
        let mut hash = xxhash_rust::xxh3::Xxh3Default::new();
        let mut size = 0;
        for start in starts.iter().take(self.key.len()) {
            let field = &tuple[*start..];
            let length =
                field.first_chunk::<4>().map_or(0, |length| u32::from_be_bytes(*length) as usize);
            size += length;
            hash.update(&field[..length + NULL.len()]);
        }
        if size > MAX_KEY_BYTES {
            Err(format!("its key is longer than {MAX_KEY_BYTES} bytes"))
        } else {
            Ok(hash.digest())
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

/// A value as JSON, the same however the vendor wrote it.
fn canonical(column: &Column, value: &str) -> String {
    let mut bytes = Vec::new();
    match (column.write(value, &mut bytes), column.sql_type) {
        (Fit::Written, SqlType::Text) => {
            let mut text = Vec::with_capacity(bytes.len() + 2);
            json::push_string(&mut text, &String::from_utf8_lossy(&bytes));
            String::from_utf8_lossy(&text).into_owned()
        }
        (Fit::Written, SqlType::BigInt) => {
            bytes.first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes)).to_string()
        }
        _ => json::normal(value),
    }
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

/// A row's text, of a length that can be looked at.
pub(crate) fn shortened(mut raw: String) -> String {
    if raw.len() > MAX_RAW_BYTES {
        let whole = raw.len();
        raw.truncate(raw.floor_char_boundary(MAX_RAW_BYTES));
        let _ = write!(raw, "… ({whole} bytes in all)");
    }
    raw
}

/// The length of a null.
const NULL: [u8; 4] = (-1_i32).to_be_bytes();

fn set_length(tuple: &mut [u8], start: usize, length: usize) {
    // A response, and so a value, is far below 2 GiB.
    let length = i32::try_from(length).unwrap_or(i32::MAX);
    tuple[start..start + NULL.len()].copy_from_slice(&length.to_be_bytes());
}

/// Appends a field's value; a list whose order means nothing is sorted first.
fn write_field(column: &Column, value: &str, tuple: &mut Vec<u8>) -> Fit {
    if !(column.unordered && json::is_list(value)) {
        return column.write(value, tuple);
    }
    let mut elements = Vec::new();
    match json::each_element(value, |element| elements.push(element)) {
        Ok(()) => {
            elements.sort_by_cached_key(|element| json::normal(element));
            column.write(&format!("[{}]", elements.join(",")), tuple)
        }
        Err(_) => column.write(value, tuple),
    }
}

/// Appends an item that is a column by itself. Of one that `jsonb` cannot hold, the
/// members that are the reason are kept as texts, and all others as they are.
fn write_whole(
    column: &Column,
    row: &str,
    tuple: &mut Vec<u8>,
    drift: &mut BTreeMap<Drift, DriftSeen>,
) -> Fit {
    let fit = column.write(row, tuple);
    if fit != Fit::Misfit || column.sql_type != SqlType::Jsonb {
        return fit;
    }
    notice(drift, column.wire, DriftKind::Misfit, row);
    tuple.push(json::JSONB_VERSION);
    let mut members = Vec::new();
    let read = json::each_member(row, |name, value| {
        members.push((storable(name), Cow::Borrowed(value)));
    });
    if read.is_ok() {
        push_object(tuple, &mut members);
    } else {
        push_raw(tuple, row);
    }
    Fit::Written
}

/// Appends a fingerprint, or a nested value with some in it, whatever the column's type takes.
fn write_veiled(column: &Column, veiled: &str, tuple: &mut Vec<u8>) -> Fit {
    match column.sql_type {
        SqlType::Text | SqlType::Jsonb => write_field(column, veiled, tuple),
        _ => Fit::Misfit,
    }
}

/// A name as `jsonb` holds it, which has no U+0000, in a name as little as in a text.
fn storable(name: Cow<'_, str>) -> Cow<'_, str> {
    if name.contains('\0') { name.replace('\0', "\\u0000").into() } else { name }
}

/// Appends `_extra`.
fn push_extra(tuple: &mut Vec<u8>, extra: &mut [Aside<'_>]) {
    let start = tuple.len();
    tuple.extend_from_slice(&NULL);
    if extra.is_empty() {
        return;
    }
    tuple.push(json::JSONB_VERSION);
    push_object(tuple, extra);
    let length = tuple.len() - start - NULL.len();
    set_length(tuple, start, length);
}

/// Appends an object that Postgres can hold; where one row has several values of one name,
/// it has all of them. What `jsonb` has no room for is kept as the text of it.
fn push_object(tuple: &mut Vec<u8>, members: &mut [Aside<'_>]) {
    /// Each takes the room of three values: by itself, its text, and what is around those.
    const MAX_MEMBERS: usize = 1 << 20;
    // The sort keeps the values of one name in their order.
    members.sort_by(|(one, _), (other, _)| one.cmp(other));
    if members.len() > MAX_MEMBERS {
        let mut all = Vec::new();
        push_members(&mut all, members, |out, value| out.extend_from_slice(value.as_bytes()));
        push_raw(tuple, &String::from_utf8_lossy(&all));
        return;
    }
    let mut room = Room::ALL;
    push_members(tuple, members, |out, value| {
        if room.take(value) {
            out.extend_from_slice(value.as_bytes());
        } else {
            push_raw(out, value);
        }
    });
}

/// Appends an object of members that are in order, the values as `push` does it.
fn push_members(
    out: &mut Vec<u8>,
    members: &[Aside<'_>],
    mut push: impl FnMut(&mut Vec<u8>, &str),
) {
    out.push(b'{');
    for (n, same) in members.chunk_by(|(one, _), (other, _)| one == other).enumerate() {
        if n > 0 {
            out.push(b',');
        }
        json::push_string(out, &same[0].0);
        out.push(b':');
        match same {
            [(_, value)] => push(out, value),
            several => {
                out.extend_from_slice(b"{\"_repeated\":");
                for (n, (_, value)) in several.iter().enumerate() {
                    out.push(if n == 0 { b'[' } else { b',' });
                    push(out, value);
                }
                out.extend_from_slice(b"]}");
            }
        }
    }
    out.push(b'}');
}

/// Appends what `jsonb` cannot hold, as the text of it in its normal form.
fn push_raw(tuple: &mut Vec<u8>, value: &str) {
    tuple.extend_from_slice(b"{\"_raw\":");
    json::push_string(tuple, &json::normal(value));
    tuple.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::Json;
    use crate::record::Record;

    #[derive(connector_derive::Record)]
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
        #[derive(connector_derive::Record)]
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
