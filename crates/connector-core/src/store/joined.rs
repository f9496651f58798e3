//! Runs that have several workers: how a process takes part in one, and what all of them hear.
//!
//! Nobody has to keep a session for such a run. A lease, which its commits renew, keeps others
//! out as long as somebody works for it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sqlx::postgres::types::PgInterval;
use sqlx::types::Json;

use super::{Database, Plan, Store, WAIT_FOR_LOCK, other_connector, other_scope};
use crate::error::{Error, ErrorKind, Result};
use crate::foreign::{Foreign, escaped, keep_secret};
use crate::read::secret::FingerprintKey;
use crate::stop::Stop;
use crate::verdict::Verdict;

/// How long a run that nobody keeps a session for keeps others out after its last commit: longer
/// than the longest rest that a vendor is granted.
pub(super) const RUN_LEASE: Duration = Duration::from_mins(20);

/// A part of a resource that is free to be read.
pub(crate) struct Free {
    pub(crate) resource: String,
    pub(crate) number: i32,
}

/// What the workers of a run hear of it.
pub(crate) enum Heard {
    /// It goes on.
    GoesOn,
    /// It came to its end.
    Ended,
    /// It is to stop.
    Stopped(String),
}

/// How far the parts of a resource are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Progress {
    /// Those that are not read to their end.
    pub(crate) open: i64,
    /// Those of them that somebody reads.
    pub(crate) held: i64,
    pub(crate) requests: i64,
    pub(crate) rows: i64,
    /// The requests of all resources.
    pub(crate) spent: i64,
}

impl Database {
    /// The newest run of a job, if one began.
    pub(crate) async fn run_of_job(&self, schema: &str, job: &str) -> Result<Option<i64>> {
        let failed = |error| Error::storage("looking for the run of a job", error);
        let mut session = self.sessions.session().await.map_err(failed)?;
        // Whoever begins the first run of all makes the tables, or brings them up to date.
        let known: bool = sqlx::query_scalar(
            "select exists (select from pg_attribute where attrelid = to_regclass('sync.runs') and attname = 'job')",
        )
        .fetch_one(&mut *session)
        .await
        .map_err(failed)?;
        if !known {
            return Ok(None);
        }
        sqlx::query_scalar("select max(run_id) from sync.runs where connection = $1 and job = $2")
            .bind(schema)
            .bind(job)
            .fetch_one(&mut *session)
            .await
            .map_err(failed)
    }
}

impl Store {
    /// Fails as long as workers read another run, or waits for its end.
    pub(super) async fn wait_for_workers(&self, plan: &Plan<'_>, stop: &Stop) -> Result<()> {
        if plan.takes_over_run {
            return Ok(());
        }
        let mut said = false;
        loop {
            let leased: Option<(i64, String)> = sqlx::query_as(
                "select r.run_id, to_char(r.lease_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') from sync.runs r \
                 join sync.connections c on c.connection = r.connection and c.run_id = r.run_id \
                 where r.connection = $1 and r.finished_at is null and r.lease_until > clock_timestamp()",
            )
            .bind(&self.schema)
            .fetch_optional(&mut *self.session().await?)
            .await
            .map_err(|error| Error::storage("looking for workers", error))?;
            let Some((run, until)) = leased else { return Ok(()) };
            if !plan.waits {
                let schema = &self.schema;
                let what = format!(
                    "workers read run {run} of `{schema}`, which keeps others out until {until} UTC"
                );
                return Err(Error::new(ErrorKind::Locked, what)
                    .next("run again when it has ended, or with --wait; --take-over ends it for its workers"));
            }
            if !std::mem::replace(&mut said, true) {
                tracing::info!("waiting until run {run} of `{}` ends", self.schema);
            }
            stop.sleep(WAIT_FOR_LOCK).await?;
        }
    }

    /// Takes part in a run, if it is one that this program can take part in; in one that ended
    /// only if that is `enough`.
    pub(super) async fn join_run(
        &mut self,
        plan: &Plan<'_>,
        run_id: i64,
        enough: bool,
    ) -> Result<()> {
        type Run = (
            String,
            String,
            Option<String>,
            chrono::DateTime<chrono::Utc>,
            Option<i64>,
            f64,
            Option<String>,
            bool,
        );
        type Schema =
            (String, i64, Option<String>, Option<Json<BTreeMap<String, BTreeSet<String>>>>, String);
        let failed = |error| Error::storage("taking part in a run", error);
        let mut session = self.session().await?;
        let run: Option<Run> = sqlx::query_as(
            "select connector, connector_version, asked, started_at, continues, \
             coalesce(extract(epoch from coalesce(finished_at, clock_timestamp()) - begun_at), 0)::float8, \
             case when finished_at is not null then verdict end, interrupted \
             from sync.runs where run_id = $1 and connection = $2",
        )
        .bind(run_id)
        .bind(&self.schema)
        .fetch_optional(&mut *session)
        .await
        .map_err(failed)?;
        let refuse = |what: String, next: &str| Err(Error::settings(what).next(next));
        let Some((connector, version, asked, started_at, continues, age, verdict, interrupted)) =
            run
        else {
            let what = format!("`{}` has no run {run_id}", self.schema);
            return refuse(what, "begin one, and name that");
        };
        if connector != plan.connector.name {
            return Err(other_connector(&self.schema, &connector));
        }
        let own = env!("CARGO_PKG_VERSION");
        if version != own {
            let version = Foreign(&version);
            let what =
                format!("run {run_id} was begun by version {version}, and this program is {own}");
            return refuse(what, "let all workers have the same version, and begin another run");
        }
        if asked.as_deref() != Some(plan.request_hashes[0].as_str()) {
            let what = format!("run {run_id} asks for something else than this worker would");
            return refuse(
                what,
                "give all workers the same settings and flags, and begin another run",
            );
        }
        if verdict.is_some() && !enough {
            let what = format!("run {run_id} came to its end");
            return Err(Error::new(ErrorKind::Stopped, what).next("begin another one"));
        }
        let (_, newest, scope, owner, key): Schema = sqlx::query_as(
            "select c.connector, c.run_id, c.scope, c.owner, k.key from sync.connections c \
             join sync.fingerprint_keys k using (connection) where c.connection = $1",
        )
        .bind(&self.schema)
        .fetch_one(&mut *session)
        .await
        .map_err(failed)?;
        if newest != run_id {
            let what = format!("run {run_id} was taken over by run {newest}");
            return Err(Error::new(ErrorKind::Stopped, what)
                .next("nothing is to do: the newer run brings everything"));
        }
        if let Some(scope) = scope.filter(|scope| *scope != plan.scope) {
            return Err(other_scope(&self.schema, &scope, &plan.scope, plan.invocation));
        }
        drop(session);
        keep_secret(&key);
        self.run_id = run_id;
        self.started_at = started_at;
        self.age = Duration::try_from_secs_f64(age).unwrap_or_default();
        self.continues = continues;
        self.ended = verdict.map(|verdict| (Verdict::of(&verdict), interrupted));
        self.fingerprint_key = FingerprintKey(key);
        self.owner = owner.map(|Json(owner)| owner).unwrap_or_default();
        Ok(())
    }

    /// A part that nobody reads, of a resource other than these.
    pub(crate) async fn free_part(&self, but: &[&str]) -> Result<Option<Free>> {
        self.patiently(|| async move {
            let found: Option<(String, i32)> = sqlx::query_as(
                "select resource, shard from sync.shards where run_id = $1 and state = 'open' \
                 and (lease_until is null or lease_until < clock_timestamp()) and resource <> all($2) \
                 order by resource, shard limit 1 for update skip locked",
            )
            .bind(self.run_id)
            .bind(but)
            .fetch_optional(&mut *self.session().await?)
            .await
            .map_err(|error| Error::storage("looking for a part to read", error))?;
            Ok(found.map(|(resource, number)| Free { resource, number }))
        })
        .await
    }

    /// Lets others read the parts of a worker that is no more, without waiting for their time.
    pub(crate) async fn let_go(&self, worker: &str) -> Result<()> {
        self.patiently(|| async move {
            sqlx::query(
                "update sync.shards set lease_until = null where run_id = $1 and owner = $2 and state = 'open'",
            )
            .bind(self.run_id)
            .bind(worker)
            .execute(&mut *self.session().await?)
            .await
            .map(drop)
            .map_err(|error| Error::storage("taking the parts of a worker that ended", error))
        })
        .await
    }

    /// What is to be heard of the run, which is kept for its workers meanwhile.
    pub(crate) async fn hear(&self) -> Result<Heard> {
        self.patiently(|| async move {
            let mut session = self.session().await?;
            let failed = |error| Error::storage("listening to the run", error);
            sqlx::query(
                "update sync.runs set lease_until = clock_timestamp() + $2 where run_id = $1 \
                 and finished_at is null and lease_until < clock_timestamp() + $2 / 2",
            )
            .bind(self.run_id)
            .bind(PgInterval::try_from(RUN_LEASE).ok())
            .execute(&mut *session)
            .await
            .map_err(failed)?;
            let (ended, newest, stopped): (bool, bool, Option<String>) = sqlx::query_as(
                "select r.finished_at is not null, c.run_id = r.run_id, r.stopped from sync.runs r \
                 join sync.connections c using (connection) where r.run_id = $1",
            )
            .bind(self.run_id)
            .fetch_one(&mut *session)
            .await
            .map_err(failed)?;
            Ok(match (ended, newest, stopped) {
                (true, ..) => Heard::Ended,
                (_, false, _) => Heard::Stopped("a newer run began".to_owned()),
                (.., Some(why)) => Heard::Stopped(why),
                (.., None) => Heard::GoesOn,
            })
        })
        .await
    }

    /// Tells all workers of the run to stop.
    pub(crate) async fn tell_to_stop(&self, why: &str) -> Result<()> {
        self.patiently(|| async move {
            sqlx::query("update sync.runs set stopped = coalesce(stopped, $2) where run_id = $1")
                .bind(self.run_id)
                .bind(why)
                .execute(&mut *self.session().await?)
                .await
                .map(drop)
                .map_err(|error| Error::storage("stopping the workers", error))
        })
        .await
    }

    /// The verdict on a resource that was settled, or could not be read.
    pub(crate) async fn verdict_of(&self, resource: &str) -> Result<Verdict> {
        let Some((verdict, ..)) = self.recorded(resource).await? else {
            let what = format!("`{resource}` is not settled");
            return Err(Error::settings(what).next("settle it before its children are prepared"));
        };
        Ok(verdict)
    }

    /// How a resource of the run came out, if it did, what went wrong, and what to do about it.
    pub(crate) async fn recorded(
        &self,
        resource: &str,
    ) -> Result<Option<(Verdict, Option<String>, Option<String>)>> {
        self.patiently(|| async move {
            let found: Option<(String, Option<String>, Option<String>)> = sqlx::query_as(
                "select verdict, error, next from sync.resources \
                 where run_id = $1 and resource = $2 and finished_at is not null",
            )
            .bind(self.run_id)
            .bind(resource)
            .fetch_optional(&mut *self.session().await?)
            .await
            .map_err(|error| Error::storage("looking at a resource", error))?;
            Ok(found.map(|(verdict, error, next)| {
                let shown = |text: String| escaped(&text).into_owned();
                (Verdict::of(&verdict), error.map(shown), next.map(shown))
            }))
        })
        .await
    }

    /// Whether a resource was divided into parts.
    pub(crate) async fn is_prepared(&self, resource: &str) -> Result<bool> {
        self.patiently(|| async move {
            sqlx::query_scalar(
                "select exists (select from sync.resources where run_id = $1 and resource = $2 and prepared is not null)",
            )
            .bind(self.run_id)
            .bind(resource)
            .fetch_one(&mut *self.session().await?)
            .await
            .map_err(|error| Error::storage("looking at a resource", error))
        })
        .await
    }

    /// How long a resource takes or took, in milliseconds.
    pub(crate) async fn elapsed(&self, resource: &str) -> Result<u64> {
        let began: Option<chrono::DateTime<chrono::Utc>> = self
            .patiently(|| async move {
                sqlx::query_scalar(
                    "select started_at from sync.resources where run_id = $1 and resource = $2",
                )
                .bind(self.run_id)
                .bind(resource)
                .fetch_optional(&mut *self.session().await?)
                .await
                .map_err(|error| Error::storage("looking at a resource", error))
            })
            .await?;
        let elapsed = began.map(|began| (self.now() - began).num_milliseconds());
        Ok(elapsed.and_then(|elapsed| u64::try_from(elapsed).ok()).unwrap_or_default())
    }

    /// How old the run is, in milliseconds.
    pub(crate) fn age_ms(&self) -> u64 {
        u64::try_from((self.now() - self.started_at).num_milliseconds()).unwrap_or_default()
    }

    /// How far the parts of a resource are.
    pub(crate) async fn progress(&self, resource: &str) -> Result<Progress> {
        self.patiently(|| async move {
            let (open, held, requests, rows, spent): (i64, i64, i64, i64, i64) = sqlx::query_as(
                "select count(*) filter (where state = 'open'), \
                 count(*) filter (where state = 'open' and lease_until > clock_timestamp()), coalesce(sum(requests), 0)::bigint, \
                 coalesce(sum(rows_read), 0)::bigint, \
                 (select coalesce(sum(requests), 0)::bigint from sync.shards where run_id = $1) \
                 from sync.shards where run_id = $1 and resource = $2",
            )
            .bind(self.run_id)
            .bind(resource)
            .fetch_one(&mut *self.session().await?)
            .await
            .map_err(|error| Error::storage("looking how far the workers are", error))?;
            Ok(Progress { open, held, requests, rows, spent })
        })
        .await
    }
}
