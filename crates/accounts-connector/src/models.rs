//! What the vendor sends: one struct for each resource.
//!
//! A bare type is promised in every item; an `Option` may be null or left out.
//! Times are epoch seconds on the wire. Ids are numbers, except the feed's.
//! These docs are also the comments of the tables and their columns.

use connector_spec::{DateTime, Json, Record, Utc};

/// An account that the key can read.
#[derive(Record)]
pub struct Account {
    /// Id of the account.
    pub id: i64,
    /// Name of the account.
    pub name: Option<String>,
    /// Whether it is the main account.
    pub is_main_account: Option<bool>,
    /// Whether the account is enabled.
    #[record(alias = "enabled")]
    pub is_enabled: Option<bool>,
    /// Whether the account is active.
    pub is_active: Option<bool>,
    /// When the account was created; an edit does not move it.
    #[record(unit = "seconds")]
    pub created_on: DateTime<Utc>,
}

/// Something that was done in the account.
#[derive(Record)]
pub struct AccountsFeed {
    /// Id of what was done; text, where all other ids are numbers.
    pub id: String,
    /// Kind of the feed's item, such as `campaign`.
    pub r#type: Option<String>,
    /// Who did it: `id`, `name` and `imageUrl` of the user.
    pub who: Option<Json>,
    /// What was done, such as `created`.
    pub verb: Option<String>,
    /// What it was done to, such as `campaign`.
    pub what: Option<String>,
    /// When it was done.
    #[record(unit = "seconds")]
    pub when: DateTime<Utc>,
    /// Campaign concerned: `id`, `name`, `type`, `platform`, `appPlatform` and `goalId`.
    pub campaign: Option<Json>,
}

/// A user of the account.
#[derive(Record)]
pub struct User {
    /// Id of the user.
    pub id: i64,
    /// Name of the user.
    pub name: Option<String>,
    /// Email address of the user.
    pub email: Option<String>,
    /// Id of the account that the user belongs to.
    pub account: Option<i64>,
    /// What the user may do, such as `admin`.
    pub permission: Option<String>,
    /// Title of the user.
    pub title: Option<String>,
    /// Department of the user.
    pub department: Option<String>,
    /// Phone number of the user.
    pub phone: Option<String>,
    /// Country of the user.
    pub country: Option<String>,
    /// When the user was created; an edit does not move it.
    #[record(unit = "seconds")]
    pub created_on: DateTime<Utc>,
    /// When the user last logged in.
    #[record(unit = "seconds")]
    pub last_login: Option<DateTime<Utc>>,
}

/// The code that a website includes to take part in the account's campaigns.
#[derive(Record)]
pub struct Smartcode {
    /// Documented as the key; the live API sends none, and `singleton` stands in.
    pub uid: Option<String>,
    /// The code that loads asynchronously, as HTML.
    pub r#async: Option<String>,
    /// The code that loads synchronously, as HTML.
    pub sync: Option<String>,
}

/// A campaign, such as a test, a heatmap or a survey.
#[derive(Record)]
pub struct Campaign {
    /// Id of the campaign.
    pub id: i64,
    /// Name of the campaign.
    pub name: Option<String>,
    /// Kind: `ab`, `multivariate`, `split`, `feature-rollout`, `feature-test`, `heatmap`,
    /// `survey`, `recording` or another.
    pub r#type: Option<String>,
    /// Where it runs: `website`, `full-stack` or `mobile-app`.
    pub platform: Option<String>,
    /// State: `NOT_STARTED`, `ACTIVE`, `RUNNING`, `PAUSED`, `STOPPED`, `ARCHIVED` or `DELETED`.
    pub status: Option<String>,
    /// Whether it is deleted; the live API lists deleted campaigns too.
    pub is_deleted: Option<bool>,
    /// Whether it waits for approval.
    pub is_approval_pending: Option<bool>,
    /// Whether its statistics are Bayesian.
    pub is_bayesian: Option<bool>,
    /// Address of the page that it mostly runs on.
    pub primary_url: Option<String>,
    /// Addresses of the pages that it runs on: `type` and `value` of each.
    pub urls: Option<Json>,
    /// Id of the goal that matters most.
    pub primary_goal: Option<i64>,
    /// Goals, in `partialCollection`: `id`, `name`, `type`, `isPrimary` and `averageData` of each.
    pub goals: Option<Json>,
    /// Variations, in `partialCollection`.
    pub variations: Option<Json>,
    /// Labels that it carries: `id` and `name` of each.
    pub labels: Option<Json>,
    /// Pages that it runs on: `include`, `exclude` and `editorUrl`.
    pub page_group_config: Option<Json>,
    /// Settings of its statistics; rates such as `expectedConversionRate` are text.
    pub stats: Option<Json>,
    /// Groups of campaigns that it is in.
    pub campaign_group: Option<Json>,
    /// Campaigns that it is associated with.
    pub associated_campaign: Option<Json>,
    /// Who created it: `id`, `name` and `imageUrl` of the user.
    pub created_by: Option<Json>,
    /// When the campaign was created; an edit does not move it.
    #[record(unit = "seconds")]
    pub created_on: DateTime<Utc>,
}

/// A custom widget, which the vendor's path calls a changeset.
#[derive(Record)]
pub struct CustomWidget {
    /// Id of the widget.
    pub id: i64,
    /// Name of the widget.
    pub name: Option<String>,
    /// Kind of widget.
    pub r#type: Option<String>,
    /// Description of the widget.
    pub description: Option<String>,
    /// Who created it, as text.
    pub created_by: Option<String>,
    /// When the widget was created.
    #[record(unit = "seconds or milliseconds")]
    pub created_at: Option<DateTime<Utc>>,
    /// When the widget was last edited.
    #[record(unit = "seconds or milliseconds")]
    pub updated_at: DateTime<Utc>,
}

/// The thresholds from which on a variation counts as winning or losing.
#[derive(Record)]
pub struct Thresholds {
    /// Documented as the key; the live API sends none, and `singleton` stands in.
    pub uid: Option<String>,
    /// Threshold of visitors, a count.
    pub visitors: Option<i64>,
    /// Threshold of winning, in percent.
    pub winning_percent: Option<f64>,
    /// Threshold of losing, in percent.
    pub losing_percent: Option<f64>,
}

/// The account's links to other tools; a tool without a column here is in `_extra`.
#[derive(Record)]
pub struct Integrations {
    /// Documented as the key; the live API sends none, and `singleton` stands in.
    pub uid: Option<String>,
    /// Clicktale: `enabled`.
    pub clicktale: Option<Json>,
    /// Google Analytics: `enabled`, `prefix` and `slot`.
    pub ga: Option<Json>,
    /// Whether Google Analytics is the premium edition.
    pub is_ga_premium: Option<bool>,
    /// Universal Analytics: `enabled`, `prefix` and `dimension`.
    pub ua: Option<Json>,
    /// Google Tag Manager: `enabled`.
    pub gtm: Option<Json>,
}

/// A label that a campaign can carry.
#[derive(Record)]
pub struct Label {
    /// Id of the label.
    pub id: i64,
    /// Name of the label.
    pub name: Option<String>,
}
