//! Deleting CAs, which takes days, and taking it back until then.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::arns;
use super::authority::{self, CertificateAuthority, Status};
use super::refusal::{invalid_args, invalid_state};
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;

/// For how many days a CA can be restored unless its deleter says otherwise.
const DEFAULT_DAYS: i64 = 30;

/// Answers `DeleteCertificateAuthority`.
pub(super) fn delete_certificate_authority(world: &mut World, call: &Call) -> Answer {
    let arn = authority::find(world, call)?.arn.clone();
    let days = match call.number("PermanentDeletionTimeInDays") {
        None => DEFAULT_DAYS,
        Some(days @ 7..=30) => i64::try_from(days).unwrap_or(DEFAULT_DAYS),
        Some(_) => {
            return Err(invalid_args("A certificate authority can be restored for 7 to 30 days"));
        }
    };
    delete(world, &arn, days, call.now)?;
    Ok(Value::Null)
}

/// Deletes a CA that is not in use, for good after the usual time.
pub(super) fn delete_as_usual(
    world: &mut World,
    arn: &str,
    now: Timestamp,
) -> Result<(), AwsError> {
    delete(world, arn, DEFAULT_DAYS, now)
}

fn delete(world: &mut World, arn: &str, days: i64, now: Timestamp) -> Result<(), AwsError> {
    let Some(authority) = world.certificate_authorities.get(arn) else { return Ok(()) };
    match authority.status(now) {
        Status::Deleted => {
            return Err(invalid_state(format!("The certificate authority {arn} is DELETED")));
        }
        Status::Active => {
            // Private CA User Guide, "Using CloudTrail": the example of DeleteCertificateAuthority.
            let words = "The certificate authority is not in a valid state for deletion.";
            return Err(invalid_state(words));
        }
        Status::Creating => {
            purge(world, arn);
            return Ok(());
        }
        Status::PendingCertificate | Status::Disabled | Status::Expired => {}
    }
    let until = now + SignedDuration::from_hours(24 * days);
    let key = authority.settings_key();
    if let Some(authority) = world.certificate_authorities.get_mut(arn) {
        authority.restorable_until = Some(until);
        authority.changed = now;
    }
    if let Some(settings) = world.resources.get_mut(&key) {
        settings.attributes.insert("DeletionDate".to_owned(), json!(until.to_string()));
    }
    Ok(())
}

/// Answers `RestoreCertificateAuthority`: the CA is as it was before.
pub(super) fn restore_certificate_authority(world: &mut World, call: &Call) -> Answer {
    authority::find(world, call)?.check(call.now, &[Status::Deleted])?;
    let authority = authority::find_mut(world, call)?;
    authority.restorable_until = None;
    authority.changed = call.now;
    let key = authority.settings_key();
    if let Some(settings) = world.resources.get_mut(&key) {
        settings.attributes.shift_remove("DeletionDate");
    }
    Ok(Value::Null)
}

/// Takes away the CAs that can no longer be restored, with all that they have issued.
pub(super) fn purge_due(world: &mut World, now: Timestamp) {
    let is_due = |authority: &CertificateAuthority| {
        authority.restorable_until.is_some_and(|until| until <= now)
    };
    let due = world.certificate_authorities.iter().filter(|(_, authority)| is_due(authority));
    for arn in due.map(|(arn, _)| arn.to_owned()).collect::<Vec<_>>() {
        purge(world, &arn);
    }
}

fn purge(world: &mut World, arn: &str) {
    let Some(authority) = world.certificate_authorities.remove(arn) else { return };
    world.resources.remove(&authority.settings_key());
    let issued = world.certificates.with_prefix(arns::certificates(arn));
    for certificate in issued.map(|(arn, _)| arn.to_owned()).collect::<Vec<_>>() {
        world.certificates.remove(&certificate);
    }
    let tokens = world.issuance_tokens.with_prefix(format!("{arn}|"));
    for token in tokens.map(|(token, _)| token.to_owned()).collect::<Vec<_>>() {
        world.issuance_tokens.remove(&token);
    }
}
