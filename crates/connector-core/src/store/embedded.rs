//! The embedded Postgres: where it lives, and the programs it is started with.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use tracing::warn;

use super::Database;
use crate::environment::environment;
use crate::error::{Error, Result};

/// The directory of the embedded Postgres.
pub const EMBEDDED_DIRECTORY: &str = ".connectors";

/// The variable that names the folder of its programs.
const PROGRAMS: &str = "POSTGRES_BIN";

/// The folder of its programs, if the shell names one; no file does, as what is there is run.
pub fn embedded_programs() -> Option<PathBuf> {
    std::env::var_os(PROGRAMS).filter(|folder| !folder.is_empty()).map(Into::into)
}

/// The address of a database that the shell names, or the file `.env` that was read.
pub fn database_url() -> Option<SecretString> {
    environment("DATABASE_URL")
}

/// The embedded Postgres, started.
pub async fn embedded() -> Result<Database> {
    warn_of_leftover();
    Database::embedded(Path::new(EMBEDDED_DIRECTORY), embedded_programs()).await
}

/// Whether there is one.
pub fn embedded_exists() -> bool {
    embedded_postgres::exists(Path::new(EMBEDDED_DIRECTORY))
}

/// Says that an older version left rows, which are not in the database now.
pub fn warn_of_leftover() {
    if let Some(old) = embedded_postgres::leftover(Path::new(EMBEDDED_DIRECTORY)) {
        warn!(
            "the rows in {} are those of an older version's engine, and not in this database: they stay there, \
             and a sync brings what the vendor has; remove that folder when it is not needed",
            old.display()
        );
    }
}

/// Fails if none could be made, for want of programs.
pub fn check_embedded() -> Result<()> {
    embedded_postgres::newest(embedded_programs().as_deref())
        .map(drop)
        .map_err(|error| Error::settings(error.to_string()).next(error.next()).because(error))
}
