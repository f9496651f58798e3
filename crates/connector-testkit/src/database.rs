//! A database for one test, on the server that `TEST_DATABASE_URL` names.
//!
//! Each test has its own, so that tests run side by side and none sees what
//! another left behind.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _};

/// A database that is there until [`drop`](Self::drop) is called on it.
///
/// A test that fails leaves its database, which can then be looked at.
#[derive(Clone, Debug)]
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// Creates an empty database.
    pub async fn create() -> Self {
        let server = std::env::var("TEST_DATABASE_URL").expect(
            "TEST_DATABASE_URL names a server: run the tests with `cargo xtask test`, or export it",
        );
        Self::create_on(server).await
    }

    /// Creates an empty database on another server.
    pub async fn create_on(server: String) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        let database = Self { server, name };
        let mut server = database.server().await;
        // Without a disk to wait for, files are copied in half the time that it takes to log their
        // pages, which is the other way from 15 on.
        let how = "select case when not current_setting('fsync')::bool \
                   and current_setting('server_version_num')::int >= 150000 then 'strategy file_copy' else '' end";
        let how: String = sqlx::query_scalar(how).fetch_one(&mut server).await.expect(ANSWERS);
        run(&mut server, &format!("drop database if exists {} with (force)", database.name)).await;
        run(&mut server, &format!("create database {} {how}", database.name)).await;
        database
    }

    /// The database `postgres` of a server.
    pub fn at(server: String) -> Self {
        Self { server, name: "postgres".to_owned() }
    }

    /// Its address.
    pub fn url(&self) -> String {
        let mut url = url::Url::parse(&self.server).expect("TEST_DATABASE_URL is an address");
        url.set_path(&self.name);
        url.into()
    }

    /// A connection to it.
    pub async fn connect(&self) -> PgConnection {
        let options: PgConnectOptions = self.url().parse().expect("the address was made from one");
        PgConnection::connect_with(&options).await.expect("the database was just created")
    }

    /// Runs statements.
    pub async fn execute(&self, sql: &str) {
        run(&mut self.connect().await, sql).await;
    }

    /// A session whose transaction began with these statements, and lasts until it is dropped.
    pub async fn hold(&self, sql: &str) -> PgConnection {
        let mut connection = self.connect().await;
        run(&mut connection, &format!("begin; {sql}")).await;
        connection
    }

    /// The rows of a query, each as a JSON object with its columns in order of name.
    pub async fn rows(&self, query: &str) -> Vec<serde_json::Value> {
        rows(self.connect().await, query).await
    }

    /// The same with the rights of a role.
    pub async fn rows_as(&self, role: &str, query: &str) -> Vec<serde_json::Value> {
        let mut connection = self.connect().await;
        let set = AssertSqlSafe(format!("set role \"{role}\""));
        connection.execute(set).await.unwrap_or_else(|error| panic!("{role}: {error}"));
        rows(connection, query).await
    }

    /// The one value of a query, as text.
    pub async fn value(&self, query: &str) -> String {
        let mut connection = self.connect().await;
        let query = format!("select (({query})::text)");
        let row = sqlx::query(AssertSqlSafe(query.clone())).fetch_one(&mut connection).await;
        let row = row.unwrap_or_else(|error| panic!("{query}: {error}"));
        row.get::<Option<String>, _>(0).unwrap_or_else(|| "null".to_owned())
    }

    /// Removes it.
    pub async fn drop(self) {
        let drop = format!("drop database {} with (force)", self.name);
        run(&mut self.server().await, &drop).await;
    }

    /// A connection to the server, and not to it.
    async fn server(&self) -> PgConnection {
        let options: PgConnectOptions =
            self.server.parse().expect("TEST_DATABASE_URL is the address of a Postgres server");
        PgConnection::connect_with(&options).await.expect(ANSWERS)
    }
}

/// What a test needs.
const ANSWERS: &str = "the server of TEST_DATABASE_URL answers";

async fn run(connection: &mut PgConnection, statements: &str) {
    let done = connection.execute(sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))).await;
    done.unwrap_or_else(|error| panic!("{statements}: {error}"));
}

async fn rows(mut connection: PgConnection, query: &str) -> Vec<serde_json::Value> {
    let query = format!("select to_jsonb(r) from ({query}) r");
    let rows = sqlx::query(AssertSqlSafe(query.clone())).fetch_all(&mut connection).await;
    let rows = rows.unwrap_or_else(|error| panic!("{query}: {error}"));
    rows.iter().map(|row| row.get(0)).collect()
}
