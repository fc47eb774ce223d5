//! Dynamic references (`{{resolve:ssm:...}}`): values that live in another service.
//!
//! Templates, change sets and the stack's own properties keep them as they are written; only what is sent
//! to a resource's provider has the values. An unchanged template therefore has no changes, whatever the
//! values are by now. When a stack is updated for another reason, references to SSM are resolved anew;
//! references to secrets only where their own resource changes.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::template::{Blueprint, Definition, entries};
use crate::error::AwsError;
use crate::resource::Resource;
use crate::world::World;

const OPENING: &str = "{{resolve:";

/// The published limit on the references of one template.
const MAX_REFERENCES: usize = 60;

/// Where a secure string may go (User Guide, "Dynamic references"): elsewhere it would be readable.
const SECURE: [(&str, &str); 9] = [
    ("AWS::DirectoryService::MicrosoftAD", "Password"),
    ("AWS::DirectoryService::SimpleAD", "Password"),
    ("AWS::ElastiCache::ReplicationGroup", "AuthToken"),
    ("AWS::IAM::User", "LoginProfile/Password"),
    ("AWS::KinesisFirehose::DeliveryStream", "RedshiftDestinationConfiguration/Password"),
    ("AWS::RDS::DBCluster", "MasterUserPassword"),
    ("AWS::RDS::DBInstance", "MasterUserPassword"),
    ("AWS::Redshift::Cluster", "MasterUserPassword"),
    ("AWS::OpsWorks::App", "SslConfiguration/PrivateKey"),
];

/// Resolved references: what they are written as, and what they stand for.
pub(super) type Resolved = BTreeMap<String, String>;

/// Whether a value contains a reference.
pub(super) fn is_dynamic(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains(OPENING))
}

/// Refuses a template with references that CloudFormation finds wrong before it does anything.
pub(super) fn check(world: &World, region: &str, body: &Value) -> Result<(), AwsError> {
    let mut found = Vec::new();
    for (_, resource) in entries(body, "Resources") {
        collect(resource, &mut found);
    }
    if found.len() > MAX_REFERENCES {
        return Err(AwsError::validation(format!(
            "Template format error: Number of dynamic references, {}, is greater than maximum allowed, {MAX_REFERENCES}",
            found.len()
        )));
    }
    let missing: Vec<_> = found
        .iter()
        // What is still to be put together cannot be looked up yet.
        .filter(|reference| !reference.contains("${"))
        .filter_map(|reference| inner(reference).filter(|inner| inner.starts_with("ssm:")))
        .filter(|inner| parameter(world, region, inner).is_none())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(cannot_be_found(&missing.join(", ")))
}

/// What the parameters of type `AWS::SSM::Parameter::Value<..>` stand for: their values are names.
pub(super) fn stored(
    world: &World,
    region: &str,
    declared: &Map<String, Value>,
    values: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, AwsError> {
    let is_stored = |name: &String| {
        let kind = declared.get(name).and_then(|declaration| declaration.get("Type")?.as_str());
        kind.is_some_and(|kind| kind.starts_with("AWS::SSM::Parameter::Value<"))
    };
    let (mut stored, mut missing) = (BTreeMap::new(), Vec::new());
    for (name, wanted) in values.iter().filter(|(name, _)| is_stored(name)) {
        match parameter(world, region, &format!("ssm:{wanted}")) {
            Some(value) => drop(stored.insert(name.clone(), value)),
            None => missing.push(wanted.as_str()),
        }
    }
    if missing.is_empty() {
        return Ok(stored);
    }
    Err(AwsError::validation(format!(
        "Unable to fetch parameters [{}] from parameter store for this account.",
        missing.join(",")
    )))
}

fn cannot_be_found(names: &str) -> AwsError {
    AwsError::validation(format!("Parameters: [{names}] cannot be found."))
}

/// Refuses secure strings where they could be read.
pub(super) fn check_secure(blueprint: &Blueprint) -> Result<(), AwsError> {
    let mut misplaced = Vec::new();
    for Definition { type_name, properties, .. } in blueprint.resources.values() {
        for (name, value) in properties {
            walk(value, &mut vec![name], &mut |path, text| {
                if text.contains("{{resolve:ssm-secure:") {
                    misplaced.push((type_name.as_str(), path.join("/")));
                }
            });
        }
    }
    misplaced.retain(|(type_name, path)| !SECURE.contains(&(type_name, path)));
    let misplaced: Vec<String> = misplaced
        .into_iter()
        .map(|(type_name, path)| format!("{type_name}/Properties/{path}"))
        .collect();
    if misplaced.is_empty() {
        return Ok(());
    }
    Err(AwsError::validation(format!(
        "SSM Secure reference is not supported in: [{}]",
        misplaced.join(", ")
    )))
}

fn walk<'a>(value: &'a Value, path: &mut Vec<&'a str>, visit: &mut dyn FnMut(&[&str], &str)) {
    match value {
        Value::String(text) => visit(path, text),
        Value::Array(items) => items.iter().for_each(|item| walk(item, path, visit)),
        Value::Object(map) => {
            for (name, item) in map {
                path.push(name);
                walk(item, path, visit);
                path.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The references in properties with what they stand for now.
pub(super) fn resolve(
    world: &World,
    region: &str,
    properties: &Map<String, Value>,
) -> Result<Resolved, AwsError> {
    let mut found = Vec::new();
    properties.values().for_each(|value| collect(value, &mut found));
    let resolved = found.into_iter().map(|reference| {
        let value = inner(&reference).map(|inner| look_up(world, region, inner));
        Ok((reference.clone(), value.unwrap_or(Ok(reference))?))
    });
    resolved.collect()
}

/// Whether a reference to SSM stands for something else by now.
pub(super) fn has_moved(world: &World, region: &str, resolved: &Resolved) -> bool {
    resolved.iter().any(|(reference, value)| {
        let inner = inner(reference).filter(|inner| !inner.starts_with("secretsmanager:"));
        inner.is_some_and(|inner| look_up(world, region, inner).is_ok_and(|now| now != *value))
    })
}

/// Properties with their references replaced.
pub(super) fn applied(properties: &Map<String, Value>, resolved: &Resolved) -> Map<String, Value> {
    if resolved.is_empty() {
        return properties.clone();
    }
    let applied = properties.iter().map(|(name, value)| (name.clone(), replaced(value, resolved)));
    applied.collect()
}

fn replaced(value: &Value, resolved: &Resolved) -> Value {
    match value {
        Value::String(text) if text.contains(OPENING) => {
            let parts = parts(text).into_iter();
            let parts = parts.map(|part| resolved.get(part).map_or(part, String::as_str));
            Value::String(parts.collect())
        }
        Value::Array(items) => items.iter().map(|item| replaced(item, resolved)).collect(),
        Value::Object(map) => Value::Object(applied(map, resolved)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// A text cut at the beginnings and ends of its references.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(OPENING) {
        let (before, reference) = rest.split_at(start);
        let Some(end) = reference.find("}}") else {
            break;
        };
        let (reference, after) = reference.split_at(end + "}}".len());
        parts.extend([before, reference]);
        rest = after;
    }
    parts.push(rest);
    parts
}

/// `ssm:name:1` of `{{resolve:ssm:name:1}}`.
fn inner(reference: &str) -> Option<&str> {
    reference.strip_prefix(OPENING)?.strip_suffix("}}")
}

fn collect(value: &Value, found: &mut Vec<String>) {
    walk(value, &mut Vec::new(), &mut |_, text| {
        let references = parts(text).into_iter().filter(|part| inner(part).is_some());
        found.extend(references.map(str::to_owned));
    });
}

fn look_up(world: &World, region: &str, inner: &str) -> Result<String, AwsError> {
    match inner.split_once(':') {
        Some(("ssm" | "ssm-secure", _)) => {
            parameter(world, region, inner).ok_or_else(|| cannot_be_found(inner))
        }
        Some(("secretsmanager", wanted)) => secret(world, region, wanted),
        _ => Err(AwsError::validation(format!(
            "Template format error: {OPENING}{inner}}}}} is not a dynamic reference"
        ))),
    }
}

/// The value of `ssm:name`, or of `ssm:name:version`.
fn parameter(world: &World, region: &str, inner: &str) -> Option<String> {
    let (_, wanted) = inner.split_once(':')?;
    let (name, version) = match wanted.split_once(':') {
        Some((name, version)) => (name, Some(version.parse::<usize>().ok()?)),
        None => (wanted, None),
    };
    let key = Resource::key(region, "AWS::SSM::Parameter", name);
    let parameter = world.resources.get(&key)?;
    let current = parameter.properties.get("Value")?;
    let earlier = crate::resources::earlier_values(parameter);
    let value = match version {
        None => Some(current),
        Some(version) => earlier.iter().chain([current]).nth(version.checked_sub(1)?),
    };
    value?.as_str().map(str::to_owned)
}

/// The value of `id:SecretString:key:stage:version`, of which all but the ID may be left out.
fn secret(world: &World, region: &str, wanted: &str) -> Result<String, AwsError> {
    let colons = if wanted.starts_with("arn:") { 7 } else { 1 };
    let mut parts = wanted.split(':');
    let id: Vec<&str> = parts.by_ref().take(colons).collect();
    let id = id.join(":");
    let rest: Vec<&str> = parts.collect();
    let part = |index: usize| rest.get(index).copied().filter(|part| !part.is_empty());
    let mut secrets =
        world.resources.with_prefix(Resource::key(region, "AWS::SecretsManager::Secret", ""));
    let found = secrets.find(|(_, secret)| {
        let named = secret.properties.get("Name").is_some_and(|name| *name == *id);
        secret.identifier == id || named
    });
    let service = |message: String| {
        AwsError::validation(format!(
            "{message} (Service: AWSSecretsManager; Status Code: 400; Error Code: ResourceNotFoundException)"
        ))
    };
    let (_, secret) = found
        .ok_or_else(|| service("Secrets Manager can't find the specified secret.".to_owned()))?;
    let stage = part(2).or_else(|| part(3)).filter(|stage| *stage != "AWSCURRENT");
    let text = crate::resources::secret_string(secret).filter(|_| stage.is_none());
    let text = text.ok_or_else(|| {
        let stage = stage.unwrap_or("AWSCURRENT");
        service(format!(
            "Secrets Manager can't find the specified secret value for staging label: {stage}"
        ))
    })?;
    let Some(key) = part(1) else {
        return Ok(text);
    };
    let value: Value = serde_json::from_str(&text)
        .map_err(|_| AwsError::validation("Could not parse SecretString JSON"))?;
    let value = value.get(key).and_then(super::template::scalar);
    value.ok_or_else(|| {
        AwsError::validation("Could not find a value associated with JSONKey in SecretString")
    })
}
