//! Whose rows the key reads, as far as the vendor's own answers tell it.
//!
//! A key of another account that was put in by mistake would replace the rows of one by those
//! of the other. A resource that tells the owner is read first; until it has, nothing is merged.

use std::collections::BTreeSet;

use super::connection::Connection;
use super::context::Context;
use super::probe::first_page;
use crate::error::{Error, Result};
use crate::read::select;
use crate::store::other_owner;
use connector_spec::{Resource, json};

/// The values of a page that tell whose rows they are, each as a hash: who reads the run
/// tables sees no data there.
fn told(resource: &Resource, column: &str, rows: &[&str]) -> BTreeSet<String> {
    let Some(column) = resource.columns.iter().find(|other| other.name == column) else {
        return BTreeSet::new();
    };
    let names = || std::iter::once(column.wire).chain(column.aliases.iter().copied());
    let value = |row: &&str| {
        let value =
            names().find_map(|name| json::at(row, name).filter(|value| *value != "null"))?;
        let text = json::text(value);
        let hash = xxhash_rust::xxh3::xxh3_64(text.as_deref().unwrap_or(value).as_bytes());
        Some(format!("{hash:016x}"))
    };
    rows.iter().filter_map(value).collect()
}

impl Context {
    /// Fails if the first page of a resource has another owner than the rows that are there.
    pub(super) async fn check_owner(&self, resource: &Resource, rows: &[&str]) -> Result<()> {
        let Some(column) = resource.tells_owner else { return Ok(()) };
        let told = told(resource, column, rows);
        if told.is_empty() {
            return Ok(());
        }
        let known = self.store.owner.get(resource.name);
        if known.is_some_and(|known| known.is_disjoint(&told)) && !self.store.takes_over {
            return Err(other_owner(&self.store.schema, resource.name, &self.invocation));
        }
        if known != Some(&told) {
            self.store.remember_owner(resource.name, &told).await?;
        }
        Ok(())
    }

    /// The same for a run that reads none of the resources that tell the owner: one of them
    /// is asked, where there is something to compare with. What it is asked in vain for,
    /// and whether the key is good, others find out.
    pub(super) async fn ask_owner(
        &self,
        connection: &Connection,
        before: &[String],
    ) -> Option<Error> {
        let reads = |resource: &Resource| {
            resource.tells_owner.is_some() && !before.iter().any(|known| known == resource.name)
        };
        if connection.selected().any(reads) {
            return None;
        }
        let known = |resource: &&Resource| self.store.owner.contains_key(resource.name);
        let resource = self.connector.resources.iter().find(known)?;
        let client = connection.impatient_client().ok()?;
        let page = first_page(&client, self.connector, resource, &self.params).await.ok()??;
        let rows = select::select(page.response.document(), resource).ok()?;
        self.check_owner(resource, &rows.each).await.err()
    }
}
