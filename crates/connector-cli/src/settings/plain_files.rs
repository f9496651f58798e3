//! Files of settings: plain ones of a moderate size, and written whole or not at all.
//!
//! A path is a person's word, and what lies there may be anything: a pipe that nobody
//! writes into, a device without an end, a link that leads elsewhere.

use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io::{Error, ErrorKind, Read as _, Result, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;
use rustix::process::geteuid;

/// The largest file of settings, in bytes.
const MOST: u64 = 1 << 20;

/// What some editors begin a file in UTF-8 with.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The bytes of a file of settings.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    contents(&open(path)?)
}

/// The bytes of a file that somebody named; `what` it is stands in the error.
pub fn read_named(path: &Path, what: &str) -> connector_core::error::Result<Vec<u8>> {
    read(path).map_err(|error| {
        let what = format!("{what} in `{}` cannot be read: {}", path.display(), reason(&error));
        connector_core::error::Error::settings(what)
            .next("name a file that is there, and that this user may read")
    })
}

/// The text of a file of settings.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    text(read(path)?)
}

/// The bytes of a file that nobody named, as it was found where the program runs:
/// there it may be anybody's, and says where the key goes.
pub(super) fn read_found(path: &Path) -> Result<Vec<u8>> {
    let file = open(path)?;
    let metadata = file.metadata()?;
    let user = geteuid().as_raw();
    let refused = |what: &str| Err(Error::new(ErrorKind::PermissionDenied, what));
    // Root reads the files of others, as in a container with a user's folder.
    if metadata.uid() != user && metadata.uid() != 0 && user != 0 {
        return refused("it belongs to another user, who could choose where the key goes");
    }
    nobody_else_writes(&metadata)?;
    contents(&file)
}

/// The same, as text.
pub(super) fn read_found_text(path: &Path) -> Result<String> {
    text(read_found(path)?)
}

/// The text of a file that somebody named and that says where the key goes: it may be another
/// user's, who is trusted by that, but not everybody's.
pub(super) fn read_named_text(path: &Path) -> Result<String> {
    let file = open(path)?;
    nobody_else_writes(&file.metadata()?)?;
    text(contents(&file)?)
}

/// Whether it is a plain file that everybody may write to.
pub(super) fn everybody_may_write(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.mode() & 0o002 != 0)
}

/// Fails if everybody may write to a file.
fn nobody_else_writes(metadata: &Metadata) -> Result<()> {
    if metadata.mode() & 0o002 != 0 {
        let what = "everybody may write to it, and choose where the key goes";
        return Err(Error::new(ErrorKind::PermissionDenied, what));
    }
    Ok(())
}

/// Whether others than its owner may read a file.
pub(super) fn others_may_read(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.mode() & 0o044 != 0)
}

/// Why a file cannot be read or written, without anything that stands in it.
pub(crate) fn reason(error: &Error) -> String {
    // Those of this file are words; those of the system repeat a path.
    match error.kind() {
        _ if error.get_ref().is_some() => error.to_string(),
        ErrorKind::NotFound => "there is no such file".to_owned(),
        kind => kind.to_string(),
    }
}

/// Puts a text in the place of a file: whoever reads meanwhile has all of the old or all of
/// the new one, and a new file has the mode `new_mode`, less what the umask takes.
pub(crate) fn replace(path: &Path, text: &str, new_mode: Mode) -> Result<()> {
    let mode = match (new_mode, path.symlink_metadata()) {
        (_, Ok(metadata)) if metadata.is_symlink() => {
            let what = "it is a link, and what it leads to may be somebody else's";
            return Err(Error::new(ErrorKind::InvalidInput, what));
        }
        (_, Ok(metadata)) if metadata.is_dir() => return Err(ErrorKind::IsADirectory.into()),
        (Mode::Private, _) => 0o600,
        (Mode::Shared, Ok(metadata)) => metadata.mode() & 0o777,
        (Mode::Shared, Err(_)) => 0o644,
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .permissions(Permissions::from_mode(mode))
        .prefix(".connectors-")
        .tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Who may read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nobody but its owner.
    Private,
    /// Whoever may read it now.
    Shared,
}

fn open(path: &Path) -> Result<File> {
    // Opening a pipe would wait for somebody who writes.
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(Error::new(ErrorKind::IsADirectory, "it is a folder"));
    }
    if !metadata.is_file() {
        return Err(Error::new(ErrorKind::InvalidInput, "it is a pipe or a device, and no file"));
    }
    Ok(file)
}

fn contents(file: &File) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        return Err(Error::new(ErrorKind::FileTooLarge, "it is larger than 1 MiB"));
    }
    // Some editors put a mark in front that is no part of a key.
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(bytes)
}

fn text(bytes: Vec<u8>) -> Result<String> {
    let what = "a character in it is not UTF-8";
    String::from_utf8(bytes).map_err(|_| Error::new(ErrorKind::InvalidData, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_plain_file_of_a_moderate_size_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let pipe = std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap();
        assert!(pipe.success());
        std::fs::write(path("large"), vec![b'a'; (1 << 20) + 1]).unwrap();
        std::fs::write(path("bytes"), b"\xE9").unwrap();
        std::fs::write(path("fine"), b"a").unwrap();
        std::fs::write(path("marked"), b"\xEF\xBB\xBFa").unwrap();
        std::os::unix::fs::symlink(path("fine"), path("link")).unwrap();
        for (name, said) in [
            (path("pipe"), Err("it is a pipe or a device, and no file")),
            ("/dev/zero".into(), Err("it is a pipe or a device, and no file")),
            (folder.path().to_owned(), Err("it is a folder")),
            (path("large"), Err("it is larger than 1 MiB")),
            (path("bytes"), Err("a character in it is not UTF-8")),
            (path("none"), Err("there is no such file")),
            (path("fine"), Ok("a")),
            (path("marked"), Ok("a")),
            (path("link"), Ok("a")),
        ] {
            let read = read_text(&name).map_err(|error| reason(&error));
            assert_eq!(read.as_deref().map_err(String::as_str), said, "{}", name.display());
        }
    }

    #[test]
    fn a_file_that_was_found_or_named_and_that_others_write_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        std::fs::write(&path, "A=1").unwrap();
        for (mode, good) in [(0o600, true), (0o644, true), (0o664, true), (0o666, false)] {
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert_eq!(read_found(&path).is_ok(), good, "{mode:o}");
            assert_eq!(read_named_text(&path).is_ok(), good, "{mode:o}");
        }
    }

    #[test]
    fn a_reader_never_sees_what_is_written_into_a_file_that_it_has_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        std::fs::write(&path, "A=old").unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let mut reader = File::open(&path).unwrap();
        replace(&path, "A=new", Mode::Private).unwrap();
        let mut seen = String::new();
        reader.read_to_string(&mut seen).unwrap();
        assert_eq!((seen.as_str(), read_text(&path).unwrap().as_str()), ("A=old", "A=new"));
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(
            reason(&replace(&link, "A=1", Mode::Shared).unwrap_err()).starts_with("it is a link")
        );
        assert_eq!(read_text(&path).unwrap(), "A=new");
    }
}
