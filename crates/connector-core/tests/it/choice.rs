//! Columns of a person's choice: what is left out is nowhere, and what is veiled can be told apart.

use connector_core::{Choice, Connection, Json, Look, Record, Report, Resource, plan};
use connector_testkit::Content;
use serde_json::{Value, json};

use crate::support::{Play, complete};

#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Person {
    id: String,
    name: String,
    #[record(alias = "mail")]
    email: Option<String>,
    age: Option<i64>,
    detail: Option<Json>,
}

const PEOPLE: Resource = Resource::new::<Person>("people", "/people").select(&["data"]);

/// Every value of a person that is not to be anywhere.
const CANARY: &str = "canary";

fn person(id: &str, version: u32) -> Value {
    json!({
        "id": id, "name": format!("Person {version}"), "email": format!("{CANARY}-1@example.com"), "age": 31_337_001,
        "detail": {"city": "x", "phones": [{"number": format!("{CANARY}-2"), "kind": "home"}], "text": format!("{version}")},
        "notes": format!("{CANARY}-3"), "contact": {"private": format!("{CANARY}-4"), "ok": 1},
    })
}

/// The same with everything where the model does not have it, and rows without a place.
fn odd(version: u32) -> Vec<Value> {
    vec![
        json!({"id": "b", "mail": format!("{CANARY}-5"), "email": {"a": format!("{CANARY}-6")}, "name": version}),
        json!({"id": "c", "name": "n", "detail": format!("{{\"phones\":\"{CANARY}-7\"}}"), "age": format!("{CANARY}-8")}),
        json!({"name": format!("nobody {version}"), "email": format!("{CANARY}-9"), "notes": format!("{CANARY}-10")}),
        json!({"person": {"email": format!("{CANARY}-11"), "e-mail": 1}}),
        json!([[{"email": format!("{CANARY}-12")}]]),
        json!({"id": "d", "name": "n", "wrapped": {"notes": format!("{CANARY}-13"), "number": format!("{CANARY}-14")}}),
    ]
}

fn choosing(play: &Play) -> Connection {
    play.connection()
        .with_history()
        .excluding(&["email", "age", "detail.phones.number", "_extra.notes"])
        .fingerprinting(&["_extra.contact.private"])
}

/// All rows of all tables, with what is defined beside them, as one text.
async fn everything(play: &Play) -> String {
    let tables = "select format('%I.%I', schemaname, tablename) as name from pg_tables \
                  where schemaname not in ('pg_catalog', 'information_schema') order by 1";
    let mut all = String::new();
    for table in play.database.rows(tables).await {
        let name = table["name"].as_str().unwrap();
        for row in play.database.rows(&format!("select t::text as row from {name} t")).await {
            all.push_str(row["row"].as_str().unwrap());
        }
    }
    all
}

/// All bytes of a dump, where the machine has a program for it that knows the server.
fn dump(play: &Play) -> String {
    let dump = std::process::Command::new("pg_dump").arg(play.database.url()).output();
    let dump = dump.ok().filter(|dump| dump.status.success());
    dump.map(|dump| String::from_utf8_lossy(&dump.stdout).into_owned()).unwrap_or_default()
}

async fn no_canary(play: &Play, report: &Report) {
    let all = everything(play).await + &dump(play);
    let at = |text: &str| {
        text.find(CANARY)
            .map(|at| text[at.saturating_sub(200)..].chars().take(300).collect::<String>())
    };
    assert_eq!(at(&all), None);
    assert!(!all.contains("31337001"), "a number that is left out is there");
    let said = format!("{}{}", report.to_text(), serde_json::to_string(report).unwrap());
    assert_eq!(at(&said), None);
}

#[tokio::test]
async fn what_is_left_out_is_in_no_table_and_in_no_report() {
    let play = Play::new(&[PEOPLE], Content::empty().with("people", [person("a", 1)])).await;
    for version in 1..4 {
        play.vendor.edit("people", |people| {
            *people = odd(version);
            people.push(person("a", version));
        });
        let report = play.sync_as(&choosing(&play)).await;
        no_canary(&play, &report).await;
    }
    let kept = "select detail #>> '{phones,0,kind}' || ' ' || (detail #> '{phones,0,number}') || ' ' || (_extra #>> '{contact,ok}') \
                || ' ' || ((_extra #>> '{contact,private}') like 'hmac:%') || ' ' || (email is null and age is null) from hostile.people where id = 'a'";
    assert_eq!(play.database.value(kept).await, "home null 1 true true");
    let closed = "select count(*) from hostile.people_history where id = 'a'";
    assert_eq!(play.database.value(closed).await, "2");
    let missing = "select count(*) from sync.drift where field = 'email' and kind = 'missing'";
    assert_eq!(play.database.value(missing).await, "0");
    // What is left out is no field that is kept in `_extra`, as another one is.
    let kept = "select count(*) filter (where field = 'notes') || ' ' || count(*) filter (where field = 'contact') \
                from sync.drift where kind = 'unknown'";
    assert_eq!(play.database.value(kept).await, "0 1");
    play.end().await;
}

#[tokio::test]
async fn a_choice_that_is_new_is_applied_to_rows_that_are_there_and_makes_no_version() {
    let play = Play::new(&[PEOPLE], Content::empty().with("people", [person("a", 1)])).await;
    let before = || play.connection().with_history().allow_deletes();
    play.vendor.edit("people", |people| people.extend([person("gone", 1), person("z", 1)]));
    complete(play.sync_as(&before()).await);
    play.vendor.edit("people", |people| *people = vec![person("a", 2), person("z", 1)]);
    complete(play.sync_as(&before()).await);
    play.vendor.edit("people", |people| people.extend(odd(1)));
    play.sync_as(&before()).await;
    assert!(everything(&play).await.contains(CANARY));
    let planned = plan(
        &choosing(&play),
        connector_core::DateTime::from_timestamp(1_760_000_000, 0).unwrap(),
        0,
    )
    .await
    .unwrap();
    let told = planned.to_plan(Look::default());
    assert!(told.contains("`email`") && told.contains("; to be applied to "), "{told}");
    assert!(everything(&play).await.contains(CANARY), "a plan changes nothing");
    play.vendor.edit("people", |people| people.truncate(2));
    let report = play.sync_as(&choosing(&play)).await;
    no_canary(&play, &report).await;
    assert_eq!(
        (report.resources[0].updated, report.resources[0].versions),
        (0, 0),
        "{}",
        report.to_text()
    );
    let told = report.to_text();
    assert!(told.contains("left out") && told.contains("; applied to "), "{told}");
    let again = play.sync_as(&choosing(&play)).await;
    assert!(again.chosen.is_empty(), "it is done once");
    // What comes back is read again.
    let report = complete(play.sync_as(&before()).await);
    assert_eq!(report.updated, 2);
    assert!(everything(&play).await.contains(CANARY));
    play.end().await;
}

#[tokio::test]
async fn a_fingerprint_tells_values_apart_and_is_the_same_for_rows_that_were_there() {
    let play =
        Play::new(&[PEOPLE], Content::empty().with("people", [person("a", 1), person("b", 1)]))
            .await;
    complete(play.sync().await);
    let veiling = || play.connection().fingerprinting(&["email", "detail.city"]);
    let report = complete(play.sync_as(&veiling()).await);
    assert_eq!((report.updated, report.unchanged), (0, 2));
    let same = "select count(distinct email) || ' ' || min(left(email, 5)) || ' ' || min(left(detail ->> 'city', 5)) from hostile.people";
    assert_eq!(play.database.value(same).await, "1 hmac: hmac:");
    play.end().await;
}

#[tokio::test]
async fn what_cannot_be_missed_is_refused_with_the_nearest_right_name() {
    let play = Play::new(&[PEOPLE], Content::empty()).await;
    for (choice, words) in [
        (&["emial"][..], "did you mean `email`"),
        (&["id"], "rows are told apart by it"),
        (&["name.first"], "has no members"),
    ] {
        let refused = play.connection().excluding(choice).choices().unwrap_err();
        let said = format!("{refused} {}", refused.advice().unwrap_or_default());
        assert!(said.contains(words), "{said}");
    }
    let refused = play.connection().fingerprinting(&["age"]).choices().unwrap_err();
    assert!(refused.to_string().contains("no room for a fingerprint"), "{refused}");
    let mut connection = play.connection();
    connection.settings.change(|settings| {
        settings.choice = Choice { exclude: vec!["emails".to_owned()], ..Choice::default() };
    });
    assert_eq!(play.try_sync_as(&connection).await.unwrap_err().exit_status(), 2);
    play.end().await;
}

/// An account, whose secrets are in columns, inside of one, in an address and where no column is.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Account {
    id: String,
    version: Option<i64>,
    #[record(secret)]
    password: Option<String>,
    #[record(secret_members("pin"))]
    detail: Option<Json>,
}

const ACCOUNTS: Resource = Resource::new::<Account>("accounts", "/accounts").select(&["data"]);

#[tokio::test]
async fn secrets_that_were_kept_are_nowhere_once_they_are_not_to_be() {
    let account = |id: &str, version: u32| {
        json!({
            "id": id, "version": version, "password": format!("{CANARY}-1"), "apiToken": format!("{CANARY}-2"),
            "detail": {"pin": format!("{CANARY}-3"), "city": "x"},
        })
    };
    let homeless = json!({"password": format!("{CANARY}-4"), "text": "x".repeat(100_000)});
    let content = Content::empty().with("accounts", [account("a", 1), account("gone", 1)]);
    let play = Play::new(&[ACCOUNTS], content).await;
    let veiling = || play.connection().with_history().allow_deletes();
    let keeping = || veiling().keep_secrets();
    complete(play.sync_as(&keeping()).await);
    play.vendor.edit("accounts", |accounts| *accounts = vec![account("a", 2)]);
    complete(play.sync_as(&keeping()).await);
    play.vendor.edit("accounts", |accounts| accounts.extend([homeless, account("b", 1)]));
    play.sync_as(&keeping()).await;
    assert!(everything(&play).await.contains(CANARY));
    // Where rows come without their secrets now, only those that are there tell.
    play.vendor.edit("accounts", |accounts| accounts.truncate(1));
    let report = play.sync_as(&veiling()).await;
    no_canary(&play, &report).await;
    assert_eq!(
        (report.resources[0].updated, report.resources[0].versions),
        (0, 0),
        "{}",
        report.to_text()
    );
    insta::assert_snapshot!(report.chosen.join("\n"), @"`accounts`: from now on secrets are kept as fingerprints; applied to 3 rows that were there");
    let kept = "select version || ' ' || (detail ->> 'city') from hostile.accounts_versions where id = 'a' order by version";
    assert_eq!(play.database.rows(kept).await.len(), 2);
    assert!(play.sync_as(&veiling()).await.chosen.is_empty(), "it is done once");
    play.end().await;
}
