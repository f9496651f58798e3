//! Databases that are full, slow, locked, forbidden, or in each other's way.

use connector_core::{Connection, Verdict};

use crate::shop::{NOW, Test, items};

/// A trigger that fails so many times with that code. A sequence counts, as a failure takes nothing else back.
fn failing(code: &str, times: u32) -> String {
    format!(
        "create sequence shop.failures;
         create function shop.fail() returns trigger language plpgsql as $$
         begin
           if nextval('shop.failures') <= {times} then
             raise exception 'the statement fails for a test' using errcode = '{code}';
           end if;
           return new;
         end $$;
         create trigger fail before insert on shop.products for each row execute function shop.fail()"
    )
}

#[tokio::test]
async fn transactions_in_each_others_way_are_made_again() {
    for code in ["40001", "40P01"] {
        let test = Test::with("products", items(3)).await;
        test.complete("products").await;
        test.vendor.edit("products", |all| *all = items(60));
        test.database.execute(&failing(code, 2)).await;
        let done = test.complete("products").await;
        assert_eq!((done.rows, done.inserted, done.unchanged), (60, 57, 3), "{code}");
        assert_eq!(test.rows("products").await, (60, 0));
        test.end().await;
    }
}

#[tokio::test]
async fn what_does_not_pass_by_itself_is_one_clear_error_and_no_green_run() {
    for (code, what, next) in [
        ("53100", "the statement fails for a test (SQLSTATE 53100)", "free space on the disk"),
        ("53200", "the statement fails for a test (SQLSTATE 53200)", "memory"),
        ("57014", "the statement fails for a test (SQLSTATE 57014)", "statement_timeout"),
        ("55P03", "the statement fails for a test (SQLSTATE 55P03)", "pg_locks"),
        ("25006", "the statement fails for a test (SQLSTATE 25006)", "read-only"),
        ("26000", "the statement fails for a test (SQLSTATE 26000)", "session"),
    ] {
        let test = Test::with("products", items(3)).await;
        test.complete("products").await;
        test.vendor.edit("products", |all| *all = items(60));
        test.database.execute(&failing(code, 1)).await;
        let said = test.not_complete("products").await;
        assert!(said.contains(what) && said.contains(next), "{code}: {said}");
        assert_eq!(said.matches(what).count(), 1, "{said}");
        // Nothing was lost: the same command brings it all.
        assert_eq!(test.complete("products").await.inserted, 57);
        assert_eq!(test.rows("products").await, (60, 0));
        test.end().await;
    }
}

#[tokio::test]
async fn a_statement_that_takes_too_long_says_which_setting_ended_it() {
    let test = Test::with("products", items(3)).await;
    test.complete("products").await;
    test.vendor.edit("products", |all| *all = items(60));
    test.database
        .execute(
            "create function shop.slow() returns trigger language plpgsql as $$ begin perform pg_sleep(1); return new; end $$;
             create trigger slow before insert on shop.products for each row execute function shop.slow();
             do $$ begin execute format('alter database %I set statement_timeout = 300', current_database()); end $$",
        )
        .await;
    let said = test.not_complete("products").await;
    assert!(said.contains("statement timeout") && said.contains("statement_timeout"), "{said}");
    assert_eq!(test.rows("products").await, (3, 0));
    test.end().await;
}

/// The shop's vendor and database, as seen by a role that may do what the statements say.
async fn as_role(test: &Test, role: &str, rights: &str) -> Connection {
    let name = test.database.value("select current_database()").await;
    let role = format!("{role}_{name}");
    let statements = format!(
        "drop role if exists {role}; create role {role} login password 'secret'; {}",
        rights.replace("ROLE", &role).replace("DATABASE", &name)
    );
    test.database.execute(&statements).await;
    let mut url = url::Url::parse(&test.database.url()).unwrap();
    url.set_username(&role).unwrap();
    url.set_password(Some("secret")).unwrap();
    test.connection_by(url.as_ref(), &["products"])
}

#[tokio::test]
async fn a_right_that_is_missing_is_named_before_anything_is_asked_of_the_vendor() {
    let test = Test::with("products", items(3)).await;
    let connection = as_role(&test, "nobody", "").await;
    let error = connector_core::sync(&connection, *NOW).await.unwrap_err();
    assert_eq!((error.exit_status(), test.vendor.requests().len()), (2, 0));
    assert!(error.to_string().contains("permission denied for database"), "{error}");
    assert!(error.advice().unwrap().contains("grant"), "{:?}", error.advice());
    let connection = as_role(&test, "maker", "grant create on database DATABASE to ROLE").await;
    let report = connector_core::sync(&connection, *NOW).await.unwrap();
    assert_eq!(report.verdict, Verdict::Complete);
    // The tables are the role's own now; without the right to write them nothing is said to be whole.
    let owner = "select format('alter table shop.products owner to %I; revoke all on shop.products from public', current_user)";
    test.database.execute(&test.database.value(owner).await).await;
    test.vendor.edit("products", |all| *all = items(5));
    let report = connector_core::sync(&connection, *NOW).await.unwrap();
    assert_eq!(report.verdict, Verdict::Failed, "{}", report.to_text());
    assert!(
        report.to_text().contains("permission denied for table products"),
        "{}",
        report.to_text()
    );
    let roles = "select string_agg(format('drop owned by %I cascade; drop role %I', rolname, rolname), ';') \
                 from pg_roles where rolname like '%\\_' || current_database()";
    test.database.execute(&test.database.value(roles).await).await;
    test.end().await;
}

#[tokio::test]
async fn runs_that_meet_in_an_empty_database_make_its_tables_once() {
    let test = Test::with("products", items(30)).await;
    let connections: Vec<Connection> = (0..6)
        .map(|number| test.connection(&["products"]).in_schema(&format!("shop{number}")))
        .collect();
    let runs = connections.iter().map(|connection| connector_core::sync(connection, *NOW));
    for report in futures_util::future::join_all(runs).await {
        let report = report.unwrap();
        assert_eq!((report.verdict, report.resources[0].inserted), (Verdict::Complete, 30));
    }
    let again = "select count(*) - count(distinct version) from sync._migrations";
    assert_eq!(test.database.value(again).await, "0");
    test.end().await;
}

#[tokio::test]
async fn a_table_that_somebody_keeps_locked_does_not_hang_a_run() {
    let test = Test::with("products", items(3)).await;
    test.complete("products").await;
    let holder = test.database.hold("lock table shop.products").await;
    let said = test.not_complete("products").await;
    assert!(said.contains("lock timeout") && said.contains("pg_locks"), "{said}");
    drop(holder);
    test.end().await;
}

#[tokio::test]
async fn a_column_of_another_type_is_told_before_anything_is_cut_to_fit_it() {
    let test = Test::with("products", items(3)).await;
    test.complete("products").await;
    test.database.execute("alter table shop.products alter column price type smallint").await;
    let said = test.not_complete("products").await;
    assert!(said.contains("`price` is `smallint`, and not `bigint`"), "{said}");
    // What the advice says makes new tables.
    assert!(said.contains("rename its schema and run `sync --full-refresh`"), "{said}");
    test.database.execute("alter schema shop rename to shop_old").await;
    let connection = test.connection(&["products"]).full_refresh();
    let report = connector_core::sync(&connection, *NOW).await.unwrap();
    assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
    assert_eq!(test.rows("products").await, (3, 0));
    test.end().await;
}

#[tokio::test]
async fn a_database_that_cannot_hold_all_texts_is_refused() {
    let test = Test::with("products", items(3)).await;
    let name = format!("{}_latin", test.database.value("select current_database()").await);
    test.database
        .execute(&format!("create database {name} encoding 'LATIN1' locale 'C' template template0"))
        .await;
    let mut url = url::Url::parse(&test.database.url()).unwrap();
    url.set_path(&name);
    let connection = test.connection_by(url.as_ref(), &["products"]);
    let error = connector_core::sync(&connection, *NOW).await.unwrap_err();
    assert_eq!((error.exit_status(), test.vendor.requests().len()), (2, 0));
    assert!(error.to_string().contains("encoding is LATIN1"), "{error}");
    test.database.execute(&format!("drop database {name}")).await;
    test.end().await;
}

#[tokio::test]
async fn a_row_that_a_trigger_takes_away_is_missed() {
    let test = Test::with("products", Vec::new()).await;
    test.complete("products").await;
    test.database
        .execute(
            "create function shop.swallow() returns trigger language plpgsql as $$ begin \
             if new.id = 'p005' then return null; end if; return new; end $$; \
             create trigger swallow before insert on shop.products for each row execute function shop.swallow()",
        )
        .await;
    test.vendor.edit("products", |all| *all = items(30));
    let said = test.not_complete("products").await;
    assert!(said.contains("only 29 different rows came of 30"), "{said}");
    test.end().await;
}

#[tokio::test]
async fn a_lock_that_somebody_else_holds_is_told_with_its_holder() {
    let test = Test::with("products", items(3)).await;
    test.complete("products").await;
    let key = "hashtextextended('vendor-connectors shop', 0)";
    let holder = test
        .database
        .hold(&format!("set application_name = 'a \"tool\"'; select pg_advisory_lock({key})"))
        .await;
    let error = test.try_sync(&["products"]).await.unwrap_err();
    let (said, next) = (error.to_string(), error.advice().unwrap());
    assert!(said.contains("held by a session that is no run (Postgres session "), "{said}");
    assert!(said.contains("role `postgres`") && said.contains("`a \"tool\"`"), "{said}");
    assert!(next.contains("select pg_terminate_backend("), "{next}");
    drop(holder);
    test.end().await;
}

#[tokio::test]
async fn a_schema_of_another_connector_is_told_to_be_one() {
    const OTHER: connector_core::Connector = connector_core::Connector {
        name: "other",
        migrations: &[connector_core::Migration {
            version: 1,
            name: "tables",
            sql: "create table somewhere (id text)",
        }],
        ..crate::shop::SHOP
    };
    let test = Test::with("products", items(3)).await;
    test.complete("products").await;
    let (key, url) = (test.vendor.key().into(), Some(test.database.url().into()));
    let connection = Connection::to(&OTHER, test.vendor.base_url(), key, url).unwrap();
    let error = connector_core::sync(&connection.in_schema("shop"), *NOW).await.unwrap_err();
    assert!(error.to_string().contains("`shop` belongs to the connector `shop`"), "{error}");
    assert!(error.advice().unwrap().contains("--schema"));
    assert_eq!(error.exit_status(), 2);
    test.end().await;
}
