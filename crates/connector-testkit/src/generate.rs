//! Generated rows: any number of them, made up when they are asked for.
//!
//! A row is a function of the seed, the resource, the parent and its number, so
//! nothing is remembered and every page is the same each time. Identifiers
//! depend on the row's number alone and can be turned back into it; the same
//! identifier therefore occurs under every parent, as it may with real vendors.

use std::collections::HashMap;
use std::ops::Range;

use connector_core::{Column, Connector, KeyFallback, Resource, Source, SqlType, TimeUnit};
use xxhash_rust::xxh3::xxh3_64;

use crate::invent::{
    FIRST_NUMBER, Random, mix, row_of_text, write_boolean, write_double, write_identifier,
    write_list, write_number, write_object, write_text, write_time,
};

/// How many rows each listing of a resource has.
type Rows = Box<dyn Fn(&str) -> u64 + Send + Sync>;

pub(crate) struct Generator {
    seed: u64,
    rows: Rows,
    /// By resource: each number says that every such row was changed once more.
    changes: HashMap<String, Vec<u64>>,
    plans: HashMap<&'static str, Vec<Field>>,
}

/// One member of the generated items.
#[derive(Clone)]
struct Field {
    /// The name as JSON, with its colon.
    name: String,
    kind: Kind,
    /// Whether it may be null or absent.
    optional: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Identifier { text: bool },
    Version { unit: Option<TimeUnit> },
    Time { unit: Option<TimeUnit> },
    Text,
    Number,
    Double,
    Boolean,
    List,
    Object,
}

impl Generator {
    pub(crate) fn new(seed: u64, rows: Rows) -> Self {
        Self { seed, rows, changes: HashMap::new(), plans: HashMap::new() }
    }

    pub(crate) fn change_every(&mut self, resource: &str, nth: u64) {
        assert!(nth > 0, "every row is every 1st row");
        self.changes.entry(resource.to_owned()).or_default().push(nth);
    }

    pub(crate) fn rows(&self, resource: &Resource) -> u64 {
        let rows = (self.rows)(resource.name);
        if resource.singleton { rows.min(1) } else { rows }
    }

    /// Whether one of the resource's rows has this identifier.
    pub(crate) fn has(
        &self,
        connector: &Connector,
        resource: &Resource,
        column: &str,
        value: &str,
    ) -> bool {
        let column = resource.columns.iter().find(|other| other.name == column);
        let row = match column.map(|column| kind(connector, resource, column)) {
            Some(Kind::Identifier { text: true }) => row_of_text(value),
            Some(Kind::Identifier { text: false }) => {
                value.parse::<u64>().ok().and_then(|number| number.checked_sub(FIRST_NUMBER))
            }
            _ => None,
        };
        row.is_some_and(|row| row < self.rows(resource))
    }

    /// Appends some of the rows, with commas between them.
    pub(crate) fn write(
        &mut self,
        connector: &Connector,
        resource: &'static Resource,
        partition: Option<&str>,
        rows: Range<u64>,
        out: &mut Vec<u8>,
    ) {
        let fields = self.plans.entry(resource.name).or_insert_with(|| plan(connector, resource));
        let changes = self.changes.get(resource.name).map_or(&[][..], Vec::as_slice);
        let listing = self.seed
            ^ xxh3_64(resource.name.as_bytes())
            ^ partition.map_or(0, |partition| xxh3_64(partition.as_bytes()));
        let end = rows.end;
        for row in rows {
            let version = changes.iter().filter(|&&nth| row % nth == 0).count() as u64;
            let random = Random(listing ^ mix(row.wrapping_mul(0x100) + version));
            write_row(fields, row, version, random, out);
            if row + 1 < end {
                out.push(b',');
            }
        }
    }
}

fn plan(connector: &Connector, resource: &Resource) -> Vec<Field> {
    let columns = resource.columns.iter().filter(|column| column.source == Source::Field);
    let fields: Vec<Field> = columns
        .map(|column| {
            let kind = kind(connector, resource, column);
            let always = matches!(kind, Kind::Identifier { .. } | Kind::Version { .. })
                || key(resource).contains(&column.name);
            Field { name: name(column.wire), kind, optional: !column.required && !always }
        })
        .collect();
    if !fields.is_empty() {
        return fields;
    }
    // The item is kept whole, so it may be anything.
    let whole = [
        ("label", Kind::Text),
        ("size", Kind::Number),
        ("origin", Kind::Object),
        ("parts", Kind::List),
    ];
    whole.map(|(wire, kind)| Field { name: name(wire), kind, optional: true }).into()
}

fn name(wire: &str) -> String {
    format!("{}:", serde_json::Value::from(wire))
}

/// The columns that identify a row by what the vendor sends.
fn key(resource: &Resource) -> &'static [&'static str] {
    match resource.key_fallback {
        KeyFallback::None => resource.key,
        KeyFallback::Columns(columns) => columns,
        KeyFallback::Singleton => &[],
    }
}

fn kind(connector: &Connector, resource: &Resource, column: &Column) -> Kind {
    let mut children = connector.resources.iter().filter_map(|child| child.parent);
    let identifies = key(resource).contains(&column.name)
        || resource.key.contains(&column.name)
        || children.any(|parent| parent.resource == resource.name && parent.column == column.name);
    // Which of two forms a column has is its own; it does not change from row to row.
    let either = xxh3_64(column.wire.as_bytes()).is_multiple_of(2);
    match column.sql_type {
        SqlType::Text if identifies => Kind::Identifier { text: true },
        SqlType::BigInt if identifies => Kind::Identifier { text: false },
        SqlType::Timestamptz
            if [resource.cursor, resource.version].contains(&Some(column.name)) =>
        {
            Kind::Version { unit: column.units.first().copied() }
        }
        SqlType::Timestamptz => Kind::Time { unit: column.units.first().copied() },
        SqlType::Text => Kind::Text,
        SqlType::BigInt => Kind::Number,
        SqlType::Double => Kind::Double,
        SqlType::Boolean => Kind::Boolean,
        SqlType::Jsonb if either || column.unordered => Kind::List,
        SqlType::Jsonb => Kind::Object,
    }
}

fn write_row(fields: &[Field], row: u64, version: u64, mut random: Random, out: &mut Vec<u8>) {
    out.push(b'{');
    for field in fields {
        let luck = if field.optional { random.below(16) } else { 15 };
        if luck == 0 {
            continue;
        }
        out.extend_from_slice(field.name.as_bytes());
        match field.kind {
            _ if luck == 1 => out.extend_from_slice(b"null"),
            Kind::Identifier { text: true } => write_identifier(out, row),
            Kind::Identifier { text: false } => write_number(out, FIRST_NUMBER + row),
            // Tied to the row's number, so that a changed row is a later one.
            Kind::Version { unit } => write_time(out, mix(row + 1), version, unit),
            Kind::Time { unit } => write_time(out, random.next(), 0, unit),
            Kind::Text => write_text(out, &mut random),
            Kind::Number => write_number(out, random.next() >> (random.below(60) + 4)),
            Kind::Double => write_double(out, &mut random),
            Kind::Boolean => write_boolean(out, random.below(2) == 0),
            Kind::List => write_list(out, &mut random),
            Kind::Object => write_object(out, &mut random),
        }
        out.push(b',');
    }
    match out.last_mut() {
        Some(last) if *last == b',' => *last = b'}',
        _ => out.push(b'}'),
    }
}
