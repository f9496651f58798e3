//! `check`: whether a sync would work, one thing after the other, each with what to do.

use std::fmt::Write as _;
use std::time::SystemTime;

use comfy_table::{Cell, Color, ContentArrangement, Table};
use schemars::JsonSchema;
use serde::Serialize;

use super::chosen::{Chosen, Which};
use super::json::print_json;
use super::{block_on, lines, print, print_errors, table};
use crate::settings::{Explained, File, Flags, Place, explain, resolve};
use connector_core::ask::Way;
use connector_core::error::{Error, ErrorKind, Result};
use connector_core::foreign::Foreign;
use connector_core::run::Connection;
use connector_core::run::probe::{FirstPage, first_page};
use connector_core::store::{
    EMBEDDED_DIRECTORY, Inspection, Keep, OLDEST_SERVER, Schema, State, Way as Encryption,
    check_embedded, other_connector, other_scope,
};
use connector_core::verdict::{Look, wrapped};
use connector_core::words::{Invocation, count, span};
use connector_spec::{Connector, Rate, Resource};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    /// A value of one of the connector's parameters, as in account=123; repeat it for several
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<String>,
    /// Print one JSON document
    #[arg(long)]
    pub(super) json: bool,
}

/// What was found out about a connection.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Checked {
    connection: String,
    settings: Vec<Explained>,
    checks: Vec<Check>,
    #[serde(skip)]
    invocation: Invocation,
}

/// One thing that a sync needs.
#[derive(Debug, Serialize, JsonSchema)]
struct Check {
    #[serde(rename = "check")]
    name: String,
    outcome: Outcome,
    what: String,
    next: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Ok,
    Warning,
    Failed,
    Skipped,
}

impl Check {
    fn new(check: &str, outcome: Outcome, what: impl Into<String>) -> Self {
        Self { name: check.to_owned(), outcome, what: what.into(), next: None }
    }

    fn ok(check: &str, what: impl Into<String>) -> Self {
        Self::new(check, Outcome::Ok, what)
    }

    fn failed(check: &str, what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { next: Some(next.into()), ..Self::new(check, Outcome::Failed, what) }
    }

    fn warning(check: &str, what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { next: Some(next.into()), ..Self::new(check, Outcome::Warning, what) }
    }

    fn error(check: &str, error: &Error) -> Self {
        let next = error.advice().map(str::to_owned);
        Self { next, ..Self::new(check, Outcome::Failed, error.to_string()) }
    }
}

pub(super) fn run(connector: &'static Connector, args: Args) -> Result<u8> {
    let mut chosen = args.which.choose(connector)?;
    for (_, flags) in &mut chosen.each {
        flags.params.clone_from(&args.params);
    }
    show(chosen, args.json)
}

/// Tries all that syncs of these connections need, and returns the exit status.
pub(super) fn show(chosen: Chosen, json: bool) -> Result<u8> {
    let mut examined = Examined { errors: chosen.wrong, ..Examined::default() };
    for (connector, flags) in chosen.each {
        examined.add(examine(connector, &chosen.file, &[flags])?);
    }
    tell(&examined, json)
}

/// Prints what came of it, and returns the exit status.
pub(super) fn tell(examined: &Examined, json: bool) -> Result<u8> {
    if json {
        print_json(&examined.all, &examined.errors)?;
    } else {
        print_errors(&examined.errors);
        if !examined.all.connections.is_empty() {
            print(&examined.text())?;
        }
    }
    Ok(examined.status())
}

#[derive(Debug, Default, Serialize, JsonSchema)]
pub(super) struct All {
    connections: Vec<Checked>,
}

/// What came of trying connections.
#[derive(Default)]
pub(super) struct Examined {
    all: All,
    /// Why it is not known of others what their settings are.
    pub(super) errors: Vec<Error>,
}

/// Tries all that a sync of these connections needs.
pub(super) fn examine(
    connector: &'static Connector,
    file: &File,
    each: &[Flags],
) -> Result<Examined> {
    let mut examined = Examined::default();
    for flags in each {
        match explain(connector, file, flags) {
            Ok((name, settings)) => {
                let place = Place::resolve(connector, file, flags).ok();
                let checks = block_on(checks(connector, file, flags, place.as_ref()))?;
                let invocation = place.map(|place| place.invocation).unwrap_or_default();
                examined.all.connections.push(Checked {
                    connection: name,
                    settings,
                    checks,
                    invocation,
                });
            }
            Err(error) => examined.errors.push(error),
        }
    }
    Ok(examined)
}

impl Examined {
    /// Whether nothing fails but some of the resources, and others answer.
    pub(super) fn some_resource_answers(&self, connector: &Connector) -> bool {
        let is_resource = |check: &Check| connector.resource(&check.name).is_some();
        let failed = |check: &&Check| matches!(check.outcome, Outcome::Failed);
        let mut checks = self.all.connections.iter().flat_map(|checked| &checked.checks);
        let answers = |check: &Check| is_resource(check) && matches!(check.outcome, Outcome::Ok);
        checks.clone().any(answers) && checks.all(|check| !failed(&check) || is_resource(check))
    }

    /// What failed, each with what to do.
    pub(super) fn failures(&self) -> Vec<String> {
        let checks = self.all.connections.iter().flat_map(|checked| &checked.checks);
        let failed = checks.filter(|check| check.outcome == Outcome::Failed);
        let said = failed.map(|Check { name, what, next, .. }| match next {
            Some(next) => format!("{name}: {what}; next: {next}"),
            None => format!("{name}: {what}"),
        });
        self.errors.iter().map(Error::to_string).chain(said).collect()
    }

    fn add(&mut self, other: Self) {
        self.all.connections.extend(other.all.connections);
        self.errors.extend(other.errors);
    }

    /// What came of it: each connection by itself, or those that failed, and then one line for each.
    pub(super) fn text(&self) -> String {
        let look = Look::of_stdout();
        match &self.all.connections[..] {
            [one] => text(one, look),
            several => together(several, look),
        }
    }

    /// 0 if all is ready, 1 if something failed, and 2 if the settings are not right.
    pub(super) fn status(&self) -> u8 {
        let failed = |check: &&Check| check.outcome == Outcome::Failed;
        let failures: Vec<_> = self
            .all
            .connections
            .iter()
            .flat_map(|checked| &checked.checks)
            .filter(failed)
            .collect();
        match (self.errors.is_empty(), &failures[..]) {
            (true, []) => 0,
            (true, failures) if failures.iter().all(|check| check.name != SETTINGS) => 1,
            _ => 2,
        }
    }
}

const SETTINGS: &str = "settings";

async fn checks(
    connector: &'static Connector,
    file: &File,
    flags: &Flags,
    place: Option<&Place>,
) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut scope = None;
    match resolve(connector, file, flags) {
        Ok(connection) => {
            scope = Some(connection.scope());
            checks.push(Check::ok(SETTINGS, "complete and consistent"));
            checks.extend(place.and_then(idle_keep));
            vendor(&connection, &mut checks).await;
        }
        Err(error) => {
            checks.push(Check::error(SETTINGS, &error));
            let what = "not tried: the settings have to be right first";
            checks.push(Check::new("vendor", Outcome::Skipped, what));
        }
    }
    // A database can be looked at without a key.
    if let Some(place) = place {
        database(connector, place, scope, &mut checks).await;
    } else {
        let what = "not tried: the settings have to be right first";
        checks.push(Check::new("database", Outcome::Skipped, what));
    }
    checks
}

/// That a limit is set for a history that nobody asked for: it keeps none by itself.
fn idle_keep(Place { resources, settings, .. }: &Place) -> Option<Check> {
    let of_all = settings.all.keep_history;
    let is_own = |name: &str| settings.of(name).keep_history != of_all;
    // The limit of a connection is for those of its resources that have a history.
    let is_of_use = resources.iter().any(|one| settings.of(one.name).history && !is_own(one.name));
    let idle = resources.iter().map(|resource| resource.name).filter(|name| {
        let own = settings.of(name);
        let is_limited = own.keep_history != Keep::default();
        is_limited && !own.history && (is_own(name) || !is_of_use)
    });
    let idle: Vec<&str> = idle.collect();
    let names = match idle.len() {
        0 => return None,
        all if all == resources.len() => "any resource".to_owned(),
        _ => idle.join(", "),
    };
    let what = format!("`keep_history` is set, and no history is kept of {names}");
    let next = "set `history = true` beside it, or take `keep_history` out";
    Some(Check::warning("history", what, next))
}

/// The way to the vendor, the key, and the first page of each resource that has one.
async fn vendor(connection: &Connection, checks: &mut Vec<Check>) {
    let client = match connection.impatient_client() {
        Ok(client) => client,
        Err(error) => return checks.push(Check::error("key", &error)),
    };
    checks.push(match client.way().await {
        Ok(Way::Proxy(proxy)) => Check::ok("name", format!("left to the proxy `{proxy}`")),
        Ok(Way::Number) => Check::ok("name", "not needed: the base URL has an IP address"),
        Ok(Way::Name { host, addresses }) => {
            Check::ok("name", format!("`{host}` has {}", count(addresses, "address", "addresses")))
        }
        Err(error) => return checks.push(Check::error("name", &error)),
    });
    let (rate, base) = connection.vendor();
    let encrypted = if base.scheme() == "https" { "over TLS" } else { "without TLS" };
    let (mut reached, mut accepted) = (false, false);
    let mut newest = None;
    for resource in connection.selected() {
        let name = resource.name;
        let page = first_page(&client, connection.connector, resource, &connection.params).await;
        let kind = page.as_ref().err().map(Error::kind);
        if kind == Some(ErrorKind::Unreachable) {
            return checks.extend(page.err().map(|error| Check::error("network", &error)));
        }
        if !std::mem::replace(&mut reached, true) {
            checks.push(Check::ok("network", format!("the vendor answers, {encrypted}")));
        }
        if kind == Some(ErrorKind::Auth) {
            return checks.extend(page.err().map(|error| Check::error("key", &error)));
        }
        let good = matches!(page, Ok(Some(_)));
        if good && !std::mem::replace(&mut accepted, true) {
            checks.push(Check::ok("key", "accepted"));
        }
        let check = match page {
            Ok(Some(page)) => {
                let page = newest.insert(page);
                Check::ok(name, format!("rows on the first page: {}", page.rows))
            }
            Ok(None) => {
                let parent = resource.parent.map_or("", |parent| parent.resource);
                Check::new(name, Outcome::Skipped, format!("asked for with each row of `{parent}`"))
            }
            Err(error) => Check::error(name, &error),
        };
        checks.push(check);
    }
    if let Some(FirstPage { response, .. }) = newest {
        checks.push(limit(rate, &response.rate_limit()));
        checks.extend(response.header("date").and_then(clock));
    }
}

fn limit(rate: Option<Rate>, told: &[String]) -> Check {
    let kept = match rate {
        Some(Rate { requests, per }) => {
            let requests = count(requests, "request", "requests");
            format!("kept: {requests} in {}", span(per))
        }
        None => "none is declared".to_owned(),
    };
    let told = match told {
        [] => "the vendor's headers tell none".to_owned(),
        told => format!("the vendor tells {}", told.join(", ")),
    };
    Check::ok("rate limit", format!("{kept}; {told}"))
}

/// A clock that is far from the vendor's: certificates and ages would be judged wrongly.
fn clock(date: &str) -> Option<Check> {
    let theirs = httpdate::parse_http_date(date).ok()?;
    let ours = SystemTime::from(super::now());
    let apart = ours.duration_since(theirs).or_else(|_| theirs.duration_since(ours)).ok()?;
    let minutes = apart.as_secs() / 60;
    (minutes >= 5).then(|| {
        let way = if ours > theirs { "ahead of" } else { "behind" };
        let what = format!("this machine's is {minutes} minutes {way} the vendor's");
        Check::warning("clock", what, "set the clock of this machine, best by NTP")
    })
}

async fn database(
    connector: &Connector,
    place: &Place,
    scope: Option<String>,
    checks: &mut Vec<Check>,
) {
    let database = match place.database().await {
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
    let way = database.way();
    let has_history = |resource: &&&Resource| place.settings.of(resource.name).history;
    let with_history: Vec<&Resource> =
        place.resources.iter().filter(has_history).copied().collect();
    let inspected =
        database.inspect(&place.schema, connector, &place.resources, &with_history).await;
    database.close().await;
    if let Encryption::Unverified(mode) = way {
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
            Check::warning("lock", what, next)
        }
        None => Check::ok("lock", "free"),
    });
    match (found.room.left(), found.room.limit()) {
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
            format!("grant usage, create on schema \"{name}\" to \"{user}\""),
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

fn text(checked: &Checked, look: Look) -> String {
    let mut settings = table(&["setting", "value", "set by"]);
    settings.set_content_arrangement(ContentArrangement::Dynamic);
    for setting in &checked.settings {
        settings.add_row([&setting.name, &setting.value, &setting.by.to_string()]);
    }
    format!(
        "{}:\n\n{}\n\n{}\n\n{}",
        checked.connection,
        lines(&settings),
        lines(&found(&checked.checks, look)),
        wrapped(&checked.sum(), look)
    )
}

/// Checks as a table.
fn found<'a>(checks: impl IntoIterator<Item = &'a Check>, look: Look) -> Table {
    let mut table = table(&["check", "", "found"]);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    let mut checks = checks.into_iter().peekable();
    while let Some(check) = checks.next() {
        let (word, colour) = match check.outcome {
            Outcome::Ok => ("ok", Color::Green),
            Outcome::Warning => ("warning", Color::Yellow),
            Outcome::Failed => ("failed", Color::Red),
            Outcome::Skipped => ("-", Color::Reset),
        };
        let word = if look.colours { Cell::new(word).fg(colour) } else { Cell::new(word) };
        table.add_row([Cell::new(&check.name), word, Cell::new(&check.what)]);
        // What is to be done about several, one below the other, is said below the last of them.
        let is_last = checks.peek().is_none_or(|other| other.next != check.next);
        if let Some(next) = check.next.as_ref().filter(|_| is_last) {
            table.add_row(["", "", &format!("next: {next}")]);
        }
    }
    table
}

/// Several connections: what is wrong, and a line for each, the worst first.
fn together(several: &[Checked], look: Look) -> String {
    let mut several: Vec<&Checked> = several.iter().collect();
    several.sort_by_key(|checked| (std::cmp::Reverse(checked.failed()), &checked.connection));
    let mut text = String::new();
    for checked in &several {
        let wrong = |check: &&Check| matches!(check.outcome, Outcome::Failed | Outcome::Warning);
        let mut wrong = checked.checks.iter().filter(wrong).peekable();
        if wrong.peek().is_some() {
            let _ = write!(text, "{}:\n\n{}\n\n", checked.connection, lines(&found(wrong, look)));
        }
    }
    let sums: Vec<String> = several.iter().map(|checked| checked.sum()).collect();
    text + &wrapped(&sums.join("\n"), look)
}

impl Checked {
    fn failed(&self) -> usize {
        self.checks.iter().filter(|check| check.outcome == Outcome::Failed).count()
    }

    /// Whether it is ready, in a line.
    fn sum(&self) -> String {
        match self.failed() {
            0 => format!("{}: ready; run `{}`", self.connection, self.invocation.of("sync")),
            1 => format!("{}: 1 thing failed", self.connection),
            failed => format!("{}: {failed} things failed", self.connection),
        }
    }
}
