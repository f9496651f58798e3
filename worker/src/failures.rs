//! What failed, as the server wants it told: whether another try is worth it, and when.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use connector_core::run::PartOutcome;
use connector_core::{Error, ErrorKind};
use temporalio_common::error::ApplicationFailure;

use crate::names::meaning;

/// What failed, in words that the server may keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    kind: ErrorKind,
    words: String,
    again: Again,
}

/// Whether another try is worth it, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// It would end the same way.
    Never,
    /// When the vendor has had its rest.
    After(Duration),
    /// After a wait that grows with each try.
    Later,
}

/// How soon another worker takes what one that is to end has left.
const AT_ONCE: Duration = Duration::from_millis(100);

/// Whether another try of what failed so would end the same way.
fn lasts(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Settings
            | ErrorKind::Auth
            | ErrorKind::Contract
            | ErrorKind::Rejected
            | ErrorKind::Forbidden
            | ErrorKind::NotFound
    )
}

/// Whether all other pieces of a run would end so too.
pub fn ends_all(kind: &str) -> bool {
    [ErrorKind::Settings, ErrorKind::Auth, ErrorKind::Contract].iter().any(|all| all.name() == kind)
}

impl Failing {
    /// A piece that could not be done at all, by a worker that is to end or not.
    pub fn of(error: &Error, leaving: bool) -> Self {
        let kind = error.kind();
        let again = match (kind, error.rest_ms()) {
            (ErrorKind::Stopped, _) if leaving => Again::After(AT_ONCE),
            // The run ended, or another one has taken its place.
            (ErrorKind::Stopped, _) => Again::Never,
            (kind, _) if lasts(kind) => Again::Never,
            (_, Some(rest)) => Again::After(Duration::from_millis(rest)),
            (_, None) => Again::Later,
        };
        Self { kind, words: words(error), again }
    }

    /// A part that was not read to its end, by a worker that is to end or not; nothing if it was.
    pub fn of_part(outcome: &PartOutcome, leaving: bool) -> Option<Self> {
        let kind = outcome.kind.filter(|_| !outcome.closed)?;
        let again = match (kind, outcome.rest_ms) {
            (ErrorKind::Stopped, _) if leaving => Again::After(AT_ONCE),
            (kind, _) if lasts(kind) => Again::Never,
            (_, Some(rest)) => Again::After(Duration::from_millis(rest)),
            // It may be another worker's now, which is seen when it is tried again.
            (_, None) => Again::Later,
        };
        // Its words name a listing by the key of a row.
        Some(Self { kind, words: meaning(kind).to_owned(), again })
    }

    /// Whether it is the end of something that was asked to stop.
    pub fn is_stopped(&self) -> bool {
        self.kind == ErrorKind::Stopped
    }

    /// Whether another try is worth it.
    pub fn again(&self) -> Again {
        self.again
    }
}

/// What the server may keep of an error. The words of those that are about settings and runs are
/// the program's own; others name addresses and listings, or say what somebody else said.
fn words(error: &Error) -> String {
    let own = matches!(error.kind(), ErrorKind::Settings | ErrorKind::Stopped);
    let said = if own { error.to_string() } else { meaning(error.kind()).to_owned() };
    match error.advice().filter(|_| own) {
        Some(next) => format!("{said}; next: {next}"),
        None if own => said,
        None => format!("{said}; next: read the worker's log, which says more"),
    }
}

impl fmt::Display for Failing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl StdError for Failing {}

impl From<Failing> for ApplicationFailure {
    fn from(failing: Failing) -> Self {
        let (kind, again) = (failing.kind, failing.again);
        let delay = match again {
            Again::After(delay) => Some(delay),
            Again::Never | Again::Later => None,
        };
        Self::builder(failing)
            .type_name(kind.name().to_owned())
            .non_retryable(again == Again::Never)
            .maybe_next_retry_delay(delay)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lasts_is_not_tried_again_and_a_vendor_has_the_rest_that_it_wants() {
        let rest = Duration::from_hours(1);
        let busy = Error::new(ErrorKind::Busy, "it wants a rest").rests(rest);
        let never = [
            ErrorKind::Settings,
            ErrorKind::Auth,
            ErrorKind::Contract,
            ErrorKind::Rejected,
            ErrorKind::Forbidden,
            ErrorKind::NotFound,
            ErrorKind::Stopped,
        ];
        let later = [
            ErrorKind::Unreachable,
            ErrorKind::Unavailable,
            ErrorKind::Busy,
            ErrorKind::Locked,
            ErrorKind::Storage,
            ErrorKind::Output,
        ];
        let of = |kind| Failing::of(&Error::new(kind, "something"), false).again();
        for kind in never {
            assert_eq!(of(kind), Again::Never, "{kind:?}");
        }
        for kind in later {
            assert_eq!(of(kind), Again::Later, "{kind:?}");
        }
        assert_eq!(Failing::of(&busy, false).again(), Again::After(rest));
        // What a worker leaves that is to end is another's at once.
        let left = Failing::of(&Error::new(ErrorKind::Stopped, "stopped: SIGTERM"), true);
        assert_eq!(left.again(), Again::After(AT_ONCE));
    }

    #[test]
    fn a_part_that_was_read_to_its_end_has_not_failed_however_its_listings_ended() {
        let outcome = |closed, kind, rest_ms| PartOutcome {
            closed,
            kind,
            error: Some("`10.0.0.1` refuses it (listing `row-4711`)".to_owned()),
            next: None,
            rest_ms,
        };
        let of = |outcome: &PartOutcome| Failing::of_part(outcome, false);
        assert_eq!(of(&outcome(true, None, None)), None);
        assert_eq!(of(&outcome(true, Some(ErrorKind::Rejected), None)), None);
        let busy = of(&outcome(false, Some(ErrorKind::Busy), Some(5_000))).expect("it is open");
        assert_eq!(busy.again(), Again::After(Duration::from_secs(5)));
        // Another worker has taken it over.
        let taken = of(&outcome(false, Some(ErrorKind::Stopped), None)).expect("it is open");
        assert_eq!(taken.again(), Again::Later);
        let refused = of(&outcome(false, Some(ErrorKind::Auth), None)).expect("it is open");
        assert_eq!(refused.again(), Again::Never);
        assert_eq!(refused.to_string(), "the key was refused");
    }

    #[test]
    fn no_address_and_no_key_of_a_row_is_told() {
        let error = Error::new(ErrorKind::Unreachable, "`api.example.com` cannot be reached")
            .at("listing", "row-4711")
            .next("check `api.example.com`");
        let said = Failing::of(&error, false).to_string();
        assert!(!said.contains("example") && !said.contains("4711"), "{said}");
        let version = Error::settings("run 7 was begun by version 1").next("let all be alike");
        let said = Failing::of(&version, false).to_string();
        assert_eq!(said, "run 7 was begun by version 1; next: let all be alike");
    }

    #[test]
    fn what_all_pieces_would_meet_is_known_by_its_kind() {
        for (kind, all) in [("auth", true), ("settings", true), ("contract", true), ("busy", false)]
        {
            assert_eq!(ends_all(kind), all, "{kind}");
        }
    }
}
