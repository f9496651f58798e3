//! What a model and the vendor's answers disagree about, and how often.

use std::collections::BTreeMap;

use connector_spec::json;
use serde::{Deserialize, Serialize};

/// The most kinds of drift that one page, one batch or one report holds: a vendor with data for names has endless ones.
const MAX_DRIFT: usize = 200;

/// What a model and the vendor's answers disagree about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DriftKind {
    /// The model has no such field.
    Unknown,
    /// The field's value does not fit the column.
    Misfit,
    /// The vendor promises the field and does not send it.
    Missing,
    /// One row has the field twice.
    Repeated,
}

impl DriftKind {
    /// The word in `sync.drift`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Misfit => "misfit",
            Self::Missing => "missing",
            Self::Repeated => "repeated",
        }
    }
}

/// One disagreement: which field, how, and the JSON type that came.
pub(crate) type Drift = (String, DriftKind, &'static str);

/// How often a disagreement was seen, and what the value looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DriftSeen {
    /// The number of rows.
    pub(crate) rows: u64,
    /// The types in the first value, without anything that it says.
    pub(crate) shape: String,
    /// Whether an earlier run saw it too.
    pub(crate) known: bool,
}

impl DriftSeen {
    /// Adds what was seen elsewhere, as long as there is room.
    pub(crate) fn add_all<'a>(
        all: &mut BTreeMap<Drift, Self>,
        more: impl IntoIterator<Item = (&'a Drift, &'a Self)>,
    ) {
        for (drift, seen) in more {
            if let Some(before) = all.get_mut(drift) {
                before.rows += seen.rows;
            } else if all.len() < MAX_DRIFT {
                all.insert(drift.clone(), seen.clone());
            }
        }
    }

    /// The line of the model that would take the values up.
    pub(crate) fn adoption(&self, field: &str, kind: DriftKind) -> Option<String> {
        (kind == DriftKind::Unknown).then(|| adoption(field, &self.shape)).flatten()
    }
}

/// Disagreements as a list, which is what JSON can hold of them.
pub(crate) mod as_list {
    use serde::{Deserializer, Serializer};

    use super::{BTreeMap, Deserialize, Drift, DriftKind, DriftSeen, Serialize, json};

    #[derive(Serialize, Deserialize)]
    struct Item {
        field: String,
        kind: DriftKind,
        json_type: String,
        rows: u64,
        shape: String,
    }

    pub(crate) fn serialize<S: Serializer>(
        all: &BTreeMap<Drift, DriftSeen>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(all.iter().map(|((field, kind, json_type), seen)| Item {
            field: field.clone(),
            kind: *kind,
            json_type: (*json_type).to_owned(),
            rows: seen.rows,
            shape: seen.shape.clone(),
        }))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Drift, DriftSeen>, D::Error> {
        let items = Vec::<Item>::deserialize(deserializer)?;
        let seen = |item: Item| {
            // A name of a type, which is one of few, stands for a value of that type.
            let json_type = ["{", "[", "\"", "t", "n", "0"].map(json::type_name);
            let json_type = json_type.into_iter().find(|name| *name == item.json_type)?;
            let seen = DriftSeen { rows: item.rows, shape: item.shape, known: false };
            Some(((item.field, item.kind, json_type), seen))
        };
        Ok(items.into_iter().filter_map(seen).collect())
    }
}

/// The line of a model that would take up values of a field that it does not know, by what
/// they look like.
pub(crate) fn adoption(field: &str, shape: &str) -> Option<String> {
    let rust = match shape {
        "string" => "String",
        "integer" => "i64",
        "number" => "f64",
        "boolean" => "bool",
        shape if shape.starts_with(['{', '[']) => "Json",
        _ => return None,
    };
    (!field.contains('…')).then(|| format!("#[record(wire = {field:?})] …: Option<{rust}>"))
}

/// Counts a disagreement about a value.
pub(super) fn notice(
    drift: &mut BTreeMap<Drift, DriftSeen>,
    name: &str,
    kind: DriftKind,
    value: &str,
) {
    let name: String = name.chars().filter(|c| *c != '\0').take(120).collect();
    let drift_of = (name, kind, json::type_name(value));
    if let Some(seen) = drift.get_mut(&drift_of) {
        seen.rows += 1;
    } else if drift.len() < MAX_DRIFT {
        drift.insert(drift_of, DriftSeen { rows: 1, shape: json::shape(value), known: false });
    }
}
