//! Aliases: names that point to versions. An alias is its resource and nothing more.

use serde_json::{Map, Value, json};

use super::answers::{check_revision, page};
use super::deployment::found;
use super::function::{find, is_number};
use super::name::{self, FunctionName, LATEST};
use super::refusal::{conflict, invalid, not_found};
use crate::call::{Answer, Call};
use crate::cloudformation::names::uuid;
use crate::error::AwsError;
use crate::resource::Resource;
use crate::world::World;

/// The type of the rows that are aliases.
pub(super) const ALIAS: &str = "AWS::Lambda::Alias";

/// Answers `CreateAlias`.
pub(super) fn create_alias(world: &mut World, call: &Call) -> Answer {
    let function = FunctionName::parse(call.required("FunctionName")?).name;
    let name = call.required("Name")?;
    let mut alias = Resource {
        type_name: ALIAS.to_owned(),
        region: call.region.clone(),
        identifier: name::qualified_arn(&call.region, &function, name),
        properties: changed(call),
        attributes: Map::new(),
        created: call.now,
    };
    alias.properties.insert("FunctionName".to_owned(), json!(function));
    alias.properties.insert("Name".to_owned(), json!(name));
    if world.resources.contains(&alias.row_key()) {
        return Err(conflict(format!("Alias already exists: {}", alias.identifier)));
    }
    check(world, &alias)?;
    settle(&mut alias);
    let answer = description(&alias);
    world.resources.insert(alias.row_key(), alias);
    Ok(answer)
}

/// Answers `GetAlias`.
pub(super) fn get_alias(world: &World, call: &Call) -> Answer {
    Ok(description(asked(world, call)?))
}

/// Answers `UpdateAlias`.
pub(super) fn update_alias(world: &mut World, call: &Call) -> Answer {
    let mut alias = asked(world, call)?.clone();
    check_revision(call, &revision_id(&alias))?;
    alias.properties.extend(changed(call));
    check(world, &alias)?;
    let answer = description(&alias);
    world.resources.insert(alias.row_key(), alias);
    Ok(answer)
}

/// Answers `DeleteAlias`; one that is not there counts as deleted.
pub(super) fn delete_alias(world: &mut World, call: &Call) -> Answer {
    let function = FunctionName::parse(call.required("FunctionName")?).name;
    found(world, &call.region, &function)?;
    let arn = name::qualified_arn(&call.region, &function, call.required("Name")?);
    world.resources.remove(&Resource::key(&call.region, ALIAS, &arn));
    Ok(Value::Null)
}

/// Answers `ListAliases`.
pub(super) fn list_aliases(world: &World, call: &Call) -> Answer {
    let function = FunctionName::parse(call.required("FunctionName")?).name;
    found(world, &call.region, &function)?;
    let version = call.text("FunctionVersion");
    let aliases = of(world, &call.region, &function)
        .filter(|alias| version.is_none_or(|version| alias.text("FunctionVersion") == version))
        .map(description);
    let (aliases, next) = page(aliases.collect(), call)?;
    Ok(json!({ "Aliases": aliases, "NextMarker": next }))
}

/// The version that an alias points to.
pub(super) fn target(
    world: &World,
    region: &str,
    function: &str,
    alias: &str,
) -> Result<String, AwsError> {
    let arn = name::qualified_arn(region, function, alias);
    let found = world.resources.get(&Resource::key(region, ALIAS, &arn));
    let found = found.ok_or_else(|| not_found(format!("Cannot find alias arn: {arn}")))?;
    Ok(found.text("FunctionVersion").to_owned())
}

/// The names of the aliases that point to a version.
pub(super) fn pointing_to<'a>(
    world: &'a World,
    region: &str,
    function: &str,
    version: &str,
) -> Vec<&'a str> {
    let aliases = of(world, region, function);
    let pointing = aliases.filter(|alias| alias.text("FunctionVersion") == version);
    pointing.map(|alias| alias.text("Name")).collect()
}

fn of<'a>(world: &'a World, region: &str, function: &str) -> impl Iterator<Item = &'a Resource> {
    let prefix = format!("{}:", name::arn(region, function));
    world.resources.with_prefix(Resource::key(region, ALIAS, &prefix)).map(|(_, alias)| alias)
}

/// Refuses an alias whose name is a number, or that points to what is not there.
pub(super) fn check(world: &World, alias: &Resource) -> Result<(), AwsError> {
    let name = alias.text("Name");
    if name.is_empty() || name == LATEST || is_number(name) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"
        )));
    }
    let function = FunctionName::parse(alias.text("FunctionName")).name;
    let version = alias.text("FunctionVersion");
    if version != LATEST && !is_number(version) {
        return Err(invalid(format!("{version} is not a version of a function")));
    }
    find(world, &alias.region, &function, Some(version)).map(drop)
}

/// Gives an alias its attributes.
pub(super) fn settle(alias: &mut Resource) {
    alias.attributes = Map::new();
    alias.attributes.insert("AliasArn".to_owned(), json!(alias.identifier));
}

fn asked<'a>(world: &'a World, call: &Call) -> Result<&'a Resource, AwsError> {
    let function = FunctionName::parse(call.required("FunctionName")?).name;
    let arn = name::qualified_arn(&call.region, &function, call.required("Name")?);
    let alias = world.resources.get(&Resource::key(&call.region, ALIAS, &arn));
    alias.ok_or_else(|| not_found(format!("Cannot find alias arn: {arn}")))
}

/// What a call changes, under the names that templates have for it.
fn changed(call: &Call) -> Map<String, Value> {
    let mut changed = Map::new();
    for name in ["Description", "FunctionVersion"] {
        if let Some(value) = call.parameters.get(name) {
            changed.insert(name.to_owned(), value.clone());
        }
    }
    if let Some(routing) = call.parameters.get("RoutingConfig") {
        let weights = routing.get("AdditionalVersionWeights").and_then(Value::as_object);
        let weights = weights.into_iter().flatten().map(
            |(version, weight)| json!({ "FunctionVersion": version, "FunctionWeight": weight }),
        );
        let weights = json!({ "AdditionalVersionWeights": weights.collect::<Value>() });
        changed.insert("RoutingConfig".to_owned(), weights);
    }
    changed
}

fn description(alias: &Resource) -> Value {
    let routing = alias.properties.get("RoutingConfig");
    let weights = routing.and_then(|routing| routing.get("AdditionalVersionWeights")?.as_array());
    let weights = weights.filter(|weights| !weights.is_empty()).map(|weights| {
        let pair = |weight: &Value| {
            let version = weight.get("FunctionVersion")?.as_str()?.to_owned();
            Some((version, weight.get("FunctionWeight")?.clone()))
        };
        Value::Object(weights.iter().filter_map(pair).collect())
    });
    json!({
        "AliasArn": alias.identifier,
        "Name": alias.text("Name"),
        "FunctionVersion": alias.text("FunctionVersion"),
        "Description": alias.text("Description"),
        "RoutingConfig": weights.map(|weights| json!({ "AdditionalVersionWeights": weights })),
        "RevisionId": revision_id(alias),
    })
}

fn revision_id(alias: &Resource) -> String {
    let properties = Value::Object(alias.properties.clone()).to_string();
    uuid(&["revision", &alias.identifier, &properties])
}
