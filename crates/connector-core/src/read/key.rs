//! A row's key: its hash, and what stands for one that the vendor did not send.

use connector_spec::{Column, Fit, KeyFallback, Resource, SINGLETON_KEY, SqlType, json};

use super::encoded::Reason;
use super::tuple::NULL;

/// The longest key that an index of Postgres takes for certain.
pub(super) const MAX_KEY_BYTES: usize = 2_000;

/// A field of the row at hand: its name, and its value.
pub(super) type Slot<'a> = Option<(&'static str, &'a str)>;

/// What a resource's rows are told apart by.
pub(super) struct Key {
    /// The indexes of its columns.
    columns: Vec<usize>,
    fallback: KeyFallback,
    /// The indexes of the columns that a natural key is made from.
    natural: Vec<usize>,
    /// The indexes of those that are part of it in rows that have them.
    natural_if_sent: Vec<usize>,
}

impl Key {
    pub(super) fn of(resource: &Resource, columns: &[Column]) -> Self {
        let index = |name: &str| columns.iter().position(|column| column.name == name);
        let all = |names: &[&str]| names.iter().filter_map(|name| index(name)).collect();
        Self {
            columns: resource.key_columns().filter_map(index).collect(),
            fallback: resource.key_fallback,
            natural: match resource.key_fallback {
                KeyFallback::Columns(names) => all(names),
                KeyFallback::None | KeyFallback::Singleton => Vec::new(),
            },
            natural_if_sent: all(resource.key_fallback_if_sent),
        }
    }

    /// The place in the key that a column has, if it has one.
    pub(super) fn place(&self, column: usize) -> Option<usize> {
        self.columns.iter().position(|index| *index == column)
    }

    /// Appends what stands for a key that the vendor did not send.
    pub(super) fn write_missing(
        &self,
        (column, fit): (&Column, Fit),
        columns: &[Column],
        slots: &[Slot<'_>],
        tuple: &mut Vec<u8>,
    ) -> Result<(), Reason> {
        let what = if fit == Fit::Misfit { "does not fit its column" } else { "is missing" };
        let missing = || format!("its key `{}` {what}", column.wire);
        match self.fallback {
            // It would replace the one row there is with nothing.
            KeyFallback::Singleton if slots.iter().all(Option::is_none) => {
                Err("none of its fields is one that the table has".to_owned())
            }
            KeyFallback::Singleton if fit == Fit::Null && column.sql_type == SqlType::Text => {
                tuple.extend_from_slice(SINGLETON_KEY.as_bytes());
                Ok(())
            }
            KeyFallback::Columns(_) if fit == Fit::Null && column.sql_type == SqlType::Text => {
                let part = |at: &usize| {
                    let value = slots[*at]?.1;
                    (value != "null").then(|| canonical(&columns[*at], value))
                };
                let mut parts: Option<Vec<String>> = self.natural.iter().map(part).collect();
                let more = self.natural_if_sent.iter().filter_map(|at| {
                    let value = slots[*at].filter(|(_, value)| !json::is_empty(value));
                    value
                        .and_then(|_| Some(format!("{{\"{}\": {}}}", columns[*at].name, part(at)?)))
                });
                if let Some(parts) = &mut parts {
                    parts.extend(more);
                }
                match parts.as_deref() {
                    Some([one]) => {
                        if column.write(one, tuple) != Fit::Written {
                            return Err(missing());
                        }
                    }
                    Some(parts) => {
                        tuple.extend_from_slice(format!("[{}]", parts.join(", ")).as_bytes());
                    }
                    None => return Err(missing()),
                }
                Ok(())
            }
            _ => Err(missing()),
        }
    }

    /// A hash of its columns as they stand in the tuple.
    pub(super) fn hash(&self, tuple: &[u8], starts: &[usize]) -> Result<u64, Reason> {
        let mut hash = xxhash_rust::xxh3::Xxh3Default::new();
        let mut size = 0;
        for start in starts.iter().take(self.columns.len()) {
            let field = &tuple[*start..];
            let length =
                field.first_chunk::<4>().map_or(0, |length| u32::from_be_bytes(*length) as usize);
            size += length;
            hash.update(&field[..length + NULL.len()]);
        }
        if size > MAX_KEY_BYTES {
            Err(format!("its key is longer than {MAX_KEY_BYTES} bytes"))
        } else {
            Ok(hash.digest())
        }
    }
}

/// A value as JSON, the same however the vendor wrote it.
fn canonical(column: &Column, value: &str) -> String {
    let mut bytes = Vec::new();
    match (column.write(value, &mut bytes), column.sql_type) {
        (Fit::Written, SqlType::Text) => {
            let mut text = Vec::with_capacity(bytes.len() + 2);
            json::push_string(&mut text, &String::from_utf8_lossy(&bytes));
            String::from_utf8_lossy(&text).into_owned()
        }
        (Fit::Written, SqlType::BigInt) => {
            bytes.first_chunk().map_or(0, |bytes| i64::from_be_bytes(*bytes)).to_string()
        }
        _ => json::normal(value),
    }
}
