//! What the vendor sends: one struct for each resource.

use connector_spec::{DateTime, Record, Utc};

/// A meter.
#[derive(Record)]
pub struct Meter {
    /// Id of the meter.
    pub id: String,
    /// What it measures.
    pub medium: Option<String>,
    /// Where it is.
    pub place: Option<String>,
}

/// What a meter showed.
#[derive(Record)]
pub struct Reading {
    /// Id of the meter.
    pub meter: String,
    /// When it was read.
    pub at: DateTime<Utc>,
    /// What it showed.
    pub value: Option<f64>,
    /// What was noted.
    pub note: Option<String>,
}
