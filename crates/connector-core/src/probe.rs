//! One cheap question: the first page of a resource, without any patience.

use crate::error::Result;
use crate::http::{Client, Response, Traffic};
use crate::paging::{Position, Walk};
use crate::partition::Partition;
use crate::resource::{Connector, Resource};
use crate::select;
use crate::settings::Params;

/// What the first page of a resource is like.
pub(crate) struct FirstPage {
    /// The number of its rows.
    pub(crate) rows: usize,
    pub(crate) response: Response,
}

/// Asks for the first page of a resource; nothing, if only a parent's row leads to it.
pub(crate) async fn first_page(
    client: &Client,
    connector: &Connector,
    resource: &Resource,
    params: &Params,
) -> Result<Option<FirstPage>> {
    let listings = Partition::of_params(resource, connector, params);
    let Some(listing) = listings.and_then(|listings| listings.into_iter().next()) else {
        return Ok(None);
    };
    let walk = Walk::new(resource.paging, false);
    let target = listing.target(resource, connector, params, (&walk, &Position::Start), &[]);
    let response = client.get(&target, &Traffic::default()).await?;
    let rows = select::rows_of(&response, resource, client)?.each.len();
    Ok(Some(FirstPage { rows, response }))
}
