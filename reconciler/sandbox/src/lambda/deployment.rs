//! What happens to a function when its settings or its code change, whoever changes them.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::code_signing;
use super::function::{Code, FUNCTION, Function, FunctionVersion, find, resource};
use super::name::{self, LATEST};
use super::package::{self, Source};
use super::refusal::not_found;
use super::settings;
use super::signing::{self, Candidate};
use crate::error::AwsError;
use crate::resource::Resource;
use crate::world::World;

/// Makes the function that a new resource is; the resource is not yet in the world.
pub(super) fn create(
    world: &mut World,
    function: &mut Resource,
    source: &Source,
    at: Timestamp,
) -> Result<(), AwsError> {
    let name = function.identifier.clone();
    settings::settle(&name, &mut function.properties)?;
    let (code, zip) = check(world, (function, &name), source, at)?;
    function.attributes = attributes(&function.region, &name);
    package::keep(&mut world.packages, &code.sha256, zip);
    let version = FunctionVersion { code, last_modified: at, published: None };
    world.function_versions.insert(latest(&function.region, &name), version);
    Ok(())
}

/// Changes a function to the settings of `after`, which is not yet in the world, and deploys other code if
/// there is any.
pub(super) fn update(
    world: &mut World,
    after: &mut Resource,
    source: Option<&Source>,
    at: Timestamp,
) -> Result<(), AwsError> {
    let name = after.identifier.clone();
    settings::settle(&name, &mut after.properties)?;
    if let Some(arn) = after.properties.get(CONFIGURATION).and_then(Value::as_str) {
        code_signing::find(world, arn)?;
    }
    let arn = name::arn(&after.region, &name);
    let deployed = source.map(|source| check(world, (after, &arn), source, at)).transpose()?;
    if let Some(version) = world.function_versions.get_mut(&latest(&after.region, &name)) {
        version.last_modified = at;
        if let Some((code, zip)) = deployed {
            package::keep(&mut world.packages, &code.sha256, zip);
            version.code = code;
        }
    }
    package::sweep(world);
    Ok(())
}

/// Checks whether a function would be let to run code; changes nothing. Errors name the function as `shown`.
pub(super) fn check(
    world: &World,
    (function, shown): (&Resource, &str),
    source: &Source,
    at: Timestamp,
) -> Result<(Code, Bytes), AwsError> {
    let zip = source.fetch(world, &function.region)?;
    let configuration = function.properties.get(CONFIGURATION).and_then(Value::as_str);
    let code = signing::admit(world, Candidate { name: shown, configuration, zip: &zip, at })?;
    Ok((code, zip))
}

/// Changes settings of a function that is in the world, as the API does; answers with what it is then.
pub(super) fn change(
    world: &mut World,
    (region, name): (&str, &str),
    source: Option<&Source>,
    changed: Map<String, Value>,
    at: Timestamp,
) -> Result<Function, AwsError> {
    let mut after = found(world, region, name)?.clone();
    after.properties.extend(changed);
    update(world, &mut after, source, at)?;
    world.resources.insert(after.row_key(), after);
    find(world, region, name, None)
}

/// Sets or removes what all versions share and what is no update of the function.
pub(super) fn share(
    world: &mut World,
    (region, name): (&str, &str),
    setting: &str,
    value: Option<Value>,
) -> Result<(), AwsError> {
    found(world, region, name)?;
    if let Some(function) = world.resources.get_mut(&Resource::key(region, FUNCTION, name)) {
        match value {
            Some(value) => drop(function.properties.insert(setting.to_owned(), value)),
            None => drop(function.properties.shift_remove(setting)),
        }
    }
    Ok(())
}

/// Takes a function out of the world with its versions, aliases, permissions and configurations.
pub(super) fn delete(world: &mut World, region: &str, name: &str) {
    world.resources.remove(&Resource::key(region, FUNCTION, name));
    let prefix = format!("{}:", name::arn(region, name));
    let versions = world.function_versions.with_prefix(&*prefix).map(|(arn, _)| arn.to_owned());
    for arn in versions.collect::<Vec<_>>() {
        world.function_versions.remove(&arn);
    }
    let is_its = |resource: &Resource| {
        let names = resource.text("FunctionName");
        resource.region == region
            && resource.type_name.starts_with("AWS::Lambda::")
            && resource.type_name != FUNCTION
            && name::FunctionName::parse(names).name == name
    };
    let parts = world.resources.iter().filter(|(_, resource)| is_its(resource));
    for key in parts.map(|(key, _)| key.to_owned()).collect::<Vec<_>>() {
        world.resources.remove(&key);
    }
    package::sweep(world);
}

/// The setting that names the code-signing configuration.
pub(super) const CONFIGURATION: &str = "CodeSigningConfigArn";

/// The resource of a function that must be there.
pub(super) fn found<'a>(
    world: &'a World,
    region: &str,
    name: &str,
) -> Result<&'a Resource, AwsError> {
    resource(world, region, name)
        .ok_or_else(|| not_found(format!("Function not found: {}", name::arn(region, name))))
}

/// The row key of the version that is not published.
pub(super) fn latest(region: &str, name: &str) -> String {
    name::qualified_arn(region, name, LATEST)
}

fn attributes(region: &str, name: &str) -> Map<String, Value> {
    let pairs = [
        ("Arn", name::arn(region, name)),
        ("SnapStartResponse.ApplyOn", "None".to_owned()),
        ("SnapStartResponse.OptimizationStatus", "Off".to_owned()),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect()
}
