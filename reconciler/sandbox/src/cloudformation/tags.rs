//! Tags: how a stack's tags reach its resources.

use std::collections::BTreeMap;

use reconcile_cfn::registry;
use serde_json::{Map, Value, json};

use super::stack::{Stack, StackResource};

/// Types whose tags are an object; all others have a list of keys and values.
const OBJECT_TAGGED: [&str; 6] = [
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::Stage",
    "AWS::ApiGatewayV2::VpcLink",
    "AWS::Glue::Job",
    "AWS::SSM::Parameter",
];

/// The property that holds a type's tags, if the type can be tagged.
pub(crate) fn property(type_name: &str) -> Option<&'static str> {
    registry::resource_type(type_name)?.tag_property()
}

/// Properties as they are sent to the resource's provider: with the stack's tags, where the template
/// does not set the same key, and with those that CloudFormation itself sets.
pub(crate) fn effective(
    resource: &StackResource,
    properties: &Map<String, Value>,
    stack_tags: &BTreeMap<String, String>,
    stack: &Stack,
) -> Map<String, Value> {
    let mut properties = properties.clone();
    let Some(name) = property(&resource.type_name) else {
        return properties;
    };
    let system = [
        ("aws:cloudformation:stack-name", &stack.name),
        ("aws:cloudformation:stack-id", &stack.id),
        ("aws:cloudformation:logical-id", &resource.logical_id),
    ];
    let system = system.map(|(key, value)| (key, value.as_str()));
    let added = stack_tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).chain(system);
    let empty = if OBJECT_TAGGED.contains(&resource.type_name.as_str()) {
        Value::Object(Map::new())
    } else {
        Value::Array(Vec::new())
    };
    match properties.entry(name).or_insert(empty) {
        Value::Object(tags) => {
            for (key, value) in added {
                tags.entry(key).or_insert_with(|| json!(value));
            }
        }
        Value::Array(tags) => {
            for (key, value) in added {
                if !tags.iter().any(|tag| tag.get("Key").is_some_and(|given| given == key)) {
                    tags.push(json!({ "Key": key, "Value": value }));
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    properties
}

/// Live tags without those that came from the stack or from CloudFormation itself.
pub(crate) fn own(tags: &Value, resource: &StackResource, declared: Option<&Value>) -> Value {
    let foreign = |key: &str| {
        key.starts_with("aws:")
            || (resource.stack_tags.contains_key(key) && !has_key(declared, key))
    };
    match tags {
        Value::Array(tags) => {
            let key = |tag: &Value| tag.get("Key").and_then(Value::as_str).map(str::to_owned);
            let own = tags.iter().filter(|tag| !key(tag).is_some_and(|key| foreign(&key)));
            Value::Array(own.cloned().collect())
        }
        Value::Object(tags) => {
            let own = tags.iter().filter(|(key, _)| !foreign(key));
            Value::Object(own.map(|(key, value)| (key.clone(), value.clone())).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => tags.clone(),
    }
}

/// Whether declared tags set `key`.
pub(crate) fn has_key(declared: Option<&Value>, key: &str) -> bool {
    match declared {
        Some(Value::Array(tags)) => {
            tags.iter().any(|tag| tag.get("Key").is_some_and(|given| given == key))
        }
        Some(Value::Object(tags)) => tags.contains_key(key),
        _ => false,
    }
}
