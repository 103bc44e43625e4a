//! Finding places on a map.

use async_trait::async_trait;

use crate::domain::waiting::Party;
use crate::domain::whereabouts::Candidate;
use crate::failure::Outcome;

/// A map that is asked by name.
#[async_trait]
pub trait Geocoder: Send + Sync {
    /// Whose service it is.
    fn party(&self) -> Party;

    /// The places of this name and address, the best first.
    async fn find(&self, name: &str, address: Option<&str>) -> Outcome<Vec<Candidate>>;
}
