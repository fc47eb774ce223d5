//! Certificate revocation lists: where they go, and writing them when they are due.

use jiff::{SignedDuration, Timestamp};
use rcgen::{CertificateRevocationListParams, KeyIdMethod, RevokedCertParams, SerialNumber};
use serde_json::{Value, json};

use super::arns;
use super::authority::{self, CertificateAuthority, Status};
use super::bucket;
use super::certificate::{self, IssuedCertificate};
use super::contents::moment;
use super::refusal::{internal, invalid_args};
use super::revocation::reason;
use crate::error::AwsError;
use crate::resource::Resource;
use crate::s3::{self, Location};
use crate::world::World;

/// How long after a revocation the list is written, about.
pub(super) const DELAY: SignedDuration = SignedDuration::from_mins(30);

/// When it is tried again to write a list that could not be written.
const RETRY: SignedDuration = SignedDuration::from_mins(15);

/// Days that a list is valid unless the CA says otherwise.
const DEFAULT_DAYS: i64 = 7;

/// Where a CA writes its list, and for how long it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CrlConfiguration {
    bucket: String,
    days: i64,
    host: Option<String>,
    path: String,
    acl: String,
    omits_url: bool,
}

impl CrlConfiguration {
    /// Reads a CA's settings; none if it writes no list.
    pub(super) fn of(settings: &Resource) -> Result<Option<Self>, AwsError> {
        let configuration = settings.properties.get("RevocationConfiguration");
        let member = |name: &str| configuration.and_then(|configuration| configuration.get(name));
        if member("OcspConfiguration").is_some_and(is_enabled) {
            return Err(invalid_args("The sandbox plays no OCSP responder"));
        }
        let Some(crl) = member("CrlConfiguration").and_then(Value::as_object) else {
            return Ok(None);
        };
        if !is_enabled(&Value::Object(crl.clone())) {
            if crl.len() > 1 {
                return Err(invalid_args(
                    "A configuration that disables CRLs contains only the parameter Enabled",
                ));
            }
            return Ok(None);
        }
        let text = |name: &str| crl.get(name).and_then(Value::as_str);
        let days = crl.get("ExpirationInDays");
        let days = days.and_then(|days| days.as_i64().or_else(|| days.as_str()?.parse().ok()));
        let days = days.unwrap_or(DEFAULT_DAYS);
        if !(1..=5000).contains(&days) {
            return Err(invalid_args("A CRL is valid for 1 to 5000 days"));
        }
        if text("CrlType") == Some("PARTITIONED") {
            return Err(invalid_args("The sandbox writes complete CRLs only"));
        }
        let bucket = text("S3BucketName").ok_or_else(|| invalid_args("A CRL needs a bucket"))?;
        let host = text("CustomCname").filter(|host| !host.is_empty());
        if host.is_some_and(|host| host.contains("://")) {
            return Err(invalid_args("A CNAME does not begin with a protocol"));
        }
        let extension = crl.get("CrlDistributionPointExtensionConfiguration");
        let omits = extension.and_then(|extension| extension.get("OmitExtension"));
        Ok(Some(Self {
            bucket: bucket.to_owned(),
            days,
            host: host.map(str::to_owned),
            path: text("CustomPath").unwrap_or("crl").trim_matches('/').to_owned(),
            acl: text("S3ObjectAcl").unwrap_or("PUBLIC_READ").to_owned(),
            omits_url: omits.is_some_and(is_true),
        }))
    }

    /// Refuses a bucket that the list cannot be written to.
    pub(super) fn check_bucket(
        &self,
        world: &World,
        region: &str,
        authority: &str,
    ) -> Result<(), AwsError> {
        bucket::check(world, region, authority, &self.bucket)?;
        if self.acl == "PUBLIC_READ" && s3::blocks_public_acls(world, &self.bucket) {
            return Err(bucket::denied(&self.bucket));
        }
        Ok(())
    }

    /// Where the list is read, as certificates say it.
    pub(super) fn url(&self, authority: &CertificateAuthority) -> Option<String> {
        let region = &authority.region;
        let host = self.host.clone();
        let host = host.unwrap_or_else(|| format!("{}.s3.{region}.amazonaws.com", self.bucket));
        (!self.omits_url).then(|| format!("http://{host}/{}", self.key(&authority.arn)))
    }

    fn key(&self, authority: &str) -> String {
        let name = format!("{}.crl", arns::id(authority));
        if self.path.is_empty() { name } else { format!("{}/{name}", self.path) }
    }

    /// The configuration in the words of the API.
    pub(super) fn shown(&self) -> Value {
        json!({
            "Enabled": true,
            "ExpirationInDays": self.days,
            "CustomCname": self.host,
            "S3BucketName": self.bucket,
            "S3ObjectAcl": self.acl,
            "CrlDistributionPointExtensionConfiguration": { "OmitExtension": self.omits_url },
            "CrlType": "COMPLETE",
            "CustomPath": self.path,
        })
    }
}

fn is_enabled(configuration: &Value) -> bool {
    configuration.get("Enabled").is_some_and(is_true)
}

/// Templates write booleans as text, too.
fn is_true(value: &Value) -> bool {
    *value == true || *value == "true"
}

/// Writes every list that is due, and plans the next one.
pub(super) fn write_due(world: &mut World, now: Timestamp) {
    let due = world.certificate_authorities.iter().filter_map(|(arn, authority)| {
        authority.crl_due.filter(|due| *due <= now).map(|due| (arn.to_owned(), due))
    });
    for (arn, due) in due.collect::<Vec<_>>() {
        let next = match write(world, &arn, (due, now)) {
            Ok(next) => next,
            Err(_) => Some(now + RETRY),
        };
        if let Some(authority) = world.certificate_authorities.get_mut(&arn) {
            authority.crl_due = next;
        }
    }
}

/// Writes a CA's list as it was due at a time, or as the last of those that were due since then; says when the
/// next one is due. A list is renewed when half of its time is over.
fn write(
    world: &mut World,
    arn: &str,
    (due, now): (Timestamp, Timestamp),
) -> Result<Option<Timestamp>, AwsError> {
    let Some(authority) = world.certificate_authorities.get(arn) else { return Ok(None) };
    let Some(configuration) = CrlConfiguration::of(authority.settings(world)?)? else {
        return Ok(None);
    };
    // One that has expired writes no more lists.
    if !matches!(authority.status(now), Status::Active | Status::Disabled) {
        return Ok(None);
    }
    configuration.check_bucket(world, &authority.region, arn)?;
    let half = SignedDuration::from_hours(12 * configuration.days);
    let missed = now.duration_since(due).as_secs() / half.as_secs();
    let at = due + SignedDuration::from_secs(missed * half.as_secs());
    let list = signed(world, authority, at, at + half + half)?;
    let region = authority.region.clone();
    let location = Location {
        region: &region,
        bucket: &configuration.bucket,
        key: &configuration.key(arn),
        version: None,
    };
    s3::store(world, location, list.into(), at)
        .map_err(|refused| internal(format!("{}: {}", refused.code, refused.message)))?;
    Ok(Some(at + half))
}

/// The list of a CA's certificates that are revoked and would still be valid, in DER.
fn signed(
    world: &World,
    authority: &CertificateAuthority,
    at: Timestamp,
    next: Timestamp,
) -> Result<Vec<u8>, AwsError> {
    let own = &authority.installed()?.certificate;
    let key = certificate::parsed(own.pem.as_bytes())?
        .with(|own| Ok(authority::key_identifier(own)))?
        .ok_or_else(|| internal("the certificate has no key identifier"))?;
    let issued = world.certificates.with_prefix(arns::certificates(&authority.arn));
    let revoked = issued.filter(|(_, issued)| issued.certificate.not_after > at);
    let revoked = revoked.filter_map(|(_, issued)| entry(issued).transpose());
    let list = CertificateRevocationListParams {
        this_update: moment(at)?,
        next_update: moment(next)?,
        // Each list's number is higher than those before.
        crl_number: SerialNumber::from(u64::try_from(at.as_millisecond()).unwrap_or_default()),
        issuing_distribution_point: None,
        revoked_certs: revoked.collect::<Result<_, _>>()?,
        key_identifier_method: KeyIdMethod::PreSpecified(key),
    };
    let signing = authority.settings(world)?.text("SigningAlgorithm");
    let signing = authority.key.algorithm().signs_with(signing)?;
    let signed = list.signed_by(&authority.issuer(signing)?);
    Ok(signed.map_err(|error| internal(error.to_string()))?.der().to_vec())
}

fn entry(issued: &IssuedCertificate) -> Result<Option<RevokedCertParams>, AwsError> {
    let Some(revocation) = &issued.revocation else { return Ok(None) };
    Ok(Some(RevokedCertParams {
        serial_number: SerialNumber::from(hex::decode(&issued.serial).unwrap_or_default()),
        revocation_time: moment(revocation.at)?,
        reason_code: reason(&revocation.reason),
        invalidity_date: None,
    }))
}
