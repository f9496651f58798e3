//! How many sessions the server allows a user, where it has such limits.

use sqlx::PgConnection;

use super::session::MOST;
use super::sql::ident;
use crate::error::{Error, ErrorKind, Result};

/// The fewest sessions of a run: one keeps the lock, and one works.
const FEWEST: i64 = 2;

/// How many sessions a user may have in a database.
#[derive(Debug)]
pub struct SessionLimits(Vec<Limit>);

/// What limits them, its name, how many it allows, and how many there are, that of who asks
/// among them.
type Limit = (String, String, i64, i64);

impl SessionLimits {
    /// Asks the server by a session that is open.
    pub(super) async fn of(session: &mut PgConnection) -> Result<Self> {
        let failed = |error| Error::storage("counting its sessions", error);
        // Nobody counts the sessions of a superuser; those of others are counted only where
        // there is a limit, as to ask for all sessions takes longer than all else here.
        let limits: Vec<(String, String, i64)> = sqlx::query_as(
            "select 'role', rolname::text, rolconnlimit::bigint from pg_roles \
             where rolname = session_user and not rolsuper and rolconnlimit >= 0 \
             union all select 'database', datname::text, datconnlimit::bigint from pg_database \
             where datname = current_database() and datconnlimit >= 0 \
             and not exists (select from pg_roles where rolname = session_user and rolsuper)",
        )
        .fetch_all(&mut *session)
        .await
        .map_err(failed)?;
        if limits.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let (of_role, of_database): (i64, i64) = sqlx::query_as(
            "select count(*) filter (where usename = session_user), \
             count(*) filter (where datname = current_database() and backend_type = 'client backend') \
             from pg_stat_activity",
        )
        .fetch_one(session)
        .await
        .map_err(failed)?;
        let with = |(kind, name, limit): (String, String, i64)| {
            let has = if kind == "role" { of_role } else { of_database };
            (kind, name, limit, has)
        };
        Ok(Self(limits.into_iter().map(with).collect()))
    }

    /// How many more sessions there may be beside the one that asked, of those that are of use.
    pub fn left(&self) -> Result<usize> {
        self.left_with(0)
    }

    /// The same with so many that are open, and are the asking program's to work with.
    pub(super) fn left_with(&self, open: usize) -> Result<usize> {
        let mut left = MOST;
        for (kind, name, limit, has) in &self.0 {
            let more = usize::try_from(limit - has).unwrap_or(0) + open;
            if more == 0 {
                let what = format!(
                    "a run needs {FEWEST} sessions, one of them for its lock; the {kind} `{name}` may have {limit}, and {has} are in use"
                );
                let next = format!(
                    "run: alter {kind} {} connection limit {}; or end sessions that nobody needs",
                    ident(name),
                    MOST + 1
                );
                return Err(Error::new(ErrorKind::Storage, what).next(next).before_start());
            }
            left = left.min(more);
        }
        Ok(left)
    }

    /// The number of sessions that a run may have, if that is fewer than it can use.
    pub fn limit(&self) -> Option<usize> {
        self.left().ok().map(|left| left + 1).filter(|sessions| *sessions <= MOST)
    }
}
