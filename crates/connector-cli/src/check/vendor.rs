//! What a sync needs of the vendor.

use std::time::SystemTime;

use super::super::now;
use super::{Check, Outcome};
use connector_core::ask::Route;
use connector_core::error::{Error, ErrorKind};
use connector_core::run::Connection;
use connector_core::run::probe::{FirstPage, first_page};
use connector_core::store::Database;
use connector_core::words::{count, span};
use connector_spec::Rate;

/// What the check is called of a vendor that was not asked.
pub(super) const VENDOR: &str = "vendor";

/// The way to the vendor, the key, and the first page of each resource that has one.
pub(super) async fn vendor(
    connection: &Connection,
    database: Option<&Database>,
    checks: &mut Vec<Check>,
) {
    let client = match connection.impatient_client() {
        Ok(client) => client,
        Err(error) => return checks.push(Check::error("key", &error)),
    };
    // What keeps it from being known is said where the database is looked at.
    if let Some(database) = database
        && let Ok(Some(until)) = database.rest_of(&client).await
    {
        let until = until.format("%Y-%m-%d %H:%M:%S UTC");
        let what = format!("not asked: it told a run that it wants a rest until {until}");
        return checks.push(Check::warning(VENDOR, what, "check again after that"));
    }
    checks.push(match client.route().await {
        Ok(Route::Proxy(proxy)) => Check::ok("name", format!("left to the proxy `{proxy}`")),
        Ok(Route::Number) => Check::ok("name", "not needed: the base URL has an IP address"),
        Ok(Route::Name { host, addresses }) => {
            Check::ok("name", format!("`{host}` has {}", count(addresses, "address", "addresses")))
        }
        Err(error) => return checks.push(Check::error("name", &error)),
    });
    let (rate, base) = connection.vendor();
    let encrypted = if base.scheme() == "https" { "over TLS" } else { "without TLS" };
    let (mut reached, mut accepted) = (false, false);
    let mut newest = None;
    for resource in connection.selected() {
        let name = resource.name;
        let page = first_page(&client, connection.connector, resource, &connection.params).await;
        let kind = page.as_ref().err().map(Error::kind);
        if kind == Some(ErrorKind::Unreachable) {
            return checks.extend(page.err().map(|error| Check::error("network", &error)));
        }
        if !std::mem::replace(&mut reached, true) {
            checks.push(Check::ok("network", format!("the vendor answers, {encrypted}")));
        }
        if kind == Some(ErrorKind::Auth) {
            return checks.extend(page.err().map(|error| Check::error("key", &error)));
        }
        let good = matches!(page, Ok(Some(_)));
        if good && !std::mem::replace(&mut accepted, true) {
            checks.push(Check::ok("key", "accepted"));
        }
        let check = match page {
            Ok(Some(page)) => {
                let page = newest.insert(page);
                Check::ok(name, format!("rows on the first page: {}", page.rows))
            }
            Ok(None) => {
                let parent = resource.parent.map_or("", |parent| parent.resource);
                Check::new(name, Outcome::Skipped, format!("asked for with each row of `{parent}`"))
            }
            Err(error) => Check::error(name, &error),
        };
        checks.push(check);
    }
    if let Some(FirstPage { response, .. }) = newest {
        checks.push(limit(rate, &response.rate_limit()));
        checks.extend(response.header("date").and_then(clock));
    }
}

fn limit(rate: Option<Rate>, told: &[String]) -> Check {
    let kept = match rate {
        Some(Rate { requests, per }) => {
            let requests = count(requests, "request", "requests");
            format!("kept: {requests} in {}", span(per))
        }
        None => "none is declared".to_owned(),
    };
    let told = match told {
        [] => "the vendor's headers tell none".to_owned(),
        told => format!("the vendor tells {}", told.join(", ")),
    };
    Check::ok("rate limit", format!("{kept}; {told}"))
}

/// A clock that is far from the vendor's: certificates and ages would be judged wrongly.
fn clock(date: &str) -> Option<Check> {
    let theirs = httpdate::parse_http_date(date).ok()?;
    let ours = SystemTime::from(now());
    let apart = ours.duration_since(theirs).or_else(|_| theirs.duration_since(ours)).ok()?;
    let minutes = apart.as_secs() / 60;
    (minutes >= 5).then(|| {
        let way = if ours > theirs { "ahead of" } else { "behind" };
        let what = format!("this machine's is {minutes} minutes {way} the vendor's");
        Check::warning("clock", what, "set the clock of this machine, best by NTP")
    })
}
