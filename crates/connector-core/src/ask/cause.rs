//! Why no answer came, in fixed words: what libraries say may hold a server's own text,
//! such as the names in a certificate or the end of an HTTP/2 connection.

use std::error::Error as StdError;
use std::io;

use rustls::{AlertDescription, CertificateError, Error as Tls, InvalidMessage};

/// Why a connection was not made, or ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cause {
    /// What happened.
    pub(super) what: String,
    /// Whether it is the same at the next try.
    pub(super) lasts: bool,
    /// What to do, where the cause tells.
    pub(super) next: Option<&'static str>,
}

const AUTHORITY: &str = "if a private authority signed it, name that authority's PEM file in SSL_CERT_FILE or as `ca_certificate` for the connection; otherwise check the base URL";
const SERVER: &str =
    "check the base URL; if it is right, the certificate of the server is to be replaced";
const CLOCK: &str =
    "check this machine's clock; if it is right, the certificate of the server is to be replaced";
const NO_TLS: &str =
    "the server does not speak TLS there: check the scheme and the port of the base URL";

impl Cause {
    /// The cause of a library's error, the innermost that is understood.
    pub(super) fn of(error: &(dyn StdError + 'static)) -> Self {
        let (mut cause, mut next) = (None, Some(error));
        while let Some(error) = next {
            cause = known(error).or(cause);
            next = error.source();
        }
        cause.unwrap_or_else(|| passing("no reason given"))
    }

    /// That a name leads nowhere, from what the system says of it.
    pub(super) fn of_name(said: &str) -> Self {
        // The error has no number; these are the words of glibc, musl, and macOS.
        let for_now = ["Temporary failure", "Try again", "System error"];
        if for_now.iter().any(|words| said.contains(words)) {
            return passing("no name server says where it is");
        }
        lasting(
            "the name is not known",
            "check the base URL for a typo, and the network; behind a proxy, set HTTPS_PROXY",
        )
    }
}

fn passing(what: impl Into<String>) -> Cause {
    Cause { what: what.into(), lasts: false, next: None }
}

fn lasting(what: &str, next: &'static str) -> Cause {
    Cause { what: what.to_owned(), lasts: true, next: Some(next) }
}

fn known(error: &(dyn StdError + 'static)) -> Option<Cause> {
    if let Some(error) = error.downcast_ref::<Tls>() {
        return Some(of_tls(error));
    }
    if let Some(error) = error.downcast_ref::<h2::Error>() {
        let reason = error.reason();
        let reason = reason.as_ref().map_or("no reason given", h2::Reason::description);
        return Some(passing(format!("the HTTP/2 connection ended: {reason}")));
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return of_io(error);
    }
    // These types cannot be named; what they say is fixed, and nothing else is shown.
    let said = error.to_string();
    if said.starts_with("tunnel error: proxy authorization required") {
        return Some(lasting("the proxy wants a user and a password", PROXY_USER));
    }
    let words = SAID.iter().find(|(words, _)| said.starts_with(words));
    words.map(|(_, words)| passing(*words))
}

/// What libraries say, and what it means.
const SAID: [(&str, &str); 8] = [
    ("tunnel error: unsuccessful", "the proxy refused to lead there"),
    ("tunnel error: unexpected end of file", "the proxy closed the connection"),
    ("connection closed before message completed", "it was closed before the answer was there"),
    ("end of file before message length reached", "it was closed before the answer was there"),
    ("invalid HTTP", "the answer is not HTTP"),
    ("message head is too large", "the head of the answer is too large"),
    ("operation was canceled", "it was closed"),
    ("operation timed out", "it took too long"),
];

/// What to do about a proxy that does not know who asks.
pub(super) const PROXY_USER: &str = "write both into the proxy's variable, as in http://user:password@host:port, or name the vendor's host in NO_PROXY";

fn of_io(error: &io::Error) -> Option<Cause> {
    // What it was made of is no source of it.
    if let Some(cause) = error.get_ref().and_then(|inner| known(inner)) {
        return Some(cause);
    }
    if error.raw_os_error().is_some() {
        return Some(passing(error.to_string()));
    }
    let said = error.to_string();
    if said.starts_with("failed to lookup address information") {
        return Some(Cause::of_name(&said));
    }
    match error.kind() {
        // The words behind it are nobody's that is known here.
        io::ErrorKind::Other | io::ErrorKind::InvalidData => None,
        kind => Some(passing(kind.to_string())),
    }
}

fn of_tls(error: &Tls) -> Cause {
    match error {
        Tls::InvalidCertificate(error) => of_certificate(error),
        Tls::InvalidMessage(InvalidMessage::InvalidContentType) => {
            lasting("the answer is not TLS", NO_TLS)
        }
        Tls::NoCertificatesPresented => lasting("the server shows no certificate", SERVER),
        Tls::PeerIncompatible(_)
        | Tls::AlertReceived(
            AlertDescription::ProtocolVersion | AlertDescription::HandshakeFailure,
        ) => lasting(
            "the server speaks no TLS that is spoken here, which is 1.2 and 1.3",
            "check the base URL, and what TLS the server speaks",
        ),
        Tls::AlertReceived(AlertDescription::UnrecognisedName) => {
            lasting("the server does not know that name", SERVER)
        }
        Tls::AlertReceived(_) => passing("the server refused TLS"),
        _ => passing("TLS failed"),
    }
}

fn of_certificate(error: &CertificateError) -> Cause {
    use CertificateError as Bad;
    match error {
        // Another authority of the same name has another signature.
        Bad::UnknownIssuer | Bad::BadSignature => {
            lasting("the certificate is signed by an authority that is not known here", AUTHORITY)
        }
        Bad::Expired | Bad::ExpiredContext { .. } => lasting("the certificate has expired", CLOCK),
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
            lasting("the certificate is not valid yet", CLOCK)
        }
        Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
            lasting("the certificate is for another name", SERVER)
        }
        Bad::Revoked => lasting("the certificate was revoked", SERVER),
        Bad::InvalidPurpose | Bad::InvalidPurposeContext { .. } => {
            lasting("the certificate is not one for servers", SERVER)
        }
        // The library that says so has no place for it in this type.
        Bad::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity") => lasting(
            "the certificate is that of an authority, and not one that an authority made for a server",
            "have the server show a certificate that this authority signed for its name (a leaf), and name the authority in SSL_CERT_FILE or as `ca_certificate`",
        ),
        _ => lasting("the certificate is not accepted", SERVER),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::OtherError;
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("canary of a library")]
    struct CaUsedAsEndEntity;

    #[test]
    fn a_certificate_that_is_refused_is_told_in_words_and_lasts() {
        for (error, words) in [
            (CertificateError::UnknownIssuer, "an authority that is not known here"),
            (CertificateError::BadSignature, "an authority that is not known here"),
            (CertificateError::Expired, "has expired"),
            (CertificateError::NotValidYet, "is not valid yet"),
            (CertificateError::NotValidForName, "is for another name"),
            (CertificateError::Revoked, "was revoked"),
            (CertificateError::InvalidPurpose, "is not one for servers"),
            (CertificateError::BadEncoding, "is not accepted"),
            (
                CertificateError::Other(OtherError(Arc::new(CaUsedAsEndEntity))),
                "is that of an authority, and not one that an authority made for a server",
            ),
        ] {
            // As it comes: within errors of input and output.
            let error = io::Error::other(Tls::InvalidCertificate(error));
            let cause = Cause::of(&io::Error::other(error));
            assert!(cause.what.starts_with("the certificate ") && cause.what.ends_with(words));
            assert!(cause.lasts && cause.next.is_some(), "{cause:?}");
        }
    }

    #[test]
    fn a_name_that_does_not_exist_lasts_and_a_name_server_that_is_silent_does_not() {
        for (said, lasts) in [
            ("Name or service not known", true),
            ("No address associated with hostname", true),
            ("Name does not resolve", true),
            ("nodename nor servname provided, or not known", true),
            ("Temporary failure in name resolution", false),
            ("Try again", false),
        ] {
            let said = format!("failed to lookup address information: {said}");
            assert_eq!(Cause::of(&io::Error::other(said.clone())).lasts, lasts, "{said}");
        }
    }

    #[test]
    fn what_a_library_says_in_words_of_its_own_is_not_repeated() {
        for error in [
            io::Error::other(CaUsedAsEndEntity),
            io::Error::other("canary"),
            io::Error::new(io::ErrorKind::InvalidData, "canary"),
            io::Error::new(io::ErrorKind::UnexpectedEof, "canary"),
        ] {
            assert!(!Cause::of(&error).what.contains("canary"), "{error:?}");
        }
        let refused = Cause::of(&io::Error::from_raw_os_error(111));
        assert_eq!(refused, passing("Connection refused (os error 111)"));
    }

    #[tokio::test]
    async fn what_a_server_says_when_it_ends_a_connection_is_not_repeated() {
        let (client, mut server) = tokio::io::duplex(1 << 16);
        // The frames SETTINGS, and GOAWAY with a text behind the last stream and the reason.
        let said = b"canary-key and a row";
        let mut frames = vec![0, 0, 0, 4, 0, 0, 0, 0, 0];
        let length = u8::try_from(8 + said.len()).unwrap();
        frames.extend([0, 0, length, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11]);
        frames.extend(said);
        server.write_all(&frames).await.unwrap();
        let (_requests, connection) = h2::client::handshake(client).await.unwrap();
        let error = connection.await.unwrap_err();
        assert!(error.to_string().contains("canary"), "the library repeats it: {error}");
        let told = Cause::of(&error).what;
        assert!(
            told.starts_with("the HTTP/2 connection ended: ") && !told.contains("canary"),
            "{told}"
        );
    }
}
