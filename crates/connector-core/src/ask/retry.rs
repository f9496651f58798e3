//! Whether to ask again, and how long to wait first. Pure: the clock is passed in.

use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use retry_policies::policies::ExponentialBackoff;
use retry_policies::{Jitter, RetryDecision, RetryPolicy};

use connector_spec::Retry;

/// The longest wait that a vendor may ask for; beyond it a run ends and says when to come back.
pub(crate) const MAX_WAIT: Duration = Duration::from_mins(15);

/// The longest wait between two tries when the vendor asks for none.
const LONGEST_BACKOFF: Duration = Duration::from_mins(1);

/// The longest wait that is believed, as no quota is counted over more than a month.
const PLAUSIBLE: Duration = Duration::from_hours(31 * 24);

/// The headers that tell when a limit is reset.
const RESETS: [&str; 3] = ["ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"];

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

/// Whether an answer with that status passes by itself.
pub(crate) fn passes(
    policy: &Retry,
    status: StatusCode,
    headers: &HeaderMap,
    now: SystemTime,
) -> bool {
    let status = status.as_u16();
    // These tell of how a server is made, and not of a moment.
    let lasts = matches!(status, 501 | 505 | 506 | 508 | 510 | 511);
    let always = matches!(status, 408 | 425 | 500..600) && !lasts;
    // Who asks too often may lose the key, and a key that is refused stays so.
    let at_cost = matches!(status, 401 | 429);
    policy.statuses.contains(&status) || always || (!at_cost && asks_again(headers, now))
}

/// Whether the vendor asks to be asked again.
pub(crate) fn asks_again(headers: &HeaderMap, now: SystemTime) -> bool {
    wish(headers, RETRY_AFTER.as_str(), now).is_some()
}

/// Decides after the try number `tries` (from 1) failed, with an answer or without one.
///
/// The wait is what the vendor asks for, as a delay, as a date, or, at a limit, as the time when
/// that is reset; but never less than the usual backoff, as many a vendor says 0 and means more.
pub(crate) fn decide(
    policy: &Retry,
    tries: u32,
    answer: Option<(StatusCode, &HeaderMap)>,
    now: SystemTime,
) -> Decision {
    if tries > policy.max_retries {
        return Decision::GiveUp;
    }
    let status = answer.map(|(status, _)| status);
    let limited = status == Some(StatusCode::TOO_MANY_REQUESTS);
    let asked = answer.and_then(|(_, headers)| {
        // Many a vendor tells the reset of its limit in each answer, so only a refusal means it.
        if limited { asked_for(headers, now) } else { wish(headers, RETRY_AFTER.as_str(), now) }
    });
    if let Some(wait) = asked.filter(|wait| *wait > MAX_WAIT) {
        return Decision::ComeBack(wait);
    }
    let busy = limited || status == Some(StatusCode::SERVICE_UNAVAILABLE);
    let least = if busy { policy.least_wait } else { Duration::ZERO };
    backoff(policy, tries, limited, now).map_or(Decision::GiveUp, |wait| {
        Decision::Wait(wait.max(least).max(asked.unwrap_or_default()))
    })
}

/// Exponential, with full jitter: many runs that failed together do not come back together.
///
/// A vendor that was asked too often gets all of the time: one request alone finds out whether
/// that was enough, and each one that is too early may count against the key.
fn backoff(policy: &Retry, tries: u32, limited: bool, now: SystemTime) -> Option<Duration> {
    let backoff = ExponentialBackoff::builder()
        .retry_bounds(policy.first_wait, LONGEST_BACKOFF.max(policy.first_wait))
        .jitter(if limited { Jitter::None } else { Jitter::Full })
        .base(policy.backoff_factor)
        .build_with_max_retries(policy.max_retries);
    match backoff.should_retry(now, tries - 1) {
        // The library works with the clock of its own, which is at most a moment ahead.
        RetryDecision::Retry { execute_after } => {
            Some(execute_after.duration_since(now).unwrap_or_default())
        }
        RetryDecision::DoNotRetry => None,
    }
}

/// The time until the vendor's limit is reset, if a good answer says that nothing of it is left.
pub(crate) fn exhausted(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let none_left = ["ratelimit-remaining", "x-ratelimit-remaining", "x-rate-limit-remaining"]
        .into_iter()
        .any(|name| headers.get(name).is_some_and(|value| value.as_bytes() == b"0"));
    none_left.then(|| asked_for(headers, now)).flatten().filter(|wait| *wait <= MAX_WAIT)
}

/// The wait that the headers of an answer at a limit ask for.
fn asked_for(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let names = [RETRY_AFTER.as_str()].into_iter().chain(RESETS);
    names.into_iter().find_map(|name| wish(headers, name, now))
}

/// The wait that a header asks for, if it is one that can be meant.
///
/// A number is a delay in seconds, or a time since 1970 in seconds or milliseconds. A month is
/// the longest wait, and the longest that a time may have passed, so that no number is two of
/// them; a number that is none, as in microseconds, is ignored.
fn wish(headers: &HeaderMap, name: &str, now: SystemTime) -> Option<Duration> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    let since_epoch = |time: SystemTime| {
        time.duration_since(SystemTime::UNIX_EPOCH).ok().map(|it| it.as_secs_f64())
    };
    let (longest, now) = (PLAUSIBLE.as_secs_f64(), since_epoch(now)?);
    let waits = if let Ok(number) = value.parse::<f64>() {
        let delay = if number < 0.0 { f64::NAN } else { number };
        [delay, number - now, number / 1e3 - now]
    } else {
        let date = since_epoch(httpdate::parse_http_date(value).ok()?)?;
        [date - now, f64::NAN, f64::NAN]
    };
    let wait = waits.into_iter().find(|wait| wait.abs() <= longest)?;
    Duration::try_from_secs_f64(wait.max(0.0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_700_000_000;
    const LIMITED: StatusCode = StatusCode::TOO_MANY_REQUESTS;
    const BROKEN: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
    }

    fn headers((name, value): (&'static str, &str)) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())])
    }

    fn waits(decision: Decision) -> f64 {
        let Decision::Wait(wait) = decision else { panic!("{decision:?}") };
        // The library's clock is not the test's.
        wait.as_secs_f64()
    }

    #[test]
    fn a_vendor_that_says_wait_is_obeyed() {
        for (header, seconds) in [
            (("retry-after", "3"), 3),
            (("retry-after", "2.5"), 2),
            (("retry-after", "Tue, 14 Nov 2023 22:13:25 GMT"), 5),
            (("retry-after", "1700000004"), 4),
            (("ratelimit-reset", "7"), 7),
            (("x-ratelimit-reset", "1700000009"), 9),
            (("x-ratelimit-reset", "1700000009000"), 9),
            (("x-ratelimit-reset", "Tue, 14 Nov 2023 22:13:25 GMT"), 5),
        ] {
            let asked = asked_for(&headers(header), now()).map(|wait| wait.as_secs());
            assert_eq!(asked, Some(seconds), "{header:?}");
        }
        let hour = ("retry-after", "3600");
        let decision = decide(&Retry::STANDARD, 1, Some((BROKEN, &headers(hour))), now());
        assert_eq!(decision, Decision::ComeBack(Duration::from_hours(1)));
    }

    #[test]
    fn what_no_vendor_can_mean_is_ignored() {
        for value in [
            "soon",
            "",
            "-1",
            "NaN",
            "inf",
            "1e400",
            "2678401",
            "1600000000",
            "1600000000000",
            "1702678401",
            "1700000009000000",
            "1700000009000000000",
            "99999999999999999999",
            "Tue, 14 Nov 2023 25:13:25 GMT",
            "Tue, 14 Nov 2090 22:13:25 GMT",
            "Thu, 01 Jan 1970 00:00:00 GMT",
        ] {
            for name in
                ["retry-after", "ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"]
            {
                assert_eq!(asked_for(&headers((name, value)), now()), None, "{name}: {value}");
            }
        }
        // The one that can be meant counts.
        let mut both = headers(("retry-after", "soon"));
        both.insert("x-ratelimit-reset", "7".parse().unwrap());
        assert_eq!(asked_for(&both, now()), Some(Duration::from_secs(7)));
    }

    #[test]
    fn the_usual_backoff_is_the_least_that_is_waited() {
        for header in [
            ("retry-after", "0"),
            ("retry-after", "Tue, 14 Nov 2023 22:13:15 GMT"),
            ("x-ratelimit-reset", "1699999980"),
            ("x-ratelimit-reset", "0"),
        ] {
            for (tries, least) in [(1, 1.0), (2, 2.0), (3, 4.0)] {
                let policy = Retry::STANDARD;
                let headers = headers(header);
                let decision = decide(&policy, tries, Some((LIMITED, &headers)), SystemTime::now());
                assert!(waits(decision) >= least, "{header:?}: {decision:?} after try {tries}");
            }
        }
    }

    #[test]
    fn a_busy_vendor_gets_the_least_wait_that_is_declared() {
        let policy = Retry { least_wait: Duration::from_mins(1), ..Retry::STANDARD };
        let hint = ("retry-after", "1");
        for (status, minute) in [(LIMITED, true), (BROKEN, true), (StatusCode::BAD_GATEWAY, false)]
        {
            let now = SystemTime::now();
            for decision in [
                decide(&policy, 1, Some((status, &headers(hint))), now),
                decide(&policy, 1, Some((status, &HeaderMap::new())), now),
            ] {
                assert_eq!(waits(decision) >= 60.0, minute, "{status}: {decision:?}");
            }
        }
        let hint = headers(("retry-after", "90"));
        let longer = decide(&policy, 1, Some((LIMITED, &hint)), SystemTime::now());
        assert!((waits(longer) - 90.0).abs() < 0.1, "{longer:?}");
        assert!(waits(decide(&policy, 1, None, SystemTime::now())) <= 1.1);
    }

    #[test]
    fn a_reset_tells_of_a_limit_and_of_nothing_else() {
        let reset = ("x-ratelimit-reset", "600");
        let decision = decide(
            &Retry::STANDARD,
            1,
            Some((StatusCode::BAD_GATEWAY, &headers(reset))),
            SystemTime::now(),
        );
        assert!(waits(decision) <= 1.1, "{decision:?}");
    }

    #[test]
    fn what_passes_is_told_by_its_status_and_by_the_vendor() {
        let (none, wish) = (HeaderMap::new(), headers(("retry-after", "1")));
        let policy = Retry { statuses: &[], ..Retry::STANDARD };
        for (status, always, on_demand) in [
            (202, false, true),
            (400, false, true),
            (401, false, false),
            (403, false, true),
            (404, false, true),
            (408, true, true),
            (425, true, true),
            (429, false, false),
            (500, true, true),
            (501, false, true),
            (503, true, true),
            (505, false, true),
            (511, false, true),
            (520, true, true),
            (524, true, true),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let found = [&none, &wish].map(|headers| passes(&policy, status, headers, now()));
            assert_eq!(found, [always, on_demand], "{status}");
        }
        assert!(passes(&Retry::STANDARD, LIMITED, &none, now()));
        let declared = Retry { statuses: &[409], ..Retry::STANDARD };
        assert!(passes(&declared, StatusCode::CONFLICT, &none, now()));
    }

    #[test]
    fn the_backoff_doubles_at_the_most_and_ends_after_the_declared_tries() {
        for (tries, most) in [(1, 1), (2, 2), (3, 4)] {
            for _ in 0..50 {
                let decided = decide(&Retry::STANDARD, tries, None, SystemTime::now());
                let Decision::Wait(wait) = decided else {
                    panic!("gave up at try {tries}");
                };
                assert!(wait.as_secs() <= most, "{wait:?} after try {tries}");
            }
        }
        assert_eq!(decide(&Retry::STANDARD, 4, None, SystemTime::now()), Decision::GiveUp);
    }
}
