//! Signer: profiles, signing jobs, revocations, and signatures that can be verified from a zip's bytes.
//!
//! Knows nothing of functions: [`inspect`] says what a zip's signature is worth, and whoever deploys it
//! decides what follows. A profile that can sign is a row of [`World::resources`], the same that
//! CloudFormation makes; its key and its end stay in [`World::signing_profiles`].

mod envelope;
mod job;
mod jobs;
mod key;
mod paging;
mod platform;
mod profile;
mod profiles;
mod refusal;
mod revocation;
mod routes;
mod tags;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

pub(crate) use job::SigningJob;
pub(crate) use jobs::advance;
pub(crate) use profile::SigningProfile;
pub(crate) use profiles::SigningProfileProvider;
pub(crate) use routes::API;

use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;
use envelope::{Envelope, Statement};

/// Answers one call.
pub(crate) fn handle(world: &mut World, call: &Call) -> Answer {
    let answer = match &*call.operation {
        "CancelSigningProfile" => profiles::cancel_signing_profile(world, call),
        "DescribeSigningJob" => jobs::describe_signing_job(world, call),
        "GetRevocationStatus" => revocation::get_revocation_status(world, call),
        "GetSigningPlatform" => platform::get_signing_platform(call),
        "GetSigningProfile" => profiles::get_signing_profile(world, call),
        "ListSigningJobs" => jobs::list_signing_jobs(world, call),
        "ListSigningPlatforms" => Ok(platform::list_signing_platforms()),
        "ListSigningProfiles" => profiles::list_signing_profiles(world, call),
        "ListTagsForResource" => tags::list_tags_for_resource(world, call),
        "PutSigningProfile" => profiles::put_signing_profile(world, call),
        "RevokeSignature" => revocation::revoke_signature(world, call),
        "RevokeSigningProfile" => revocation::revoke_signing_profile(world, call),
        "StartSigningJob" => jobs::start_signing_job(world, call),
        "TagResource" => tags::tag_resource(world, call),
        "UntagResource" => tags::untag_resource(world, call),
        _ => Err(AwsError::new("UnknownOperationException", "")),
    };
    answer.map_err(|error| match error.code.as_str() {
        // What CloudFormation calls `ValidationError`.
        "ValidationError" => refusal::invalid(error.message),
        _ => error,
    })
}

/// What the signature of a zip is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Signature {
    /// There is none.
    Missing,
    /// The zip, or its signature, is not what was signed.
    Broken,
    /// The zip is what was signed.
    Intact(Signed),
}

/// What an intact signature says, and whether it still holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    pub(crate) profile_version_arn: String,
    pub(crate) job_arn: String,
    pub(crate) expires_at: Timestamp,
    pub(crate) is_revoked: bool,
}

/// Reads and verifies the signature of a zip.
pub(crate) fn inspect(world: &World, zip: &[u8]) -> Signature {
    match envelope::open(zip) {
        Err(envelope::Tampered) => Signature::Broken,
        Ok(None) => Signature::Missing,
        Ok(Some(envelope)) if is_forged(world, &envelope) => Signature::Broken,
        Ok(Some(Envelope { statement, .. })) => {
            let is_revoked = revocation::is_revoked(world, &statement);
            let Statement { profile_version_arn, job_arn, expires_at, .. } = statement;
            Signature::Intact(Signed { profile_version_arn, job_arn, expires_at, is_revoked })
        }
    }
}

/// Whether a signature names a profile of this account and was made with another key. The keys of other
/// accounts are not known here.
fn is_forged(world: &World, envelope: &Envelope) -> bool {
    let profile = profile::of_version(world, &envelope.statement.profile_version_arn);
    profile.is_some_and(|profile| {
        let public = profile.key.public().map(|public| STANDARD.encode(public));
        public.as_deref() != Ok(&envelope.public_key)
    })
}
