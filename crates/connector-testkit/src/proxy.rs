//! A network between a program and its database, which can fail, and which counts.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::{Semaphore, watch};

use crate::Database;
use crate::wire::{Count, Wire};

/// A relay to a database's server, on a port of this machine.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    state: Arc<State>,
    listening: tokio::task::JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    /// Goes up with each cut.
    cuts: watch::Sender<u64>,
    /// How many more commits are answered; negative if all are.
    answered: AtomicI64,
    /// The number of connections that were lost on demand.
    lost: AtomicU64,
    count: Mutex<Count>,
    /// Whether nothing goes through any more, though nobody is told.
    silent: watch::Sender<bool>,
    /// The size of a piece in whose midst that begins.
    amid: AtomicUsize,
    /// The number of connections that go through at a time; others wait.
    room: Semaphore,
}

/// Where the server listens.
#[derive(Clone, Debug)]
enum Server {
    Tcp(String, u16),
    Unix(PathBuf),
}

impl Proxy {
    /// A relay to the server of a database.
    pub async fn before(database: &Database) -> Self {
        Self::with_room(database, Semaphore::MAX_PERMITS).await
    }

    /// A relay that lets so many connections through at a time, as a pooler does: others wait
    /// until one of them ends.
    pub async fn with_room(database: &Database, room: usize) -> Self {
        let options: PgConnectOptions =
            database.url().parse().expect("the address was made from one");
        let server = match options.get_socket() {
            Some(folder) => Server::Unix(folder.join(format!(".s.PGSQL.{}", options.get_port()))),
            None => Server::Tcp(options.get_host().to_owned(), options.get_port()),
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
        let port = listener.local_addr().expect("it listens").port();
        let mut url = url::Url::parse(&database.url()).expect("the address is one");
        url.set_query(Some("sslmode=disable"));
        url.set_host(Some("127.0.0.1"))
            .and(url.set_port(Some(port)).map_err(|()| url::ParseError::InvalidPort))
            .expect("the address has a host");
        let state = Arc::new(State {
            cuts: watch::Sender::new(0),
            answered: AtomicI64::new(-1),
            lost: AtomicU64::new(0),
            count: Mutex::default(),
            silent: watch::Sender::new(false),
            amid: AtomicUsize::new(usize::MAX),
            room: Semaphore::new(room),
        });
        let listening = tokio::spawn(listen(listener, server, Arc::clone(&state)));
        Self { url: url.into(), state, listening }
    }

    /// The database's address, by way of the relay.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// What went through it since the last time.
    pub fn take_count(&self) -> Count {
        std::mem::take(&mut self.state.count.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Cuts all connections that there are; new ones work.
    pub fn cut(&self) {
        self.state.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Lets nothing through from now on, as a network that lost its way does.
    pub fn fall_silent(&self) {
        self.state.silent.send_replace(true);
    }

    /// Falls silent in the midst of the next piece that a program sends of so many bytes or more, as
    /// where rows are copied.
    pub fn fall_silent_amid(&self, bytes: usize) {
        self.state.amid.store(bytes, Relaxed);
    }

    /// Waits until nothing goes through any more.
    pub async fn is_silent(&self) {
        let mut silent = self.state.silent.subscribe();
        let _ = silent.wait_for(|silent| *silent).await;
    }

    /// Answers so many more commits, and cuts the connection of the one after them:
    /// the server has made it, and nobody hears of that.
    pub fn lose_commit(&self, after: u32) {
        self.state.answered.store(i64::from(after), Relaxed);
    }

    /// Answers all commits from now on.
    pub fn answer_commits(&self) {
        self.state.answered.store(-1, Relaxed);
    }

    /// The number of connections that were lost on demand.
    pub fn lost(&self) -> u64 {
        self.state.lost.load(Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
        self.cut();
    }
}

async fn listen(listener: TcpListener, server: Server, state: Arc<State>) {
    while let Ok((client, _)) = listener.accept().await {
        let (server, state) = (server.clone(), Arc::clone(&state));
        tokio::spawn(async move {
            // Whether it ends well or not, both ends are closed.
            let _ = match server {
                Server::Tcp(host, port) => match TcpStream::connect((host, port)).await {
                    Ok(server) => relay(client, server, &state).await,
                    Err(error) => Err(error),
                },
                Server::Unix(path) => match UnixStream::connect(path).await {
                    Ok(server) => relay(client, server, &state).await,
                    Err(error) => Err(error),
                },
            };
        });
    }
}

async fn relay(
    client: TcpStream,
    server: impl AsyncRead + AsyncWrite + Send,
    state: &State,
) -> io::Result<()> {
    client.set_nodelay(true)?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let mut cuts = state.cuts.subscribe();
    let mut silent = state.silent.subscribe();
    let _room = state.room.acquire().await;
    let (mut sent, mut answered) = (vec![0; 64 << 10], vec![0; 64 << 10]);
    let (mut client, mut server) = (Wire::of_client(), Wire::of_server());
    let note = |wire: &mut Wire, piece: &[u8]| {
        wire.feed(piece, &mut state.count.lock().unwrap_or_else(PoisonError::into_inner));
    };
    loop {
        tokio::select! {
            length = from_client.read(&mut sent) => {
                let length = length?;
                if length == 0 {
                    return Ok(());
                }
                note(&mut client, &sent[..length]);
                if length >= state.amid.load(Relaxed) {
                    to_server.write_all(&sent[..length / 2]).await?;
                    state.silent.send_replace(true);
                    continue;
                }
                to_server.write_all(&sent[..length]).await?;
                let is_commit = sent[..length].windows(7).any(|bytes| bytes == b"COMMIT\0");
                if is_commit && state.answered.load(Relaxed) >= 0 && state.answered.fetch_sub(1, Relaxed) == 0 {
                    let _unheard = from_server.read(&mut answered).await?;
                    state.lost.fetch_add(1, Relaxed);
                    return Ok(());
                }
            }
            length = from_server.read(&mut answered) => {
                let length = length?;
                if length == 0 {
                    return Ok(());
                }
                note(&mut server, &answered[..length]);
                to_client.write_all(&answered[..length]).await?;
            }
            () = async { drop(silent.wait_for(|silent| *silent).await) } => {
                // What was under way stays so.
                let _ = cuts.changed().await;
                return Ok(());
            }
            _ = cuts.changed() => {
                state.lost.fetch_add(1, Relaxed);
                return Ok(());
            }
        }
    }
}
