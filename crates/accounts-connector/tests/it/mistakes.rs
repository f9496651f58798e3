//! What people get wrong, and what they are told: what happened, where, and what to do next.

use std::fmt::Write as _;

use accounts_connector::CONNECTOR;
use connector_testkit::{Answer, Content, Database, Vendor};

use crate::network::{Authority, Proxy, postgres_that_refuses, tls_server};
use crate::shell::Shell;

/// What each mistake is answered with, for one snapshot.
#[derive(Default)]
struct Answers(String);

impl Answers {
    /// Runs a command that must fail with that status, and say what to do.
    fn add(&mut self, mistake: &str, status: i32, arguments: &str, shell: &Shell) {
        let said = shell.run(arguments);
        assert_eq!(said.status, status, "{mistake}: {said:?}");
        let told: Vec<&str> = match arguments.split(' ').next() {
            // Of the lines of a check, those that failed.
            Some("check") => {
                let mut lines = said.stdout.lines().map(str::trim).peekable();
                let mut told = Vec::new();
                while let Some(line) = lines.next() {
                    if line.contains(" failed ") {
                        told.push(line);
                        told.extend(lines.next_if(|line| line.starts_with("next: ")));
                    }
                }
                told
            }
            _ => said.stderr.lines().collect(),
        };
        let told = told.join("\n");
        let usage = told.contains("--help");
        assert!(told.contains("next: ") || usage, "{mistake}: nothing to do in {said:?}");
        write!(self.0, "# {mistake}\n{told}\n\n").unwrap();
    }

    fn steady(self, replacements: &[(&str, &str)]) -> String {
        // Where nobody can be asked for names, the reason is another one.
        let resolver = [("Temporary failure in name resolution", "Name or service not known")];
        let all = resolver.iter().chain(replacements);
        all.fold(without_servers(&self.0), |text, (what, with)| text.replace(what, with))
    }
}

/// The text without the addresses of the databases, which are others in each run.
fn without_servers(text: &str) -> String {
    const SERVER: &str = "(server `";
    let mut parts = text.split(SERVER);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + SERVER + "HOST:PORT" + &part[part.find('`').unwrap()..])
}

/// Everything set, and nothing there.
fn shell() -> Shell {
    Shell::new()
        .set("ACCOUNTS_BASE_URL", "https://api.example.com")
        .set("ACCOUNTS_API_KEY", "invented")
        .set("DATABASE_URL", "postgres://nobody@127.0.0.1:9/none")
}

/// The same with this file.
fn file(content: &str) -> Shell {
    shell().unset("ACCOUNTS_BASE_URL").unset("ACCOUNTS_API_KEY").file("connectors.toml", content)
}

#[test]
#[expect(clippy::too_many_lines, reason = "one mistake after another, and nothing else")]
fn a_mistake_in_the_settings_is_told_before_anything_is_tried() {
    let mut answers = Answers::default();
    let mut add = |mistake: &str, arguments: &str, shell: Shell| {
        answers.add(mistake, 2, arguments, &shell);
    };
    let base = |url: &str| shell().set("ACCOUNTS_BASE_URL", url);
    add("nothing is set", "sync", Shell::new());
    add("no key", "sync", shell().unset("ACCOUNTS_API_KEY"));
    add(
        "the key in a variable of another name",
        "sync",
        shell().unset("ACCOUNTS_API_KEY").set("ACCOUNT_API_KEY", "invented"),
    );
    add("the key with a line break in it", "sync", shell().set("ACCOUNTS_API_KEY", "inven\nted"));
    add("the key as a flag", "sync --api-key invented", shell());
    add("no address", "sync", shell().unset("ACCOUNTS_BASE_URL"));
    add(
        "the address in a variable of another name",
        "sync",
        shell().unset("ACCOUNTS_BASE_URL").set("ACCOUNTS_URL", "https://api.example.com"),
    );
    add("http for https", "sync", base("http://api.example.com"));
    add("no scheme", "sync", base("api.example.com"));
    add("another scheme", "sync", base("ftp://api.example.com"));
    add("the key in the address", "sync", base("https://invented@api.example.com"));
    add("a query in the address", "sync", base("https://api.example.com?key=invented"));
    add("an unknown preset", "sync --preset lvie", shell());
    add("an unknown parameter", "sync --param acount=1", shell());
    add("a parameter without a value", "sync --param account", shell());
    add("a parameter with a value that it cannot have", "sync --param includeCurrent=yes", shell());
    add(
        "two values of a parameter that has one",
        "sync --param account=1 --param account=2",
        shell(),
    );
    add("an unknown resource", "sync --resource campaign", shell());
    add("an unknown option", "sync --resources campaigns", shell());
    add("an unknown command", "snyc", shell());
    add("an unknown manual page", "man snyc", shell());
    add("a time that is none", "sync --since yesterday", shell());
    add("a duration that is none", "status --max-age 26", shell());
    add(
        "the end before the beginning",
        "sync --since 2024-02-01T00:00:00Z --until 2024-01-01T00:00:00Z",
        shell(),
    );
    add("a schema that is taken", "sync --schema public", shell());
    add(
        "an address of a database that is none",
        "sync",
        shell().set("DATABASE_URL", "localhost:5432"),
    );
    add("a file that is not there", "sync --config mine.toml", shell());
    add("a file that is not TOML", "sync", file("[connections.accounts]\napi_key: secret\n"));
    add(
        "a setting with a slip in it",
        "sync",
        file("[connections.accounts]\nbase_ulr = \"https://api.example.com\"\n"),
    );
    add("a number as a text", "sync", file("[connections.accounts]\nbatch_rows = \"many\"\n"));
    add(
        "a share in percent",
        "sync",
        file(
            "[connections.accounts]\nbase_url = \"https://api.example.com\"\napi_key = \"x\"\ndeletes = { share = 30 }\n",
        ),
    );
    add(
        "a variable that is not set",
        "sync",
        file(
            "[connections.accounts]\nbase_url = \"https://api.example.com\"\napi_key = \"env:THE_KEY\"\n",
        ),
    );
    add(
        "a file of a key that is not there",
        "sync",
        file(
            "[connections.accounts]\nbase_url = \"https://api.example.com\"\napi_key = \"file:key.txt\"\n",
        ),
    );
    let accounts = |line: &str| {
        file(&format!(
            "[connections.accounts]\nbase_url = \"https://api.example.com\"\napi_key = \"x\"\n{line}\n"
        ))
    };
    add("a list as a text", "sync", accounts("resources = \"users\""));
    add(
        "a resource with settings that is none",
        "sync",
        accounts("[connections.accounts.resources.user]"),
    );
    add(
        "a setting of a resource with a slip in it",
        "sync",
        accounts("[connections.accounts.resources.users]\nlookback_second = 5"),
    );
    add(
        "a share of a resource in percent",
        "sync",
        accounts("[connections.accounts.resources.users]\ndeletes = { share = 30 }"),
    );
    add(
        "two lists of resources",
        "sync",
        accounts("resources = [\"users\"]\nonly_resources = [\"users\"]"),
    );
    add("a text as a list", "sync", accounts("schema = [\"users\"]"));
    add("a flag as a number", "sync", accounts("allow_http = 1"));
    add("a table as a number", "sync", accounts("deletes = 5"));
    add("a number with a sign", "sync", accounts("requests_per_second = -1"));
    add("an empty variable", "sync", shell().set("ACCOUNTS_API_KEY", " "));
    let key = |key: &str| {
        file(&format!(
            "[connections.accounts]\nbase_url = \"https://api.example.com\"\napi_key = \"{key}\"\n"
        ))
    };
    add("an empty variable that the file names", "sync", key("env:THE_KEY").set("THE_KEY", ""));
    add(
        "a slip in the file of variables",
        "sync",
        key("env:ACCOUNTS_API_KEY").file(".env", "ACCOUNT_API_KEY=invented\n"),
    );
    add("an empty file of a key", "sync", key("file:empty").file("empty", "\n"));
    add("an endless file of a key", "sync", key("file:/dev/zero"));
    add("an endless file of connections", "sync --config /dev/zero", shell());
    add("capitals in a name", "sync", file("[connections.PROD]\nconnector = \"accounts\"\n"));
    add("a slip in a section", "sync", file("[connections.acounts]\napi_key = \"x\"\n"));
    add(
        "a slip in a connector",
        "sync --connection prod",
        file("[connections.prod]\nconnector = \"acounts\"\n"),
    );
    let prod =
        "[connections.prod]\nconnector = \"accounts\"\nbase_url = \"https://api.example.com\"\n";
    add("the key of another connection", "sync", file(prod).set("ACCOUNTS_API_KEY", "invented"));
    add(
        "a connection in the file, and one of variables",
        "sync",
        shell().file("connectors.toml", prod),
    );
    let two = "[connections.eu]\nconnector = \"accounts\"\n[connections.us]\nconnector = \"accounts\"\n[connections.data]\nconnector = \"datasets\"\n";
    add("several connections, and none named", "sync", file(two));
    add("an unknown connection", "sync --connection ue", file(two));
    add("an unknown connection, and no file", "sync --connection eu", shell());
    add("a connection of another connector", "sync --connection data", file(two));
    let authority = |path: &str| {
        file(&format!(
            "[connections.accounts]\nbase_url = \"https://api.example.com\"\napi_key = \"x\"\nca_certificate = \"{path}\"\n"
        ))
    };
    add("a certificate that is not there", "sync", authority("ca.pem"));
    add("a certificate that is none", "sync", authority("ca.pem").file("ca.pem", "hello"));
    insta::assert_snapshot!("mistakes-settings", answers.steady(&[]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_about_the_database_is_told_before_anything_is_tried() {
    let database = Database::create().await;
    let name = database.value("select current_database()").await;
    let port = database.value("current_setting('port')").await;
    let user = format!("limited_{name}");
    database.execute(&format!("create role {user} login password 'right'")).await;
    let address = |change: fn(&mut url::Url)| {
        let mut url = url::Url::parse(&database.url()).unwrap();
        url.set_username(&format!("limited_{}", &url.path()[1..].to_owned())).unwrap();
        url.set_password(Some("right")).unwrap();
        change(&mut url);
        shell().set("DATABASE_URL", url.as_str())
    };
    let mut answers = Answers::default();
    let mut add = |mistake: &str, arguments: &str, shell: Shell| {
        answers.add(mistake, 2, arguments, &shell);
    };
    for (mistake, code, message) in [
        ("a wrong password", "28P01", "password authentication failed for user \"me\""),
        ("a server without a place left", "53300", "sorry, too many clients already"),
        ("a server that starts", "57P03", "the database system is starting up"),
    ] {
        let port = postgres_that_refuses(code, message);
        let url = format!("postgres://me:secret@127.0.0.1:{port}/mine");
        add(mistake, "sync", shell().set("DATABASE_URL", &url));
    }
    add("a database that is not there", "sync", address(|url| url.set_path("nowhere")));
    add("no right to create a schema", "sync", address(|_| {}));
    for (mistake, url) in [
        ("a port where nothing listens", "postgres://me:secret@127.0.0.1:9/mine"),
        ("a host that is not there", "postgres://me:secret@db.invalid/mine"),
    ] {
        add(mistake, "sync", shell().set("DATABASE_URL", url));
    }
    add(
        "TLS where the server has none",
        "sync",
        address(|url| url.set_query(Some("sslmode=require"))),
    );
    let status = address(|url| url.set_path("nowhere")).run("status");
    assert_eq!(status.status, 2, "{status:?}");
    database
        .execute(
            "create schema sync create table sync._migrations (version bigint, checksum bytea)",
        )
        .await;
    database.execute(&format!("grant usage on schema sync to {user}")).await;
    add("run tables that may not be read", "sync", address(|_| {}));
    database
        .execute(&format!("drop schema sync cascade; drop owned by {user}; drop role {user}"))
        .await;
    insta::assert_snapshot!(
        "mistakes-database",
        answers.steady(&[(&name, "test"), (&port, "5432")])
    );
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_about_the_vendor_is_told_by_check_and_by_sync() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    vendor.allow_unauthorized();
    let database = Database::create().await;
    let with = |name: &str, value: &str| Shell::with(&vendor, &database).set(name, value);
    let mut answers = Answers::default();
    let only = "check --resource labels";
    answers.add("a wrong key", 1, only, &with("ACCOUNTS_API_KEY", "wrong"));
    let other_preset = "check --resource labels --preset live";
    vendor.on(|_, _| Answer::json(401, r#"{"message": "no key"}"#));
    answers.add("the preset of another API", 1, other_preset, &Shell::with(&vendor, &database));
    vendor.honest();
    vendor.on(|request, answer| {
        let doubled = request.path.starts_with("/v1/v1");
        if doubled { Answer::json(404, r#"{"message": "no route"}"#) } else { answer }
    });
    let doubled = format!("{}/v1", vendor.base_url());
    answers.add(
        "a path in the address that comes twice",
        1,
        only,
        &with("ACCOUNTS_BASE_URL", &doubled),
    );
    vendor.on(|_, _| Answer::html(200, "<h1>Log in</h1>"));
    answers.add("the address of a web page", 1, only, &Shell::with(&vendor, &database));
    vendor.on(|_, _| Answer::json(429, "{}").header("retry-after", "3600"));
    answers.add("too many requests", 1, only, &Shell::with(&vendor, &database));
    vendor.honest();
    answers.add(
        "a port where nothing listens",
        1,
        only,
        &with("ACCOUNTS_BASE_URL", "http://127.0.0.1:9"),
    );
    answers.add(
        "a host that is not there",
        1,
        only,
        &with("ACCOUNTS_BASE_URL", "https://api.invalid"),
    );
    // A slash at the end is no mistake.
    let slash =
        with("ACCOUNTS_BASE_URL", &format!("{}/", vendor.base_url())).run("sync --resource labels");
    assert_eq!(slash.status, 0, "{slash:?}");
    let wrong = with("ACCOUNTS_API_KEY", "wrong").run("sync --quiet --resource labels");
    assert_eq!(wrong.status, 1, "{wrong:?}");
    assert!(
        wrong.stderr.contains("401") && wrong.stderr.contains("next: check the key"),
        "{wrong:?}"
    );
    database.execute("alter table accounts.labels alter column name type varchar(5)").await;
    answers.add("a column that somebody altered", 1, only, &Shell::with(&vendor, &database));
    let port = vendor.base_url().rsplit(':').next().unwrap().to_owned();
    insta::assert_snapshot!("mistakes-vendor", answers.steady(&[(&port, "12345")]));
    vendor.finish_unexplained();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_and_proxies_are_used_as_they_are_set() {
    let authority = Authority::new();
    let server = tls_server(&authority);
    let https = format!("https://localhost:{server}");
    let database = Database::create().await;
    let shell = |url: &str| {
        Shell::new()
            .set("ACCOUNTS_BASE_URL", url)
            .set("ACCOUNTS_API_KEY", "invented")
            .set("DATABASE_URL", &database.url())
            .file("ca.pem", &authority.certificate)
    };
    let only = "check --resource labels";
    let mut answers = Answers::default();
    answers.add("a certificate of an unknown authority", 1, only, &shell(&https));
    let plain = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    let tls_to_plain = plain.base_url().replace("http://", "https://");
    answers.add("https where the server speaks http", 1, only, &shell(&tls_to_plain));
    let refusing = Proxy::refusing();
    // No proxy is asked for this machine, so that the vendor is elsewhere.
    let elsewhere = format!("https://vendor.test:{server}");
    let by = |proxy: &Proxy| {
        shell(&elsewhere).set("HTTPS_PROXY", &format!("http://user:hunter2@{}", proxy.address))
    };
    answers.add("a proxy that refuses", 1, only, &by(&refusing));
    let nobody = shell(&elsewhere).set("HTTPS_PROXY", "http://127.0.0.1:9");
    answers.add("a proxy that is not there", 1, only, &nobody);

    let by_variable = shell(&https).set("SSL_CERT_FILE", "ca.pem").run(only);
    assert_eq!(by_variable.status, 0, "{by_variable:?}");
    let section = "[connections.accounts]\nca_certificate = \"ca.pem\"\n";
    let by_setting = shell(&https).file("connectors.toml", section);
    assert_eq!(by_setting.run(only).status, 0);
    assert_eq!(by_setting.run("sync --resource labels").status, 0);
    let tunnel = Proxy::tunnel(server);
    let tunnelled = by(&tunnel).set("SSL_CERT_FILE", "ca.pem").run(only);
    assert_eq!(tunnelled.status, 0, "{tunnelled:?}");
    assert_eq!(tunnel.uses(), 1);
    assert!(
        tunnelled.stdout.contains(&format!("left to the proxy `{}`", tunnel.address)),
        "{tunnelled:?}"
    );
    assert!(!tunnelled.stdout.contains("hunter2"));
    let past = by(&refusing).set("NO_PROXY", "vendor.test").run(only);
    assert!(past.stdout.contains("the name `vendor.test`"), "{past:?}");
    assert_eq!(refusing.uses(), 1);
    let (here, there) = (format!("localhost:{server}"), plain.base_url().replace("http://", ""));
    let text = answers.steady(&[
        (&refusing.address, "127.0.0.1:3128"),
        (&here, "localhost:8443"),
        (&format!("vendor.test:{server}"), "vendor.test:8443"),
        (&there, "127.0.0.1:8080"),
    ]);
    assert!(!text.contains("hunter2"));
    insta::assert_snapshot!("mistakes-network", text);
    plain.finish();
    database.drop().await;
}
