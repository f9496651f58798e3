//! One cheap question: the first page of a resource, without any patience.

use crate::ask::{Client, Response, Traffic};
use crate::error::Result;
use crate::params::Params;
use crate::read::select;
use crate::walk::{Partition, Position, Walk};
use connector_spec::{Connector, Resource};

/// What the first page of a resource is like.
pub struct FirstPage {
    /// The number of its rows.
    pub rows: usize,
    /// The response itself.
    pub response: Response,
}

/// Asks for the first page of a resource. `None` if only a parent's row leads to it.
pub async fn first_page(
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
