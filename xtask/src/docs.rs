//! `cargo xtask docs`: the parts of the connectors' READMEs that their declarations tell.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use connector_core::{Connector, columns_as_markdown, print, resources_as_markdown};

use crate::{connectors, root};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Fail if a README is stale, instead of writing it
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let mut status = ExitCode::SUCCESS;
    for connector in connectors::ALL {
        let path = format!("crates/{}-connector/README.md", connector.name.replace('_', "-"));
        let file = root().join(&path);
        let before = fs::read_to_string(&file).with_context(|| format!("{path} is not there"))?;
        let after = renewed(&before, connector).with_context(|| path.clone())?;
        if before == after {
            continue;
        }
        if args.check {
            print(&format!("{path} is stale: run `cargo xtask docs`, and commit what it wrote"))?;
            status = ExitCode::FAILURE;
        } else {
            fs::write(&file, after)?;
            print(&format!("{path} is written"))?;
        }
    }
    Ok(status)
}

/// A README with what is between its markers made anew.
fn renewed(text: &str, connector: &Connector) -> Result<String> {
    let resources = resources_as_markdown(connector);
    let text = replaced(text, "resources", &resources)?;
    replaced(&text, "columns", &columns_as_markdown(connector))
}

fn replaced(text: &str, name: &str, content: &str) -> Result<String> {
    let begin = format!("<!-- {name}: written by `cargo xtask docs` -->\n");
    let end = format!("<!-- end of {name} -->");
    let Some((before, rest)) = text.split_once(&begin) else {
        bail!("the marker `{}` is missing", begin.trim());
    };
    let Some((_, after)) = rest.split_once(&end) else {
        bail!("the marker `{end}` is missing");
    };
    Ok(format!("{before}{begin}\n{}\n\n{end}{after}", content.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_between_the_markers_is_replaced_and_nothing_else() {
        let old = "a\n<!-- x: written by `cargo xtask docs` -->\nold\n<!-- end of x -->\nb\n";
        let new = replaced(old, "x", "new\n").unwrap();
        assert_eq!(new.replace("\nnew\n\n", "old\n"), old);
        assert_eq!(replaced(&new, "x", "new").unwrap(), new);
        assert!(replaced(old, "y", "new").is_err());
    }
}
