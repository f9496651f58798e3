//! `cargo xtask fixtures --check`: every resource has invented pages, and nothing in them is real.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use connector_core::{KeyFallback, Paging, print};
use serde_json::value::RawValue;

use crate::{connectors, root};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print what is wrong with them, one line each
    #[arg(long, required = true)]
    check: bool,
}

pub(crate) fn run(_: &Args) -> Result<ExitCode> {
    let mut files = Vec::new();
    list(&root().join("fixtures"), "", &mut files)?;
    let mut findings = check_names(&files);
    for file in &files {
        let text = fs::read_to_string(root().join("fixtures").join(file))?;
        if let Err(error) = serde_json::from_str::<&RawValue>(&text) {
            findings.push(format!("{file}: this is not JSON: {error}"));
        }
        for (number, line) in (1..).zip(text.lines()) {
            findings.extend(doubts(line).iter().map(|doubt| format!("{file}:{number}: {doubt}")));
        }
    }
    for finding in &findings {
        print(&format!("fixtures/{finding}"))?;
    }
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The JSON files below a folder, in order.
fn list(folder: &Path, prefix: &str, files: &mut Vec<String>) -> Result<()> {
    let failed = || format!("{} cannot be read", folder.display());
    let mut entries =
        folder.read_dir().and_then(Iterator::collect::<Result<Vec<_>, _>>).with_context(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            list(&entry.path(), &format!("{name}/"), files)?;
        } else if name.ends_with(".json") {
            files.push(name);
        }
    }
    Ok(())
}

/// What is wrong with the names: `<connector>/<resource>.<page>.json` for each resource.
///
/// A resource can be `<resource>@<parent's key>`. Below `<connector>/<preset>/` are
/// those alone that the preset changes.
fn check_names(files: &[String]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut listings: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for file in files {
        let name = file.strip_suffix(".json").and_then(|name| name.rsplit_once('.'));
        let Some((listing, Ok(page))) = name.map(|(listing, page)| (listing, page.parse())) else {
            findings.push(format!("{file}: the name is not <resource>.<page>.json"));
            continue;
        };
        let (folder, resource) = resource_of(listing);
        let (name, preset) =
            folder.split_once('/').map_or((folder, None), |(name, preset)| (name, Some(preset)));
        let connector = connectors::find(name).filter(|connector| {
            preset.is_none_or(|preset| connector.presets.iter().any(|(known, _)| *known == preset))
        });
        if connector.and_then(|connector| connector.resource(resource)).is_none() {
            findings.push(format!("{file}: there is no such connector, preset or resource"));
        }
        listings.entry(listing).or_default().insert(page);
    }
    for (listing, pages) in &listings {
        let gap = (1..).zip(pages).find(|(expected, page)| expected != *page);
        findings.extend(
            gap.map(|(page, _)| format!("{listing}.{page}.json: missing in the row of pages")),
        );
    }
    for connector in connectors::ALL {
        for resource in connector.resources {
            let own = listings
                .iter()
                .filter(|(listing, _)| resource_of(listing) == (connector.name, resource.name));
            let pages = own.map(|(_, pages)| pages.len()).max().unwrap_or(0);
            let single = resource.paging == Paging::Single
                || resource.key_fallback == KeyFallback::Singleton;
            if pages < if single { 1 } else { 2 } {
                let page = pages + 1;
                findings.push(format!(
                    "{}/{}.{page}.json: missing, as the resource needs it",
                    connector.name, resource.name
                ));
            }
        }
    }
    findings
}

/// The folder and the resource's name of a listing.
fn resource_of(listing: &str) -> (&str, &str) {
    let (folder, name) = listing.rsplit_once('/').unwrap_or(("", listing));
    (folder, name.split('@').next().unwrap_or(name))
}

/// How keys begin that vendors and scanners recognise.
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
        .fold(line.to_owned(), |line, escape| line.replace(escape, " "));
    let line = line.replace('\\', "");
    let mut doubts = BTreeSet::new();
    let other_than = |of: &'static str| move |c: char| !(c.is_alphanumeric() || of.contains(c));
    for host in ["://", "@"].iter().flat_map(|mark| line.split(mark).skip(1)) {
        let host = host.split(other_than("-.")).next().unwrap_or_default();
        doubts
            .extend(is_real_host(host).then(|| format!("{host} is not example.com, .org or .net")));
    }
    for word in line.split(other_than(".:")) {
        let word = word.trim_end_matches('.');
        let address =
            word.parse().or_else(|_| word.parse().map(|address: SocketAddr| address.ip()));
        let real = address.is_ok_and(is_real_ip);
        doubts.extend(
            real.then(|| {
                format!("{word} is not 192.0.2.*, 198.51.100.*, 203.0.113.* or 2001:db8::*")
            }),
        );
    }
    for word in line.split(other_than("-_+/=.")) {
        let known = SECRETS
            .iter()
            .find(|start| word.strip_prefix(**start).is_some_and(|rest| rest.len() >= 16));
        let real = known.filter(|_| !word.to_ascii_lowercase().contains("example"));
        doubts.extend(
            real.map(|start| format!("{start}… looks like a secret; write `example` into it")),
        );
    }
    doubts.extend(
        line.contains("-----BEGIN").then(|| "a private key or a certificate looks real".to_owned()),
    );
    doubts
}

/// Whether it is the name of a host that may exist.
fn is_real_host(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let mut labels = host.rsplit('.');
    let top = labels.next().unwrap_or_default();
    let is_name = host.contains('.') && top.len() > 1 && top.chars().all(char::is_alphabetic);
    is_name && !(labels.next() == Some("example") && ["com", "org", "net"].contains(&top))
}

/// Whether it is an address that may be in use. `120.0.0.0` is none, but the version of a browser.
fn is_real_ip(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !matches!(
            address.octets(),
            [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] | [_, 0, 0, 0]
        ),
        IpAddr::V6(address) => {
            !address.is_unspecified() && !matches!(address.segments(), [0x2001, 0xdb8, ..])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_or_a_secret_that_may_be_real_is_found() {
        for (line, found) in [
            (r#""email": "ada@corp.io""#, "corp.io is"),
            (r#""text": "first\nada@corp.io""#, "corp.io is"),
            (r#""url": "https:\/\/cdn.corp.io\/a.js""#, "cdn.corp.io is"),
            (r#""url": "https://user:pw@corp.io:8080/""#, "corp.io is"),
            (r#""url": "https://example.com.corp.io""#, "example.com.corp.io is"),
            (r#""pattern": "^https:\\/\\/corp\\.io""#, "corp.io is"),
            (r#""ip": "8.8.8.8""#, "8.8.8.8 is"),
            (r#""proxy": "8.8.8.8:80""#, "8.8.8.8:80 is"),
            (r#""ip": "2606:4700::1111""#, "2606:4700::1111 is"),
            (r#""key": "whsec_C2FVsBQIhrscChlQIMV4b5sSYspob7oD""#, "whsec_…"),
            (r#""key": "-----BEGIN PRIVATE KEY-----""#, "a private key"),
        ] {
            let doubts = doubts(line);
            assert!(
                doubts.len() == 1 && doubts.iter().all(|doubt| doubt.starts_with(found)),
                "{line}: {doubts:?}"
            );
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

    /// What is found in the connector's folder if these files take the place of its own for labels and users.
    fn check(files: &[&str]) -> Vec<String> {
        let resources =
            connectors::find("accounts").unwrap().resources.iter().map(|resource| resource.name);
        let others = resources.filter(|name| !["labels", "users"].contains(name));
        let others = others.flat_map(|name| [format!("{name}.1"), format!("{name}.2")]);
        let files = files.iter().map(|file| (*file).to_owned()).chain(others);
        let files: Vec<String> = files.map(|file| format!("accounts/{file}.json")).collect();
        check_names(&files).into_iter().filter(|finding| finding.starts_with("accounts/")).collect()
    }

    #[test]
    fn pages_in_order_are_right_and_a_preset_need_not_have_all() {
        let none: [&str; 0] = [];
        assert_eq!(
            check(&["labels.1", "labels.2", "users@7.1", "users@7.2", "live/labels.1"]),
            none
        );
    }

    #[test]
    fn a_gap_a_missing_page_and_a_stranger_are_found() {
        for (files, found) in [
            (&["labels.1", "labels.3", "users.1", "users.2"][..], "labels.2.json: missing in"),
            (&["labels.1", "users.1", "users.2"], "labels.2.json: missing, as"),
            (&["labels.1", "labels.2"], "users.1.json: missing, as"),
            (
                &["labels.1", "labels.2", "users.1", "users.2", "goals.1"],
                "goals.1.json: there is no",
            ),
            (
                &["labels.1", "labels.2", "users.1", "users.2", "dead/users.1"],
                "dead/users.1.json: there is no",
            ),
            (&["labels.1", "labels.2", "users.1", "users.2", "users"], "users.json: the name"),
        ] {
            let findings = check(files);
            assert!(
                findings.len() == 1 && findings[0].starts_with(&format!("accounts/{found}")),
                "{findings:?}"
            );
        }
    }
}
