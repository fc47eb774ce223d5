//! A function: its settings, which are those of its resource, and the code that was deployed last.
//!
//! There is one store. The row of [`World::resources`] holds the settings of `$LATEST`, whoever changes
//! them; [`World::function_versions`] holds of each version what no template says, and all of one that was
//! published; [`World::packages`] holds the bytes.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::aliases;
use super::name::{self, FunctionName, LATEST};
use super::refusal::not_found;
use crate::cloudformation::names::uuid;
use crate::error::AwsError;
use crate::resource::Resource;
use crate::world::World;

/// The type of the rows that are functions.
pub(crate) const FUNCTION: &str = "AWS::Lambda::Function";

/// Settings that all versions of a function share.
const SHARED: [&str; 3] = ["CodeSigningConfigArn", "ReservedConcurrentExecutions", "Tags"];

/// What a version runs. Its row key is the version's ARN, `$LATEST` included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FunctionVersion {
    pub(crate) code: Code,
    pub(crate) last_modified: Timestamp,
    /// The settings that a published version keeps; those of `$LATEST` are its resource's.
    pub(crate) published: Option<Map<String, Value>>,
}

/// A deployment package that was let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Code {
    /// The SHA-256 of the deployed zip as base64: its key among [`World::packages`].
    pub(crate) sha256: String,
    pub(crate) size: usize,
    /// What the zip's signature says of where it comes from.
    pub(crate) provenance: Option<Provenance>,
}

/// Who signed a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Provenance {
    pub(crate) profile_version_arn: String,
    pub(crate) job_arn: String,
}

/// One version of a function, as it is run and described.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) region: String,
    /// `$LATEST`, or a number.
    pub(crate) version: String,
    /// The settings in the shape of the registry's schema, defaults included.
    pub(crate) settings: Map<String, Value>,
    pub(crate) code: Code,
    pub(crate) last_modified: Timestamp,
}

/// Finds the version of a function that a name or ARN and a qualifier (a version or an alias) ask for.
pub(crate) fn find(
    world: &World,
    region: &str,
    name_or_arn: &str,
    qualifier: Option<&str>,
) -> Result<Function, AwsError> {
    let named = FunctionName::parse(name_or_arn).qualified(qualifier);
    let missing = || not_found(format!("Function not found: {}", named.arn(region)));
    let resource = resource(world, region, &named.name).ok_or_else(missing)?;
    let version = match named.qualifier.as_deref() {
        None => LATEST.to_owned(),
        Some(version) if version == LATEST || is_number(version) => version.to_owned(),
        Some(alias) => aliases::target(world, region, &named.name, alias)?,
    };
    let row = world.function_versions.get(&name::qualified_arn(region, &named.name, &version));
    let row = row.cloned().ok_or_else(missing)?;
    Ok(Function::new(resource, version, row))
}

/// The resource of a function.
pub(super) fn resource<'a>(world: &'a World, region: &str, name: &str) -> Option<&'a Resource> {
    world.resources.get(&Resource::key(region, FUNCTION, name))
}

/// Whether a qualifier is the number of a published version.
pub(super) fn is_number(qualifier: &str) -> bool {
    !qualifier.is_empty() && qualifier.bytes().all(|byte| byte.is_ascii_digit())
}

impl Function {
    /// A version of the function that `resource` is.
    pub(super) fn new(resource: &Resource, version: String, row: FunctionVersion) -> Self {
        let FunctionVersion { code, last_modified, published } = row;
        let settings = match published {
            None => resource.properties.clone(),
            Some(mut settings) => {
                for name in SHARED {
                    if let Some(value) = resource.properties.get(name) {
                        settings.insert(name.to_owned(), value.clone());
                    }
                }
                settings
            }
        };
        Self {
            name: resource.identifier.clone(),
            region: resource.region.clone(),
            version,
            settings,
            code,
            last_modified,
        }
    }

    /// The ARN without a version.
    pub(crate) fn arn(&self) -> String {
        name::arn(&self.region, &self.name)
    }

    /// The ARN of this version.
    pub(crate) fn version_arn(&self) -> String {
        name::qualified_arn(&self.region, &self.name, &self.version)
    }

    /// The deployed zip.
    pub(crate) fn package<'a>(&self, world: &'a World) -> Option<&'a Bytes> {
        world.packages.get(&self.code.sha256).map(|body| &body.0)
    }

    /// `provided.al2023`
    pub(crate) fn runtime(&self) -> &str {
        self.text("/Runtime")
    }

    /// What the runtime is told to call.
    pub(crate) fn handler(&self) -> &str {
        self.text("/Handler")
    }

    /// The ARN of the role that the code runs as.
    pub(crate) fn role(&self) -> &str {
        self.text("/Role")
    }

    /// `Active` or `PassThrough`
    pub(crate) fn tracing_mode(&self) -> &str {
        self.text("/TracingConfig/Mode")
    }

    /// Where the logs go.
    pub(crate) fn log_group(&self) -> &str {
        self.text("/LoggingConfig/LogGroup")
    }

    pub(crate) fn memory_mb(&self) -> u64 {
        self.number("/MemorySize").unwrap_or_default()
    }

    pub(crate) fn timeout_seconds(&self) -> u64 {
        self.number("/Timeout").unwrap_or_default()
    }

    /// How many may run at once, if that was limited.
    pub(crate) fn reserved_concurrency(&self) -> Option<u64> {
        self.number("/ReservedConcurrentExecutions")
    }

    /// The environment variables.
    pub(crate) fn environment(&self) -> BTreeMap<String, String> {
        let variables = self.at("/Environment/Variables").and_then(Value::as_object);
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let pairs = variables.into_iter().flatten();
        pairs.map(|(name, value)| (name.clone(), text(value))).collect()
    }

    /// The settings that a version keeps when it is published.
    pub(super) fn own_settings(&self) -> Map<String, Value> {
        let mut settings = self.settings.clone();
        settings.retain(|name, _| !SHARED.contains(&name.as_str()));
        settings
    }

    /// Names the state of this version: another one whenever settings or code are others.
    pub(super) fn revision_id(&self) -> String {
        let settings = Value::Object(self.settings.clone()).to_string();
        let modified = self.last_modified.to_string();
        uuid(&["revision", &self.version_arn(), &settings, &self.code.sha256, &modified])
    }

    fn at(&self, pointer: &str) -> Option<&Value> {
        let mut parts = pointer.split('/').skip(1);
        let top = self.settings.get(parts.next()?)?;
        parts.try_fold(top, |value, part| value.get(part))
    }

    fn text(&self, pointer: &str) -> &str {
        self.at(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    fn number(&self, pointer: &str) -> Option<u64> {
        self.at(pointer).and_then(Value::as_u64)
    }
}
