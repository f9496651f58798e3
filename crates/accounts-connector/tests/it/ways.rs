//! The ways to a vendor: proxies, certificates, and names.

use accounts_connector::CONNECTOR;
use connector_testkit::{Content, Database, Vendor};
use rcgen::{BasicConstraints, IsCa, SanType, date_time_ymd};

use crate::network::{Authority, Proxy, tls_server_with};
use crate::shell::Shell;

const CHECK: &str = "check --resource labels";
const SYNC: &str = "sync --resource labels";

/// A shell for a vendor at that address, and an empty database.
fn shell(url: &str, database: &Database) -> Shell {
    Shell::new()
        .set("ACCOUNTS_BASE_URL", url)
        .set("ACCOUNTS_API_KEY", "invented-key")
        .set("DATABASE_URL", &database.url())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_proxy_sees_what_is_meant_for_this_machine() {
    let database = Database::create().await;
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    let proxy = Proxy::refusing();
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        for host in ["127.0.0.1", "localhost"] {
            let url = vendor.base_url().replace("127.0.0.1", host);
            let here = shell(&url, &database).set("ACCOUNTS_API_KEY", &vendor.key());
            let said = here.set(variable, &format!("http://{}", proxy.address)).run(SYNC);
            assert_eq!(said.status, 0, "{variable}: {said:?}");
        }
    }
    assert_eq!(proxy.uses(), 0);
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_goes_through_a_proxy_only_where_that_is_allowed() {
    let database = Database::create().await;
    let proxy = Proxy::refusing();
    let user = format!("http://user:hunter2@{}", proxy.address);
    let by = |variable: &str| shell("http://vendor.test", &database).set(variable, &user);
    let said = by("HTTP_PROXY").run(SYNC);
    assert_eq!((said.status, proxy.uses()), (2, 0), "{said:?}");
    assert!(said.stderr.contains("the base URL is plain HTTP"), "{said:?}");
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        let before = proxy.uses();
        let allowed =
            by(variable).file("connectors.toml", "[connections.accounts]\nallow_http = true\n");
        let said = allowed.run(SYNC);
        assert_eq!((said.status, proxy.uses() - before), (1, 1), "{said:?}");
        let words =
            format!("the proxy `{}` ({variable}) wants a user and a password", proxy.address);
        let text = said.text();
        assert!(text.contains(&words) && text.contains("http://user:password@host:port"), "{text}");
        assert!(!text.contains("hunter2") && !text.contains("asking again"), "{text}");
    }
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_cannot_be_used_is_said_to_be_none_before_anything_is_tried() {
    let database = Database::create().await;
    for (value, words) in [
        ("socks5://user:hunter2@127.0.0.1:1080", "HTTPS_PROXY names a proxy that speaks SOCKS"),
        ("http://user:hunter 2@127.0.0.1:3128", "HTTPS_PROXY is not the address of a proxy"),
        ("hunter2", ""),
    ] {
        let said = shell("https://vendor.test", &database).set("HTTPS_PROXY", value);
        let said = said.run(SYNC);
        assert!(said.text().contains(words) && said.text().contains("next: "), "{said:?}");
        assert!(!said.text().contains("hunter 2") && !said.text().contains(":hunter2"), "{said:?}");
    }
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_refused_is_told_in_words_and_not_tried_again() {
    let database = Database::create().await;
    let authority = Authority::new();
    let made = |words: &'static str, port| (words, port);
    for (words, port) in [
        made("signed by an authority that is not known here", tls_server_with(None, |_| ())),
        made(
            "the certificate is that of an authority",
            tls_server_with(Some(&authority), |params| {
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            }),
        ),
        made(
            "the certificate has expired",
            tls_server_with(Some(&authority), |params| {
                params.not_after = date_time_ymd(2020, 1, 1);
            }),
        ),
        made(
            "the certificate is not valid yet",
            tls_server_with(Some(&authority), |params| {
                params.not_before = date_time_ymd(4000, 1, 1);
            }),
        ),
        made(
            "the certificate is for another name",
            tls_server_with(Some(&authority), |params| params.subject_alt_names.truncate(0)),
        ),
        made(
            "the certificate is for another name",
            tls_server_with(Some(&authority), |params| {
                let name = |number| format!("canary{number}.example.com").try_into().unwrap();
                params.subject_alt_names = (0..600).map(name).map(SanType::DnsName).collect();
            }),
        ),
    ] {
        let said = shell(&format!("https://localhost:{port}"), &database)
            .set("SSL_CERT_FILE", "ca.pem")
            .file("ca.pem", &authority.certificate)
            .run(SYNC);
        assert_eq!(said.status, 1, "{words}: {said:?}");
        let text = said.text();
        assert!(text.contains(words) && text.contains("next: "), "{words}: {text}");
        assert!(!text.contains("asking again") && !text.contains("tries"), "{words}: {text}");
        // What the other side wrote into it is no matter.
        assert!(!text.contains("canary"), "{words}: {text}");
    }
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_on_this_machine_needs_no_certificate_authority() {
    let database = Database::create().await;
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    let none = |url: &str| {
        let shell = shell(url, &database).set("ACCOUNTS_API_KEY", &vendor.key());
        shell.set("SSL_CERT_FILE", "/none").set("SSL_CERT_DIR", "/none")
    };
    let plain = none(vendor.base_url());
    assert_eq!(plain.run(SYNC).status, 0);
    let said = none("https://vendor.test").run(CHECK);
    assert_ne!(said.status, 0);
    assert!(said.text().contains("no certificate authority is known on this machine"), "{said:?}");
    assert!(said.text().contains("Debian: ca-certificates"), "{said:?}");
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_does_not_exist_is_not_asked_again() {
    let database = Database::create().await;
    let said = shell("https://api.invalid", &database).run(SYNC);
    assert_eq!(said.status, 1, "{said:?}");
    assert!(said.text().contains("`api.invalid` cannot be reached"), "{said:?}");
    assert!(
        said.text().contains("the base URL is the environment variable `ACCOUNTS_BASE_URL`"),
        "{said:?}"
    );
    // Where no name server answers at all, that may pass.
    let is_silent = said.text().contains("no name server says where it is");
    assert!(is_silent || !said.text().contains("asking again"), "{said:?}");
    database.drop().await;
}

#[test]
fn a_command_that_is_named_can_be_typed_where_a_file_has_a_space_in_its_name() {
    let connection =
        "[connections.eu]\nconnector = \"accounts\"\nbase_url = \"https://api.invalid\"\n";
    let shell = Shell::new().file("my connections.toml", connection);
    let said = shell.run("status --config 'my connections.toml' --connection eu");
    let named = said.stderr.split('`').find(|words| words.contains("--config")).unwrap();
    let typed = named.strip_prefix("accounts-connector ").unwrap();
    let done = shell.run_with(typed, "");
    assert!(!done.stderr.contains("unexpected argument"), "{named}: {done:?}");
    assert!(typed.contains("--config 'my connections.toml' --connection eu"), "{typed}");
}
