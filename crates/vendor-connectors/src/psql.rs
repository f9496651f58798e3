//! `psql`: a look into the database, the embedded Postgres or that of the settings.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, Result, anyhow, ensure};
use comfy_table::{Table, presets::NOTHING};
use connector_cli::{block_on, database_url_of, print};
use connector_core::{EMBEDDED_DIRECTORY, ExposeSecret as _, embedded_programs};
use embedded_postgres::Programs;
use futures_util::TryStreamExt as _;
use percent_encoding::percent_decode_str;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection as _, Either, PgConnection, Row as _, raw_sql};
use url::Url;

use crate::process;

/// What is asked of the database.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The statements to run; without them, psql asks for them
    sql: Option<String>,
    /// The same, as psql takes it
    #[arg(short, long, value_name = "SQL", conflicts_with = "sql")]
    command: Option<String>,
    /// The connection whose database it is, where connectors.toml names several
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,
    /// The file that holds connections [default: connectors.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Opens `psql`, or runs the statements; where there is no psql, they are run without it.
pub fn run(args: &Args) -> Result<ExitCode> {
    let sql = args.sql.as_deref().or(args.command.as_deref());
    if let Some(url) = database_url_of(args.config.as_deref(), args.connection.as_deref())? {
        // That of the private server does for another one, too.
        let programs = embedded_postgres::newest(embedded_programs().as_deref()).ok();
        return open(url.expose_secret(), programs.as_ref().map(Programs::bin), sql);
    }
    let dir = Path::new(EMBEDDED_DIRECTORY);
    ensure!(
        embedded_postgres::exists(dir),
        "there is no database in {EMBEDDED_DIRECTORY}/, and neither DATABASE_URL nor `database_url` in connectors.toml names another one; sync something first, or name it"
    );
    let started = embedded_postgres::start(dir, embedded_programs().as_deref());
    let server = started.map_err(|error| anyhow!("{error}; {}", error.next()))?;
    let status = open(&server.url(), Some(server.programs().bin()), sql);
    server.shutdown()?;
    status
}

fn open(url: &str, programs: Option<&Path>, sql: Option<&str>) -> Result<ExitCode> {
    let own = programs.map(|bin| bin.join("psql")).filter(|psql| psql.exists());
    let psql = own.unwrap_or_else(|| "psql".into());
    let version = Command::new(&psql).arg("--version").stdout(Stdio::null()).status();
    if version.is_ok_and(|status| status.success()) {
        if sql.is_none() {
            // There, Ctrl-C leaves a line that was begun, and the database has to stay.
            process::leave_ctrl_c_to_it()?;
        }
        let mut command = command(&psql, url)?;
        return process::run(command.args(sql.iter().flat_map(|sql| ["--command", sql])));
    }
    let sql = sql.context(
        "psql is not installed; install it (Debian: apt-get install postgresql-client), or give the SQL as an argument",
    )?;
    block_on(query(url, sql))??;
    Ok(ExitCode::SUCCESS)
}

/// A `psql` of the database at an address.
pub fn command(psql: &Path, url: &str) -> Result<Command> {
    let mut command = Command::new(psql);
    let (url, password) = without_password(url)?;
    if let Some(password) = password {
        // Everybody can see the arguments of a program, and only its user the environment.
        command.env("PGPASSWORD", password);
    }
    command.arg("--dbname").arg(url);
    Ok(command)
}

/// An address as psql takes it, and the password that was in it.
fn without_password(url: &str) -> Result<(String, Option<String>)> {
    // Only sqlx takes a `+` for a space.
    let mut url = Url::parse(&url.replace('+', "%20")).context("DATABASE_URL is not understood")?;
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().map(Into::into);
    let mut password = url.password().map(decoded).transpose()?;
    if password.is_some() {
        let _ = url.set_password(None);
    }
    let (secret, others): (Vec<&str>, Vec<&str>) = url
        .query()
        .unwrap_or_default()
        .split('&')
        .partition(|parameter| parameter.starts_with("password="));
    if let Some(last) = secret.last() {
        password = Some(decoded(&last["password=".len()..])?);
        let others = others.join("&");
        url.set_query(Some(others.as_str()).filter(|query| !query.is_empty()));
    }
    Ok((url.into(), password))
}

/// Runs the statements, and prints what each returns.
async fn query(url: &str, sql: &str) -> Result<()> {
    let connection = PgConnection::connect(url).await;
    let mut connection = connection.context("the database does not answer; check DATABASE_URL")?;
    let mut results = raw_sql(AssertSqlSafe(sql)).fetch_many(&mut connection);
    let mut rows = Vec::new();
    while let Some(result) = results.try_next().await.map_err(refused)? {
        match result {
            Either::Right(row) => rows.push(row),
            Either::Left(done) => {
                let count = done.rows_affected();
                let noun = if count == 1 { "row" } else { "rows" };
                print(&format!("{}({count} {noun})\n", table(&rows)?))?;
                rows.clear();
            }
        }
    }
    drop(results);
    Ok(connection.close().await?)
}

/// The rows below the names of their columns.
fn table(rows: &[PgRow]) -> Result<String> {
    let Some(first) = rows.first() else { return Ok(String::new()) };
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(first.columns().iter().map(sqlx::Column::name));
    for row in rows {
        // Statements without parameters are answered in text, whatever the types are.
        let text = |at| Ok(row.try_get_raw(at)?.as_str().unwrap_or_default().to_owned());
        table.add_row((0..row.len()).map(text).collect::<Result<Vec<_>, sqlx::Error>>()?);
    }
    Ok(table.to_string().lines().flat_map(|line| [line.trim_end(), "\n"]).collect())
}

/// What Postgres says of the statements, without the words around it.
fn refused(error: sqlx::Error) -> anyhow::Error {
    match error.as_database_error() {
        Some(said) => anyhow!("the database refuses the statement: {}", said.message()),
        None => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_stays_in_what_psql_is_called_with() {
        for (url, left, password) in [
            ("postgres://me:p%40ss%3A1@host:5432/d", "postgres://me@host:5432/d", Some("p@ss:1")),
            (
                "postgres://me@host/d?password=a%26b&sslmode=require",
                "postgres://me@host/d?sslmode=require",
                Some("a&b"),
            ),
            ("postgres://me:one@host/d?password=two", "postgres://me@host/d", Some("two")),
            ("postgresql:///d?host=%2Fa+b", "postgresql:///d?host=%2Fa%20b", None),
        ] {
            let said = without_password(url).unwrap();
            assert_eq!(said, (left.to_owned(), password.map(str::to_owned)), "{url}");
        }
    }
}
