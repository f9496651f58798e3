//! What the vendor sends: one struct for each resource. Times are seconds since 1970.

use connector_spec::{DateTime, Json, Record, Utc};

/// A recipe.
#[derive(Record)]
pub struct Recipe {
    /// Its name in addresses.
    pub slug: String,
    /// Its title.
    pub title: Option<String>,
    /// What it needs.
    pub ingredients: Option<Json>,
    /// Whether it is to be seen by all.
    pub is_public: Option<bool>,
    /// When it was last edited.
    #[record(unit = "seconds")]
    pub edited: DateTime<Utc>,
}

/// Who wrote a recipe.
#[derive(Record)]
pub struct Author {
    /// Number of the author.
    pub id: i64,
    /// Name of the author.
    pub full_name: Option<String>,
}
