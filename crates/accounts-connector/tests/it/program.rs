//! The program itself, with a vendor that puts the key and rows into whatever could be shown.

use std::process::Command;

use accounts_connector::CONNECTOR;
use connector_testkit::{Answer, Content, Database, Vendor};

const KEY: &str = "canary-key-0123";
const VALUE: &str = "canary@example.com";

/// What a run says on stdout and stderr, with everything logged that can be.
fn said(vendor: &Vendor, database: &Database) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_accounts-connector"))
        .args(["sync", "--json", "--resource", "users"])
        .env("ACCOUNTS_API_KEY", KEY)
        .env("ACCOUNTS_BASE_URL", vendor.base_url())
        .env("DATABASE_URL", database.url())
        .env("RUST_LOG", "trace")
        .output()
        .unwrap();
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[tokio::test]
async fn a_run_that_logs_everything_shows_neither_the_key_nor_a_row() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    vendor.set_key(KEY);
    let database = Database::create().await;
    let row = format!(r#"{{"id": 1, "name": "{VALUE}", "email": "{VALUE}", "other": "{VALUE}"}}"#);
    let rows = format!(r#"{{"_data": [{row}]}}"#);
    let error = format!(r#"{{"_data": [], "error": {{"code": "{KEY}", "message": "{KEY}"}}}}"#);
    let answers = [
        Answer::json(200, &rows),
        Answer::json(200, &rows).cut_after(rows.len() - 3),
        Answer::json(200, &rows).truncated(rows.len() - 3),
        Answer::json(200, &format!(r#"{{"_data": [{{"name": "{VALUE}"}}]}}"#)),
        Answer::json(200, &format!(r#"{{"{VALUE}": [{row}], "{KEY}": 1}}"#)),
        Answer::json(200, &error),
        Answer::json(400, &error),
        Answer::json(401, &error),
        Answer::html(200, &format!("<h1>{KEY} {VALUE}</h1>")),
        Answer::json(302, "").header("location", &format!("https://{KEY}.example.com/{VALUE}")),
    ];
    for answer in answers {
        let script = answer.clone();
        vendor.on(move |_, _| script.clone());
        let told = said(&vendor, &database);
        assert!(told.contains("TRACE") && told.contains("asking"), "nothing was logged: {told}");
        assert!(!told.contains("canary"), "{answer:?}: {told}");
    }
    // Postgres quotes the row that it refuses.
    database
        .execute(
            "alter table accounts.users add constraint short check (length(name) < 9) not valid",
        )
        .await;
    vendor.on(move |_, _| Answer::json(200, &rows.replace(VALUE, &format!("new-{VALUE}"))));
    let told = said(&vendor, &database);
    assert!(told.contains("`short` of table `users` is violated"), "{told}");
    assert!(!told.contains("canary"), "{told}");
    vendor.finish();
    database.drop().await;
}
