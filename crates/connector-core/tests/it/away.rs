//! Databases that go away, come back, fall silent, or have few sessions to give.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use connector_core::{Connection, Verdict, sync};
use connector_testkit::{Content, Database, Proxy, Server, Vendor};
use serde_json::Value;

use crate::shop::{NOW, SHOP, Test, items};

/// A shop whose database has a server of its own.
struct Own {
    server: Arc<Mutex<Server>>,
    test: Test,
}

impl Own {
    async fn with(items: Vec<Value>) -> Self {
        let server = Server::start().unwrap();
        let database = Database::create_on(server.url().to_owned()).await;
        let content = Content::empty().with("products", items.clone()).with("tokens", items);
        let vendor = Vendor::start(&SHOP, content).unwrap();
        Self { server: Arc::new(Mutex::new(server)), test: Test { vendor, database } }
    }

    /// Does this with the server when a page is asked for that is not a first one.
    fn on_second_page(&self, trouble: impl Fn(&mut Server) + Send + Sync + 'static) {
        let (server, done) = (Arc::clone(&self.server), Mutex::new(false));
        self.test.vendor.on(move |request, answer| {
            let behind = request.param("offset").is_some_and(|offset| offset != "0");
            if behind && !std::mem::replace(&mut *done.lock().unwrap(), true) {
                trouble(&mut server.lock().unwrap());
            }
            answer
        });
    }
}

fn impatient(connection: Connection) -> Connection {
    connection.committing_every(10).waiting_for_database(Duration::from_secs(2))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stays_away_ends_everything_once_and_is_named_with_its_reason() {
    let own = Own::with(items(200)).await;
    own.on_second_page(|server| server.stop().unwrap());
    let connection = impatient(own.test.connection(&["products", "tokens", "reviews"]));
    let began = std::time::Instant::now();
    let report = sync(&connection, *NOW).await.unwrap();
    // The patience is that of the run, and not of each thing that it does.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let text = report.to_text();
    assert_eq!((report.verdict, report.exit_status()), (Verdict::Failed, 1), "{text}");
    let port = url::Url::parse(&own.test.database.url()).unwrap().port().unwrap();
    let failed = report.resources.iter().filter(|resource| resource.error.is_some());
    for resource in failed {
        let error = resource.error.as_deref().unwrap();
        if error.starts_with("not tried") {
            continue;
        }
        assert!(error.contains(&format!("127.0.0.1:{port}")), "{text}");
        assert!(error.contains("Connection refused"), "{text}");
        assert!(resource.next.as_deref().unwrap().contains("run again"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_back_in_time_costs_nothing() {
    let own = Own::with(items(200)).await;
    own.on_second_page(|server| server.crash().unwrap());
    let connection = own.test.connection(&["products", "tokens"]).committing_every(10);
    let report = sync(&connection, *NOW).await.unwrap();
    assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
    assert_eq!(own.test.rows("products").await, (200, 0));
    assert_eq!(own.test.rows("tokens").await, (200, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_for_a_database_hears_that_the_run_is_to_stop() {
    let own = Own::with(items(200)).await;
    let connection = own.test.connection(&["products"]).committing_every(10);
    let connection = connection.waiting_for_database(Duration::from_hours(10));
    let stop = connection.stop();
    own.on_second_page(move |server| {
        server.stop().unwrap();
        stop.ask("a test");
    });
    let report = sync(&connection, *NOW).await.unwrap();
    assert_ne!(report.verdict, Verdict::Complete, "{}", report.to_text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_any_more_is_given_up_too() {
    let test = Test::with("products", items(200)).await;
    let proxy = Arc::new(Proxy::before(&test.database).await);
    let silent = Arc::clone(&proxy);
    test.vendor.on(move |request, answer| {
        if request.param("offset").is_some_and(|offset| offset != "0") {
            silent.fall_silent();
        }
        answer
    });
    let connection = impatient(test.connection_by(&proxy.url(), &["products"]));
    let report = sync(&connection, *NOW).await.unwrap();
    let said = report.to_text();
    assert_eq!(report.verdict, Verdict::Failed, "{said}");
    assert!(said.contains("the server does not answer"), "{said}");
    // A session that fell silent in the midst of its beginning would keep every `drop database` of
    // the server waiting, for the minute that a server gives it.
    proxy.cut();
    test.end().await;
}

/// A role that may make schemas, and have so many sessions; and the way to the database as it.
async fn limited(test: &Test, role: &str, sessions: i64) -> (String, String) {
    let name = test.database.value("select current_database()").await;
    let role = format!("{role}_{name}");
    test.database
        .execute(&format!(
            "create role {role} login password 'secret' connection limit {sessions}; \
             grant create on database {name} to {role}"
        ))
        .await;
    let mut url = url::Url::parse(&test.database.url()).unwrap();
    url.set_username(&role).unwrap();
    url.set_password(Some("secret")).unwrap();
    (role, url.into())
}

/// Everything that a role has, and the role itself, taken away.
async fn forget(test: Test, role: &str) {
    test.database.execute(&format!("drop owned by {role} cascade; drop role {role}")).await;
    test.end().await;
}

#[tokio::test]
async fn a_run_makes_do_with_the_sessions_that_its_user_may_have() {
    for sessions in [2, 3, 5] {
        let test = Test::with("products", items(30)).await;
        let (role, url) = limited(&test, "few", sessions).await;
        let connection = test.connection_by(&url, &[]).committing_every(10);
        let began = std::time::Instant::now();
        let report = sync(&connection, *NOW).await.unwrap();
        assert_eq!(report.verdict, Verdict::Complete, "{sessions}: {}", report.to_text());
        // A second is usual; to wait for a session that never comes takes longer than this.
        assert!(began.elapsed() < Duration::from_secs(10), "{sessions}: {:?}", began.elapsed());
        forget(test, &role).await;
    }
}

/// Five hundred accounts are no reason to ask for five hundred sessions.
#[tokio::test(flavor = "multi_thread")]
async fn runs_for_which_the_server_has_no_room_wait_for_those_that_go_on() {
    let test = Test::with("products", items(3)).await;
    let (role, url) = limited(&test, "crowded", 6).await;
    let connection = |number: i32| {
        test.connection_by(&url, &["products"]).in_schema(&format!("account_{number}"))
    };
    let all: Vec<_> = (0..40).map(connection).collect();
    for report in connector_core::sync_all(&all, *NOW).await {
        let report = report.unwrap();
        assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
    }
    forget(test, &role).await;
}

#[tokio::test]
async fn a_user_who_may_have_one_session_is_told_how_many_are_needed() {
    let test = Test::with("products", items(3)).await;
    let (role, url) = limited(&test, "one", 1).await;
    let error = sync(&test.connection_by(&url, &["products"]), *NOW).await.unwrap_err();
    assert_eq!((error.exit_status(), test.vendor.requests().len()), (2, 0));
    let (said, next) = (error.to_string(), error.advice().unwrap());
    assert!(said.contains("needs 2 sessions") && said.contains("may have 1"), "{said}");
    assert!(next.contains(&format!("alter role \"{role}\" connection limit 9")), "{next}");
    forget(test, &role).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pooler_that_lets_others_wait_is_used_as_far_as_it_goes() {
    for room in [2, 3] {
        let test = Test::with("products", items(30)).await;
        let proxy = Proxy::with_room(&test.database, room).await;
        let connection = test.connection_by(&proxy.url(), &[]).committing_every(10);
        let report = sync(&connection, *NOW).await.unwrap();
        assert_eq!(report.verdict, Verdict::Complete, "{room}: {}", report.to_text());
        test.end().await;
    }
    let test = Test::with("products", items(30)).await;
    let proxy = Proxy::with_room(&test.database, 1).await;
    let error = sync(&test.connection_by(&proxy.url(), &["products"]), *NOW).await.unwrap_err();
    assert_eq!((error.exit_status(), test.vendor.requests().len()), (2, 0), "{error}");
    test.end().await;
}

/// Another user's function fits better than Postgres's own, as a number is an integer where
/// nothing else is said.
#[tokio::test]
async fn a_function_that_somebody_else_made_is_never_called() {
    let test = Test::with("products", items(30)).await;
    test.database
        .execute(
            "create table public.called (what text); \
             create function public.note(what text) returns void language sql security definer as \
             'insert into public.called values (what)'; \
             create function public.hashtextextended(text, integer) returns bigint language plpgsql as $$ begin \
             perform public.note('hashtextextended'); return 1; end $$; \
             create function public.hash_record_extended(record, integer) returns bigint language plpgsql as $$ begin \
             perform public.note('hash_record_extended'); return 1; end $$; \
             create function public.to_regclass(varchar) returns regclass language plpgsql as $$ begin \
             perform public.note('to_regclass'); return null; end $$; \
             create function public.current_setting(varchar) returns text language plpgsql as $$ begin \
             perform public.note('current_setting'); return '0'; end $$; \
             do $$ begin execute format('alter database %I set search_path = public, pg_catalog', current_database()); end $$",
        )
        .await;
    let connection = test.connection(&["products"]).committing_every(10);
    for _ in 0..2 {
        let report = sync(&connection, *NOW).await.unwrap();
        assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
    }
    let called = "select coalesce(string_agg(distinct what, ', '), 'nothing') from public.called";
    assert_eq!(test.database.value(called).await, "nothing");
    test.end().await;
}

#[tokio::test]
async fn no_start_up_parameter_is_sent_that_poolers_refuse() {
    let test = Test::with("products", items(3)).await;
    test.complete("products").await;
    test.database
        .execute(
            "create table shop.told (digits text); \
             create function shop.tell() returns trigger language plpgsql as $$ begin \
             insert into shop.told values (current_setting('extra_float_digits')); return null; end $$; \
             create trigger tell after insert on shop.products execute function shop.tell()",
        )
        .await;
    test.vendor.edit("products", |all| *all = items(6));
    test.complete("products").await;
    assert_eq!(test.database.value("select distinct digits from shop.told").await, "1");
    test.end().await;
}

/// A false server on this machine, by an address that is not its own loopback: whoever
/// connects is told that there is no TLS, and may send what it likes.
#[tokio::test]
async fn a_server_elsewhere_that_offers_no_tls_is_told_no_password() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let test = Test::with("products", items(3)).await;
    let listener = tokio::net::TcpListener::bind(("0.0.0.0", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let (mut asked, mut rest) = ([0; 8], Vec::new());
        client.read_exact(&mut asked).await.unwrap();
        client.write_all(b"N").await.unwrap();
        client.read_to_end(&mut rest).await.unwrap();
        rest.len()
    });
    let url = format!("postgres://me:secret@0.0.0.0:{port}/data");
    let error = sync(&test.connection_by(&url, &["products"]), *NOW).await.unwrap_err();
    assert_eq!(heard.await.unwrap(), 0, "something was sent in clear");
    let (said, next) = (error.to_string(), error.advice().unwrap());
    assert!(said.contains("does not support TLS"), "{said}");
    assert!(next.contains("sslmode=disable"), "{next}");
    assert_eq!(error.exit_status(), 2);
    test.end().await;
}

/// A server, or a pooler, may repeat what it was told where others name objects only.
#[tokio::test]
async fn a_server_that_repeats_the_password_shows_it_to_nobody() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    for (code, words) in [("28P01", "no"), ("28000", "no"), ("57P03", "wait"), ("42501", "no")] {
        let test = Test::with("products", items(3)).await;
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let mut asked = vec![0; 8];
                client.read_exact(&mut asked).await.unwrap();
                if asked[4..] == 80_877_103_u32.to_be_bytes() {
                    client.write_all(b"N").await.unwrap();
                    client.read_exact(&mut asked).await.unwrap();
                }
                let length = u32::from_be_bytes(asked[..4].try_into().unwrap());
                let mut rest = vec![0; usize::try_from(length).unwrap() - 8];
                client.read_exact(&mut rest).await.unwrap();
                // The password is to be sent in clear, and comes back.
                client.write_all(&[b'R', 0, 0, 0, 8, 0, 0, 0, 3]).await.unwrap();
                let mut head = [0; 5];
                client.read_exact(&mut head).await.unwrap();
                let length = u32::from_be_bytes(head[1..].try_into().unwrap());
                let mut password = vec![0; usize::try_from(length).unwrap() - 4];
                client.read_exact(&mut password).await.unwrap();
                let password = String::from_utf8(password).unwrap();
                let password = password.trim_end_matches('\0');
                let long = "long ".repeat(500);
                let said = format!("{words} to {password}\u{1b}]52;c;AA\u{7}\r\n{long}");
                let fields = format!("SFATAL\0VFATAL\0C{code}\0M{said}\0D{said}\0H{said}\0\0");
                let length = u32::try_from(fields.len() + 4).unwrap().to_be_bytes();
                client.write_all(&[b"E", &length[..], fields.as_bytes()].concat()).await.unwrap();
                let _ = client.shutdown().await;
            }
        });
        let url = format!("postgres://me:canary%2Bpass%2F1@127.0.0.1:{port}/data");
        let error = sync(&impatient(test.connection_by(&url, &["products"])), *NOW).await;
        let error = error.unwrap_err();
        let told = format!("{error} {:?} {error:?}", error.advice());
        assert!(told.contains(code), "{told}");
        assert!(!told.contains("canary") && !told.contains("pass/1"), "{told}");
        assert!(!told.contains(|c: char| c.is_control()), "{told:?}");
        assert!(!told.contains(&"long ".repeat(50)), "{code}: all of it is shown");
        test.end().await;
    }
}
