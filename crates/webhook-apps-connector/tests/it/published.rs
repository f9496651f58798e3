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
