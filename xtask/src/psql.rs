//! `cargo xtask psql`: a look into the database, the embedded one or that of `DATABASE_URL`.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, Result, anyhow, ensure};
use comfy_table::{Table, presets::NOTHING};
use connector_core::{EMBEDDED_DIRECTORY, block_on, print};
use futures_util::TryStreamExt as _;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection as _, Either, PgConnection, Row as _, raw_sql};

use crate::{child, variable};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The statements to run; without them, psql asks for them
    sql: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    if let Some(url) = variable("DATABASE_URL") {
        return open(&url, args.sql.as_deref());
    }
    let dir = Path::new(EMBEDDED_DIRECTORY);
    ensure!(
        dir.is_dir(),
        "there is no database in {EMBEDDED_DIRECTORY}/; run `cargo xtask sync-all --demo` first, or set DATABASE_URL"
    );
    let server = embedded_postgres::start(dir)?;
    if args.sql.is_none() {
        // To cancel a query, psql needs a second connection, and would wait for one for ever.
        let _ = writeln!(io::stderr(), "Ctrl-C does not end a query here; Ctrl-\\ ends psql");
    }
    let status = open(server.url(), args.sql.as_deref());
    server.shutdown()?;
    status
}

fn open(url: &str, sql: Option<&str>) -> Result<ExitCode> {
    let mut psql = Command::new("psql");
    let version = psql.arg("--version").stdout(Stdio::null()).status();
    if version.is_ok_and(|status| status.success()) {
        if sql.is_none() {
            // There, Ctrl-C leaves a line that was begun, and the database has to stay.
            child::leave_ctrl_c_to_it()?;
        }
        // Only sqlx takes a `+` for a space.
        let url = url.replace('+', "%20");
        let command = sql.map(|sql| ["--command", sql]);
        return child::run(Command::new("psql").args(command.iter().flatten()).arg(url));
    }
    let sql = sql.context(
        "psql is not installed; install it (Debian: apt-get install postgresql-client), or give the SQL as an argument",
    )?;
    block_on(query(url, sql))??;
    Ok(ExitCode::SUCCESS)
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
