//! The statements of one table. Pure text, and the only text with names pasted in.
//!
//! Everything that is pasted is a name from a declaration or the connection's
//! schema, quoted here; values are bound, or come through `copy`.

mod deletes;
mod history;
mod listings;
mod merge;
mod names;
mod parents;
mod rehearsal;
mod seen;
mod stage;

use connector_spec::{Resource, SqlType};

pub(crate) use history::{Beside, CLOSED, Made, Prune};
pub(crate) use merge::{Collisions, Merge};
use names::Names;
pub use names::ident;
pub(crate) use names::qualified;
pub(crate) use parents::Parents;
pub(crate) use rehearsal::Foresee;
pub(crate) use stage::Fill;

/// For what compares whole listings. Nobody tells the planner how many keys or parents there
/// are, and where it takes them for one, it compares each of them with each row.
pub(super) const BY_HASH: &str = "set local enable_nestloop = off; set local enable_mergejoin = off; set local enable_hashjoin = on";

/// The statements that merge a batch into one table.
#[derive(Debug)]
pub(crate) struct Statements {
    /// Makes the stage.
    pub(crate) stage: String,
    /// Fills it.
    pub(crate) fill: Fill,
    /// Fills the table itself, with rows none of whose keys it has.
    pub(crate) insert: Fill,
    /// The types of the stage's columns.
    pub(crate) types: Vec<SqlType>,
    /// The places of the key among those columns.
    pub(crate) key: Vec<usize>,
    /// Rows of the stage, or of it and the table, that have one key and differ.
    pub(crate) collisions: Collisions,
    /// Leaves the newest row of each key in it.
    pub(crate) deduplicate: String,
    /// Where most of the table's rows of the stage are, if they are near each other.
    pub(crate) nearby: String,
    /// Lets the merge read that through, beside a stage whose keys are known to differ.
    pub(crate) by_hash: String,
    /// Whether the table has no row at all, not even a deleted one.
    pub(crate) is_empty: String,
    /// Inserts the rows whose key is new, updates those that differ, and returns how many of
    /// each, how many went back to an older version, how many of them were written, and what
    /// became of the versions that they replace. Binds the run, connection, resource, and the
    /// run's time; and, where there is a history, what closing versions binds.
    pub(crate) merge: Merge,
    /// Keeps the history within its bounds, where there is one.
    pub(crate) prune: Option<Prune>,
    /// What the merge will do.
    pub(crate) foresee: Foresee,
    /// The keys of rows that were marked deleted. Binds the time, and how many.
    pub(crate) foresee_deleted: String,
    /// Notes the keys of a walk that goes on. Binds connection, resource, partition, run, and the partition's values.
    pub(crate) note_seen: String,
    /// Notes all keys that the table has of walks that go on and that nothing is noted of. Binds connection, resource, run, and the range of the partitions' values.
    pub(crate) note_all: String,
    /// Notes what complete walks did not see, and counts it by partition. Binds connection, resource, the walks' partitions, their values, and the run.
    pub(crate) note_gone: String,
    /// Marks what was noted as gone, and counts that, and what was marked of it. Binds the time, connection, resource, and the most of it.
    pub(crate) mark_gone: String,
    /// Counts the keys that the walks of partitions have seen. Binds connection, resource, the partitions, and their values.
    pub(crate) count_seen: String,
    /// Counts the rows that are not deleted in partitions. Binds their values.
    pub(crate) count_live: String,
    /// The partitions of staged rows of which the table has one already.
    pub(crate) reaching: String,
    /// Those of some partitions that have a row, deleted or not. Binds their values.
    pub(crate) known: String,
    /// Marks what belongs to deleted rows of the parent. Binds the time.
    pub(crate) mark_orphans: Option<String>,
    /// Forgets a kind of what is known of listings that belong to no row of the parent: where
    /// their walks are, or what those have seen. Binds connection and resource.
    pub(crate) forget_orphans: Option<[String; 2]>,
    /// The rows of the parent, of each of which there is a listing.
    pub(crate) parents: Option<Parents>,
    /// Whether a row of `sync.state` is of the part of the resource that lies between `$4` and `$5`.
    pub(crate) within: String,
    /// The number of rows of a positional listing, unless some are not there. Binds the partition's values.
    pub(crate) count_positions: Option<String>,
    /// The table's qualified name.
    pub(crate) table: String,
}

impl Statements {
    /// The statements of a resource's table, which `has_history` beside it or not.
    pub(crate) fn new(
        schema: &str,
        resource: &Resource,
        parent: Option<&Resource>,
        has_history: bool,
    ) -> Self {
        let names = &Names::of(schema, resource);
        let differing = &merge::differing(names);
        let closing = has_history.then(|| history::closing(names, schema, resource.table));
        let by_parent = parent.zip(resource.parent);
        let parents = by_parent.and_then(|(parent, by)| {
            let column = parent.table_columns().find(|column| column.name == by.column)?;
            Some(Parents::of(schema, parent.table, column))
        });
        let within = parents.as_ref().map_or_else(|| parents::within("text"), Parents::within);
        let by_parent = by_parent.map(|(parent, by)| (qualified(schema, parent.table), by));
        Self {
            stage: stage::make(names),
            fill: stage::fill(names),
            insert: stage::insert(names),
            types: names.staged.iter().map(|(_, sql_type)| *sql_type).collect(),
            key: names.key_places(),
            deduplicate: stage::deduplicate(names),
            nearby: stage::nearby(names),
            by_hash: stage::by_hash(names),
            collisions: merge::collisions(names),
            merge: merge::merge(names, closing.as_ref()),
            prune: has_history.then(|| history::prune(names, schema, resource.table)),
            foresee: rehearsal::foresee(names, differing),
            foresee_deleted: rehearsal::deleted(names),
            note_seen: seen::note(names),
            note_all: seen::note_all(names, &within),
            count_seen: seen::count(names),
            note_gone: deletes::note(names),
            mark_gone: deletes::mark(names),
            mark_orphans: by_parent
                .as_ref()
                .map(|(parent, by)| deletes::mark_orphans(names, parent, by)),
            forget_orphans: by_parent.as_ref().map(|(parent, by)| deletes::forget(parent, by)),
            parents,
            within,
            is_empty: listings::is_empty(names),
            count_live: listings::count_live(names),
            reaching: listings::reaching(names),
            known: listings::known(names),
            count_positions: listings::count_positions(names),
            table: names.table.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use connector_spec::Json;

    #[derive(connector_spec::Record)]
    #[expect(dead_code, reason = "a model is a declaration and is never built")]
    struct Endpoint {
        id: String,
        order: Option<i64>,
        metadata: Option<Json>,
        #[record(volatile)]
        took_ms: Option<i64>,
        updated_at: crate::DateTime<crate::Utc>,
    }

    #[test]
    fn names_are_quoted_whatever_they_hold() {
        assert_eq!(ident(r#"a"b; drop table x"#), r#""a""b; drop table x""#);
    }

    #[test]
    fn the_statements_of_a_child_with_versions_are_these() {
        const PARENT: Resource = Resource::new::<Endpoint>("apps", "/apps");
        const CHILD: Resource = Resource::new::<Endpoint>("endpoints", "/apps/{app_id}/endpoints")
            .each("app_id", "apps", "id")
            .version("updated_at");
        insta::assert_debug_snapshot!(Statements::new("acme", &CHILD, Some(&PARENT), false));
    }

    #[test]
    fn a_history_is_made_and_written_by_these_statements() {
        const CHILD: Resource = Resource::new::<Endpoint>("endpoints", "/apps/{app_id}/endpoints")
            .each("app_id", "apps", "id");
        let statements = Statements::new("it's", &CHILD, None, true);
        let made = Made::of("it's", &CHILD);
        let shown = ["app_id", "id", "_is_current"].map(str::to_owned);
        let widened = made.widen(&shown, &shown);
        let all =
            [made.create(), widened, vec![statements.merge.by_index, statements.merge.nearby]]
                .concat();
        insta::assert_snapshot!(all.join("\n\n"));
        insta::assert_debug_snapshot!("prune", statements.prune);
    }
}
