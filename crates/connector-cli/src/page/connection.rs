//! One connection: its newest run, how far that is if it goes on, its last runs, its resources.

use maud::{Markup, html};

use super::words::{machine_time, many, number, time};
use super::{Page, Seen, resource};
use crate::ago::ago;
use crate::known::{outcome, resting};
use connector_core::store::{Going, PartsStatus};
use connector_core::words::count;

pub(super) fn section(page: &Page, seen: &Seen) -> Markup {
    let known = &seen.known;
    let run = &known.status.run;
    let bad = known.status.resources.iter().filter(|one| known.needs_somebody(one)).count();
    let unread = known.status.resources.iter().any(|one| one.run_id.is_none());
    html! {
        section.connection data-bad[bad > 0] {
            h2 { (known.connection) " " small { (run.connector) ", preset " (run.preset) } }
            p.run {
                "Run " (run.run_id) " " (outcome(run, page.now)) ". "
                @if bad == 0 {
                    (many(known.status.resources.len(), "resource", "resources")) "."
                } @else {
                    (number(bad)) " of " (many(known.status.resources.len(), "resource", "resources"))
                    @if bad == 1 { " needs" } @else { " need" } " somebody."
                }
            }
            @if run.running { (going(page, seen)) } @else if bad > 0 || unread {
                p.command { code { (known.command("sync")) } }
            }
            @for (one, detailed) in known.status.resources.iter().zip(&seen.detailed) {
                @if *detailed { (resource::details(page, seen, one)) } @else { (resource::line(page, seen, one)) }
            }
        }
    }
}

/// How far a run is that goes on.
fn going(page: &Page, seen: &Seen) -> Markup {
    let status = &seen.known.status;
    html! {
        div.going {
            h3 { "Being read now" }
            @if let Some(until) = status.rest_until {
                p { "A " (resting(until, page.now)) "." }
            }
            ul {
                @for one in &seen.recent.going { li { (far(page, one)) } }
                @for parts in status.parts.iter().filter(|parts| parts.closed < parts.parts) { (workers(page, parts)) }
            }
        }
    }
}

fn far(page: &Page, one: &Going) -> Markup {
    html! {
        b { (one.resource) } ": " (many(one.rows, "row", "rows")) " in "
        (many(one.requests, "request", "requests"))
        @if let Some(at) = one.updated_at { ", last commit " time datetime=(machine_time(at)) title=(time(at)) { (ago(at, page.now)) " ago" } }
    }
}

/// How far workers are with the parts of a resource, and who waits for what.
fn workers(page: &Page, parts: &PartsStatus) -> Markup {
    html! {
        li {
            b { (parts.resource) } ": " (number(parts.closed)) " of " (count(parts.parts, "part", "parts")) " read "
            progress value=(parts.closed) max=(parts.parts) aria-label={ "parts of " (parts.resource) } {}
            ul {
                @for part in &parts.begun {
                    li {
                        "part " (part.part)
                        @if part.held { " is read by worker " (part.worker) }
                        @else { " waits for a worker; worker " (part.worker) " left it" }
                        @if let Some(at) = part.updated_at { ", last commit " (ago(at, page.now)) " ago" }
                        @if part.attempts > 1 { ", begun " (part.attempts) " times" }
                        @if let Some(error) = &part.error { ": " (error) }
                    }
                }
            }
        }
    }
}
