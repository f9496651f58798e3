//! `cargo xtask psql`: a look into the database, the embedded one or that of `DATABASE_URL`.

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail, ensure};
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use connector_core::{EMBEDDED_DIRECTORY, block_on, print};
use futures_util::TryStreamExt as _;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Column as _, Connection as _, Either, PgConnection, Row as _, raw_sql};

use crate::postgres;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The statements to run; without them, psql asks for them
    sql: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    if let Some(url) = env::var("DATABASE_URL").ok().filter(|url| !url.is_empty()) {
        return open(&url, args);
    }
    let dir = Path::new(EMBEDDED_DIRECTORY);
    ensure!(
        dir.is_dir(),
        "there is no database in {EMBEDDED_DIRECTORY}/; make one with `cargo xtask sync-all --demo`, or set DATABASE_URL"
    );
    let server = embedded_postgres::start(dir)?;
    let status = open(server.url(), args);
    server.shutdown()?;
    status
}

fn open(url: &str, args: &Args) -> Result<ExitCode> {
    if postgres::on_path("psql").is_some() {
        // Ctrl-C is psql's, to leave a query; the database under it stays.
        postgres::leave_ctrl_c_to_children()?;
        let mut psql = Command::new("psql");
        // Only sqlx reads a `+` as a space.
        psql.arg(url.replace('+', "%20"));
        if let Some(sql) = &args.sql {
            psql.args(["--command", sql]);
        }
        let status = psql.status().context("psql does not run")?;
        return Ok(ExitCode::from(
            status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1),
        ));
    }
    let Some(sql) = &args.sql else {
        bail!(
            "psql is not installed; install it (Debian: apt-get install postgresql-client), or give the SQL as an argument"
        );
    };
    block_on(query(url, sql))??;
    Ok(ExitCode::SUCCESS)
}

/// Runs the statements, and prints what each returns.
async fn query(url: &str, sql: &str) -> Result<()> {
    let mut connection =
        PgConnection::connect(url).await.context("the database does not answer")?;
    let mut results = raw_sql(AssertSqlSafe(sql)).fetch_many(&mut connection);
    let mut rows = Vec::new();
    while let Some(result) = results.try_next().await.map_err(refused)? {
        match result {
            Either::Right(row) => rows.push(row),
            Either::Left(done) => {
                let count = done.rows_affected();
                let end = if count == 1 { "(1 row)".to_owned() } else { format!("({count} rows)") };
                print(&format!("{}{end}\n", table(&rows)?))?;
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
    table.load_style(NOTHING);
    table.set_header(first.columns().iter().map(|column| column.name()));
    for row in rows {
        // Statements without parameters are answered in text, whatever the types are.
        let text = |at| Ok(row.try_get_raw(at)?.as_str().unwrap_or_default().to_owned());
        table.add_row((0..row.len()).map(text).collect::<Result<Vec<String>, sqlx::Error>>()?);
    }
    let lines = table.to_string();
    Ok(lines.lines().map(|line| format!("{}\n", line.trim_end())).collect())
}

/// What Postgres says of the statements, without the words around it.
fn refused(error: sqlx::Error) -> anyhow::Error {
    match error.as_database_error() {
        Some(said) => anyhow::anyhow!("the database refuses the statement: {}", said.message()),
        None => error.into(),
    }
}
