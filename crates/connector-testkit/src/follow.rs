//! Field by field: is what the vendor holds what the tables hold?
//!
//! This reads items and rows by the declaration, and not by the engine's code,
//! so that the two cannot be wrong in the same way.

use connector_core::{
    Column, DateTime, KeyFallback, Paging, Resource, Source, SqlType, TimeDelta, Unset, Utc,
};
use serde_json::{Map, Value};

use crate::suite::sync;
use crate::{Database, Listing, Suite, Vendor, fixture};

impl Suite {
    /// Checks the tables against the vendor after a first sync, changes, growth, deletes, and deleted parents.
    pub async fn tables_follow_the_vendor(self) {
        let (vendor, database) = (self.vendor(), Database::create().await);
        // What a filter or an append-only listing leaves out is another test's, and what the fuse believes.
        let connection = self.connection(&vendor, &database).full_refresh().allow_deletes();
        let step = async |what: &str| {
            sync(&connection).await;
            self.compare(&vendor, &database, what).await;
        };
        step("the first sync").await;
        self.edit_all(&vendor, |resource, items| {
            items.iter_mut().take(2).for_each(|item| change(resource, item));
        });
        step("changes").await;
        self.edit_all(&vendor, |resource, items| {
            if let Some(item) = items.first().cloned().filter(|_| !resource.singleton) {
                items.push(with_other_key(resource, item));
            }
        });
        step("growth").await;
        self.edit_all(&vendor, |resource, items| {
            if self.is_removable(resource) && items.len() > 1 {
                items.remove(0);
            }
        });
        step("deletes").await;
        for parent in self.resolved().resources.iter().filter(|resource| self.is_parent(resource)) {
            vendor.edit(parent.name, |items| drop(items.remove(1)));
        }
        step("deleted parents").await;
        vendor.finish();
        database.drop().await;
    }

    /// Whether a row can go without taking listings with it.
    pub(crate) fn is_removable(self, resource: &Resource) -> bool {
        // What falls out of a window is not gone.
        !matches!(resource.paging, Paging::Window { .. })
            && !resource.singleton
            && (resource.parent.is_some() || !self.is_parent(resource))
    }

    fn is_parent(self, resource: &Resource) -> bool {
        let mut parents = self.connector.resources.iter().filter_map(|child| child.parent);
        parents.any(|parent| parent.resource == resource.name)
    }

    /// The values that tell the listings of a resource apart; a single listing has none.
    fn partitions(self, resource: &Resource, vendor: &Vendor) -> Vec<Option<String>> {
        if let Some(parent) = resource.parent {
            let of = self.connector.resource(parent.resource).expect("a parent is declared");
            let column = of.columns.iter().find(|column| column.name == parent.column);
            let column = column.expect("a parent's column is declared");
            let keys = vendor.items(parent.resource);
            return keys.iter().map(|item| Some(plain(field(column, item)))).collect();
        }
        let Some(each) = resource.each_param else { return vec![None] };
        if let Some((_, values)) = self.params.iter().find(|(name, _)| *name == each.name) {
            return values.iter().map(|value| Some((*value).to_owned())).collect();
        }
        let mut params = self.connector.params.iter().filter(|param| param.name == each.name);
        match params.next().expect("a parameter is declared").unset {
            Unset::Implied(value) => vec![Some(value.to_owned())],
            _ => Vec::new(),
        }
    }

    pub(crate) fn edit_all(self, vendor: &Vendor, edit: impl Fn(&Resource, &mut Vec<Value>)) {
        let mut addresses = Vec::new();
        for resource in self.resolved().resources {
            // Two resources at one address share their items.
            if addresses.contains(&resource.path) {
                continue;
            }
            addresses.push(resource.path);
            for partition in self.partitions(resource, vendor) {
                vendor.edit(listing(resource, partition.as_deref()), |items| edit(resource, items));
            }
        }
    }

    pub(crate) async fn compare(self, vendor: &Vendor, database: &Database, after: &str) {
        for resource in self.resolved().resources {
            let query = format!(
                "select * from {}.\"{}\" where _deleted_at is null",
                self.connector.name, resource.table
            );
            let mut rows = database.rows(&query).await;
            for partition in self.partitions(resource, vendor) {
                let items = vendor.items(listing(resource, partition.as_deref()));
                for (position, item) in items.iter().enumerate() {
                    let wrong =
                        |row: &Value| mismatch(resource, item, position, partition.as_deref(), row);
                    let found = rows.iter().position(|row| wrong(row).is_none());
                    let Some(found) = found else {
                        let near: Vec<String> = rows.iter().filter_map(wrong).collect();
                        panic!(
                            "after {after}, `{}` has no row for item {position} of {partition:?}: {item}\nrows differ in: {near:?}",
                            resource.name
                        );
                    };
                    rows.swap_remove(found);
                }
            }
            assert!(
                rows.is_empty(),
                "after {after}, `{}` has rows of no item: {rows:?}",
                resource.name
            );
        }
    }
}

fn listing<'a>(resource: &'a Resource, partition: Option<&'a str>) -> Listing {
    match partition {
        Some(partition) => (resource.name, partition).into(),
        None => resource.name.into(),
    }
}

/// The first column in which a row differs from an item.
fn mismatch(
    resource: &Resource,
    item: &Value,
    position: usize,
    partition: Option<&str>,
    row: &Value,
) -> Option<String> {
    let partition =
        resource.partition_columns().map(|column| (column, row[column.name].as_str() == partition));
    let own = resource.columns.iter().map(|column| {
        let (value, cell) = (field(column, item), &row[column.name]);
        let equal = match column.source {
            Source::Whole => cell == item,
            Source::Position => cell.as_u64() == Some(position as u64),
            // A key that is not sent is made up, and the fields that it is made from are compared.
            _ if value.is_null() && resource.key.contains(&column.name) => !cell.is_null(),
            // What does not fit its column is kept beside it.
            _ if cell.is_null() && !value.is_null() => {
                row["_extra"].get(column.wire) == Some(value)
            }
            _ => holds(column, value, cell),
        };
        (column, equal)
    });
    let differing = partition.chain(own).find(|(_, equal)| !equal)?;
    Some(differing.0.name.to_owned())
}

/// The item's value for a column, by the field's name or an older one.
fn field<'a>(column: &Column, item: &'a Value) -> &'a Value {
    let names = [column.wire].into_iter().chain(column.aliases.iter().copied());
    names.into_iter().find_map(|name| item.get(name)).unwrap_or(&Value::Null)
}

fn holds(column: &Column, value: &Value, cell: &Value) -> bool {
    if value.is_null() || cell.is_null() {
        return value.is_null() && cell.is_null();
    }
    if column.secret {
        return cell.as_str().is_some_and(|cell| cell.starts_with("hmac:"));
    }
    match column.sql_type {
        SqlType::Text => cell.as_str() == Some(&plain(value)),
        SqlType::BigInt => cell.as_i64() == plain(value).parse().ok(),
        SqlType::Double => cell.as_f64() == plain(value).parse().ok(),
        SqlType::Boolean => cell == value,
        SqlType::Timestamptz => time(value) == time(cell),
        SqlType::Jsonb if column.unordered => sorted(value) == sorted(cell),
        SqlType::Jsonb => {
            without(column.secret_members, value) == without(column.secret_members, cell)
        }
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn time(value: &Value) -> Option<DateTime<Utc>> {
    let text = plain(value);
    fixture::time(&text).or_else(|| {
        // Some clocks count fractions of a second.
        let micros = text.parse::<f64>().ok()? * 1e6;
        #[expect(clippy::cast_possible_truncation, reason = "a time of these days in microseconds")]
        DateTime::from_timestamp_micros(micros.round() as i64)
    })
}

fn sorted(list: &Value) -> Vec<String> {
    let mut texts: Vec<String> =
        list.as_array().into_iter().flatten().map(Value::to_string).collect();
    texts.sort();
    texts
}

/// A value without the members of these names, which are compared nowhere.
fn without(names: &[&str], value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| !names.contains(&name.as_str()));
            Value::Object(
                kept.map(|(name, member)| (name.clone(), without(names, member)))
                    .collect::<Map<_, _>>(),
            )
        }
        Value::Array(elements) => elements.iter().map(|element| without(names, element)).collect(),
        other => other.clone(),
    }
}

/// Whether the column is one of the key, or of what the key is made from.
fn is_of_key(resource: &Resource, column: &Column) -> bool {
    let natural = match resource.key_fallback {
        KeyFallback::Columns(columns) => columns,
        KeyFallback::None | KeyFallback::Singleton => &[],
    };
    let if_sent = resource.key_fallback_if_sent;
    [resource.key, natural, if_sent].iter().any(|names| names.contains(&column.name))
}

/// Changes a field that is no key, and the version, so that the item is a newer one.
pub(crate) fn change(resource: &Resource, item: &mut Value) {
    if !item.is_object() {
        return;
    }
    let changing = resource.columns.iter().find(|column| {
        column.sql_type == SqlType::Text
            && column.source == Source::Field
            && !is_of_key(resource, column)
            && !column.volatile
    });
    if let Some(column) = changing {
        item[column.wire] = "changed".into();
    }
    let version = resource.columns.iter().find(|column| Some(column.name) == resource.version);
    if let Some(version) = version {
        let later = if item[version.wire].is_number() {
            1_900_000_000.into()
        } else {
            "2031-01-01T00:00:00Z".into()
        };
        item[version.wire] = later;
    }
}

pub(crate) fn with_other_key(resource: &Resource, item: Value) -> Value {
    with_key_of(resource, item, "new")
}

/// An item with the key of another one, which is told by a word.
pub(crate) fn with_key_of(resource: &Resource, mut item: Value, word: &str) -> Value {
    if !item.is_object() {
        return item;
    }
    let of_key = |column: &&Column| column.source == Source::Field && is_of_key(resource, column);
    for column in resource.columns.iter().filter(of_key) {
        let Some(value) = item.get_mut(column.wire) else { continue };
        *value = match (&*value, value.as_i64()) {
            // Another time is a time too.
            (Value::String(text), _) if column.sql_type == SqlType::Timestamptz => {
                let later = time(value).map(|time| time + TimeDelta::seconds(1_000_000));
                later.map_or_else(|| text.clone(), |later| later.to_rfc3339()).into()
            }
            (Value::String(text), _) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                format!("9{text}").into()
            }
            (Value::String(text), _) => format!("{text}{word}").into(),
            (_, Some(number)) => (number + 1_000_000).into(),
            (other, None) => other.clone(),
        };
    }
    item
}
