//! Numbers, times and evidence, in words.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use connector_core::words::took;
pub(super) use connector_core::words::{count as many, number};
use connector_core::{Ending, Evidence};

/// A text of this program, with what it marks as typed or named shown as such.
pub(super) fn prose(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    // A mark without its other half is a vendor's.
    if parts.len().is_multiple_of(2) {
        return html! { (text) };
    }
    html! {
        @for (at, part) in parts.iter().enumerate() {
            @if at.is_multiple_of(2) { (part) } @else { code { (part) } }
        }
    }
}

/// How long something took.
pub(super) fn span(ms: i64) -> String {
    took(ms.try_into().unwrap_or_default())
}

/// A time as it stands beside others.
pub(super) fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

/// The same for a machine.
pub(super) fn machine_time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// How a run knows that a resource is whole, or not, in sentences.
pub(super) fn evidence(evidence: &Evidence, rows_read: i64) -> Vec<String> {
    let Evidence { partitions, known, distinct, .. } = *evidence;
    let mut said = Vec::new();
    let several = partitions + known > 1;
    let came = match distinct {
        0 => many(rows_read, "row", "rows"),
        _ => many(distinct, "different row", "different rows"),
    };
    let place = if several {
        format!(" in {}", many(partitions + known, "listing", "listings"))
    } else {
        String::new()
    };
    said.push(match evidence.total {
        Some(total) => format!("The vendor said {}; {came} came{place}.", number(total)),
        None => format!("{} came{place}; the vendor says no total.", capital(&came)),
    });
    let endings = evidence.endings.iter();
    match (&endings.collect::<Vec<_>>()[..], several) {
        ([], _) => {}
        ([(ending, _)], false) => said.push(format!("The listing ended: {}.", meaning(**ending))),
        (endings, _) => {
            let each = endings.iter().map(|(ending, listings)| {
                format!("{} as {}", many(**listings, "listing", "listings"), meaning(**ending))
            });
            said.push(format!(
                "{}.",
                capital(&format!("ended: {}", each.collect::<Vec<_>>().join("; ")))
            ));
        }
    }
    if known > 0 {
        let listings = many(known, "listing was", "listings were");
        said.push(format!("{listings} read whole in the run that this one went on with."));
    }
    if evidence.passes > 1 {
        let passes = evidence.passes;
        said.push(format!("A listing was read {passes} times, because it changed meanwhile."));
    }
    if evidence.total_moved {
        said.push("The vendor changed its total meanwhile.".to_owned());
    }
    said.extend(evidence.missing().map(|missing| format!("{}.", capital(&missing))));
    for (rows, what) in [
        (evidence.repeats, "came again in the same batch"),
        (evidence.collisions, "differ from another one with the same key"),
        (evidence.went_back, "went back to an older version"),
        (evidence.left_out, "were left out by --since and --until"),
    ] {
        if rows > 0 {
            said.push(format!("{} {what}.", many(rows, "row", "rows")));
        }
    }
    said
}

/// A verdict as a class of the style.
pub(super) fn class(verdict: &str) -> &'static str {
    match verdict {
        "complete" => "complete",
        "incomplete" | "broken off" => "incomplete",
        "failed" => "failed",
        "running" => "running",
        _ => "skipped",
    }
}

/// What an ending is known by.
fn meaning(ending: Ending) -> &'static str {
    match ending {
        Ending::SinglePage => "it is one answer by its declaration",
        Ending::Window => "the newest rows came, as many as are within reach",
        Ending::TotalReached => "as many rows came as the vendor said there are",
        Ending::Done => "the vendor said that this is the last page",
        Ending::NoNextPage => "the vendor named no next page",
        Ending::LastRow => "the last row was asked for again, and came alone",
        Ending::EmptyPage => "a page came without rows",
        Ending::OffsetIgnored => "the vendor sends the whole listing each time",
    }
}

/// A sentence's first letter is a large one.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_shown_as_such_and_nothing_that_a_vendor_says_acts() {
        assert_eq!(
            prose("`sync --wait` waits for <it>").into_string(),
            "<code>sync --wait</code> waits for &lt;it&gt;"
        );
        assert_eq!(prose("the vendor's ` mark").into_string(), "the vendor's ` mark");
        assert_eq!(prose("nothing").into_string(), "nothing");
    }

    #[test]
    fn evidence_says_what_the_vendor_said_and_what_came() {
        let one = Evidence {
            partitions: 1,
            total: Some(1_240),
            distinct: 1_240,
            endings: [(Ending::TotalReached, 1)].into(),
            ..Evidence::default()
        };
        assert_eq!(
            evidence(&one, 1_264).join(" "),
            "The vendor said 1,240; 1,240 different rows came. \
             The listing ended: as many rows came as the vendor said there are."
        );
        let many = Evidence {
            partitions: 3,
            known: 1,
            distinct: 9,
            passes: 2,
            total_moved: true,
            vanished: 1,
            repeats: 1,
            endings: [(Ending::LastRow, 2), (Ending::EmptyPage, 1)].into(),
            ..Evidence::default()
        };
        assert_eq!(
            evidence(&many, 9).join(" "),
            "9 different rows came in 4 listings; the vendor says no total. \
             Ended: 2 listings as the last row was asked for again, and came alone; \
             1 listing as a page came without rows. \
             1 listing was read whole in the run that this one went on with. \
             A listing was read 2 times, because it changed meanwhile. \
             The vendor changed its total meanwhile. \
             1 of 4 listings is not there, and the row that it belongs to may not be either. \
             1 row came again in the same batch."
        );
        assert_eq!(
            evidence(&Evidence { partitions: 1, ..Evidence::default() }, 1),
            ["1 row came; the vendor says no total."]
        );
    }
}
