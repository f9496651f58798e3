//! What the vendor sends: one struct for each resource.
//!
//! A bare type is promised in every item; an `Option` may be null or left out.
//! Times are RFC 3339 on the wire. Ids are text. A read moves `accessed_at` and
//! `stats`, and a sync reads, so a change of these alone leaves the row as it is.
//! These docs are also the comments of the tables and their columns.

use connector_spec::{DateTime, Json, Record, Utc};

/// A dataset, as the collection lists it.
#[derive(Record)]
pub struct ListedDataset {
    /// Id of the dataset.
    pub id: String,
    /// Name of the dataset; an unnamed one has none.
    pub name: Option<String>,
    /// Id of the user that the dataset belongs to.
    pub user_id: String,
    /// Name of the user that the dataset belongs to.
    pub username: Option<String>,
    /// When the dataset was created.
    pub created_at: DateTime<Utc>,
    /// When the dataset was last modified.
    pub modified_at: DateTime<Utc>,
    /// When the dataset was last read or written.
    #[record(volatile)]
    pub accessed_at: DateTime<Utc>,
    /// Number of items; it can lag some seconds behind.
    pub item_count: i64,
    /// Number of items that are not empty; it can lag some seconds behind.
    pub clean_item_count: i64,
    /// Id of the actor whose run made the dataset.
    pub act_id: Option<String>,
    /// Id of the run that made the dataset.
    pub act_run_id: Option<String>,
    /// Title of the dataset.
    pub title: Option<String>,
    /// Schema of the dataset: an object, or text from older versions of the API.
    pub schema: Option<Json>,
    /// How much it was used: `readCount`, `writeCount`, `storageBytes` and `inflatedBytes`.
    #[record(volatile)]
    pub stats: Option<Json>,
    /// Names of the fields that its items have.
    pub fields: Option<Json>,
    /// Who can read it: `ANYONE_WITH_ID_CAN_READ`, `ANYONE_WITH_NAME_CAN_READ`,
    /// `FOLLOW_USER_SETTING` or `RESTRICTED`.
    pub general_access: Option<String>,
}

/// A dataset, with more than the collection lists of it.
#[derive(Record)]
pub struct Dataset {
    /// Id of the dataset.
    pub id: String,
    /// Name of the dataset; an unnamed one has none.
    pub name: Option<String>,
    /// Id of the user that the dataset belongs to.
    pub user_id: String,
    /// Name of the user that the dataset belongs to.
    pub username: Option<String>,
    /// When the dataset was created.
    pub created_at: DateTime<Utc>,
    /// When the dataset was last modified.
    pub modified_at: DateTime<Utc>,
    /// When the dataset was last read or written.
    #[record(volatile)]
    pub accessed_at: DateTime<Utc>,
    /// Number of items; it can lag some seconds behind.
    pub item_count: i64,
    /// Number of items that are not empty; it can lag some seconds behind.
    pub clean_item_count: i64,
    /// Id of the actor whose run made the dataset.
    pub act_id: Option<String>,
    /// Id of the run that made the dataset.
    pub act_run_id: Option<String>,
    /// Title of the dataset.
    pub title: Option<String>,
    /// Schema of the dataset: an object, or text from older versions of the API.
    pub schema: Option<Json>,
    /// How much it was used: `readCount`, `writeCount`, `storageBytes` and `inflatedBytes`.
    #[record(volatile)]
    pub stats: Option<Json>,
    /// Names of the fields that its items have.
    pub fields: Option<Json>,
    /// Address of the dataset in the vendor's console.
    pub console_url: String,
    /// Address where anyone can read the items; as it is signed, only a fingerprint is kept.
    #[record(secret)]
    pub items_public_url: Option<String>,
    /// Key that signs such addresses; only a fingerprint is kept.
    #[record(secret)]
    pub url_signing_secret_key: Option<String>,
    /// Who can read it: `ANYONE_WITH_ID_CAN_READ`, `ANYONE_WITH_NAME_CAN_READ`,
    /// `FOLLOW_USER_SETTING` or `RESTRICTED`.
    pub general_access: Option<String>,
}

/// An item that a website content crawler collected; a field without a column is in `_extra`.
#[derive(Record)]
pub struct WebsiteContent {
    /// Position of the item in its dataset, counted from 0.
    #[record(position)]
    pub offset: i64,
    /// Address of the content; several items can have the same.
    pub url: Option<String>,
    /// How it was found: `depth`, `httpStatusCode`, `loadedTime`, `loadedUrl` and `referrerUrl`.
    pub crawl: Option<Json>,
    /// What it says of itself: `canonicalUrl`, `description`, `languageCode` and `title`.
    pub metadata: Option<Json>,
    /// Address of a screenshot.
    pub screenshot_url: Option<String>,
    /// The content as plain text; it can be megabytes long.
    pub text: Option<String>,
    /// The content as Markdown; it can be megabytes long.
    pub markdown: Option<String>,
}

/// An item of a dataset, of whatever shape.
#[derive(Record)]
pub struct Item {
    /// Position of the item in its dataset, counted from 0.
    #[record(position)]
    pub offset: i64,
    /// The item, as the vendor sent it.
    #[record(whole)]
    pub data: Json,
}
