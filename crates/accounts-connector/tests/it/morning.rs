//! What changed, what is set aside, what is unlike the model, and what is to be forgotten: the
//! options of the commands that tell.

use accounts_connector::CONNECTOR;
use connector_testkit::{Content, Database, Vendor};
use serde_json::json;

use crate::shell::Shell;

fn section(vendor: &Vendor, name: &str) -> String {
    format!(
        "[connections.{name}]\nconnector = \"accounts\"\nresources = [\"labels\", \"users\"]\nbase_url = \"{}\"\napi_key = \"env:KEY\"\n",
        vendor.base_url()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_left_is_told_as_the_options_say() {
    let labels = (0..30).map(|id| json!({"id": id, "name": "one", "colour": "red"}));
    let vendor = Vendor::start(&CONNECTOR, Content::empty().with("labels", labels)).unwrap();
    let database = Database::create().await;
    let file = section(&vendor, "north") + &section(&vendor, "south");
    let shell = Shell::new()
        .set("DATABASE_URL", &database.url())
        .set("KEY", &vendor.key())
        .file("mine.toml", &file);
    assert_eq!(shell.run("sync --config mine.toml --all").status, 0);
    vendor.edit("labels", |labels| {
        labels[0]["name"] = json!("two");
        labels.pop();
        labels.push(json!({"id": 77, "name": "new"}));
        labels.push(json!({"name": "nobody's"}));
    });
    let both = "--config mine.toml --connection north --connection south";
    assert_eq!(shell.run(&format!("sync {both} --wait")).status, 1);

    let said = shell.run("changes --config mine.toml --connection north --resource labels --keys");
    let told = "north: changes in 1 table (run 3, from 0s ago)\n  not proved whole, so that more may have changed: labels (incomplete)\n\n resource  new  changed  back  gone\n labels      1        1     0     0\n\nlabels (id):\n  new      77\n  changed  0\n";
    // A row that is set aside may be the one that is missing.
    let told_later = said.stdout.replace("from 1s ago", "from 0s ago").replace("run 4", "run 3");
    assert_eq!(told_later, told, "{said:?}");
    let few = shell.run("changes --config mine.toml --connection north --keys --limit 1");
    assert!(few.stdout.contains("  new      77\n  changed  0\n"), "{few:?}");
    let csv = shell.run("changes --config mine.toml --since 2 --csv --preset documented");
    assert_eq!(csv.stdout.lines().count(), 5, "{csv:?}");
    let fields = shell.run("changes --config mine.toml --connection north --fields");
    assert!(fields.stdout.contains("where no history is kept, it is not known how rows were"));
    let since = shell.run("changes --config mine.toml --since 1h --json");
    assert_eq!(since.json()["connections"][1]["resources"][1]["inserted"], 31, "{since:?}");
    let other = shell.run("changes --config mine.toml --connection north --schema south --json");
    assert_eq!(other.json()["connections"][0]["schema"], "south", "{other:?}");
    for (wrong, said) in [
        ("changes --since soon", "write a run as 41"),
        ("changes --config mine.toml --since 9999-01-01", "a time that is still to come"),
        ("changes --config mine.toml --resource label", "has no resource `label`"),
        ("changes --csv --json", "cannot be used with"),
    ] {
        let told = shell.run(wrong);
        assert!(told.status == 2 && told.stderr.contains(said), "{told:?}");
    }

    let kept =
        shell.run("quarantine --config mine.toml --connection south --resource labels --rows 1");
    assert!(kept.stdout.contains("  labels: 1 row on page 1: its key `id` is missing"), "{kept:?}");
    assert!(kept.stdout.contains(r#"page 1: {"name":"nobody's"}"#), "{kept:?}");
    let kept = shell.run("quarantine --config mine.toml --schema south --preset documented --connection north --json");
    assert_eq!(kept.json()["connections"][0]["resources"][0]["quarantined"], 1, "{kept:?}");

    let drift = shell.run("drift --config mine.toml --connection north --resource labels --mended");
    assert!(
        drift.stdout.contains("  labels: `colour` is new (string); kept in _extra"),
        "{drift:?}"
    );
    let drift = shell.run(
        "drift --config mine.toml --schema south --preset documented --connection north --json",
    );
    assert_eq!(drift.json()["connections"][0]["drift"][0]["still"], true, "{drift:?}");

    let page = shell.run("status --config mine.toml --html -");
    assert!(page.stdout.starts_with("<!DOCTYPE html>"), "{page:?}");
    assert!(page.stdout.contains("north") && !page.stdout.contains("nobody's"), "{page:?}");
    let metrics = shell.run("status --config mine.toml --prometheus metrics.prom");
    assert_eq!(metrics.stdout, "", "{metrics:?}");
    let metrics = std::fs::read_to_string(shell.path().join("metrics.prom")).unwrap();
    assert!(metrics.contains("connection=\"north\""), "{metrics}");
    let nowhere = shell.run("status --config mine.toml --serve nowhere");
    assert_eq!(nowhere.status, 2, "{nowhere:?}");

    let old = shell.run("forget --config mine.toml --older-than 1day --dry-run");
    assert_eq!(old.stdout, "nothing is that old\n", "{old:?}");
    // An age is easily mistyped, so the time is said.
    let all = "forget --config mine.toml --older-than 0s --dry-run";
    let all = shell.run(all);
    assert!(all.stdout.starts_with("records of runs that ended before 20"), "{all:?}");
    assert!(all.stdout.contains(" UTC:\n"), "{all:?}");
    let plan = shell.run("plan --config mine.toml --all");
    assert!(plan.stdout.contains("syncs would write 0 rows"), "{plan:?}");
    let refused = shell.run("forget south --config mine.toml --json");
    assert!(refused.status == 2 && refused.stderr.contains("with --json, no question is asked"));
    let gone = shell.run("forget south --config mine.toml --yes");
    assert!(gone.stdout.ends_with("forgotten; take [connections.south] out of mine.toml too, or the next `sync --all` starts it again\n"), "{gone:?}");
    assert_eq!(database.value("select to_regnamespace('south') is null").await, "true");
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_works_and_may_not_be_meant_is_warned_of() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    let database = Database::create().await;
    let file = format!(
        "[connections.accounts]\nbase_url = \"{}\"\napi_key = \"{}\"\nrequests_per_second = 0.5\nresources = [\"labels\"]\nschema = \"Weird Name\"\n",
        vendor.base_url(),
        vendor.key()
    );
    let env = format!("DATABASE_URL={}\n", database.url());
    let shell = Shell::new().file("connectors.toml", &file).file(".env", &env);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(shell.path().join(".env"), mode).unwrap();
    let said = shell.run("sync");
    assert_eq!(said.status, 0, "{said:?}");
    for part in [
        "the key of `accounts` stands in connectors.toml itself",
        "others may read the secrets in `.env`; take that away by `chmod 600 .env`",
        "the schema `Weird Name` has to be written in quotes in each statement",
    ] {
        assert!(said.stderr.contains(part), "no `{part}`: {said:?}");
    }
    let checked = shell.run("check --json").json();
    let settings = checked["connections"][0]["settings"].as_array().unwrap();
    let value = |name: &str| {
        settings.iter().find(|one| one["setting"] == name).unwrap()["value"].as_str().unwrap()
    };
    assert_eq!(value("requests_per_second"), "0.5");
    let url = url::Url::parse(&database.url()).unwrap();
    assert!(value("database_url").ends_with(url.path()), "{}", value("database_url"));
    assert!(!value("database_url").contains('@'), "{}", value("database_url"));
    for (line, told) in [
        ("api_key = file:key.txt", "line 2: the quotes around `api_key` are missing"),
        ("schema = weird", "line 2: the quotes around `schema` are missing"),
        (
            "requests_per_second = -5",
            "`requests_per_second` must be a number from 0.001 to 1000000",
        ),
        ("batch_rows = -5", "line 2: `batch_rows` must not be negative"),
    ] {
        let shell =
            Shell::new().file("connectors.toml", &format!("[connections.accounts]\n{line}\n"));
        let said = shell.run("sync");
        assert!(said.status == 2 && said.stderr.contains(told), "{line}: {said:?}");
    }
    vendor.finish();
    database.drop().await;
}
