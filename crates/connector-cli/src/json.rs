//! What `--json` prints: documents with the version of their format, and of what could not be
//! read the errors.

use schemars::JsonSchema;
use serde::Serialize;

use super::print;
use connector_core::error::{Error, ErrorKind, Result};
use connector_core::foreign::to_json;

/// The version of the format. It changes if a member goes away, or means something else; new
/// members may come at any time.
pub const FORMAT: u32 = 1;

/// One document on stdout.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Document<'a, T> {
    /// The version of the format.
    format: u32,
    #[serde(flatten)]
    body: &'a T,
    /// What could not be done or read.
    errors: Vec<Failure>,
}

/// The document of a command that came to nothing.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Failed {}

/// What could not be done, in words.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Failure {
    /// The kind of failure, by which a program decides what to do.
    kind: ErrorKind,
    /// What happened, and where.
    error: String,
    /// What to do next.
    next: Option<String>,
    /// 2 if nothing was tried, else 1.
    exit_status: u8,
}

impl Failure {
    fn of(error: &Error) -> Self {
        Self {
            kind: error.kind(),
            error: error.to_string(),
            next: error.advice().map(str::to_owned),
            exit_status: error.exit_status(),
        }
    }
}

/// Prints a document, and with it what could not be read.
pub(super) fn print_json(body: &impl Serialize, errors: &[Error]) -> Result<()> {
    let errors = errors.iter().map(Failure::of).collect();
    print(&text(&Document { format: FORMAT, body, errors })?)
}

/// Prints the document of a command that came to nothing but an error, which has been told in
/// words already.
pub fn print_failure(error: &Error) {
    let _ = print_json(&Failed {}, std::slice::from_ref(error));
}

/// A document of what cannot fail.
pub(super) fn document(body: &impl Serialize) -> Result<String> {
    text(&Document { format: FORMAT, body, errors: Vec::new() })
}

/// Data as JSON.
pub(super) fn text(data: &impl Serialize) -> Result<String> {
    to_json(data).map_err(|error| Error::settings("the report cannot be written").because(error))
}
