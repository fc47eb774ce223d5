//! An artifact as it is written, beyond the header that every file has.

use schemars::JsonSchema;
use serde::Deserialize;

/// A Lambda package that is compiled from a crate of this repository, and signed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Artifact")]
pub struct RawArtifact {
    /// The crate of the workspace whose binary is the function.
    #[serde(rename = "crate")]
    pub krate: String,
    /// `arm64`, `x86_64`, or `host` for this machine's own, which is for the sandbox.
    pub architecture: String,
    /// The bucket of packages; it is versioned.
    pub bucket: String,
    /// The signing profile's name or ARN.
    pub signing_profile: String,
    /// The cargo profile.
    #[serde(default = "default_profile")]
    pub profile: String,
    /// Features of the crate that are switched on besides its default ones.
    #[serde(default)]
    pub features: Vec<String>,
    /// The function that runs it, by name or ARN, so that what runs is compared with git.
    #[serde(default)]
    pub function: Option<String>,
    /// The ARN of the code-signing configuration that the function has to have.
    #[serde(default)]
    pub code_signing_config: Option<String>,
    /// Permission for what would otherwise be held back.
    #[serde(default)]
    pub allow: RawAllow,
}

/// Permission for what would otherwise be held back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawAllow {
    /// Signing jobs whose signature was revoked, and whose bytes may be signed again nevertheless.
    #[serde(default)]
    pub sign_again: Vec<String>,
}

fn default_profile() -> String {
    "lambda".to_owned()
}
