//! Snapshots that no test refers to: they look like promises, and nothing keeps them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use walkdir::WalkDir;

/// The variable that names a file, into which insta writes the path of each snapshot that a test refers to.
pub(crate) const VARIABLE: &str = "INSTA_SNAPSHOT_REFERENCES_FILE";

/// The snapshots below a folder that are not among those that insta wrote down.
pub(crate) fn strays(folder: &Path, references: &Path) -> Result<Vec<PathBuf>> {
    let said = fs::read_to_string(references)
        .with_context(|| format!("{} cannot be read", references.display()))?;
    // One that is referred to and not there has failed its test.
    let referred: BTreeSet<_> =
        said.lines().filter_map(|path| Path::new(path).canonicalize().ok()).collect();
    let mut strays = Vec::new();
    let folder = folder.canonicalize()?;
    let worked_on = |name: &str| !name.starts_with('.') && name != "target";
    let entries = WalkDir::new(&folder).sort_by_file_name().into_iter().filter_entry(|entry| {
        entry.depth() == 0 || entry.file_name().to_str().is_none_or(worked_on)
    });
    for entry in entries {
        let path = entry?.into_path();
        let is_snapshot = path.extension().is_some_and(|extension| extension == "snap");
        if is_snapshot && !referred.contains(&path) {
            strays.push(path.strip_prefix(&folder)?.to_owned());
        }
    }
    Ok(strays)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_that_no_test_refers_to_is_a_stray() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for file in ["a/used.snap", "a/stray.snap", "a/other.rs", "target/old.snap", ".git/x.snap"]
        {
            fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            fs::write(root.join(file), "").unwrap();
        }
        let references = root.join("references");
        let used = root.join("a/../a/used.snap");
        fs::write(&references, format!("{0}\n{0}\n/not/there.snap\n", used.display())).unwrap();
        assert_eq!(strays(root, &references).unwrap(), [Path::new("a/stray.snap")]);
    }
}
