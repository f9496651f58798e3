//! Which piece of a run comes next. Pure: a workflow is repeated from its history, and has to come
//! to the same pieces each time.

use serde::{Deserialize, Serialize};

/// How far a run is: names and numbers, so that it can be carried from one history to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The number of the run.
    pub run: i64,
    resources: Vec<Step>,
    /// Whether nothing more is begun, and what was read is settled.
    #[serde(default)]
    ends: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Step {
    resource: String,
    after: Option<String>,
    state: State,
}

/// How far a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// Not begun.
    Waits,
    /// It is being divided.
    Prepares,
    /// So many parts, of which so many are begun, and so many came to their end.
    Reads { parts: u64, begun: u64, ended: u64 },
    /// It is being settled.
    Settles,
    /// Nothing is left to do.
    Over,
}

/// A piece of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Dividing a resource.
    Prepare(String),
    /// Reading a part of it.
    Shard(String, i32),
    /// Settling it.
    Settle(String),
}

/// What a piece came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A resource has so many parts.
    Parts(u64),
    /// It is done.
    Done,
    /// It is lost, which keeps nothing else back.
    Lost,
    /// It is lost, and all others would end so too.
    LostLikeAll,
}

impl Order {
    /// That of a run that has just begun, with its resources, each of which comes after the one that
    /// it names.
    pub fn of(run: i64, resources: Vec<(String, Option<String>)>) -> Self {
        let step = |(resource, after)| Step { resource, after, state: State::Waits };
        Self { run, resources: resources.into_iter().map(step).collect(), ends: false }
    }

    /// Begins nothing more, but for settling what was read.
    pub fn end(&mut self) {
        self.ends = true;
    }

    /// The next piece, as long as fewer than `window` parts are under way; none if one of those
    /// that are has to come to its end first, or all is done.
    pub fn next(&mut self, window: u64) -> Option<Piece> {
        self.settle().or_else(|| self.prepare()).or_else(|| self.shard(window))
    }

    fn settle(&mut self) -> Option<Piece> {
        let ends = self.ends;
        let is_read = |state: State| match state {
            State::Reads { parts, begun, ended } => ended == if ends { begun } else { parts },
            _ => false,
        };
        let step = self.resources.iter_mut().find(|step| is_read(step.state))?;
        step.state = State::Settles;
        Some(Piece::Settle(step.resource.clone()))
    }

    fn prepare(&mut self) -> Option<Piece> {
        if self.ends {
            return None;
        }
        let is_over = |name: &str| {
            // One that is not part of the run keeps nothing back.
            self.resources.iter().all(|step| step.resource != name || step.state == State::Over)
        };
        let is_ready =
            |step: &Step| step.state == State::Waits && step.after.as_deref().is_none_or(is_over);
        let at = self.resources.iter().position(is_ready)?;
        let step = self.resources.get_mut(at)?;
        step.state = State::Prepares;
        Some(Piece::Prepare(step.resource.clone()))
    }

    /// A part of the resource that has the fewest under way, so that none waits for the largest.
    fn shard(&mut self, window: u64) -> Option<Piece> {
        if self.ends || self.under_way() >= window {
            return None;
        }
        let left = self.resources.iter_mut().filter_map(|step| match &mut step.state {
            State::Reads { parts, begun, ended } => {
                (*begun < *parts).then(|| (*begun - *ended, begun, &step.resource))
            }
            _ => None,
        });
        let (_, begun, resource) = left.min_by_key(|(under_way, ..)| *under_way)?;
        *begun += 1;
        // Parts are numbered so where they are made.
        Some(Piece::Shard(resource.clone(), i32::try_from(*begun).unwrap_or(i32::MAX)))
    }

    /// Whether all is done, as far as nothing is under way.
    pub fn is_over(&self) -> bool {
        self.clone().next(u64::MAX).is_none()
    }

    fn under_way(&self) -> u64 {
        let of = |step: &Step| match step.state {
            State::Reads { begun, ended, .. } => begun - ended,
            _ => 0,
        };
        self.resources.iter().map(of).sum()
    }

    /// Takes note of what a piece came to.
    pub fn note(&mut self, piece: &Piece, end: End) {
        self.ends |= end == End::LostLikeAll;
        let (Piece::Prepare(name) | Piece::Shard(name, _) | Piece::Settle(name)) = piece;
        let Some(step) = self.resources.iter_mut().find(|step| step.resource == *name) else {
            return;
        };
        step.state = match (piece, end, step.state) {
            (Piece::Prepare(_), End::Parts(parts), _) => State::Reads { parts, begun: 0, ended: 0 },
            (Piece::Shard(..), _, State::Reads { parts, begun, ended }) => {
                State::Reads { parts, begun, ended: ended + 1 }
            }
            (Piece::Shard(..), _, other) => other,
            _ => State::Over,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(resources: &[(&str, Option<&str>)]) -> Order {
        let each = resources.iter();
        let each = each.map(|(name, after)| ((*name).to_owned(), after.map(str::to_owned)));
        Order::of(7, each.collect())
    }

    /// All pieces that can begin now, in words.
    fn begin(order: &mut Order, window: u64) -> Vec<String> {
        std::iter::from_fn(|| order.next(window)).map(|piece| words(&piece)).collect()
    }

    fn words(piece: &Piece) -> String {
        match piece {
            Piece::Prepare(name) => format!("prepare {name}"),
            Piece::Shard(name, part) => format!("{name} {part}"),
            Piece::Settle(name) => format!("settle {name}"),
        }
    }

    fn note(order: &mut Order, piece: &str, end: End) {
        let piece = match piece.split_once(' ') {
            Some(("prepare", name)) => Piece::Prepare(name.to_owned()),
            Some(("settle", name)) => Piece::Settle(name.to_owned()),
            Some((name, part)) => {
                Piece::Shard(name.to_owned(), part.parse().expect("it is a number"))
            }
            None => panic!("{piece} is no piece"),
        };
        order.note(&piece, end);
    }

    #[test]
    fn what_depends_on_nothing_goes_side_by_side_and_children_come_after_their_parent() {
        let mut order = order(&[("apps", None), ("endpoints", Some("apps")), ("types", None)]);
        assert_eq!(begin(&mut order, 9), ["prepare apps", "prepare types"]);
        note(&mut order, "prepare apps", End::Parts(1));
        note(&mut order, "prepare types", End::Parts(0));
        // One that has no part is settled too, which says what is known of it.
        assert_eq!(begin(&mut order, 9), ["settle types", "apps 1"]);
        note(&mut order, "apps 1", End::Done);
        assert_eq!(begin(&mut order, 9), ["settle apps"]);
        assert_eq!(begin(&mut order, 9), [""; 0]);
        note(&mut order, "settle apps", End::Done);
        assert_eq!(begin(&mut order, 9), ["prepare endpoints"]);
    }

    #[test]
    fn no_more_parts_are_under_way_than_the_window_has_and_all_resources_have_their_turn() {
        let mut order = order(&[("large", None), ("small", None)]);
        begin(&mut order, 4);
        note(&mut order, "prepare large", End::Parts(1_000));
        assert_eq!(begin(&mut order, 4), ["large 1", "large 2", "large 3", "large 4"]);
        note(&mut order, "prepare small", End::Parts(2));
        assert_eq!(begin(&mut order, 4), [""; 0]);
        note(&mut order, "large 2", End::Done);
        assert_eq!(begin(&mut order, 4), ["small 1"]);
    }

    #[test]
    fn a_lost_piece_keeps_nothing_else_back() {
        let mut order = order(&[("apps", None), ("endpoints", Some("apps"))]);
        begin(&mut order, 9);
        note(&mut order, "prepare apps", End::Parts(2));
        assert_eq!(begin(&mut order, 9), ["apps 1", "apps 2"]);
        note(&mut order, "apps 1", End::Lost);
        note(&mut order, "apps 2", End::Done);
        assert_eq!(begin(&mut order, 9), ["settle apps"]);
        note(&mut order, "settle apps", End::Lost);
        assert_eq!(begin(&mut order, 9), ["prepare endpoints"]);
        note(&mut order, "prepare endpoints", End::Lost);
        assert_eq!(begin(&mut order, 9), [""; 0]);
    }

    #[test]
    fn what_all_others_would_meet_lets_what_was_read_be_settled_and_nothing_begin() {
        let mut order = order(&[("apps", None), ("endpoints", Some("apps")), ("types", None)]);
        begin(&mut order, 2);
        note(&mut order, "prepare apps", End::Parts(9));
        assert_eq!(begin(&mut order, 2), ["apps 1", "apps 2"]);
        note(&mut order, "apps 1", End::LostLikeAll);
        note(&mut order, "prepare types", End::Parts(1));
        // The other part may come to its end.
        assert_eq!(begin(&mut order, 2), ["settle types"]);
        note(&mut order, "apps 2", End::Done);
        assert_eq!(begin(&mut order, 2), ["settle apps"]);
        note(&mut order, "settle apps", End::Done);
        note(&mut order, "settle types", End::Done);
        assert_eq!(begin(&mut order, 2), [""; 0]);
    }

    #[test]
    fn what_is_carried_from_one_history_to_the_next_goes_on_where_it_was() {
        let mut order = order(&[("apps", None), ("endpoints", Some("apps"))]);
        begin(&mut order, 1);
        note(&mut order, "prepare apps", End::Parts(3));
        assert_eq!(begin(&mut order, 1), ["apps 1"]);
        note(&mut order, "apps 1", End::Done);
        let text = connector_core::to_json(&order).expect("it is JSON");
        let mut carried: Order = serde_json::from_str(&text).expect("it is one");
        assert_eq!(begin(&mut carried, 9), ["apps 2", "apps 3"]);
    }
}
