//! What is checked of a package when it is deployed: its signature, against the function's code-signing
//! configuration.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::code_signing;
use super::function::{Code, Provenance};
use crate::error::AwsError;
use crate::resource::Resource;
use crate::signer::{self, Signature, Signed};
use crate::world::World;

/// A deployment that is to be let in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'a> {
    /// The function as errors name it.
    pub(super) name: &'a str,
    pub(super) configuration: Option<&'a str>,
    pub(super) zip: &'a [u8],
    pub(super) at: Timestamp,
}

/// Lets a package in, or refuses as the code-signing configuration wants it.
///
/// A broken signature is always refused. The other checks follow `UntrustedArtifactOnDeployment`. None is
/// made of a function without a configuration, and none again after the deployment.
pub(super) fn admit(world: &World, candidate: Candidate<'_>) -> Result<Code, AwsError> {
    let signature = signer::inspect(world, candidate.zip);
    if let Some(arn) = candidate.configuration {
        let configuration = code_signing::find(world, arn)?;
        if signature == Signature::Broken {
            return Err(AwsError::new(
                "InvalidCodeSignatureException",
                "The code signature failed the integrity check. If the integrity check fails, then Lambda blocks deployment, even if the code signing policy is set to WARN.",
            ));
        }
        if let Err(distrust) = check(configuration, &signature, candidate.at) {
            if code_signing::enforces(configuration) {
                return Err(refused(candidate.name));
            }
            tracing::warn!(
                function = candidate.name,
                ?distrust,
                "an untrusted package is deployed"
            );
        }
    }
    let provenance = match signature {
        Signature::Intact(Signed { profile_version_arn, job_arn, .. }) => {
            Some(Provenance { profile_version_arn, job_arn })
        }
        Signature::Missing | Signature::Broken => None,
    };
    let sha256 = STANDARD.encode(Sha256::digest(candidate.zip));
    Ok(Code { sha256, size: candidate.zip.len(), provenance })
}

/// Why a package is not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Distrust {
    Unsigned,
    Mismatch,
    Expired,
    Revoked,
}

fn check(configuration: &Resource, signature: &Signature, now: Timestamp) -> Result<(), Distrust> {
    let Signature::Intact(signed) = signature else {
        return Err(Distrust::Unsigned);
    };
    let publishers = configuration.properties.get("AllowedPublishers");
    let allowed = publishers.and_then(|it| it.get("SigningProfileVersionArns")?.as_array());
    let is_allowed = |arn: &Value| arn.as_str() == Some(signed.profile_version_arn.as_str());
    if !allowed.is_some_and(|allowed| allowed.iter().any(is_allowed)) {
        return Err(Distrust::Mismatch);
    }
    if signed.expires_at <= now {
        return Err(Distrust::Expired);
    }
    if signed.is_revoked { Err(Distrust::Revoked) } else { Ok(()) }
}

/// AWS is not known to word the checks differently.
fn refused(name: &str) -> AwsError {
    AwsError::new(
        "CodeVerificationFailedException",
        format!(
            "Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is not configured to accept. Check the provided signature for {name}."
        ),
    )
}
