//! Those who are measured against each other, and the program that each step is to them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::peers::Peers;
use super::server::{SCHEMA, Server};
use super::vendor::Vendor;
use super::workload::{Step, Workload};
use vendor_connectors::psql;

use crate::root;

/// The tables of the benchmark, as its connector makes them.
const TABLES: &str = include_str!("../../../bench/tables.sql");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contestant {
    Connector,
    /// The same where each version of a row is kept.
    History,
    /// Another build of the same program.
    Other,
    /// `psql`, with the same rows from a file.
    Postgres,
    /// A client that asks for the same, and makes nothing of the answers.
    Client,
    /// The peer as it is without settings.
    Dlt,
    /// The peer with what its guide to performance names.
    DltTuned,
}

impl Contestant {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Connector => "connector",
            Self::History => "with history",
            Self::Other => "other build",
            Self::Postgres => "Postgres alone",
            Self::Client => "bare client",
            Self::Dlt => "dlt",
            Self::DltTuned => "dlt, tuned",
        }
    }
}

/// A folder with what the programs need.
pub(crate) struct Desk<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) psql: &'a Path,
    pub(crate) peers: Option<&'a Peers>,
    /// The other build.
    pub(crate) other: Option<&'a Path>,
}

impl Desk<'_> {
    /// What comes before the first step, and is not measured.
    pub(crate) fn prepare(&self, who: Contestant, server: &Server) -> Result<()> {
        server.new_database()?;
        match who {
            Contestant::Connector
            | Contestant::History
            | Contestant::Other
            | Contestant::Client => Ok(()),
            Contestant::Postgres => server
                .execute(&format!("create schema {SCHEMA}; set search_path = {SCHEMA}; {TABLES}")),
            Contestant::Dlt | Contestant::DltTuned => Peers::forget(self.folder),
        }
    }

    /// The program that is one step.
    pub(crate) fn command(
        &self,
        who: Contestant,
        (workload, step): (&Workload, Step),
        server: &Server,
        vendor: Option<&Vendor>,
    ) -> Result<Command> {
        let vendor = || vendor.context("there is a vendor");
        match who {
            Contestant::Connector | Contestant::History => {
                let own = root().join("target/dist/bench-connector");
                let settings = if who == Contestant::History { "history = true\n" } else { "" };
                self.connector(&own, settings, workload, server, vendor()?)
            }
            Contestant::Other => {
                let other = self.other.context("there is another build")?;
                self.connector(other, "", workload, server, vendor()?)
            }
            Contestant::Postgres => self.postgres(workload, step, server),
            Contestant::Client => {
                let mut command = Command::new(root().join("target/dist/bench-client"));
                let vendor = vendor()?;
                command.args([&vendor.base_url, &vendor.key]).arg(self.requests_file());
                Ok(command)
            }
            Contestant::Dlt | Contestant::DltTuned => {
                let peers = self.peers.context("there are peers")?;
                let tuned = who == Contestant::DltTuned;
                Ok(peers.command(tuned, workload, server, vendor()?, self.folder))
            }
        }
    }

    fn connector(
        &self,
        program: &Path,
        settings: &str,
        workload: &Workload,
        server: &Server,
        vendor: &Vendor,
    ) -> Result<Command> {
        let config = self.folder.join("connectors.toml");
        let limit = workload
            .per_second
            .map_or(String::new(), |limit| format!("requests_per_second = {limit}\n"));
        fs::write(
            &config,
            format!("[connections.{SCHEMA}]\nconnector = \"bench\"\n{limit}{settings}"),
        )?;
        let mut command = Command::new(program);
        command
            .args(["sync", "--quiet", "--json", "--resource", workload.resource, "--config"])
            .arg(config)
            .env("BENCH_BASE_URL", &vendor.base_url)
            .env("BENCH_API_KEY", &vendor.key)
            .env("DATABASE_URL", &server.database)
            .env_remove("RUST_LOG")
            .current_dir(self.folder);
        Ok(command)
    }

    fn postgres(&self, workload: &Workload, step: Step, server: &Server) -> Result<Command> {
        let mut script = String::from("\\set ON_ERROR_STOP 1\nset search_path = pg_temp, bench;\n");
        for table in workload.tables {
            script.push_str(&merge(server, table, step, &self.rows_file(table, step))?);
        }
        let path = self.folder.join("merge.sql");
        fs::write(&path, script)?;
        let mut command = psql::command(self.psql, &server.database)?;
        command.args(["--no-psqlrc", "--quiet", "--file"]).arg(path);
        Ok(command)
    }

    /// The file of a table's rows, which those of the connector were written to.
    fn rows_file(&self, table: &str, step: Step) -> PathBuf {
        let kind = if step == Step::Changed { "changed" } else { "first" };
        self.folder.join(format!("{table}.{kind}.copy"))
    }

    /// The file of what the connector has asked for.
    pub(crate) fn requests_file(&self) -> PathBuf {
        self.folder.join("requests")
    }

    /// Keeps the rows that the connector brought into an empty database, in the order
    /// in which they came, for Postgres alone.
    pub(crate) fn keep_rows(&self, workload: &Workload, step: Step, server: &Server) -> Result<()> {
        for table in workload.tables {
            let (columns, _) = columns(server, table)?;
            let copy = format!(
                "\\copy (select {} from {SCHEMA}.{table} order by ctid) to '{}' (format binary)",
                columns.join(", "),
                self.rows_file(table, step).display()
            );
            let mut psql = psql::command(self.psql, &server.database)?;
            psql.args(["--no-psqlrc", "--quiet", "--command", &copy]);
            ensure!(psql.status()?.success(), "the rows of {table} cannot be kept");
        }
        Ok(())
    }
}

/// The columns that a vendor sends, and those of the key.
fn columns(server: &Server, table: &str) -> Result<(Vec<String>, Vec<String>)> {
    let columns = server.texts(&format!(
        "select column_name::text from information_schema.columns where table_schema = '{SCHEMA}' \
         and table_name = '{table}' and (column_name = '_extra' or column_name not like '\\_%') order by ordinal_position"
    ))?;
    let key = server.texts(&format!(
        "select column_name::text from information_schema.key_column_usage \
         where table_schema = '{SCHEMA}' and table_name = '{table}' order by ordinal_position"
    ))?;
    Ok((columns, key))
}

/// One transaction: a stage, a copy, an insert and, where there are rows, an update of what differs.
fn merge(server: &Server, table: &str, step: Step, file: &Path) -> Result<String> {
    let (columns, key) = columns(server, table)?;
    let list = columns.join(", ");
    let of = |alias: &str| {
        let others = columns.iter().filter(|column| !key.contains(column));
        others.map(|column| format!("{alias}.{column}")).collect::<Vec<_>>().join(", ")
    };
    let on_key: Vec<String> = key.iter().map(|key| format!("t.{key} = s.{key}")).collect();
    let on_key = on_key.join(" and ");
    let assignments: Vec<String> = columns
        .iter()
        .filter(|column| !key.contains(column))
        .map(|column| format!("{column} = s.{column}"))
        .collect();
    let insert = format!(
        "insert into {SCHEMA}.{table} ({list}, _run_id, _first_seen_at, _last_changed_at) \
         select {list}, 1, now(), now() from stage s \
         where not exists (select from {SCHEMA}.{table} t where {on_key});\n"
    );
    let update = format!(
        "update {SCHEMA}.{table} t set {}, _run_id = 2, _last_changed_at = now() \
         from stage s where {on_key} and ({}) is distinct from ({});\n",
        assignments.join(", "),
        of("t"),
        of("s")
    );
    Ok(format!(
        "begin;\ncreate temporary table stage on commit drop as select {list} from {SCHEMA}.{table} limit 0;\n\
         \\copy stage ({list}) from '{}' (format binary)\n{insert}{}commit;\n",
        file.display(),
        if step == Step::First { "" } else { &update }
    ))
}
