//! The settings of a function: defaults, limits, and the names that calls and templates have for them.

use serde_json::{Map, Value, json};

use super::refusal::invalid;
use crate::call::Call;
use crate::error::AwsError;
use crate::resources::tags;

/// What `CreateFunction` and `UpdateFunctionConfiguration` name as templates do.
const COMMON: [&str; 13] = [
    "DeadLetterConfig",
    "Description",
    "Environment",
    "EphemeralStorage",
    "FileSystemConfigs",
    "Handler",
    "LoggingConfig",
    "MemorySize",
    "Role",
    "Runtime",
    "SnapStart",
    "Timeout",
    "TracingConfig",
];

/// What only a new function is given as a whole; all of it has operations of its own later.
const OF_NEW: [&str; 3] = ["Architectures", "CodeSigningConfigArn", "PackageType"];

/// Environment variables that Lambda sets itself.
const RESERVED: [&str; 14] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
];

/// The most that names and values of the environment may take.
const ENVIRONMENT: usize = 4 * 1024;

/// The settings in a call, under the names that templates have for them.
pub(super) fn of_call(call: &Call) -> Map<String, Value> {
    let given = |name: &&str| Some(((*name).to_owned(), call.parameters.get(*name)?.clone()));
    let mut settings: Map<String, Value> = COMMON.iter().filter_map(given).collect();
    if let Some(key) = call.parameters.get("KMSKeyArn") {
        settings.insert("KmsKeyArn".to_owned(), key.clone());
    }
    for name in ["Layers", "VpcConfig"] {
        settings.extend(given(&name));
    }
    settings
}

/// The settings of a new function in a call.
pub(super) fn of_new(call: &Call) -> Map<String, Value> {
    let mut settings = of_call(call);
    let given = |name: &&str| Some(((*name).to_owned(), call.parameters.get(*name)?.clone()));
    settings.extend(OF_NEW.iter().filter_map(given));
    if let Some(given) = call.parameters.get("Tags") {
        settings.insert("Tags".to_owned(), tags::property(given));
    }
    settings
}

/// Fills in what is not set, takes numbers for numbers, and refuses what Lambda refuses.
pub(super) fn settle(name: &str, settings: &mut Map<String, Value>) -> Result<(), AwsError> {
    // An empty text takes a setting back.
    settings.retain(|_, value| value.as_str() != Some("") && !value.is_null());
    for (setting, value) in defaults(name) {
        settings.entry(setting).or_insert(value);
    }
    if let Some(Value::Object(logging)) = settings.get_mut("LoggingConfig") {
        logging.entry("LogFormat").or_insert_with(|| json!("Text"));
        logging.entry("LogGroup").or_insert_with(|| json!(format!("/aws/lambda/{name}")));
    }
    for setting in ["MemorySize", "ReservedConcurrentExecutions", "Timeout"] {
        if let Some(value) = settings.get_mut(setting) {
            number(value);
        }
    }
    check_package(settings)?;
    check_range(settings, "MemorySize", "memorySize", (128, 32_768))?;
    check_range(settings, "Timeout", "timeout", (1, 5_400))?;
    check_environment(settings)
}

fn defaults(name: &str) -> [(String, Value); 8] {
    [
        ("Architectures", json!(["x86_64"])),
        ("Description", json!("")),
        ("EphemeralStorage", json!({ "Size": 512 })),
        (
            "LoggingConfig",
            json!({ "LogFormat": "Text", "LogGroup": format!("/aws/lambda/{name}") }),
        ),
        ("MemorySize", json!(128)),
        ("PackageType", json!("Zip")),
        ("Timeout", json!(3)),
        ("TracingConfig", json!({ "Mode": "PassThrough" })),
    ]
    .map(|(setting, value)| (setting.to_owned(), value))
}

/// Templates write numbers as text, too.
fn number(value: &mut Value) {
    let parsed = value.as_str().and_then(|text| text.parse::<u64>().ok());
    if let Some(parsed) = parsed {
        *value = json!(parsed);
    }
}

fn check_package(settings: &Map<String, Value>) -> Result<(), AwsError> {
    if settings.get("PackageType").is_some_and(|kind| kind != "Zip") {
        return Err(invalid("The sandbox runs zips, and no container images"));
    }
    if !settings.contains_key("Runtime") || !settings.contains_key("Handler") {
        return Err(invalid(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
        ));
    }
    let layers = settings.get("Layers").and_then(Value::as_array);
    match layers.and_then(|layers| layers.first()).and_then(Value::as_str) {
        // The sandbox makes no layers, so none is there.
        Some(layer) => Err(invalid(format!("Layer version {layer} does not exist."))),
        None => Ok(()),
    }
}

fn check_range(
    settings: &Map<String, Value>,
    name: &str,
    shown: &str,
    (least, most): (u64, u64),
) -> Result<(), AwsError> {
    let Some(value) = settings.get(name) else {
        return Ok(());
    };
    let bound = match value.as_u64() {
        Some(number) if number > most => format!("less than or equal to {most}"),
        Some(number) if number >= least => return Ok(()),
        _ => format!("greater than or equal to {least}"),
    };
    Err(invalid(format!(
        "1 validation error detected: Value '{value}' at '{shown}' failed to satisfy constraint: Member must have value {bound}"
    )))
}

fn check_environment(settings: &Map<String, Value>) -> Result<(), AwsError> {
    const UNABLE: &str = "Lambda was unable to configure your environment variables because the environment variables you have provided";
    let variables = settings.get("Environment").and_then(|it| it.get("Variables")?.as_object());
    let Some(variables) = variables else {
        return Ok(());
    };
    let reserved = variables.keys().map(String::as_str).filter(|name| RESERVED.contains(name));
    let reserved: Vec<&str> = reserved.collect();
    if !reserved.is_empty() {
        return Err(invalid(format!(
            "{UNABLE} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: {}",
            reserved.join(", ")
        )));
    }
    let size = |value: &Value| value.as_str().map_or_else(|| value.to_string().len(), str::len);
    let total: usize = variables.iter().map(|(name, value)| name.len() + size(value)).sum();
    if total > ENVIRONMENT {
        return Err(invalid(format!("{UNABLE} exceeded the 4KB limit.")));
    }
    Ok(())
}
