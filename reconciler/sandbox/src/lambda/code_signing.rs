//! Code-signing configurations, and which functions follow them.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::answers::{page, time};
use super::deployment::{CONFIGURATION, found, share};
use super::function::FUNCTION;
use super::name::{self, FunctionName};
use super::refusal::{conflict, invalid};
use crate::call::{Answer, Call};
use crate::cloudformation::names::suffix;
use crate::error::AwsError;
use crate::resource::Resource;
use crate::resources::tags;
use crate::world::{ACCOUNT, World};

/// The type of the rows that are configurations.
pub(super) const CODE_SIGNING_CONFIG: &str = "AWS::Lambda::CodeSigningConfig";

/// The property that says what becomes of packages that are not trusted.
const POLICIES: &str = "CodeSigningPolicies";

/// Where the time of the last change is kept, which no template can read.
const LAST_MODIFIED: &str = "LastModified";

/// Answers `CreateCodeSigningConfig`.
pub(super) fn create_code_signing_config(world: &mut World, call: &Call) -> Answer {
    let mut properties = changed(call);
    if let Some(given) = call.parameters.get("Tags") {
        properties.insert("Tags".to_owned(), tags::property(given));
    }
    let mut configuration = Resource {
        type_name: CODE_SIGNING_CONFIG.to_owned(),
        region: call.region.clone(),
        identifier: String::new(),
        properties,
        attributes: Map::new(),
        created: call.now,
    };
    create(world, &mut configuration)?;
    let answer = json!({ "CodeSigningConfig": description(&configuration) });
    world.resources.insert(configuration.row_key(), configuration);
    Ok(answer)
}

/// Answers `GetCodeSigningConfig`.
pub(super) fn get_code_signing_config(world: &World, call: &Call) -> Answer {
    let configuration = find(world, call.required("CodeSigningConfigArn")?)?;
    Ok(json!({ "CodeSigningConfig": description(configuration) }))
}

/// Answers `UpdateCodeSigningConfig`.
pub(super) fn update_code_signing_config(world: &mut World, call: &Call) -> Answer {
    let mut configuration = find(world, call.required("CodeSigningConfigArn")?)?.clone();
    configuration.properties.extend(changed(call));
    settle(&mut configuration, call.now)?;
    let answer = json!({ "CodeSigningConfig": description(&configuration) });
    world.resources.insert(configuration.row_key(), configuration);
    Ok(answer)
}

/// Answers `DeleteCodeSigningConfig`.
pub(super) fn delete_code_signing_config(world: &mut World, call: &Call) -> Answer {
    let configuration = find(world, call.required("CodeSigningConfigArn")?)?.clone();
    delete(world, &configuration)?;
    Ok(json!({}))
}

/// Answers `ListCodeSigningConfigs`.
pub(super) fn list_code_signing_configs(world: &World, call: &Call) -> Answer {
    let rows = world.resources.with_prefix(Resource::key(&call.region, CODE_SIGNING_CONFIG, ""));
    let (configurations, next) = page(rows.map(|(_, row)| description(row)).collect(), call)?;
    Ok(json!({ "CodeSigningConfigs": configurations, "NextMarker": next }))
}

/// Answers `ListFunctionsByCodeSigningConfig`.
pub(super) fn list_functions_by_code_signing_config(world: &World, call: &Call) -> Answer {
    let configuration = find(world, call.required("CodeSigningConfigArn")?)?;
    let functions = followers(world, configuration);
    let arns = functions.map(|function| name::arn(&function.region, &function.identifier));
    let (arns, next) = page(arns.collect(), call)?;
    Ok(json!({ "FunctionArns": arns, "NextMarker": next }))
}

/// Answers `PutFunctionCodeSigningConfig`. What is deployed already is not checked.
pub(super) fn put_function_code_signing_config(world: &mut World, call: &Call) -> Answer {
    let name = FunctionName::parse(call.required("FunctionName")?).name;
    let arn = call.required(CONFIGURATION)?;
    find(world, arn)?;
    share(world, (&call.region, &name), CONFIGURATION, Some(json!(arn)))?;
    Ok(json!({ "CodeSigningConfigArn": arn, "FunctionName": name }))
}

/// Answers `GetFunctionCodeSigningConfig`.
pub(super) fn get_function_code_signing_config(world: &World, call: &Call) -> Answer {
    let name = FunctionName::parse(call.required("FunctionName")?).name;
    let function = found(world, &call.region, &name)?;
    let arn = function.properties.get(CONFIGURATION);
    Ok(json!({ "CodeSigningConfigArn": arn, "FunctionName": name }))
}

/// Answers `DeleteFunctionCodeSigningConfig`.
pub(super) fn delete_function_code_signing_config(world: &mut World, call: &Call) -> Answer {
    let name = FunctionName::parse(call.required("FunctionName")?).name;
    share(world, (&call.region, &name), CONFIGURATION, None)?;
    Ok(Value::Null)
}

/// The configuration of an ARN.
pub(super) fn find<'a>(world: &'a World, arn: &str) -> Result<&'a Resource, AwsError> {
    let region = arn.split(':').nth(3).unwrap_or_default();
    let found = world.resources.get(&Resource::key(region, CODE_SIGNING_CONFIG, arn));
    found.ok_or_else(|| {
        let error = AwsError::new(
            "CodeSigningConfigNotFoundException",
            format!(
                "The code signing configuration cannot be found. Check that the provided configuration is not deleted: {arn}."
            ),
        );
        AwsError { status: 404, ..error }
    })
}

/// Whether packages that are not trusted are refused.
pub(super) fn enforces(configuration: &Resource) -> bool {
    let policies = configuration.properties.get(POLICIES);
    policies.and_then(|policies| policies.get("UntrustedArtifactOnDeployment"))
        == Some(&json!("Enforce"))
}

/// Gives a new configuration its identity; it is not yet in the world.
pub(super) fn create(world: &mut World, configuration: &mut Resource) -> Result<(), AwsError> {
    settle(configuration, configuration.created)?;
    let count = world.next("code-signing-configs").to_string();
    let id = suffix(&["code signing", &configuration.region, &count], 17).to_lowercase();
    let id = format!("csc-{id}");
    let arn = format!("arn:aws:lambda:{}:{ACCOUNT}:code-signing-config:{id}", configuration.region);
    for (name, value) in [("CodeSigningConfigId", id), ("CodeSigningConfigArn", arn.clone())] {
        configuration.attributes.insert(name.to_owned(), json!(value));
    }
    configuration.identifier = arn;
    Ok(())
}

/// Fills in what is not set, and refuses what Lambda refuses.
pub(super) fn settle(configuration: &mut Resource, at: Timestamp) -> Result<(), AwsError> {
    let publishers = configuration.properties.get("AllowedPublishers");
    let arns = publishers.and_then(|it| it.get("SigningProfileVersionArns")?.as_array());
    if !arns.is_some_and(|arns| (1..=20).contains(&arns.len())) {
        return Err(invalid(
            "AllowedPublishers must have between 1 and 20 signing profile versions",
        ));
    }
    let policies = configuration.properties.entry(POLICIES).or_insert_with(|| json!({}));
    let policy = policies.get("UntrustedArtifactOnDeployment").and_then(Value::as_str);
    match policy.unwrap_or("Warn") {
        policy @ ("Warn" | "Enforce") => {
            *policies = json!({ "UntrustedArtifactOnDeployment": policy });
        }
        policy => {
            return Err(invalid(format!(
                "1 validation error detected: Value '{policy}' at 'codeSigningPolicies.untrustedArtifactOnDeployment' failed to satisfy constraint: Member must satisfy enum value set: [Enforce, Warn]"
            )));
        }
    }
    configuration.attributes.insert(LAST_MODIFIED.to_owned(), json!(time(at)));
    Ok(())
}

/// Takes a configuration out of the world, unless a function follows it.
pub(super) fn delete(world: &mut World, configuration: &Resource) -> Result<(), AwsError> {
    if followers(world, configuration).next().is_some() {
        return Err(conflict(format!(
            "The code signing configuration {} is used by functions",
            configuration.identifier
        )));
    }
    world.resources.remove(&configuration.row_key());
    Ok(())
}

fn followers<'a>(world: &'a World, configuration: &Resource) -> impl Iterator<Item = &'a Resource> {
    let arn = configuration.identifier.clone();
    let functions = world.resources.with_prefix(Resource::key(&configuration.region, FUNCTION, ""));
    functions.map(|(_, row)| row).filter(move |row| row.text(CONFIGURATION) == arn)
}

fn changed(call: &Call) -> Map<String, Value> {
    let names = ["AllowedPublishers", POLICIES, "Description"];
    let given = |name: &str| Some((name.to_owned(), call.parameters.get(name)?.clone()));
    names.into_iter().filter_map(given).collect()
}

fn description(configuration: &Resource) -> Value {
    json!({
        "CodeSigningConfigId": configuration.attribute("CodeSigningConfigId"),
        "CodeSigningConfigArn": configuration.identifier,
        "Description": configuration.properties.get("Description"),
        "AllowedPublishers": configuration.properties.get("AllowedPublishers"),
        "CodeSigningPolicies": configuration.properties.get(POLICIES),
        "LastModified": configuration.attribute(LAST_MODIFIED),
    })
}
