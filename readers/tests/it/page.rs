//! The page, in a browser.

use std::fs;
use std::net::TcpListener;
use std::time::Duration;

use serde_json::{Value, json};

use crate::browser::{Browser, LOOKS, Look};
use crate::night::{HOSTILE, Night, variable};

/// How most of these look at it.
const PLAIN: Look = Look { width: 1280, dark: false };

/// Opens everything that can be opened.
const OPEN: &str = "document.querySelectorAll('details').forEach((one) => { one.open = true; })";

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_on_the_page_are_those_of_the_tables() {
    let night = Night::begin().await;
    let browser = Browser::start().await;
    browser.show(&night.page("--max-age 26h"), PLAIN).await;
    let title = browser.eval("return document.querySelector('h1').innerText").await;
    let sentence = title.as_str().unwrap();
    let whole = night.rows(
        "select count(*) filter (where verdict = 'complete') as whole, count(*) as of from \
         (select distinct on (connection, resource) * from sync.resources order by connection, resource, run_id desc) r",
    );
    let whole = &whole.await[0];
    assert!(
        sentence.starts_with(&format!(
            "{} of {} resources proved whole; the oldest is ",
            whole["whole"], whole["of"]
        )),
        "{sentence}"
    );
    // The rows of each table of runs, the newest first, as the page has them.
    let shown = "const of = (one) => [...one.querySelectorAll('tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent)); \
         return [...document.querySelectorAll('.resource')].map((one) => ({id: one.id, badge: one.querySelector('.badge').textContent, rows: one.querySelector('.rows').textContent, runs: of(one)}))";
    let shown = browser.eval(shown).await;
    let shown = shown.as_array().unwrap();
    assert_eq!(shown.len(), 18, "nine resources of two connections");
    let told = night.rows(
        "select connection || '.' || resource as id, json_agg(json_build_array(run_id::text, to_char(started_at at time zone 'utc', 'YYYY-MM-DD HH24:MI'), verdict, \
         rows_read::text, inserted::text, updated::text, deleted::text, requests::text, throttled::text) order by run_id desc) as runs, \
         (array_agg(verdict order by run_id desc))[1] as verdict from sync.resources group by 1",
    );
    for told in told.await {
        let one = shown.iter().find(|one| one["id"] == told["id"]).unwrap();
        assert_eq!(one["badge"], told["verdict"], "{one}");
        let (runs, expected) = (one["runs"].as_array().unwrap(), told["runs"].as_array().unwrap());
        assert_eq!(runs.len(), expected.len(), "{one}");
        for (run, expected) in runs.iter().zip(expected) {
            let known = expected.as_array().unwrap().len();
            assert_eq!(&run.as_array().unwrap()[..known], expected.as_array().unwrap(), "{one}");
        }
    }
    let users = shown.iter().find(|one| one["id"] == "eu.users").unwrap();
    let counted =
        night.rows("select count(*) as rows from eu.users where _deleted_at is null").await;
    assert_eq!(users["rows"], format!("{} rows", counted[0]["rows"]));
    // What needs somebody is first, open, and has its reason, and what to type.
    assert_eq!(shown[0]["id"], "eu.campaigns");
    let needs = browser.eval("return document.querySelector('.needs').innerText").await;
    let needs = needs.as_str().unwrap();
    for part in ["labels", "the vendor answered 500", "run again later", "its key id is missing"] {
        assert!(needs.contains(part), "{part}: {needs}");
    }
    let open = browser
        .eval("return [...document.querySelectorAll('details[open]')].map((one) => one.id)")
        .await;
    assert!(open.as_array().unwrap().contains(&json!("eu.labels")), "{open}");
    drop(browser);
    night.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_cut_at_either_width_and_dark_is_dark_and_nothing_is_hard_to_use() {
    let night = Night::begin().await;
    let address = night.page("--max-age 26h");
    let browser = Browser::start().await;
    let axe = fs::read_to_string(variable("READERS_AXE")).unwrap();
    for look in LOOKS {
        browser.show(&address, look).await;
        let name = format!("page-{}-{}", look.width, if look.dark { "dark" } else { "light" });
        browser.picture(&name).await;
        browser.eval(OPEN).await;
        let wide = browser.eval("return [document.documentElement.scrollWidth, innerWidth]").await;
        assert_eq!(wide[0], wide[1], "{look:?}");
        let light = "const of = (name) => getComputedStyle(document.body)[name].match(/\\d+/g).map(Number).reduce((a, b) => a + b); return of('color') > of('backgroundColor')";
        assert_eq!(browser.eval(light).await, look.dark, "{look:?}");
        browser.eval(&axe).await;
        let check = "const done = arguments[arguments.length - 1]; axe.run().then((found) => done(found.violations.map((one) => ({id: one.id, impact: one.impact, nodes: one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200))}))), (error) => done(String(error)))";
        let found = browser.client.execute_async(check, Vec::new()).await.unwrap();
        let found = found.as_array().unwrap_or_else(|| panic!("{found}")).clone();
        let serious: Vec<&Value> = found.iter().filter(|one| one["impact"] != "minor").collect();
        assert!(serious.is_empty(), "{look:?}: {serious:#?}");
    }
    drop(browser);
    night.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_asks_nobody_for_anything_and_does_not_breach_its_own_policy() {
    let night = Night::begin().await;
    let address = night.page("");
    let browser = Browser::start().await;
    browser.asked_for().await;
    browser.show(&address, PLAIN).await;
    browser.eval(OPEN).await;
    let asked = browser.asked_for().await;
    assert!(asked.contains(&address), "{asked:?}");
    let others = asked.iter().filter(|one| **one != address && !one.starts_with("data:"));
    assert_eq!(others.count(), 0, "{asked:?}");
    assert_eq!(browser.eval("return window.breaches").await, json!([]));
    assert_eq!(browser.complaints().await, Vec::<Value>::new());
    // The script of the page runs, and the same page with one more script does not let that act.
    let ran = "return [!document.getElementById('find').hidden, document.querySelectorAll('.command button').length > 0]";
    assert_eq!(browser.eval(ran).await[0], true);
    let path = night.folder.path().join("page.html");
    let page = fs::read_to_string(&path).unwrap();
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let picture = format!("http://{}/x.png", elsewhere.local_addr().unwrap());
    let foreign = format!("<script>window.hit = 1</script><img src=\"{picture}\"></body>");
    fs::write(&path, page.replace("</body>", &foreign)).unwrap();
    browser.show(&address, PLAIN).await;
    assert_eq!(browser.eval("return window.hit ?? null").await, Value::Null);
    let breaches = browser.eval("return window.breaches.length").await;
    assert_eq!(breaches, 2, "the script and the picture are refused");
    assert!(elsewhere.accept().is_err(), "nobody is asked for the picture");
    drop(browser);
    night.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_in_a_name_is_text_and_does_nothing() {
    let night = Night::begin().await;
    for (table, column, more) in [
        ("drift", "field", ""),
        ("runs", "preset", ""),
        ("resources", "error", "where resource = 'labels'"),
        ("resources", "next", "where resource = 'labels'"),
        ("quarantine", "reason", ""),
    ] {
        let hostile = HOSTILE.replace('\'', "''");
        night
            .database
            .execute(&format!("update sync.{table} set {column} = '{hostile}' {more}"))
            .await;
    }
    let browser = Browser::start().await;
    browser.show(&night.page(""), PLAIN).await;
    browser.eval(OPEN).await;
    let found = browser.eval("return [window.hit ?? 0, document.querySelectorAll('img, iframe, object, embed, base, [onerror], [onload], a[href^=javascript]').length, document.scripts.length]").await;
    assert_eq!(found, json!([0, 0, 1]));
    assert_eq!(browser.eval("return window.breaches").await, json!([]));
    let shown = browser.eval("return document.body.innerText").await;
    let times = shown.as_str().unwrap().matches("<img src=x").count();
    assert!(times >= 5, "{times} of the names are shown");
    let page = fs::read_to_string(night.folder.path().join("page.html")).unwrap();
    assert!(!page.contains("canary-4711"), "no row's value is there");
    drop(browser);
    night.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_reaches_everything_in_the_order_of_the_page() {
    let night = Night::begin().await;
    let browser = Browser::start().await;
    browser.show(&night.page(""), PLAIN).await;
    let reachable = "return [...document.querySelectorAll('a[href], input, button, summary, [tabindex=\"0\"]')].filter((one) => one.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}) && !one.closest('details:not([open]) > .body')).map((one) => (one.dataset.at = Math.random(), one.outerHTML.slice(0, 60)))";
    let expected = browser.eval(reachable).await;
    let expected = expected.as_array().unwrap();
    assert!(expected.len() > 25, "{expected:?}");
    for expected in expected {
        press(&browser, "Tab").await;
        let focused = browser.eval("return document.activeElement.outerHTML.slice(0, 60)").await;
        assert_eq!(&focused, expected);
        let seen = browser.eval("return document.activeElement.matches(':focus-visible')").await;
        assert_eq!(seen, true, "{focused}");
    }
    // What is focused opens and closes by Enter.
    let first = "document.querySelector('details:not([open]) summary').focus()";
    browser.eval(first).await;
    press(&browser, "Enter").await;
    assert_eq!(browser.eval("return document.activeElement.parentElement.open").await, true);
    drop(browser);
    night.end().await;
}

async fn press(browser: &Browser, key: &str) {
    let code = if key == "Tab" { 9 } else { 13 };
    for kind in ["rawKeyDown", "char", "keyUp"] {
        if kind == "char" && key == "Tab" {
            continue;
        }
        let text = if kind == "char" { "\r" } else { "" };
        let event = json!({"type": kind, "key": key, "code": key, "text": text, "windowsVirtualKeyCode": code});
        browser.devtools("Input.dispatchKeyEvent", event).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_works_without_scripts_and_better_with_them() {
    let night = Night::begin().await;
    let address = night.page("");
    let without = Browser::start_without_scripts().await;
    without.show(&address, PLAIN).await;
    // The driver's own words still act; the page's script did not.
    assert_eq!(without.eval("return document.getElementById('find').hidden").await, true);
    let place = "const box = document.querySelector('details:not([open]) summary').getBoundingClientRect(); return [box.x + 20, box.y + 10]";
    let closed = "return document.querySelectorAll('details:not([open])').length";
    let before = without.eval(closed).await.as_u64().unwrap();
    without
        .eval("document.querySelector('details:not([open])').scrollIntoView({block: 'center'})")
        .await;
    let place = without.eval(place).await;
    for kind in ["mousePressed", "mouseReleased"] {
        let event =
            json!({"type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1});
        without.devtools("Input.dispatchMouseEvent", event).await;
    }
    assert_eq!(without.eval(closed).await.as_u64().unwrap(), before - 1);
    let charts = without.eval("return document.querySelectorAll('.chart polyline').length").await;
    assert!(charts.as_u64().unwrap() > 20, "{charts}");
    drop(without);
    let with = Browser::start().await;
    with.show(&address, PLAIN).await;
    let find = "const [text, bad] = document.querySelectorAll('#find input'); text.value = 'eu labels'; text.dispatchEvent(new Event('input', {bubbles: true})); return [...document.querySelectorAll('.resource')].filter((one) => one.checkVisibility()).map((one) => one.id)";
    assert_eq!(with.eval(find).await, json!(["eu.labels"]));
    with.client.goto(&format!("{address}#eu.users")).await.unwrap();
    assert_eq!(with.eval("return document.getElementById('eu.users').open").await, true);
    drop(with);
    night.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_served_follows_what_happens_and_leaves_open_what_a_person_opened() {
    let night = Night::begin().await;
    let (mut program, address) = night.serve();
    let browser = Browser::start().await;
    browser.show(&address, PLAIN).await;
    browser.eval("window.here = true; document.getElementById('eu.users').open = true; document.querySelector('#find input').focus()").await;
    // A run begins, and reads.
    night.database.execute("insert into sync.runs (connection, connector, preset, connector_version, started_at, lease_until) values ('eu', 'accounts', 'documented', '0.1.0', now(), now() + interval '1 hour'); \
        insert into sync.resources (run_id, connection, resource, started_at) select max(run_id), 'eu', 'users', now() from sync.runs; \
        insert into sync.shards (run_id, connection, resource, shard, before, listings, epoch, rows_read, requests, updated_at, owner, lease_until) select max(run_id), 'eu', 'users', 1, 0, 1, 1, 12345, 67, now(), 'w1', now() + interval '1 hour' from sync.runs").await;
    let going = "return document.querySelector('.going')?.innerText ?? ''";
    let mut said = String::new();
    for _ in 0..600 {
        said = browser.eval(going).await.as_str().unwrap().to_owned();
        if said.contains("12,345 rows in 67 requests") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(said.contains("12,345 rows in 67 requests"), "{said}");
    assert!(said.contains("read by worker w1"), "{said}");
    let same = "return [window.here, document.getElementById('eu.users').open, document.activeElement.type, window.breaches]";
    assert_eq!(browser.eval(same).await, json!([true, true, "search", []]));
    let others = browser
        .asked_for()
        .await
        .into_iter()
        .filter(|one| !one.starts_with(&address) && !one.starts_with("data:"));
    assert_eq!(others.collect::<Vec<_>>(), Vec::<String>::new());
    drop(browser);
    program.kill().unwrap();
    program.wait().unwrap();
    night.end().await;
}
