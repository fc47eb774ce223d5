//! Making CAs and changing them.

use jiff::{SignedDuration, Timestamp};
use rcgen::CertificateParams;
use serde_json::{Map, Value, json};

use super::arns;
use super::authority::{self, AUTHORITY, CertificateAuthority, Status};
use super::crl::CrlConfiguration;
use super::key::{KeyAlgorithm, PrivateKey};
use super::providers::show_status;
use super::refusal::{internal, invalid_args};
use super::subject;
use crate::call::{Answer, Call};
use crate::cloudformation::names::uuid;
use crate::error::AwsError;
use crate::resource::Resource;
use crate::world::World;

/// How long a token stands for the same CA.
const TOKEN: SignedDuration = SignedDuration::from_mins(5);

/// How many CAs there may be in a region ("Quotas" in Private CA's General Reference).
const MOST: usize = 200;

/// Answers `CreateCertificateAuthority`.
pub(super) fn create_certificate_authority(world: &mut World, call: &Call) -> Answer {
    let token = call.text("IdempotencyToken");
    let is_same = |authority: &CertificateAuthority| {
        authority.region == call.region
            && token.is_some()
            && authority.token.as_deref() == token
            && call.now < authority.created + TOKEN
    };
    if let Some((arn, _)) = world.certificate_authorities.iter().find(|(_, other)| is_same(other)) {
        return Ok(json!({ "CertificateAuthorityArn": arn }));
    }
    let count = world.next("private-ca-authorities").to_string();
    let id = uuid(&["certificate authority", &call.region, &count]);
    let mut settings = Resource {
        type_name: AUTHORITY.to_owned(),
        region: call.region.clone(),
        identifier: arns::authority(&call.region, &id),
        properties: properties(call)?,
        attributes: Map::new(),
        created: call.now,
    };
    let ready = call.now + world.duration(AUTHORITY);
    register(world, &mut settings, token, ready)?;
    let arn = settings.identifier.clone();
    world.resources.insert(settings.row_key(), settings);
    Ok(json!({ "CertificateAuthorityArn": arn }))
}

/// The settings of a call in the shape of a template.
fn properties(call: &Call) -> Result<Map<String, Value>, AwsError> {
    let configuration = call.parameters.get("CertificateAuthorityConfiguration");
    let configuration = configuration.and_then(Value::as_object);
    let mut properties = configuration
        .ok_or_else(|| invalid_args("CertificateAuthorityConfiguration must be given"))?
        .clone();
    properties.insert("Type".to_owned(), json!(call.required("CertificateAuthorityType")?));
    for name in ["RevocationConfiguration", "KeyStorageSecurityStandard", "Tags", "UsageMode"] {
        if let Some(value) = call.parameters.get(name).filter(|value| !value.is_null()) {
            properties.insert(name.to_owned(), value.clone());
        }
    }
    Ok(properties)
}

/// Makes the CA of new settings, and gives them their attributes.
pub(super) fn register(
    world: &mut World,
    settings: &mut Resource,
    token: Option<&str>,
    ready: Timestamp,
) -> Result<(), AwsError> {
    let region = settings.region.clone();
    let others = world.certificate_authorities.iter();
    if others.filter(|(_, other)| other.region == region).count() >= MOST {
        let message = format!("There are {MOST} certificate authorities in {region} already");
        return Err(AwsError::new("LimitExceededException", message));
    }
    if !matches!(settings.text("Type"), "ROOT" | "SUBORDINATE") {
        return Err(invalid_args("A certificate authority is either ROOT or SUBORDINATE"));
    }
    let modes = ["", "GENERAL_PURPOSE", "SHORT_LIVED_CERTIFICATE"];
    if !modes.contains(&settings.text("UsageMode")) {
        return Err(invalid_args(format!("{} is no usage mode", settings.text("UsageMode"))));
    }
    let algorithm = KeyAlgorithm::of(settings.text("KeyAlgorithm"))?;
    let signing = algorithm.signs_with(settings.text("SigningAlgorithm"))?;
    let arn = settings.identifier.clone();
    if let Some(crl) = CrlConfiguration::of(settings)? {
        crl.check_bucket(world, &region, &arn)?;
    }
    let key = PrivateKey::generate(algorithm)?;
    let mut wanted = CertificateParams::default();
    wanted.distinguished_name =
        subject::of_parameters(settings.properties.get("Subject").unwrap_or(&Value::Null))?;
    let request = wanted.serialize_request(&key.pair(signing)?).and_then(|request| request.pem());
    let request = request.map_err(|error| internal(error.to_string()))?;
    settings.attributes.insert("Arn".to_owned(), json!(arn));
    settings.attributes.insert(REQUEST.to_owned(), json!(request.trim_end()));
    let authority = CertificateAuthority {
        arn: arn.clone(),
        region,
        key,
        token: token.map(str::to_owned),
        created: settings.created,
        ready,
        changed: settings.created,
        disabled: false,
        restorable_until: None,
        certificate: None,
        crl_due: None,
        permissions: Vec::new(),
        policy: None,
    };
    world.certificate_authorities.insert(arn, authority);
    Ok(())
}

/// The attribute that is a CA's own certificate signing request.
const REQUEST: &str = "CertificateSigningRequest";

/// Answers `GetCertificateAuthorityCsr`.
pub(super) fn get_authority_csr(world: &World, call: &Call) -> Answer {
    let authority = authority::find(world, call)?;
    let present = [Status::PendingCertificate, Status::Active, Status::Disabled, Status::Expired];
    authority.check(call.now, &present)?;
    Ok(json!({ "Csr": authority.settings(world)?.attribute(REQUEST) }))
}

/// Answers `UpdateCertificateAuthority`.
pub(super) fn update_certificate_authority(world: &mut World, call: &Call) -> Answer {
    let authority = authority::find(world, call)?;
    authority.check(call.now, &[Status::Active, Status::Disabled])?;
    let (arn, key) = (authority.arn.clone(), authority.settings_key());
    let disabled = call.text("Status").map(is_disabled).transpose()?;
    if let Some(configuration) = call.parameters.get("RevocationConfiguration") {
        let mut settings = authority.settings(world)?.clone();
        settings.properties.insert("RevocationConfiguration".to_owned(), configuration.clone());
        configured(world, &settings, call.now)?;
        world.resources.insert(key, settings);
    }
    if let Some(disabled) = disabled {
        set_disabled(world, &arn, disabled, call.now);
    }
    Ok(Value::Null)
}

/// Whether a status that is asked for is that of a CA which is disabled.
pub(super) fn is_disabled(status: &str) -> Result<bool, AwsError> {
    match status {
        "ACTIVE" => Ok(false),
        "DISABLED" => Ok(true),
        other => Err(invalid_args(format!("The status cannot be set to {other}"))),
    }
}

/// Puts a CA into use or out of it, also as its activation shows it.
pub(super) fn set_disabled(world: &mut World, arn: &str, disabled: bool, now: Timestamp) {
    if let Some(authority) = world.certificate_authorities.get_mut(arn) {
        authority.disabled = disabled;
        authority.changed = now;
    }
    show_status(world, arn);
}

/// Takes note of new settings for revocation, or refuses them.
pub(super) fn configured(
    world: &mut World,
    settings: &Resource,
    now: Timestamp,
) -> Result<(), AwsError> {
    let crl = CrlConfiguration::of(settings)?;
    if let Some(crl) = &crl {
        crl.check_bucket(world, &settings.region, &settings.identifier)?;
    }
    if let Some(authority) = world.certificate_authorities.get_mut(&settings.identifier) {
        authority.changed = now;
        let is_in_use = authority.certificate.is_some();
        authority.crl_due = crl.filter(|_| is_in_use).map(|_| now + super::crl::DELAY);
    }
    Ok(())
}
