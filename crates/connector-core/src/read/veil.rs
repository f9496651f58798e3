//! What may be stored of a value: all that keeps something back from the tables, in its order. Pure.

use std::borrow::Cow;

use connector_spec::{Column, Source, SqlType, json};

use super::chosen::{Aside, Chosen};
use super::secret::Secrets;

/// What is kept back: what a person leaves out or veils, and then what is secret.
#[derive(Clone, Debug)]
pub(crate) struct Veil {
    chosen: Chosen,
    secrets: Secrets,
}

impl From<Secrets> for Veil {
    fn from(secrets: Secrets) -> Self {
        Self::new(Chosen::default(), secrets)
    }
}

/// What becomes of a value that is in a table already.
pub(crate) enum Stored {
    AsItIs,
    Replaced(Option<String>),
}

impl Veil {
    pub(crate) fn new(chosen: Chosen, secrets: Secrets) -> Self {
        Self { chosen, secrets }
    }

    /// Whether a column is always null.
    pub(crate) fn excludes(&self, column: &Column) -> bool {
        self.chosen.excludes(column)
    }

    /// A column's value without what is left out of it, and with fingerprints for secrets, as
    /// JSON; nothing, if it may stand as it is.
    pub(crate) fn in_column(&self, column: &Column, value: &str) -> Option<String> {
        let chosen = self.chosen.in_column(column, value);
        let veiled = self.secrets.veil(column, chosen.as_deref().unwrap_or(value));
        veiled.or(chosen)
    }

    /// The value of a field as it may stand outside of a column; nothing, if it is left out.
    pub(crate) fn aside<'a>(
        &self,
        column: Option<&Column>,
        name: &str,
        value: &'a str,
    ) -> Option<Cow<'a, str>> {
        let chosen = match self.chosen.aside(column, name, value) {
            Aside::Dropped => return None,
            Aside::Replaced(text) => Cow::Owned(text),
            Aside::AsItIs => Cow::Borrowed(value),
        };
        let veiled = self.secrets.veil_aside(column, name, &chosen);
        Some(veiled.map_or(chosen, Cow::Owned))
    }

    /// A whole row as it may be set aside.
    pub(crate) fn row(&self, columns: &[Column], row: &str) -> String {
        self.secrets.veil_row(columns, &self.chosen.row(columns, row))
    }

    /// Whether values of a column may be kept back.
    pub(crate) fn is_about(&self, column: &Column) -> bool {
        self.chosen.is_about(column) || self.secrets.are_in(column)
    }

    /// What becomes of a value that is in a column already, as the text that it takes.
    pub(crate) fn stored(&self, column: &Column, value: &str) -> Stored {
        match self.in_column(column, value) {
            None => Stored::AsItIs,
            Some(text) if text == "null" => Stored::Replaced(None),
            Some(text) if column.sql_type == SqlType::Text => {
                Stored::Replaced(json::text(&text).map(Cow::into_owned))
            }
            Some(text) => Stored::Replaced(Some(text)),
        }
    }

    /// What becomes of an `_extra` that is there already; one name may have several values in it.
    pub(crate) fn extra(&self, columns: &[Column], extra: &str) -> Stored {
        let (mut out, mut differs): (Vec<u8>, bool) = (Vec::new(), false);
        let read = json::each_member(extra, |name, value| {
            let Some(kept) = self.aside(of_field(columns, &name), &name, value) else {
                differs = true;
                return;
            };
            differs |= kept != value;
            out.push(if out.is_empty() { b'{' } else { b',' });
            json::push_string(&mut out, &name);
            out.push(b':');
            out.extend_from_slice(kept.as_bytes());
        });
        if read.is_err() || !differs {
            return Stored::AsItIs;
        }
        if out.is_empty() {
            return Stored::Replaced(None);
        }
        out.push(b'}');
        Stored::Replaced(String::from_utf8(out).ok())
    }

    /// A row that was set aside already, of which the end may be missing: what cannot be read
    /// cannot be looked into.
    pub(crate) fn set_aside<'a>(&self, columns: &[Column], row: &'a str) -> Cow<'a, str> {
        let whole = serde_json::from_str::<serde::de::IgnoredAny>(row).is_ok();
        let veiled = if whole { Some(self.row(columns, row)) } else { self.secrets.veil_all(row) };
        match veiled {
            Some(veiled) => Cow::Owned(veiled),
            None => self.chosen.row(columns, row),
        }
    }
}

/// The column that knows a field.
fn of_field<'a>(columns: &'a [Column], name: &str) -> Option<&'a Column> {
    columns.iter().find(|column| {
        column.source == Source::Field && (column.wire == name || column.aliases.contains(&name))
    })
}
