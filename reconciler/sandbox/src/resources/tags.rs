//! Tags in the two forms that they have: a list in a resource's properties, a map in newer APIs.

use serde_json::{Map, Value, json};

use crate::resource::Resource;

const TAGS: &str = "Tags";

/// The list that a map of tags is as a property.
pub(crate) fn property(tags: &Value) -> Value {
    let pairs = tags.as_object().into_iter().flatten();
    pairs.map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

/// A resource's tags as a map.
pub(crate) fn shown(resource: &Resource) -> Value {
    let tags = resource.properties.get(TAGS).and_then(Value::as_array);
    let pair = |tag: &Value| {
        Some((tag.get("Key")?.as_str()?.to_owned(), tag.get("Value").cloned().unwrap_or_default()))
    };
    Value::Object(tags.into_iter().flatten().filter_map(pair).collect())
}

/// Sets tags, given as a map, beside those that are there.
pub(crate) fn set(resource: &mut Resource, tags: Option<&Value>) {
    let Value::Object(mut all) = shown(resource) else {
        return;
    };
    let added = tags.and_then(Value::as_object).into_iter().flatten();
    all.extend(added.map(|(key, value)| (key.clone(), value.clone())));
    replace(resource, all);
}

/// Removes tags.
pub(crate) fn unset(resource: &mut Resource, keys: &[&str]) {
    let Value::Object(mut all) = shown(resource) else {
        return;
    };
    all.retain(|key, _| !keys.contains(&key.as_str()));
    replace(resource, all);
}

fn replace(resource: &mut Resource, tags: Map<String, Value>) {
    resource.properties.insert(TAGS.to_owned(), property(&Value::Object(tags)));
}
