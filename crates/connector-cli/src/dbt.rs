//! `dbt`: a package for dbt, from the declarations and the connections of a file.

mod nested;
mod package;
mod properties;
mod sql;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::chosen::{Chosen, OfConnector};
use super::{print, whole_file};
use crate::settings::{File, Flags, Place, reason};
use connector_core::error::{Error, ErrorKind, Result};
use connector_core::words::count;
use connector_spec::Connector;

pub use nested::{View, views};
use package::{MARK, Package, Written};

/// How the package is written.
#[derive(Debug, clap::Args)]
pub(super) struct How {
    /// The folder of the package; files of yours that are in it stay
    #[arg(short, long, value_name = "FOLDER")]
    output: PathBuf,
}

/// What the package of one connector is told.
pub(super) type Args = OfConnector<How>;

pub(super) fn run(connector: &'static Connector, args: Args) -> Result<u8> {
    show(args.which.choose(connector)?, &args.how)
}

/// Writes the package of these connections, says what is in it, and returns the exit status.
pub(super) fn show(chosen: Chosen, how: &How) -> Result<u8> {
    let Chosen { file, each, wrong } = chosen;
    // Half a package would be one whose tests say nothing of the rest.
    if let Some(error) = wrong.into_iter().next() {
        return Err(error);
    }
    let package = package_of(&each, &file)?;
    let files = package.files()?;
    write(&how.output, &files)?;
    let connections = count(package.connections(), "connection", "connections");
    let (sources, models) = (package.sources(), package.models());
    let output = how.output.display();
    print(&format!(
        "{output}: {} and {} of {connections}\n\n  cd {output} && dbt build",
        count(sources, "source", "sources"),
        count(models, "model", "models"),
    ))?;
    Ok(0)
}

/// The files of the package of all connections in a text that could stand in `connectors.toml`,
/// each with its path.
pub fn dbt_package(connectors: &[&'static Connector], text: &str) -> Result<Vec<(String, String)>> {
    let file = File::parse(Path::new("connectors.toml"), text)?;
    let known = |name: &str| connectors.iter().find(|connector| connector.name == name);
    let each = file.connections().filter_map(|(name, connector)| {
        let flags = Flags { connection: Some(name.to_owned()), ..Flags::default() };
        Some((*known(connector)?, flags))
    });
    let each: Vec<_> = each.collect();
    let files = package_of(&each, &file)?.files()?;
    Ok(files.into_iter().map(|file| (file.path, file.text)).collect())
}

fn package_of(each: &[(&'static Connector, Flags)], file: &File) -> Result<Package> {
    let places = each
        .iter()
        .map(|(connector, flags)| Ok((*connector, Place::on_paper(connector, file, flags)?)));
    let places: Vec<_> = places.collect::<Result<_>>()?;
    if !file.has_one_database(places.iter().map(|(_, place)| place.name.as_str())) {
        let what = "the connections are in several databases, and dbt reads one";
        return Err(Error::settings(what)
            .next("name those of one database with --connection, and write a package for each"));
    }
    Package::of(places)
}

/// Writes what differs, and takes away what was written before and is in no package now.
fn write(folder: &Path, files: &[Written]) -> Result<()> {
    let mut differing = Vec::new();
    for file in files {
        let path = folder.join(&file.path);
        match fs::read_to_string(&path) {
            Ok(_) if file.once => {}
            Ok(text) if text == file.text => {}
            Ok(text) if !is_ours(&text) => {
                let what = format!("{} is there, and `dbt` did not write it", path.display());
                return Err(Error::settings(what)
                    .next("name another folder with --output, or take the file away"));
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed(&path, &error));
            }
            Ok(_) | Err(_) => differing.push((path, &file.text)),
        }
    }
    for (path, text) in differing {
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|error| failed(parent, &error))?;
        whole_file::write(&path, text)?;
    }
    let wanted: BTreeSet<PathBuf> = files.iter().map(|file| folder.join(&file.path)).collect();
    for below in ["models", "tests"] {
        for entry in WalkDir::new(folder.join(below)).into_iter().flatten() {
            let path = entry.path();
            let is_stale = entry.file_type().is_file() && !wanted.contains(path);
            if is_stale && fs::read_to_string(path).is_ok_and(|text| is_ours(&text)) {
                fs::remove_file(path).map_err(|error| failed(path, &error))?;
            }
        }
    }
    Ok(())
}

fn failed(path: &Path, error: &io::Error) -> Error {
    let what = format!("{} cannot be written: {}", path.display(), reason(error));
    Error::new(ErrorKind::Output, what).next("name a folder that is yours with --output")
}

/// Whether a file was written here, and by no person.
fn is_ours(text: &str) -> bool {
    text.lines().next().is_some_and(|line| line.contains(MARK))
}
