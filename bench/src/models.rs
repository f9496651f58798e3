//! Rows of the benchmark. Their fields' names decide which values are made up for them.

use connector_spec::{DateTime, Json, Record, Utc};

/// A row of scalars, about 290 bytes on the wire.
#[derive(Record)]
pub struct Flat {
    /// Text key.
    pub id: String,
    /// Text.
    pub name: Option<String>,
    /// Text.
    pub email: Option<String>,
    /// Text.
    pub status: Option<String>,
    /// Text.
    pub description: Option<String>,
    /// Whole number.
    pub amount: Option<i64>,
    /// Whole number.
    pub quantity: Option<i64>,
    /// Number.
    pub score: Option<f64>,
    /// Truth value.
    pub is_active: Option<bool>,
    /// Truth value.
    pub is_verified: Option<bool>,
    /// Time.
    #[record(unit = "seconds")]
    pub created_at: Option<DateTime<Utc>>,
    /// Time of the last change.
    pub updated_at: DateTime<Utc>,
}

/// A row of scalars, two objects and a list, about 620 bytes on the wire.
#[derive(Record)]
pub struct Nested {
    /// Text key.
    pub id: String,
    /// Text.
    pub name: Option<String>,
    /// Text.
    pub email: Option<String>,
    /// Text.
    pub status: Option<String>,
    /// Text.
    pub description: Option<String>,
    /// Whole number.
    pub amount: Option<i64>,
    /// Whole number.
    pub quantity: Option<i64>,
    /// Number.
    pub score: Option<f64>,
    /// Truth value.
    pub is_active: Option<bool>,
    /// Truth value.
    pub is_verified: Option<bool>,
    /// Time.
    #[record(unit = "seconds")]
    pub created_at: Option<DateTime<Utc>>,
    /// Time of the last change.
    pub updated_at: DateTime<Utc>,
    /// Object.
    pub location: Option<Json>,
    /// Object.
    pub contact: Option<Json>,
    /// List.
    pub tags: Option<Json>,
}

/// A row of a parent's.
#[derive(Record)]
pub struct Child {
    /// Key among its siblings.
    pub id: i64,
    /// Text.
    pub name: Option<String>,
    /// Whole number.
    pub amount: Option<i64>,
    /// Time of the last change.
    pub updated_at: DateTime<Utc>,
}
