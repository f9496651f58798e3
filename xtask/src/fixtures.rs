//! `cargo xtask fixtures --check`: every resource has invented pages, and nothing in them is real.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use connector_cli::print;
use connector_core::{Connector, Paging, Resource};
use serde_json::{Value, value::RawValue};

use vendor_connectors::connectors;

use crate::root;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print what is wrong with them, one line each
    #[arg(long, required = true)]
    check: bool,
}

/// The fixtures' texts, by their names below `fixtures/`.
type Files = BTreeMap<String, String>;

pub(crate) fn run(_: &Args) -> Result<ExitCode> {
    let mut files = Files::new();
    read(&root().join("fixtures"), "", &mut files)?;
    let mut findings = check_names(&files);
    for (file, text) in &files {
        // Not as a `Value`: fixtures may hold numbers that it does not.
        if let Err(error) = serde_json::from_str::<&RawValue>(text) {
            findings.push(format!("{file}: not JSON: {error}"));
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

fn read(folder: &Path, prefix: &str, files: &mut Files) -> Result<()> {
    let unreadable = |path: &Path| format!("{} cannot be read", path.display());
    for entry in folder.read_dir().with_context(|| unreadable(folder))? {
        let path = entry?.path();
        let name = format!("{prefix}{}", path.file_name().unwrap_or_default().display());
        if path.is_dir() {
            read(&path, &format!("{name}/"), files)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.insert(name, fs::read_to_string(&path).with_context(|| unreadable(&path))?);
        }
    }
    Ok(())
}

/// What is wrong with the names, which are `<connector>/<resource>.<page>.json`.
///
/// A resource can be `<resource>@<parent's key>`. In `<connector>/<preset>/` are
/// those alone that the preset changes.
fn check_names(files: &Files) -> Vec<String> {
    let mut findings = Vec::new();
    let mut listings: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for file in files.keys() {
        let parts = file.strip_suffix(".json").and_then(|name| name.rsplit_once('.'));
        let Some((listing, Ok(page))) = parts.map(|(listing, page)| (listing, page.parse())) else {
            findings.push(format!("{file}: the name is not <resource>.<page>.json"));
            continue;
        };
        if resource_of(listing).is_none() {
            findings.push(format!("{file}: there is no such connector, preset or resource"));
        }
        listings.entry(listing).or_default().insert(page);
    }
    for (listing, pages) in &listings {
        let gap = (1..).zip(pages).find(|(expected, page)| expected != *page);
        findings
            .extend(gap.map(|(page, _)| format!("{listing}.{page}.json: missing before others")));
    }
    for connector in connectors::ALL {
        findings.extend(connector.resources.iter().filter_map(|resource| {
            let name = format!("{}/{}", connector.name, resource.name);
            let own =
                listings.iter().filter(|(listing, _)| listing.split('@').next() == Some(&name));
            let (listing, pages) = own.max_by_key(|(_, pages)| pages.len()).unzip();
            let pages = pages.map_or(0, BTreeSet::len);
            let first = listing.and_then(|listing| files.get(&format!("{listing}.1.json")));
            let needed = first.map_or(1, |body| pages_needed(resource, body));
            (pages < needed)
                .then(|| format!("{name}.{}.json: missing, as each resource has it", pages + 1))
        }));
    }
    findings
}

/// The resource of `<connector>/[<preset>/]<resource>[@<parent's key>]`.
fn resource_of(listing: &str) -> Option<&'static Resource> {
    let (folder, name) = listing.rsplit_once('/')?;
    let (connector, preset) = folder.split_once('/').unwrap_or((folder, ""));
    let has_preset =
        |connector: &&Connector| connector.presets.iter().any(|(name, _)| *name == preset);
    let connector =
        connectors::find(connector).filter(|connector| preset.is_empty() || has_preset(connector));
    connector?.resource(name.split('@').next()?)
}

/// Two pages show the way from one to the next; a body of one object has none.
fn pages_needed(resource: &Resource, body: &str) -> usize {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let at = |place: &&str| match *place {
        "$" => Some(&body),
        place => body.pointer(&format!("/{}", place.replace('.', "/"))),
    };
    let mut items =
        resource.select.iter().filter_map(at).filter(|found| found.is_array() || found.is_object());
    if matches!(resource.paging, Paging::Single | Paging::Window { .. })
        || items.next().is_some_and(Value::is_object)
    {
        1
    } else {
        2
    }
}

/// How keys begin that vendors and scanners recognise.
const SECRETS: &str =
    "sk_live_ rk_live_ sk_test_ AKIA ASIA AIza ghp_ gho_ github_pat_ glpat- xoxb- whsec_ eyJ";

/// What in a line of JSON may be real: an address, or a secret.
fn doubts(line: &str) -> BTreeSet<String> {
    // Escapes would hide the dots and slashes of an address, and lengthen the word after them.
    let line = line.replace("\\n", " ").replace("\\r", " ").replace("\\t", " ").replace('\\', "");
    let other_than = |of: &'static str| move |c: char| !(c.is_alphanumeric() || of.contains(c));
    let mut doubts = BTreeSet::new();
    for host in ["://", "@"].iter().flat_map(|mark| line.split(mark).skip(1)) {
        let host = host.split(other_than("-.")).next().unwrap_or_default();
        if is_real_host(host) {
            doubts.insert(format!("{host} is not example.com, .org or .net"));
        }
    }
    for word in line.split(other_than(".:")).map(|word| word.trim_end_matches('.')) {
        let with_port = |_| word.parse().map(|address: SocketAddr| address.ip());
        if word.parse().or_else(with_port).is_ok_and(is_real_ip) {
            doubts.insert(format!(
                "{word} is not 192.0.2.*, 198.51.100.*, 203.0.113.* or 2001:db8::*"
            ));
        }
    }
    for word in line.split(other_than("-_+/=.")) {
        let is_key = |start: &&str| word.strip_prefix(start).is_some_and(|rest| rest.len() >= 16);
        if let Some(start) = SECRETS.split(' ').find(is_key)
            && !word.to_ascii_lowercase().contains("example")
        {
            doubts.insert(format!("{start}… may be a secret; write `example` into it"));
        }
    }
    if line.contains("-----BEGIN") {
        doubts.insert("a private key or a certificate may be real".to_owned());
    }
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
        IpAddr::V4(v4) => !matches!(
            v4.octets(),
            [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] | [_, 0, 0, 0]
        ),
        IpAddr::V6(v6) => !v6.is_unspecified() && !matches!(v6.segments(), [0x2001, 0xdb8, ..]),
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

    /// What is found if these files take the place of the connector's own for labels and users.
    fn check(files: &[&str]) -> Vec<String> {
        let resources =
            connectors::find("accounts").unwrap().resources.iter().map(|resource| resource.name);
        let others = resources.filter(|name| !["labels", "users"].contains(name));
        let others = others.flat_map(|name| [format!("{name}.1"), format!("{name}.2")]);
        let files = files.iter().map(|file| (*file).to_owned()).chain(others);
        let files =
            files.map(|file| (format!("accounts/{file}.json"), r#"{"_data": []}"#.to_owned()));
        let findings = check_names(&files.collect());
        findings.into_iter().filter(|finding| finding.starts_with("accounts/")).collect()
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
            (&["labels.1", "labels.3", "users.1", "users.2"][..], "labels.2.json: missing before"),
            (&["labels.1", "users.1", "users.2"], "labels.2.json: missing, as"),
            (&["labels.1", "labels.2"], "users.1.json: missing, as"),
            (
                &["labels.1", "labels.2", "users.1", "users.2", "goals.1"],
                "goals.1.json: there is no",
            ),
            (
                &["labels.1", "labels.2", "users.1", "users.2", "no/users.1"],
                "no/users.1.json: there is no",
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

    #[test]
    fn a_body_of_one_object_needs_no_second_page() {
        let labels = connectors::find("accounts").unwrap().resource("labels").unwrap();
        assert_eq!(pages_needed(labels, r#"{"_data": {"id": 1}}"#), 1);
        assert_eq!(pages_needed(labels, r#"{"_data": [{"id": 1}]}"#), 2);
    }
}
