//! Whether to ask again, and how long to wait first. Pure: the clock is passed in.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};
use retry_policies::policies::ExponentialBackoff;
use retry_policies::{Jitter, RetryDecision, RetryPolicy};

use crate::resource::Retry;

/// The longest wait that a vendor may ask for; beyond it a run ends and says when to come back.
pub(crate) const MAX_WAIT: Duration = Duration::from_mins(15);

/// The longest wait between two tries when the vendor asks for none.
const LONGEST_BACKOFF: Duration = Duration::from_mins(1);

/// What to do after a failed try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Wait so long, then ask again.
    Wait(Duration),
    /// All tries are used up.
    GiveUp,
    /// The vendor wants a longer wait than a run has patience for.
    ComeBack(Duration),
}

/// Decides after the try number `tries` (from 1) failed.
///
/// What the vendor asks for counts more than the usual backoff, whether it
/// says it as a delay, as a date, or as the time when its limit is reset.
pub(crate) fn decide(
    policy: &Retry,
    tries: u32,
    (limited, headers): (bool, Option<&HeaderMap>),
    now: SystemTime,
) -> Decision {
    if tries > policy.max_retries {
        return Decision::GiveUp;
    }
    match headers.and_then(|headers| asked_for(headers, now)) {
        Some(wait) if wait > MAX_WAIT => Decision::ComeBack(wait),
        Some(wait) => Decision::Wait(wait),
        None => backoff(policy, tries, limited, now),
    }
}

/// Exponential, with full jitter: many runs that failed together do not come back together.
///
/// A vendor that was asked too often gets all of the time: one request alone finds out whether
/// that was enough, and each one that is too early may count against the key.
fn backoff(policy: &Retry, tries: u32, limited: bool, now: SystemTime) -> Decision {
    let backoff = ExponentialBackoff::builder()
        .retry_bounds(policy.first_wait, LONGEST_BACKOFF.max(policy.first_wait))
        .jitter(if limited { Jitter::None } else { Jitter::Full })
        .base(policy.backoff_factor)
        .build_with_max_retries(policy.max_retries);
    match backoff.should_retry(now, tries - 1) {
        // The library works with the clock of its own, which is at most a moment ahead.
        RetryDecision::Retry { execute_after } => {
            Decision::Wait(execute_after.duration_since(now).unwrap_or_default())
        }
        RetryDecision::DoNotRetry => Decision::GiveUp,
    }
}

/// The time until the vendor's limit is reset, if a good answer says that nothing of it is left.
pub(crate) fn exhausted(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let none_left = ["ratelimit-remaining", "x-ratelimit-remaining", "x-rate-limit-remaining"]
        .into_iter()
        .any(|name| headers.get(name).is_some_and(|value| value.as_bytes() == b"0"));
    none_left.then(|| asked_for(headers, now)).flatten().filter(|wait| *wait <= MAX_WAIT)
}

/// The wait that the vendor's headers ask for.
pub(crate) fn asked_for(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some(after) = value(RETRY_AFTER.as_str()) {
        if let Ok(seconds) = after.parse::<f64>() {
            return Duration::try_from_secs_f64(seconds).ok();
        }
        if let Ok(date) = httpdate::parse_http_date(after) {
            return Some(date.duration_since(now).unwrap_or_default());
        }
    }
    ["ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"]
        .into_iter()
        .find_map(|name| value(name)?.parse::<f64>().ok())
        .and_then(|reset| until_reset(reset, now))
}

/// A reset is a delay, or an epoch in seconds or milliseconds; no delay is as long as an epoch.
fn until_reset(reset: f64, now: SystemTime) -> Option<Duration> {
    const SECONDS: f64 = 1e9;
    const MILLISECONDS: f64 = 1e12;
    let reset =
        Duration::try_from_secs_f64(if reset >= MILLISECONDS { reset / 1e3 } else { reset })
            .ok()?;
    if reset.as_secs_f64() < SECONDS {
        return Some(reset);
    }
    let epoch = now.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(reset.saturating_sub(epoch))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_700_000_000;

    fn check(header: (&'static str, &str), expected: Decision) {
        let headers =
            HeaderMap::from_iter([(header.0.parse().unwrap(), header.1.parse().unwrap())]);
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
        for limited in [false, true] {
            let decided = decide(&Retry::STANDARD, 1, (limited, Some(&headers)), now);
            assert_eq!(decided, expected, "{header:?}");
        }
    }

    #[test]
    fn a_vendor_that_says_wait_is_obeyed() {
        let seconds = |seconds| Decision::Wait(Duration::from_secs(seconds));
        check(("retry-after", "3"), seconds(3));
        check(("retry-after", "Tue, 14 Nov 2023 22:13:25 GMT"), seconds(5));
        check(("retry-after", "Tue, 14 Nov 2023 22:13:15 GMT"), seconds(0));
        check(("ratelimit-reset", "7"), seconds(7));
        check(("x-ratelimit-reset", "1700000009"), seconds(9));
        check(("x-ratelimit-reset", "1700000009000"), seconds(9));
        check(("x-ratelimit-reset", "1600000000"), seconds(0));
        check(("retry-after", "3600"), Decision::ComeBack(Duration::from_hours(1)));
    }

    #[test]
    fn nonsense_in_a_header_does_not_stop_the_backoff() {
        for header in [("retry-after", "soon"), ("retry-after", "-1"), ("x-ratelimit-reset", "NaN")]
        {
            let headers =
                HeaderMap::from_iter([(header.0.parse().unwrap(), header.1.parse().unwrap())]);
            assert!(
                matches!(
                    decide(&Retry::STANDARD, 1, (false, Some(&headers)), SystemTime::now()),
                    Decision::Wait(_)
                ),
                "{header:?}"
            );
        }
    }

    #[test]
    fn the_backoff_doubles_at_the_most_and_ends_after_the_declared_tries() {
        for (tries, most) in [(1, 1), (2, 2), (3, 4)] {
            for _ in 0..50 {
                let decided = decide(&Retry::STANDARD, tries, (false, None), SystemTime::now());
                let Decision::Wait(wait) = decided else {
                    panic!("gave up at try {tries}");
                };
                assert!(wait.as_secs() <= most, "{wait:?} after try {tries}");
            }
        }
        assert_eq!(decide(&Retry::STANDARD, 4, (false, None), SystemTime::now()), Decision::GiveUp);
    }
    #[test]
    fn a_vendor_that_was_asked_too_often_gets_all_of_the_growing_time() {
        for (tries, wait) in [(1, 1), (2, 2), (3, 4)] {
            let decided = decide(&Retry::STANDARD, tries, (true, None), SystemTime::now());
            let waits = |most| matches!(decided, Decision::Wait(wait) if wait >= most);
            assert!(waits(Duration::from_secs(wait)), "{decided:?} after try {tries}");
        }
    }
}
