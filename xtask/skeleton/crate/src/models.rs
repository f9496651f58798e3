//! What the vendor sends: one struct for each resource.
//!
//! A bare type is promised in every item; an `Option` may be null or left out.
//! These docs are also the comments of the tables and their columns.

use connector_spec::{DateTime, Record, Utc};

/// An item.
#[derive(Record)]
pub struct Item {
    /// Id of the item.
    pub id: i64,
    /// Name of the item.
    pub name: Option<String>,
    /// When the item was last edited.
    pub updated_at: DateTime<Utc>,
}
