//! Revoking signatures and profiles, and what is still to be trusted.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::envelope::Statement;
use super::job::{self, JobRevocation};
use super::profile::{self, ProfileRevocation};
use super::refusal::{invalid, not_found};
use super::{jobs, profiles};
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;

/// The longest reason.
const REASON: usize = 500;

/// Answers `RevokeSignature`. There is no way back.
pub(super) fn revoke_signature(world: &mut World, call: &Call) -> Answer {
    let id = call.required("jobId")?;
    let reason = reason(call)?;
    let job = jobs::of_id(world, call, id)?;
    if job.expires().is_none() {
        return Err(invalid(format!("Signing job {id} has no signature; it is {}", job.status())));
    }
    if job.revocation.is_some() {
        return Err(invalid(format!("The signature of signing job {id} is already revoked")));
    }
    let revocation = JobRevocation { reason, at: call.now, by: call.caller.arn.clone() };
    if let Some(job) = world.signing_jobs.get_mut(id) {
        job.revocation = Some(revocation);
    }
    Ok(Value::Null)
}

/// Answers `RevokeSigningProfile`. A revocation that is there can only be made to begin earlier.
pub(super) fn revoke_signing_profile(world: &mut World, call: &Call) -> Answer {
    reason(call)?;
    let version = call.required("profileVersion")?;
    let profile = profiles::find(world, call)?;
    if profile.version != version {
        let message = format!("Signing profile {} has no version {version}", profile.name);
        return Err(not_found(message));
    }
    let effective_from = match call.parameters.get("effectiveTime") {
        Some(Value::Number(seconds)) => seconds.as_f64().and_then(at),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    let effective_from =
        effective_from.ok_or_else(|| invalid("effectiveTime should not be empty"))?;
    if effective_from > call.now {
        return Err(invalid("effectiveTime cannot be in the future"));
    }
    let earlier = profile.revocation.as_ref().map(|revocation| revocation.effective_from);
    if earlier.is_some_and(|earlier| effective_from > earlier) {
        return Err(invalid("effectiveTime can only be moved to an earlier time"));
    }
    let arn = profile.arn();
    let (revoked_at, revoked_by) = (call.now, call.caller.arn.clone());
    if let Some(profile) = world.signing_profiles.get_mut(&arn) {
        profile.revocation = Some(ProfileRevocation { effective_from, revoked_at, revoked_by });
    }
    Ok(Value::Null)
}

/// A time in seconds with a fraction, as JSON has it.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a float is cut off at the bounds of an integer"
)]
fn at(seconds: f64) -> Option<Timestamp> {
    Timestamp::from_millisecond((seconds * 1000.0).round() as i64).ok()
}

fn reason(call: &Call) -> Result<String, AwsError> {
    match call.text("reason") {
        Some(reason) if reason.chars().count() <= REASON => Ok(reason.to_owned()),
        Some(_) => Err(invalid(format!("The reason is longer than {REASON} characters"))),
        None => Err(invalid("reason should not be empty")),
    }
}

/// Answers `GetRevocationStatus`: which of the entities behind a signature are revoked. Certificates never
/// are, since the sandbox's signatures have none.
pub(super) fn get_revocation_status(world: &World, call: &Call) -> Answer {
    let (version_arn, job_arn) = (call.required("profileVersionArn")?, call.required("jobArn")?);
    let signed_at: Timestamp = call
        .required("signatureTimestamp")?
        .parse()
        .map_err(|_| invalid("signatureTimestamp is not a time"))?;
    let mut revoked = Vec::new();
    if is_profile_revoked(world, version_arn, signed_at) {
        revoked.push(version_arn);
    }
    if is_job_revoked(world, job_arn) {
        revoked.push(job_arn);
    }
    Ok(json!({ "revokedEntities": revoked }))
}

/// Whether a signature was revoked, by itself or with the profile that made it.
pub(super) fn is_revoked(world: &World, statement: &Statement) -> bool {
    is_profile_revoked(world, &statement.profile_version_arn, statement.signed_at)
        || is_job_revoked(world, &statement.job_arn)
}

fn is_profile_revoked(world: &World, version_arn: &str, signed_at: Timestamp) -> bool {
    let profile = profile::of_version(world, version_arn);
    let revocation = profile.and_then(|profile| profile.revocation.as_ref());
    revocation.is_some_and(|revocation| revocation.effective_from <= signed_at)
}

fn is_job_revoked(world: &World, job_arn: &str) -> bool {
    job::of_arn(world, job_arn).is_some_and(|job| job.revocation.is_some())
}
