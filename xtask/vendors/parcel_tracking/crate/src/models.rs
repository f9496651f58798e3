//! What the vendor sends: one struct for each resource.

use connector_spec::{DateTime, Json, Record, Utc};

/// A parcel on its way.
#[derive(Record)]
#[record(snake_case)]
pub struct Shipment {
    /// Id of the shipment.
    pub id: String,
    /// Where it goes: `street`, `city` and `country`.
    pub address: Option<Json>,
    /// Weight in kilograms.
    pub weight: Option<f64>,
    /// Who may ask where it is.
    #[record(secret)]
    pub pickup_code: Option<String>,
    /// When it was last edited.
    pub updated_at: DateTime<Utc>,
}

/// What happened to a parcel.
#[derive(Record)]
#[record(snake_case)]
pub struct Event {
    /// Number of the event within its shipment.
    pub id: i64,
    /// What it was.
    pub what: String,
    /// When it was.
    pub at: DateTime<Utc>,
}
