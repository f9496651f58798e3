//! The store: every listing that the vendor holds, or makes up.
//!
//! Held items are JSON texts, so what a fixture says reaches the client byte for
//! byte. A listing that is not held is made up row by row whenever it is asked
//! for, so a million rows need no memory.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use connector_core::{Column, Connector, KeyFallback, Parent};
use xxhash_rust::xxh3::xxh3_64;

use crate::envelope::Envelope;
use crate::fixture;
use crate::generate::Generator;
use crate::listing::{Held, Listing};

/// The most items of a generated listing that a test can get hold of.
const MAX_HELD: u64 = 1_000_000;

pub(crate) struct Store {
    pub(crate) connector: &'static Connector,
    pub(crate) generated: Option<Generator>,
    held: HashMap<Listing, Held>,
    /// The values that a child's placeholder may have, by the parent's resource and column.
    parents: HashMap<(&'static str, &'static str), HashSet<String>>,
}

impl Store {
    pub(crate) fn new(connector: &'static Connector, generated: Option<Generator>) -> Self {
        Self { connector, generated, held: HashMap::new(), parents: HashMap::new() }
    }

    pub(crate) fn hold(&mut self, held: HashMap<Listing, Held>) {
        self.held.extend(held);
    }

    pub(crate) fn replace(&mut self, listing: Listing, items: Vec<String>) {
        let envelope = self.envelope(&listing);
        self.held.insert(listing, Held { items, envelope });
        self.parents.clear();
    }

    fn held(&self, listing: &Listing) -> Option<&Held> {
        self.held.get(listing).or_else(|| self.held.get(&listing.shared()))
    }

    /// What surrounds the items: what its fixture has, or nothing but their place.
    pub(crate) fn envelope(&self, listing: &Listing) -> Envelope {
        let resource = listing.resource(self.connector);
        let single = resource.singleton;
        let bare = || Envelope::bare(resource.select[0], single);
        self.held(listing).map_or_else(bare, |held| held.envelope.clone())
    }

    /// The number of items.
    pub(crate) fn rows(&self, listing: &Listing) -> u64 {
        match (self.held(listing), &self.generated) {
            (Some(held), _) => held.items.len() as u64,
            (None, Some(generator)) => generator.rows(listing.resource(self.connector)),
            (None, None) => 0,
        }
    }

    /// Appends some of the items, with commas between them.
    pub(crate) fn write(&mut self, listing: &Listing, rows: Range<u64>, out: &mut Vec<u8>) {
        if let Some(held) = self.held(listing) {
            let (Ok(start), Ok(end)) = (usize::try_from(rows.start), usize::try_from(rows.end))
            else {
                return;
            };
            for item in &held.items[start..end] {
                out.extend_from_slice(item.as_bytes());
                out.push(b',');
            }
            out.truncate(out.len() - usize::from(start < end));
        } else if let Some(generator) = &mut self.generated {
            let resource = listing.resource(self.connector);
            generator.write(self.connector, resource, listing.partition.as_deref(), rows, out);
        }
    }

    /// Whether the vendor has the parent that a child's path names.
    pub(crate) fn has_parent(&mut self, parent: &Parent, value: &str) -> bool {
        let listing = Listing::new(self.connector, parent.resource, None);
        let resource = listing.resource(self.connector);
        let all_held = self.held.keys().any(|held| held.resource == listing.resource)
            && (resource.parent.is_none() || self.held.contains_key(&listing));
        if let Some(generator) = self.generated.as_ref().filter(|_| !all_held)
            && generator.has(self.connector, resource, parent.column, value)
        {
            return true;
        }
        let held = &self.held;
        let known = self.parents.entry((parent.resource, parent.column)).or_insert_with(|| {
            let column = resource.columns.iter().find(|column| column.name == parent.column);
            let listings = held.iter().filter(|(other, _)| other.resource == listing.resource);
            let items = listings.flat_map(|(_, held)| &held.items);
            items.filter_map(|item| key_value(item, column?)).collect()
        });
        known.contains(value)
    }

    /// The row that a token stands for now: the one after the row that it remembers.
    ///
    /// Vendors' tokens name a row and not a number, which is why a row that is
    /// deleted meanwhile costs an offset walk a row, and a token walk none.
    pub(crate) fn resume(&self, listing: &Listing, row: u64, [before, at]: [u64; 2]) -> u64 {
        if self.marks(listing, row) == [before, at] {
            return row;
        }
        let find =
            |mark| (0..self.rows(listing)).find(|&row| self.mark(listing, row) == Some(mark));
        find(before).map(|row| row + 1).or_else(|| find(at)).unwrap_or(row)
    }

    /// What a token remembers besides a row's number: the row before it, and itself.
    pub(crate) fn marks(&self, listing: &Listing, row: u64) -> [u64; 2] {
        let mark =
            |row: Option<u64>| row.and_then(|row| self.mark(listing, row)).unwrap_or_default();
        [mark(row.checked_sub(1)), mark(Some(row))]
    }

    /// A hash of the key of a held item.
    fn mark(&self, listing: &Listing, row: u64) -> Option<u64> {
        let item = self.held(listing)?.items.get(usize::try_from(row).ok()?)?;
        let resource = listing.resource(self.connector);
        let key = match resource.key_fallback {
            KeyFallback::Columns(columns) => columns,
            KeyFallback::None | KeyFallback::Singleton => resource.key,
        };
        let columns = resource.columns.iter().filter(|column| key.contains(&column.name));
        let values: Vec<_> = columns.filter_map(|column| key_value(item, column)).collect();
        let key = if values.is_empty() { item.clone() } else { values.join("\0") };
        Some(xxh3_64(key.as_bytes()))
    }

    /// All items of a listing.
    pub(crate) fn texts(&mut self, listing: &Listing) -> Vec<String> {
        if let Some(held) = self.held(listing) {
            return held.items.clone();
        }
        let rows = self.rows(listing);
        assert!(
            rows <= MAX_HELD,
            "{rows} generated rows are too many to hold: `change_every` changes them in place"
        );
        let resource = listing.resource(self.connector);
        let several = resource.parent.is_some() || resource.each_param.is_some();
        assert!(
            rows == 0 || !several || listing.partition.is_some(),
            "each listing has generated items of its own: name one"
        );
        let mut text = |row| {
            let mut out = Vec::new();
            self.write(listing, row..row + 1, &mut out);
            String::from_utf8(out).expect("generated rows are text")
        };
        (0..rows).map(&mut text).collect()
    }
}

/// The text or the number that the item has for a column.
fn key_value(item: &str, column: &Column) -> Option<String> {
    let members = fixture::members(item)?;
    let mut names = [&column.wire].into_iter().chain(column.aliases);
    let json = names.find_map(|name| members.get(*name))?;
    if json.starts_with('"') { serde_json::from_str(json).ok() } else { Some((*json).to_owned()) }
}
