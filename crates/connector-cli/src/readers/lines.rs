//! Messages on stdout: each is one line of JSON, and all of one come before the next.

use std::io::{BufWriter, StdoutLock, Write};

use connector_core::error::{Error, ErrorKind, Result};
use connector_core::foreign::ascii_json;
use serde_json::Value;

/// How much is gathered before it is written.
const PIECE: usize = 64 << 10;

/// Where messages go.
pub(super) struct Lines(BufWriter<StdoutLock<'static>>);

impl Lines {
    pub(super) fn to_stdout() -> Self {
        Self(BufWriter::with_capacity(PIECE, std::io::stdout().lock()))
    }

    /// Writes a message that somebody may wait for.
    pub(super) fn say(&mut self, message: &Value) -> Result<()> {
        self.write(&["", &message.to_string()])?;
        self.0.flush().map_err(failed)
    }

    /// Writes one of many: texts that are JSON together.
    pub(super) fn write(&mut self, parts: &[&str]) -> Result<()> {
        let mut all = parts.iter();
        let written = all.try_for_each(|part| self.0.write_all(ascii_json(part).as_bytes()));
        written.and_then(|()| self.0.write_all(b"\n")).map_err(failed)
    }
}

/// That nobody reads any more, or that there is no room.
fn failed(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Output, "what was read cannot be written to stdout")
        .next(
            "look at the program that reads it; what was synced stays, and the next read sends it",
        )
        .because(error)
}
