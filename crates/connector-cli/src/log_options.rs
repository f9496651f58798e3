//! What a person says of the log.

/// What a command tells while it runs.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Log {
    /// Write no log and no progress, and nothing if all is complete
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// How log lines are written; progress is shown on a terminal only, and not among JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) log_format: LogFormat,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// A line for people, with its time where stderr is no terminal.
    #[default]
    Text,
    /// A JSON object, with its time and fields; errors too.
    Json,
}
