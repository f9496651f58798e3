//! What is gone, when all parts of a resource were read: marked, or too much to be believed.
//!
//! It can be done again at any time, and by anybody: what was marked is noted no more.

use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgTransaction, Row as _};

use super::part::Prepared;
use super::sql::BY_HASH;
use super::table::Table;
use crate::error::Result;
use crate::verdict::{Settled, Tally};
use crate::words::count;

/// How many rows are marked in one transaction.
const ROWS: i64 = 20_000;

/// Nobody else settles the resource until the transaction ends.
const ALONE: &str = " for update";

/// What was decided about the rows that are gone.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Decided {
    /// Those that are too many to be believed.
    fused: u64,
}

/// What is known of a resource in a run.
#[derive(Default)]
struct Found {
    decided: Option<Decided>,
    prepared: Prepared,
    /// The rows that were marked deleted.
    deleted: u64,
    /// Those that are noted as gone.
    gone: u64,
    parts: Vec<Part>,
}

/// A part of a resource, as it was left.
struct Part {
    shard: i32,
    after: Option<String>,
    upto: Option<String>,
    before: i64,
    listings: i64,
    state: String,
    tally: Option<Json<Tally>>,
}

impl Table<'_> {
    /// Marks the rows that no listing has any more, unless they are too many, and returns what
    /// all parts of the resource came to. Parts that are not read to their end are lost; the one
    /// that this worker read ends with what it came to, if that is at hand.
    pub(crate) async fn settle(&self, read: Option<&Tally>) -> Result<Tally> {
        loop {
            let (found, more) = self.store.patiently(|| self.settle_some(read)).await?;
            if !more {
                return self.tally_of(found).await;
            }
        }
    }

    /// What a resource came to, if it was settled.
    pub(crate) async fn settled(&self) -> Result<Option<Tally>> {
        let found = self
            .store
            .patiently(|| async move {
                let mut session = self.store.session().await?;
                let failed = |error| self.failed("looking at what came of its parts", error);
                // Nothing is locked: whoever is frozen while it looks keeps nobody from ending the run.
                self.found(&mut session, "").await.map_err(failed)
            })
            .await?;
        match found {
            Some(found) if found.decided.is_some() => self.tally_of(found).await.map(Some),
            _ => Ok(None),
        }
    }

    /// What a resource came to that was settled.
    async fn tally_of(&self, found: Found) -> Result<Tally> {
        let Found { decided, prepared, deleted, parts, .. } = found;
        let mut settled = Settled {
            deleted,
            fused: decided.map_or(0, |decided| decided.fused),
            problems: problems(&parts),
            ..Settled::default()
        };
        if let Some(rows) = self.store.sample.filter(|_| deleted > 0) {
            settled.changes.sample = self.foresee_deleted(rows).await?;
        }
        let mut all = Tally::new(self.store.sample, prepared.parents_listed);
        if prepared.parent_incomplete {
            all.problem("its parent is not complete, so listings may be missing".to_owned());
        }
        for Json(tally) in parts.into_iter().filter_map(|part| part.tally) {
            all.absorb(tally);
        }
        all.settle(settled);
        Ok(all)
    }

    /// Decides, and marks some of the rows; says whether there are more.
    async fn settle_some(&self, read: Option<&Tally>) -> Result<(Found, bool)> {
        let failed = |error| self.failed("marking deleted rows", error);
        let mut session = self.store.session().await?;
        let mut transaction = session.begin().await.map_err(failed)?;
        self.check_fence(&mut transaction).await?;
        if let Some(tally) = read {
            self.close_in(&mut transaction, tally).await.map_err(failed)?;
        }
        let mut found =
            self.found(&mut transaction, ALONE).await.map_err(failed)?.unwrap_or_default();
        if found.parts.iter().any(|part| part.state == "open") {
            self.end_parts(&mut transaction).await.map_err(failed)?;
            // What was committed until then counts.
            found = self.found(&mut transaction, ALONE).await.map_err(failed)?.unwrap_or_default();
        }
        let decided = match found.decided {
            Some(decided) => decided,
            None => self.decide(&mut transaction, &found).await.map_err(failed)?,
        };
        found.decided = Some(decided);
        let (mut marked, mut more) = (0, false);
        if found.gone > 0 && decided.fused == 0 {
            let (noted, some): (i64, i64) =
                sqlx::query_as(AssertSqlSafe(self.statements.mark_gone.as_str()))
                    .bind(self.store.started_at)
                    .bind(&self.store.schema)
                    .bind(self.resource.name)
                    .bind(ROWS)
                    .fetch_one(&mut *transaction)
                    .await
                    .map_err(failed)?;
            (marked, more) = (some.unsigned_abs(), noted == ROWS);
        }
        if !more && found.prepared.by_parent {
            marked += self.mark_orphans(&mut transaction).await?;
            self.forget_orphans(&mut transaction).await?;
        }
        found.deleted += marked;
        sqlx::query(
            "update sync.resources set deleted = $3, settled = $4 where run_id = $1 and resource = $2",
        )
        .bind(self.store.run_id)
        .bind(self.resource.name)
        .bind(found.deleted.cast_signed())
        .bind(Json(decided))
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok((found, more))
    }

    /// What is known of the resource in this run, to be read only or `ALONE`.
    async fn found(&self, session: &mut PgConnection, lock: &str) -> sqlx::Result<Option<Found>> {
        type Row = (Option<Json<Decided>>, Option<Json<Prepared>>, i64, i64);
        let found = format!(
            "select settled, prepared, deleted, (select count(*) from sync.gone where connection = $3 and resource = $2) \
             from sync.resources where run_id = $1 and resource = $2{lock}"
        );
        let row: Option<Row> = sqlx::query_as(AssertSqlSafe(found))
            .bind(self.store.run_id)
            .bind(self.resource.name)
            .bind(&self.store.schema)
            .fetch_optional(&mut *session)
            .await?;
        let Some((decided, prepared, deleted, gone)) = row else { return Ok(None) };
        Ok(Some(Found {
            decided: decided.map(|Json(decided)| decided),
            prepared: prepared.map(|Json(prepared)| prepared).unwrap_or_default(),
            deleted: deleted.unsigned_abs(),
            gone: gone.unsigned_abs(),
            parts: self.parts(session).await?,
        }))
    }

    /// Takes the parts from those who read them still.
    async fn end_parts(&self, transaction: &mut PgTransaction<'_>) -> sqlx::Result<()> {
        sqlx::query(
            "update sync.shards set state = 'lost', epoch = epoch + 1, lease_until = null \
             where run_id = $1 and resource = $2 and state = 'open'",
        )
        .bind(self.store.run_id)
        .bind(self.resource.name)
        .execute(&mut **transaction)
        .await
        .map(drop)
    }

    async fn parts(&self, session: &mut PgConnection) -> sqlx::Result<Vec<Part>> {
        sqlx::query(
            "select shard, after, upto, before, listings, state, tally from sync.shards \
             where run_id = $1 and resource = $2 order by shard",
        )
        .bind(self.store.run_id)
        .bind(self.resource.name)
        .try_map(|row: PgRow| {
            Ok(Part {
                shard: row.try_get("shard")?,
                after: row.try_get("after")?,
                upto: row.try_get("upto")?,
                before: row.try_get("before")?,
                listings: row.try_get("listings")?,
                state: row.try_get("state")?,
                tally: row.try_get("tally")?,
            })
        })
        .fetch_all(session)
        .await
    }

    /// Decides whether what is gone is believed: all of it or nothing, over all parts, and over
    /// the interrupted runs that this one goes on with, as together it can be too much.
    async fn decide(
        &self,
        transaction: &mut PgTransaction<'_>,
        found: &Found,
    ) -> sqlx::Result<Decided> {
        let (schema, resource) = (&self.store.schema, self.resource.name);
        if found.gone == 0 {
            return Ok(Decided { fused: 0 });
        }
        let (gone_before, stayed_before): (i64, i64) = match self.store.continues {
            None => (0, 0),
            Some(first) => {
                sqlx::query_as(
                    "select coalesce(sum(deleted), 0)::bigint, coalesce(sum(coalesce((evidence ->> 'distinct')::bigint, \
                     (select sum((tally -> 'evidence' ->> 'distinct')::bigint) from sync.shards s \
                     where s.run_id = r.run_id and s.resource = r.resource))), 0)::bigint \
                     from sync.resources r where connection = $1 and resource = $2 and run_id >= $3 and run_id < $4",
                )
                .bind(schema)
                .bind(resource)
                .bind(first)
                .bind(self.store.run_id)
                .fetch_one(&mut **transaction)
                .await?
            }
        };
        let of_parts = found.parts.iter().filter_map(|part| part.tally.as_ref());
        let stayed: u64 = of_parts.map(|Json(tally)| tally.distinct()).sum();
        let in_all = found.gone + gone_before.unsigned_abs();
        let of = in_all + stayed + stayed_before.unsigned_abs();
        if !self.fuse.is_exceeded(in_all, of) {
            return Ok(Decided { fused: 0 });
        }
        // What the next run would not look into again, it would not tell of either.
        for forget in [
            "update sync.state s set whole_run_id = null where connection = $1 and resource = $2 \
             and exists (select from sync.gone g where g.connection = $1 and g.resource = $2 and g.partition = s.partition)",
            "delete from sync.gone where connection = $1 and resource = $2",
        ] {
            sqlx::query(forget).bind(schema).bind(resource).execute(&mut **transaction).await?;
        }
        Ok(Decided { fused: found.gone })
    }

    /// Marks rows that belong to a deleted row of the parent.
    async fn mark_orphans(&self, transaction: &mut PgTransaction<'_>) -> Result<u64> {
        let Some(statement) = &self.statements.mark_orphans else { return Ok(0) };
        sqlx::raw_sql(BY_HASH)
            .execute(&mut **transaction)
            .await
            .map_err(|error| self.failed("preparing for deleted parents", error))?;
        let done = sqlx::query(AssertSqlSafe(statement.as_str()))
            .bind(self.store.started_at)
            .execute(&mut **transaction)
            .await
            .map_err(|error| self.failed("marking the rows of deleted parents", error))?;
        Ok(done.rows_affected())
    }

    /// Forgets listings that belong to no row of the parent: if it comes back, its rows are
    /// marked as deleted, and what was seen of them before counts for nothing.
    async fn forget_orphans(&self, transaction: &mut PgTransaction<'_>) -> Result<()> {
        let failed = |error| self.failed("forgetting the listings of deleted parents", error);
        let Some(statements) = &self.statements.forget_orphans else { return Ok(()) };
        for forget in statements {
            sqlx::query(AssertSqlSafe(forget.as_str()))
                .bind(&self.store.schema)
                .bind(self.resource.name)
                .execute(&mut **transaction)
                .await
                .map_err(failed)?;
        }
        Ok(())
    }
}

/// What keeps the parts from being all of the resource.
fn problems(parts: &[Part]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut before = 0;
    let mut reached: Option<&str> = None;
    for (number, part) in (1..).zip(parts) {
        let follows =
            part.shard == number && part.after.as_deref() == reached && part.before == before;
        if !follows {
            problems.push(format!("the listings before part {} were not read", part.shard));
        }
        let tally = part.tally.as_ref().map(|Json(tally)| tally);
        match tally {
            // Its own error says why.
            Some(tally) if tally.error.is_some() => {}
            _ if part.state != "closed" => {
                problems.push(format!("part {} was not read to its end", part.shard));
            }
            Some(tally) if tally.listings() < part.listings.unsigned_abs() => {
                let (read, all) = (tally.listings(), part.listings.unsigned_abs());
                let all = count(all, "listing", "listings");
                problems.push(format!("part {} was read in {read} of its {all}", part.shard));
            }
            _ => {}
        }
        before = part.before + part.listings;
        reached = part.upto.as_deref();
    }
    if parts.last().is_none_or(|last| last.upto.is_some()) {
        problems.push("the listings behind the last part were not read".to_owned());
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three parts that are all of a resource.
    fn whole() -> [Part; 3] {
        let part = |shard: i32, after: Option<&str>, upto: Option<&str>| Part {
            shard,
            after: after.map(str::to_owned),
            upto: upto.map(str::to_owned),
            before: i64::from(shard - 1) * 10,
            listings: 10,
            state: "closed".to_owned(),
            tally: Some(Json(Tally::of_listings(10))),
        };
        [part(1, None, Some("g")), part(2, Some("g"), Some("p")), part(3, Some("p"), None)]
    }

    type Change = fn(&mut Part);

    #[test]
    fn whatever_is_not_where_it_should_be_keeps_parts_from_being_all() {
        assert_eq!(problems(&whole()), [""; 0]);
        let changes: [(usize, Change, &str); 7] = [
            (1, |part| part.shard = 4, "the listings before part 4 were not read"),
            (
                1,
                |part| part.after = Some("h".to_owned()),
                "the listings before part 2 were not read",
            ),
            (
                1,
                |part| part.upto = Some("o".to_owned()),
                "the listings before part 3 were not read",
            ),
            (1, |part| part.before = 11, "the listings before part 2 were not read"),
            (
                2,
                |part| part.upto = Some("z".to_owned()),
                "the listings behind the last part were not read",
            ),
            (2, |part| part.state = "lost".to_owned(), "part 3 was not read to its end"),
            (
                2,
                |part| part.tally = Some(Json(Tally::of_listings(9))),
                "part 3 was read in 9 of its 10 listings",
            ),
        ];
        for (at, change, problem) in changes {
            let mut parts = whole();
            change(&mut parts[at]);
            assert!(problems(&parts).iter().any(|one| one == problem), "{:?}", problems(&parts));
        }
        assert_eq!(problems(&[]), ["the listings behind the last part were not read"]);
    }
}
