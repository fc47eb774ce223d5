//! Published versions: what `$LATEST` was, kept under a number.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::aliases;
use super::answers::{check_revision, page, version};
use super::deployment::found;
use super::function::{Function, FunctionVersion, find};
use super::name::{self, FunctionName};
use super::package;
use super::refusal::{conflict, invalid};
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::resource::Resource;
use crate::world::World;

/// The type of the rows that are published versions.
pub(super) const VERSION: &str = "AWS::Lambda::Version";

/// What its publisher says of a version.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Publication<'a> {
    pub(super) description: Option<&'a str>,
    /// The code that is meant.
    pub(super) code_sha256: Option<&'a str>,
}

/// A version that was published, now or before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Published {
    pub(super) function: Function,
    /// Whether nothing has changed since it was published before.
    pub(super) is_old: bool,
}

/// Answers `PublishVersion`.
pub(super) fn publish_version(world: &mut World, call: &Call) -> Answer {
    let name = FunctionName::parse(call.required("FunctionName")?).name;
    check_revision(call, &find(world, &call.region, &name, None)?.revision_id())?;
    let publication =
        Publication { description: call.text("Description"), code_sha256: call.text("CodeSha256") };
    let published = publish(world, (&call.region, &name), publication, call.now)?;
    Ok(version(&published.function))
}

/// Answers `ListVersionsByFunction`, oldest first.
pub(super) fn list_versions_by_function(world: &World, call: &Call) -> Answer {
    let name = FunctionName::parse(call.required("FunctionName")?).name;
    let versions = all(world, found(world, &call.region, &name)?);
    let (versions, next) = page(versions.iter().map(version).collect(), call)?;
    Ok(json!({ "Versions": versions, "NextMarker": next }))
}

/// All versions of a function: `$LATEST`, then by number.
pub(super) fn all(world: &World, function: &Resource) -> Vec<Function> {
    let prefix = format!("{}:", name::arn(&function.region, &function.identifier));
    let rows = world.function_versions.with_prefix(&*prefix);
    let mut versions: Vec<Function> = rows
        .map(|(arn, row)| {
            let version = arn.rsplit(':').next().unwrap_or_default().to_owned();
            Function::new(function, version, row.clone())
        })
        .collect();
    versions.sort_by_key(|function| function.version.parse::<u64>().unwrap_or_default());
    versions
}

/// Publishes `$LATEST` and makes the version's resource, unless the newest version is the same.
pub(super) fn publish(
    world: &mut World,
    (region, name): (&str, &str),
    publication: Publication<'_>,
    at: Timestamp,
) -> Result<Published, AwsError> {
    let published = number(world, (region, name), publication, at)?;
    if !published.is_old {
        let function = &published.function;
        let mut resource = Resource {
            type_name: VERSION.to_owned(),
            region: region.to_owned(),
            identifier: function.version_arn(),
            properties: Map::new(),
            attributes: attributes(function),
            created: at,
        };
        resource.properties.insert("FunctionName".to_owned(), json!(name));
        if let Some(description) = publication.description {
            resource.properties.insert("Description".to_owned(), json!(description));
        }
        world.resources.insert(resource.row_key(), resource);
    }
    Ok(published)
}

/// Gives `$LATEST` its number. No number is ever given twice, not even after the function was deleted.
pub(super) fn number(
    world: &mut World,
    (region, name): (&str, &str),
    publication: Publication<'_>,
    at: Timestamp,
) -> Result<Published, AwsError> {
    let present = find(world, region, name, None)?;
    let sha256 = &present.code.sha256;
    if let Some(meant) = publication.code_sha256.filter(|meant| meant != sha256) {
        return Err(invalid(format!(
            "CodeSHA256 ({meant}) is different from current CodeSHA256 in $LATEST ({sha256}). Please try again with the CodeSHA256 in $LATEST."
        )));
    }
    let mut settings = present.own_settings();
    let newest = all(world, found(world, region, name)?).pop();
    let same = |one: &Function| {
        one.version != present.version
            && one.code == present.code
            && undescribed(one.own_settings()) == undescribed(settings.clone())
    };
    if let Some(function) = newest.filter(same) {
        return Ok(Published { function, is_old: true });
    }
    if let Some(description) = publication.description {
        settings.insert("Description".to_owned(), json!(description));
    }
    let counter = format!("function-versions|{}", present.arn());
    let version = world.next(&counter).to_string();
    let code = present.code;
    let row = FunctionVersion { code, last_modified: at, published: Some(settings) };
    world.function_versions.insert(name::qualified_arn(region, name, &version), row);
    let function = find(world, region, name, Some(&version))?;
    Ok(Published { function, is_old: false })
}

/// Settings without the description, of which a version may have its own.
fn undescribed(mut settings: Map<String, Value>) -> Map<String, Value> {
    settings.shift_remove("Description");
    settings
}

/// The attributes of the resource that a published version is.
pub(super) fn attributes(function: &Function) -> Map<String, Value> {
    let pairs = [("FunctionArn", function.version_arn()), ("Version", function.version.clone())];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect()
}

/// Takes one version out of the world, unless an alias points to it.
pub(super) fn delete(
    world: &mut World,
    region: &str,
    name: &str,
    version: &str,
) -> Result<(), AwsError> {
    let aliases = aliases::pointing_to(world, region, name, version);
    if !aliases.is_empty() {
        return Err(conflict(format!(
            "Unable to delete version because the following aliases reference it: [{}]",
            aliases.join(", ")
        )));
    }
    let arn = name::qualified_arn(region, name, version);
    world.function_versions.remove(&arn);
    world.resources.remove(&Resource::key(region, VERSION, &arn));
    package::sweep(world);
    Ok(())
}
