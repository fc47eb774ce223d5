//! Revoking certificates. There is no way back.

use rcgen::RevocationReason;
use serde_json::Value;

use super::arns;
use super::authority::{self, Status};
use super::certificate::Revocation;
use super::crl;
use super::refusal::{invalid_request, not_found, validation};
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;

/// The reasons that there are, as the API and as a CRL says them.
const REASONS: [(&str, RevocationReason); 8] = [
    ("UNSPECIFIED", RevocationReason::Unspecified),
    ("KEY_COMPROMISE", RevocationReason::KeyCompromise),
    ("CERTIFICATE_AUTHORITY_COMPROMISE", RevocationReason::CaCompromise),
    ("AFFILIATION_CHANGED", RevocationReason::AffiliationChanged),
    ("SUPERSEDED", RevocationReason::Superseded),
    ("CESSATION_OF_OPERATION", RevocationReason::CessationOfOperation),
    ("PRIVILEGE_WITHDRAWN", RevocationReason::PrivilegeWithdrawn),
    ("A_A_COMPROMISE", RevocationReason::AaCompromise),
];

/// What a CRL says of a reason.
pub(super) fn reason(name: &str) -> Option<RevocationReason> {
    REASONS.iter().find(|(known, _)| *known == name).map(|(_, reason)| *reason)
}

/// Answers `RevokeCertificate`.
pub(super) fn revoke_certificate(world: &mut World, call: &Call) -> Answer {
    let authority = authority::find(world, call)?;
    authority.check(call.now, &[Status::Active, Status::Disabled, Status::Expired])?;
    let name = call.required("RevocationReason")?;
    if reason(name).is_none() {
        return Err(validation(format!("{name} is no reason to revoke a certificate")));
    }
    let given = call.required("CertificateSerial")?;
    let serial = serial(given)
        .ok_or_else(|| validation(format!("The serial number {given} is not hexadecimal")))?;
    let (authority_arn, writes_crl) = (authority.arn.clone(), authority.crl_due.is_some());
    let arn = arns::certificate(&authority_arn, &serial);
    let Some(issued) = world.certificates.get_mut(&arn) else {
        return Err(not_found(format!("Could not find a certificate with serial number {given}")));
    };
    if issued.self_signed {
        return Err(invalid_request("The certificate of a root cannot be revoked"));
    }
    if issued.revocation.is_some() {
        let message = format!("The certificate with serial number {given} is already revoked");
        return Err(AwsError::new("RequestAlreadyProcessedException", message));
    }
    issued.revocation = Some(Revocation { reason: name.to_owned(), at: call.now });
    if let Some(authority) = world.certificate_authorities.get_mut(&authority_arn)
        && writes_crl
    {
        let soon = call.now + crl::DELAY;
        authority.crl_due = authority.crl_due.map(|due| due.min(soon));
    }
    Ok(Value::Null)
}

/// A serial number as it stands in ARNs: `0A:1b` and `0a1B` are the same.
fn serial(given: &str) -> Option<String> {
    let digits = given.replace(':', "").to_lowercase();
    let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hexadecimal && !digits.is_empty()).then(|| digits.trim_start_matches('0').to_owned())
}
