//! Columns of a person's choice: what is left out of rows, and what is kept as a fingerprint. Pure.
//!
//! It comes before everything else that looks at values, so that what is left out is in no
//! column, not in `_extra`, not in a row that is set aside, and so in no history.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::secret::{FingerprintKey, fingerprint, plain};
use crate::error::{Error, Result};
use crate::words::nearest;
use connector_spec::json::{self, Token, Tokens};
use connector_spec::{Column, KeyFallback, Resource, Source, SqlType};
use serde::{Deserialize, Serialize};

/// What is chosen for a resource, by names: columns, and behind dots members inside of them;
/// behind `_extra.`, fields that no column knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What is left out.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// What is kept as a fingerprint.
    #[serde(default)]
    pub fingerprint: Vec<String>,
}

/// What becomes of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Exclude,
    Fingerprint,
}

/// One name of the lists.
#[derive(Clone, Debug)]
struct Rule {
    fate: Fate,
    /// The name of the column, if one knows the field, and the field's names.
    column: Option<&'static str>,
    fields: Vec<String>,
    /// The members inside of it that lead to what is meant; none, if it is all of it.
    path: Vec<String>,
}

/// What is chosen for a resource, as rows are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chosen {
    rules: Vec<Rule>,
    /// What is meant, by its name alone: where it is not in its place, its name tells.
    names: BTreeMap<String, Fate>,
    key: Option<FingerprintKey>,
}

/// What becomes of a field that has no place in a column.
pub(crate) enum Aside {
    AsItIs,
    Replaced(String),
    Dropped,
}

impl Choice {
    /// Whether nothing is chosen.
    pub fn is_empty(&self) -> bool {
        self.exclude.is_empty() && self.fingerprint.is_empty()
    }

    /// Whether a column is left out with all that is in it.
    pub fn excludes(&self, resource: &Resource, column: &Column) -> bool {
        self.exclude.iter().any(|name| is_all_of(name, resource, column))
    }

    /// Whether a column is kept as fingerprints, and not only something in it.
    pub fn fingerprints(&self, resource: &Resource, column: &Column) -> bool {
        self.fingerprint.iter().any(|name| is_all_of(name, resource, column))
    }

    /// These, and those of another one, each once.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let union = |one: &[String], other: &[String]| {
            let mut all: Vec<String> = one.iter().chain(other).cloned().collect();
            all.sort();
            all.dedup();
            all
        };
        Self {
            exclude: union(&self.exclude, &other.exclude),
            fingerprint: union(&self.fingerprint, &other.fingerprint),
        }
    }

    /// What is in these and not in another one.
    pub(crate) fn without(&self, other: &Self) -> Self {
        let rest = |one: &[String], other: &[String]| {
            one.iter().filter(|name| !other.contains(name)).cloned().collect()
        };
        Self {
            exclude: rest(&self.exclude, &other.exclude),
            fingerprint: rest(&self.fingerprint, &other.fingerprint),
        }
    }

    /// Those of them that are about a resource.
    pub(crate) fn about(&self, resource: &Resource) -> Self {
        let about = |names: &[String]| {
            names.iter().filter(|name| is_about(name, resource)).cloned().collect()
        };
        Self { exclude: about(&self.exclude), fingerprint: about(&self.fingerprint) }
    }

    /// The names with what becomes of each.
    fn each(&self) -> impl Iterator<Item = (&str, Fate)> {
        let exclude = self.exclude.iter().map(|name| (name.as_str(), Fate::Exclude));
        exclude.chain(self.fingerprint.iter().map(|name| (name.as_str(), Fate::Fingerprint)))
    }
}

/// The column that a name begins with, and the members behind it.
fn split<'a>(name: &'a str, resource: &Resource) -> (Option<Column>, Vec<&'a str>) {
    let mut parts = name.split('.');
    let mut first = parts.next().unwrap_or_default();
    if first == "_extra" {
        first = parts.next().unwrap_or_default();
    }
    let known = |column: &&Column| {
        let named = column.wire == first || column.aliases.contains(&first);
        column.name == first || (column.source == Source::Field && named)
    };
    (resource.table_columns().find(known).copied(), parts.collect())
}

fn is_all_of(name: &str, resource: &Resource, column: &Column) -> bool {
    let (known, path) = split(name, resource);
    path.is_empty() && known.is_some_and(|known| known.name == column.name)
}

fn is_about(name: &str, resource: &Resource) -> bool {
    name.starts_with("_extra.") || split(name, resource).0.is_some()
}

impl Chosen {
    /// What a choice means for a resource, all of whose names it has to have.
    pub(crate) fn of(
        resource: &Resource,
        choice: &Choice,
        key: Option<&FingerprintKey>,
    ) -> Result<Self> {
        let mut chosen = Self { key: key.cloned(), ..Self::default() };
        for (name, fate) in choice.each() {
            let (column, path) = split(name, resource);
            let Some(column) = column else {
                let field = name.strip_prefix("_extra.").unwrap_or_default();
                let field = field.split('.').next().unwrap_or_default();
                if field.is_empty() {
                    let known: Vec<&str> =
                        resource.table_columns().map(|column| column.name).collect();
                    let what = format!("`{}` has no column `{name}`", resource.name);
                    return Err(Error::settings(what).next(format!(
                        "a field that no column knows is named `_extra.{}`; {}",
                        if name.starts_with('_') { "FIELD" } else { name },
                        nearest(name, &known)
                    )));
                }
                let path = path.iter().map(|part| (*part).to_owned()).collect();
                chosen.add(Rule { fate, column: None, fields: vec![field.to_owned()], path });
                continue;
            };
            refuse(resource, &column, fate, &path)?;
            let fields = std::iter::once(column.wire).chain(column.aliases.iter().copied());
            chosen.add(Rule {
                fate,
                column: Some(column.name),
                fields: fields.map(str::to_owned).collect(),
                path: path.iter().map(|part| (*part).to_owned()).collect(),
            });
        }
        // What is left out is not kept as a fingerprint of it either.
        chosen.rules.sort_by_key(|rule| rule.fate == Fate::Fingerprint);
        Ok(chosen)
    }

    fn add(&mut self, rule: Rule) {
        let names = match rule.path.last() {
            Some(last) => vec![plain(last)],
            None => rule.fields.iter().map(|field| plain(field)).collect(),
        };
        for name in names {
            let fate = self.names.entry(name).or_insert(rule.fate);
            if rule.fate == Fate::Exclude {
                *fate = Fate::Exclude;
            }
        }
        self.rules.push(rule);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    fn of_column(&self, column: &Column) -> impl Iterator<Item = &Rule> + Clone {
        let name = column.name;
        self.rules.iter().filter(move |rule| rule.column == Some(name))
    }

    /// Whether a column is always null.
    pub(crate) fn excludes(&self, column: &Column) -> bool {
        self.of_column(column).any(|rule| rule.path.is_empty() && rule.fate == Fate::Exclude)
    }

    /// Whether something of a column's values is left out or veiled.
    pub(crate) fn touches(&self, column: &Column) -> bool {
        self.of_column(column).next().is_some()
    }

    /// The value of a column as it may go on, as JSON, or nothing if it may as it is.
    pub(crate) fn in_column(&self, column: &Column, value: &str) -> Option<String> {
        self.by_rules(self.of_column(column), value)
    }

    /// What becomes of a field outside of a column, which is none if no column knows it.
    pub(crate) fn aside(&self, column: Option<&Column>, name: &str, value: &str) -> Aside {
        self.aside_of(column.map(|column| column.name), name, value)
    }

    fn aside_of(&self, column: Option<&str>, name: &str, value: &str) -> Aside {
        if self.is_empty() {
            return Aside::AsItIs;
        }
        let rules = self.rules.iter().filter(|rule| match column {
            Some(column) => rule.column == Some(column),
            None => rule.column.is_none() && rule.fields.iter().any(|field| field == name),
        });
        let named = self.names.get(&plain(name)).filter(|_| column.is_none()).copied();
        let whole = rules.clone().find(|rule| rule.path.is_empty()).map(|rule| rule.fate);
        match whole.or(named) {
            Some(Fate::Exclude) => Aside::Dropped,
            Some(Fate::Fingerprint) => Aside::Replaced(self.replaced(Fate::Fingerprint, value)),
            None => {
                let by_place = self.by_rules(rules, value);
                let text = by_place.as_deref().unwrap_or(value);
                match self.by_names(text).or_else(|| by_place.clone()) {
                    Some(text) => Aside::Replaced(text),
                    None => Aside::AsItIs,
                }
            }
        }
    }

    /// A whole row as it may be set aside.
    pub(crate) fn row<'a>(&self, columns: &[Column], row: &'a str) -> Cow<'a, str> {
        if self.is_empty() {
            return Cow::Borrowed(row);
        }
        if !json::is_object(row) {
            // A row that is no object may be all of one in another form.
            let nested = json::is_nested(row);
            let text = if nested { self.by_names(row) } else { None };
            return match text {
                Some(text) => Cow::Owned(text),
                None if nested => Cow::Borrowed(row),
                None => Cow::Owned(self.replaced(Fate::Fingerprint, row)),
            };
        }
        let mut out: Vec<u8> = Vec::with_capacity(row.len());
        let read = json::each_member(row, |name, value| {
            let column = columns.iter().find(|column| {
                column.source == Source::Field
                    && (column.wire == name || column.aliases.contains(&&*name))
            });
            let value = match self.aside(column, &name, value) {
                Aside::Dropped => return,
                Aside::Replaced(text) => Cow::Owned(text),
                Aside::AsItIs => Cow::Borrowed(value),
            };
            out.push(if out.is_empty() { b'{' } else { b',' });
            json::push_string(&mut out, &name);
            out.push(b':');
            out.extend_from_slice(value.as_bytes());
        });
        if read.is_err() {
            // What cannot be read cannot be looked into.
            return Cow::Owned(self.replaced(Fate::Fingerprint, row));
        }
        if out.is_empty() {
            out.push(b'{');
        }
        out.push(b'}');
        Cow::Owned(String::from_utf8(out).unwrap_or_default())
    }

    /// Whether a rule is about a column.
    pub(crate) fn is_about(&self, column: &Column) -> bool {
        self.of_column(column).next().is_some()
    }

    fn replaced(&self, fate: Fate, value: &str) -> String {
        match (&self.key, fate) {
            (_, Fate::Fingerprint) if is_fingerprint(value) => value.to_owned(),
            (Some(key), Fate::Fingerprint) if value != "null" => fingerprint(key, value),
            _ => "null".to_owned(),
        }
    }

    /// A value after the rules of its column or field.
    fn by_rules<'r>(
        &self,
        rules: impl Iterator<Item = &'r Rule> + Clone,
        value: &str,
    ) -> Option<String> {
        if value == "null" {
            return None;
        }
        if let Some(rule) = rules.clone().find(|rule| rule.path.is_empty()) {
            return Some(self.replaced(rule.fate, value));
        }
        let rules: Vec<&Rule> = rules.collect();
        if rules.is_empty() {
            return None;
        }
        if !json::is_nested(value) {
            // A text in the place of an object may have all of its members in it.
            return Some(self.replaced(Fate::Fingerprint, value));
        }
        self.inside(
            value,
            |open, name| {
                let mut reached = Vec::new();
                for (rule, depth) in open {
                    if rules[*rule].path.get(*depth).is_some_and(|part| *part == name) {
                        if depth + 1 == rules[*rule].path.len() {
                            return Found::Fate(rules[*rule].fate);
                        }
                        reached.push((*rule, depth + 1));
                    }
                }
                Found::Within(reached)
            },
            (0..rules.len()).map(|rule| (rule, 0)).collect(),
        )
    }

    /// A value without its members of the chosen names, at any depth.
    fn by_names(&self, value: &str) -> Option<String> {
        if !json::is_nested(value) {
            return None;
        }
        let of_name = |_: &[(usize, usize)], name: &str| match self.names.get(&plain(name)) {
            Some(fate) => Found::Fate(*fate),
            None => Found::Within(Vec::new()),
        };
        self.inside(value, of_name, Vec::new())
    }

    /// A nested value in which members are replaced for which there is a fate. Where each is
    /// looked at, it is known which rules lead there, and how far; a text on the way to what
    /// a rule means may have it in it.
    fn inside(
        &self,
        value: &str,
        find: impl Fn(&[(usize, usize)], &str) -> Found,
        start: Vec<(usize, usize)>,
    ) -> Option<String> {
        let mut tokens = Tokens::new(value);
        let (mut out, mut copied) = (String::new(), 0);
        let mut open: Vec<(Vec<(usize, usize)>, bool)> = Vec::new();
        let mut next = start;
        while let Some(token) = tokens.next() {
            let mut replaced = None;
            match token {
                Token::Name(name) => {
                    let name = json::text(name).unwrap_or(Cow::Borrowed(name));
                    let around = open.last().map_or(&[][..], |(around, _)| around);
                    match find(around, &name) {
                        Found::Fate(fate) => {
                            let member = tokens.value();
                            replaced = Some((fate, member)).filter(|_| member != "null");
                            next = Vec::new();
                        }
                        Found::Within(reached) => next = reached,
                    }
                }
                Token::Open { list } => {
                    open.push((std::mem::take(&mut next), list));
                    // Elements of a list are in its place.
                    if list {
                        next.clone_from(&open.last().expect("it was just opened").0);
                    }
                }
                Token::Close => {
                    open.pop();
                    next = match open.last() {
                        Some((around, true)) => around.clone(),
                        _ => Vec::new(),
                    };
                }
                Token::Text(inner) | Token::Number(inner) | Token::Word(inner) => {
                    let is_text = matches!(token, Token::Text(_)) && inner != "\"\"";
                    replaced =
                        Some((Fate::Fingerprint, inner)).filter(|_| is_text && !next.is_empty());
                    next = match open.last() {
                        Some((around, true)) => around.clone(),
                        _ => Vec::new(),
                    };
                }
            }
            if let Some((fate, inner)) = replaced {
                out.push_str(&value[copied..tokens.at() - inner.len()]);
                out.push_str(&self.replaced(fate, inner));
                copied = tokens.at();
            }
        }
        (copied > 0).then(|| out + &value[copied..])
    }
}

/// Whether a value is a fingerprint already, which has nothing to hide any more.
fn is_fingerprint(value: &str) -> bool {
    const DIGITS: usize = 32;
    let digits = value.strip_prefix("\"hmac:").and_then(|rest| rest.strip_suffix('"'));
    digits.is_some_and(|digits| {
        digits.len() == DIGITS && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}

/// What a member's name leads to.
enum Found {
    Fate(Fate),
    Within(Vec<(usize, usize)>),
}

/// Fails if a column cannot be left out, or has no room for a fingerprint.
fn refuse(resource: &Resource, column: &Column, fate: Fate, path: &[&str]) -> Result<()> {
    let name = column.name;
    let natural = match resource.key_fallback {
        KeyFallback::Columns(names) => names,
        KeyFallback::None | KeyFallback::Singleton => &[],
    };
    let makes_keys =
        natural.iter().chain(resource.key_fallback_if_sent).any(|other| *other == name);
    let what = if resource.key_columns().any(|key| key == name) {
        "rows are told apart by it"
    } else if makes_keys {
        "keys are made from it where the vendor sends none"
    } else if resource.cursor == Some(name) {
        "it tells how far the data reaches"
    } else if !path.is_empty() && column.sql_type != SqlType::Jsonb {
        let what = format!("`{name}` of `{}` has no members", resource.name);
        return Err(Error::settings(what).next(format!("name all of it: `{name}`")));
    } else if path.is_empty()
        && fate == Fate::Fingerprint
        && !matches!(column.sql_type, SqlType::Text | SqlType::Jsonb)
    {
        let what = format!(
            "`{name}` of `{}` is {}, which has no room for a fingerprint",
            resource.name,
            column.sql_type.short()
        );
        return Err(Error::settings(what).next("leave it out, by `exclude`"));
    } else {
        return Ok(());
    };
    let what = format!("`{name}` of `{}` cannot be left out or veiled: {what}", resource.name);
    Err(Error::settings(what).next("take it out of the list"))
}
