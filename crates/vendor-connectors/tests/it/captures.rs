//! What the commands look like in a terminal, after a night of three connections: the files of
//! docs/captures. `cargo test -p vendor-connectors --test it -- --ignored captures` writes them
//! anew, by tmux.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use connector_core::{Connector, DOCUMENTED};
use connector_testkit::{Answer, Content, Database, Vendor};
use serde_json::json;
use vendor_connectors::connectors;

use crate::folder;

const WIDTHS: [usize; 3] = [60, 80, 120];

/// What is shown, in its order; the terminal is looked at while the first one waits.
const COMMANDS: [&str; 12] = [
    "sync --all",
    "status --all --max-age 20h",
    "changes --all --since 14h",
    "changes --connection us --since 14h --keys --limit 3",
    "changes --connection us --since 14h --fields --limit 3",
    "quarantine --all --rows",
    "drift --all",
    "check --all",
    "plan --all",
    "plan --connection us",
    "forget us --dry-run",
    "forget --older-than 1day --dry-run",
];

/// A terminal of tmux, which is closed in the end.
struct Terminal(String);

impl Terminal {
    fn open(columns: usize, colours: bool, folder: &Path, database: &Database) -> Self {
        let name = format!("captures-{}-{columns}-{colours}", std::process::id());
        let program = Path::new(env!("CARGO_BIN_EXE_vendor-connectors")).parent().unwrap();
        let shell = format!(
            "env {} PATH={}:{} DATABASE_URL={} PS1='$ ' sh -i",
            if colours { "-u NO_COLOR" } else { "NO_COLOR=1" },
            program.display(),
            std::env::var("PATH").unwrap(),
            database.url()
        );
        let terminal = Self(name);
        let size = columns.to_string();
        terminal.tmux(&["new-session", "-d", "-x", &size, "-y", "300", "-c"], |tmux| {
            tmux.arg(folder).arg(shell);
        });
        terminal
    }

    fn tmux(&self, words: &[&str], more: impl FnOnce(&mut Command)) -> String {
        let mut tmux = Command::new("tmux");
        // A server of its own, whatever this user has set.
        tmux.args(["-L", &self.0, "-f", "/dev/null"]).args(words);
        more(&mut tmux);
        let output = tmux.output().expect("tmux is installed");
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn screen(&self, colours: bool) -> String {
        let words: &[&str] =
            if colours { &["capture-pane", "-p", "-e"] } else { &["capture-pane", "-p"] };
        self.tmux(words, |_| ())
    }

    /// Waits until the screen is as it has to be.
    async fn until(&self, colours: bool, is_so: impl Fn(&str) -> bool) -> String {
        loop {
            if is_so(&self.screen(false)) {
                return self.screen(colours);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn enter(&self, line: &str) {
        self.tmux(&["send-keys", line, "Enter"], |_| ());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"], |_| ());
    }
}

/// All that was written so far becomes older by so much.
async fn let_pass(database: &Database, hours: u32) {
    let older = format!(
        "do $$ declare c record; begin \
         for c in select format('%I.%I', table_schema, table_name) as table, string_agg(format('%1$I = %1$I - interval ''{hours} hours''', column_name), ', ') as set \
         from information_schema.columns join information_schema.tables using (table_schema, table_name) \
         where table_schema in ('sync', 'asia', 'eu', 'us') and data_type = 'timestamp with time zone' and (table_schema = 'sync' or column_name like '\\_%') \
         and table_type = 'BASE TABLE' group by 1 \
         loop execute format('update %s set %s', c.table, c.set); end loop; end $$"
    );
    database.execute(&older).await;
}

/// The lines of a screen, without those that are empty in its end.
fn text(screen: &str) -> String {
    let mut text = String::new();
    for line in screen.trim_end().lines() {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "writes docs/captures"]
async fn captures() {
    let captures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/captures");
    for columns in WIDTHS {
        for colours in [false, true] {
            let ending = if colours { "ansi" } else { "txt" };
            let shown = one(columns, colours).await;
            fs::write(captures.join(format!("{columns}.{ending}")), shown).unwrap();
        }
    }
}

/// A night, and what a terminal of so many columns shows of it.
async fn one(columns: usize, colours: bool) -> String {
    let (folder, database) = (folder(), Database::create().await);
    let (mut file, mut keys) = (String::new(), String::new());
    let mut vendors = Vec::new();
    for name in ["eu", "us", "asia"] {
        let connector: &Connector = connectors::find("accounts").unwrap();
        let connector = connector.with_preset(DOCUMENTED).unwrap();
        let vendor = Vendor::start(connector, Content::generated(3, |_| 120)).unwrap();
        let _ = write!(
            file,
            "[connections.{name}]\nconnector = \"accounts\"\nbase_url = \"{}\"\napi_key = \"env:{}_API_KEY\"\nrequests_per_second = 50\nhistory = true\n\n",
            vendor.base_url(),
            name.to_uppercase()
        );
        let _ = writeln!(keys, "{}_API_KEY={}", name.to_uppercase(), vendor.key());
        vendors.push(vendor);
    }
    fs::write(folder.path().join("connectors.toml"), file).unwrap();
    let dotenv = folder.path().join(".env");
    fs::write(&dotenv, keys).unwrap();
    fs::set_permissions(&dotenv, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();

    let first = crate::program(folder.path(), &["sync", "--all", "--quiet"])
        .env("DATABASE_URL", database.url())
        .status();
    assert!(first.unwrap().success());
    let_pass(&database, 20).await;
    vendors[0].on(|request, answer| {
        let refused = request.path.ends_with("/campaigns");
        if refused { Answer::json(403, r#"{"message": "not yours"}"#) } else { answer }
    });
    vendors[1].holdings().change_every("users", 7);
    vendors[1].edit("labels", |labels| {
        labels[0]["colour"] = json!("red");
        labels.push(json!({"name": "nobody's"}));
    });
    let asked = Arc::new(AtomicU32::new(0));
    vendors[2].on(move |_, answer| match asked.fetch_add(1, Relaxed) {
        3 => Answer::json(429, "{}").header("Retry-After", "4"),
        _ => answer,
    });

    let terminal = Terminal::open(columns, colours, folder.path(), &database);
    let mut shown = String::new();
    for command in COMMANDS {
        let line = format!("vendor-connectors {command}");
        terminal.until(colours, |screen| screen.trim_end().ends_with('$')).await;
        // The first screen is empty, so that nothing would show when it was cleared.
        if command != COMMANDS[0] {
            terminal.tmux(&["clear-history"], |_| ());
            terminal.enter("clear");
            terminal.until(colours, |screen| screen.trim_end() == "$").await;
        }
        terminal.enter(&line);
        if command == COMMANDS[0] {
            let waits =
                terminal.until(colours, |screen| screen.contains("waiting for the vendor")).await;
            let _ = write!(shown, "{}\n(… in the end:)\n\n", text(&waits));
        }
        let screen = terminal
            .until(colours, |screen| {
                let screen = screen.trim_end();
                screen.ends_with('$') && screen.lines().count() > 1
            })
            .await;
        let screen = text(&screen);
        let _ = writeln!(shown, "{}\n", screen.trim_end().trim_end_matches('$').trim_end());
        if command == COMMANDS[0] {
            let_pass(&database, 6).await;
        }
    }
    drop(terminal);
    vendors.into_iter().for_each(Vendor::finish_unexplained);
    database.drop().await;
    shown
}
