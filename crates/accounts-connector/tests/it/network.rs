//! A server behind TLS with a private authority, and proxies: as little of each as a test needs.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// A certificate authority that nobody knows.
pub(crate) struct Authority {
    /// Its certificate, as PEM.
    pub(crate) certificate: String,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Self { certificate: issuer.pem(), issuer }
    }
}

/// Serves empty listings as `localhost` and `vendor.test`, as long as the test runs, and
/// returns its port.
pub(crate) fn tls_server(authority: &Authority) -> u16 {
    tls_server_with(Some(authority), |_| ())
}

/// The same with a certificate that is made otherwise, or by itself.
pub(crate) fn tls_server_with(
    authority: Option<&Authority>,
    change: impl FnOnce(&mut CertificateParams),
) -> u16 {
    let key = KeyPair::generate().unwrap();
    let names = ["localhost", "vendor.test"].map(str::to_owned);
    let mut params = CertificateParams::new(names).unwrap();
    change(&mut params);
    let certificate = match authority {
        Some(authority) => params.signed_by(&key, &authority.issuer),
        None => params.self_signed(&key),
    };
    let certificate = certificate.unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = rustls::StreamOwned::new(connection, stream);
            // A client that does not trust it hangs up here.
            let _ = answer(&mut stream, r#"{"_data": []}"#);
        }
    });
    port
}

fn answer(stream: &mut (impl Read + Write), body: &str) -> std::io::Result<()> {
    head(&mut *stream)?;
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )?;
    stream.flush()
}

/// Reads the head of a request, and nothing after it.
fn head(stream: impl Read) -> std::io::Result<String> {
    // Nothing comes behind the head before it is answered.
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while reader.read_line(&mut head)? > 2 {}
    Ok(head)
}

/// A Postgres that refuses every session in these words, and returns its port.
pub(crate) fn postgres_that_refuses(code: &str, message: &str) -> u16 {
    let fields = format!("SFATAL\0VFATAL\0C{code}\0M{message}\0\0");
    let length = u32::try_from(fields.len() + 4).unwrap().to_be_bytes();
    let refusal = [b"E", &length[..], fields.as_bytes()].concat();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let mut question = [0; 1024];
            // The first question is whether it speaks TLS, and the second who asks.
            let _ = client.read(&mut question).and_then(|_| client.write_all(b"N"));
            let _ = client.read(&mut question).and_then(|_| client.write_all(&refusal));
        }
    });
    port
}

/// A proxy for `CONNECT`.
pub(crate) struct Proxy {
    pub(crate) address: String,
    uses: Arc<AtomicUsize>,
}

impl Proxy {
    /// One that wants another user.
    pub(crate) fn refusing() -> Self {
        Self::start(None)
    }

    /// One that leads to that port of this machine.
    pub(crate) fn tunnel(port: u16) -> Self {
        Self::start(Some(port))
    }

    /// The number of tunnels.
    pub(crate) fn uses(&self) -> usize {
        self.uses.load(Ordering::Relaxed)
    }

    fn start(port: Option<u16>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let uses = Arc::new(AtomicUsize::new(0));
        let proxy = Self { address, uses: Arc::clone(&uses) };
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                uses.fetch_add(1, Ordering::Relaxed);
                let _ = serve(client, port);
            }
        });
        proxy
    }
}

fn serve(mut client: TcpStream, port: Option<u16>) -> std::io::Result<()> {
    head(&client)?;
    let Some(port) = port else {
        return client
            .write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
    };
    let mut server = TcpStream::connect(("127.0.0.1", port))?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
    std::io::copy(&mut server, &mut client).map(drop)
}
