//! The events of a run: from which listings to which tables, column by column. Pure.
//!
//! All of it stands in the declarations and in the report: no row's value, no key, and of an
//! address no more than what is declared.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::super::connection::Connection;
use crate::error::Result;
use crate::read::chosen::Chosen;
use crate::store::place;
use crate::verdict::{Report, ResourceReport, Verdict};
use connector_spec::{Column, KeyFallback, METADATA, Resource, Source, SqlType};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const PRODUCER: &str = concat!("urn:vendor-connectors:", env!("CARGO_PKG_VERSION"));
const SPEC: &str = "https://openlineage.io/spec";

/// The most resources that are told of which were not complete.
const TOLD_PROBLEMS: usize = 20;

/// The run that events tell of.
pub(super) struct Subject<'a> {
    pub(super) connection: &'a Connection,
    pub(super) namespace: &'a str,
    pub(super) run_id: i64,
    pub(super) started_at: DateTime<Utc>,
}

/// A set of rows, by the names of OpenLineage.
#[derive(PartialEq)]
struct Dataset {
    namespace: String,
    name: String,
}

/// How a value becomes that of a column.
struct Transformation {
    subtype: &'static str,
    description: Option<&'static str>,
    masking: bool,
}

const AS_IT_IS: Transformation =
    Transformation { subtype: "IDENTITY", description: None, masking: false };

impl Subject<'_> {
    /// That it began, or how it ended after what time.
    pub(super) fn event(&self, ended: Option<(&Result<Report>, TimeDelta)>) -> Value {
        let report = ended.and_then(|(ended, _)| ended.as_ref().ok());
        let (event_type, problem) = match ended {
            None => ("START", None),
            Some((Ok(report), _)) if report.verdict == Verdict::Complete => ("COMPLETE", None),
            Some((Ok(report), _)) => ("FAIL", Some(problems(report))),
            Some((Err(error), _)) => ("FAIL", Some(error.to_string())),
        };
        let took = ended.map_or(TimeDelta::zero(), |(_, took)| took);
        let resources: Vec<&'static Resource> = self.connection.selected().collect();
        let of = |resource: &Resource| {
            report?.resources.iter().find(|known| known.resource == resource.name)
        };
        let mut facets = json!({
            "nominalTime": facet("1-0-1", "NominalTimeRunFacet", json!({"nominalStartTime": time(self.started_at)})),
            "processing_engine": facet("1-1-1", "ProcessingEngineRunFacet", json!({
                "name": "vendor-connectors", "version": VERSION, "openlineageAdapterVersion": VERSION,
            })),
        });
        if let Some(message) = problem {
            let message = json!({"message": message, "programmingLanguage": "Rust"});
            facets["errorMessage"] = facet("1-0-1", "ErrorMessageRunFacet", message);
        }
        json!({
            "eventType": event_type,
            "eventTime": time(self.started_at + took),
            "producer": PRODUCER,
            "schemaURL": format!("{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"),
            "run": {"runId": self.uuid(), "facets": facets},
            "job": {
                "namespace": self.namespace,
                "name": format!("vendor-connectors.{}", self.connection.schema),
                "facets": {"jobType": facet("2-0-4", "JobTypeJobFacet", json!({
                    "processingType": "BATCH", "integration": "VENDOR_CONNECTORS", "jobType": "SYNC",
                }))},
            },
            "inputs": self.inputs(&resources, of),
            "outputs": resources.iter().map(|one| self.output(one, of(one))).collect::<Vec<_>>(),
        })
    }

    /// What its events have in common, whichever process sends them: a UUID of the seventh
    /// version, whose random part is made of what tells the run from all others.
    fn uuid(&self) -> String {
        let Dataset { namespace, name } = self.table("");
        let all = format!("{namespace}/{name}/{}/{}", self.run_id, self.started_at.timestamp());
        let millis = self.started_at.timestamp_millis().to_be_bytes();
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&millis[2..]);
        bytes[6..].copy_from_slice(&Sha256::digest(all)[..10]);
        bytes[6] = bytes[6] & 0x0f | 0x70;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex = hex::encode(bytes);
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }

    /// The listings of resources, each once: two resources may read one, each in its own way.
    fn inputs<'r>(
        &self,
        resources: &[&'static Resource],
        report: impl Fn(&Resource) -> Option<&'r ResourceReport>,
    ) -> Vec<Value> {
        let mut all: Vec<(Dataset, Vec<&Resource>)> = Vec::new();
        for resource in resources {
            let listing = self.listing(resource);
            match all.iter_mut().find(|(other, _)| *other == listing) {
                Some((_, readers)) => readers.push(resource),
                None => all.push((listing, vec![resource])),
            }
        }
        let input = |(Dataset { namespace, name }, readers): (Dataset, Vec<&Resource>)| {
            let mut fields: Vec<Value> = Vec::new();
            for column in readers.iter().flat_map(|resource| resource.columns) {
                let Some(field) = field(column) else { continue };
                if fields.iter().all(|known| known["name"] != field) {
                    fields.push(json!({"name": field, "description": column.doc}));
                }
            }
            let schema = facet("1-2-0", "SchemaDatasetFacet", json!({"fields": fields}));
            let mut input =
                json!({"namespace": namespace, "name": name, "facets": {"schema": schema}});
            let reports: Vec<_> = readers.iter().filter_map(|resource| report(resource)).collect();
            if !reports.is_empty() {
                let rows: u64 = reports.iter().map(|report| report.rows).sum();
                let bytes: u64 = reports.iter().map(|report| report.bytes).sum();
                let read = json!({"rowCount": rows, "size": bytes});
                let facet = facet("1-0-0", "InputStatisticsInputDatasetFacet", read);
                input["inputFacets"] = json!({"inputStatistics": facet});
            }
            input
        };
        all.into_iter().map(input).collect()
    }

    fn output(&self, resource: &'static Resource, report: Option<&ResourceReport>) -> Value {
        let Dataset { namespace, name } = self.table(resource.table);
        let own = resource.table_columns().map(|column| {
            json!({"name": column.name, "type": column.sql_type.short(), "description": column.doc})
        });
        let added =
            METADATA.iter().map(|name| json!({"name": name, "type": type_of_metadata(name)}));
        let fields = json!({"fields": own.chain(added).collect::<Vec<_>>()});
        let mut output = json!({
            "namespace": namespace,
            "name": name,
            "facets": {
                "schema": facet("1-2-0", "SchemaDatasetFacet", fields),
                "columnLineage": facet("1-2-0", "ColumnLineageDatasetFacet", json!({"fields": self.columns(resource)})),
            },
        });
        if let Some(ResourceReport { inserted, updated, deleted, .. }) = report {
            let written = json!({"rowCount": inserted + updated + deleted});
            let facet = facet("1-0-2", "OutputStatisticsOutputDatasetFacet", written);
            output["outputFacets"] = json!({"outputStatistics": facet});
        }
        output
    }

    /// From which fields each column of a table comes.
    fn columns(&self, resource: &'static Resource) -> Value {
        let choice = self.connection.settings.of(resource.name).choice.about(resource);
        // A choice that means nothing was refused before the run.
        let chosen = Chosen::of(resource, &choice, None).unwrap_or_default();
        let listing = self.listing(resource);
        let mut columns = Map::new();
        for column in resource.table_columns().filter(|column| !chosen.excludes(column)) {
            let mut from = Vec::new();
            if let Some(field) = field(column) {
                from.push(input_field(&listing, field, &self.transformation(column, &chosen)));
            }
            from.extend(self.parent_field(resource, column));
            from.extend(stand_ins(resource, column).map(|other| {
                let way = Transformation {
                    subtype: "TRANSFORMATION",
                    description: Some("the key of rows that come without one is made from it"),
                    masking: false,
                };
                input_field(&listing, other, &way)
            }));
            if !from.is_empty() {
                columns.insert(column.name.to_owned(), json!({"inputFields": from}));
            }
        }
        columns.into()
    }

    /// The field of the parent's listing that a column is the key from, if it is one.
    fn parent_field(&self, resource: &Resource, column: &Column) -> Option<Value> {
        let parent = resource.parent.filter(|parent| parent.own_column[0].name == column.name)?;
        // Where a person names the parents, no listing does.
        if self.connection.params.contains_key(parent.placeholder) {
            return None;
        }
        let listed = self.connection.connector.resource(parent.resource)?;
        let key = listed.columns.iter().find(|column| column.name == parent.column)?;
        Some(input_field(&self.listing(listed), field(key)?, &AS_IT_IS))
    }

    /// How the value of a field becomes that of its column.
    fn transformation(&self, column: &Column, chosen: &Chosen) -> Transformation {
        let veils = !self.connection.keep_secrets;
        let masking = |description| Transformation {
            subtype: "TRANSFORMATION",
            description: Some(description),
            masking: true,
        };
        if veils && column.secret {
            masking("a keyed fingerprint stands for it")
        } else if chosen.touches(column) {
            masking("what a person chose is left out of it, or is a keyed fingerprint")
        } else if veils && (column.secret_address || column.sql_type == SqlType::Jsonb) {
            masking("keyed fingerprints stand for secrets in it")
        } else if column.unordered {
            let description = Some("a list that is kept sorted");
            Transformation { subtype: "TRANSFORMATION", description, masking: false }
        } else {
            AS_IT_IS
        }
    }

    /// The listings of a resource: where the vendor is, and the path as it is declared.
    fn listing(&self, resource: &Resource) -> Dataset {
        let base = &self.connection.base_url;
        let path = format!("{}{}", base.path().trim_end_matches('/'), resource.path);
        let namespace = base.origin().ascii_serialization();
        Dataset { namespace, name: path.trim_start_matches('/').to_owned() }
    }

    /// A table of the connection.
    fn table(&self, table: &str) -> Dataset {
        let (server, database) = place(self.connection.database_url.as_ref());
        let name = format!("{database}.{}.{table}", self.connection.schema);
        Dataset { namespace: format!("postgres://{server}"), name }
    }
}

/// The field of an item that fills a column; `$` is the item itself.
fn field(column: &Column) -> Option<&'static str> {
    match column.source {
        Source::Field => Some(column.wire),
        Source::Whole => Some("$"),
        Source::Position | Source::Partition => None,
    }
}

/// The fields that a key is made from where the vendor sends none.
fn stand_ins(resource: &Resource, column: &Column) -> impl Iterator<Item = &'static str> {
    let names = match resource.key_fallback {
        KeyFallback::Columns(names) if resource.key.contains(&column.name) => names,
        _ => &[],
    };
    let sent: &[&str] = if names.is_empty() { &[] } else { resource.key_fallback_if_sent };
    let (columns, own) = (resource.columns, column.name);
    let names = names.iter().chain(sent).filter(move |name| **name != own);
    names.filter_map(move |name| field(columns.iter().find(|column| column.name == *name)?))
}

fn input_field(from: &Dataset, field: &str, transformation: &Transformation) -> Value {
    let Transformation { subtype, description, masking } = transformation;
    let mut transformation = json!({"type": "DIRECT", "subtype": subtype, "masking": masking});
    if let Some(description) = description {
        transformation["description"] = json!(description);
    }
    let Dataset { namespace, name } = from;
    json!({"namespace": namespace, "name": name, "field": field, "transformations": [transformation]})
}

/// A facet: what it tells, who made it, and by which schema.
fn facet(version: &str, name: &str, mut told: Value) -> Value {
    told["_producer"] = json!(PRODUCER);
    told["_schemaURL"] = json!(format!("{SPEC}/facets/{version}/{name}.json#/$defs/{name}"));
    told
}

fn type_of_metadata(name: &str) -> &'static str {
    match name {
        "_run_id" => "bigint",
        "_extra" => "jsonb",
        _ => "timestamptz",
    }
}

/// What kept the resources of a run from being complete.
fn problems(report: &Report) -> String {
    let bad = report.resources.iter().filter(|one| one.verdict != Verdict::Complete);
    let said: Vec<String> = bad
        .map(|one| match one.why() {
            Some(why) => format!("{}: {why}", one.resource),
            None => format!("{}: {}", one.resource, one.verdict),
        })
        .collect();
    match said.len() {
        0 => "the run could not be recorded".to_owned(),
        all if all > TOLD_PROBLEMS => {
            format!("{}; and {} more", said[..TOLD_PROBLEMS].join("; "), all - TOLD_PROBLEMS)
        }
        _ => said.join("; "),
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
