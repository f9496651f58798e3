//! From an answer to tuples. Pure.
//!
//! ```text
//! select (where the rows are) → decode (fields of a row, by column) → tuple (the form of `copy`)
//!                                 key · veil (chosen, secret) · drift  → encoded (a page)
//! ```

pub(crate) mod chosen;
mod decode;
mod drift;
mod encoded;
mod key;
#[cfg(test)]
mod mangled;
pub(crate) mod secret;
pub(crate) mod select;
mod tuple;
pub(crate) mod veil;

pub(crate) use decode::Decoder;
pub(crate) use drift::{Drift, DriftSeen, adoption, as_list as drift_as_list};
pub(crate) use encoded::{Bounds, Encoded, MAX_REJECTED, Rejected, shortened};
