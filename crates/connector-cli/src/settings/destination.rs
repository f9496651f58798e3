//! Where the rows of a connection go, and of which resources they are.

use secrecy::{ExposeSecret as _, SecretString};

use super::Flags;
use super::connectors_toml::{File, Nowhere};
use super::names::check_schema;
use super::precedence::Layers;
use super::preset::preset_of;
use super::section::SecretsSetting;
use super::variables::invocation;
use connector_core::environment::environment;
use connector_core::error::{Error, Result};
use connector_core::params::Params;
use connector_core::run::{AllSettings, selected};
use connector_core::store::{
    Database, EMBEDDED_DIRECTORY, embedded, embedded_exists, warn_of_leftover,
};
use connector_core::words::Invocation;
use connector_spec::{Connector, Resource};

/// Where the rows of a connection are: what one has to know to look at them.
pub(crate) struct Place {
    /// The connection.
    pub(crate) name: String,
    /// The schema of its tables, and its name in the run tables.
    pub(crate) schema: String,
    /// The resources that are synced.
    pub(crate) resources: Vec<&'static Resource>,
    pub(crate) invocation: Invocation,
    /// What is chosen for each of them.
    pub(crate) settings: AllSettings,
    /// The values of the connector's parameters.
    pub(crate) params: Params,
    /// Whether secrets are stored as they are.
    pub(crate) keep_secrets: bool,
    /// What the file of connections is called.
    pub(crate) file: String,
    /// The resources that settings leave out, and no flag.
    pub(crate) left_out: Vec<&'static Resource>,
    database_url: Option<SecretString>,
    nowhere: Option<Nowhere>,
}

impl Place {
    /// The place that flags, environment and file describe together.
    pub(crate) fn resolve(
        connector: &'static Connector,
        file: &File,
        flags: &Flags,
    ) -> Result<Self> {
        let layers = Layers::of(connector, file, flags)?;
        let database_url = layers.database_url()?.map(|(url, _)| url);
        Ok(Self { database_url, ..Self::of(&layers, connector, flags)? })
    }

    /// The same for whoever does not look into the database, and so needs no address of it.
    pub(crate) fn on_paper(
        connector: &'static Connector,
        file: &File,
        flags: &Flags,
    ) -> Result<Self> {
        Self::of(&Layers::of(connector, file, flags)?, connector, flags)
    }

    fn of(layers: &Layers, connector: &'static Connector, flags: &Flags) -> Result<Self> {
        let connector = preset_of(connector, layers.preset().0)?;
        let (schema, _) = layers.schema();
        check_schema(schema)?;
        let resources = layers.known_resources(connector)?;
        let params = layers.params(connector)?;
        let synced: Vec<&Resource> = selected(connector, resources, &params).collect();
        let is_left_out =
            |resource: &&Resource| synced.iter().all(|other| other.name != resource.name);
        let left_out = match flags.resources[..] {
            [] => connector.resources.iter().filter(is_left_out).collect(),
            _ => Vec::new(),
        };
        Ok(Self {
            left_out,
            name: layers.name.to_owned(),
            schema: schema.to_owned(),
            resources: synced,
            settings: layers.settings(connector)?,
            params,
            keep_secrets: layers.section.secrets == Some(SecretsSetting::Keep),
            invocation: invocation(connector, layers.name, flags),
            file: layers.file_name(),
            database_url: None,
            nowhere: layers.no_file(),
        })
    }

    /// That nothing was synced yet, with what a person may have forgotten.
    pub(crate) fn never_synced(&self, connector: &Connector) -> Error {
        let what = format!("nothing was synced yet into the schema `{}`", self.schema);
        let sync = format!("run `{}`", self.invocation.of("sync"));
        let error = match &self.nowhere {
            Some(nowhere) => Error::settings(format!("{what}, and {nowhere}"))
                .next(format!("{}; or {sync}", Nowhere::advice(connector))),
            None => Error::settings(what)
                .next(format!("{sync}; or take the connection out of {}", self.file)),
        };
        match &self.database_url {
            Some(_) => error,
            None => error.at("database", format!("{EMBEDDED_DIRECTORY}/")),
        }
    }

    /// The database, or none if it is the embedded one and was never used.
    pub(crate) async fn database(&self) -> Result<Option<Database>> {
        open(self.database_url.as_ref()).await
    }
}

async fn open(url: Option<&SecretString>) -> Result<Option<Database>> {
    match url {
        Some(url) => Database::server(url.expose_secret()).map(Some),
        None if !embedded_exists() => {
            warn_of_leftover();
            Ok(None)
        }
        None => embedded().await.map(Some),
    }
}

/// Where rows went of a connection that may stand in no file any more.
pub(crate) struct Destination {
    /// Its schema, if one is named.
    pub(crate) schema: String,
    database_url: Option<SecretString>,
}

impl Destination {
    /// The place of a connection, or of all that the file names no database for.
    pub(crate) fn of(file: &File, name: Option<&str>) -> Result<Self> {
        let section = name.and_then(|name| file.connections.get(name));
        let schema = section.and_then(|section| section.schema.as_deref()).or(name);
        if let Some(schema) = schema {
            check_schema(schema)?;
        }
        let url = section.and_then(|section| section.database_url.as_ref());
        let url = url.or(file.database_url.as_ref());
        let database_url = match (environment("DATABASE_URL"), url) {
            (Some(url), _) => Some(url),
            (None, Some(setting)) => Some(file.value("database_url", setting)?),
            (None, None) => None,
        };
        Ok(Self { schema: schema.unwrap_or_default().to_owned(), database_url })
    }

    /// The address of its database; without one, it is the embedded Postgres.
    pub(crate) fn database_url(self) -> Option<SecretString> {
        self.database_url
    }

    /// The database, or none if it is the embedded one and was never used.
    pub(crate) async fn database(&self) -> Result<Option<Database>> {
        open(self.database_url.as_ref()).await
    }
}

/// Databases that are open, each once, whatever the number of connections that it has.
#[derive(Default)]
pub(crate) struct Databases(Vec<(Option<String>, Database)>);

impl Databases {
    /// The database of a connection, or none if it is the embedded one and was never used.
    pub(crate) async fn of(&mut self, place: &Place) -> Result<Option<&Database>> {
        let url = place.database_url.as_ref().map(|url| url.expose_secret().to_owned());
        let known = self.0.iter().position(|(other, _)| *other == url);
        let at = if let Some(at) = known {
            at
        } else {
            let Some(database) = place.database().await? else { return Ok(None) };
            self.0.push((url, database));
            self.0.len() - 1
        };
        Ok(Some(&self.0[at].1))
    }

    /// Ends all sessions.
    pub(crate) async fn close(self) {
        for (_, database) in self.0 {
            database.close().await;
        }
    }
}
