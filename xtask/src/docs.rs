//! `cargo xtask docs`: what the declarations tell, written into README files and `docs/`.

mod commands;
mod json;
mod tables;

use std::fmt::Write as _;
use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use connector_cli::{as_markdown, commands_as_markdown, print, resources_as_markdown, word};
use connector_core::{Connector, Param, Unset, Values};

use vendor_connectors::connectors;

use crate::root;

pub(crate) use commands::{Block, blocks};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Fail if something is stale, instead of writing it
    #[arg(long)]
    check: bool,
    /// Run the commands and queries in README.md and docs/ against simulated vendors
    #[arg(long, conflicts_with = "check")]
    run: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    if args.run {
        return commands::run();
    }
    let mut status = ExitCode::SUCCESS;
    for (path, after) in documents()? {
        let file = root().join(&path);
        // A document that is written whole may not be there yet.
        let before = fs::read_to_string(&file).unwrap_or_default();
        if before == after {
            continue;
        }
        if args.check {
            print(&format!("{path} is stale: run `cargo xtask docs`, and commit what it wrote"))?;
            status = ExitCode::FAILURE;
        } else {
            fs::write(&file, after).with_context(|| path.clone())?;
            print(&format!("{path} is written"))?;
        }
    }
    Ok(status)
}

/// Each document that is made from declarations, and its text.
fn documents() -> Result<Vec<(String, String)>> {
    let mut documents = vec![("docs/tables/README.md".to_owned(), tables::of_all()?)];
    for connector in connectors::ALL {
        documents.push((format!("docs/tables/{}.md", connector.name), tables::of(connector)?));
        let path = format!("crates/{}/README.md", connector.binary());
        let resources = resources_as_markdown(connector);
        let text = with_parts(&path, &[("resources", &resources)])?;
        documents.push((path, text));
    }
    let path = "docs/configuration.md".to_owned();
    // The commands of all connectors are the same.
    let commands = commands_as_markdown(connectors::ALL[0]);
    let of_vendor = |name: &str| connectors::ALL.iter().any(|one| word(one.name) == name);
    // Those of connectors, and what is the same for these, stand in the other table.
    let is_own = |name: &str| !of_vendor(name) && !matches!(name, "schema" | "completions" | "man");
    let own = as_markdown(&vendor_connectors::cli::command(), is_own);
    let parameters = parameters();
    let parts = [("commands", &*commands), ("own commands", &own), ("parameters", &parameters)];
    documents.push((path.clone(), with_parts(&path, &parts)?));
    documents.extend(json::files()?);
    for (path, name, content) in [
        ("docs/json.md", "members", json::members()),
        ("README.md", "connectors", overview()),
        ("docs/compatibility.md", "presets", presets()),
        (".env.example", "variables", variables()),
    ] {
        documents.push((path.to_owned(), with_parts(path, &[(name, &content)])?));
    }
    Ok(documents)
}

/// All connectors, as a Markdown table.
fn overview() -> String {
    let mut text = "| connector | resources | what | tables |\n|---|---|---|---|\n".to_owned();
    for connector in connectors::ALL {
        let Connector { name, doc, resources, .. } = connector;
        let (word, folder, number) = (word(name), connector.binary(), resources.len());
        let _ = writeln!(
            text,
            "| [{word}](crates/{folder}/README.md) | {number} | {doc} | [tables](docs/tables/{name}.md) |"
        );
    }
    text
}

/// The presets of each connector, as a Markdown table.
fn presets() -> String {
    let mut text = "| connector | presets |\n|---|---|\n".to_owned();
    for connector in connectors::ALL {
        let presets: Vec<&str> = connector.preset_names().collect();
        let (word, folder, presets) =
            (word(connector.name), connector.binary(), presets.join("`, `"));
        let _ = writeln!(text, "| [{word}](../crates/{folder}/README.md) | `{presets}` |");
    }
    text
}

/// The variables of each connector, as a file of variables has them.
fn variables() -> String {
    let mut text = String::new();
    for Connector { name, base_url, .. } in connectors::ALL {
        let prefix = name.to_ascii_uppercase();
        let _ = writeln!(text, "{prefix}_BASE_URL={base_url}\n{prefix}_API_KEY=invented");
    }
    text
}

/// The parameters of all connectors, as a Markdown table.
fn parameters() -> String {
    let mut text =
        "| connector | parameter | values | if it is not set | meaning |\n|---|---|---|---|---|\n"
            .to_owned();
    for connector in connectors::ALL {
        for Param { name, doc, values, unset } in connector.params {
            let values = match values {
                Values::Text => "text".to_owned(),
                Values::Number => "whole number".to_owned(),
                Values::Flag => "`true` or `false`".to_owned(),
                Values::OneOf(values) => format!("`{}`", values.join("`, `")),
            };
            let unset = match unset {
                Unset::Omitted => "it is not sent".to_owned(),
                Unset::Default(value) => format!("`{value}` is sent"),
                Unset::Implied(value) => format!("the vendor takes `{value}`"),
                Unset::Required => "the resources that use it cannot be synced".to_owned(),
            };
            let of = connector.name;
            let _ = writeln!(text, "| `{of}` | `{name}` | {values} | {unset} | {doc} |");
        }
    }
    text
}

/// A document with what is between its markers made anew.
fn with_parts(path: &str, parts: &[(&str, &str)]) -> Result<String> {
    let text = fs::read_to_string(root().join(path));
    let text = text.with_context(|| format!("{path} is not there"))?;
    parts
        .iter()
        .try_fold(text, |text, (name, content)| replaced(&text, name, content))
        .with_context(|| path.to_owned())
}

fn replaced(text: &str, name: &str, content: &str) -> Result<String> {
    // A document has them as comments of HTML, and a file of variables behind `#`.
    let begin = format!("{name}: written by `cargo xtask docs`");
    let end = format!("end of {name}");
    let Some((before, rest)) = text.split_once(&begin) else {
        bail!("the marker `{begin}` is missing");
    };
    let Some((close, _)) = rest.split_once('\n') else {
        bail!("the marker `{begin}` has no line of its own");
    };
    let open = before.rsplit('\n').next().unwrap_or_default();
    let Some((_, after)) = rest.split_once(&format!("\n{open}{end}")) else {
        bail!("the marker `{open}{end}` is missing");
    };
    Ok(format!("{before}{begin}{close}\n\n{}\n\n{open}{end}{after}", content.trim()))
}

#[cfg(test)]
mod tests {
    use connector_cli::File;

    use super::*;

    #[test]
    fn what_is_between_the_markers_is_replaced_and_nothing_else() {
        let old = "a\n<!-- x: written by `cargo xtask docs` -->\nold\n<!-- end of x -->\nb\n";
        let new = replaced(old, "x", "new\n").unwrap();
        assert_eq!(new.replace("\nnew\n\n", "old\n"), old);
        assert_eq!(replaced(&new, "x", "new").unwrap(), new);
        assert!(replaced(old, "y", "new").is_err());
        let old = "A=1\n# x: written by `cargo xtask docs`\nB=1\n# end of x\n";
        assert_eq!(replaced(old, "x", "B=2").unwrap(), old.replace("B=1", "\nB=2\n"));
    }

    #[test]
    fn the_reference_and_the_example_have_every_setting() {
        let reference = fs::read_to_string(root().join("docs/configuration.md")).unwrap();
        let example = fs::read_to_string(root().join("connectors.example.toml")).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        for (text, one_of_them) in [
            ("qqqq = 1", "database_url"),
            ("[connections.a]\nqqqq = 1", "ca_certificate"),
            ("[connections.a.resources.b]\nqqqq = 1", "lookback_seconds"),
            ("[connections.a]\nkeep_history = { qqqq = 1 }", "versions"),
            ("[connections.a]\ndeletes = { qqqq = 1 }", "share"),
        ] {
            fs::write(&file, text).unwrap();
            let Err(error) = File::read(Some(file.path())) else { panic!("{text} is read") };
            let advice = error.advice().unwrap_or_default().to_owned();
            let (_, known) = advice.split_once("there are: ").unwrap();
            assert!(known.contains(one_of_them), "{advice}");
            for name in known.split(", ") {
                assert!(reference.contains(&format!("`{name}")), "no `{name}` in the reference");
                assert!(example.contains(name), "no {name} in connectors.example.toml");
            }
        }
    }

    #[test]
    fn the_reference_has_every_word_of_a_preset() {
        let reference = fs::read_to_string(root().join("docs/configuration.md")).unwrap();
        let (_, presets) = reference.split_once("\n## Presets").unwrap();
        let accounts = connectors::find("accounts").unwrap();
        for text in [
            "qqqq = 1",
            "rate = { qqqq = 1 }",
            "retry = { qqqq = 1 }",
            "resources.users.qqqq = 1",
            "resources.users.filter = { qqqq = 1 }",
            "resources.users.filter = { since = 'a', until = 'b', format = 'qqqq' }",
            "resources.users.paging = { qqqq = 1 }",
            "resources.users.paging.offset = { qqqq = 1 }",
            "resources.users.paging.page = { qqqq = 1 }",
            "resources.users.paging.token = { qqqq = 1 }",
            "resources.users.paging.link_header = { qqqq = 1 }",
            "resources.users.paging.next_url = { qqqq = 1 }",
            "resources.users.paging.offset.total = { qqqq = 1 }",
        ] {
            let Err(error) = accounts.overlaid(text) else {
                panic!("{text} is read");
            };
            let said = error.to_string();
            let known = said.split_once("available keys: ").or(said.split_once("expected "));
            let (_, known) = known.unwrap_or_else(|| panic!("{text}: {said}"));
            let words = known.split(['`', ',', ' ']);
            for name in words.filter(|word| !["", "one", "of", "or"].contains(word)) {
                let written = format!("`{name}`");
                let within = format!(" {name}");
                assert!(
                    presets.contains(&written) || presets.contains(&within),
                    "no `{name}` among the presets: {said}"
                );
            }
        }
    }
}
