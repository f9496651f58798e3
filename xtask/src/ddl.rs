//! `cargo xtask ddl`: what a connector's declaration has beyond its migrations.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use connector_cli::{block_on, print};
use connector_core::Connector;
use connector_testkit::{Database, beyond_migrations};

use crate::postgres::Postgres;
use vendor_connectors::connectors;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The connector whose next migration to print: all tables where it has none yet
    #[arg(required_unless_present = "check")]
    connector: Option<String>,
    /// Fail if the migrations of a connector make other tables than its declaration has
    #[arg(long, conflicts_with = "connector")]
    check: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let Some(name) = &args.connector else { return check() };
    let connector = connectors::find(name).with_context(|| {
        let known = connectors::ALL.map(|connector| connector.name).join(", ");
        format!("there is no connector `{name}`; there are: {known}")
    })?;
    let sql = beyond(&[connector])?;
    print(sql.concat().trim_end())?;
    Ok(ExitCode::SUCCESS)
}

fn check() -> Result<ExitCode> {
    let all = connectors::ALL;
    let mut result = ExitCode::SUCCESS;
    for (connector, sql) in all.iter().zip(beyond(&all)?).filter(|(_, sql)| !sql.is_empty()) {
        let name = connector.name;
        print(&format!("the next file in migrations/{name}/ is to have:\n\n{sql}"))?;
        result = ExitCode::FAILURE;
    }
    Ok(result)
}

/// What the declarations have beyond the migrations of each, in a throw-away database.
fn beyond(connectors: &[&Connector]) -> Result<Vec<String>> {
    let server = Postgres::start()?;
    Ok(block_on(async {
        let database = Database::create_on(server.url.clone()).await;
        let mut sql = Vec::new();
        for connector in connectors {
            sql.push(beyond_migrations(connector, &database).await);
        }
        database.drop().await;
        sql
    })?)
}
