//! Links and redirects: to the next page, or to where the key must not go.

use std::net::TcpListener;

use connector_core::{Auth, Connector, Paging, Resource, Verdict};
use connector_testkit::{Answer, Content};
use serde_json::json;

use crate::support::{LINK, NEXT_URL, OFFSET, Play, complete, connector, rows, things};

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

/// Case 21.
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

/// Case 21, where it is the port or the scheme that differs.
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
