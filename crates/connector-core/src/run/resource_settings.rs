//! What a person chooses for all resources of a connection, and for some of them.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::read::chosen::Choice;
use crate::store::Keep;
use crate::verdict::{Tolerance, Tolerated};

/// What a person chooses for a resource.
#[derive(Clone, Debug)]
pub struct ResourceSettings {
    /// How far behind the reached value a run begins, where the vendor filters.
    pub lookback: TimeDelta,
    /// How old the last walk through a whole listing may be where runs usually read only what
    /// is new: then one reads all of it, and finds what was deleted, and what changed late.
    pub full_refresh_every: Option<TimeDelta>,
    /// How many rows may be marked deleted at once.
    pub deletes: Tolerance,
    /// How many rows may be set aside before it is not complete.
    pub quarantine: Tolerance,
    /// How many listings may be missing though their parents are listed, in one run and
    /// in several, where a person has set it.
    pub missing_children: Option<Tolerance>,
    /// What is left out of its rows, or kept as a fingerprint.
    pub choice: Choice,
    /// Whether each version of its rows is kept.
    pub history: bool,
    /// How much of that.
    pub keep_history: Keep,
}

impl Default for ResourceSettings {
    fn default() -> Self {
        Self {
            lookback: TimeDelta::days(1),
            full_refresh_every: Some(TimeDelta::days(30)),
            deletes: Tolerance::DELETES,
            quarantine: Tolerance::default(),
            missing_children: None,
            choice: Choice::default(),
            history: false,
            keep_history: Keep::default(),
        }
    }
}

impl ResourceSettings {
    /// What it may lack and be complete.
    pub(super) fn tolerated(&self) -> Tolerated {
        Tolerated { quarantine: self.quarantine, missing: self.missing_children }
    }
}

/// What a person chooses for the resources of a connection.
#[derive(Clone, Debug, Default)]
pub struct AllSettings {
    /// For those that have none of their own.
    pub all: ResourceSettings,
    /// For these alone, by their names.
    pub own: BTreeMap<String, ResourceSettings>,
}

impl AllSettings {
    /// Those of a resource.
    pub fn of(&self, resource: &str) -> &ResourceSettings {
        self.own.get(resource).unwrap_or(&self.all)
    }

    /// Changes those of every resource.
    pub fn change(&mut self, mut change: impl FnMut(&mut ResourceSettings)) {
        change(&mut self.all);
        self.own.values_mut().for_each(change);
    }
}
