//! Presets by their name, or in a file of one's own.

use std::path::Path;

use connector_core::error::{Error, Result};
use connector_core::foreign::Foreign;
use connector_core::words::nearest;
use connector_spec::{Auth, Connector, PresetError};

use super::plain_files::{read_text, reason};

/// The connector as a preset describes it: `documented`, one of its own, or a file.
pub fn preset_of(connector: &'static Connector, preset: &str) -> Result<&'static Connector> {
    let own = connector.presets.iter().find(|(name, _)| *name == preset);
    match connector.with_preset(preset) {
        Err(PresetError::Unknown) => {}
        Err(error) => {
            let text = own.map_or("", |(_, text)| text);
            return Err(told(connector, &error, preset, text));
        }
        Ok(overlaid) => return Ok(overlaid),
    }
    let text = read_text(Path::new(preset)).map_err(|error| {
        let known: Vec<&str> = connector.preset_names().collect();
        Error::settings(format!(
            "`{preset}` is neither a preset of `{}` nor a file that can be read: {}",
            connector.name,
            reason(&error)
        ))
        .next(format!("{}; or the path of a file", nearest(preset, &known)))
    })?;
    connector.overlaid(&text).map_err(|error| told(connector, &error, preset, &text))
}

/// The presets that send the key in another way than `auth`.
pub(crate) fn presets_unlike(connector: &'static Connector, auth: Auth) -> Vec<&'static str> {
    let is_other = |name: &&str| connector.with_preset(name).is_ok_and(|other| other.auth != auth);
    connector.preset_names().filter(is_other).collect()
}

fn told(connector: &Connector, error: &PresetError, preset: &str, text: &str) -> Error {
    match error {
        PresetError::Misread { what, at } => {
            let start = at.as_ref().map_or(0, |at| at.start.min(text.len()));
            let line = text[..start].matches('\n').count() + 1;
            Error::settings(format!("preset `{preset}`, line {line}: {}", Foreign(what)))
        }
        PresetError::NoResource(unknown) => {
            let known: Vec<&str> =
                connector.resources.iter().map(|resource| resource.name).collect();
            Error::settings(format!(
                "preset `{preset}`: `{}` has no resource `{unknown}`",
                connector.name
            ))
            .next(format!("there are: {}", known.join(", ")))
        }
        PresetError::Wrong { resource: Some(name), what } => {
            Error::settings(format!("preset `{preset}`, resource `{name}`: {what}"))
        }
        other => Error::settings(format!("preset `{preset}`: {other}")),
    }
}
