//! What the published specification of the live API says, and the document does not.

use connector_core::{Connection, Connector, DateTime, Report, Verdict, sync};
use connector_testkit::{Content, Database, Vendor};
use serde_json::{Value, json};
use webhook_apps_connector::CONNECTOR;

fn live() -> &'static Connector {
    CONNECTOR.with_preset("live").expect("the preset is the connector's own")
}

async fn run(connection: &Connection) -> Report {
    let report = sync(connection, DateTime::UNIX_EPOCH).await.expect("all is there");
    assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
    report
}

fn connection(vendor: &Vendor, database: &Database, resource: &str) -> Connection {
    let url = Some(database.url().into());
    let connection = Connection::to(live(), vendor.base_url(), vendor.key().into(), url);
    connection.and_then(|connection| connection.select(&[resource])).expect("it is declared")
}

#[tokio::test]
async fn a_set_that_comes_in_another_order_rewrites_no_row() {
    let flags = |flags: &[&str]| -> Value {
        json!({"name": "user.signup", "description": "", "deprecated": false, "featureFlags": flags,
            "createdAt": "2024-01-01T00:00:00Z", "updatedAt": "2024-01-01T00:00:00Z"})
    };
    let content = Content::empty().with("event_types", [flags(&["a", "b", "c"])]);
    let vendor = Vendor::start(live(), content).expect("a port is free");
    let database = Database::create().await;
    let connection = connection(&vendor, &database, "event_types");
    run(&connection).await;
    vendor.edit("event_types", |items| items[0] = flags(&["c", "a", "b"]));
    let again = run(&connection).await;
    assert_eq!((again.resources[0].updated, again.resources[0].unchanged), (0, 1));
    vendor.edit("event_types", |items| items[0] = flags(&["c", "a"]));
    assert_eq!(run(&connection).await.resources[0].updated, 1);
    vendor.finish();
    database.drop().await;
}

#[tokio::test]
async fn the_flags_of_integrations_and_the_scopes_of_tokens_are_sets_too() {
    for (resource, field) in [("integrations", "featureFlags"), ("tokens", "scopes")] {
        let item = |set: &[&str]| -> Value {
            json!({"id": "i1", "name": "n", "censoredToken": "t", field: set,
                "createdAt": "2024-01-01T00:00:00Z", "updatedAt": "2024-01-01T00:00:00Z"})
        };
        let listing = Content::empty().with(resource, [item(&["a", "b"])]);
        let listing = if resource == "integrations" {
            Content::empty()
                .with(
                    "applications",
                    [json!({"id": "p1", "name": "n", "metadata": {},
                    "createdAt": "2024-01-01T00:00:00Z", "updatedAt": "2024-01-01T00:00:00Z"})],
                )
                .with(("integrations", "p1"), [item(&["a", "b"])])
        } else {
            listing
        };
        let vendor = Vendor::start(live(), listing).expect("a port is free");
        let database = Database::create().await;
        let connection = connection(&vendor, &database, resource);
        run(&connection).await;
        let change = |set: &[&str]| match resource {
            "integrations" => vendor.edit(("integrations", "p1"), |items| items[0] = item(set)),
            _ => vendor.edit("tokens", |items| items[0] = item(set)),
        };
        let of = |report: &Report| {
            let one = report.resources.iter().find(|one| one.resource == resource);
            one.map(|one| (one.updated, one.unchanged))
        };
        change(&["b", "a"]);
        assert_eq!(of(&run(&connection).await), Some((0, 1)), "{resource}");
        change(&["b"]);
        assert_eq!(of(&run(&connection).await), Some((1, 0)), "{resource}");
        vendor.finish();
        database.drop().await;
    }
}

#[tokio::test]
async fn tokens_are_asked_for_below_the_environment_that_is_set() {
    let vendor = Vendor::start(live(), Content::empty()).expect("a port is free");
    let database = Database::create().await;
    let plain = connection(&vendor, &database, "tokens");
    run(&plain).await;
    let set = connection(&vendor, &database, "tokens").in_schema("with_environment");
    run(&set.with_param("environment_id", &["env_7"]).expect("it is declared")).await;
    let requests = vendor.requests();
    let paths: Vec<&str> = requests.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "/api/v1/management/authentication/api-token",
            "/api/v1/management/authentication/env_7/api-token"
        ]
    );
    vendor.finish();
    database.drop().await;
}

/// Whoever knows such an address can post there.
#[tokio::test]
async fn the_address_of_a_webhook_opens_nothing_for_who_reads_its_table() {
    let columns = live().resources.iter().flat_map(|resource| resource.columns);
    let addresses: Vec<_> = columns.filter(|column| column.name == "url").collect();
    assert_eq!(addresses.len(), 3);
    assert!(addresses.iter().all(|column| column.secret_address), "{addresses:?}");
    let url = "https://hooks.example.com/services/T0/B0/canary1234canary1234";
    let item = json!({"id": "e1", "url": url, "description": "", "createdAt": "2024-01-01T00:00:00Z",
        "updatedAt": "2024-01-01T00:00:00Z"});
    let content = Content::empty().with("webhook_endpoint", [item]);
    let vendor = Vendor::start(live(), content).expect("a port is free");
    let database = Database::create().await;
    run(&connection(&vendor, &database, "webhook_endpoint")).await;
    let kept = database.value("select to_jsonb(t) from webhook_apps.webhook_endpoint t").await;
    assert!(!kept.contains("canary1234"), "{kept}");
    assert!(kept.contains("https://hooks.example.com/services/T0/B0/hmac:"), "{kept}");
    vendor.finish();
    database.drop().await;
}
