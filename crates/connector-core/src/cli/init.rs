//! `init`: from nothing to a connection that works, by questions or by flags.

use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use dialoguer::{Confirm, Input, Password, Select};
use secrecy::{ExposeSecret as _, SecretString};

use crate::DOCUMENTED;
use crate::error::{Error, Result};
use crate::resource::{Connector, Unset};
use crate::settings::{
    CONFIG_FILE, File, NewConnection, check_address, check_name, env_file, environment,
    set_variable,
};
use crate::store::is_address;

use super::print;

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
    /// Replace the connection if it is there already
    #[arg(long)]
    force: bool,
    /// Ask nothing: take what flags, variables and defaults say
    #[arg(short, long)]
    yes: bool,
    /// Do not check the connection at the end
    #[arg(long)]
    no_check: bool,
}

/// Where a secret goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Store {
    EnvFile,
    Nowhere,
}

pub(super) fn run(connector: &'static Connector, args: Args) -> Result<u8> {
    let asking = !args.yes && !args.key_stdin && std::io::stdin().is_terminal();
    let file = File::read(Some(&args.config).filter(|path| path.exists()).map(PathBuf::as_path))?;
    let answers = if asking { ask(connector, &file, args)? } else { take(connector, args)? };
    let Answers { new, key, database_url, store, force, config, no_check } = answers;
    new.check()?;
    let env_file = env_file(Some(&config));
    new.write(&config, force)?;
    print(&format!("wrote [connections.{}] to {}", new.name, config.display()))?;
    let secrets = [(new.key_variable(), key), ("DATABASE_URL".to_owned(), database_url)];
    let mut to_set = Vec::new();
    for (name, secret) in secrets {
        let Some(secret) = secret else { continue };
        match store {
            Store::EnvFile => {
                set_variable(&env_file, &name, &secret)?;
                let file = env_file.display();
                print(&format!("wrote {name} to {file}, for your eyes only: commit it nowhere"))?;
            }
            Store::Nowhere => {
                print(&format!("set this yourself, with its value: export {name}=…"))?;
                to_set.push((name, secret));
            }
        }
    }
    if no_check {
        return Ok(0);
    }
    print("")?;
    check(&new.name, &config, &to_set)
}

/// Runs `check` as a program of its own, which reads what was just written.
fn check(name: &str, config: &Path, to_set: &[(String, SecretString)]) -> Result<u8> {
    let failed = |error| Error::settings("the check does not start").because(error);
    let program = std::env::current_exe().map_err(failed)?;
    let mut command = Command::new(program);
    command.args(["check", "--connection", name, "--config"]).arg(config);
    command.envs(to_set.iter().map(|(name, secret)| (name, secret.expose_secret())));
    let status = command.status().map_err(failed)?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// Everything that there is to know.
struct Answers {
    new: NewConnection,
    /// The key, if it has to be stored.
    key: Option<SecretString>,
    /// The database's address, if it has to be stored.
    database_url: Option<SecretString>,
    store: Store,
    force: bool,
    config: PathBuf,
    no_check: bool,
}

/// What flags, variables and stdin say.
fn take(connector: &'static Connector, args: Args) -> Result<Answers> {
    let new = NewConnection {
        name: args.connection.unwrap_or_else(|| connector.name.to_owned()),
        connector,
        base_url: args.base_url.ok_or_else(|| {
            Error::settings("the address of the API is not known")
                .next("add --base-url https://…, or run `init` on a terminal, which asks for it")
        })?,
        preset: args.preset.unwrap_or_else(|| DOCUMENTED.to_owned()),
        allow_http: args.allow_http,
        params: args.params,
    };
    new.check()?;
    let key = if args.key_stdin { Some(read_key()?) } else { None };
    let variable_of_key = new.key_variable();
    if key.is_none() && environment(&variable_of_key).is_none() {
        return Err(Error::settings("the key is not known").next(format!(
            "export {variable_of_key}=…, or pipe the key into `init --key-stdin`; it is never a flag"
        )));
    }
    let Args { store, force, config, no_check, .. } = args;
    Ok(Answers { new, key, database_url: None, store, force, config, no_check })
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
    let broke_off = |error: dialoguer::Error| {
        Error::settings("nothing was written: the questions were broken off").because(error)
    };
    let words = |error: Error| match error.advice() {
        Some(next) => format!("{error}: {next}"),
        None => error.to_string(),
    };
    let name = match args.connection {
        Some(name) => name,
        None => Input::new()
            .with_prompt("Name of the connection, and of its schema")
            .default(connector.name.to_owned())
            .validate_with(|name: &String| check_name(name).map_err(words))
            .interact_text()
            .map_err(broke_off)?,
    };
    let mut force = args.force;
    if !force && file.has(&name) {
        force = Confirm::new()
            .with_prompt(format!(
                "{} has [connections.{name}] already. Replace it?",
                args.config.display()
            ))
            .default(false)
            .interact()
            .map_err(broke_off)?;
        if !force {
            return Err(Error::settings("nothing was written").next("name another connection"));
        }
    }
    let base_url = match args.base_url {
        Some(url) => url,
        None => Input::new()
            .with_prompt(format!("Address of the API, as in {}", connector.base_url))
            .validate_with(|url: &String| {
                check_address(connector, url.trim(), args.allow_http).map_err(words)
            })
            .interact_text()
            .map(|url: String| url.trim().to_owned())
            .map_err(broke_off)?,
    };
    let presets: Vec<&str> = std::iter::once(DOCUMENTED)
        .chain(connector.presets.iter().map(|(name, _)| *name))
        .collect();
    let preset = if let Some(preset) = args.preset {
        preset
    } else {
        let at = Select::new()
            .with_prompt("Preset: the API as its document describes it, or what it does really")
            .items(&presets)
            .default(0)
            .interact()
            .map_err(broke_off)?;
        presets[at].to_owned()
    };
    let mut params = args.params;
    for param in connector.params.iter().filter(|param| param.unset == Unset::Required) {
        let set =
            |other: &String| other.split_once('=').is_some_and(|(name, _)| name == param.name);
        if !params.iter().any(set) {
            let text: String = Input::new()
                .with_prompt(format!("{} ({}), with commas between several", param.name, param.doc))
                .interact_text()
                .map_err(broke_off)?;
            params.extend(text.split(',').map(|value| format!("{}={}", param.name, value.trim())));
        }
    }
    let new =
        NewConnection { name, connector, base_url, preset, allow_http: args.allow_http, params };
    let key_variable = new.key_variable();
    let key = if environment(&key_variable).is_some() {
        None
    } else {
        let key = Password::new()
            .with_prompt(format!("Key, kept as {key_variable} (not shown)"))
            .interact()
            .map_err(broke_off)?;
        Some(SecretString::from(key.trim()))
    };
    let database_url =
        if environment("DATABASE_URL").is_some() { None } else { ask_database(&broke_off)? };
    let mut store = args.store;
    if key.is_some() || database_url.is_some() {
        let at = Select::new()
            .with_prompt("Secrets")
            .items([
                "write them to .env, which only you can read",
                "write them nowhere: I set the variables myself",
            ])
            .default(0)
            .interact()
            .map_err(broke_off)?;
        store = if at == 0 { Store::EnvFile } else { Store::Nowhere };
    }
    let Args { config, no_check, .. } = args;
    Ok(Answers { new, key, database_url, store, force, config, no_check })
}

fn ask_database(broke_off: &impl Fn(dialoguer::Error) -> Error) -> Result<Option<SecretString>> {
    let server = "a Postgres server";
    let places = if cfg!(feature = "embedded") {
        vec!["the embedded Postgres in .connectors/, with nothing to set up", server]
    } else {
        vec![server]
    };
    let at = Select::new()
        .with_prompt("Where rows go")
        .items(&places)
        .default(0)
        .interact()
        .map_err(broke_off)?;
    if places[at] != server {
        return Ok(None);
    }
    let url = Password::new()
        .with_prompt("As postgres://user:password@host:port/database (not shown)")
        .validate_with(|url: &String| {
            if is_address(url.trim()) { Ok(()) } else { Err("it begins with postgres://") }
        })
        .interact()
        .map_err(broke_off)?;
    Ok(Some(SecretString::from(url.trim())))
}
