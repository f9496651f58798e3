//! SQL: one database, one connection's schema, everything that is written.
//!
//! What belongs together is committed together: rows, walk positions, seen
//! keys, counters and the run's right to write. A run that dies anywhere leaves
//! the state of its last commit, and a reader never sees one without the other.

mod batch;
mod budgets;
mod choose;
mod clock;
mod commit;
mod database;
mod embedded;
mod failure;
mod fill;
mod fingerprint_keys;
mod forget;
mod frozen;
mod history;
mod inspect;
mod joined;
mod migrate;
mod misfits;
mod notes;
mod order;
mod outage;
mod part;
mod prune;
mod records;
mod refused;
mod rehearse;
mod rows;
mod run_session;
mod runs;
mod session;
mod session_limits;
mod settle;
mod shards;
mod sql;
mod table;
mod turn;
mod walks;
mod windows;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{AssertSqlSafe, PgConnection};
use tracing::info;

use crate::error::{Error, ErrorKind, Result};
use crate::foreign::Foreign;
use crate::read::chosen::Choice;
use crate::read::secret::FingerprintKey;
use crate::stop::Stop;
use crate::verdict::Verdict;
use crate::words::Invocation;
use connector_spec::Connector;

pub(crate) use batch::Batch;
pub(crate) use database::place;
pub use database::{Database, Encryption, is_address};
pub use embedded::{
    EMBEDDED_DIRECTORY, check_embedded, database_url, embedded, embedded_exists, embedded_programs,
    warn_of_leftover,
};
pub use forget::{Forgotten, Held};
pub(crate) use frozen::SILENT;
use history::History;
pub use history::Keep;
pub use inspect::{Inspection, Schema, State};
pub(crate) use joined::{Free, Heard};
use misfits::Misfits;
pub(crate) use outage::PATIENCE;
use outage::Patience;
pub(crate) use part::{Prepared, Shard};
pub use records::{
    ChangedRow, ConnectionChanges, ConnectionStatus, DriftRecord, FieldChange, Going,
    HistoryStatus, Interrupted, NewestCount, PartStatus, PartsStatus, QuarantinedReason,
    QuarantinedRow, Recent, ResourceChanges, ResourceQuarantine, ResourceRun, ResourceRuns,
    ResourceStatus, RowChange, RunStatus, Shown, Since,
};
pub use rows::{Mark, Snapshot, Wanted, columns_of, type_of};
use run_session::RunSession;
use session::Session;
pub use session_limits::SessionLimits;
pub(crate) use shards::{Claimed, Division, Listings};
use sql::Parents;
pub(crate) use sql::Statements;
pub use sql::ident;
pub(crate) use table::Table;
pub(crate) use turn::{Before, Turn};

/// The oldest major version of Postgres whose functions are used here.
pub const OLDEST_SERVER: i32 = 14;

/// How often a run that waits for another one looks whether it has ended.
const WAIT_FOR_LOCK: Duration = Duration::from_millis(500);

/// What sessions call themselves.
const APPLICATION: &str = "vendor-connectors";

/// How long a server may take to let a session go.
const GOODBYE: Duration = Duration::from_secs(2);

/// The database of one run.
pub(crate) struct Store {
    patience: Patience,
    /// Holds the lock of the connection as long as the run lasts.
    lock: Option<RunSession>,
    pub(crate) schema: String,
    pub(crate) run_id: i64,
    /// Whose rows the schema has, as the vendor told it, by resource.
    pub(crate) owner: BTreeMap<String, BTreeSet<String>>,
    /// Whether the rows of another owner may replace them.
    pub(crate) takes_over: bool,
    /// The key of the connection's fingerprints.
    pub(crate) fingerprint_key: FingerprintKey,
    pub(crate) started_at: DateTime<Utc>,
    /// How old the run was when this process took part in it, and what the clock has gone on by.
    age: Duration,
    clock: Instant,
    /// When its turn came, behind others.
    pub(crate) turn: Instant,
    /// The first of the interrupted runs that this one goes on with.
    pub(crate) continues: Option<i64>,
    /// How the run came out, and whether it was interrupted, if it ended before.
    pub(crate) ended: Option<(Verdict, bool)>,
    /// How many changed rows are shown, if all of this is a rehearsal.
    pub(crate) sample: Option<i64>,
    /// The statements that brought the tables up to date in a rehearsal.
    pub(crate) ddl: Option<Vec<String>>,
    /// The histories that tables have, by resource.
    histories: BTreeMap<&'static str, History>,
    /// What was left out of, and veiled in rows that were there, in words.
    pub(crate) chosen: Vec<String>,
    /// What is not as it should be in the tables.
    pub(crate) misfits: Misfits,
}

/// The lock of a connection, as long as a run lasts.
pub(crate) struct Lock(Option<RunSession>);

impl Lock {
    /// Gives the lock back; an error here changes nothing that was committed.
    pub(crate) async fn give_back(self) {
        let Some(mut session) = self.0 else { return };
        // A server takes a moment to notice that a session is closed, and the next run may begin in it.
        let close = async {
            sqlx::query("select pg_advisory_unlock_all()").execute(&mut *session).await?;
            session.close().await
        };
        // A server that is away has given it back itself, or will.
        if let Ok(Err(error)) = tokio::time::timeout(GOODBYE, close).await {
            info!("the lock's session did not close: {}", Error::storage("closing", error));
        }
    }
}

/// What a run is about, apart from its database.
pub(crate) struct Plan<'a> {
    pub(crate) connector: &'a Connector,
    pub(crate) schema: &'a str,
    pub(crate) preset: &'a str,
    pub(crate) started_at: DateTime<Utc>,
    /// Tell what the run asks for from everything else that it could: first this program's
    /// hash, which is stored, and then those of earlier ones, which are known.
    pub(crate) request_hashes: [String; 2],
    /// Whose rows are asked for.
    pub(crate) scope: String,
    /// The resources that usual runs of the connection sync.
    pub(crate) syncs: Vec<&'static str>,
    /// How commands about the connection are called.
    pub(crate) invocation: &'a Invocation,
    /// Whether they may replace those of another one.
    pub(crate) takes_over: bool,
    /// How old an interrupted run may be to go on with; none of any age, if it is not to be.
    pub(crate) resume_within: Option<TimeDelta>,
    /// Whether to wait until another run has ended.
    pub(crate) waits: bool,
    /// Whether its parts are read by workers that join it, and nobody keeps a session for it.
    pub(crate) leased: bool,
    /// The job whose processes those workers are.
    pub(crate) job: Option<&'a str>,
    /// Whether it takes over from a run whose workers are gone.
    pub(crate) takes_over_run: bool,
    /// How long the database is waited for where it is away.
    pub(crate) patience: Duration,
    /// How many changed rows are shown, if it is a rehearsal.
    pub(crate) sample: Option<i64>,
    /// The resources that it reads.
    pub(crate) reads: Vec<&'static str>,
    /// The resources that have a history, and how much of it is kept.
    pub(crate) histories: BTreeMap<&'static str, Keep>,
    /// What is left out of the rows of resources, and what is veiled in them.
    pub(crate) choices: BTreeMap<&'static str, Choice>,
    /// Whether secrets are stored as they come.
    pub(crate) keep_secrets: bool,
}

impl Store {
    /// Connects, takes the connection's lock, brings the tables up to date, and begins a run.
    pub(crate) async fn begin(database: &Database, plan: &Plan<'_>, stop: &Stop) -> Result<Self> {
        let mut store = Self::new(database, plan, stop);
        // Who only looks is not led to a command that writes.
        let waiting = plan.sample.is_none().then(|| plan.invocation.of("sync --wait"));
        // This comes first, because a session of its own says at once why it cannot be had.
        let lock = lock(database, plan.schema, (plan.waits, waiting), stop).await;
        let (session, waited) = lock.map_err(nothing_tried)?;
        store.lock = Some(session);
        store.turn = Instant::now();
        match store.begin_locked(database, plan, stop, waited).await {
            Ok(()) => Ok(store),
            Err(error) => {
                // Whoever comes next need not wait until the server notices.
                Lock(store.lock.take()).give_back().await;
                Err(error)
            }
        }
    }

    /// The rest of it, with the lock at hand.
    async fn begin_locked(
        &mut self,
        database: &Database,
        plan: &Plan<'_>,
        stop: &Stop,
        waited: bool,
    ) -> Result<()> {
        let Plan { connector, schema, .. } = *plan;
        if let Some(lock) = self.lock.as_mut() {
            let room = SessionLimits::of(lock).await.map_err(nothing_tried)?;
            let open = database.sessions.open_ones();
            database.sessions.limit_to(room.left_with(open)?);
        }
        if waited {
            // What changed while the other run was writing came after this time.
            self.started_at = self.now();
            self.clock = Instant::now();
        }
        self.check_server().await.map_err(nothing_tried)?;
        if plan.sample.is_some() {
            let ddl = migrate::pending(self, schema, connector.migrations).await;
            self.ddl = Some(ddl.map_err(nothing_tried)?);
        }
        if let Err(error) = migrate::up(self, schema, connector).await {
            // Another connector's migrations look like a wrong version of this one's.
            let error = self.other_connector(connector).await.unwrap_or(error);
            return Err(nothing_tried(error));
        }
        Box::pin(self.look_at_tables(plan)).await.map_err(nothing_tried)?;
        self.wait_for_workers(plan, stop).await.map_err(nothing_tried)?;
        let begin = Box::pin(self.begin_run(plan));
        let run = if plan.takes_over_run {
            // Its workers are gone, so that none of them is only slow.
            self.past_frozen(Duration::from_secs(1), begin).await
        } else {
            begin.await
        };
        (self.run_id, self.fingerprint_key, self.owner) = run.map_err(nothing_tried)?;
        self.chosen = Box::pin(self.choose(plan)).await.map_err(nothing_tried)?;
        self.continues = self.interrupted_run(plan).await.map_err(nothing_tried)?;
        Ok(())
    }

    /// Connects to a run that another process began, to take part in it, or, if that is `enough`,
    /// to see how it ended. Nothing is migrated: whoever began it did that.
    pub(crate) async fn join(
        database: &Database,
        plan: &Plan<'_>,
        (run_id, enough): (i64, bool),
        stop: &Stop,
    ) -> Result<Self> {
        let mut store = Self::new(database, plan, stop);
        store.check_server().await.map_err(nothing_tried)?;
        migrate::check_current(&store, plan.schema, plan.connector).await.map_err(nothing_tried)?;
        store.join_run(plan, run_id, enough).await.map_err(nothing_tried)?;
        // Whoever began the run has made the histories, so that only what they are is found here.
        Box::pin(store.look_at_tables(plan)).await.map_err(nothing_tried)?;
        Ok(store)
    }

    fn new(database: &Database, plan: &Plan<'_>, stop: &Stop) -> Self {
        Self {
            patience: Patience {
                sessions: database.sessions.clone(),
                stop: stop.clone(),
                limit: plan.patience,
            },
            lock: None,
            schema: plan.schema.to_owned(),
            run_id: 0,
            owner: BTreeMap::new(),
            takes_over: plan.takes_over,
            fingerprint_key: FingerprintKey(String::new()),
            started_at: plan.started_at,
            age: Duration::ZERO,
            clock: Instant::now(),
            turn: Instant::now(),
            continues: None,
            ended: None,
            sample: plan.sample,
            ddl: None,
            histories: BTreeMap::new(),
            chosen: Vec::new(),
            misfits: Misfits::default(),
        }
    }

    /// The time, by the clock that the run began with.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.started_at + self.age + self.clock.elapsed()
    }

    /// A session, when one is free.
    async fn session(&self) -> Result<Session> {
        let session = self.patience.sessions.session().await;
        session.map_err(|error| Error::storage("taking a session", error))
    }

    /// Does `work`, which may be done twice, and waits for a database that is away.
    async fn patiently<T, F>(&self, work: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        self.patience.patiently(work).await
    }

    /// Whether a resource's table has a history beside it.
    pub(crate) fn has_history(&self, resource: &str) -> bool {
        self.histories.contains_key(resource)
    }

    /// Takes the connection's lock out, to be given back by whoever ends the run:
    /// others may hold the store a moment longer.
    pub(crate) fn take_lock(&mut self) -> Lock {
        Lock(self.lock.take())
    }

    /// Up to `limit` of a parent's rows after `after` and up to `upto`, by the values of their
    /// column; of the changed ones only, if `child` is a resource that was read for the others.
    pub(crate) async fn parents(
        &self,
        parents: &Parents,
        (after, upto): (Option<&str>, Option<&str>),
        limit: usize,
        child: Option<&str>,
    ) -> Result<Vec<String>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let query = parents.some(after.is_some(), upto.is_some());
        let query = query.as_str();
        self.patiently(|| async move {
            let mut query =
                sqlx::query_scalar(AssertSqlSafe(query)).bind(&self.schema).bind(child).bind(limit);
            for bound in after.into_iter().chain(upto) {
                query = query.bind(bound);
            }
            query
                .fetch_all(&mut *self.session().await?)
                .await
                .map_err(|error| Error::storage("reading the parents", error))
        })
        .await
    }

    /// Looks at the tables, now that they are up to date, and makes the histories beside them that
    /// are missing.
    async fn look_at_tables(&mut self, plan: &Plan<'_>) -> Result<()> {
        let (histories, work) = self.histories_of(plan).await?;
        let there = histories.keys().copied().filter(|resource| !work.is_about(resource));
        // What is made in a schema stands beside what others have put there.
        self.misfits = self.misfits(plan.connector, &there.collect::<Vec<_>>()).await?;
        self.misfits.check_schemas()?;
        let all: Vec<&str> = histories.keys().copied().collect();
        let again = all.iter().any(|resource| work.widens(resource));
        self.histories = histories;
        self.make_histories(work).await?;
        if again {
            self.misfits = self.misfits(plan.connector, &all).await?;
        }
        Ok(())
    }

    /// What is wrong with the tables.
    async fn misfits(&self, connector: &Connector, with_history: &[&str]) -> Result<Misfits> {
        let mut session = self.session().await?;
        Misfits::of(&mut session, &self.schema, connector.resources, with_history).await
    }

    /// Fails if the server is not fit for a run, or the user may not do what each run does.
    async fn check_server(&self) -> Result<()> {
        type Server = (i32, String, String, String, bool, bool, Vec<String>, Vec<String>);
        let server: Server = sqlx::query_as(
            "select current_setting('server_version_num')::int / 10000, current_setting('server_encoding'), \
             current_database()::text, current_user::text, \
             has_database_privilege(current_database(), 'CREATE'), has_database_privilege(current_database(), 'TEMP'), \
             array(select s.name from unnest(array['sync', $1]) s (name) \
             where not exists (select from pg_namespace n where n.nspname = s.name)), \
             array(select n.nspname::text from pg_namespace n \
             where n.nspname in ('sync', $1) and not has_schema_privilege(n.oid, 'USAGE'))",
        )
        .bind(&self.schema)
        .fetch_one(&mut *self.session().await?)
        .await
        .map_err(|error| Error::storage("connecting", error))?;
        let (version, encoding, database, user, may_create, may_stage, absent, closed) = server;
        if version < OLDEST_SERVER {
            let what =
                format!("the server is Postgres {version}, and at least {OLDEST_SERVER} is needed");
            let next = "upgrade the server, or name another one in DATABASE_URL";
            return Err(Error::settings(what).next(next));
        }
        if encoding != "UTF8" {
            let what =
                format!("the database's encoding is {encoding}, which cannot hold all texts");
            let next = "create one with the encoding UTF8, and name it in DATABASE_URL";
            return Err(Error::settings(what).next(next));
        }
        let (on, user) = (ident(&database), ident(&user));
        let lacking = if let (Some(schema), false) = (absent.first(), may_create) {
            let what = format!(
                "permission denied for database `{database}`: the schema `{schema}` is not there, and may not be created"
            );
            Some((what, format!("create on database {on}")))
        } else if let Some(schema) = closed.first() {
            let what = format!("permission denied for schema `{schema}`");
            Some((what, format!("usage, create on schema {}", ident(schema))))
        } else if may_stage {
            None
        } else {
            let what = format!(
                "permission denied for database `{database}`: temporary tables are not allowed, into which rows are copied first"
            );
            Some((what, format!("temporary on database {on}")))
        };
        let Some((what, right)) = lacking else { return Ok(()) };
        let error = Error::new(ErrorKind::Storage, what);
        Err(error.next(format!("as its owner, run: grant {right} to {user}")))
    }
}

/// That a schema is another connector's.
pub fn other_connector(schema: &str, owner: &str) -> Error {
    Error::settings(format!("the schema `{schema}` belongs to the connector `{}`", Foreign(owner)))
        .next("name another schema with --schema, or `schema` in connectors.toml")
}

/// That the rows of one connection or account would replace those of another.
pub fn other_scope(schema: &str, there: &str, asked: &str, invocation: &Invocation) -> Error {
    let what = format!(
        "the schema `{schema}` has the rows of {}, and not of {}",
        Foreign(there),
        Foreign(asked)
    );
    Error::settings(what).next(format!(
        "give each its own schema, by `schema` in connectors.toml or --schema; {}",
        replacing(invocation)
    ))
}

/// That the vendor tells of another owner than the one whose rows are there.
pub(crate) fn other_owner(schema: &str, resource: &str, invocation: &Invocation) -> Error {
    let what = format!(
        "the key reads another account than the one whose rows the schema `{schema}` has: `{resource}` has nothing in common"
    );
    Error::settings(what).next(format!(
        "put that account's key in, or give each account its own schema, by `schema` in connectors.toml or --schema; {}",
        replacing(invocation)
    ))
}

/// How the rows of one account replace those of another.
fn replacing(invocation: &Invocation) -> String {
    let sync = invocation.of("sync --allow-deletes");
    format!(
        "if both are the same, or these are to replace the others, sync all resources once: `{sync}`"
    )
}

/// A failure before anything was tried, whatever its cause.
fn nothing_tried(error: Error) -> Error {
    error.before_start()
}

/// Takes the lock of a connection, on a session of its own that lasts as long as the run;
/// and says whether it had to wait.
async fn lock(
    database: &Database,
    schema: &str,
    (waits, waiting): (bool, Option<String>),
    stop: &Stop,
) -> Result<(RunSession, bool)> {
    let failed = |error| Error::storage("taking the connection's lock", error);
    let mut session = tokio::select! {
        biased;
        // What did not begin need not begin any more.
        error = stop.asked() => return Err(error),
        session = database.runs.session(&database.sessions) => session?,
    };
    let mut said = false;
    let mut rest_said = None;
    loop {
        let free: bool = sqlx::query_scalar(
            "select pg_try_advisory_lock(hashtextextended('vendor-connectors ' || $1, 0::bigint))",
        )
        .bind(schema)
        .fetch_one(&mut *session)
        .await
        .map_err(failed)?;
        if free {
            return Ok((session, said));
        }
        if !waits {
            break;
        }
        if !std::mem::replace(&mut said, true) {
            info!("waiting until the other run of `{schema}` ends");
        }
        // Nothing moves meanwhile, and whoever waits here would not know why.
        let rest = budgets::rest_until(&mut session).await.unwrap_or_default();
        if let Some(until) = rest.filter(|until| rest_said.is_none_or(|said| said < *until)) {
            info!("it may be waiting too: {}", a_rest(until));
            rest_said = rest;
        }
        stop.sleep(WAIT_FOR_LOCK).await?;
    }
    // It may have been given back meanwhile.
    let holder = holder(&mut session, schema).await?.unwrap_or_default();
    let (what, next) = holder.said(schema, waiting.as_deref());
    Err(Error::new(ErrorKind::Locked, what).next(next))
}

/// That a vendor wants a rest, with the time of its end, as it may be read later.
fn a_rest(until: DateTime<Utc>) -> String {
    format!("a vendor wants a rest until {}", until.format("%Y-%m-%d %H:%M:%S UTC"))
}

/// Who holds the lock of a connection, as far as one may know.
#[derive(Debug, Default)]
pub struct Holder {
    pid: Option<i32>,
    role: Option<String>,
    application: Option<String>,
    since: Option<DateTime<Utc>>,
    /// Until when a vendor wants a rest, for which it may be waiting.
    rest_until: Option<DateTime<Utc>>,
}

impl Holder {
    /// That the lock is held, and what to do about it.
    ///
    /// Any user of the database may take it, and then it is not a run that ends by itself. What
    /// can wait for it names the command that does.
    pub fn said(&self, schema: &str, waiting: Option<&str>) -> (String, String) {
        let Self { pid, role, application, since, rest_until } = self;
        let known = [
            pid.map(|pid| format!("Postgres session {pid}")),
            role.as_ref().map(|role| format!("role `{}`", Foreign(role))),
            application.as_ref().map(|name| format!("application `{}`", Foreign(name))),
            since.map(|since| format!("since {}", since.format("%Y-%m-%d %H:%M:%S UTC"))),
        ];
        let known = known.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let known = if known.is_empty() { known } else { format!(" ({known})") };
        let is_run = application.as_deref().is_none_or(|name| name == APPLICATION);
        if is_run {
            let rest = rest_until.map_or(String::new(), |until| format!("; {}", a_rest(until)));
            let what = format!("another run of `{schema}` is writing{known}{rest}");
            let next = match waiting {
                Some(command) => format!("run again when it has ended; `{command}` waits for it"),
                None => "run this again when it has ended".to_owned(),
            };
            return (what, next);
        }
        let what = format!("the lock of `{schema}` is held by a session that is no run{known}");
        let next = match pid {
            Some(pid) => {
                format!("find out who that is, or end it with: select pg_terminate_backend({pid})")
            }
            None => "find out who that is in pg_locks".to_owned(),
        };
        let waits = waiting.map(|command| format!("; `{command}` waits for it"));
        (what, next + &waits.unwrap_or_default())
    }
}

/// Who holds the lock of a connection; nobody, if it is free.
async fn holder(session: &mut PgConnection, schema: &str) -> Result<Option<Holder>> {
    type Known = (i32, Option<String>, Option<String>, Option<DateTime<Utc>>);
    // Two halves of a number are all that a lock tells of its key. What a session is called
    // everybody may see; since when it is there, not everybody.
    let failed = |error| Error::storage("looking at the connection's lock", error);
    let holder: Option<Known> = sqlx::query_as(
        "select l.pid, a.usename::text, a.application_name, a.backend_start \
         from pg_locks l left join pg_stat_activity a using (pid) \
         where l.locktype = 'advisory' and l.granted and l.objsubid = 1 \
         and l.database = (select oid from pg_database where datname = current_database()) \
         and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('vendor-connectors ' || $1, 0::bigint) limit 1",
    )
    .bind(schema)
    .fetch_optional(&mut *session)
    .await
    .map_err(failed)?;
    let Some((pid, role, application, since)) = holder else { return Ok(None) };
    // Whoever may not read it may know of the lock still.
    let rest_until = budgets::rest_until(session).await.unwrap_or_default();
    Ok(Some(Holder { pid: Some(pid), role, application, since, rest_until }))
}
