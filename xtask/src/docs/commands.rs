//! The commands of README.md and `docs/`, run as they stand there.
//!
//! A block ```` ```console ```` has commands after `$ `, ```` ```sql ```` has
//! queries, and ```` ```toml ```` with a connection in it is a `connectors.toml`.
//! What cannot be run on any machine stands in ```` ```sh ````, and is listed.
//! Each document is run from its top to its end by one shell in an empty folder,
//! with an empty database, and with the variables of each connector set to a
//! simulated vendor.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail, ensure};
use connector_cli::{block_on, print};
use connector_testkit::{Content, Database, Vendor};

use crate::postgres::Postgres;
use vendor_connectors::{connectors, process};

use crate::{root, test};

/// The number of rows of each listing.
const ROWS: u64 = 3;

/// The program that needs a server which is not here.
const WORKER: &str = "vendor-connectors-worker";

/// What each script begins with: a command that fails ends it, and each is shown before it runs.
const BEGINNING: &str = r#"set -euo pipefail
cargo() { if [ "$1" = xtask ]; then shift; "$XTASK" "$@"; else command cargo "$@"; fi; }
set -x
"#;

pub(super) fn run() -> Result<ExitCode> {
    // This program is running, and must not be replaced.
    let mut build = test::cargo(&["build", "--quiet", "--workspace", "--bins"]);
    let build = process::run(build.args(["--exclude", "xtask"]).args(["--exclude", WORKER]))?;
    ensure!(build == ExitCode::SUCCESS, "the programs cannot be built");
    let server = Postgres::start()?;
    let start = |connector| Vendor::start(connector, Content::generated(7, |_| ROWS));
    let vendors = connectors::ALL.map(|connector| (connector, start(connector)));
    let mut variables = Vec::new();
    for (connector, vendor) in &vendors {
        let Ok(vendor) = vendor else { bail!("a simulated vendor does not start") };
        let prefix = connector.name.to_ascii_uppercase();
        variables.push((format!("{prefix}_BASE_URL"), vendor.base_url().to_owned()));
        variables.push((format!("{prefix}_API_KEY"), vendor.key()));
    }
    let mut not_run = Vec::new();
    for path in documents()? {
        let text = fs::read_to_string(root().join(&path)).with_context(|| path.clone())?;
        let blocks = blocks(&text);
        not_run.extend(blocks.iter().filter(|block| block.language == "sh").map(|block| {
            let first = block.lines.first().copied().unwrap_or_default();
            format!("  {path}:{}: {first}", block.line)
        }));
        let script = script(&blocks).with_context(|| path.clone())?;
        if script.is_empty() {
            continue;
        }
        let database = block_on(Database::create_on(server.url.clone()))?;
        let (good, said) = run_script(&script, &database, &variables)?;
        block_on(database.drop())?;
        if !good {
            print(&said)?;
            bail!("{path}: the last command above failed");
        }
        print(&format!("{path}: all commands run"))?;
    }
    print(&format!("not run, as they need more than this machine:\n{}", not_run.join("\n")))?;
    Ok(ExitCode::SUCCESS)
}

/// README.md and what is in `docs/`, but for what `cargo xtask follow` does.
fn documents() -> Result<Vec<String>> {
    let mut documents = vec!["README.md".to_owned()];
    for entry in root().join("docs").read_dir()? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_document = Path::new(&name).extension().is_some_and(|extension| extension == "md");
        if is_document && name != "adding-a-connector.md" {
            documents.push(format!("docs/{name}"));
        }
    }
    documents.sort();
    Ok(documents)
}

/// Runs a script in an empty folder; whether it succeeded, and what it said.
fn run_script(
    script: &str,
    database: &Database,
    variables: &[(String, String)],
) -> Result<(bool, String)> {
    let folder = tempfile::tempdir()?;
    let program = env::current_exe()?;
    let programs = program.parent().context("a program is in a folder")?;
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([programs.to_owned()].into_iter().chain(env::split_paths(&path)))?;
    let log = folder.path().join("log");
    let output = fs::File::create(&log)?;
    let status = Command::new("bash")
        .args(["-c", script])
        .current_dir(folder.path())
        .env("PATH", path)
        .env("XTASK", &program)
        .env("DATABASE_URL", database.url())
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(std::process::Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .status()
        .context("bash does not run")?;
    Ok((status.success(), fs::read_to_string(log)?))
}

/// A block between fences.
pub(crate) struct Block<'a> {
    pub(crate) language: &'a str,
    /// The line of its opening fence, from 1 on.
    pub(crate) line: usize,
    pub(crate) lines: Vec<&'a str>,
}

pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (line, content) in (1..).zip(text.lines()) {
        match (content.strip_prefix("```"), &mut open) {
            (Some(language), None) => open = Some(Block { language, line, lines: Vec::new() }),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => block.lines.push(content),
            (None, None) => {}
        }
    }
    blocks
}

/// What a shell runs of a document: nothing, if there is nothing to run.
fn script(blocks: &[Block]) -> Result<String> {
    let script = blocks.iter().map(Block::script).collect::<Result<String>>()?;
    Ok(if script.is_empty() { script } else { format!("{BEGINNING}{script}") })
}

impl Block<'_> {
    /// What a shell runs of it.
    fn script(&self) -> Result<String> {
        let Self { language, line, .. } = self;
        let text = self.lines.join("\n");
        Ok(match *language {
            "console" => {
                let commands = commands(&self.lines);
                ensure!(!commands.is_empty(), "line {line}: no line begins with `$ `");
                format!("{}\n", commands.join("\n"))
            }
            "sql" => format!("cargo xtask psql \"$(cat <<'END'\n{text}\nEND\n)\"\n"),
            "toml" if text.contains("[connections.") => {
                format!("cat > connectors.toml <<'END'\n{text}\nEND\n")
            }
            "toml" | "sh" | "text" | "json" | "yaml" | "rust" | "python" => String::new(),
            other => bail!("line {line}: what is in a block `{other}` would not be run"),
        })
    }
}

/// The commands among the lines of a terminal, each with the lines that go on with it.
fn commands<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let mut commands = Vec::new();
    let mut goes_on = false;
    for line in lines {
        let command = line.strip_prefix("$ ").or(goes_on.then_some(*line));
        goes_on = command.is_some_and(|command| command.ends_with('\\'));
        commands.extend(command);
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_run_as_it_is_read() {
        for (text, expected) in [
            ("a\n\n```text\n$ no\n```\n\n```sh\nno\n```\n", Ok("")),
            ("```console\n$ one \\\n  two\nsaid\n$ three\n```\n", Ok("one \\\n  two\nthree\n")),
            ("```toml\nrate = 1\n```\n", Ok("")),
            (
                "```toml\n[connections.a]\n```\n```sql\nselect 1;\n```\n",
                Ok("cat > connectors.toml <<'END'\n[connections.a]\nEND\n\
                    cargo xtask psql \"$(cat <<'END'\nselect 1;\nEND\n)\"\n"),
            ),
            ("\n```console\nnothing\n```\n", Err("line 2: no line begins with `$ `")),
            ("```bash\nls\n```\n", Err("line 1: what is in a block `bash` would not be run")),
        ] {
            let script = script(&blocks(text)).map_err(|error| error.to_string());
            let script = script.as_deref().map(|script| script.trim_start_matches(BEGINNING));
            assert_eq!(script.map_err(|error| &**error), expected, "{text}");
        }
    }
}
