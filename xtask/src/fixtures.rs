//! `cargo xtask fixtures --check`: every resource has invented pages, and nothing in them is real.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use connector_core::{Connector, KeyFallback, Paging, print};
use serde_json::value::RawValue;

use crate::{connectors, root};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print what is wrong with them, one line each
    #[arg(long, required = true)]
    check: bool,
}

pub(crate) fn run(_: &Args) -> Result<ExitCode> {
    let fixtures = Path::new("fixtures");
    let mut findings = Vec::new();
    for folder in entries(fixtures)?.into_iter().filter(|path| root().join(path).is_dir()) {
        let Some(connector) =
            connectors::ALL.iter().find(|connector| folder.ends_with(connector.name))
        else {
            findings.push(format!("{}: there is no such connector", folder.display()));
            continue;
        };
        check_folder(connector, &folder, &mut findings)?;
    }
    for connector in connectors::ALL
        .iter()
        .filter(|connector| !root().join(fixtures).join(connector.name).is_dir())
    {
        findings.push(format!("fixtures/{0}: the connector `{0}` has no fixtures", connector.name));
    }
    for finding in &findings {
        print(finding)?;
    }
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A connector's folder, and the folders of presets in it, which need not have every resource.
fn check_folder(connector: &Connector, folder: &Path, findings: &mut Vec<String>) -> Result<()> {
    let mut files = Vec::new();
    for path in entries(folder)? {
        if root().join(&path).is_dir() {
            let is_preset = connector.presets.iter().any(|(preset, _)| path.ends_with(preset));
            if is_preset {
                check_folder(connector, &path, findings)?;
            } else {
                findings.push(format!("{}: the connector has no such preset", path.display()));
            }
            continue;
        }
        let text = fs::read_to_string(root().join(&path))
            .with_context(|| format!("{} cannot be read", path.display()))?;
        if let Err(error) = serde_json::from_str::<&RawValue>(&text) {
            findings.push(format!("{}: it is not JSON: {error}", path.display()));
        }
        for (number, line) in text.lines().enumerate() {
            findings.extend(
                doubts(line)
                    .iter()
                    .map(|doubt| format!("{}:{}: {doubt}", path.display(), number + 1)),
            );
        }
        files.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
    }
    let is_whole = folder.ends_with(connector.name);
    let wrong = check_names(connector, &files, is_whole);
    findings.extend(wrong.iter().map(|finding| format!("{}/{finding}", folder.display())));
    Ok(())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = || format!("the folder {} cannot be read", folder.display());
    let entries = root().join(folder).read_dir().with_context(failed)?;
    let mut paths =
        entries.map(|entry| Ok(folder.join(entry?.file_name()))).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// What is wrong with the names of a folder's files: `<resource>.<page>.json`, or `<resource>@<parent>.<page>.json`.
fn check_names(connector: &Connector, files: &[String], is_whole: bool) -> Vec<String> {
    let mut findings = Vec::new();
    let mut listings: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for file in files {
        let name = file.strip_suffix(".json").and_then(|name| name.rsplit_once('.'));
        let Some((listing, Ok(page))) = name.map(|(listing, page)| (listing, page.parse())) else {
            findings.push(format!("{file}: the name is not <resource>.<page>.json"));
            continue;
        };
        if connector.resource(resource_of(listing)).is_none() {
            findings.push(format!("{file}: the connector has no such resource"));
        }
        listings.entry(listing).or_default().insert(page);
    }
    for (listing, pages) in &listings {
        let missing = (1..).zip(pages).find(|(expected, page)| expected != *page);
        findings.extend(missing.map(|(page, _)| {
            format!(
                "{listing}.{page}.json: it is missing, as pages are numbered from 1 without gaps"
            )
        }));
    }
    for resource in connector.resources.iter().filter(|_| is_whole) {
        let own = listings.iter().filter(|(listing, _)| resource_of(listing) == resource.name);
        let pages = own.map(|(_, pages)| pages.len()).max().unwrap_or(0);
        let has_pages =
            resource.paging != Paging::Single && resource.key_fallback != KeyFallback::Singleton;
        if pages == 0 {
            findings.push(format!(
                "{}.1.json: it is missing, as each resource has a fixture",
                resource.name
            ));
        } else if pages == 1 && has_pages {
            findings.push(format!(
                "{}.2.json: it is missing, as a listing with pages has two",
                resource.name
            ));
        }
    }
    findings
}

fn resource_of(listing: &str) -> &str {
    listing.split_once('@').map_or(listing, |(resource, _)| resource)
}

/// The beginnings of keys that vendors and their scanners know.
const SECRETS: [&str; 13] = [
    "sk_live_",
    "rk_live_",
    "sk_test_",
    "AKIA",
    "ASIA",
    "AIza",
    "ghp_",
    "gho_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "whsec_",
    "eyJ",
];

/// What in a line of JSON may be real: an address, or a secret.
fn doubts(line: &str) -> BTreeSet<String> {
    // Escapes would hide the dots and slashes of an address, and lengthen the word after them.
    let line = ["\\n", "\\r", "\\t"]
        .iter()
        .fold(line.to_owned(), |line, escape| line.replace(escape, " "))
        .replace('\\', "");
    let words =
        |also: &'static str| line.split(move |c: char| !(c.is_alphanumeric() || also.contains(c)));
    let mut doubts = BTreeSet::new();
    for (at, _) in line.match_indices("://") {
        let authority =
            line[at + 3..].split(|c: char| !(c.is_alphanumeric() || "-._~%+@:".contains(c))).next();
        let host = authority
            .and_then(|authority| authority.rsplit('@').next()?.split(':').next())
            .unwrap_or_default();
        doubts.extend(
            is_real(host).then(|| format!("the host {host} is not example.com, .org or .net")),
        );
    }
    for word in words("-._+%@") {
        if let Some((user, host)) = word.split_once('@') {
            doubts.extend(
                (!user.is_empty() && is_real(host)).then(|| {
                    format!("the address {word} does not end in example.com, .org or .net")
                }),
            );
        }
    }
    for word in words(".") {
        let real = word.trim_matches('.').parse().is_ok_and(is_real_v4);
        doubts.extend(
            real.then(|| {
                format!("the address {word} is not 192.0.2.*, 198.51.100.* or 203.0.113.*")
            }),
        );
    }
    for word in words(":") {
        let real = word.parse().is_ok_and(is_real_v6);
        doubts.extend(real.then(|| format!("the address {word} is not 2001:db8::*")));
    }
    for word in words("-_+/=.") {
        let secret = SECRETS
            .iter()
            .find(|start| word.strip_prefix(**start).is_some_and(|rest| rest.len() >= 16));
        let invented = word.to_ascii_lowercase().contains("example");
        doubts.extend(
            secret
                .filter(|_| !invented)
                .map(|start| format!("{start}… looks like a secret; write `example` into it")),
        );
    }
    doubts.extend(
        line.contains("-----BEGIN").then(|| "a private key or certificate looks real".to_owned()),
    );
    doubts
}

/// Whether it is the name of a host that may exist.
fn is_real(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let mut labels = host.rsplit('.');
    let top = labels.next().unwrap_or_default();
    let is_name = top.len() > 1 && top.chars().all(char::is_alphabetic) && host.contains('.');
    let is_example = labels.next() == Some("example") && ["com", "org", "net"].contains(&top);
    is_name && !is_example
}

/// Whether it is an address that may be in use; `120.0.0.0` is the version of a browser.
fn is_real_v4(address: Ipv4Addr) -> bool {
    let documentation = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];
    let [a, b, c, d] = address.octets();
    !documentation.contains(&[a, b, c]) && [b, c, d] != [0, 0, 0]
}

fn is_real_v6(address: Ipv6Addr) -> bool {
    !address.is_unspecified() && address.segments()[..2] != [0x2001, 0x0db8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_or_a_secret_that_may_be_real_is_found() {
        for (line, found) in [
            (r#""email": "ada@corp.io""#, "ada@corp.io"),
            (r#""text": "first\nada@corp.io""#, "address ada@corp.io"),
            (r#""url": "https:\/\/cdn.corp.io\/a.js""#, "cdn.corp.io"),
            (r#""url": "https://user:pw@corp.io:8080/""#, "host corp.io"),
            (r#""url": "https://example.com.corp.io""#, "example.com.corp.io"),
            (r#""pattern": "^https:\\/\\/corp\\.io""#, "corp.io"),
            (r#""ip": "8.8.8.8""#, "8.8.8.8"),
            (r#""ip": "2606:4700::1111""#, "2606:4700::1111"),
            (r#""key": "whsec_C2FVsBQIhrscChlQIMV4b5sSYspob7oD""#, "whsec_…"),
            (r#""key": "-----BEGIN PRIVATE KEY-----""#, "private key"),
        ] {
            let doubts = doubts(line);
            assert!(doubts.iter().any(|doubt| doubt.contains(found)), "{line}: {doubts:?}");
        }
    }

    #[test]
    fn what_is_invented_or_no_address_is_not_found() {
        for line in [
            r#""email": "cleo+tests@example.com", "o'example@mail.example.org""#,
            r#""url": "https://user:pw@www.example.net:8080/a?b=c@d""#,
            r#""code": "var path = /^https?:\\/\\/(www\\.)?example\\.com\\//;""#,
            r#""ip": "192.0.2.7", "198.51.100.255:80", "203.0.113.1.", "2001:db8::1""#,
            r#""userAgent": "Chrome/120.0.0.0", "version": "1.2.3", "at": "12:30:45""#,
            r#""css": "a::before", "mac": "aa:bb:cc:dd:ee:ff", "handle": "@ada", "npm": "pkg@1.2.3""#,
            r#""key": "whsec_ExampleExampleExampleExample""#,
        ] {
            assert_eq!(doubts(line), BTreeSet::new(), "{line}");
        }
    }

    fn check(files: &[&str], is_whole: bool) -> Vec<String> {
        let connector = connectors::find("accounts").unwrap();
        let listed = |name: &&str| ["labels", "users"].contains(name);
        let whole =
            connector.resources.iter().map(|resource| resource.name).filter(|name| !listed(name));
        let others = whole.flat_map(|name| [format!("{name}.1.json"), format!("{name}.2.json")]);
        let files: Vec<String> =
            files.iter().map(|file| (*file).to_owned()).chain(others).collect();
        check_names(connector, &files, is_whole)
    }

    #[test]
    fn pages_in_order_are_right_and_a_preset_need_not_have_all() {
        let none: [&str; 0] = [];
        assert_eq!(
            check(
                &[
                    "labels.1.json",
                    "labels.2.json",
                    "users.1.json",
                    "users@7.1.json",
                    "users@7.2.json"
                ],
                true
            ),
            none
        );
        assert_eq!(check(&["labels.1.json"], false), none);
    }

    #[test]
    fn a_gap_a_missing_page_and_a_stranger_are_found() {
        let found = check(&["labels.1.json", "labels.3.json", "goals.1.json", "users.json"], true);
        let starts = [
            "goals.1.json: the connector",
            "users.json: the name",
            "labels.2.json: it",
            "users.1.json: it",
        ];
        assert!(
            found.len() == 4
                && found.iter().zip(starts).all(|(found, start)| found.starts_with(start)),
            "{found:?}"
        );
        let found = check(&["labels.1.json", "users.1.json", "users.2.json"], true);
        assert!(
            found.len() == 1 && found[0].starts_with("labels.2.json: it is missing"),
            "{found:?}"
        );
    }
}
