//! Creating, showing, changing and deleting functions.

use serde_json::{Map, Value, json};

use super::answers::{check_revision, configuration, page, version};
use super::deployment::{self, change};
use super::function::{FUNCTION, Function, find, is_number};
use super::name::{self, FunctionName, LATEST};
use super::package::Source;
use super::refusal::{conflict, invalid, not_found};
use super::settings;
use super::versions::{self, Publication};
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::resource::Resource;
use crate::world::World;

/// Answers `CreateFunction`.
pub(super) fn create_function(world: &mut World, call: &Call) -> Answer {
    let name = FunctionName::parse(call.required("FunctionName")?).name;
    call.required("Role")?;
    let is_named = (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !is_named {
        return Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+"
        )));
    }
    let mut resource = Resource {
        type_name: FUNCTION.to_owned(),
        region: call.region.clone(),
        identifier: name.clone(),
        properties: settings::of_new(call),
        attributes: Map::new(),
        created: call.now,
    };
    if world.resources.contains(&resource.row_key()) {
        return Err(conflict(format!("Function already exist: {name}")));
    }
    let code = call.parameters.get("Code").unwrap_or(&Value::Null);
    let source = Source::of_call(code)?;
    deployment::create(world, &mut resource, &source, call.now)?;
    resource.properties.insert("FunctionName".to_owned(), json!(name));
    resource.properties.insert("Code".to_owned(), location(&source));
    world.resources.insert(resource.row_key(), resource);
    answer(world, call, &name)
}

/// Answers `UpdateFunctionCode`.
///
/// The property `Code` of the resource stays what its template said last: like AWS, the type's provider does
/// not look at what is deployed when it compares.
pub(super) fn update_function_code(world: &mut World, call: &Call) -> Answer {
    let name = unpublished(world, call)?;
    let source = Source::of_call(&call.parameters)?;
    let mut changed = Map::new();
    if let Some(architectures) = call.parameters.get("Architectures") {
        changed.insert("Architectures".to_owned(), architectures.clone());
    }
    let place = (&*call.region, &*name);
    if call.flag("DryRun").unwrap_or_default() {
        let present = deployment::found(world, &call.region, &name)?;
        let arn = name::arn(&call.region, &name);
        let (code, _) = deployment::check(world, (present, &arn), &source, call.now)?;
        let function = Function { code, ..find(world, &call.region, &name, None)? };
        return Ok(configuration(&function, &named(name)));
    }
    change(world, place, Some(&source), changed, call.now)?;
    answer(world, call, &name)
}

/// Answers `UpdateFunctionConfiguration`.
pub(super) fn update_function_configuration(world: &mut World, call: &Call) -> Answer {
    let name = unpublished(world, call)?;
    let changed = settings::of_call(call);
    let function = change(world, (&call.region, &name), None, changed, call.now)?;
    Ok(configuration(&function, &named(name)))
}

/// Answers `GetFunction`.
pub(super) fn get_function(world: &World, call: &Call) -> Answer {
    let (function, named) = asked(world, call)?;
    let reserved = function.reserved_concurrency();
    let resource = super::function::resource(world, &call.region, &function.name);
    Ok(json!({
        "Configuration": configuration(&function, &named),
        "Code": { "RepositoryType": "S3" },
        "Concurrency": reserved.map(|most| json!({ "ReservedConcurrentExecutions": most })),
        "Tags": resource.map(crate::resources::tags::shown),
    }))
}

/// Answers `GetFunctionConfiguration`.
pub(super) fn get_function_configuration(world: &World, call: &Call) -> Answer {
    let (function, named) = asked(world, call)?;
    Ok(configuration(&function, &named))
}

/// Answers `ListFunctions`, each with its unpublished version or with all of its versions.
pub(super) fn list_functions(world: &World, call: &Call) -> Answer {
    let every_version = call.text("FunctionVersion") == Some("ALL");
    let rows = world.resources.with_prefix(Resource::key(&call.region, FUNCTION, ""));
    let all = rows.flat_map(|(_, resource)| versions::all(world, resource));
    let functions = if every_version {
        all.map(|function| version(&function)).collect()
    } else {
        let latest = all.filter(|function| function.version == LATEST);
        latest.map(|one| configuration(&one, &named(one.name.clone()))).collect()
    };
    let (functions, next) = page(functions, call)?;
    Ok(json!({ "Functions": functions, "NextMarker": next }))
}

/// Answers `DeleteFunction`: all of a function, or one version.
pub(super) fn delete_function(world: &mut World, call: &Call) -> Answer {
    let named = FunctionName::parse(call.required("FunctionName")?);
    let named = named.qualified(call.text("Qualifier"));
    deployment::found(world, &call.region, &named.name)?;
    match named.qualifier.as_deref() {
        None => deployment::delete(world, &call.region, &named.name),
        Some(number) if is_number(number) => {
            versions::delete(world, &call.region, &named.name, number)?;
        }
        Some(LATEST) => {
            return Err(invalid(
                "$LATEST version cannot be deleted without deleting the function.",
            ));
        }
        Some(alias) => {
            return Err(not_found(format!(
                "Function not found: {}",
                name::qualified_arn(&call.region, &named.name, alias)
            )));
        }
    }
    Ok(Value::Null)
}

/// The version that a call asks for, and as what.
fn asked(world: &World, call: &Call) -> Result<(Function, FunctionName), AwsError> {
    let (text, qualifier) = (call.required("FunctionName")?, call.text("Qualifier"));
    let function = find(world, &call.region, text, qualifier)?;
    Ok((function, FunctionName::parse(text).qualified(qualifier)))
}

/// The name of a function whose unpublished version a call changes, as its caller has seen it.
fn unpublished(world: &World, call: &Call) -> Result<String, AwsError> {
    let name = FunctionName::parse(call.required("FunctionName")?).name;
    let present = find(world, &call.region, &name, None)?;
    check_revision(call, &present.revision_id())?;
    Ok(name)
}

/// What a change answers: the function as it is now, or the version that it was published as.
fn answer(world: &mut World, call: &Call, name: &str) -> Answer {
    if call.flag("Publish").unwrap_or_default() {
        let publication = Publication::default();
        let published = versions::publish(world, (&call.region, name), publication, call.now)?;
        return Ok(version(&published.function));
    }
    let function = find(world, &call.region, name, None)?;
    Ok(configuration(&function, &named(name.to_owned())))
}

fn named(name: String) -> FunctionName {
    FunctionName { name, qualifier: None }
}

/// The property `Code` of a function that no template made.
fn location(source: &Source) -> Value {
    match source {
        Source::Given(_) => json!({}),
        Source::Object { bucket, key, version: None } => {
            json!({ "S3Bucket": bucket, "S3Key": key })
        }
        Source::Object { bucket, key, version: Some(version) } => {
            json!({ "S3Bucket": bucket, "S3Key": key, "S3ObjectVersion": version })
        }
    }
}
