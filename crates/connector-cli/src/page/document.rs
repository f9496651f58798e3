//! The document around the connections: what comes first, what somebody has to do, and the policy
//! by which nothing acts but the page's own script.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use super::words::{class, machine_time, many, prose, span, time};
use super::{Page, Seen, Stands, anchor, connection};
use crate::known::{problem, verdict};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What a browser may load and run, of a page that is a file.
static POLICY: LazyLock<String> = LazyLock::new(|| policy(""));

/// The same of one that a server shows: it may ask that server again, and stand in no frame.
pub(in super::super) static SERVED_POLICY: LazyLock<String> =
    LazyLock::new(|| policy("connect-src 'self'; frame-ancestors 'none'; "));

fn policy(more: &str) -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; {more}base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

pub(super) fn html(page: &Page) -> String {
    let Page { now, max_age, connections, served, .. } = page;
    let sentence = page.sentence();
    let stands = page.stands();
    let resources = connections.iter().map(|seen| seen.known.status.resources.len()).sum::<usize>();
    let runs = connections.iter().any(|seen| seen.known.status.run.running);
    let markup = html! {
        (DOCTYPE)
        html lang="en" data-made=(machine_time(*now)) data-served[*served] data-runs[runs] {
            head {
                meta charset="utf-8";
                // A server says it in a header, where it can say more.
                @if !served { meta http-equiv="Content-Security-Policy" content=(*POLICY); }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                title { (sentence) }
                link rel="icon" href=(icon(stands));
                @if *served && runs { noscript { meta http-equiv="refresh" content="5"; } }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "To the connections" }
                header {
                    p.mark.bad[stands == Stands::Badly].open[stands == Stands::Open] aria-hidden="true" {
                        @match stands { Stands::Well => "✓", Stands::Badly => "!", Stands::Open => "…" }
                    }
                    div {
                        h1 { (sentence) }
                        p.made {
                            "As of " time datetime=(machine_time(*now)) { (time(*now)) " UTC" }
                            @if let Some(age) = max_age { ", no older than " (span(age.num_milliseconds())) " wanted" }
                            ". " span #ago role="status" {}
                        }
                    }
                }
                (problems(page))
                @if resources > 1 {
                    form #find hidden role="search" {
                        label { "Find " input type="search" autocomplete="off"; }
                        label { input type="checkbox"; " only what needs somebody" }
                        button type="button" { "Open all" }
                        output { }
                    }
                }
                main #main tabindex="-1" {
                    @for seen in connections { (connection::section(page, seen)) }
                }
                footer {
                    @let whole = connections.iter().flat_map(|seen| &seen.detailed).filter(|one| **one).count();
                    @if whole < resources {
                        p {
                            "Charts are drawn of " (many(whole, "resource", "resources"))
                            ", those that need somebody first. " code { "--connection NAME" }
                            " in place of " code { "--all" } " shows all of one connection."
                        }
                    }
                    p {
                        "In a strip, each mark is a run, the newest at the right: "
                        span.key.v-complete { "complete" } " " span.key.v-incomplete { "incomplete or broken off" } " "
                        span.key.v-failed { "failed" } " " span.key.v-skipped { "not tried" } "."
                    }
                    p { "Made by version " (crate::version()) ". It holds no row's value, and loads nothing." }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    markup.into_string()
}

/// What a browser shows beside the page's title.
fn icon(stands: Stands) -> &'static str {
    match stands {
        Stands::Well => {
            "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Ccircle cx='4' cy='4' r='4' fill='%23197a3e'/%3E%3C/svg%3E"
        }
        Stands::Badly => {
            "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Cpath d='M4 0l4 8H0z' fill='%23b3261e'/%3E%3C/svg%3E"
        }
        Stands::Open => {
            "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Ccircle cx='4' cy='4' r='3' fill='none' stroke='%23666' stroke-width='2'/%3E%3C/svg%3E"
        }
    }
}

/// The most resources that are named before all else: as many as a person reads.
const SHOWN: usize = 20;

/// What needs somebody, before all else.
fn problems(page: &Page) -> Markup {
    let bad = |seen: &Seen| {
        let resources = &seen.known.status.resources;
        resources.iter().filter(|one| seen.known.needs_somebody(one)).count()
    };
    let connections: Vec<(&Seen, usize)> =
        page.connections.iter().map(|seen| (seen, bad(seen))).filter(|(_, bad)| *bad > 0).collect();
    if connections.is_empty() && page.failures.is_empty() {
        return html! {};
    }
    let resources = connections.iter().flat_map(|(seen, _)| {
        seen.known
            .status
            .resources
            .iter()
            .filter(|one| seen.known.needs_somebody(one))
            .map(move |one| (*seen, one))
    });
    let more = connections.iter().map(|(_, bad)| bad).sum::<usize>().saturating_sub(SHOWN);
    html! {
        section.needs aria-labelledby="needs" {
            h2 #needs { "What needs somebody" }
            ul {
                @for (error, next) in &page.failures {
                    li {
                        (prose(error))
                        @if let Some(next) = next { span.next { (prose(next)) } }
                    }
                }
                @for (seen, one) in resources.take(SHOWN) {
                    @let known = &seen.known;
                    li {
                        a href={ "#" (anchor(&known.connection, one.resource)) } {
                            (known.connection) " " b { (one.resource) }
                        }
                        " " span.badge.{ "v-" (class(verdict(one, &known.status.run))) } { (problem(known, one)) }
                        @if let Some(error) = &one.error { " " (prose(error)) }
                        @if let Some(next) = &one.next { span.next { (prose(next)) } }
                    }
                }
                @if more > 0 { li { "and " (many(more, "more resource", "more resources")) ", below" } }
            }
        }
    }
}
