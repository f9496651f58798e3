//! How long something is ago, in words.

use std::time::Duration;

use chrono::{DateTime, Utc};
use connector_core::words::span;

/// The time since then, to two units at the most and no finer than it counts: `42s`, `12m`, `3h 12m`, `5d 3h`.
pub(super) fn ago(then: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (now - then).to_std().unwrap_or_default().as_secs();
    let unit = match seconds {
        0..60 => 1,
        60..86_400 => 60,
        86_400..2_592_000 => 3_600,
        _ => 86_400,
    };
    span(Duration::from_secs(seconds / unit * unit))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn an_age_has_two_units_at_the_most() {
        let now = DateTime::from_timestamp(1_750_000_000, 0).unwrap();
        for (seconds, expected) in [
            (-5, "0s"),
            (0, "0s"),
            (59, "59s"),
            (61, "1m"),
            (11_537, "3h 12m"),
            (443_537, "5d 3h"),
            (2_700_000, "31d"),
        ] {
            assert_eq!(ago(now - TimeDelta::seconds(seconds), now), expected);
        }
    }
}
