//! What other people do in the schemas of a run: theirs is refused by name, and what a person
//! may add to a table is left alone.

use connector_core::{Connection, Verdict, sync};

use crate::shop::{NOW, Test, items};

/// The role of a test's stranger, who may not be trusted.
async fn stranger(test: &Test) -> String {
    let name = test.database.value("select current_database()").await;
    let role = format!("eve_{name}");
    test.database.execute(&format!("drop role if exists {role}; create role {role}")).await;
    role
}

async fn end(test: Test, role: &str) {
    test.database.execute(&format!("drop owned by {role} cascade; drop role {role}")).await;
    test.end().await;
}

/// What is done to the table, what is said of it, and what is to be done.
const ALTERED: &[(&str, &str, &str)] = &[
    (
        "alter table shop.products owner to EVE",
        "the table is `EVE`'s",
        "alter table \"shop\".\"products\" owner to",
    ),
    (
        "create function public.act() returns trigger language plpgsql as 'begin return new; end'; \
         alter function public.act() owner to EVE; \
         create trigger act before insert on shop.products for each row execute function public.act()",
        "the trigger `act` runs a function of `EVE`",
        "drop trigger \"act\" on \"shop\".\"products\"",
    ),
    (
        "create rule away as on insert to shop.products do instead nothing",
        "the rule `away`",
        "drop rule \"away\" on \"shop\".\"products\"",
    ),
    ("create table public.child () inherits (shop.products)", "by inheritance", "no inherit"),
    (
        "create collation public.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false); \
         alter table shop.products alter column id type text collate public.ci",
        "the column `id` has a collation that takes different texts for equal",
        "alter table \"shop\".\"products\" alter column \"id\" type text collate \"default\"",
    ),
    (
        "alter table shop.products alter column name type varchar(10)",
        "`name` is `character varying(10)`, and not `text`",
        "changed by hand",
    ),
    ("alter table shop.products drop column price", "no column `price`", "changed by hand"),
    (
        "alter table shop.products add column mine text not null default 'x'; \
         alter table shop.products alter column mine drop default",
        "`mine`, which no sync made, takes no null",
        "alter column \"mine\" drop not null",
    ),
    (
        "alter table shop.products drop constraint products_pkey",
        "its key is gone",
        "add primary key (id)",
    ),
    (
        "alter table shop.products drop column price; \
         alter table shop.products add column price bigint generated always as (length(id)) stored",
        "`price` is made up by Postgres",
        "changed by hand",
    ),
];

#[tokio::test]
async fn a_table_that_somebody_altered_is_refused_by_name_and_all_others_are_synced() {
    for (done, what, next) in ALTERED {
        let test = Test::with("products", items(3)).await;
        test.complete("products").await;
        let eve = stranger(&test).await;
        test.database.execute(&done.replace("EVE", &eve)).await;
        let report = test.sync(&["products", "tokens"]).await;
        let products = report.resources.iter().find(|report| report.resource == "products");
        let said = products.unwrap().error.clone().unwrap_or_default();
        let advice = products.unwrap().next.clone().unwrap_or_default();
        assert!(said.contains(&what.replace("EVE", &eve)), "{done}: {said}");
        assert!(advice.contains(&next.replace("EVE", &eve)), "{done}: {advice}");
        let tokens = report.resources.iter().find(|report| report.resource == "tokens");
        assert_eq!(tokens.unwrap().verdict, Verdict::Complete, "{}", report.to_text());
        end(test, &eve).await;
    }
}

/// What begins only after it was found is no matter either.
#[tokio::test]
async fn an_altered_table_keeps_no_later_resource_from_being_read() {
    let test = Test::with("products", items(30)).await;
    let all = ["products", "counted", "tokens", "reviews"];
    test.sync(&all).await;
    test.database.execute("alter table shop.counted drop column price").await;
    let report = test.sync(&all).await;
    for resource in &report.resources {
        let expected =
            if resource.resource == "counted" { Verdict::Failed } else { Verdict::Complete };
        assert_eq!(resource.verdict, expected, "{}", report.to_text());
    }
    test.end().await;
}

#[tokio::test]
async fn a_schema_of_somebody_else_is_refused_before_anything_is_asked() {
    for (done, what) in [
        ("create schema shop authorization EVE", "the schema is `EVE`'s"),
        ("create schema sync authorization EVE", "the schema is `EVE`'s"),
        (
            "create schema shop; create function shop.hashtextextended(text, integer) returns bigint \
             language sql as 'select 1::bigint'; alter function shop.hashtextextended(text, integer) owner to EVE",
            "the function `hashtextextended` of `EVE`",
        ),
    ] {
        let test = Test::with("products", items(3)).await;
        let eve = stranger(&test).await;
        test.database.execute(&done.replace("EVE", &eve)).await;
        let error = test.try_sync(&["products"]).await.unwrap_err();
        assert_eq!((error.exit_status(), test.vendor.requests().len()), (2, 0), "{done}");
        assert!(error.to_string().contains(&what.replace("EVE", &eve)), "{done}: {error}");
        assert!(error.advice().is_some());
        end(test, &eve).await;
    }
}

#[tokio::test]
async fn run_tables_with_somebody_elses_trigger_are_refused() {
    let test = Test::with("products", items(3)).await;
    test.complete("products").await;
    let eve = stranger(&test).await;
    let done = "create function public.act() returns trigger language plpgsql as 'begin return new; end'; \
                alter function public.act() owner to EVE; \
                create trigger act after insert on sync.runs for each row execute function public.act()";
    test.database.execute(&done.replace("EVE", &eve)).await;
    let error = test.try_sync(&["products"]).await.unwrap_err();
    assert!(error.to_string().contains("the trigger `act`"), "{error}");
    assert!(error.advice().unwrap().contains("drop trigger \"act\" on \"sync\".\"runs\""));
    end(test, &eve).await;
}

/// Indexes, columns, constraints that hold, triggers of one's own, grants and publications.
#[tokio::test]
async fn what_a_person_may_add_to_a_table_is_left_alone() {
    let test = Test::with("products", items(3)).await;
    test.complete("products").await;
    test.database
        .execute(
            "create index on shop.products (name); create unique index on shop.products (id, name); \
             alter table shop.products add column mine text, add column since timestamptz not null default now(); \
             alter table shop.products add check (price > 0); \
             create table shop.log (id text); \
             create function shop.log() returns trigger language plpgsql as $$ begin \
             insert into shop.log values (new.id); return new; end $$; \
             create trigger log after insert or update on shop.products for each row execute function shop.log(); \
             grant select on shop.products to public; create table shop.own_table (id text)",
        )
        .await;
    test.vendor.edit("products", |all| *all = items(60));
    let done = test.complete("products").await;
    assert_eq!((done.inserted, done.unchanged), (57, 3));
    assert_eq!(test.database.value("select count(*) from shop.log").await, "57");
    test.end().await;
}

/// The shop's database as seen by a new role with these rights.
async fn as_role(test: &Test, rights: &str) -> (String, Connection) {
    let name = test.database.value("select current_database()").await;
    let role = format!("plain_{name}");
    let rights = rights.replace("ROLE", &role).replace("DATABASE", &name);
    test.database.execute(&format!("create role {role} login password 'secret'; {rights}")).await;
    let mut url = url::Url::parse(&test.database.url()).unwrap();
    url.set_username(&role).unwrap();
    url.set_password(Some("secret")).unwrap();
    let connection = test.connection_by(url.as_ref(), &["products"]);
    (role, connection)
}

#[tokio::test]
async fn a_user_without_temporary_tables_is_told_the_right_that_is_missing() {
    let test = Test::with("products", items(3)).await;
    let rights = "revoke temporary on database DATABASE from public; grant create on database DATABASE to ROLE";
    let (role, connection) = as_role(&test, rights).await;
    let error = sync(&connection, *NOW).await.unwrap_err();
    assert!(error.to_string().contains("temporary tables are not allowed"), "{error}");
    let next = error.advice().unwrap();
    assert!(next.contains("grant temporary on database") && next.contains(&role), "{next}");
    assert_eq!((error.exit_status(), test.vendor.requests().len()), (2, 0));
    end(test, &role).await;
}

#[tokio::test]
async fn row_security_on_a_table_is_named_with_the_way_out() {
    let test = Test::with("products", items(3)).await;
    let (role, connection) = as_role(&test, "grant create on database DATABASE to ROLE").await;
    let report = sync(&connection, *NOW).await.unwrap();
    assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
    test.database
        .execute("alter table shop.products enable row level security, force row level security")
        .await;
    let report = sync(&connection, *NOW).await.unwrap();
    let said = report.to_text();
    assert_eq!(report.verdict, Verdict::Failed, "{said}");
    assert!(said.contains("row security is on"), "{said}");
    assert!(said.contains("no force row level security"), "{said}");
    end(test, &role).await;
}

#[tokio::test]
async fn what_refuses_a_statement_is_named_with_what_to_do() {
    let test = Test::with("products", items(3)).await;
    test.complete("products").await;
    test.database
        .execute(
            "create function shop.no() returns event_trigger language plpgsql as $$ begin \
             raise exception 'a value that must not show'; end $$; \
             create event trigger no on ddl_command_start when tag in ('CREATE TABLE') execute function shop.no()",
        )
        .await;
    let said = test.not_complete("products").await;
    assert!(said.contains("`shop.no()`") && said.contains("event trigger"), "{said}");
    assert!(!said.contains("must not show"), "{said}");
    test.end().await;
}

#[tokio::test]
async fn a_database_that_quotes_all_names_has_the_tables_that_others_have() {
    let test = Test::with("products", items(3)).await;
    let quotes = "do $$ begin execute format('alter database %I set quote_all_identifiers = on', \
                  current_database()); end $$";
    test.database.execute(quotes).await;
    test.complete("products").await;
    assert_eq!(test.complete("products").await.unchanged, 3);
    test.end().await;
}

/// Translating a statement takes half a second, and none here takes as long.
#[tokio::test]
async fn no_statement_is_translated_whatever_the_planner_thinks_of_it() {
    let test = Test::with("products", items(3)).await;
    test.complete("products").await;
    test.database
        .execute(
            "create table shop.log (jit text); \
             create function shop.log() returns trigger language plpgsql as $$ begin \
             insert into shop.log values (current_setting('jit')); return new; end $$; \
             create trigger log after insert on shop.products for each row execute function shop.log()",
        )
        .await;
    test.vendor.holdings().replace("products", items(5));
    test.complete("products").await;
    let set = "select string_agg(distinct jit, ' ') || ' ' || count(*) from shop.log";
    assert_eq!(test.database.value(set).await, "off 2");
    test.end().await;
}
