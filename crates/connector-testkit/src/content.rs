//! Content: what a test gives the vendor to hold, and how it changes that later.
//!
//! Two resources at one address have one listing, as a real vendor has, so every
//! name that a test uses is first turned into the listing that it stands for.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::{fmt, io};

use connector_core::Connector;
use serde_json::Value;

use crate::fixture;
use crate::generate::Generator;
use crate::listing::Listing;
use crate::store::Store;

/// What a vendor holds at first.
pub struct Content {
    fixtures: Vec<PathBuf>,
    generated: Option<Generator>,
    given: Vec<(Listing, Vec<String>)>,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").finish_non_exhaustive()
    }
}

impl Content {
    /// Nothing: every listing is empty.
    pub fn empty() -> Self {
        Self { fixtures: Vec::new(), generated: None, given: Vec::new() }
    }

    /// The responses in a folder; a resource without a file has an empty listing.
    ///
    /// `<resource>.<page>.json` is a page in the wire shape. Where a resource has
    /// several listings, its items are those of each one that has no
    /// `<resource>@<parent's key>.<page>.json` of its own.
    pub fn fixtures(folder: impl Into<PathBuf>) -> Self {
        Self::empty().and_fixtures(folder)
    }

    /// The responses in another folder, in place of those of the same listings before.
    #[must_use]
    pub fn and_fixtures(mut self, folder: impl Into<PathBuf>) -> Self {
        self.fixtures.push(folder.into());
        self
    }

    /// Made-up rows: `rows` says how many each listing of a resource has.
    ///
    /// The same seed makes the same rows. Another seed makes other values with
    /// the same keys.
    pub fn generated(seed: u64, rows: impl Fn(&str) -> u64 + Send + Sync + 'static) -> Self {
        Self { generated: Some(Generator::new(seed, Box::new(rows))), ..Self::empty() }
    }

    /// Gives one listing these items, each a [`Value`] or the text of one.
    #[must_use]
    pub fn with<T: ToString>(
        mut self,
        listing: impl Into<Listing>,
        items: impl IntoIterator<Item = T>,
    ) -> Self {
        self.given.push((listing.into(), texts(items)));
        self
    }

    pub(crate) fn open(self, connector: &'static Connector) -> io::Result<Holdings> {
        let mut store = Store::new(connector, self.generated);
        store.hold(fixture::read(connector, &self.fixtures)?);
        for (listing, items) in self.given {
            store.replace(listing.of(connector), items);
        }
        Ok(Holdings(Arc::new(Mutex::new(store))))
    }
}

/// What a vendor holds now. Clones are handles to the same holdings, for scripts.
#[derive(Clone)]
pub struct Holdings(Arc<Mutex<Store>>);

impl fmt::Debug for Holdings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holdings").finish_non_exhaustive()
    }
}

impl Holdings {
    /// The items of a listing.
    pub fn items(&self, listing: impl Into<Listing>) -> Vec<Value> {
        self.with(|store| {
            let listing = listing.into().of(store.connector);
            store.texts(&listing).iter().map(|text| parse(text)).collect()
        })
    }

    /// Changes, inserts or deletes items of a listing. Generated rows become held ones.
    pub fn edit(&self, listing: impl Into<Listing>, change: impl FnOnce(&mut Vec<Value>)) {
        self.with(|store| {
            let listing = listing.into().of(store.connector);
            let mut items = store.texts(&listing).iter().map(|text| parse(text)).collect();
            change(&mut items);
            store.replace(listing, texts(items));
        });
    }

    /// Replaces the items of a listing, each by a [`Value`] or by the text of one.
    pub fn replace<T: ToString>(
        &self,
        listing: impl Into<Listing>,
        items: impl IntoIterator<Item = T>,
    ) {
        self.with(|store| store.replace(listing.into().of(store.connector), texts(items)));
    }

    /// Changes every `nth` generated row of a resource, and gives it a later version.
    pub fn change_every(&self, resource: &str, nth: u64) {
        self.with(|store| {
            let listing = Listing::from(resource).of(store.connector);
            let generator = store.generated.as_mut();
            generator.expect("there are generated rows").change_every(&listing.resource, nth);
        });
    }

    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Store) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn texts<T: ToString>(items: impl IntoIterator<Item = T>) -> Vec<String> {
    items.into_iter().map(|item| item.to_string()).collect()
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text)
        .unwrap_or_else(|error| panic!("`replace` such an item, no `Value` holds it: {error}"))
}
