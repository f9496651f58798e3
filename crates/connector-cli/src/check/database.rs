//! What a sync needs of the database.

use super::Check;
use crate::settings::Place;
use connector_core::error::Result;
use connector_core::foreign::Foreign;
use connector_core::store::{
    Database, EMBEDDED_DIRECTORY, Encryption, Inspection, OLDEST_SERVER, Schema, State,
    check_embedded, other_connector, other_scope,
};
use connector_core::words::count;
use connector_spec::{Connector, Resource};

/// What the check is called of who writes into the tables.
pub(super) const LOCK: &str = "lock";

/// The server, what the user may do there, the tables, and who writes into them.
pub(super) async fn database(
    connector: &Connector,
    place: &Place,
    database: Result<Option<Database>>,
    scope: Option<String>,
    checks: &mut Vec<Check>,
) {
    let database = match database {
        Ok(Some(database)) => database,
        Ok(None) => {
            let what = format!(
                "the embedded Postgres, which the first sync makes in {EMBEDDED_DIRECTORY}/"
            );
            return checks.push(match check_embedded() {
                Ok(()) => Check::ok("database", what),
                Err(error) => Check::error("database", &error),
            });
        }
        Err(error) => return checks.push(Check::error("database", &error)),
    };
    let encryption = database.encryption();
    let has_history = |resource: &&&Resource| place.settings.of(resource.name).history;
    let with_history: Vec<&Resource> =
        place.resources.iter().filter(has_history).copied().collect();
    let inspected =
        database.inspect(&place.schema, connector, &place.resources, &with_history).await;
    database.close().await;
    if let Encryption::Unverified(mode) = encryption {
        let what = format!("sslmode={mode}: whoever answers on the way to the server is believed");
        let next = "write sslmode=verify-full in DATABASE_URL, and sslrootcert=FILE if the authority is a private one";
        checks.push(Check::warning("TLS", what, next));
    }
    match inspected {
        Ok(found) => checks.extend(fitness(connector, place, scope, &found)),
        Err(error) => checks.push(Check::error("database", &error)),
    }
}

/// What was found in the database, as lines.
fn fitness(
    connector: &Connector,
    Place { schema, invocation, .. }: &Place,
    scope: Option<String>,
    found: &Inspection,
) -> Vec<Check> {
    let Inspection { version, .. } = found;
    let (database, user) = (Foreign(&found.database), Foreign(&found.user));
    let server = format!("Postgres {version}, database `{database}`, user `{user}`");
    let mut checks = vec![if found.too_old {
        Check::failed(
            "database",
            format!("{server}: at least Postgres {OLDEST_SERVER} is needed"),
            "upgrade the server, or name another one in DATABASE_URL",
        )
    } else if found.encoding != "UTF8" {
        Check::failed(
            "database",
            format!(
                "{server}: its encoding is {}, which cannot hold all texts",
                Foreign(&found.encoding)
            ),
            "create one with the encoding UTF8, and name it in DATABASE_URL",
        )
    } else if found.read_only {
        Check::failed(
            "database",
            format!("{server}: nothing can be written here"),
            "name the primary server in DATABASE_URL, or allow the user to write",
        )
    } else {
        Check::ok("database", server)
    }];
    let lacking: Vec<(String, String)> =
        found.schemas.iter().filter_map(|schema| lacking(schema, found)).collect();
    let staging = (!found.may_stage).then(|| {
        (
            "temporary tables are not allowed, into which rows are copied first".to_owned(),
            format!("grant temporary on database \"{database}\" to \"{user}\""),
        )
    });
    let lacking: Vec<(String, String)> = lacking.into_iter().chain(staging).collect();
    if lacking.is_empty() {
        checks.push(Check::ok("privileges", "all that are needed"));
    }
    for (what, grant) in lacking {
        let next = format!("as the owner, run: {grant}");
        checks.push(Check::failed("privileges", what, next));
    }
    let altered = found.altered.as_ref();
    checks.push(match &found.owner {
        Some(owner) if owner != connector.name => {
            Check::error("tables", &other_connector(schema, owner))
        }
        _ => match (&found.scope, scope) {
            (Some(there), Some(asked)) if *there != asked => {
                Check::error("tables", &other_scope(schema, there, &asked, invocation))
            }
            _ => altered.map_or_else(|| tables(found), |error| Check::error("tables", error)),
        },
    });
    checks.push(match &found.holder {
        Some(holder) => {
            let (what, next) = holder.said(schema, Some(&invocation.of("sync --wait")));
            Check::warning(LOCK, what, next)
        }
        None => Check::ok(LOCK, "free"),
    });
    match (found.sessions.left(), found.sessions.limit()) {
        (Err(error), _) => checks.push(Check::error("sessions", &error)),
        (Ok(_), Some(limit)) => {
            let what = format!("{limit} may be used, which is enough; up to 9 would be");
            checks.push(Check::ok("sessions", what));
        }
        (Ok(_), None) => {}
    }
    checks
}

/// What the user may not do in a schema, and the statement that would allow it.
fn lacking(schema: &Schema, found: &Inspection) -> Option<(String, String)> {
    let (database, user) = (Foreign(&found.database), Foreign(&found.user));
    let name = &schema.name;
    if !schema.exists {
        return (!found.may_create).then(|| {
            (
                format!("the schema `{name}` is not there, and may not be created"),
                format!("grant create on database \"{database}\" to \"{user}\""),
            )
        });
    }
    if !schema.may_use {
        return Some((
            format!("the schema `{name}` may not be used, or no table created in it"),
            format!(
                "grant usage, create on schema \"{name}\" to \"{user}\"; grant select, insert, update, delete on all tables in schema \"{name}\" to \"{user}\""
            ),
        ));
    }
    if schema.unwritable > 0 {
        return Some((
            format!("{} tables of `{name}` may not be read and written", schema.unwritable),
            format!(
                "grant select, insert, update, delete on all tables in schema \"{name}\" to \"{user}\""
            ),
        ));
    }
    (schema.foreign > 0).then(|| {
        (
            format!(
                "{} tables of `{name}` have to be altered, and are another user's",
                schema.foreign
            ),
            format!("grant the role that owns them to \"{user}\""),
        )
    })
}

fn tables(found: &Inspection) -> Check {
    let newer = |version| {
        let what =
            format!("they are newer than this program, which does not know migration {version}");
        Check::failed("tables", what, "install the newer version of the program")
    };
    let mut would_run = 0;
    for schema in &found.schemas {
        if let Some(table) = &schema.taken {
            let what = format!(
                "`{}.{}` is there already, and no sync made it",
                schema.name,
                Foreign(table)
            );
            return Check::failed(
                "tables",
                what,
                "name another schema with --schema, or move the table away",
            );
        }
        match schema.state {
            State::Absent | State::Current => {}
            State::Behind(missing) => would_run += missing,
            State::Newer(version) => return newer(version).at(schema),
            State::Changed(version) => {
                let what = format!("migration {version} ran with another text than this program's");
                return Check::failed(
                    "tables",
                    what,
                    "install the version of the program that made the tables, or a later one",
                )
                .at(schema);
            }
        }
    }
    let absent: Vec<String> = found
        .schemas
        .iter()
        .filter(|schema| schema.state == State::Absent)
        .map(|schema| format!("`{}`", schema.name))
        .collect();
    match (absent.is_empty(), would_run) {
        (true, 0) if found.new_histories > 0 => {
            let histories = count(found.new_histories.unsigned_abs(), "history", "histories");
            Check::ok("tables", format!("up to date; the next sync makes {histories} beside them"))
        }
        (true, 0) => Check::ok("tables", "up to date"),
        (true, count) => {
            Check::ok("tables", format!("migrations that the next sync runs: {count}"))
        }
        (false, _) => {
            Check::ok("tables", format!("the first sync makes them: {}", absent.join(", ")))
        }
    }
}

impl Check {
    fn at(mut self, schema: &Schema) -> Self {
        self.what = format!("{} (schema `{}`)", self.what, schema.name);
        self
    }
}
