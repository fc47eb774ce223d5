//! What the account holds, shown to whoever checks it from outside; this is not an AWS call.

use serde_json::Value;

use crate::resource::Resource;
use crate::sandbox::Sandbox;
use crate::store::StateError;

/// A live resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveResource {
    /// The region.
    pub region: String,
    /// `AWS::S3::Bucket`
    pub type_name: String,
    /// The primary identifier.
    pub identifier: String,
    /// The live properties.
    pub properties: Value,
}

impl Sandbox {
    /// Every live resource, whoever made it and whether or not a stack knows of it.
    pub fn resources(&self) -> Result<Vec<LiveResource>, StateError> {
        self.account().transact(|world, _| {
            world.resources.iter().map(|(_, resource)| LiveResource::of(resource)).collect()
        })
    }
}

impl LiveResource {
    fn of(resource: &Resource) -> Self {
        let Resource { type_name, region, identifier, properties, attributes: _, created: _ } =
            resource;
        Self {
            region: region.clone(),
            type_name: type_name.clone(),
            identifier: identifier.clone(),
            properties: Value::Object(properties.clone()),
        }
    }
}
