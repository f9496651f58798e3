//! The documents, taken literally: do a connector and its requests follow them?

use std::path::Path;

use connector_core::{Auth, Paging, Resource};
use serde_json::Value;

use crate::suite::sync;
use crate::{Database, Suite};

impl Suite {
    /// Checks the declaration, and the requests of a sync, against the document's configuration example.
    pub async fn requests_are_those_of_the_document(self) {
        let document = data("documents", self.connector.name);
        let connector = self.connector;
        assert_eq!(connector.base_url, text(&document["client"]["base_url"]));
        let auth = &document["client"]["auth"];
        match (text(&auth["type"]), connector.auth) {
            ("bearer", auth) => assert_eq!(auth, Auth::BEARER),
            ("api_key", Auth::Header { name, prefix: "" }) => {
                assert_eq!((name, "header"), (text(&auth["name"]), text(&auth["location"])));
            }
            (documented, declared) => panic!("{documented} is declared as {declared:?}"),
        }
        let retry = &document["retry"];
        assert_eq!(serde_json::json!(connector.retry.statuses), retry["retry_on_status_codes"]);
        assert_eq!(retry["max_retries"], connector.retry.max_retries);
        assert_eq!(retry["backoff_factor"], connector.retry.backoff_factor);

        let documented = document["resources"].as_array().expect("a document has resources");
        let names: Vec<&str> = documented.iter().map(|resource| text(&resource["name"])).collect();
        let declared: Vec<&str> =
            connector.resources.iter().map(|resource| resource.name).collect();
        assert_eq!(declared, names);

        let (vendor, database) = (self.vendor(), Database::create().await);
        sync(&self.connection(&vendor, &database)).await;
        let requests = vendor.requests();
        for (documented, resource) in documented.iter().zip(connector.resources) {
            check_declaration(documented, resource, text(&document["primary_key"]));
            let paging = &documented["paginator"];
            let page = paging.get("offset_param").or(paging.get("cursor_param")).map_or("", text);
            let asked: Vec<_> = requests
                .iter()
                .filter(|request| {
                    fits(text(&documented["path"]), connector.base_url, &request.path)
                })
                .collect();
            assert!(!asked.is_empty(), "`{}` was not asked for", resource.name);
            for request in asked {
                for (name, value) in &request.query {
                    match name.as_str() {
                        "limit" => assert_eq!(*value, paging["limit"].to_string(), "{request}"),
                        name if name == page => {}
                        // The document leaves the value to the configuration.
                        name => assert!(
                            documented["params"].get(name).is_some(),
                            "{request}: `{name}` is not documented"
                        ),
                    }
                }
            }
        }
        vendor.finish();
        database.drop().await;
    }

    /// Checks that no field that the document or the live API has lacks a column.
    pub fn no_field_lacks_a_column(self) {
        let fields = data("fields", self.connector.name);
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

fn check_declaration(documented: &Value, resource: &Resource, default_key: &str) {
    let name = resource.name;
    // `current` is the account that the document reads; here it is a parameter's default.
    let path = resource.path.replace("{account}", "current");
    assert_eq!(path, text(&documented["path"]), "path of `{name}`");
    let selector = match &documented["data_selector"] {
        Value::Array(steps) if steps.is_empty() => "$".to_owned(),
        Value::Array(steps) => steps.iter().map(text).collect::<Vec<_>>().join("."),
        selector => text(selector).to_owned(),
    };
    assert_eq!(resource.select, [selector], "selector of `{name}`");
    let paging = &documented["paginator"];
    match resource.paging {
        Paging::Offset { offset, limit: ("limit", limit), total: None } => {
            assert_eq!(
                (text(&paging["type"]), text(&paging["offset_param"])),
                ("offset", offset),
                "paging of `{name}`"
            );
            assert_eq!(paging["limit"], limit, "page size of `{name}`");
        }
        Paging::Token { param, next, done, limit: None } => {
            assert_eq!(
                (text(&paging["type"]), text(&paging["cursor_param"])),
                ("cursor", param),
                "paging of `{name}`"
            );
            assert_eq!(done, paging.get("stop_condition").map(text), "end of `{name}`");
            // Where the document has no place for the token, it is where the parameter's name is.
            assert_eq!(next, paging.get("cursor_path").map_or(param, text), "token of `{name}`");
        }
        other => panic!("`{name}` pages by {other:?}"),
    }
    let key = documented.get("primary_key").map_or(default_key, text);
    // Where no item has the document's default key, the table has the natural one.
    let natural = resource.columns.iter().all(|column| column.name != key);
    assert!(
        resource.key == [key] || natural,
        "key of `{name}` is {:?}, and {key} in the document",
        resource.key
    );
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

fn data(kind: &str, name: &str) -> Value {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(kind).join(format!("{name}.json"));
    let content = std::fs::read_to_string(file).expect("every connector has its data");
    serde_json::from_str(&content).expect("the data is JSON")
}
