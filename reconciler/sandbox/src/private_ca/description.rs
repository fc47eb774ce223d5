//! CAs in the words of the API.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::authority::{self, CertificateAuthority};
use super::crl::CrlConfiguration;
use crate::call::{Answer, Call};
use crate::cloudformation::paging::Wanted;
use crate::error::AwsError;
use crate::resource::Resource;
use crate::world::{ACCOUNT, World};

/// How many CAs stand on a page at most.
const PAGE: usize = 100;

/// Answers `DescribeCertificateAuthority`.
pub(super) fn describe_certificate_authority(world: &World, call: &Call) -> Answer {
    let authority = authority::find(world, call)?;
    let settings = authority.settings(world)?;
    Ok(json!({ "CertificateAuthority": shown(authority, settings, call.now)? }))
}

/// Answers `ListCertificateAuthorities`.
pub(super) fn list_certificate_authorities(world: &World, call: &Call) -> Answer {
    let is_own = call.text("ResourceOwner") != Some("OTHER_ACCOUNTS");
    let authorities = world.certificate_authorities.iter().map(|(_, authority)| authority);
    let authorities = authorities
        .filter(|authority| is_own && authority.region == call.region)
        .map(|authority| shown(authority, authority.settings(world)?, call.now))
        .collect::<Result<Vec<Value>, AwsError>>()?;
    let (authorities, next) = page(authorities, call, PAGE)?;
    Ok(json!({ "CertificateAuthorities": authorities, "NextToken": next }))
}

/// The page that a call asks for, and the token of the page after it.
pub(super) fn page<T>(
    items: Vec<T>,
    call: &Call,
    size: usize,
) -> Result<(Vec<T>, Option<String>), AwsError> {
    let wanted = Wanted { token: call.text("NextToken"), most: call.number("MaxResults") };
    wanted
        .of(items, size)
        .ok_or_else(|| AwsError::new("InvalidNextTokenException", "The token is not valid"))
}

fn shown(
    authority: &CertificateAuthority,
    settings: &Resource,
    now: Timestamp,
) -> Result<Value, AwsError> {
    let property = |name: &str| settings.properties.get(name).cloned();
    let own = authority.certificate.as_ref().map(|installed| &installed.certificate);
    let standard = "FIPS_140_2_LEVEL_3_OR_HIGHER";
    Ok(json!({
        "Arn": authority.arn,
        "OwnerAccount": ACCOUNT,
        "CreatedAt": authority.created.as_second(),
        "LastStateChangeAt": authority.changed.as_second(),
        "Type": property("Type"),
        "Serial": own.map(|own| &own.serial),
        "Status": authority.status(now).as_str(),
        "NotBefore": own.map(|own| own.not_before.as_second()),
        "NotAfter": own.map(|own| own.not_after.as_second()),
        "CertificateAuthorityConfiguration": {
            "KeyAlgorithm": property("KeyAlgorithm"),
            "SigningAlgorithm": property("SigningAlgorithm"),
            "Subject": property("Subject"),
            "CsrExtensions": property("CsrExtensions"),
        },
        "RevocationConfiguration": {
            "CrlConfiguration": CrlConfiguration::of(settings)?
                .map_or_else(|| json!({ "Enabled": false }), |crl| crl.shown()),
            "OcspConfiguration": { "Enabled": false },
        },
        "RestorableUntil": authority.restorable_until.map(Timestamp::as_second),
        "KeyStorageSecurityStandard":
            property("KeyStorageSecurityStandard").unwrap_or_else(|| json!(standard)),
        "UsageMode": property("UsageMode").unwrap_or_else(|| json!("GENERAL_PURPOSE")),
    }))
}
