//! The schema of `connectors.toml`: what editors take, and what they mark.

use std::fs;
use std::path::Path;

use connector_cli::File;
use serde_json::Value;

use crate::{folder, program, said};

/// A compiled schema.
struct Schema {
    schemas: boon::Schemas,
    index: boon::SchemaIndex,
}

impl Schema {
    fn of(text: &str) -> Self {
        let schema: Value = serde_json::from_str(text).expect("it is JSON");
        let mut schemas = boon::Schemas::new();
        let mut compiler = boon::Compiler::new();
        compiler.add_resource("connectors.toml.json", schema).expect("it is new");
        let index = compiler.compile("connectors.toml.json", &mut schemas).expect("it is a schema");
        Self { schemas, index }
    }

    fn check(&self, text: &str) -> Result<(), String> {
        let file: Value = toml::from_str(text).expect("it is TOML");
        let checked = self.schemas.validate(&file, self.index);
        checked.map_err(|error| error.to_string())
    }
}

#[test]
fn the_schema_takes_the_example_and_no_file_that_is_wrong() {
    let folder = folder();
    let (status, printed, _) = said(&program(folder.path(), &["schema"]).output().unwrap());
    assert_eq!(status, Some(0));
    let schema = Schema::of(&printed);
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../connectors.example.toml");
    schema.check(&fs::read_to_string(&example).unwrap()).unwrap();

    let file = folder.path().join("connectors.toml");
    let reads = |text: &str| {
        fs::write(&file, text).unwrap();
        File::read(Some(&file)).map(drop)
    };
    for right in [
        "",
        "[connections.a]\nconnector = 'accounts'\nresources = ['users']\nhistory = true",
        "[connections.accounts]\nresources.users = { history = true, deletes = { rows = 1 } }",
        "[connections.a]\nconnector = 'session_recording'\nparams = { uid = ['a', 'b'], platform = 'web' }",
        "[connections.a]\nconnector = 'datasets'\nparams = { unnamed = true, clean = 'false' }",
    ] {
        schema.check(right).unwrap_or_else(|error| panic!("{right}: {error}"));
        reads(right).unwrap();
    }
    for wrong in [
        "databse_url = 'env:A'",
        "memory_mib = 4",
        "[connections.Upper]",
        "[connections.a]\nbase_uri = 'https://a.example'",
        "[connections.a]\napi_key = 7",
        "[connections.a]\nresources = 'users'",
        "[connections.a]\nhistory = 1",
        "[connections.a]\nbatch_rows = -1",
        "[connections.a]\nsecrets = 'hide'",
        "[connections.a]\nkeep_history = { weeks = 1 }",
        "[connections.a.resources.users]\nlookback = 1",
    ] {
        assert!(schema.check(wrong).is_err(), "the schema takes: {wrong}");
        assert!(reads(wrong).is_err(), "and so does the program: {wrong}");
    }
    // What the program says later, when it looks at the connection.
    for wrong in [
        "[connections.a]\nconnector = 'acounts'",
        "[connections.a]\nrequests_per_second = 0",
        "[connections.a]\nrequests_at_a_time = 0",
        "[connections.a]\nbatch_rows = 0",
        "[connections.a]\ndeletes = { share = 30 }",
        "[connections.a]\nkeep_history = { days = 0 }",
        "[connections.a]\nconnector = 'accounts'\nonly_resources = ['user']",
        "[connections.a]\nconnector = 'accounts'\nhistory = ['user']",
        "[connections.a]\nconnector = 'accounts'\nresources.user = {}",
        "[connections.a]\nconnector = 'accounts'\nparams = { acount = 'current' }",
        "[connections.a]\nconnector = 'session_recording'\nparams = { platform = 'desktop' }",
    ] {
        assert!(schema.check(wrong).is_err(), "the schema takes: {wrong}");
    }
}

#[test]
fn a_new_file_names_the_schema_beside_it_and_one_that_is_there_stays_as_it_is() {
    let folder = folder();
    let init = |connection: &str, config: &str| {
        let words = format!(
            "accounts init --yes --no-check --connection {connection} --config {config} --base-url https://api.example.com"
        );
        let words: Vec<&str> = words.split(' ').collect();
        let mut program = program(folder.path(), &words);
        let output = program.env("EU_API_KEY", "k").env("US_API_KEY", "k").output();
        let (status, said, stderr) = said(&output.unwrap());
        assert_eq!(status, Some(0), "{said}{stderr}");
        said
    };
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let told = init("eu", "connectors.toml");
    assert!(told.contains("wrote .connectors.schema.json, "), "{told}");
    let text = read("connectors.toml");
    assert!(text.starts_with("#:schema ./.connectors.schema.json\n\n[connections.eu]\n"), "{text}");
    let schema = Schema::of(&read(".connectors.schema.json"));
    schema.check(&text).unwrap();
    // The program has all connectors, so the file may have no others.
    assert!(schema.check("[connections.a]\nconnector = 'another'").is_err());
    fs::write(folder.path().join(".connectors.schema.json"), "that of an older version").unwrap();
    init("us", "connectors.toml");
    assert!(read("connectors.toml").starts_with(&text), "a section is added, and nothing else");
    Schema::of(&read(".connectors.schema.json"));

    fs::create_dir(folder.path().join("own")).unwrap();
    fs::write(folder.path().join("own/one.toml"), "memory_mib = 32\n").unwrap();
    let told = init("eu", "own/one.toml");
    assert!(read("own/one.toml").starts_with("memory_mib = 32\n") && !told.contains("schema"));
    assert!(!folder.path().join("own/.connectors.schema.json").exists());
}
