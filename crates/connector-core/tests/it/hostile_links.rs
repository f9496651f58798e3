//! Links and redirects: to the next page, or to where the key must not go.

use std::net::TcpListener;

use connector_core::{Auth, Connector, Paging, Report, Resource, Verdict};
use connector_testkit::{Answer, Content};
use serde_json::json;

use crate::support::{LINK, NEXT_URL, OFFSET, Play, complete, connector, fails, row, rows, things};

/// A place where no request must come: another port of this machine, by this name.
struct Elsewhere(TcpListener, String);

impl Elsewhere {
    fn new(host: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = format!("{host}:{}", listener.local_addr().unwrap().port());
        Self(listener, address)
    }

    fn has_visitors(&self) -> bool {
        self.0.accept().is_ok()
    }
}

#[tokio::test]
async fn a_link_to_another_host_is_refused_and_the_key_stays() {
    let elsewhere = Elsewhere::new("localhost");
    let address = &elsewhere.1;
    for link in [
        format!("http://{address}/things"),
        format!("//{address}/things"),
        format!("\\\\{address}/things"),
        format!("http:\\\\{address}/things"),
        format!("http://127.0.0.1@{address}/things"),
        format!("https://{address}/things"),
    ] {
        for paging in [LINK, NEXT_URL] {
            let play = Play::with(paging, 20).await;
            let next = link.clone();
            play.vendor.on(move |_, answer| match paging {
                LINK => answer.header("link", &format!("<{next}>; rel=\"next\"")),
                _ => answer.edit(|body| body["next"] = json!(next)),
            });
            play.fails(&["the key was not sent there", "localhost"]).await;
            assert_eq!(play.live().await, 20);
            play.end().await;
        }
        let play = Play::with(OFFSET, 20).await;
        play.vendor.on(move |_, _| Answer::json(302, "").header("location", &link));
        play.fails(&["the key was not sent there", "localhost"]).await;
        play.end().await;
    }
    assert!(!elsewhere.has_visitors());
}

#[tokio::test]
async fn a_host_that_the_settings_allow_gets_the_request_and_the_key() {
    let play = Play::with(NEXT_URL, 120).await;
    // The same vendor, under another name.
    let other = play.vendor.base_url().replace("127.0.0.1", "localhost");
    let address = other.clone();
    play.vendor.on(move |_, answer| {
        answer.edit(|body| {
            let next = body["next"].as_str().and_then(|next| next.split_once("/things"));
            body["next"] = json!(next.map(|(_, query)| format!("{address}/things{query}")));
        })
    });
    play.fails(&["the key was not sent there"]).await;
    let allowed = play.connection().allowing_host(&other).unwrap();
    complete(play.sync_as(&allowed).await);
    assert_eq!(play.live().await, 120);
    let refused = play.connection().allowing_host("http://pages.example.com").err().unwrap();
    assert!(refused.to_string().contains("plain HTTP"), "{refused}");
    play.end().await;
}

/// Where it is the port or the scheme that differs.
#[tokio::test]
async fn a_link_to_another_port_or_scheme_is_refused_and_says_which() {
    let elsewhere = Elsewhere::new("127.0.0.1");
    let play = Play::with(NEXT_URL, 20).await;
    let https = play.vendor.base_url().replace("http:", "https:");
    let port = elsewhere.1.rsplit(':').next().unwrap();
    for (link, differs) in [(format!("http://{}/things", elsewhere.1), port), (https, "https")] {
        play.vendor.on(move |_, answer| answer.edit(|body| body["next"] = json!(link)));
        play.fails(&["the key was not sent there", differs]).await;
    }
    assert!(!elsewhere.has_visitors());
    play.end().await;
}

#[tokio::test]
async fn a_redirect_within_the_host_is_followed_and_a_circle_of_them_is_not() {
    let play = Play::with(OFFSET, 20).await;
    play.vendor.on(|request, answer| match request.nth {
        0 => Answer::json(307, "").header("location", "/things?limit=50&offset=0"),
        1 => Answer::json(302, "").header("location", "?limit=50&offset=0"),
        _ => answer,
    });
    assert_eq!(play.complete().await.inserted, 20);
    play.vendor.on(|_, _| Answer::json(301, "").header("location", "/things?limit=50&offset=0"));
    let report = play.fails(&["redirects"]).await;
    assert!(report.requests <= 10, "{} requests", report.requests);
    play.vendor.on(|_, _| Answer::json(301, ""));
    play.fails(&["301 Moved Permanently without an address"]).await;
    play.end().await;
}

#[tokio::test]
async fn a_relative_link_starts_from_the_page_that_it_stands_on() {
    let deep = Resource { path: "/v1/all/things", ..things(NEXT_URL) };
    for relative in ["?", "things?", "./things?", "../all/things?", "/v1/all/things?"] {
        let play = Play::new(&[deep], Content::empty().with("things", rows(120))).await;
        play.vendor.on(move |_, answer| {
            answer.edit(|body| {
                let query = body["next"].as_str().and_then(|next| next.split_once('?'));
                body["next"] = json!(query.map(|(_, query)| format!("{relative}{query}")));
            })
        });
        assert_eq!(play.complete().await.inserted, 120, "{relative}");
        play.end().await;
    }
}

#[tokio::test]
async fn a_link_header_is_understood_however_it_is_written() {
    for form in [
        "<{}>; rel=\"next\"",
        "<{}>;rel=next",
        "<{}>; rel = \"next\"",
        "<{}>; REL=\"next\"",
        "<{}>; rel=\"Next\"",
        "<{}>; rel=\"prefetch next\"",
        "<{}>; title=\"a, b; c\"; rel=\"next\"",
        "<{}#1,2;3>; rel=\"next\"",
        "<{}#é>; rel=\"next\"",
        "</things?first>; rel=\"first\", <{}>; rel=\"next\", </things?last>; rel=\"last\"",
        "</things?a,b>; rel=\"prev\", <{}>; rel=\"next\"",
    ] {
        let play = Play::with(LINK, 120).await;
        play.vendor.on(move |_, answer| {
            let next = answer.headers.iter().find(|(name, _)| name == "link");
            let Some((_, next)) = next else { return answer };
            let address = next.split(['<', '>']).nth(1).unwrap().to_owned();
            answer.header("link", &form.replace("{}", &address))
        });
        let report = play.sync().await;
        let live = play.live().await;
        assert_eq!(
            (live, report.verdict),
            (120, Verdict::Complete),
            "{form}: {}",
            report.to_text()
        );
        play.end().await;
    }
}

#[tokio::test]
async fn a_link_that_repeats_the_key_neither_shows_it_twice_nor_stores_it() {
    for paging in [LINK, NEXT_URL] {
        let keyed =
            Connector { auth: Auth::Query { name: "api_key" }, ..connector(&[things(paging)]) };
        let play = Play::of(keyed, Content::empty().with("things", rows(120))).await;
        play.vendor.set_key("canary-key");
        play.vendor.allow_unauthorized();
        play.vendor.on(|request, answer| {
            // The walk fails on the third page, and where it was is kept.
            if request.nth >= 2 {
                return Answer::json(400, "{}");
            }
            match answer.headers.iter().find(|(name, _)| name == "link").cloned() {
                Some((_, link)) => {
                    answer.header("link", &link.replace(">;", "&api_key=canary-key>;"))
                }
                None if answer.status == 200 => answer.edit(|body| {
                    let next =
                        body["next"].as_str().map(|next| format!("{next}&api_key=canary-key"));
                    body["next"] = json!(next);
                }),
                None => answer,
            }
        });
        play.fails(&["400"]).await;
        assert_eq!(play.live().await, 100);
        let state =
            play.database.value("select string_agg(position::text, ' ') from sync.state").await;
        assert!(state.contains("things") && !state.contains("canary"), "{state}");
        play.end().await;
    }
}

#[tokio::test]
async fn a_next_page_that_is_the_same_page_is_an_error_and_not_an_end() {
    for paging in [LINK, NEXT_URL] {
        let play = Play::with(paging, 20).await;
        play.vendor.on(move |_, answer| match paging {
            Paging::LinkHeader { .. } => answer.header("link", "</things>; rel=\"next\""),
            _ => answer.edit(|body| body["next"] = json!("/things")),
        });
        let report = play.fails(&["no progress"]).await;
        assert!(report.requests <= 3);
        play.end().await;
    }
}

/// What comes of a link, or of a redirect, where the base URL has the path `/v1`.
async fn below_v1(link: &str, redirects: bool, allowed: Option<&str>) -> (Report, Vec<String>) {
    let play = Play::new(&[things(NEXT_URL)], Content::empty()).await;
    let base = play.vendor.base_url().to_owned();
    let next = link.replace("BASE", &base);
    play.vendor.on(move |request, _| match request.nth {
        0 if redirects => Answer::json(302, "").header("location", &next),
        0 => Answer::json(200, &json!({"data": rows(2), "next": next})),
        _ => Answer::json(200, &json!({"data": [row(7)], "next": null})),
    });
    let mut connection = play.elsewhere(&format!("{base}/v1"));
    if let Some(allowed) = allowed {
        connection = connection.allowing_host(&allowed.replace("BASE", &base)).unwrap();
    }
    let report = play.sync_as(&connection).await;
    let paths = play.vendor.requests().into_iter().map(|request| request.path).collect();
    play.end_unexplained().await;
    (report, paths)
}

#[tokio::test]
async fn the_key_stays_below_the_path_of_the_base_url() {
    for link in [
        "/v2/things",
        "BASE/v2/things",
        "BASE/",
        "../things",
        "/v1/../v2/things",
        "/v1/%2e%2e/v2/things",
        "/v1/%2E%2E%2fv2/things",
        "/v1/..%2fv2/things",
        "/v1/..%5cv2/things",
        "/v1/%252e%252e/v2/things",
        "/v1/..%252fv2/things",
        "/v1\\..\\v2/things",
        "/v10/things",
        "/V1/things",
        "/v1;a=b/things",
        "/v1%2fthings",
        "//v1/things",
        "BASE//v1/things",
    ] {
        for redirects in [false, true] {
            let (report, paths) = below_v1(link, redirects, None).await;
            assert_eq!(paths, ["/v1/things"], "{link}");
            fails(report, &["the key was not sent there"]);
        }
    }
}

#[tokio::test]
async fn a_link_below_the_path_of_the_base_url_is_followed_however_it_is_written() {
    for (link, path) in [
        ("BASE/v1/things?page=2", "/v1/things"),
        ("/v1/things?page=2", "/v1/things"),
        ("things?page=2", "/v1/things"),
        ("?page=..%2f2", "/v1/things"),
        ("/v2/../v1/things?page=2", "/v1/things"),
        ("/%761/things?page=2", "/%761/things"),
        ("/v1/other/more%20things", "/v1/other/more%20things"),
        ("/v1/things/a..b/...", "/v1/things/a..b/..."),
    ] {
        for redirects in [false, true] {
            let (report, paths) = below_v1(link, redirects, None).await;
            let read = complete(report);
            assert_eq!(paths, ["/v1/things", path], "{link}");
            assert_eq!(read.rows, if redirects { 1 } else { 3 }, "{link}");
        }
    }
}

#[tokio::test]
async fn another_path_of_the_host_is_asked_at_if_the_settings_allow_it() {
    for (allowed, followed) in
        [("BASE", true), ("BASE/v2", true), ("BASE/v2/", true), ("BASE/v3", false)]
    {
        for redirects in [false, true] {
            let (report, paths) = below_v1("/v2/things?page=2", redirects, Some(allowed)).await;
            let expected: &[&str] =
                if followed { &["/v1/things", "/v2/things"] } else { &["/v1/things"] };
            assert_eq!(paths, expected, "{allowed}");
            if followed {
                complete(report);
            } else {
                let failed =
                    fails(report, &["out of the path `/v1`", "the key was not sent there"]);
                assert!(failed.next.unwrap().contains("`allow_hosts`"));
            }
        }
    }
}

#[tokio::test]
async fn a_link_that_is_no_address_of_the_web_is_refused() {
    for link in ["ftp://127.0.0.1/things", "data:text/plain,{}", "file:///etc/passwd", "http://"] {
        let (report, paths) = below_v1(link, true, None).await;
        assert_eq!(paths, ["/v1/things"], "{link}");
        fails(report, &["a redirect"]);
    }
}
