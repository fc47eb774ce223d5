//! A signing profile. Its name, tags and settings are those of its resource; what stays when the resource is
//! gone is here.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::key::SigningKey;
use super::platform;
use super::refusal::{internal, invalid};
use crate::cloudformation::names::suffix;
use crate::error::AwsError;
use crate::resource::Resource;
use crate::resources::tags;
use crate::world::{ACCOUNT, World};

/// The type of the rows that are profiles which can sign.
pub(crate) const PROFILE: &str = "AWS::Signer::SigningProfile";

/// Months that a signature is valid unless the profile says otherwise.
const DEFAULT_MONTHS: i64 = 135;

/// A profile, canceled ones too. Its row key is its ARN.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SigningProfile {
    pub(super) name: String,
    pub(super) region: String,
    pub(super) version: String,
    pub(super) validity: Validity,
    pub(super) canceled: bool,
    pub(super) revocation: Option<ProfileRevocation>,
    pub(super) key: SigningKey,
}

/// How long signatures are valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Validity {
    value: i64,
    /// `DAYS`, `MONTHS` or `YEARS`.
    unit: String,
}

/// That a profile's signatures are no longer to be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProfileRevocation {
    /// Signatures that were made from this time on are not trusted.
    pub(super) effective_from: Timestamp,
    pub(super) revoked_at: Timestamp,
    pub(super) revoked_by: String,
}

/// The ARN of a profile.
pub(super) fn arn(region: &str, name: &str) -> String {
    format!("arn:aws:signer:{region}:{ACCOUNT}:/signing-profiles/{name}")
}

/// The profile that a version's ARN names.
pub(super) fn of_version<'a>(world: &'a World, version_arn: &str) -> Option<&'a SigningProfile> {
    let (arn, version) = version_arn.rsplit_once('/')?;
    world.signing_profiles.get(arn).filter(|profile| profile.version == version)
}

/// Makes the profile that a new resource is, and gives the resource its attributes. The name of a canceled
/// profile is taken for good.
pub(super) fn register(world: &mut World, resource: &mut Resource) -> Result<(), AwsError> {
    let name = resource.text("ProfileName").to_owned();
    platform::check(resource.text("PlatformId"))?;
    let is_named = (2..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_named {
        return Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'profileName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9_]{{2,}}"
        )));
    }
    let arn = arn(&resource.region, &name);
    if let Some(taken) = world.signing_profiles.get(&arn) {
        let status = taken.status();
        return Err(invalid(format!("A profile named {name} exists already; it is {status}")));
    }
    let validity = match resource.properties.get("SignatureValidityPeriod") {
        Some(period) => Validity::read(period)?,
        None => Validity { value: DEFAULT_MONTHS, unit: "MONTHS".to_owned() },
    };
    let version = suffix(&["signing profile", &arn], 10);
    let version_arn = format!("{arn}/{version}");
    for (attribute, value) in [
        ("Arn", &arn),
        ("ProfileName", &name),
        ("ProfileVersion", &version),
        ("ProfileVersionArn", &version_arn),
    ] {
        resource.attributes.insert(attribute.to_owned(), json!(value));
    }
    let key = SigningKey::generate().map_err(|error| internal(error.to_string()))?;
    let profile = SigningProfile {
        name,
        region: resource.region.clone(),
        version,
        validity,
        canceled: false,
        revocation: None,
        key,
    };
    world.signing_profiles.insert(arn, profile);
    Ok(())
}

impl SigningProfile {
    pub(super) fn arn(&self) -> String {
        arn(&self.region, &self.name)
    }

    pub(super) fn version_arn(&self) -> String {
        format!("{}/{}", self.arn(), self.version)
    }

    pub(super) fn status(&self) -> &'static str {
        match (&self.revocation, self.canceled) {
            (Some(_), _) => "Revoked",
            (None, true) => "Canceled",
            (None, false) => "Active",
        }
    }

    /// The profile in the words of the API.
    pub(super) fn description(&self, world: &World) -> Value {
        let resource = world.resources.get(&Resource::key(&self.region, PROFILE, &self.arn()));
        json!({
            "profileName": self.name,
            "profileVersion": self.version,
            "profileVersionArn": self.version_arn(),
            "arn": self.arn(),
            "platformId": platform::LAMBDA,
            "platformDisplayName": platform::DISPLAY_NAME,
            "signatureValidityPeriod": { "value": self.validity.value, "type": self.validity.unit },
            "status": self.status(),
            "revocationRecord": self.revocation.as_ref().map(|revocation| json!({
                "revocationEffectiveFrom": revocation.effective_from.as_second(),
                "revokedAt": revocation.revoked_at.as_second(),
                "revokedBy": revocation.revoked_by,
            })),
            "tags": resource.map(tags::shown),
        })
    }
}

impl Validity {
    /// Reads a period as templates and calls write it.
    fn read(period: &Value) -> Result<Self, AwsError> {
        let member = |names: [&str; 2]| names.into_iter().find_map(|name| period.get(name));
        let value = member(["Value", "value"])
            .and_then(|value| value.as_i64().or_else(|| value.as_str()?.parse().ok()));
        let unit = member(["Type", "type"]).and_then(Value::as_str);
        match (value, unit) {
            (Some(value @ 1..), Some(unit @ ("DAYS" | "MONTHS" | "YEARS"))) => {
                Ok(Self { value, unit: unit.to_owned() })
            }
            _ => Err(invalid(format!("{period} is not a signature validity period"))),
        }
    }

    /// When a signature made at a time expires.
    pub(super) fn end(&self, from: Timestamp) -> Timestamp {
        let span: Span = match self.unit.as_str() {
            "DAYS" => self.value.days(),
            "MONTHS" => self.value.months(),
            _ => self.value.years(),
        };
        let end = from.to_zoned(TimeZone::UTC).checked_add(span);
        end.map_or(Timestamp::MAX, |end| end.timestamp())
    }
}
