//! Functions in the words of the API.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::function::Function;
use super::name::FunctionName;
use super::refusal::invalid;
use crate::call::Call;
use crate::cloudformation::paging::Wanted;
use crate::error::AwsError;

/// How many items stand on a page at most.
const PAGE: usize = 50;

/// The settings that the API names as templates do.
const SETTINGS: [&str; 15] = [
    "Architectures",
    "DeadLetterConfig",
    "Description",
    "Environment",
    "EphemeralStorage",
    "FileSystemConfigs",
    "Handler",
    "LoggingConfig",
    "MemorySize",
    "PackageType",
    "Role",
    "Runtime",
    "Timeout",
    "TracingConfig",
    "VpcConfig",
];

/// The configuration of a function that a call named, under the ARN that it asked for.
pub(super) fn configuration(function: &Function, named: &FunctionName) -> Value {
    let arn = named.arn(&function.region);
    described(function, &arn)
}

/// The configuration of a version, under its own ARN.
pub(super) fn version(function: &Function) -> Value {
    described(function, &function.version_arn())
}

fn described(function: &Function, arn: &str) -> Value {
    let provenance = function.code.provenance.as_ref();
    let own = json!({
        "FunctionName": function.name,
        "FunctionArn": arn,
        "Version": function.version,
        "CodeSha256": function.code.sha256,
        "CodeSize": function.code.size,
        "KMSKeyArn": function.settings.get("KmsKeyArn"),
        "LastModified": time(function.last_modified),
        "LastUpdateStatus": "Successful",
        "RevisionId": function.revision_id(),
        "SigningJobArn": provenance.map(|provenance| &provenance.job_arn),
        "SigningProfileVersionArn": provenance.map(|provenance| &provenance.profile_version_arn),
        "SnapStart": { "ApplyOn": "None", "OptimizationStatus": "Off" },
        "State": "Active",
    });
    let shown = |name: &&str| Some(((*name).to_owned(), function.settings.get(*name)?.clone()));
    let mut members: Map<String, Value> = SETTINGS.iter().filter_map(shown).collect();
    if let Value::Object(own) = own {
        members.extend(own);
    }
    Value::Object(members)
}

/// `2026-01-01T00:00:00.000+0000`
pub(super) fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string()
}

/// The page that a call asks for, and the marker of the page after it.
pub(super) fn page<T>(items: Vec<T>, call: &Call) -> Result<(Vec<T>, Option<String>), AwsError> {
    let wanted = Wanted { token: call.text("Marker"), most: call.number("MaxItems") };
    wanted.of(items, PAGE).ok_or_else(|| invalid("Invalid Marker"))
}

/// Refuses a caller that has seen another revision than the present one.
pub(super) fn check_revision(call: &Call, present: &str) -> Result<(), AwsError> {
    match call.text("RevisionId") {
        Some(seen) if seen != present => Err(super::refusal::outdated()),
        Some(_) | None => Ok(()),
    }
}
