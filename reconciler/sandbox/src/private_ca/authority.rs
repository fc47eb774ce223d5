//! A certificate authority: what stays of it when its settings are taken away.

use jiff::Timestamp;
use rcgen::{Issuer, KeyPair, SignatureAlgorithm};
use serde::{Deserialize, Serialize};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;

use super::certificate::Certificate;
use super::key::PrivateKey;
use super::permissions::Permission;
use super::refusal::{in_progress, internal, invalid_state, not_found};
use crate::call::Call;
use crate::error::AwsError;
use crate::resource::Resource;
use crate::world::World;

/// The type of the rows that are the settings of CAs.
pub(crate) const AUTHORITY: &str = "AWS::ACMPCA::CertificateAuthority";

/// A CA. Its row key is its ARN.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CertificateAuthority {
    pub(super) arn: String,
    pub(super) region: String,
    pub(super) key: PrivateKey,
    /// The token of the call that made it.
    pub(super) token: Option<String>,
    pub(super) created: Timestamp,
    /// Until then it is being created.
    pub(super) ready: Timestamp,
    pub(super) changed: Timestamp,
    pub(super) disabled: bool,
    /// Until when it can be restored, once it is deleted.
    pub(super) restorable_until: Option<Timestamp>,
    pub(super) certificate: Option<Installed>,
    /// When the next CRL is to be written, if any is.
    pub(super) crl_due: Option<Timestamp>,
    pub(super) permissions: Vec<Permission>,
    pub(super) policy: Option<String>,
}

/// The certificate of a CA, with those above it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Installed {
    pub(super) certificate: Certificate,
    /// The certificates above it, the root last; none above a root.
    pub(super) chain: Option<String>,
}

/// The states of a CA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Creating,
    PendingCertificate,
    Active,
    Disabled,
    Expired,
    Deleted,
}

impl Status {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::PendingCertificate => "PENDING_CERTIFICATE",
            Self::Active => "ACTIVE",
            Self::Disabled => "DISABLED",
            Self::Expired => "EXPIRED",
            Self::Deleted => "DELETED",
        }
    }
}

impl CertificateAuthority {
    pub(super) fn status(&self, now: Timestamp) -> Status {
        match &self.certificate {
            _ if self.restorable_until.is_some() => Status::Deleted,
            _ if now < self.ready => Status::Creating,
            None => Status::PendingCertificate,
            Some(installed) if installed.certificate.not_after < now => Status::Expired,
            Some(_) if self.disabled => Status::Disabled,
            Some(_) => Status::Active,
        }
    }

    /// Refuses a CA in another state than those that an operation is for.
    pub(super) fn check(&self, now: Timestamp, allowed: &[Status]) -> Result<(), AwsError> {
        let status = self.status(now);
        let arn = &self.arn;
        if allowed.contains(&status) {
            Ok(())
        } else if status == Status::Creating {
            Err(in_progress(format!("The certificate authority {arn} is being created")))
        } else {
            let status = status.as_str();
            Err(invalid_state(format!(
                "The certificate authority {arn} is not in the correct state: it is {status}"
            )))
        }
    }

    /// What signs in the name of the CA's certificate.
    pub(super) fn issuer(
        &self,
        signing: &'static SignatureAlgorithm,
    ) -> Result<Issuer<'static, KeyPair>, AwsError> {
        let pair = self.key.pair(signing)?;
        let installed = self.installed()?;
        Issuer::from_ca_cert_pem(&installed.certificate.pem, pair)
            .map_err(|error| internal(error.to_string()))
    }

    /// The CA's certificate.
    pub(super) fn installed(&self) -> Result<&Installed, AwsError> {
        let arn = &self.arn;
        let installed = self.certificate.as_ref();
        installed.ok_or_else(|| invalid_state(format!("{arn} has no certificate yet")))
    }

    /// The key of the row with its settings.
    pub(super) fn settings_key(&self) -> String {
        Resource::key(&self.region, AUTHORITY, &self.arn)
    }

    /// Its settings.
    pub(super) fn settings<'a>(&self, world: &'a World) -> Result<&'a Resource, AwsError> {
        world.resources.get(&self.settings_key()).ok_or_else(|| absent(&self.arn))
    }
}

/// The identifier of the key of a certificate, if it says one.
pub(super) fn key_identifier(certificate: &X509Certificate<'_>) -> Option<Vec<u8>> {
    certificate.extensions().iter().find_map(|extension| {
        if let ParsedExtension::SubjectKeyIdentifier(identifier) = extension.parsed_extension() {
            Some(identifier.0.to_vec())
        } else {
            None
        }
    })
}

/// The CA that a call names.
pub(super) fn find<'a>(
    world: &'a World,
    call: &Call,
) -> Result<&'a CertificateAuthority, AwsError> {
    of_arn(world, &call.region, call.required("CertificateAuthorityArn")?)
}

/// The CA that a call names, to change it.
pub(super) fn find_mut<'a>(
    world: &'a mut World,
    call: &Call,
) -> Result<&'a mut CertificateAuthority, AwsError> {
    let arn = find(world, call)?.arn.clone();
    world.certificate_authorities.get_mut(&arn).ok_or_else(|| absent(&arn))
}

/// The CA of an ARN.
pub(super) fn of_arn<'a>(
    world: &'a World,
    region: &str,
    arn: &str,
) -> Result<&'a CertificateAuthority, AwsError> {
    if !arn.starts_with("arn:aws:acm-pca:") || !arn.contains(":certificate-authority/") {
        let message = format!("The ARN {arn} is not that of a certificate authority");
        return Err(AwsError::new("InvalidArnException", message));
    }
    let found = world.certificate_authorities.get(arn);
    found.filter(|authority| authority.region == region).ok_or_else(|| absent(arn))
}

fn absent(arn: &str) -> AwsError {
    not_found(format!("Could not find certificate authority {arn}"))
}
