//! The standard tests of Airbyte's CDK, as they are.

use std::fs;

use accounts_connector::CONNECTOR;
use serde_json::json;

use crate::stage::{Stage, program};

const TESTS: &str = r#"connector_image: source-accounts:dev
test_strictness_level: high
acceptance_tests:
  spec:
    tests: [{spec_path: "spec.json", config_path: "secrets/config.json"}]
  connection:
    tests:
      - {config_path: "secrets/config.json", status: "succeed"}
      - {config_path: "secrets/wrong.json", status: "failed"}
  discovery:
    tests: [{config_path: "secrets/config.json"}]
  basic_read:
    tests: [{config_path: "secrets/config.json", empty_streams: []}]
  full_refresh:
    tests: [{config_path: "secrets/config.json"}]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_standard_tests_of_airbyte_pass_as_they_are() {
    let mut stage = Stage::set(&CONNECTOR).await;
    for folder in ["source-accounts/secrets", "source-accounts/unit_tests"] {
        fs::create_dir_all(stage.path(folder)).unwrap();
    }
    let mut wrong = stage.settings();
    wrong["base_url"] = json!("http://127.0.0.1:1");
    stage.write("source-accounts/secrets/config.json", &stage.settings());
    stage.write("source-accounts/secrets/wrong.json", &wrong);
    let hooks = "pytest_plugins = [\"airbyte_cdk.test.standard_tests.pytest_hooks\"]\n";
    for (name, content) in [
        ("acceptance-test-config.yml", TESTS),
        ("unit_tests/conftest.py", hooks),
        ("unit_tests/test_standard.py", include_str!("standard.py")),
    ] {
        fs::write(stage.path("source-accounts").join(name), content).unwrap();
    }
    let mut tests = stage.command(&program("airbyte-cdk", "python"));
    tests.args([
        "-m",
        "pytest",
        "-q",
        "-rs",
        "-p",
        "no:cacheprovider",
        "-m",
        "not image_tests",
        "unit_tests",
    ]);
    tests.current_dir(stage.path("source-accounts")).env("PEERS_SOURCE", stage.own("source"));
    let output = tests.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    let last = said.lines().last().unwrap();
    let told: Vec<&str> = last.split(" in ").next().unwrap().split(", ").collect();
    assert!(told.contains(&"7 passed"), "{said}");
    stage.tell("tests", &told[..2].join(", "));
    let found = |what: &str| said.lines().filter(|line| line.contains(what)).count();
    // Settings that do not work are there to be checked, and for nothing else.
    let skipped = found("SKIPPED");
    assert_eq!(skipped, found("run for scenario 'wrong'"), "{said}");
    // As a type that PyAirbyte takes for JSON, and that every value of the vendor has, has no other name.
    let warned = found("- Stream '");
    assert_eq!(warned, found("unknown airbyte_type 'object'"), "{said}");
    stage.tell(
        "warnings that a column's type is called `object`, as PyAirbyte wants it for JSON",
        &warned,
    );
    stage.end("Airbyte CDK, standard tests of source-accounts").await;
}
