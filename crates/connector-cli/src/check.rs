//! `check`: whether a sync would work, one thing after the other, each with what to do.

mod database;
mod shown;
mod vendor;

use schemars::JsonSchema;
use serde::Serialize;

use self::database::database;
use self::shown::{text, together};
use self::vendor::{VENDOR, vendor};
use super::chosen::{Chosen, Which};
use super::json::print_json;
use super::{block_on, print, print_errors};
use crate::settings::{Explained, File, Flags, Place, SetBy, explain, resolve};
use connector_core::error::{Error, Result};
use connector_core::store::Keep;
use connector_core::verdict::Look;
use connector_core::words::Invocation;
use connector_spec::Connector;

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

    /// Notes that these variables were tried with values that nothing keeps.
    pub(super) fn were_given_once<T>(&mut self, variables: &[(&str, T)]) {
        let all = self.all.connections.iter_mut().flat_map(|checked| &mut checked.settings);
        for setting in all {
            let SetBy::Variable(by) = &setting.by else { continue };
            if variables.iter().any(|(name, _)| name == by) {
                "tried, and to be set by you".clone_into(&mut setting.value);
            }
        }
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
    // It knows whether the vendor wants a rest.
    let opened = match place {
        Some(place) => place.database().await,
        None => Ok(None),
    };
    match resolve(connector, file, flags) {
        Ok(connection) => {
            scope = Some(connection.scope());
            checks.push(Check::ok(SETTINGS, "complete and consistent"));
            checks.extend(place.and_then(idle_keep));
            let database = opened.as_ref().ok().and_then(Option::as_ref);
            vendor(&connection, database, &mut checks).await;
        }
        Err(error) => {
            checks.push(Check::error(SETTINGS, &error));
            let what = "not tried: the settings have to be right first";
            checks.push(Check::new(VENDOR, Outcome::Skipped, what));
        }
    }
    // A database can be looked at without a key.
    if let Some(place) = place {
        database(connector, place, opened, scope, &mut checks).await;
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
