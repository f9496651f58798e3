//! History: what was there before, and what is no version of anything.

use connector_core::{
    Connection, DateTime, Json, Record, Report, Resource, ResourceReport, Utc, Verdict, plan,
};
use connector_testkit::{Answer, Content};
use serde_json::{Value, json};

use crate::support::{Play, complete, page};

#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Thing {
    id: String,
    name: Option<String>,
    #[record(volatile)]
    views: Option<i64>,
    #[record(secret)]
    token: Option<String>,
    detail: Option<Json>,
}

const THINGS: Resource = Resource::new::<Thing>("things", "/things").select(&["data"]);

/// A vendor of things whose every version is kept.
struct Kept(Play);

impl Kept {
    async fn of(rows: &[Value]) -> Self {
        Self(Play::new(&[THINGS], Content::empty().with("things", rows)).await)
    }

    fn connection(&self) -> Connection {
        self.0.connection().with_history().allow_deletes()
    }

    /// A run, a day after the one before, of a vendor that has these rows now.
    async fn sync(&self, rows: &[Value]) -> ResourceReport {
        self.sync_as(&self.connection(), rows).await
    }

    async fn sync_as(&self, connection: &Connection, rows: &[Value]) -> ResourceReport {
        self.0.vendor.edit("things", |all| *all = rows.to_vec());
        complete(self.0.sync_as(connection).await)
    }

    /// A run at some time.
    async fn sync_at(&self, day: i64, rows: &[Value]) -> Report {
        self.0.vendor.edit("things", |all| *all = rows.to_vec());
        connector_core::sync(&self.connection(), at(day)).await.unwrap()
    }

    /// Each version of a row: its name, and the days from and to which it was so.
    async fn versions(&self, id: &str) -> String {
        let day = |time: &str| {
            format!(
                "coalesce(((extract(epoch from {time}) - 1750000000) / 86400)::int::text, 'now')"
            )
        };
        let query = format!(
            "select coalesce(string_agg(name || ' ' || {} || '-' || {}, ', ' order by _valid_from), '') from hostile.things_versions where id = '{id}'",
            day("_valid_from"),
            day("_valid_to"),
        );
        self.0.database.value(&query).await
    }

    async fn value(&self, query: &str) -> String {
        self.0.database.value(query).await
    }
}

fn at(day: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_750_000_000 + day * 86_400, 0).unwrap()
}

fn thing(id: &str, name: &str) -> Value {
    json!({"id": id, "name": name})
}

#[tokio::test]
async fn a_row_that_is_deleted_and_comes_back_has_a_gap_and_no_row_for_its_deletion() {
    let kept = Kept::of(&[]).await;
    let other = thing("b", "x");
    assert_eq!(kept.sync(&[thing("a", "one"), other.clone()]).await.versions, 0);
    assert_eq!(kept.sync(std::slice::from_ref(&other)).await.versions, 0, "nothing replaces it");
    assert_eq!(kept.versions("a").await, "one 0-1");
    // However often it does not come, its deletion is one.
    kept.sync(std::slice::from_ref(&other)).await;
    assert_eq!(kept.versions("a").await, "one 0-1");
    assert_eq!(kept.sync(&[thing("a", "one"), other.clone()]).await.versions, 1);
    assert_eq!(kept.versions("a").await, "one 0-1, one 3-now");
    assert_eq!(kept.sync(&[thing("a", "two"), other]).await.versions, 1);
    assert_eq!(kept.versions("a").await, "one 0-1, one 3-4, two 4-now");
    assert_eq!(kept.versions("b").await, "x 0-now");
    let of_run = "select string_agg(versions::text, ' ' order by run_id) from sync.resources";
    assert_eq!(kept.value(of_run).await, "0 0 0 1 1");
    let as_of = |day: i64| {
        format!(
            "select coalesce(string_agg(id || name, ' ' order by id), '') from hostile.things_as_of(to_timestamp({}))",
            at(day).timestamp()
        )
    };
    for (day, rows) in [(0, "aone bx"), (1, "bx"), (2, "bx"), (3, "aone bx"), (4, "atwo bx")] {
        assert_eq!(kept.value(&as_of(day)).await, rows, "day {day}");
    }
    kept.0.end().await;
}

#[tokio::test]
async fn what_changes_by_itself_makes_no_version_and_a_secret_stays_a_fingerprint() {
    let kept = Kept::of(&[]).await;
    let row = |views: u32, token: &str| json!({"id": "a", "name": "n", "views": views, "token": token, "detail": {"password": token}});
    kept.sync(&[row(1, "canary-1")]).await;
    assert_eq!(kept.sync(&[row(2, "canary-1")]).await.versions, 0);
    assert_eq!(kept.sync(&[row(3, "canary-2")]).await.versions, 1);
    let kept_as = kept.value("select string_agg(h::text, ' ') from hostile.things_history h").await;
    assert!(kept_as.contains("hmac:") && !kept_as.contains("canary"), "{kept_as}");
    assert_eq!(kept.value("select views from hostile.things_history").await, "1");
    kept.0.end().await;
}

#[tokio::test]
async fn a_clock_that_goes_back_loses_no_version_and_none_lies_within_another() {
    let kept = Kept::of(&[]).await;
    kept.sync_at(10, &[thing("a", "one"), thing("b", "x"), thing("c", "y")]).await;
    kept.sync_at(7, &[thing("a", "two"), thing("c", "z")]).await;
    kept.sync_at(5, &[thing("a", "three"), thing("b", "x")]).await;
    kept.sync_at(6, &[thing("a", "four"), thing("b", "x"), thing("c", "z")]).await;
    kept.sync_at(12, &[thing("a", "five"), thing("b", "x"), thing("c", "z")]).await;
    let names = "select id || ': ' || string_agg(name, ' ' order by _valid_from) from hostile.things_versions group by id order by 1";
    let names: Vec<String> = (kept.0.database.rows(names).await.iter())
        .map(|row| row["?column?"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["a: one two three four five", "b: x x", "c: y z z"]);
    let within = "select count(*) from (select *, lead(_valid_from) over (partition by id order by _valid_from) as next from hostile.things_versions) v \
                  where _valid_to <= _valid_from or next < coalesce(_valid_to, 'infinity')";
    assert_eq!(kept.value(within).await, "0");
    kept.0.end().await;
}

#[tokio::test]
async fn what_was_known_when_history_was_turned_off_is_known_for_good() {
    let kept = Kept::of(&[]).await;
    let off = || kept.0.connection().allow_deletes();
    kept.sync_as(&off(), &[thing("a", "one"), thing("b", "x")]).await;
    assert_eq!(kept.value("select to_regclass('hostile.things_history') is null").await, "true");
    kept.sync_as(&off(), &[thing("a", "two"), thing("b", "x")]).await;
    kept.sync(&[thing("a", "three"), thing("b", "x")]).await;
    assert_eq!(kept.versions("a").await, "two 1-2, three 2-now", "from then on");
    // Off: the version that there was is still closed, and those that follow are not.
    for (name, versions) in [("four", 1), ("five", 0), ("six", 0)] {
        let report = kept.sync_as(&off(), &[thing("a", name), thing("b", "x")]).await;
        assert_eq!(report.versions, versions, "{name}");
    }
    assert_eq!(kept.versions("a").await, "two 1-2, three 2-3, six 5-now");
    kept.sync(&[thing("a", "seven")]).await;
    assert_eq!(kept.versions("a").await, "two 1-2, three 2-3, six 5-6, seven 6-now");
    assert_eq!(kept.versions("b").await, "x 0-6");
    let spans = "select string_agg(((extract(epoch from since) - 1750000000) / 86400)::int || '-' || \
                 coalesce(((extract(epoch from until) - 1750000000) / 86400)::int::text, 'now'), ', ' order by since) from sync.history";
    assert_eq!(kept.value(spans).await, "2-3, 6-now");
    let unknown =
        format!("select count(*) from hostile.things_as_of(to_timestamp({}))", at(4).timestamp());
    let mut session = kept.0.database.connect().await;
    let refused = sqlx::raw_sql(sqlx::AssertSqlSafe(unknown)).execute(&mut session).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("it is not known how things was at"), "{refused}");
    drop(session);
    // What somebody dropped begins anew.
    kept.0.database.execute("drop table hostile.things_history cascade").await;
    kept.sync(&[thing("a", "eight")]).await;
    assert_eq!(kept.versions("a").await, "seven 6-7, eight 7-now");
    assert_eq!(kept.value(spans).await, "7-now");
    kept.0.end().await;
}

#[tokio::test]
async fn a_table_of_that_name_that_no_sync_made_is_left_alone() {
    let kept = Kept::of(&[thing("a", "one")]).await;
    complete(kept.0.sync().await);
    kept.0.database.execute("create table hostile.things_history (mine text)").await;
    complete(kept.0.sync().await);
    let refused = kept.0.try_sync_as(&kept.connection()).await.unwrap_err();
    assert_eq!(refused.exit_status(), 2);
    assert!(refused.to_string().contains("`things_history` is there already"), "{refused}");
    kept.0.end().await;
}

#[tokio::test]
async fn of_a_history_as_much_is_kept_as_is_asked_for() {
    let kept = Kept::of(&[]).await;
    let keeping = |days: Option<u32>, versions: Option<u32>| {
        let mut connection = kept.connection();
        connection.settings.change(|settings| {
            (settings.keep_history.days, settings.keep_history.versions) = (days, versions);
        });
        connection
    };
    for day in 0..6 {
        let rows = [thing("a", &format!("v{day}")), thing("b", if day < 2 { "x" } else { "y" })];
        kept.sync(&rows).await;
    }
    assert_eq!(kept.versions("a").await, "v0 0-1, v1 1-2, v2 2-3, v3 3-4, v4 4-5, v5 5-now");
    // A limit that is new is for all rows, and for those that change later.
    kept.sync_as(&keeping(None, Some(3)), &[thing("a", "v5"), thing("b", "y")]).await;
    assert_eq!(kept.versions("a").await, "v2 2-3, v3 3-4, v4 4-5, v5 5-now");
    assert_eq!(kept.versions("b").await, "x 0-2, y 2-now");
    kept.sync_as(&keeping(None, Some(3)), &[thing("a", "v7"), thing("b", "y")]).await;
    assert_eq!(kept.versions("a").await, "v3 3-4, v4 4-5, v5 5-7, v7 7-now");
    let since = "select ((extract(epoch from since) - 1750000000) / 86400)::int from sync.history";
    assert_eq!(kept.value(since).await, "3", "what is gone is not known any more");
    kept.sync_as(&keeping(Some(3), None), &[thing("a", "v7"), thing("b", "y")]).await;
    assert_eq!(kept.versions("a").await, "v4 4-5, v5 5-7, v7 7-now");
    assert_eq!(kept.versions("b").await, "y 2-now");
    assert_eq!(kept.value(since).await, "4");
    kept.0.end().await;
}

#[tokio::test]
async fn a_plan_says_what_is_made_and_counts_versions_and_leaves_nothing() {
    let kept = Kept::of(&[thing("a", "one"), thing("b", "x")]).await;
    complete(kept.0.sync().await);
    kept.0.vendor.edit("things", |all| all[0] = thing("a", "two"));
    let planned = plan(&kept.connection(), at(1), 0).await.unwrap();
    assert_eq!((planned.verdict, planned.resources[0].versions), (Verdict::Complete, 1));
    let ddl = planned.ddl.unwrap().join("\n");
    assert!(ddl.contains("create table \"hostile\".\"things_history\""), "{ddl}");
    assert_eq!(kept.value("select to_regclass('hostile.things_history') is null").await, "true");
    // What it shows can be run by hand, but it is a sync's to note that it is there.
    let done = complete(kept.0.sync_as(&kept.connection()).await);
    assert_eq!(done.versions, 1);
    let again = plan(&kept.connection(), at(3), 0).await.unwrap();
    assert_eq!(again.ddl, Some(Vec::new()));
    kept.0.end().await;
}

#[tokio::test]
async fn rows_that_the_history_does_not_take_are_missed() {
    let kept = Kept::of(&[]).await;
    kept.sync(&[thing("a", "one")]).await;
    kept.0
        .database
        .execute(
            "create function hostile.nothing() returns trigger language plpgsql as 'begin return null; end'; \
             create trigger takes before insert on hostile.things_history for each row execute function hostile.nothing()",
        )
        .await;
    kept.0.vendor.edit("things", |all| all[0] = thing("a", "two"));
    let report = kept.0.sync_as(&kept.connection()).await;
    assert_eq!(report.verdict, Verdict::Incomplete, "{}", report.to_text());
    kept.0.end().await;
}

#[tokio::test]
async fn two_states_of_a_row_in_one_run_are_one_version() {
    let paging = connector_core::Paging::token("token", "next");
    let play = Play::new(&[THINGS.paging(paging)], Content::empty()).await;
    let answer = |first: &'static str, second: &'static str| {
        move |request: &connector_testkit::Request, _: Answer| {
            if request.param("token").is_none() {
                let mut rows = page(&[thing("a", first)]);
                rows = rows.edit(|body| body["next"] = "two".into());
                return rows;
            }
            page(&[thing("a", second), thing("b", "x")])
        }
    };
    let connection = || play.connection().with_history().committing_every(1);
    play.vendor.on(answer("one", "one"));
    play.sync_as(&connection()).await;
    play.vendor.on(answer("two", "three"));
    play.sync_as(&connection()).await;
    let names = "select string_agg(name, ' ' order by _valid_from) from hostile.things_versions where id = 'a'";
    assert_eq!(play.database.value(names).await, "one three");
    assert_eq!(play.database.value("select count(*) from hostile.things_history").await, "1");
    play.end_unexplained().await;
}
