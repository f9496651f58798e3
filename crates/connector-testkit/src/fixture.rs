//! Fixtures: recorded pages on disk, read as one listing each.
//!
//! A file is a response in the wire shape, `<resource>.<page>.json`, or
//! `<resource>@<partition>.<page>.json` for one parent or parameter alone. Items
//! stay the text that the file has, so they can hold numbers that no type holds.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use connector_core::{Connector, DateTime, Resource, Utc};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::envelope::Envelope;
use crate::listing::{Held, Listing};

/// The texts of the pages of each listing, in order.
type Pages = BTreeMap<(String, Option<String>), BTreeMap<u32, String>>;

/// Reads every fixture of some folders; a listing of a later one is in place of an earlier one's.
pub(crate) fn read(
    connector: &'static Connector,
    folders: &[PathBuf],
) -> io::Result<HashMap<Listing, Held>> {
    let mut held: HashMap<Listing, Held> = HashMap::new();
    let mut listings = Pages::new();
    for folder in folders {
        listings.extend(pages(folder).map_err(|error| explain(folder, &error))?);
    }
    for ((name, partition), pages) in listings {
        let Some(resource) = connector.resource(&name) else {
            return Err(invalid(&name, "no resource has this name"));
        };
        let listing = Listing::new(connector, &name, partition.as_deref());
        let read = join(resource, pages.values()).map_err(|message| invalid(&name, message))?;
        if held.get(&listing).is_some_and(|other| other.items != read.items) {
            return Err(invalid(&name, "a resource at the same address has other items"));
        }
        held.insert(listing, read);
    }
    Ok(held)
}

fn pages(folder: &Path) -> io::Result<Pages> {
    let mut pages = Pages::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let Some(name) = name.and_then(|name| name.strip_suffix(".json")) else { continue };
        let page = name.rsplit_once('.').and_then(|(rest, page)| Some((rest, page.parse().ok()?)));
        let (rest, page) = page.ok_or_else(|| invalid(name, "its name has no page number"))?;
        let (resource, partition) = match rest.split_once('@') {
            Some((resource, partition)) => (resource, Some(partition.to_owned())),
            None => (rest, None),
        };
        let listing = pages.entry((resource.to_owned(), partition)).or_default();
        listing.insert(page, std::fs::read_to_string(&path)?);
    }
    Ok(pages)
}

/// The pages of one listing as one: all items, in the envelope of the first page.
fn join<'a>(
    resource: &Resource,
    pages: impl Iterator<Item = &'a String>,
) -> Result<Held, &'static str> {
    let mut items = Vec::new();
    let mut envelope = None;
    for page in pages {
        let page = page.trim();
        let found = |place: &&'static str| Some((*place, rows_at(page, place, resource)?));
        let Some((place, found)) = resource.select.iter().find_map(found) else {
            if resource.missing_is_empty && members(page).is_some() {
                continue;
            }
            return Err("it has no items at any declared place");
        };
        let single = found.starts_with('{');
        if single {
            items.push(found.to_owned());
        } else {
            let list: Vec<&RawValue> =
                serde_json::from_str(found).map_err(|_| "its items are not JSON")?;
            items.extend(list.iter().map(|item| item.get().to_owned()));
        }
        if envelope.is_none() {
            let body = without(page, found).ok_or("it is not JSON")?;
            envelope = Some(Envelope { body, place: place.to_owned(), single });
        }
    }
    let envelope = envelope.unwrap_or_else(|| Envelope::bare(resource.select[0], false));
    Ok(Held { items, envelope })
}

/// The list or the object at a place; the body is no row if another place is in it.
fn rows_at<'a>(page: &'a str, place: &str, resource: &Resource) -> Option<&'a str> {
    let found = at(page, place).filter(|found| found.starts_with(['[', '{']))?;
    let others = || resource.select.iter().filter(|other| **other != "$");
    let is_envelope = place == "$" && others().any(|other| at(page, other).is_some());
    (!is_envelope || found.starts_with('[')).then_some(found)
}

/// The text at a place, untouched.
fn at<'a>(json: &'a str, place: &str) -> Option<&'a str> {
    if place == "$" {
        let whole: &RawValue = serde_json::from_str(json).ok()?;
        return Some(whole.get());
    }
    place.split('.').try_fold(json, |json, step| match step.parse::<usize>() {
        Ok(index) if json.starts_with('[') => {
            let list: Vec<&RawValue> = serde_json::from_str(json).ok()?;
            list.get(index).map(|value| value.get())
        }
        _ => members(json)?.get(step).copied(),
    })
}

/// The members of an object, each as its text.
pub(crate) fn members(json: &str) -> Option<HashMap<String, &str>> {
    let members: HashMap<String, &RawValue> = serde_json::from_str(json).ok()?;
    Some(members.into_iter().map(|(name, value)| (name, value.get())).collect())
}

/// The page without the items, which may be more than a [`Value`] can hold.
fn without(page: &str, found: &str) -> Option<Value> {
    let start = found.as_ptr().addr() - page.as_ptr().addr();
    let (before, after) = (&page[..start], &page[start + found.len()..]);
    serde_json::from_str(&format!("{before}null{after}")).ok()
}

fn invalid(name: &str, message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("fixture `{name}`: {message}"))
}

fn explain(folder: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("fixtures in {}: {error}", folder.display()))
}

/// A time as a vendor writes it: RFC 3339, or seconds since 1970.
pub(crate) fn time(text: &str) -> Option<DateTime<Utc>> {
    match text.parse() {
        Ok(seconds) => DateTime::from_timestamp(seconds, 0),
        Err(_) => DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc()),
    }
}
