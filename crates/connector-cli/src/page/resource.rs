//! One resource: how it stands in a line, and behind that how it is known, what its last runs
//! were like, what is odd about its rows, and what to type next.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::words::{class, evidence, machine_time, many, number, prose, span, time};
use super::{Page, RUNS, Seen, anchor, chart, named};
use crate::ago::ago;
use crate::known::{history, problem, verdict};
use connector_core::store::{Interrupted, ResourceRun, ResourceStatus};
use connector_core::verdict::drift_said;

/// The fields and reasons that are shown; the commands show all.
const MOST: usize = 12;

/// The runs that stand in the table.
const IN_TABLE: usize = 10;

/// A resource as a line.
pub(super) fn line(page: &Page, seen: &Seen, one: &ResourceStatus) -> Markup {
    let bad = seen.known.needs_somebody(one);
    html! {
        div.resource id=(anchor(&seen.known.connection, one.resource)) data-bad[bad] { (summary(page, seen, one)) }
    }
}

/// The same, with all that is known behind it.
pub(super) fn details(page: &Page, seen: &Seen, one: &ResourceStatus) -> Markup {
    let known = &seen.known;
    let bad = known.needs_somebody(one);
    html! {
        details.resource id=(anchor(&known.connection, one.resource)) data-bad[bad] open[bad] {
            summary { (summary(page, seen, one)) }
            div.body {
                (proof(one))
                (facts(page, seen, one))
                (charts(seen, one))
                (table(seen, one))
                (oddities(seen, one))
                (commands(seen, one))
            }
        }
    }
}

fn summary(page: &Page, seen: &Seen, one: &ResourceStatus) -> Markup {
    html! {
        span.name { (one.resource) }
        " " span.badge.{ "v-" (class(verdict(one, &seen.known.status.run))) } { (problem(&seen.known, one)) }
        " " span.age {
            @match one.complete_at {
                Some(at) => { "whole " time datetime=(machine_time(at)) title=(time(at)) { (ago(at, page.now)) " ago" } },
                None => "never whole",
            }
        }
        " " span.rows { @if let Some(rows) = one.rows { (many(rows, "row", "rows")) } }
        " " (strip(seen, one))
    }
}

/// The runs of a resource.
fn runs<'a>(seen: &'a Seen, one: &ResourceStatus) -> &'a [ResourceRun] {
    let all = seen.recent.resources.iter();
    all.filter(|runs| runs.resource == one.resource)
        .map(|runs| &runs.runs[..])
        .next()
        .unwrap_or_default()
}

/// How a run came out for a resource.
fn came_out<'a>(seen: &Seen, run: &'a ResourceRun) -> &'a str {
    let newest = &seen.known.status.run;
    match run.finished_at {
        Some(_) => &run.verdict,
        None if newest.running && newest.run_id == run.run_id => "running",
        None => "broken off",
    }
}

/// A mark for each run.
fn strip(seen: &Seen, one: &ResourceStatus) -> Markup {
    let runs = runs(seen, one);
    if runs.is_empty() {
        return html! { span.strip {} };
    }
    // One path for each kind of verdict, with a piece for each row of runs that came out so.
    let first = usize::try_from(RUNS).unwrap_or_default().saturating_sub(runs.len());
    let mut pieces: BTreeMap<&'static str, Vec<(usize, usize)>> = BTreeMap::new();
    for (at, run) in runs.iter().enumerate().map(|(at, run)| (first + at, run)) {
        let of = pieces.entry(class(came_out(seen, run))).or_default();
        match of.last_mut() {
            Some((from, many)) if *from + *many == at => *many += 1,
            _ => of.push((at, 1)),
        }
    }
    let drawn = |pieces: &[(usize, usize)]| {
        let each = pieces.iter().map(|(from, many)| format!("M{from} 4h{many}"));
        each.collect::<Vec<_>>().concat()
    };
    let whole = runs.iter().filter(|run| came_out(seen, run) == "complete").count();
    let said = format!("{whole} of the last {} complete", many(runs.len(), "run was", "runs were"));
    html! {
        svg.strip role="img" aria-label=(said) viewBox={ "0 0 " (RUNS) " 8" } preserveAspectRatio="none" {
            @for (class, pieces) in &pieces { path.{ "v-" (class) } d=(drawn(pieces)) {} }
        }
    }
}

/// How it is known to be whole, or what is wrong.
fn proof(one: &ResourceStatus) -> Markup {
    html! {
        @if let Some(known) = &one.evidence {
            p.proof { (evidence(known, one.rows_read).join(" ")) }
        }
        @let problems = one.evidence.iter().flat_map(|known| &known.problems);
        @let others = problems.filter(|problem| one.error.as_ref() != Some(problem));
        @for wrong in one.error.iter().chain(others) { p.wrong { (prose(wrong)) } }
        @if let Some(next) = &one.next { p.next { (prose(next)) } }
    }
}

fn facts(page: &Page, seen: &Seen, one: &ResourceStatus) -> Markup {
    let known = &seen.known;
    let age = |at| ago(at, page.now);
    let walk = known.whole_walks.iter().find(|walk| walk.resource == one.resource);
    html! {
        dl {
            @if let Some(run) = one.run_id {
                dt { "Last run" }
                dd {
                    (run)
                    @if let Some(at) = one.started_at { ", " time datetime=(machine_time(at)) { (time(at)) " UTC" } }
                }
            }
            @if let Some(at) = one.complete_at {
                dt { "Proved whole" }
                dd {
                    time datetime=(machine_time(at)) { (time(at)) " UTC" } ", " (age(at)) " ago"
                    @if let Some(most) = page.max_age {
                        @if page.now - at > most { ", which is too old" } @else { ", which is new enough" }
                    }
                }
            }
            @if let (Some(rows), Some(deleted)) = (one.rows, one.deleted) {
                dt { "Rows" }
                dd { (number(rows)) " in " code { (known.schema) "." (one.table) } ", and " (number(deleted)) " marked deleted" }
            }
            @if one.run_id.is_some() {
                dt { "Last changes" }
                dd { (number(one.inserted)) " new, " (number(one.updated)) " changed" }
            }
            @if let Some(at) = one.cursor { dt { "Data until" } dd { (time(at)) " UTC" } }
            @if let Some(walk) = walk { dt { "Full walk" } dd { (walk.said(page.now)) } }
            @if let Some(of) = &one.history {
                dt { "History" }
                dd {
                    (history(of, page.now))
                    @if let Some(versions) = of.versions { ", " (many(versions, "version", "versions")) }
                }
            }
            @if let Some(Interrupted { listings, rows, next }) = &one.interrupted {
                dt { "Interrupted" }
                dd {
                    "after " (many(*rows, "row", "rows"))
                    @if *listings > 1 { " in " (many(*listings, "listing", "listings")) }
                    ", before " (next)
                }
            }
        }
    }
}

/// What the last runs were like.
fn charts(seen: &Seen, one: &ResourceStatus) -> Markup {
    let runs = runs(seen, one);
    if runs.is_empty() {
        return html! {};
    }
    let of = |value: fn(&ResourceRun) -> i64| -> Vec<Option<u64>> {
        // What runs still has no number yet.
        runs.iter().map(|run| run.finished_at.and_then(|_| value(run).try_into().ok())).collect()
    };
    let count = |value: u64| number(value);
    let time = |value: u64| span(value.try_into().unwrap_or(i64::MAX));
    html! {
        div.charts {
            (figure("rows sent", &[("", of(|run| run.rows_read))], &count))
            (figure(
                "changes",
                &[("new", of(|run| run.inserted)), ("changed", of(|run| run.updated)), ("gone", of(|run| run.deleted))],
                &count,
            ))
            (figure("time", &[("", of(took))], &time))
            (figure("requests", &[("", of(|run| run.requests))], &count))
            (figure("waits", &[("", of(|run| run.waited_ms))], &time))
            (figure("429s", &[("", of(|run| run.throttled))], &count))
        }
    }
}

/// The milliseconds that a run took.
fn took(run: &ResourceRun) -> i64 {
    run.finished_at.map_or(0, |at| (at - run.started_at).num_milliseconds())
}

/// A chart, with the newest number and the lowest and highest ones in words.
fn figure(
    what: &str,
    series: &[(&str, Vec<Option<u64>>)],
    shown: &dyn Fn(u64) -> String,
) -> Markup {
    let all = || series.iter().flat_map(|(_, values)| values.iter().flatten().copied());
    let highest = all().max().unwrap_or_default();
    let newest =
        |values: &[Option<u64>]| values.iter().rev().flatten().next().copied().unwrap_or_default();
    let from = all().min().unwrap_or_default();
    let range = if from == highest {
        format!("always {}", shown(from))
    } else {
        format!("{} to {}", shown(from), shown(highest))
    };
    html! {
        figure {
            figcaption {
                (what)
                // The number of a line has the line's colour.
                @for ((name, values), nth) in series.iter().zip(["one", "two", "three"]) {
                    " " b class=[(series.len() > 1).then_some(nth)] { (shown(newest(values))) @if !name.is_empty() { " " (name) } }
                }
            }
            // Where nothing ever happened, there is nothing to draw.
            @if highest > 0 {
                div.chart role="img" aria-label={ (what) " in the last runs: " (range) } {
                    (chart::lines(&series.iter().map(|(_, values)| values.clone()).collect::<Vec<_>>()))
                }
                small { (range) }
            } @else { small { "none in these runs" } }
        }
    }
}

/// The last runs in numbers.
fn table(seen: &Seen, one: &ResourceStatus) -> Markup {
    let runs = runs(seen, one);
    if runs.is_empty() {
        return html! {};
    }
    html! {
        div.wide tabindex="0" role="region" aria-label={ "the last runs of " (seen.known.connection) " " (one.resource) } {
            table {
                thead {
                    tr {
                        @for head in ["run", "began", "verdict", "rows", "new", "changed", "gone", "requests", "429", "waits", "time"] {
                            th scope="col" { (head) }
                        }
                    }
                }
                tbody {
                    @for run in runs.iter().rev().take(IN_TABLE) {
                        tr {
                            td { (run.run_id) }
                            td { (time(run.started_at)) }
                            td { (came_out(seen, run)) }
                            @for value in [run.rows_read, run.inserted, run.updated, run.deleted, run.requests, run.throttled] {
                                td { (number(value)) }
                            }
                            td { (span(run.waited_ms)) }
                            td { @if run.finished_at.is_some() { (span(took(run))) } @else { "–" } }
                        }
                    }
                }
            }
        }
    }
}

/// Fields that are unlike the model, and rows that are set aside.
fn oddities(seen: &Seen, one: &ResourceStatus) -> Markup {
    let drift = seen.drift.iter().filter(|field| field.still && field.resource == one.resource);
    let fields: Vec<_> = drift.collect();
    let aside = seen.quarantine.iter().find(|aside| aside.resource == one.resource);
    html! {
        @if !fields.is_empty() {
            h3 { (many(fields.len(), "field is", "fields are")) " unlike the model" }
            ul {
                @for field in fields.iter().take(MOST) {
                    li {
                        (prose(&drift_said(&named(&field.field), &field.kind, &field.json_type, field.shape.as_deref().unwrap_or_default())))
                        ", since run " (field.first_run_id)
                    }
                }
                @if fields.len() > MOST { li { "and " (number(fields.len() - MOST)) " more" } }
            }
        }
        @if let Some(aside) = aside {
            h3 {
                (many(aside.quarantined, "row is", "rows are")) " set aside"
                @if one.verdict.as_deref() == Some("complete") && aside.reasons.iter().any(|reason| reason.still) { ", which is tolerated" }
            }
            ul {
                @for reason in aside.reasons.iter().take(MOST) {
                    li {
                        (many(reason.quarantined, "row", "rows")) ": " (prose(&reason.reason))
                        @if let Some(page) = reason.page { ", page " (page) }
                        " of run " (reason.run_id)
                    }
                }
            }
        }
    }
}

/// What to type next.
fn commands(seen: &Seen, one: &ResourceStatus) -> Markup {
    let known = &seen.known;
    let mut verbs = Vec::new();
    if one.quarantined > 0 {
        verbs.push("quarantine");
    }
    if one.drift > 0 {
        verbs.push("drift");
    }
    // A run is the connection's, and offered there.
    if verbs.is_empty() && !known.needs_somebody(one) && one.run_id.is_some() {
        verbs.push("changes --since 1d");
    }
    html! {
        @for verb in verbs {
            p.command { code { (known.command(verb)) " --resource " (one.resource) } }
        }
    }
}
