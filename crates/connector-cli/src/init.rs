//! `init`: from nothing to a connection that works, by questions or by flags.

use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dialoguer::{Confirm, FuzzySelect, Input, Password, Select};
use secrecy::SecretString;

use crate::settings::{
    Answered, CONFIG_FILE, Draft, File, Flags, NewConnection, SCHEMA_FILE, check_base_url,
    check_name, env_file, write_file, write_schema,
};
use connector_core::environment::{environment, file_of};
use connector_core::error::{Error, Result};
use connector_core::store::{EMBEDDED_DIRECTORY, is_address};
use connector_core::verdict::wrapped;
use connector_spec::{Connector, DOCUMENTED, Unset};

use super::check::{self, Examined};
use super::signals::Questions;
use super::{look_of_stderr, print, print_error, schemas, tell};

/// The variable of the database.
const DATABASE_URL: &str = "DATABASE_URL";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The connection's name, which is also its schema [default: the connector's name]
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,
    /// The file that holds connections
    #[arg(long, value_name = "FILE", default_value = CONFIG_FILE)]
    config: PathBuf,
    /// Where the API is
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// `documented`, `live`, or a file of your own
    #[arg(long, value_name = "NAME|FILE")]
    preset: Option<String>,
    /// A value of one of the connector's parameters, as in account=123; repeat it for several
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<String>,
    /// Send the key over plain HTTP, which shows it to everybody on the way
    #[arg(long)]
    allow_http: bool,
    /// Read the key from stdin, instead of asking for it or taking it from its variable
    #[arg(long)]
    key_stdin: bool,
    /// Where secrets go that are not set as variables yet: .env, which only you can read, or nowhere
    #[arg(long, value_enum, default_value_t = Store::EnvFile)]
    store: Store,
    /// Answer again for a connection that exists; its other settings stay
    #[arg(long)]
    force: bool,
    /// Ask nothing: take what flags, variables and defaults say
    #[arg(short, long)]
    yes: bool,
    /// Do not check the connection at the end
    #[arg(long)]
    no_check: bool,
}

/// Several connections, of any connectors.
#[derive(Debug, clap::Args)]
pub struct InitSeveral {
    /// The file that holds connections
    #[arg(long, value_name = "FILE", default_value = CONFIG_FILE)]
    config: PathBuf,
}

/// Sets connections up one after another, for as long as a person wants more of them.
pub fn init_several(connectors: &[&'static Connector], args: &InitSeveral) -> Result<u8> {
    if !std::io::stdin().is_terminal() {
        return Err(Error::settings("which connector it is for is not known").next(format!(
            "name it, as in `{} init --base-url https://…`, or run `init` on a terminal, which asks",
            crate::called::binary(connectors[0])
        )));
    }
    let mut items: Vec<String> = connectors.iter().map(|connector| choice(connector)).collect();
    let mut status = 0;
    loop {
        let prompt =
            if items.len() == connectors.len() { "Connector" } else { "Another connection" };
        // After the first one, Enter is enough.
        let usual = items.len() - 1;
        let usual = if usual < connectors.len() { 0 } else { usual };
        let fitting = fitting(&items);
        let questions = Questions::begin();
        // Letters find one, as there may be many.
        let asked = FuzzySelect::new().with_prompt(prompt).items(&fitting).default(usual);
        let at = asked.max_length(20).interact().map_err(broke_off)?;
        drop(questions);
        let Some(connector) = connectors.get(at) else {
            if let Some(program) = crate::called::program_of_all() {
                let next = if status == 0 { "sync" } else { "check" };
                print(&format!("next: {program} {next} --all"))?;
            }
            return Ok(status);
        };
        // What the last one wrote is there for the next one.
        crate::prepare(Some(&args.config))?;
        let each = Args {
            connection: None,
            config: args.config.clone(),
            base_url: None,
            preset: None,
            params: Vec::new(),
            allow_http: false,
            key_stdin: false,
            store: Store::EnvFile,
            force: false,
            yes: false,
            no_check: false,
        };
        status = status.max(run(connector, each)?);
        print("")?;
        if items.len() == connectors.len() {
            items.push("no, that is all".to_owned());
        }
    }
}

/// Says something that a question is about.
fn remark(text: &str) {
    tell(&wrapped(text, look_of_stderr()));
}

/// Which of these a person chooses.
fn choose(prompt: &str, items: &[impl AsRef<str>], usual: usize) -> Result<usize> {
    let asked = Select::new().with_prompt(prompt).items(fitting(items)).default(usual);
    asked.interact().map_err(broke_off)
}

/// Items in a line each: a list with a longer one is not drawn over, but once more below itself.
fn fitting(items: &[impl AsRef<str>]) -> Vec<String> {
    // A mark stands before each, and the last column is left free.
    const BESIDES: usize = 3;
    let columns = console::Term::stderr().size().1.into();
    shortened(items, usize::saturating_sub(columns, BESIDES))
}

/// Items in so many columns at the most.
fn shortened(items: &[impl AsRef<str>], columns: usize) -> Vec<String> {
    let short = |item: &str| console::truncate_str(item, columns, "…").into_owned();
    items.iter().map(|item| short(item.as_ref())).collect()
}

/// A connector, as one of several to choose from.
fn choice(connector: &Connector) -> String {
    let about = connector.doc.split_once(':').map_or(connector.doc, |(about, _)| about);
    format!("{}: {about}", crate::word(connector.name))
}

/// Where a secret goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Store {
    EnvFile,
    Nowhere,
}

pub(super) fn run(connector: &'static Connector, args: Args) -> Result<u8> {
    let asking = !args.yes && !args.key_stdin && std::io::stdin().is_terminal();
    let file = if args.config.exists() { File::read(Some(&args.config))? } else { File::default() };
    let answers = if asking { ask(connector, &file, args)? } else { take(connector, &file, args)? };
    let Answers { new, key, rows, store, force, config, no_check } = answers;
    new.check(&file)?;
    let env_file = env_file(Some(&config));
    let variable = new.key_variable();
    let key = variable.zip(key);
    // What was there before may work, and is not given up for what does not.
    let replaces = file.has(&new.name)
        || key.as_ref().is_some_and(|(variable, _)| file_of(variable).is_some())
        || (!matches!(rows, Rows::AsSet) && file_of(DATABASE_URL).is_some());
    let nowhere = match rows {
        Rows::AsSet => environment(DATABASE_URL).is_none(),
        Rows::Embedded => true,
        Rows::Server(_) => false,
    };
    let text = new.text(&config, force)?;
    let unset = matches!(rows, Rows::Embedded) && file_of(DATABASE_URL).is_some();
    let url = if let Rows::Server(url) = rows { Some(url) } else { None };
    let mut secrets: Vec<(&str, SecretString)> = Vec::new();
    secrets.extend(new.address_to_store());
    secrets.extend(key);
    secrets.extend(url.map(|url| (DATABASE_URL, url)));
    let mut draft = None;
    if unset || (store == Store::EnvFile && !secrets.is_empty()) {
        let draft = draft.insert(Draft::of(&env_file)?);
        if unset {
            draft.unset(DATABASE_URL);
        }
        for (name, secret) in secrets.iter().filter(|_| store == Store::EnvFile) {
            draft.set(name, secret)?;
        }
    }
    for (name, _) in &secrets {
        if store == Store::EnvFile && environment(name).is_some() && file_of(name).is_none() {
            print(&format!(
                "{name} is a variable of this shell too, which overrides {}: unset it",
                env_file.display()
            ))?;
        }
    }
    let mut examined = None;
    if !no_check {
        draft.as_ref().map_or(Ok(()), Draft::try_out)?;
        let to_set = if store == Store::Nowhere { &secrets[..] } else { &[] };
        Draft::try_out_besides(&env_file, to_set);
        let mut found = check_as(connector, &new.name, &config, &text)?;
        found.were_given_once(to_set);
        examined = Some(found);
    }
    let status = examined.as_ref().map_or(0, Examined::status);
    let gets_in =
        examined.as_ref().is_some_and(|examined| examined.some_resource_answers(connector));
    if let Some(examined) = examined.take_if(|_| status != 0 && replaces) {
        print(&examined.text())?;
        print("")?;
    }
    if status != 0 && replaces && !(asking && keeps_all_the_same(gets_in)?) {
        print("nothing was written: the new settings do not work, and the old ones may")?;
        let again = crate::called::binary(connector);
        print(&format!("to try again:\n  {again} init --connection {}", new.name))?;
        return Ok(status);
    }
    // The file of secrets comes first: without it, the other one is of no use.
    draft.as_ref().map_or(Ok(()), Draft::write)?;
    write(connector, &new.name, &config, &text)?;
    for (name, _) in &secrets {
        print(&match store {
            Store::EnvFile => {
                format!(
                    "wrote {name} to {}, which only you can read; do not commit it",
                    env_file.display()
                )
            }
            Store::Nowhere => format!("set this yourself, with its value: export {name}=…"),
        })?;
    }
    let is_new = |name: &str| {
        secrets.iter().any(|(other, _)| *other == name) || (name == DATABASE_URL && unset)
    };
    let of_before = variable.into_iter().chain([DATABASE_URL]).filter(|name| !is_new(name));
    of_before.filter(|name| environment(name).is_some()).try_for_each(|name| print(&kept(name)))?;
    if draft.is_some() && is_open_to_git(&env_file) {
        print(&format!("git does not ignore {}: write it into .gitignore", env_file.display()))?;
    }
    if nowhere && !file.names_database(&new.name) {
        let what = format!("rows go to the embedded Postgres in {EMBEDDED_DIRECTORY}/");
        print(&format!("{DATABASE_URL} is not set: {what}"))?;
    }
    if let Some(examined) = examined {
        print("")?;
        print(&examined.text())?;
    }
    if status != 0 && asking {
        let again = crate::called::binary(connector);
        let name = &new.name;
        print(&format!(
            "to try again, keeping what was right:\n  {again} init --connection {name}"
        ))?;
    }
    Ok(status)
}

/// Writes the file of connections, and the schema that it names.
fn write(connector: &'static Connector, name: &str, config: &Path, text: &str) -> Result<()> {
    write_file(config, text)?;
    Questions::wrote();
    print(&format!("wrote [connections.{name}] to {}", config.display()))?;
    if write_schema(config, text, &schemas::of_file(connector)?)? {
        print(&format!("wrote {SCHEMA_FILE}, by which editors complete and check that file"))?;
    }
    Ok(())
}

/// Tries a connection as it will be when it is written.
fn check_as(
    connector: &'static Connector,
    name: &str,
    config: &Path,
    text: &str,
) -> Result<Examined> {
    let flags = Flags {
        connection: Some(name.to_owned()),
        // A command that it names need not say what holds anyhow.
        config: (config != Path::new(CONFIG_FILE)).then(|| config.to_owned()),
        ..Flags::default()
    };
    let examined = check::examine(connector, &File::to_try(config, text)?, &[flags])?;
    examined.errors.iter().for_each(print_error);
    Ok(examined)
}

/// Whether a person wants answers that do not work, or not for all resources: that is usual,
/// as an account need not have all of them.
fn keeps_all_the_same(gets_in: bool) -> Result<bool> {
    let _questions = Questions::begin();
    let prompt = if gets_in {
        "Not all resources answer. Write it anyway?"
    } else {
        "This does not work. Write it anyway?"
    };
    Confirm::new().with_prompt(prompt).default(gets_in).interact().map_err(broke_off)
}

/// Whether git would take up a file with secrets in it.
fn is_open_to_git(path: &Path) -> bool {
    const NOT_IGNORED: i32 = 1;
    let mut git = Command::new("git");
    git.args(["check-ignore", "--quiet"]).arg(path).stdin(Stdio::null());
    // Without git, and outside of its folders, there is nobody who would.
    let status = git.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.code() == Some(NOT_IGNORED))
}

fn broke_off(error: dialoguer::Error) -> Error {
    let dialoguer::Error::IO(io) = &error;
    if io.kind() == std::io::ErrorKind::Interrupted {
        Questions::wait_for_ctrl_c();
    }
    Error::settings(format!("{}: the questions were cancelled", Questions::nothing()))
        .because(error)
}

/// Where a secret is that was there before.
fn kept(name: &str) -> String {
    match file_of(name) {
        Some(file) => format!("{name} stays as {} has it", file.display()),
        None => format!(
            "{name} is a variable of this shell, and was not stored: set it wherever a sync runs"
        ),
    }
}

/// Everything that there is to know.
struct Answers {
    new: NewConnection,
    /// The key, if it has to be stored.
    key: Option<SecretString>,
    rows: Rows,
    store: Store,
    force: bool,
    config: PathBuf,
    no_check: bool,
}

/// Where rows go.
enum Rows {
    /// Where settings say already.
    AsSet,
    /// To the embedded Postgres.
    Embedded,
    /// To the server of this address, which has to be stored.
    Server(SecretString),
}

/// What flags, variables and stdin say.
fn take(connector: &'static Connector, file: &File, args: Args) -> Result<Answers> {
    let name = args.connection.unwrap_or_else(|| connector.name.to_owned());
    let before = Answered::of(file, connector, &name);
    let params = before.with_params(args.params);
    let usual_key = NewConnection::usual_key(&name);
    // A key from stdin goes into a variable.
    let api_key = before.api_key.filter(|key| !args.key_stdin || key.starts_with("env:"));
    let base_url = args.base_url.or_else(|| before.base_url.clone()).ok_or_else(|| {
        Error::settings("the address of the API is not known")
            .next("add --base-url https://…, or run `init` on a terminal, which asks for it")
    })?;
    let (base_url, address) = NewConnection::placed(base_url, before.base_url.as_deref());
    let new = NewConnection {
        name,
        connector,
        base_url,
        address,
        api_key: api_key.unwrap_or(usual_key),
        preset: args.preset.or(before.preset).unwrap_or_else(|| DOCUMENTED.to_owned()),
        allow_http: args.allow_http || before.allow_http,
        params,
    };
    new.check(file)?;
    let key = if args.key_stdin { Some(read_key()?) } else { None };
    if let Some(variable_of_key) = new.key_variable()
        && key.is_none()
        && environment(variable_of_key).is_none()
    {
        return Err(Error::settings("the key is not known").next(format!(
            "export {variable_of_key}=…, or pipe the key into `init --key-stdin`; it is never a flag"
        )));
    }
    let Args { store, force, config, no_check, .. } = args;
    Ok(Answers { new, key, rows: Rows::AsSet, store, force, config, no_check })
}

fn read_key() -> Result<SecretString> {
    let mut text = String::new();
    let failed = |error| Error::settings("the key cannot be read from stdin").because(error);
    std::io::stdin().read_to_string(&mut text).map_err(failed)?;
    let key = text.trim();
    if key.is_empty() {
        return Err(Error::settings("there is no key on stdin")
            .next("pipe it in, as in `init --key-stdin < key.txt`"));
    }
    Ok(key.into())
}

/// What a person answers; what flags say is not asked.
fn ask(connector: &'static Connector, file: &File, args: Args) -> Result<Answers> {
    let _questions = Questions::begin();
    let name = if let Some(name) = args.connection {
        name
    } else {
        ask_for("Name of the connection and its schema", Some(connector.name), check_name)?
    };
    let mut force = args.force;
    if !force && file.has(&name) {
        remark(&format!("[connections.{name}] exists; its other settings stay"));
        force = Confirm::new()
            .with_prompt("Answer its questions again?")
            .default(file.of(connector).contains(&name.as_str()))
            .interact()
            .map_err(broke_off)?;
        if !force {
            let next = "say yes to change it, or name another connection";
            return Err(Error::settings("nothing was written").next(next));
        }
    }
    // Whoever replaces a connection mostly has another key or database.
    let before = Answered::of(file, connector, &name);
    let allow_http = args.allow_http || before.allow_http;
    let base_url = if let Some(url) = args.base_url {
        url
    } else {
        remark(&format!("The document's example is {}", connector.base_url));
        ask_for("Address of the API", before.base_url.as_deref(), |url| {
            check_base_url(url, allow_http, file)
        })?
    };
    let presets: Vec<&str> = std::iter::once(DOCUMENTED)
        .chain(connector.presets.iter().map(|(name, _)| *name))
        .collect();
    let preset = if let Some(preset) = args.preset {
        preset
    } else {
        let usual = presets.iter().position(|one| before.preset.as_deref() == Some(one));
        let at = choose("How the API answers (preset)", &presets, usual.unwrap_or(0))?;
        presets[at].to_owned()
    };
    let mut params = before.with_params(args.params);
    for param in connector.params.iter().filter(|param| param.unset == Unset::Required) {
        let set =
            |other: &String| other.split_once('=').is_some_and(|(name, _)| name == param.name);
        if !params.iter().any(set) {
            remark(&format!("{}: {}", param.name, param.doc));
            let text: String = Input::new()
                .with_prompt(format!("{} (commas between several)", param.name))
                .interact_text()
                .map_err(broke_off)?;
            params.extend(text.split(',').map(|value| format!("{}={}", param.name, value.trim())));
        }
    }
    let api_key = before.api_key.unwrap_or_else(|| NewConnection::usual_key(&name));
    let (base_url, address) = NewConnection::placed(base_url, before.base_url.as_deref());
    let new =
        NewConnection { name, connector, base_url, address, api_key, preset, allow_http, params };
    if let Some((variable, _)) = new.address_to_store() {
        tell_of_others(variable, &new.name, file);
    }
    let key = ask_key(&new, file)?;
    let rows = if environment(DATABASE_URL).is_none() && file.names_database(&new.name) {
        remark(&format!("Where rows go: where `database_url` in {} says", file.name()));
        Rows::AsSet
    } else if in_shell(DATABASE_URL) {
        remark(&format!("Where rows go: to {DATABASE_URL}, which is set in this shell"));
        Rows::AsSet
    } else {
        ask_database()?
    };
    let names = file.connections().map(|(other, _)| other);
    let others: Vec<&str> = names.filter(|other| *other != new.name).collect();
    // One variable is for all connections.
    if !others.is_empty() && file_of(DATABASE_URL).is_some() && !matches!(rows, Rows::AsSet) {
        remark(&format!("The rows of {} will go there too", others.join(", ")));
        let go_on =
            Confirm::new().with_prompt("Go on?").default(false).interact().map_err(broke_off)?;
        if !go_on {
            return Err(Error::settings("nothing was written")
                .next("keep where rows go now, or make this connection in a folder of its own"));
        }
    }
    let env_file = env_file(Some(&args.config));
    let mut store = args.store;
    if key.is_some() || matches!(rows, Rows::Server(_)) {
        let file = format!("write them to {}, which only you can read", env_file.display());
        let nowhere = "write them nowhere: I set the variables myself".to_owned();
        let at = choose("Secrets", &[file, nowhere], 0)?;
        store = if at == 0 { Store::EnvFile } else { Store::Nowhere };
    }
    let Args { config, no_check, .. } = args;
    Ok(Answers { new, key, rows, store, force, config, no_check })
}

/// Whether a variable has its value from the shell.
fn in_shell(name: &str) -> bool {
    environment(name).is_some() && file_of(name).is_none()
}

/// Says which other connections read a variable that is to have another value.
fn tell_of_others(variable: &str, name: &str, file: &File) {
    let others: Vec<&str> = file.readers_of(variable).filter(|other| *other != name).collect();
    if !others.is_empty() {
        remark(&format!("{variable} is read by {} too", others.join(", ")));
    }
}

/// Asks for the key, if it is to be another one.
fn ask_key(new: &NewConnection, file: &File) -> Result<Option<SecretString>> {
    let Some(variable) = new.key_variable() else {
        let place = new.api_key.strip_prefix("file:").unwrap_or(&new.api_key);
        remark(&format!("Key: as now, in the file {place}"));
        return Ok(None);
    };
    if in_shell(variable) {
        remark(&format!("Key: that of {variable}, which is set in this shell"));
        return Ok(None);
    }
    tell_of_others(variable, &new.name, file);
    let stored = file_of(variable);
    if let Some(file) = &stored {
        remark(&format!("Enter keeps the key in {}", file.display()));
    }
    let key = Password::new()
        .allow_empty_password(stored.is_some())
        .with_prompt(format!("Key ({variable}, not shown)"))
        .interact()
        .map_err(broke_off)?;
    Ok(Some(key.trim()).filter(|key| !key.is_empty()).map(SecretString::from))
}

/// Asks until an answer is good, and says of each other one what is wrong with it; Enter alone is
/// the usual answer, if there is one.
fn ask_for(
    prompt: &str,
    usual: Option<&str>,
    check: impl Fn(&str) -> Result<()>,
) -> Result<String> {
    loop {
        let input = Input::<String>::new().with_prompt(prompt);
        let input = match usual {
            Some(usual) => input.default(usual.to_owned()),
            None => input,
        };
        let answer = input.interact_text().map_err(broke_off)?.trim().to_owned();
        match check(&answer) {
            Ok(()) => return Ok(answer),
            Err(error) => print_error(&error),
        }
    }
}

fn ask_database() -> Result<Rows> {
    let stored = file_of(DATABASE_URL)
        .map(|file| format!("as now, to the server that {} names", file.display()));
    let embedded = "the embedded Postgres in .connectors/";
    let server = "a Postgres server";
    let places: Vec<&str> =
        stored.as_deref().into_iter().chain([embedded]).chain([server]).collect();
    let at = choose("Where rows go", &places, 0)?;
    if places[at] == embedded {
        return Ok(Rows::Embedded);
    }
    if places[at] != server {
        return Ok(Rows::AsSet);
    }
    remark("Write it as postgres://user:password@host:port/database");
    let url = Password::new()
        .with_prompt("Address of the server (not shown)")
        .validate_with(|url: &String| {
            if is_address(url.trim()) { Ok(()) } else { Err("it begins with postgres://") }
        })
        .interact()
        .map_err(broke_off)?;
    Ok(Rows::Server(SecretString::from(url.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_of_a_list_has_a_line_of_its_own() {
        let items = ["datasets: Datasets of a service", "a: é"];
        assert_eq!(shortened(&items, 31), items);
        assert_eq!(shortened(&items, 12), ["datasets: D…", "a: é"]);
    }
}
