//! Meltano, which runs a tap and a target of a project file, and keeps the state.

use std::fs;

use accounts_connector::CONNECTOR;
use serde_json::json;

use crate::stage::{Stage, program};
use crate::targets::carried;

#[tokio::test(flavor = "multi_thread")]
async fn meltano_carries_on_what_changed_and_fails_where_something_is_not_whole() {
    let mut stage = Stage::set(&CONNECTOR).await;
    let (_, place) =
        stage.database.url().split_once("://").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let project = include_str!("meltano.yml")
        .replace("TAP", &stage.own("tap").display().to_string())
        .replace("TARGET", &program("target-postgres", "target-postgres").display().to_string())
        .replace("BASE_URL", stage.vendor.base_url())
        .replace("API_KEY", &stage.vendor.key())
        .replace("DATABASE", &place);
    fs::write(stage.path("meltano.yml"), project).unwrap();
    let meltano = |stage: &Stage| {
        let mut meltano = stage.command(&program("meltano", "meltano"));
        let output = meltano.args(["run", "tap-accounts", "target-postgres"]).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (good, said) = meltano(&stage);
    assert!(good, "{said}");
    assert_eq!(carried(&stage).await, stage.tables().await);
    stage.edit("users", "id", &json!(999_999), "name");
    let (good, said) = meltano(&stage);
    assert!(good, "{said}");
    assert!(said.contains("`users`: 3 rows sent"), "{said}");
    let ours = stage.tables().await;
    assert_eq!(carried(&stage).await, ours);
    stage.tell("rows of the second run, of which one is deleted", &3);
    stage.edit("users", "id", &json!(999_998), "name");
    stage.break_listing("/users");
    let (good, said) = meltano(&stage);
    assert!(!good && said.contains("`users` is failed, and not sent"), "{said}");
    assert_eq!(carried(&stage).await["users"], ours["users"]);
    stage.tell("a run with a listing that is not whole", &"failed");
    stage.end("Meltano, tap-accounts and target-postgres").await;
}
