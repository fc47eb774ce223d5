//! What a distribution settles when it is made.

use serde_json::json;

use crate::cloudformation::names::suffix;
use crate::resource::Resource;
use crate::resources::{Failure, Origin, Provider};
use crate::world::World;

/// Distributions have IDs and names of their own kind: `E1A2B3C4D5E6F7` and `d1a2b3c4d5e6f7.cloudfront.net`.
pub(crate) struct DistributionProvider;

impl Provider for DistributionProvider {
    fn create(
        &self,
        _world: &mut World,
        resource: &mut Resource,
        _origin: Origin<'_>,
    ) -> Result<(), Failure> {
        let unique = suffix(&[&resource.identifier], 13);
        let name = format!("d{}.cloudfront.net", unique.to_lowercase());
        resource.identifier = format!("E{unique}");
        resource.attributes.insert("Id".to_owned(), json!(resource.identifier));
        resource.attributes.insert("DomainName".to_owned(), json!(name));
        Ok(())
    }
}
