//! The vendor in a process of its own, so that what it costs is not the connector's.
//!
//! It says where it is and what its key is, and then does what it is told line
//! by line on stdin until that is closed: `change RESOURCE N` changes every Nth
//! row, `count` says how many requests came since the last time, and how
//! many of them were too many, and `requests FILE` writes all of them, their paths
//! and queries, a line each.

use std::fs;
use std::io::{self, BufRead as _};
use std::time::Duration;

use bench::CONNECTOR;
use clap::Parser;
use connector_testkit::{Content, RateLimit, Vendor};
use url::form_urlencoded;

#[derive(Parser)]
struct Args {
    /// The number of rows of each listing
    #[arg(long)]
    rows: u64,
    /// The number of rows of each parent
    #[arg(long, default_value_t = 3)]
    children: u64,
    /// How long each answer takes, in milliseconds
    #[arg(long, default_value_t = 0)]
    latency: u64,
    /// The number of requests that are allowed in a second
    #[arg(long)]
    requests_per_second: Option<usize>,
}

fn main() -> io::Result<()> {
    let args = Args::parse();
    let content = Content::generated(7, move |resource| match resource {
        "children" | "children_with_total" => args.children,
        _ => args.rows,
    });
    let vendor = Vendor::start(&CONNECTOR, content)?;
    vendor.set_latency(Duration::from_millis(args.latency));
    vendor.set_rate_limit(args.requests_per_second.map(|requests| RateLimit {
        requests,
        per: Duration::from_secs(1),
        retry_after: Some(Duration::from_secs(1)),
    }));
    say(&format!("{} {}", vendor.base_url(), vendor.key()))?;
    let mut counted = 0;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["change", resource, nth] => {
                vendor.holdings().change_every(resource, nth.parse().map_err(io::Error::other)?);
                say("done")?;
            }
            ["count"] => {
                let new = &vendor.requests()[counted..];
                counted += new.len();
                let refused = new.iter().filter(|request| request.status == Some(429)).count();
                say(&format!("{} {refused}", new.len()))?;
            }
            ["requests", file] => {
                let requests = vendor.requests();
                let lines = requests.iter().map(|request| {
                    let query = form_urlencoded::Serializer::new(String::new())
                        .extend_pairs(&request.query)
                        .finish();
                    format!("{}?{query}\n", request.path)
                });
                fs::write(file, lines.collect::<String>())?;
                say("done")?;
            }
            _ => return Err(io::Error::other(format!("not understood: {line}"))),
        }
    }
    Ok(())
}

fn say(line: &str) -> io::Result<()> {
    connector_cli::print(line).map_err(io::Error::other)
}
