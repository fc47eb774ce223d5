//! A physical resource: the live properties that CloudFormation, Cloud Control, the service's own API
//! and out-of-band changes all read and write.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A live resource. Its row key is [`Resource::key`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Resource {
    /// `AWS::S3::Bucket`
    pub(crate) type_name: String,
    pub(crate) region: String,
    /// The primary identifier, as Cloud Control takes it and as `Ref` mostly returns it.
    pub(crate) identifier: String,
    /// The live properties in the shape of the registry schema, defaults included where they are modelled.
    pub(crate) properties: Map<String, Value>,
    /// Read-only attributes (`Arn`, `KeyId`, ...), which `Fn::GetAtt` reads.
    pub(crate) attributes: Map<String, Value>,
    pub(crate) created: Timestamp,
}

impl Resource {
    pub(crate) fn key(region: &str, type_name: &str, identifier: &str) -> String {
        format!("{region}|{type_name}|{identifier}")
    }

    /// The row key of this resource.
    pub(crate) fn row_key(&self) -> String {
        Self::key(&self.region, &self.type_name, &self.identifier)
    }

    /// A property that is a text; empty when it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.properties.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// An attribute that is a text; empty when it is not there.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether it was deleted and only waits to be gone, as a key does.
    pub(crate) fn awaits_deletion(&self) -> bool {
        self.attributes.contains_key("DeletionDate")
    }
}
