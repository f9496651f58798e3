//! What the published specification of the live API says, and the document does not.

use browser_profiles_connector::CONNECTOR;
use connector_core::{Connection, DateTime, Report, Verdict, sync};
use connector_testkit::{Content, Database, Vendor};
use serde_json::{Value, json};

const PROFILE: &str = "p1";

fn cookie(rest: &Value) -> Value {
    let mut cookie = json!({"domain": ".shop.example", "path": "/", "name": "sid", "value": "v"});
    for (name, value) in rest.as_object().expect("they are members") {
        cookie[name] = value.clone();
    }
    cookie
}

async fn cookies(cookies: Vec<Value>) -> (Report, Vec<Value>) {
    let live = CONNECTOR.with_preset("live").expect("the preset is the connector's own");
    let content = Content::empty()
        .with("profiles", [json!({"id": PROFILE})])
        .with(("browser_cookies", PROFILE), cookies);
    let vendor = Vendor::start(live, content).expect("a port is free");
    let database = Database::create().await;
    let url = Some(database.url().into());
    let connection = Connection::to(live, vendor.base_url(), vendor.key().into(), url)
        .and_then(|connection| connection.select(&["browser_cookies"]))
        .expect("it is declared")
        .without_rate_limit();
    let report = sync(&connection, DateTime::UNIX_EPOCH).await.expect("all is there");
    let query =
        "select uuid, creation_date, _extra from browser_profiles.browser_cookies order by uuid";
    let rows = database.rows(query).await;
    vendor.finish();
    database.drop().await;
    (report, rows)
}

#[tokio::test]
async fn cookies_that_only_their_partition_tells_apart_are_all_kept() {
    let (report, rows) = cookies(vec![
        cookie(&json!({})),
        cookie(&json!({"partitionKey": {"topLevelSite": "https://a.example"}})),
        cookie(&json!({"partitionKey": "https://b.example"})),
    ])
    .await;
    assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
    assert_eq!(rows.len(), 3, "{rows:?}");
}

#[tokio::test]
async fn cookies_that_nothing_tells_apart_are_not_lost_in_silence() {
    let (report, rows) =
        cookies(vec![cookie(&json!({})), cookie(&json!({"hostOnly": true}))]).await;
    assert_eq!((report.verdict, rows.len()), (Verdict::Incomplete, 1), "{}", report.to_text());
}

#[tokio::test]
async fn a_cookie_without_a_time_or_with_one_since_1601_is_no_drift_of_all() {
    let time = |name: &str, time: &Value| cookie(&json!({"name": name, "creationDate": time}));
    let (report, rows) = cookies(vec![
        time("a", &json!(1_700_000_000.5)),
        time("b", &json!(13_345_678_900_123_456_i64)),
        cookie(&json!({"name": "c"})),
    ])
    .await;
    assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
    let (with, without) = rows.split_at(1);
    assert!(
        with[0]["creation_date"].as_str().is_some_and(|time| time.starts_with("2023-11-14T")),
        "{with:?}"
    );
    assert!(without.iter().all(|row| row["creation_date"].is_null()), "{without:?}");
    assert_eq!(without[0]["_extra"], json!({"creationDate": 13_345_678_900_123_456_i64}));
    let cookies = report.resources.iter().find(|one| one.resource == "browser_cookies");
    assert!(
        cookies.expect("it was read").drift.iter().all(|drift| drift.kind != "missing"),
        "{cookies:?}"
    );
}
