//! Names and identifiers: given in the template, or generated as the services generate them.

use reconcile_cfn::registry::ResourceType;
use serde_json::{Map, Value, json};

use super::{Origin, arns};
use crate::cloudformation::names::{suffix, uuid};
use crate::resource::Resource;
use crate::world::ACCOUNT;

/// Name properties of types whose identifier is read-only and made from the name.
const NAME_PROPERTIES: [(&str, &str); 5] = [
    ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
    ("AWS::IAM::Policy", "PolicyName"),
    ("AWS::SNS::Topic", "TopicName"),
    ("AWS::SQS::Queue", "QueueName"),
    ("AWS::Signer::SigningProfile", "ProfileName"),
];

/// Longest names of the types that have short ones.
const NAME_LENGTHS: [(&str, usize); 4] = [
    ("AWS::IAM::Role", 64),
    ("AWS::Lambda::Function", 64),
    ("AWS::S3::Bucket", 63),
    ("AWS::Signer::SigningProfile", 64),
];

/// Settles the primary identifier; a writable name that the template leaves out is generated.
pub(super) fn settle(
    facts: &ResourceType,
    origin: Origin<'_>,
    properties: &mut Map<String, Value>,
) -> String {
    if let Some(property) = name_property(facts.name()) {
        properties.entry(property).or_insert_with(|| json!(name(facts.name(), origin)));
    }
    let mut parts = Vec::new();
    for path in facts.primary_identifier() {
        if facts.is_read_only(path) {
            parts.push(generated(facts, path, origin, properties));
            continue;
        }
        let given = properties.get(*path);
        let given =
            given.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        parts.push(given.unwrap_or_else(|| {
            let name = name(facts.name(), origin);
            properties.insert((*path).to_owned(), json!(name));
            name
        }));
    }
    parts.join("|")
}

fn name_property(type_name: &str) -> Option<&'static str> {
    let found = NAME_PROPERTIES.iter().find(|(name, _)| *name == type_name);
    found.map(|(_, property)| *property)
}

/// An identifier that the service itself chooses.
fn generated(
    facts: &ResourceType,
    path: &str,
    origin: Origin<'_>,
    properties: &Map<String, Value>,
) -> String {
    let region = origin.region;
    let predecessor = origin.predecessor.unwrap_or_default();
    let at = origin.at.to_string();
    let unique = uuid(&[facts.name(), origin.stack_id, origin.logical_id, predecessor, &at]);
    let named = name_property(facts.name()).and_then(|property| properties.get(property)?.as_str());
    let id = named.unwrap_or(&unique);
    match facts.name() {
        "AWS::CloudFormation::WaitConditionHandle" => {
            format!("https://cloudformation-waitcondition-{region}.s3.{region}.amazonaws.com/{id}")
        }
        "AWS::SQS::Queue" => format!("https://sqs.{region}.amazonaws.com/{ACCOUNT}/{id}"),
        _ if path.ends_with("Arn") || path.ends_with("ARN") => {
            let location = properties.get("Path").and_then(Value::as_str);
            arns::arn(facts.name(), region, location, id)
        }
        _ => unique,
    }
}

/// `stack-LogicalId-SUFFIX`, as CloudFormation names what the template does not name.
fn name(type_name: &str, origin: Origin<'_>) -> String {
    let predecessor = origin.predecessor.unwrap_or_default();
    let unique = suffix(&[type_name, origin.stack_id, origin.logical_id, predecessor], 12);
    let longest = NAME_LENGTHS.iter().find(|(name, _)| *name == type_name);
    let longest = longest.map_or(128, |(_, longest)| *longest);
    let stem = match type_name {
        "AWS::SSM::Parameter" => format!("CFN-{}", origin.logical_id),
        _ => format!("{}-{}", origin.stack_name, origin.logical_id),
    };
    let stem: String = stem.chars().take(longest - unique.len() - 1).collect();
    match type_name {
        "AWS::S3::Bucket" => format!("{stem}-{unique}").to_lowercase(),
        "AWS::Signer::SigningProfile" => format!("{stem}_{unique}").replace('-', "_"),
        _ => format!("{stem}-{unique}"),
    }
}

/// The read-only attributes of a new resource.
pub(super) fn attributes(
    facts: &ResourceType,
    resource: &Resource,
    origin: Origin<'_>,
) -> Map<String, Value> {
    let id = physical_name(resource);
    let mut attributes = Map::new();
    for path in facts.read_only().iter().filter(|path| !path.contains('*')) {
        let mut parts = facts.primary_identifier().iter().zip(resource.identifier.split('|'));
        let part = parts.find_map(|(of, part)| (of == path).then_some(part));
        let value = if facts.primary_identifier() == [*path] {
            resource.identifier.clone()
        } else if let Some(part) = part {
            part.to_owned()
        } else if resource.type_name == "AWS::S3::Bucket" && *path != "Arn" {
            let Some(value) = bucket_attribute(path, resource) else {
                continue;
            };
            value
        } else if matches!(*path, "Arn" | "ARN") {
            arns::of(resource, id)
        } else if path.ends_with("Arn") {
            format!("{}/{}", arns::of(resource, id), path.to_lowercase())
        } else {
            suffix(&[path, &resource.identifier, origin.stack_id], 17)
        };
        attributes.insert(path.replace('/', "."), json!(value));
    }
    attributes
}

fn bucket_attribute(path: &str, bucket: &Resource) -> Option<String> {
    let (name, region) = (&bucket.identifier, &bucket.region);
    Some(match path {
        "DomainName" => format!("{name}.s3.amazonaws.com"),
        "DualStackDomainName" => format!("{name}.s3.dualstack.{region}.amazonaws.com"),
        "RegionalDomainName" => format!("{name}.s3.{region}.amazonaws.com"),
        "WebsiteURL" => format!("http://{name}.s3-website-{region}.amazonaws.com"),
        _ => return None,
    })
}

/// The name inside ARNs.
pub(super) fn physical_name(resource: &Resource) -> &str {
    let named = name_property(&resource.type_name);
    named
        .and_then(|property| resource.properties.get(property)?.as_str())
        .unwrap_or(&resource.identifier)
}
