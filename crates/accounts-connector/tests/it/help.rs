//! What the program says of itself.

use crate::shell::Shell;

#[test]
fn the_help_of_every_command_is_this() {
    let shell = Shell::new();
    let mut all = String::new();
    let top = shell.run("--help");
    let names = top.stdout.split("Commands:\n").nth(1).unwrap();
    let names = names.lines().take_while(|line| !line.is_empty());
    let names = names.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<&str> = names.filter_map(|line| line.split_whitespace().next()).collect();
    let names: Vec<&str> = names.into_iter().filter(|name| *name != "help").collect();
    assert!(names.contains(&"sync") && names.contains(&"status"), "{names:?}");
    let help: Vec<String> = names.iter().map(|name| format!("{name} --help")).collect();
    for arguments in std::iter::once("--help").chain(help.iter().map(String::as_str)) {
        let said = shell.run(arguments);
        assert_eq!((said.status, said.stderr.as_str()), (0, ""));
        all.extend(["$ accounts-connector ", arguments, "\n\n", &said.stdout, "\n"]);
        // What `-h` shows in short, a person reads in a window of usual width.
        let short = shell.run(arguments.replace("--help", "-h").as_str());
        assert_eq!(short.status, 0);
    }
    insta::assert_snapshot!("help", all);
}

#[test]
fn the_resources_and_their_columns_are_shown() {
    let shell = Shell::new();
    insta::assert_snapshot!("resources", shell.run("resources").text());
    insta::assert_snapshot!("resources-one", shell.run("resources users").text());
    let live = shell.run("resources --preset live");
    assert!(live.stdout.contains("/api/v2/"), "{live:?}");
    let json = shell.run("resources --json").json();
    let users = &json["resources"][2];
    assert_eq!(users["resource"], "users");
    let created = users["columns"].as_array().unwrap();
    let created = created.iter().find(|column| column["column"] == "created_on").unwrap();
    assert_eq!((&created["type"], &created["field"]), (&"timestamptz".into(), &"createdOn".into()));
    let markdown = shell.run("resources --markdown");
    assert!(markdown.stdout.contains("| `created_on` | timestamptz | cursor |"), "{markdown:?}");
    assert_eq!(shell.run("resources user").status, 2);
}

#[test]
fn the_version_names_the_commit_that_it_was_built_from() {
    let said = Shell::new().run("--version");
    let version = said.stdout.trim().strip_prefix("accounts-connector ").unwrap();
    assert!(version.starts_with(env!("CARGO_PKG_VERSION")), "{version}");
    // Outside of a repository there is none.
    if let Some((_, commit)) = version.split_once(" (") {
        let (hash, day) = commit.trim_end_matches(')').split_once(' ').unwrap();
        assert!(hash.chars().all(|c| c.is_ascii_hexdigit()) && day.starts_with("20"), "{version}");
    }
}

#[test]
fn completions_and_manual_pages_name_every_command() {
    let shell = Shell::new();
    for which in ["bash", "zsh", "fish"] {
        let said = shell.run(&format!("completions {which}"));
        assert_eq!(said.status, 0, "{said:?}");
        assert!(said.stdout.contains("accounts-connector"), "{said:?}");
        assert!(said.stdout.contains("COMPLETE"), "{which} asks the program: {said:?}");
    }
    // Names that only the program knows are completed, and those of the file where the shell is.
    let file = "[connections.north]\nconnector = \"accounts\"\n[connections.other]\nconnector = \"datasets\"\n";
    let shell = shell.file("connectors.toml", file).set("COMPLETE", "fish");
    for (typed, names) in [
        ("sta", vec!["status"]),
        ("status --max", vec!["--max-age"]),
        ("sync -r sm", vec!["smartcode"]),
        ("sync --connection ", vec!["north"]),
        ("sync --param acc", vec!["account="]),
        ("forget n", vec!["north"]),
        ("sync --preset l", vec!["live"]),
    ] {
        let mut words: Vec<&str> = vec!["--", "accounts-connector"];
        words.extend(typed.split(' '));
        let said = shell.command(env!("CARGO_BIN_EXE_accounts-connector")).args(words).output();
        let said = String::from_utf8(said.unwrap().stdout).unwrap();
        let told: Vec<&str> =
            said.lines().map(|line| line.split('\t').next().unwrap_or_default()).collect();
        assert_eq!(told, names, "{typed}: {said}");
    }
    let shell = shell.unset("COMPLETE");
    // A shell reads what was made for it.
    let script = shell.run("completions bash").stdout;
    let path = shell.path().join("completion.bash");
    std::fs::write(&path, script).unwrap();
    let bash = std::process::Command::new("bash").arg("-n").arg(&path).status().unwrap();
    assert!(bash.success());
    let page = shell.run("man").stdout;
    assert!(page.starts_with(".ie") || page.contains(".TH accounts-connector 1"), "{page}");
    assert!(page.contains("ACCOUNTS_API_KEY"));
    let page = shell.run("man status").stdout;
    assert!(page.contains(".TH accounts-connector-status 1"), "{page}");
    assert!(page.contains("max\\-age"), "{page}");
    assert_eq!(shell.run("man --dir pages").status, 0);
    let pages = std::fs::read_dir(shell.path().join("pages")).unwrap().count();
    assert!(pages > 10, "the page of each command is written: {pages}");
    assert!(shell.path().join("pages/accounts-connector-sync.1").exists());
}
