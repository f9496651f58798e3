//! Listings that the vendor does not have, though their parent's row is known.
//!
//! A row may be deleted between the page that listed it and the question for its children.
//! That happens to one of many, and not in two runs of the same row: then it is the vendor
//! that is wrong, or the key, and the children are missing.

use super::Evidence;
use super::Tolerance;

/// What keeps the resource from being complete, and what to do about it, or
/// `None` if so many may be missing.
///
/// What is `set` holds for those that were missing before too.
pub(super) fn problem(
    evidence: &Evidence,
    set: Option<Tolerance>,
) -> Option<(String, &'static str)> {
    let Evidence { vanished, vanished_again, .. } = *evidence;
    let listings = evidence.partitions + evidence.known;
    let once = set.unwrap_or(Tolerance::MISSING).is_exceeded(vanished, listings);
    let again = set.unwrap_or_default().is_exceeded(vanished_again, listings);
    if !once && !again {
        return None;
    }
    let next = if evidence.parents_listed {
        "run again; if it stays so, ask the vendor why, or set `missing_children` in connectors.toml"
    } else {
        "run without --since and --until, which shows whether the rows that they belong to are gone"
    };
    Some((evidence.missing()?, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_may_be_missing_once_and_none_twice_unless_it_is_set() {
        const MANY: Tolerance = Tolerance { rows: 30, share: 0.5 };
        for (vanished, vanished_again, of, set, tolerated) in [
            (0, 0, 0, None, true),
            (0, 0, 20, None, true),
            (1, 0, 20, None, true),
            (1, 0, 2, None, true),
            (2, 0, 20, None, false),
            (2, 0, 40, None, true),
            (3, 0, 40, None, false),
            (1, 1, 1_000, None, false),
            (50, 1, 1_000, None, false),
            (19, 0, 20, Some(MANY), true),
            (19, 19, 20, Some(MANY), true),
            (30, 0, 40, Some(MANY), false),
            (1, 0, 20, Some(Tolerance::default()), false),
        ] {
            let evidence = Evidence {
                partitions: of / 2,
                known: of - of / 2,
                vanished,
                vanished_again,
                ..Evidence::default()
            };
            let found = problem(&evidence, set);
            assert_eq!(found.is_none(), tolerated, "{vanished} {vanished_again} of {of}, {set:?}");
        }
    }
}
