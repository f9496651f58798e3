//! What one run leaves behind for the next.

use connector_core::{
    Connector, DateTime, Filter, Paging, Param, Resource, TimeFormat, Unset, Values,
};
use connector_testkit::{Answer, Content};
use serde_json::{Value, json};

use crate::support::{
    OFFSET, Play, TOTAL, behind, complete, connector, items, list, parts, row, rows, things,
};

fn versioned() -> Resource {
    things(OFFSET).version("updated_at")
}

fn filtered() -> Resource {
    let filter = Filter { since: "since", until: "until", format: TimeFormat::EpochSeconds };
    things(OFFSET).cursor("updated_at").filter(filter)
}

fn at(id: &str, updated_at: i64) -> Value {
    json!({"id": id, "updatedAt": updated_at})
}

#[tokio::test]
async fn a_row_that_is_no_longer_listed_is_marked_and_keeps_its_values() {
    let play = Play::with(OFFSET, 60).await;
    play.complete().await;
    play.vendor.edit("things", |things| drop(things.remove(7)));
    assert_eq!(play.complete().await.deleted, 1);
    assert_eq!(play.thing("t007", "name").await, "Thing 7");
    assert_eq!(
        play.thing("t007", "(_deleted_at, _run_id)").await,
        "(\"2025-06-16 15:06:40+00\",1)"
    );
    play.vendor.edit("things", |things| things.push(row(7)));
    let report = play.complete().await;
    assert_eq!((report.updated, report.inserted), (1, 0));
    assert_eq!(
        play.thing("t007", "(_deleted_at, _first_seen_at)").await,
        "(,\"2025-06-15 15:06:40+00\")"
    );
    play.end().await;
}

#[tokio::test]
async fn a_deleted_row_that_is_listed_again_in_an_older_version_is_there_again() {
    let play = Play::new(
        &[versioned()],
        Content::empty().with("things", [at("a", 1_700_000_500), at("b", 1)]),
    )
    .await;
    play.complete().await;
    play.vendor.edit("things", |things| drop(things.remove(0)));
    assert_eq!(play.complete().await.deleted, 1);
    play.vendor.edit("things", |things| things.push(at("a", 1_700_000_300)));
    play.complete().await;
    assert_eq!(play.ids().await, ["a", "b"]);
    play.end().await;
}

#[tokio::test]
async fn a_version_that_goes_back_from_run_to_run_goes_back_in_the_table() {
    let play = Play::new(&[versioned()], Content::empty().with("things", [at("a", 500)])).await;
    play.complete().await;
    let epoch = "extract(epoch from updated_at)::bigint";
    for (updated_at, went_back) in [(300, 1), (700, 0), (600, 1)] {
        play.vendor.edit("things", |things| things[0] = at("a", updated_at));
        assert_eq!(play.complete().await.evidence.went_back, went_back);
        assert_eq!(play.thing("a", epoch).await, updated_at.to_string());
        assert_eq!(play.ids().await, ["a"]);
    }
    play.end().await;
}

#[tokio::test]
async fn a_version_in_the_future_does_not_keep_what_comes_after_it_away() {
    let never = 253_402_300_799;
    let play = Play::new(&[versioned()], Content::empty().with("things", [at("a", never)])).await;
    play.complete().await;
    play.vendor.edit("things", |things| things[0] = at("a", 700));
    assert_eq!(play.complete().await.updated, 1);
    assert_eq!(play.thing("a", "extract(epoch from updated_at)::bigint").await, "700");
    play.end().await;
}

#[tokio::test]
async fn rows_of_another_account_do_not_replace_those_of_the_first() {
    let account =
        Param { name: "account", doc: "Whose", values: Values::Text, unset: Unset::Required };
    let of_account = list("things", "/accounts/{account}/things", OFFSET);
    let play = Play::of(
        Connector { params: vec![account].leak(), ..connector(&[of_account]) },
        Content::empty().with("things", rows(3)),
    )
    .await;
    let of = |account: &str| play.connection().with_param("account", &[account]).unwrap();
    play.sync_as(&of("1")).await;
    let error = play.try_sync_as(&of("2")).await.unwrap_err();
    assert_eq!(
        (error.to_string(), error.exit_status()),
        (
            "the schema `hostile` has the rows of the connection hostile, account=1, \
             and not of the connection hostile, account=2"
                .to_owned(),
            2
        )
    );
    assert!(error.advice().unwrap().contains("--allow-deletes"));
    assert_eq!(complete(play.sync_as(&of("1")).await).unchanged, 3);
    complete(play.sync_as(&of("2").allow_deletes()).await);
    complete(play.sync_as(&of("2")).await);
    play.end().await;
}

#[tokio::test]
async fn a_row_that_lost_its_key_does_not_mark_its_earlier_version_deleted() {
    let play = Play::with(OFFSET, 3).await;
    play.complete().await;
    play.vendor.edit("things", |things| drop(things[1].as_object_mut().unwrap().remove("id")));
    assert_eq!(play.sync().await.exit_status(), 1);
    assert_eq!(play.ids().await, ["t000", "t001", "t002"]);
    play.end().await;
}

#[tokio::test]
async fn a_listing_that_is_suddenly_empty_is_not_believed() {
    for number in [60, 400] {
        let play = Play::with(OFFSET, number).await;
        play.complete().await;
        play.vendor.on(|_, answer| answer.edit(|body| body["data"] = json!([])));
        play.fails(&[&number.to_string(), "no longer listed"]).await;
        assert_eq!(play.live().await, number);
        play.vendor.honest();
        assert_eq!(play.complete().await.unchanged, number);
        play.end().await;
    }
}

#[tokio::test]
async fn a_parent_that_comes_back_brings_its_children_back() {
    let content = Content::empty().with("things", rows(3)).with("parts", rows(2));
    let play = Play::new(&[things(OFFSET), parts(OFFSET)], content).await;
    play.complete().await;
    play.vendor.edit("things", |things| drop(things.remove(1)));
    assert_eq!(play.complete().await.deleted, 2);
    play.vendor.edit("things", |things| things.push(row(1)));
    assert_eq!(play.complete().await.updated, 2);
    play.end().await;
}

#[tokio::test]
async fn a_listing_of_parents_that_failed_deletes_no_children() {
    let content = Content::empty().with("things", rows(60)).with("parts", rows(2));
    let play = Play::new(&[things(OFFSET), parts(OFFSET)], content).await;
    play.complete().await;
    play.vendor.on(|request, answer| match request.resource {
        Some("things") if behind(request) => Answer::json(500, "{}"),
        _ => answer,
    });
    play.fails(&["500"]).await;
    assert_eq!(play.live_in("parts").await, 120);
    play.end().await;
}

#[tokio::test]
async fn a_row_from_the_far_future_does_not_hide_the_rows_that_come_after_it() {
    let rows = [at("a", 1_749_000_000), at("far", 253_402_300_799)];
    let play = Play::new(&[filtered()], Content::empty().with("things", rows)).await;
    play.complete().await;
    play.vendor.edit("things", |things| things.push(at("new", 1_750_050_000)));
    play.complete().await;
    assert_eq!(play.ids().await, ["a", "far", "new"]);
    play.end().await;
}

#[tokio::test]
async fn a_backfill_of_a_range_does_not_hide_what_is_outside_of_it() {
    let rows = [at("old", 1_600_000_000), at("mid", 1_700_000_000), at("new", 1_749_000_000)];
    let play = Play::new(&[filtered()], Content::empty().with("things", rows)).await;
    let since = DateTime::from_timestamp(1_740_000_000, 0);
    complete(play.sync_as(&play.connection().between(since, None)).await);
    assert_eq!(play.ids().await, ["new"]);
    play.complete().await;
    assert_eq!(play.ids().await, ["mid", "new", "old"]);
    play.end().await;
}

#[tokio::test]
async fn a_row_that_was_set_aside_is_asked_for_again_until_it_has_its_place() {
    let rows = [json!({"updatedAt": 1_600_000_000}), at("new", 1_749_000_000)];
    let play = Play::new(&[filtered()], Content::empty().with("things", rows)).await;
    assert_eq!(play.sync().await.exit_status(), 1);
    play.vendor.edit("things", |things| things[0] = at("old", 1_600_000_000));
    play.complete().await;
    assert_eq!(play.ids().await, ["new", "old"]);
    play.end().await;
}

#[tokio::test]
async fn a_listing_of_several_commits_marks_only_what_none_of_them_saw() {
    let large = things(Paging::offset("offset", 5_000));
    let play = Play::new(&[large], Content::empty().with("things", rows(45_000))).await;
    play.complete().await;
    play.vendor.edit("things", |things| {
        for at in [44_000, 21_000, 100] {
            things.remove(at);
        }
        // In another commit than before, and changed.
        let mut moved = things.remove(0);
        moved["name"] = json!("moved");
        things.push(moved);
    });
    let report = play.complete().await;
    assert_eq!((report.deleted, report.updated, report.inserted), (3, 1, 0));
    assert_eq!(play.thing("t000", "(name, _deleted_at)").await, "(moved,)");
    assert_eq!(play.thing("t100", "_deleted_at is null").await, "false");
    assert_eq!(play.database.value("select count(*) from sync.seen").await, "0");
    play.end().await;
}

#[tokio::test]
async fn a_listing_that_only_grows_is_read_anew_when_it_did_not() {
    for paging in [OFFSET, TOTAL] {
        let items = items(paging).append_only_unless(&[]);
        let play = Play::new(&[items], Content::empty().with("things", 0..120)).await;
        play.complete().await;
        play.vendor.holdings().replace("things", 0..130);
        assert!(play.complete().await.rows < 20);
        // Fewer items, and other ones; then more, and other ones again.
        for new in [1_000..1_040, 2_000..2_090] {
            let number = new.clone().count() as u64;
            play.vendor.holdings().replace("things", new.clone());
            complete(play.sync_as(&play.connection().allow_deletes()).await);
            assert_eq!(play.live().await, number);
            let first = "select data from hostile.things where position = 0";
            assert_eq!(play.database.value(first).await, new.start.to_string());
        }
        play.end().await;
    }
}

#[tokio::test]
async fn rows_of_a_listing_that_only_grows_come_back_if_they_were_deleted_by_hand() {
    let items = items(OFFSET).append_only_unless(&[]);
    let play = Play::new(&[items], Content::empty().with("things", rows(200))).await;
    assert_eq!(play.complete().await.inserted, 200);
    assert!(play.complete().await.rows < 20);
    play.database.execute("delete from hostile.things where position between 10 and 59").await;
    assert_eq!((play.complete().await.inserted, play.live().await), (50, 200));
    play.end().await;
}
