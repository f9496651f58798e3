//! `.env`: variables in a file beside `connectors.toml`, which secrets are written to.

use std::cell::Cell;
use std::io::{ErrorKind as Io, Read};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};

use super::plain_files::{self, Mode};
use connector_core::environment::VariablesFile;
use connector_core::error::{Error, Result};

/// The file of variables that a program reads when it starts.
const ENV_FILE: &str = ".env";

/// The file that belongs to the one that holds connections: it is beside it.
pub(crate) fn env_file(config: Option<&Path>) -> PathBuf {
    config.and_then(Path::parent).unwrap_or(Path::new("")).join(ENV_FILE)
}

/// Reads the variables in the file, which count where no variable of that name is set.
/// There may be no such file.
pub(crate) fn load(path: &Path) -> Result<()> {
    match plain_files::read_found(path) {
        Ok(bytes) => try_out(path, &bytes),
        Err(error)
            if matches!(error.kind(), Io::NotFound | Io::NotADirectory | Io::IsADirectory) =>
        {
            // Nor does one count that was there before.
            try_out(path, b"")
        }
        Err(error) => {
            let what = format!(
                "the file `{}` cannot be read: {}",
                path.display(),
                plain_files::reason(&error)
            );
            Err(Error::settings(what)
                .next(format!("make it a file of your own that nobody else writes or reads (`chmod 600 {}`), or move it away", path.display()))
                .because(error))
        }
    }
}

/// The file whose variables count, if it is one that others may read.
pub(super) fn open_env_file() -> Option<PathBuf> {
    let file = VariablesFile::current()?;
    let is_open = plain_files::others_may_read(&file.path);
    (is_open && !file.variables.is_empty()).then(|| file.path.clone())
}

/// Takes a text as what the file says, whether it does or not yet.
pub(crate) fn try_out(path: &Path, text: &[u8]) -> Result<()> {
    let variables = parse(path, text)?;
    let variables = variables.into_iter().map(|(name, value)| (name, value.into())).collect();
    VariablesFile { path: path.to_owned(), variables }.put();
    Ok(())
}

/// The file as it will be: its text, which is written once it is known to be good.
#[derive(Debug)]
pub(crate) struct Draft {
    path: PathBuf,
    text: SecretString,
    changed: bool,
}

impl Draft {
    /// The file as it is; there may be none.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        let text = match plain_files::read_text(path) {
            Ok(text) => text,
            Err(error) if error.kind() == Io::NotFound => String::new(),
            Err(error) => return Err(unwritable(path, error)),
        };
        Ok(Self { path: path.to_owned(), text: text.into(), changed: false })
    }

    /// Sets a variable, or fails if it would not be read back.
    pub(crate) fn set(&mut self, name: &str, secret: &SecretString) -> Result<()> {
        let mut text = self.without(name);
        text.push_str(&assignment(name, secret.expose_secret()));
        text.push('\n');
        // What was typed has to come back, and whatever else stands there.
        let read = parse(&self.path, text.as_bytes())?;
        let first = read.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
        if first != Some(secret.expose_secret()) {
            let what = format!("the value of {name} cannot be written so that it is read back");
            return Err(Error::settings(what).at("file", self.path.display()).next(
                "copy it again; or write it to a file, and name that as `file:PATH` in connectors.toml",
            ));
        }
        (self.text, self.changed) = (text.into(), true);
        Ok(())
    }

    /// Takes a variable out.
    pub(crate) fn unset(&mut self, name: &str) {
        (self.text, self.changed) = (self.without(name).into(), true);
    }

    /// Has everything read from now on as if it were written.
    pub(crate) fn try_out(&self) -> Result<()> {
        try_out(&self.path, self.text.expose_secret().as_bytes())
    }

    /// Has variables read from now on as if they were set.
    pub(crate) fn try_out_besides(path: &Path, set: &[(&str, SecretString)]) {
        let mut variables: Vec<_> =
            set.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let before = VariablesFile::current();
        variables.extend(before.iter().flat_map(|file| file.variables.iter().cloned()));
        VariablesFile { path: path.to_owned(), variables }.put();
    }

    /// Writes it, if anything changed, so that nobody else may read it from then on.
    pub(crate) fn write(&self) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        plain_files::replace(&self.path, self.text.expose_secret(), Mode::Private)
            .map_err(|error| unwritable(&self.path, error))
    }

    fn without(&self, name: &str) -> String {
        let sets = |line: &&str| {
            let set = line.split_once('=').map_or("", |(set, _)| set.trim());
            set.strip_prefix("export ").unwrap_or(set).trim() == name
        };
        let lines = self.text.expose_secret().lines().filter(|line| !sets(line));
        lines.flat_map(|line| [line, "\n"]).collect()
    }
}

pub(super) fn unwritable(path: &Path, error: std::io::Error) -> Error {
    let what =
        format!("the file `{}` cannot be written: {}", path.display(), plain_files::reason(&error));
    Error::settings(what).next("check the rights of the file and of its folder").because(error)
}

/// A variable and its value, as a shell and the file take it.
fn assignment(name: &str, value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@+,%=".contains(c);
    if value.chars().all(plain) {
        return format!("{name}={value}");
    }
    if !value.contains(['\'', '\\']) {
        return format!("{name}='{value}'");
    }
    let mut quoted = String::new();
    for c in value.chars() {
        if matches!(c, '\\' | '"' | '$') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    format!("{name}=\"{quoted}\"")
}

/// The variables in the file, or the line in which it is wrong.
fn parse(path: &Path, bytes: &[u8]) -> Result<Vec<(String, String)>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Err(error) = std::str::from_utf8(bytes) {
        let before = &bytes[..error.valid_up_to()];
        let line = before.split(|byte| *byte == b'\n').count();
        return Err(misread(path, line, "a character is not UTF-8"));
    }
    // The last line has an end too.
    let bytes = [bytes, b"\n"].concat();
    let read = Cell::new(0);
    dotenvy::from_read_iter(Lines { rest: &bytes, read: &read }).collect::<Result<_, _>>().map_err(
        |error| match error {
            // The text is not shown: it may be a secret. It tells where a value began.
            dotenvy::Error::LineParse(text, _) => {
                let line = (read.get() + 1).saturating_sub(text.lines().count().max(1));
                misread(path, line, "this is not NAME=value")
            }
            _ => misread(path, read.get(), "it cannot be read"),
        },
    )
}

fn misread(path: &Path, line: usize, what: &str) -> Error {
    Error::settings(format!("`{}`, line {line}: {what}", path.display())).next(
        "write NAME=value, and NAME='a value' if it has spaces; a comment begins with #, and a quote has an end",
    )
}

/// Hands out one line after the other, and counts them.
struct Lines<'a> {
    rest: &'a [u8],
    read: &'a Cell<usize>,
}

impl Read for Lines<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        let line = end.map_or(self.rest.len(), |end| end + 1);
        let count = line.min(out.len());
        out[..count].copy_from_slice(&self.rest[..count]);
        self.rest = &self.rest[count..];
        if count == line && count > 0 {
            self.read.set(self.read.get() + 1);
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_that_a_header_can_hold_is_read_back() {
        let odd = ["trail\\", "'quoted'1234", "a$HOME#c'd\"e\\f", "${HOME}", "a b", " # ", "`id`"];
        let ascii: String = (' '..='~').collect();
        let pairs =
            (' '..='~').flat_map(|one| ['\\', '\'', '"', '$', '#', 'n'].map(|two| (one, two)));
        let pairs: Vec<String> = pairs.map(|(one, two)| format!("{one}{two}{one}")).collect();
        for value in odd.into_iter().chain([&*ascii]).chain(pairs.iter().map(String::as_str)) {
            let text = assignment("KEY", value);
            let read = parse(Path::new(ENV_FILE), format!("{text}\nNEXT=1\n").as_bytes()).unwrap();
            let expected = [("KEY", value), ("NEXT", "1")];
            assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
    }

    #[test]
    fn the_line_that_is_wrong_is_named() {
        let cases: [(&[u8], usize); 8] = [
            (b"A=1\nB=nightly sync job\nC=1\n", 2),
            (b"A=1\n\n# so\na note to myself\nC=1\n", 4),
            (b"A=1\nB=\"open\nC=1\nD=2\n", 2),
            (b"A=1\nB=\"open\nC=\"1\"\nD=2\n", 2),
            (b"A=1\n# caf\xE9\nC=1\n", 2),
            (b"A=1\nB='a\nb'\nC=x y\n", 4),
            (b"A=1\r\nB=x y\r\n", 2),
            (b"one", 1),
        ];
        for (text, line) in cases {
            let error = parse(Path::new(ENV_FILE), text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`.env`, line {line}: ")), "{error}");
            assert!(!error.contains("open") && !error.contains("nightly"), "{error}");
        }
        for good in ["", "\u{feff}A=1", "A=1 \n", "export A=1 # so\n", "A=\n#"] {
            assert!(parse(Path::new(ENV_FILE), good.as_bytes()).is_ok(), "{good:?}");
        }
    }
}
