//! Whoever watches a run is told how far it is.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use crate::ask::Traffic;

/// Whoever watches runs. Nothing here may wait.
pub trait Watch: Debug + Send + Sync {
    /// So many resources more are to be read.
    fn expect(&self, resources: usize);

    /// So many rows came.
    fn add_rows(&self, rows: u64);

    /// A resource is read as long as the value lives that this returns; how far it is stands in
    /// the traffic.
    fn begin(&self, resource: &str, traffic: &Arc<Traffic>) -> Box<dyn Any + Send + Sync>;
}

/// Nobody.
#[derive(Clone, Copy, Debug)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn expect(&self, _: usize) {}

    fn add_rows(&self, _: u64) {}

    fn begin(&self, _: &str, _: &Arc<Traffic>) -> Box<dyn Any + Send + Sync> {
        Box::new(())
    }
}
