//! What happens to asynchronous invocations that fail. Each configuration is a resource and nothing more.

use serde_json::{Map, Value, json};

use super::function::find;
use super::name::{FunctionName, LATEST};
use super::refusal::not_found;
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::resource::Resource;
use crate::world::World;

const EVENT_INVOKE_CONFIG: &str = "AWS::Lambda::EventInvokeConfig";

/// The settings.
const SETTINGS: [&str; 3] =
    ["DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts"];

/// Answers `PutFunctionEventInvokeConfig`: what is not given is not set any more.
pub(super) fn put_function_event_invoke_config(world: &mut World, call: &Call) -> Answer {
    let named = asked(world, call)?;
    let qualifier = named.qualifier.clone().unwrap_or_default();
    let mut properties = given(call);
    properties.insert("FunctionName".to_owned(), json!(named.name));
    properties.insert("Qualifier".to_owned(), json!(qualifier));
    let row = Resource {
        type_name: EVENT_INVOKE_CONFIG.to_owned(),
        region: call.region.clone(),
        identifier: format!("{}|{qualifier}", named.name),
        properties,
        attributes: Map::new(),
        created: call.now,
    };
    let answer = description(&row);
    world.resources.insert(row.row_key(), row);
    Ok(answer)
}

/// Answers `UpdateFunctionEventInvokeConfig`: what is not given stays.
pub(super) fn update_function_event_invoke_config(world: &mut World, call: &Call) -> Answer {
    let key = found(world, call)?.row_key();
    let changed = given(call);
    let row = world.resources.get_mut(&key).map(|row| {
        row.properties.extend(changed);
        description(row)
    });
    Ok(row.unwrap_or_default())
}

/// Answers `GetFunctionEventInvokeConfig`.
pub(super) fn get_function_event_invoke_config(world: &World, call: &Call) -> Answer {
    Ok(description(found(world, call)?))
}

/// Answers `DeleteFunctionEventInvokeConfig`.
pub(super) fn delete_function_event_invoke_config(world: &mut World, call: &Call) -> Answer {
    let key = found(world, call)?.row_key();
    world.resources.remove(&key);
    Ok(Value::Null)
}

fn asked(world: &World, call: &Call) -> Result<FunctionName, AwsError> {
    let (text, qualifier) = (call.required("FunctionName")?, call.text("Qualifier"));
    find(world, &call.region, text, qualifier)?;
    let named = FunctionName::parse(text).qualified(qualifier);
    let qualifier = named.qualifier.clone().unwrap_or_else(|| LATEST.to_owned());
    Ok(named.qualified(Some(&qualifier)))
}

fn found<'a>(world: &'a World, call: &Call) -> Result<&'a Resource, AwsError> {
    let named = asked(world, call)?;
    let arn = named.arn(&call.region);
    let rows = world.resources.with_prefix(Resource::key(&call.region, EVENT_INVOKE_CONFIG, ""));
    let is_meant = |row: &&Resource| {
        FunctionName::parse(row.text("FunctionName")).name == named.name
            && Some(row.text("Qualifier")) == named.qualifier.as_deref()
    };
    rows.map(|(_, row)| row)
        .find(is_meant)
        .ok_or_else(|| not_found(format!("The function {arn} doesn't have an EventInvokeConfig")))
}

fn given(call: &Call) -> Map<String, Value> {
    let given = |name: &str| Some((name.to_owned(), call.parameters.get(name)?.clone()));
    SETTINGS.into_iter().filter_map(given).collect()
}

fn description(row: &Resource) -> Value {
    let named = FunctionName::parse(row.text("FunctionName"));
    let mut description: Map<String, Value> = SETTINGS
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), row.properties.get(name)?.clone())))
        .collect();
    let arn = named.qualified(Some(row.text("Qualifier"))).arn(&row.region);
    description.insert("FunctionArn".to_owned(), json!(arn));
    description.insert("LastModified".to_owned(), json!(row.created.as_second()));
    Value::Object(description)
}
