//! The documents, taken literally: do a connector and its requests follow them?
//!
//! `document.json` in a connector's crate is the configuration example of its document, and
//! `fields.json` has the top-level fields of each resource.

use std::path::Path;

use connector_core::{Auth, Connector, Paging, Resource, Total, Unset};
use serde_json::{Map, Value, json};

use crate::route::{AFTER, Request};
use crate::suite::sync;
use crate::{Database, Suite};

impl Suite {
    /// Checks the declaration, and the requests of a sync, against the document in a crate's folder.
    pub async fn requests_are_those_of_the_document(self, folder: &str) {
        let (vendor, database) = (self.vendor(), Database::create().await);
        sync(&self.connection(&vendor, &database)).await;
        if self.has_document {
            let document = read(folder, "document.json");
            check_client(&document, self.connector);
            check_resources(&document, self.connector, &vendor.requests());
        }
        // It was asked for nothing that the declaration does not explain.
        vendor.finish();
        database.drop().await;
    }

    /// Checks that no field in the list of a crate's folder lacks a column.
    pub fn no_field_lacks_a_column(self, folder: &str) {
        if !self.has_document {
            return;
        }
        let fields = read(folder, "fields.json");
        for resource in self.connector.resources {
            let fields = fields[resource.name].as_object().expect("every resource has fields");
            for (field, origin) in fields {
                let has = resource.columns.iter().any(|column| {
                    column.wire == field
                        || column.aliases.contains(&field.as_str())
                        || column.name == field
                });
                assert!(has, "`{}` has no column for `{field}` ({origin})", resource.name);
            }
        }
    }
}

fn read(folder: &str, name: &str) -> Value {
    let file = Path::new(folder).join(name);
    let content = std::fs::read_to_string(&file).unwrap_or_else(|error| {
        panic!("{}: {error}; `without_document` says that there is none", file.display())
    });
    serde_json::from_str(&content).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn check_client(document: &Value, connector: &Connector) {
    let client = &document["client"];
    assert_eq!(connector.base_url, text(&client["base_url"]));
    assert_eq!(declared_auth(connector.auth), documented_auth(&client["auth"]));
    // Where a document says nothing of patience, it is ours to choose.
    if let Some(retry) = document.get("retry") {
        assert_eq!(json!(connector.retry.statuses), retry["retry_on_status_codes"]);
        assert_eq!(retry["max_retries"], connector.retry.max_retries);
        assert_eq!(retry["backoff_factor"], connector.retry.backoff_factor);
    }
}

fn check_resources(document: &Value, connector: &Connector, requests: &[Request]) {
    let documented = document["resources"].as_array().expect("a document has resources");
    let names: Vec<&str> = documented.iter().map(|resource| text(&resource["name"])).collect();
    let declared: Vec<&str> = connector.resources.iter().map(|resource| resource.name).collect();
    assert_eq!(declared, names);
    for (documented, resource) in documented.iter().zip(connector.resources) {
        check_declaration(documented, connector, resource, &document["primary_key"]);
        let path = text(&documented["path"]);
        let mut asked = requests
            .iter()
            .filter(|request| fits(path, connector.base_url, &request.path))
            .peekable();
        assert!(asked.peek().is_some(), "`{}` was not asked for", resource.name);
        asked.for_each(|request| check_request(documented, request));
    }
}

/// Checks that a request has nothing in its query but what the document names.
fn check_request(documented: &Value, request: &Request) {
    let paging = documented_paginator(&documented["paginator"]);
    let word = |name: &str| paging.get(name).map_or("", text);
    // What is in an address that came in an answer is the vendor's own.
    let follows_links = ["header_link", "json_link"].contains(&word("type"));
    let is_position = |name: &str| {
        let params = ["offset_param", "page_param", "cursor_param"];
        (follows_links && name == AFTER) || params.iter().any(|param| word(param) == name)
    };
    for (name, value) in &request.query {
        if name == word("limit_param") {
            assert_eq!(*value, paging["limit"].to_string(), "{request}");
        } else if !is_position(name) {
            let documented = documented["params"].get(name);
            let documented =
                documented.unwrap_or_else(|| panic!("{request}: `{name}` is not documented"));
            let expected =
                documented.as_str().map_or_else(|| documented.to_string(), str::to_owned);
            // The document may leave the value to the configuration.
            assert!(
                expected == *value || expected.starts_with("config:"),
                "{request}: `{name}` is {documented} in the document"
            );
        }
    }
}

fn check_declaration(
    documented: &Value,
    connector: &Connector,
    resource: &Resource,
    default_key: &Value,
) {
    let name = resource.name;
    let path = text(&documented["path"]);
    assert!(
        [resource.path, &with_defaults(connector, resource.path)].contains(&path),
        "path of `{name}` is {}, and {path} in the document",
        resource.path
    );
    let selector = match &documented["data_selector"] {
        Value::Array(steps) if steps.is_empty() => "$".to_owned(),
        Value::Array(steps) => steps.iter().map(text).collect::<Vec<_>>().join("."),
        selector => text(selector).to_owned(),
    };
    assert_eq!(resource.select, [selector], "selector of `{name}`");
    assert_eq!(
        declared_paginator(resource.paging),
        documented_paginator(&documented["paginator"]),
        "paging of `{name}`"
    );
    let key: Vec<&str> = match documented.get("primary_key").unwrap_or(default_key) {
        Value::Array(columns) => columns.iter().map(text).collect(),
        column => vec![text(column)],
    };
    // Where no item has the document's default key, the table has the natural one.
    let natural = key.iter().all(|key| resource.columns.iter().all(|column| column.name != *key));
    assert!(
        resource.key == key || natural,
        "key of `{name}` is {:?}, and {key:?} in the document",
        resource.key
    );
}

/// A path in which the parameters that have a default are filled in, as a document may have it.
fn with_defaults(connector: &Connector, path: &str) -> String {
    connector.params.iter().fold(path.to_owned(), |path, param| match param.unset {
        Unset::Default(value) => path.replace(&format!("{{{}}}", param.name), value),
        Unset::Omitted | Unset::Implied(_) | Unset::Required => path,
    })
}

/// How the key is shown, in the words of the documents.
fn declared_auth(auth: Auth) -> Value {
    match auth {
        Auth::BEARER => json!({"type": "bearer"}),
        Auth::Header { name, prefix: "" } => {
            json!({"type": "api_key", "location": "header", "name": name.to_ascii_lowercase()})
        }
        Auth::Header { name, prefix } => {
            json!({"type": "api_key", "location": "header", "name": name.to_ascii_lowercase(), "prefix": prefix})
        }
        Auth::Query { name } => json!({"type": "api_key", "location": "query", "name": name}),
        Auth::Basic => json!({"type": "http_basic"}),
    }
}

/// The same as a document has it, without the names of secrets.
fn documented_auth(auth: &Value) -> Value {
    let mut words = Map::new();
    for word in ["type", "location", "name", "prefix"] {
        words.extend(auth.get(word).map(|value| (word.to_owned(), value.clone())));
    }
    if auth["type"] == "api_key" {
        words.entry("location").or_insert_with(|| "header".into());
    }
    if words.get("location").is_some_and(|location| location == "header") {
        lower(&mut words, "name");
    }
    words.into()
}

/// How a listing is paged, in the words of the documents.
fn declared_paginator(paging: Paging) -> Map<String, Value> {
    let (kind, own, limit): (_, Vec<(&str, Value)>, _) = match paging {
        Paging::Single => ("single_page", Vec::new(), None),
        Paging::Window { limit } => ("single_page", Vec::new(), Some(limit)),
        Paging::Offset { offset, limit, .. } => {
            ("offset", vec![("offset_param", offset.into())], Some(limit))
        }
        Paging::Page { page, first, limit, .. } => {
            ("page_number", vec![("page_param", page.into()), ("base_page", first.into())], limit)
        }
        Paging::Token { param, next, done, limit } => {
            let done = done.map(|place| ("stop_condition", place.into()));
            let own = [("cursor_param", param.into()), ("cursor_path", next.into())];
            ("cursor", own.into_iter().chain(done).collect(), limit)
        }
        Paging::LinkHeader { limit } => ("header_link", Vec::new(), limit),
        Paging::NextUrl { path, limit } => {
            ("json_link", vec![("next_url_path", path.into())], limit)
        }
    };
    let limit = limit.map(|(name, size)| [("limit_param", name.into()), ("limit", size.into())]);
    let total = paging.total().map(|total| match total {
        Total::Body(place) => ("total_path", place.into()),
        Total::Header(name) => ("total_header", name.to_ascii_lowercase().into()),
    });
    let words = [("type", kind.into())].into_iter().chain(own);
    let words = words.chain(limit.into_iter().flatten()).chain(total);
    words.map(|(word, value)| (word.to_owned(), value)).collect()
}

/// The same as a document has it.
fn documented_paginator(paginator: &Value) -> Map<String, Value> {
    let mut words = paginator.as_object().cloned().unwrap_or_default();
    words.retain(|_, value| !value.is_null());
    if words.contains_key("limit") {
        words.entry("limit_param").or_insert_with(|| "limit".into());
    }
    // Where a document has no place for the token, it is where the parameter's name is.
    if let Some(param) = words.get("cursor_param").cloned() {
        words.entry("cursor_path").or_insert(param);
    }
    lower(&mut words, "total_header");
    words
}

/// Writes the name of a header in the one way that names of headers are compared in.
fn lower(words: &mut Map<String, Value>, word: &str) {
    if let Some(Value::String(name)) = words.get_mut(word) {
        name.make_ascii_lowercase();
    }
}

/// Whether a request's path is one of the document's template.
fn fits(template: &str, base_url: &str, path: &str) -> bool {
    let below = base_url.splitn(4, '/').nth(3).unwrap_or_default().trim_matches('/');
    let path = path.strip_prefix('/').unwrap_or(path);
    let path = path.strip_prefix(below).unwrap_or(path).trim_start_matches('/');
    let (template, path): (Vec<&str>, Vec<&str>) =
        (template.trim_start_matches('/').split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(path).all(|(step, own)| step.starts_with('{') || *step == own)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use connector_core::Retry;

    use super::*;

    const BARE: Connector = Connector {
        name: "bare",
        doc: "A vendor that publishes nothing",
        base_url: "https://api.example.com",
        auth: Auth::Basic,
        retry: Retry::STANDARD,
        rate: None,
        errors: &[],
        params: &[],
        migrations: &[],
        presets: &[],
        resources: &[],
    };

    #[test]
    fn a_vendor_without_a_document_is_held_against_none() {
        Suite::documented(&BARE).without_document().no_field_lacks_a_column("nowhere");
    }

    #[test]
    #[should_panic(expected = "`without_document` says that there is none")]
    fn a_document_that_got_lost_is_missed() {
        Suite::documented(&BARE).no_field_lacks_a_column("nowhere");
    }

    #[test]
    fn every_kind_of_paging_has_its_words() {
        let total = Some(Total::Body("meta.total"));
        let size = Some(("per_page", 20));
        for (paging, words) in [
            (Paging::Single, json!({"type": "single_page"})),
            (Paging::Window { limit: ("limit", 20) }, json!({"type": "single_page", "limit": 20})),
            (
                Paging::offset("offset", 50),
                json!({"type": "offset", "offset_param": "offset", "limit": 50, "total_path": null}),
            ),
            (
                Paging::Offset { offset: "skip", limit: ("top", 50), total },
                json!({"type": "offset", "offset_param": "skip", "limit_param": "top", "limit": 50,
                    "total_path": "meta.total"}),
            ),
            (
                Paging::Page { page: "page", first: 1, limit: None, total: None },
                json!({"type": "page_number", "page_param": "page", "base_page": 1}),
            ),
            (
                Paging::Page {
                    page: "p",
                    first: 0,
                    limit: size,
                    total: Some(Total::Header("x-total")),
                },
                json!({"type": "page_number", "page_param": "p", "base_page": 0,
                    "limit_param": "per_page", "limit": 20, "total_header": "X-Total"}),
            ),
            (Paging::token("after", "after"), json!({"type": "cursor", "cursor_param": "after"})),
            (
                Paging::Token { param: "after", next: "next", done: Some("done"), limit: size },
                json!({"type": "cursor", "cursor_param": "after", "cursor_path": "next",
                    "stop_condition": "done", "limit_param": "per_page", "limit": 20}),
            ),
            (Paging::LinkHeader { limit: None }, json!({"type": "header_link"})),
            (
                Paging::NextUrl { path: "links.next", limit: size },
                json!({"type": "json_link", "next_url_path": "links.next",
                    "limit_param": "per_page", "limit": 20}),
            ),
        ] {
            assert_eq!(declared_paginator(paging), documented_paginator(&words));
            // Any other word, or none, is another rule.
            let mut other = words.clone();
            other["limit"] = 21.into();
            assert_ne!(declared_paginator(paging), documented_paginator(&other), "{paging:?}");
        }
    }

    #[test]
    fn every_kind_of_key_has_its_words() {
        for (auth, words) in [
            (Auth::BEARER, json!({"type": "bearer", "token": "secrets:api_key"})),
            (
                Auth::Header { name: "x-key", prefix: "" },
                json!({"type": "api_key", "name": "X-Key", "api_key": "secrets:api_key"}),
            ),
            (
                Auth::Header { name: "authorization", prefix: "Token " },
                json!({"type": "api_key", "name": "Authorization", "location": "header", "prefix": "Token "}),
            ),
            (
                Auth::Query { name: "key" },
                json!({"type": "api_key", "name": "key", "location": "query"}),
            ),
            (Auth::Basic, json!({"type": "http_basic", "username": "a", "password": "b"})),
        ] {
            assert_eq!(declared_auth(auth), documented_auth(&words));
            assert_ne!(declared_auth(auth), documented_auth(&json!({"type": "oauth2"})));
        }
    }
}
