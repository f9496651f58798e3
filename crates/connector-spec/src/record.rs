//! Models: a struct that stands for one item of a listing.

use crate::column::Column;

/// The typed shape of a resource's items, made by `#[derive(Record)]`.
///
/// A model is a declaration and is never built: each of its fields is decoded
/// by itself, straight from the response into Postgres's binary form. One field
/// that the vendor sends in a new shape then costs that field, and not the row,
/// which is what decoding into an instance would cost.
pub trait Record {
    /// What an item is, in one line.
    const DOC: &'static str;
    /// Its columns, in the order of the fields.
    const COLUMNS: &'static [Column];
}
