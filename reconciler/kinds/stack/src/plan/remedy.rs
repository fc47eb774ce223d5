//! How a resource that a change set passes over is put back, or why it cannot be.

use std::collections::{BTreeMap, BTreeSet};

use reconcile_cfn::registry::{Handler, Replacement, ResourceType};
use serde_json::{Map, Value as Json, json};

use super::compare::is_known;
use super::identity;
use crate::state::Difference;
use crate::step::Remedy;

/// Sets every property in which there is drift to what the template declares.
///
/// Cloud Control reads, patches and hands on: a write-only property that the patch leaves out is lost, so
/// all that the template sets stand in it.
pub(super) fn patch(
    facts: &ResourceType,
    declared: &Json,
    drift: &[&Difference],
    stack_tags: &BTreeMap<String, String>,
) -> Result<Remedy, String> {
    if !facts.handles(Handler::Update) {
        return Err(format!("a resource of type {} cannot be changed", facts.name()));
    }
    let fixed =
        drift.iter().find(|one| facts.replaces(one.path.trim_matches('/')) != Replacement::Never);
    if let Some(fixed) = fixed {
        return Err(format!("`{}` cannot be changed on a resource that exists", fixed.path));
    }
    let mut names: BTreeSet<&str> = drift.iter().filter_map(|one| top(&one.path)).collect();
    names.extend(
        facts.write_only().iter().filter_map(|path| path.split('/').next()).filter(|name| {
            declared.get(name).is_some() && facts.replaces(name) == Replacement::Never
        }),
    );
    let mut operations = Vec::new();
    for name in names {
        let value = declared.get(name).unwrap_or(&Json::Null);
        if !is_known(value) {
            return Err(format!("what the template means by `{name}` is not known here"));
        }
        let value = match facts.tag_property() {
            Some(tags) if tags == name => with_stack_tags(value, stack_tags),
            _ => value.clone(),
        };
        operations.push(json!({ "op": "add", "path": format!("/{name}"), "value": value }));
    }
    Ok(Remedy::Patch(Json::Array(operations)))
}

/// Makes a resource again that was deleted, where it comes back as the same one.
pub(super) fn creation(
    facts: &ResourceType,
    declared: &Json,
    stack_tags: &BTreeMap<String, String>,
) -> Result<Remedy, String> {
    if !facts.handles(Handler::Create) || !identity::is_declared(facts, declared) {
        return Err("it was deleted, and would come back as another resource".to_owned());
    }
    if !is_known(declared) {
        return Err("it was deleted, and not all that the template means is known here".to_owned());
    }
    let mut properties = declared.clone();
    if let (Some(name), Json::Object(properties)) = (facts.tag_property(), &mut properties)
        && let Some(tags) = properties.get(name)
    {
        let tags = with_stack_tags(tags, stack_tags);
        properties.insert(name.to_owned(), tags);
    }
    Ok(Remedy::Create(properties))
}

/// The first name of a JSON pointer.
pub(super) fn top(path: &str) -> Option<&str> {
    path.split('/').nth(1)
}

/// Tags with those that CloudFormation hands on from the stack.
fn with_stack_tags(tags: &Json, stack_tags: &BTreeMap<String, String>) -> Json {
    let own = stack_tags.iter().filter(|(key, _)| !key.starts_with("aws:"));
    match tags {
        Json::Array(items) => {
            let declared =
                |key: &str| items.iter().any(|item| item.get("Key") == Some(&json!(key)));
            let more = own.filter(|(key, _)| !declared(key));
            let more = more.map(|(key, value)| json!({ "Key": key, "Value": value }));
            items.iter().cloned().chain(more).collect()
        }
        Json::Object(map) => {
            let own = own.map(|(key, value)| (key.clone(), json!(value)));
            Json::Object(own.chain(map.clone()).collect::<Map<_, _>>())
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => tags.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::{Difference, Remedy, patch};

    #[track_caller]
    fn remedy(type_name: &str, path: &str) -> Result<Remedy, String> {
        let facts = reconcile_cfn::registry::resource_type(type_name).expect("is in the registry");
        let declared = json!({ "AliasName": "alias/own", "TargetKeyId": "key" });
        let path = path.to_owned();
        let drift = Difference { path, expected: Some("key".to_owned()), actual: None };
        patch(&facts, &declared, &[&drift], &BTreeMap::new())
    }

    #[test]
    fn a_property_is_put_back() {
        let put_back = json!([{ "op": "add", "path": "/TargetKeyId", "value": "key" }]);
        assert_eq!(remedy("AWS::KMS::Alias", "/TargetKeyId"), Ok(Remedy::Patch(put_back)));
    }

    #[test]
    fn what_can_only_be_set_at_creation_is_left_to_a_person() {
        assert_eq!(
            remedy("AWS::KMS::Alias", "/AliasName"),
            Err("`/AliasName` cannot be changed on a resource that exists".to_owned())
        );
    }

    #[test]
    fn what_cannot_be_changed_at_all_is_left_to_a_person() {
        assert_eq!(
            remedy("AWS::ACMPCA::Certificate", "/Validity"),
            Err("a resource of type AWS::ACMPCA::Certificate cannot be changed".to_owned())
        );
    }
}
