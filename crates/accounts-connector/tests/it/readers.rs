//! What a source of Airbyte and a tap of Singer say, message by message.

use accounts_connector::CONNECTOR;
use connector_testkit::{Answer, Content, Database, Vendor};
use serde_json::{Value, json};

use crate::shell::{Said, Shell};

/// What is another one in each run.
const VARYING: [&str; 7] = [
    "_deleted_at",
    "_first_seen_at",
    "_last_changed_at",
    "emitted_at",
    "run_began",
    "tables_since",
    "time_extracted",
];

/// A vendor with two users and a label, a database, and a folder with the settings.
struct Scene {
    vendor: Vendor,
    database: Database,
    shell: Shell,
}

impl Scene {
    async fn set() -> Self {
        let users = [json!({"id": 1, "name": "Ada \u{e9}\n"}), json!({"id": 2, "colour": "red"})];
        let content = Content::empty().with("users", users).with("labels", [json!({"id": 7})]);
        let vendor = Vendor::start(&CONNECTOR, content).unwrap();
        let database = Database::create().await;
        let settings = json!({
            "base_url": vendor.base_url(),
            "api_key": vendor.key(),
            "database_url": database.url(),
            "only_resources": ["users", "labels"],
            "deletes": {"rows": 100},
            "preset": null,
        });
        // What the caller gives counts before variables that are there for others.
        let shell = Shell::new()
            .file("config.json", &settings.to_string())
            .set("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nowhere")
            .set("ACCOUNTS_API_KEY", "another");
        Self { vendor, database, shell }
    }

    fn write(&self, name: &str, content: &Value) {
        std::fs::write(self.shell.path().join(name), content.to_string()).unwrap();
    }

    fn edit(&self) {
        self.vendor.edit("users", |users| {
            users[0]["name"] = json!("Ada");
            users.remove(1);
        });
    }

    async fn end(self) {
        self.vendor.finish();
        self.database.drop().await;
    }
}

/// The messages of a command: each line is one.
fn messages(said: &Said) -> Vec<Value> {
    let message = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
    said.stdout.lines().map(message).collect()
}

/// The exit status, and the messages without what varies.
fn shown(said: &Said) -> String {
    fn steady(value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    if VARYING.contains(&name.as_str()) && (value.is_string() || value.is_number())
                    {
                        *value = json!("TIME");
                    }
                    steady(value);
                }
            }
            Value::Array(values) => values.iter_mut().for_each(steady),
            _ => {}
        }
    }
    let mut text = format!("exit status {}\n", said.status);
    for mut message in messages(said) {
        steady(&mut message);
        text.extend([&message.to_string(), "\n"]);
    }
    text
}

/// A catalog as Airbyte configures it.
fn configured(catalog: &Value, sync_mode: &str) -> Value {
    let streams = catalog["catalog"]["streams"].as_array().unwrap().iter();
    let streams: Vec<Value> = streams
        .map(|stream| json!({"stream": stream, "sync_mode": sync_mode, "destination_sync_mode": "append_dedup"}))
        .collect();
    json!({"streams": streams})
}

/// The states among messages, as they are given back.
fn states(messages: &[Value]) -> Value {
    let states = messages.iter().filter(|message| message["type"] == "STATE");
    states.map(|message| message["state"].clone()).collect()
}

/// The ids of the records among messages.
fn records(messages: &[Value]) -> Vec<u64> {
    let records = messages.iter().filter(|message| message["type"] == "RECORD");
    let id = |message: &Value| {
        message["record"].pointer("/data/id").or(message["record"].get("id"))?.as_u64()
    };
    records.map(|message| id(message).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_of_airbyte_says_this() {
    let scene = Scene::set().await;
    let run = |words: &str| scene.shell.run(&format!("airbyte {words} --config config.json"));
    insta::assert_snapshot!("airbyte-spec", shown(&scene.shell.run("airbyte spec")));
    let checked = run("check");
    assert_eq!(
        shown(&checked),
        "exit status 0\n{\"connectionStatus\":{\"message\":null,\"status\":\"SUCCEEDED\"},\"type\":\"CONNECTION_STATUS\"}\n",
        "{checked:?}"
    );
    let discovered = run("discover");
    insta::assert_snapshot!("airbyte-catalog", shown(&discovered));
    scene.write("catalog.json", &configured(&messages(&discovered)[0], "incremental"));
    scene.write("state.json", &json!([]));
    let first = run("read --catalog catalog.json --state state.json");
    insta::assert_snapshot!("airbyte-first-read", shown(&first));
    // One row changed, one is gone, and one resource cannot be read.
    scene.edit();
    scene.vendor.on(|request, honest| {
        if request.path.ends_with("/labels") { Answer::json(403, &json!({})) } else { honest }
    });
    scene.write("state.json", &states(&messages(&first)));
    let second = run("read --catalog catalog.json --state state.json");
    insta::assert_snapshot!("airbyte-second-read", shown(&second));
    // What could not be sent comes when it can, and nothing else.
    scene.vendor.honest();
    scene.vendor.edit("labels", |labels| labels.push(json!({"id": 8})));
    let mut all = states(&messages(&first)).as_array().unwrap().clone();
    all.extend(states(&messages(&second)).as_array().unwrap().clone());
    scene.write("state.json", &json!(all));
    let third = run("read --catalog catalog.json --state state.json");
    assert_eq!((third.status, records(&messages(&third))), (0, vec![8]), "{third:?}");
    // In full, whatever the state says, deleted rows among them.
    scene.write("catalog.json", &configured(&messages(&discovered)[0], "full_refresh"));
    let full = run("read --catalog catalog.json --state state.json");
    assert_eq!((full.status, records(&messages(&full))), (0, vec![1, 2, 7, 8]), "{full:?}");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tap_of_singer_says_this() {
    let scene = Scene::set().await;
    let run = |words: &str| scene.shell.run(&format!("singer --config config.json {words}"));
    let discovered = run("--discover");
    insta::assert_snapshot!("singer-catalog", shown(&discovered));
    let first = run("");
    insta::assert_snapshot!("singer-first-read", shown(&first));
    scene.edit();
    let state = messages(&first).pop().unwrap();
    assert_eq!(state["type"], "STATE");
    scene.write("state.json", &state["value"]);
    // Of one stream, without one of its columns.
    let mut catalog = messages(&discovered).remove(0);
    catalog["streams"][1]["metadata"][0]["metadata"]["selected"] = json!(false);
    for about in catalog["streams"][0]["metadata"].as_array_mut().unwrap() {
        let name = about["breadcrumb"][1].as_str().unwrap_or("selected").to_owned();
        about["metadata"]["selected"] =
            json!(!matches!(name.as_str(), "phone" | "id" | "_deleted_at"));
    }
    scene.write("catalog.json", &catalog);
    let other_columns = run("--catalog catalog.json --state state.json");
    assert_eq!((other_columns.status, records(&messages(&other_columns))), (0, vec![1, 2]));
    let row = &messages(&other_columns)[1]["record"];
    assert!(row.get("phone").is_none() && row.get("_deleted_at").is_some(), "{row}");
    let second = run("--state state.json");
    insta::assert_snapshot!("singer-second-read", shown(&second));
    let state = messages(&second).pop().unwrap();
    scene.write("state.json", &state["value"]);
    let third = run("--state state.json");
    assert_eq!((third.status, records(&messages(&third)).len()), (0, 0), "{third:?}");
    // All of it, where the catalog wants the table.
    catalog["streams"][0]["metadata"][0]["metadata"]["replication-method"] = json!("FULL_TABLE");
    scene.write("catalog.json", &catalog);
    let full = run("--properties catalog.json --state state.json");
    let said = messages(&full);
    assert_eq!((full.status, records(&said)), (0, vec![1, 2]), "{full:?}");
    assert!(said.iter().any(|message| message["type"] == "ACTIVATE_VERSION"), "{full:?}");
    // An unproved listing is not sent, and the state of what was read stays.
    scene.vendor.on(|request, honest| {
        if request.path.ends_with("/users") { Answer::json(403, &json!({})) } else { honest }
    });
    let failed = run("--state state.json");
    let said = messages(&failed);
    assert_eq!((failed.status, records(&said).len()), (1, 0), "{failed:?}");
    assert!(failed.stderr.contains("error: `users` is failed, and not sent: "), "{failed:?}");
    let kept = &said.last().unwrap()["value"]["bookmarks"];
    assert_eq!(kept["users"], state["value"]["bookmarks"]["users"]);
    assert_ne!(kept["labels"], state["value"]["bookmarks"]["labels"]);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_caller_gives_by_mistake_is_told_without_quoting_it() {
    let scene = Scene::set().await;
    let good = std::fs::read_to_string(scene.shell.path().join("config.json")).unwrap();
    let good: Value = serde_json::from_str(&good).unwrap();
    let with = |name: &str, value: Value| {
        let mut settings = good.clone();
        settings[name] = value;
        settings
    };
    let mut text = String::new();
    for (what, settings) in [
        ("no object", json!(["canary-0815"])),
        ("an unknown setting", with("api_kee", json!("canary-0815"))),
        ("another type", with("batch_rows", json!("canary-0815"))),
        ("a number out of range", with("batch_rows", json!(0))),
        ("no key", with("api_key", Value::Null)),
        ("an unknown resource", with("only_resources", json!(["userz"]))),
        ("a name that is none", with("connection", json!("Accounts EU"))),
    ] {
        scene.write("config.json", &settings);
        let shell = Shell::new();
        let file = scene.shell.path().join("config.json").display().to_string();
        let said = shell.run(&format!("airbyte discover --config {file}"));
        let checked = shell.run(&format!("airbyte check --config {file}"));
        for said in [&said, &checked] {
            assert!(!said.text().contains("canary-0815"), "{said:?}");
        }
        assert_eq!(
            (checked.status, &messages(&checked)[0]["connectionStatus"]["status"]),
            (0, &json!("FAILED"))
        );
        // The catalog needs no key.
        let wrong = if said.status == 0 { &checked } else { &said };
        let told = shown(wrong).replace(&file, "config.json");
        text.extend([what, ": ", &told, "\n"]);
    }
    scene.write("config.json", &good);
    let state = json!({"bookmarks": {"users": {"run_id": "canary-0815"}}});
    for (what, catalog, state) in [
        (
            "an unknown stream",
            json!({"streams": [{"stream": {"name": "userz"}, "sync_mode": "incremental"}]}),
            json!([]),
        ),
        (
            "an unknown mode",
            json!({"streams": [{"stream": {"name": "users"}, "sync_mode": "canary-0815"}]}),
            json!([]),
        ),
        ("no stream", json!({"streams": []}), json!([])),
        (
            "another's state",
            json!({"streams": [{"stream": {"name": "users"}, "sync_mode": "incremental"}]}),
            state,
        ),
    ] {
        scene.write("catalog.json", &catalog);
        scene.write("state.json", &state);
        let said = scene
            .shell
            .run("airbyte read --config config.json --catalog catalog.json --state state.json");
        assert!(!said.text().contains("canary-0815"), "{said:?}");
        text.extend([what, ": ", &shown(&said), "\n"]);
    }
    scene.write("state.json", &json!({"bookmarks": {"users": {"run_id": "canary-0815"}}}));
    let said = scene.shell.run("singer --config config.json --state state.json");
    assert!(
        said.status == 2
            && said.stderr.contains("the file `state.json` of --state is not what is expected"),
        "{said:?}"
    );
    assert!(!said.text().contains("canary-0815"), "{said:?}");
    insta::assert_snapshot!("reader-mistakes", text);
    scene.end().await;
}
