//! What connections and schemas can be called.

use connector_core::error::{Error, Result};

/// Fails unless a connection can be called that, and its schema too.
pub(crate) fn check_name(name: &str) -> Result<()> {
    check_letters(name)?;
    check_schema(name)
}

/// Fails unless a connection can be called that.
pub(super) fn check_letters(name: &str) -> Result<()> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(good) {
        return Ok(());
    }
    Err(Error::settings(format!("`{name}` cannot be the name of a connection")).next(
        "use lower-case letters, digits and underscores: it names variables and a schema too",
    ))
}

pub(super) fn check_schema(schema: &str) -> Result<()> {
    let reserved =
        ["sync", "public", "information_schema"].contains(&schema) || schema.starts_with("pg_");
    if reserved {
        return Err(Error::settings(format!("the schema `{schema}` is taken"))
            .next("name another one with --schema"));
    }
    if schema.is_empty() || schema.len() > 63 || schema.contains('\0') {
        return Err(Error::settings("a schema's name has 1 to 63 bytes")
            .next("name another one with --schema"));
    }
    Ok(())
}
