//! The Temporal server: where it is, who is asking, and what is asked of it.

use std::error::Error as StdError;
use std::path::PathBuf;
use std::time::Duration;

use connector_cli::read_named;
use connector_core::ask::is_loopback;
use connector_core::environment::environment;
use connector_core::foreign::Foreign;
use connector_core::{Error, ErrorKind, ExposeSecret as _, Result, SecretString};
use temporalio_client::errors::{ClientConnectError, WorkflowGetResultError, WorkflowStartError};
use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::schedules::{
    CreateScheduleOptions, DeleteScheduleOptions, ScheduleAction, ScheduleError,
    ScheduleOverlapPolicy, ScheduleSpec, ScheduleUpdate,
};
use temporalio_client::tonic::{Code, IntoRequest as _, Status};
use temporalio_client::{
    Client, ClientOptions, ClientTlsOptions, Connection, ConnectionOptions, RpcOptions, TlsOptions,
    Url, WorkflowGetResultOptions, WorkflowIdConflictPolicy, WorkflowStartOptions,
};
use temporalio_common::protos::temporal::api::workflowservice::v1::GetSystemInfoRequest;

use crate::names::{Came, Sync, schedule_of};
use crate::workflow::{ScheduledSync, SyncConnection};

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where a server for development is.
const ADDRESS: &str = "http://localhost:7233";

/// Which queue it is, where nobody says: whoever asks for work and whoever has some name the same.
const QUEUE: &str = "vendor-connectors";

/// Where the server is, and how it knows who is asking.
#[derive(Clone, Debug, Default, clap::Args)]
#[expect(clippy::doc_markdown, reason = "a help text is shown as it is written")]
pub struct Server {
    /// Where the Temporal server is [default: TEMPORAL_ADDRESS, or http://localhost:7233]
    #[arg(long, value_name = "ADDRESS")]
    address: Option<String>,
    /// Its namespace [default: TEMPORAL_NAMESPACE, or default]
    #[arg(long, value_name = "NAME")]
    namespace: Option<String>,
    /// The queue by which workers and workflows find each other [default: TEMPORAL_TASK_QUEUE, or vendor-connectors]
    #[arg(long, value_name = "NAME")]
    task_queue: Option<String>,
    /// A PEM file of the authorities that the server's certificate is from, if it is none that the system knows [default: TEMPORAL_TLS_SERVER_CA_CERT_PATH]
    #[arg(long, value_name = "FILE")]
    tls_ca: Option<PathBuf>,
    /// A PEM file of this client's certificate [default: TEMPORAL_TLS_CLIENT_CERT_PATH]
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// A PEM file of the key of that certificate [default: TEMPORAL_TLS_CLIENT_KEY_PATH]
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// A file with the key by which the server knows this client; without one, it is TEMPORAL_API_KEY
    #[arg(long, value_name = "FILE")]
    api_key_file: Option<PathBuf>,
}

/// A server that answers.
#[derive(Clone)]
pub struct Reached {
    /// Who asks it.
    pub client: Client,
    /// The queue.
    pub task_queue: String,
    address: String,
}

/// What is set by a flag, or by a variable, or holds where neither is.
fn set(flag: Option<&String>, variable: &str, default: &str) -> String {
    let of_variable = || environment(variable).map(|value| value.expose_secret().to_owned());
    flag.cloned().or_else(of_variable).unwrap_or_else(|| default.to_owned())
}

/// The file that a flag or a variable names.
fn file(flag: Option<&PathBuf>, variable: &str) -> Option<PathBuf> {
    let of_variable = || environment(variable).map(|value| value.expose_secret().into());
    flag.cloned().or_else(of_variable)
}

impl Server {
    /// Connects, as somebody of that name.
    pub async fn reach(&self, identity: &str) -> Result<Reached> {
        let key = self.key()?;
        let tls = self.tls()?;
        let address = self.address(tls.is_some() || key.is_some())?;
        if key.is_some() && address.scheme() == "http" && !is_loopback(&address) {
            let what = "the address of the Temporal server is plain HTTP, which would show the key to everybody on the way";
            return Err(Error::settings(what).next("write https:// before it"));
        }
        let tls = tls.or_else(|| (address.scheme() == "https").then(TlsOptions::default));
        let shown = shown(&address);
        let options = ConnectionOptions::new(address)
            .identity(identity)
            .maybe_tls_options(tls)
            .maybe_api_key(key.map(|key| key.expose_secret().to_owned()))
            .connect_timeout(PATIENCE)
            .build();
        let connection = Connection::connect(options).await;
        let connection = connection.map_err(|error| unreachable(&shown, &error))?;
        let namespace = set(self.namespace.as_ref(), "TEMPORAL_NAMESPACE", "default");
        let client = Client::new(connection, ClientOptions::new(namespace).build());
        let client = client.map_err(|error| {
            Error::settings("the client of the Temporal server cannot be made").because(error)
        })?;
        let task_queue = set(self.task_queue.as_ref(), "TEMPORAL_TASK_QUEUE", QUEUE);
        Ok(Reached { client, task_queue, address: shown })
    }

    /// The address; one without a scheme is as Temporal's own programs write it.
    fn address(&self, secure: bool) -> Result<Url> {
        let text = set(self.address.as_ref(), "TEMPORAL_ADDRESS", ADDRESS);
        let scheme = if secure { "https" } else { "http" };
        let full = if text.contains("://") { text } else { format!("{scheme}://{text}") };
        let url = Url::parse(&full).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url = url.filter(|url| url.username().is_empty() && url.password().is_none());
        url.ok_or_else(|| {
            Error::settings("the address of the Temporal server is not understood")
                .next("write it as http://localhost:7233, or https://temporal.example.com:7233")
        })
    }

    fn key(&self) -> Result<Option<SecretString>> {
        let Some(path) = &self.api_key_file else { return Ok(environment("TEMPORAL_API_KEY")) };
        let text = read_named(path, "the key for the Temporal server")?;
        let text = String::from_utf8(text).ok().map(|text| text.trim().to_owned());
        let key = text.filter(|text| !text.is_empty());
        let none = || {
            let what = format!("there is no key in `{}`", path.display());
            Error::settings(what).next("write the key into the file, and nothing else")
        };
        key.map(SecretString::from).ok_or_else(none).map(Some)
    }

    fn tls(&self) -> Result<Option<TlsOptions>> {
        let ca = file(self.tls_ca.as_ref(), "TEMPORAL_TLS_SERVER_CA_CERT_PATH");
        let cert = file(self.tls_cert.as_ref(), "TEMPORAL_TLS_CLIENT_CERT_PATH");
        let key = file(self.tls_key.as_ref(), "TEMPORAL_TLS_CLIENT_KEY_PATH");
        let client = match (cert, key) {
            (Some(cert), Some(key)) => Some(
                ClientTlsOptions::builder()
                    .client_cert(read_named(&cert, "the certificate for the Temporal server")?)
                    .client_private_key(read_named(&key, "the certificate's key")?)
                    .build(),
            ),
            (None, None) => None,
            _ => {
                let what = "a certificate for the Temporal server and its key belong together";
                return Err(Error::settings(what).next("name both, with --tls-cert and --tls-key"));
            }
        };
        let ca =
            ca.map(|ca| read_named(&ca, "the authorities for the Temporal server")).transpose()?;
        Ok((client.is_some() || ca.is_some()).then(|| {
            TlsOptions::builder()
                .maybe_server_root_ca_cert(ca)
                .maybe_client_tls_options(client)
                .build()
        }))
    }
}

impl Reached {
    /// Where it is, in words.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Fails if the server does not answer.
    pub async fn answers(&self) -> Result<()> {
        let mut client = self.client.clone();
        let asked = client.get_system_info(GetSystemInfoRequest {}.into_request());
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(status)) => Err(self.refused(&status)),
            Err(_) => {
                let what = format!("the Temporal server at `{}` does not answer", self.address);
                Err(Error::new(ErrorKind::Unreachable, what).next(START))
            }
        }
    }

    /// Starts the workflow of a connection, unless it goes on already; if its end is waited for, says
    /// what came of it.
    pub async fn start(&self, asked: Sync, wait: bool) -> Result<Option<Came>> {
        let options = WorkflowStartOptions::new(self.task_queue.clone(), asked.id())
            .id_conflict_policy(WorkflowIdConflictPolicy::Fail)
            .build();
        let connection = asked.connection.clone();
        let started = self.client.start_workflow(SyncConnection::run, asked, options).await;
        let started = started.map_err(|error| match error {
            WorkflowStartError::AlreadyStarted { .. } => {
                Error::settings(format!("a sync of `{connection}` goes on already"))
                    .next("wait for its end, or cancel it by `temporal workflow cancel`")
            }
            WorkflowStartError::Rpc(status) => self.refused(&status),
            _ => Error::settings("what the workflow is told cannot be written").because(error),
        })?;
        if !wait {
            return Ok(None);
        }
        let ended = started.get_result(WorkflowGetResultOptions::default()).await;
        let failed = |what: String| Error::new(ErrorKind::Stopped, what);
        ended.map(Some).map_err(|error| match error {
            WorkflowGetResultError::Failed(failure) => failed(failure.to_string()),
            WorkflowGetResultError::Cancelled { .. } => failed("it was cancelled".to_owned()),
            WorkflowGetResultError::Terminated { .. } => {
                failed("it was terminated, and its run did not end".to_owned())
                    .next("start it again: it goes on from there")
            }
            WorkflowGetResultError::Rpc(status) => self.refused(&status),
            other => failed("what came of it is not understood".to_owned()).because(other),
        })
    }

    /// Lets workflows of a connection be started as cron writes it, one at a time.
    pub async fn schedule(&self, asked: Sync, cron: &str) -> Result<()> {
        let (id, connection) = (schedule_of(&asked.connection), asked.connection.clone());
        let spec = ScheduleSpec::builder().cron_strings(vec![cron.to_owned()]).build();
        let queue = self.task_queue.clone();
        let action = ScheduleAction::start_workflow(ScheduledSync::run, asked, queue, id.clone());
        let made = CreateScheduleOptions::builder()
            .action(action.clone())
            .spec(spec.clone())
            .overlap_policy(ScheduleOverlapPolicy::Skip)
            .build();
        let failed = |error| self.schedule_failed(&error, &connection, cron);
        match self.client.create_schedule(id.clone(), made).await {
            Err(ScheduleError::Rpc(status)) if status.code() == Code::AlreadyExists => {}
            other => return other.map(drop).map_err(failed),
        }
        let update = move |schedule: &mut ScheduleUpdate| {
            schedule.set_spec(spec).set_action(action).set_paused(false);
            schedule.set_overlap_policy(ScheduleOverlapPolicy::Skip);
        };
        let handle = self.client.get_schedule_handle(id);
        handle.update(update, RpcOptions::default()).await.map_err(failed)
    }

    /// Takes the schedule of a connection away; what it has started goes on.
    pub async fn unschedule(&self, connection: &str) -> Result<()> {
        let handle = self.client.get_schedule_handle(schedule_of(connection));
        let deleted = handle.delete(DeleteScheduleOptions::default()).await;
        deleted.map_err(|error| match error {
            ScheduleError::Rpc(status) if status.code() == Code::NotFound => {
                Error::settings(format!("there is no schedule for `{connection}`"))
                    .next("`temporal schedule list` shows those that there are")
            }
            other => self.schedule_failed(&other, connection, ""),
        })
    }

    fn schedule_failed(&self, error: &ScheduleError, connection: &str, cron: &str) -> Error {
        match error {
            ScheduleError::Rpc(status) if status.code() == Code::InvalidArgument => {
                let cron = Foreign(cron);
                Error::settings(format!("the server does not understand the schedule `{cron}`"))
                    .next("write minute, hour, day, month and day of the week, as in '30 2 * * *'")
                    .because(status)
            }
            ScheduleError::Rpc(status) => self.refused(status),
            other => Error::settings(format!("the schedule of `{connection}` cannot be written"))
                .because(other),
        }
    }

    /// What the server says of something that it does not do.
    fn refused(&self, status: &Status) -> Error {
        refused(&self.address, status)
    }
}

/// An address without what only who asks has to know.
fn shown(address: &Url) -> String {
    let host = address.host_str().unwrap_or_default();
    match address.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The last of the causes of an error, which says most.
fn cause(error: &(dyn StdError + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    Foreign(&last.to_string()).to_string()
}

/// The server cannot be reached.
fn unreachable(address: &str, error: &ClientConnectError) -> Error {
    if let ClientConnectError::SystemInfoCallError(status) = error {
        return refused(address, status);
    }
    let what = format!("the Temporal server at `{address}` cannot be reached: {}", cause(error));
    Error::new(ErrorKind::Unreachable, what).next(START).before_start()
}

/// What to do where no server is.
const START: &str = "start one, as by `temporal server start-dev`, or name another with --address or TEMPORAL_ADDRESS; one with TLS is named with https://, and its authorities with --tls-ca";

/// What a server says that is there.
fn refused(address: &str, status: &Status) -> Error {
    let said = status.source().map_or_else(|| Foreign(status.message()).to_string(), cause);
    let (kind, next) = match status.code() {
        Code::Unauthenticated | Code::PermissionDenied => (
            ErrorKind::Auth,
            "set the key with --api-key-file or TEMPORAL_API_KEY, or the certificate with --tls-cert and --tls-key",
        ),
        Code::NotFound => (
            ErrorKind::Settings,
            "name a namespace that is there with --namespace or TEMPORAL_NAMESPACE; `temporal operator namespace list` shows them",
        ),
        Code::Unavailable | Code::DeadlineExceeded => (ErrorKind::Unreachable, START),
        _ => (ErrorKind::Unavailable, "look into the log of the server"),
    };
    let what = format!("the Temporal server at `{address}` refuses it: {said}");
    Error::new(kind, what).next(next).before_start()
}
