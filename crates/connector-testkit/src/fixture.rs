//! Fixtures: recorded pages on disk, read as one listing each.
//!
//! A file is a response in the wire shape, `<resource>.<page>.json`, or
//! `<resource>@<parent's key>.<page>.json` for one parent alone. Items stay the
//! text that the file has, so a fixture can hold numbers that no type holds.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;

use connector_core::{Connector, Resource};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::content::Listing;
use crate::envelope::Envelope;
use crate::store::Held;

/// Reads every fixture of a folder.
pub(crate) fn read(
    connector: &'static Connector,
    folder: &Path,
) -> io::Result<HashMap<Listing, Held>> {
    let mut pages: BTreeMap<(String, Option<String>), BTreeMap<u32, String>> = BTreeMap::new();
    for entry in
        std::fs::read_dir(folder).map_err(|error| explain(&folder.display().to_string(), &error))?
    {
        let path = entry?.path();
        let Some(name) = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.strip_suffix(".json"))
        else {
            continue;
        };
        let (listing, page) =
            name.rsplit_once('.').ok_or_else(|| invalid(name, "its name has no page number"))?;
        let page = page.parse().map_err(|_| invalid(name, "its name has no page number"))?;
        let (resource, parent) = match listing.split_once('@') {
            Some((resource, parent)) => (resource, Some(parent.to_owned())),
            None => (listing, None),
        };
        pages
            .entry((resource.to_owned(), parent))
            .or_default()
            .insert(page, std::fs::read_to_string(&path)?);
    }
    let mut held = HashMap::new();
    for ((name, parent), pages) in pages {
        let resource =
            connector.resource(&name).ok_or_else(|| invalid(&name, "no resource has this name"))?;
        let listing = Listing::new(connector, &name, parent.as_deref());
        let read = join(resource, pages.values()).map_err(|message| invalid(&name, message))?;
        held.entry(listing).or_insert(read);
    }
    Ok(held)
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
        let found = |place: &&'static str| {
            at(page, place)
                .filter(|found| found.starts_with(['[', '{']))
                .map(|found| (*place, found))
        };
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
    explain(name, &io::Error::new(io::ErrorKind::InvalidData, message.to_owned()))
}

fn explain(name: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("fixture `{name}`: {error}"))
}
