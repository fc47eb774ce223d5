//! What stands in a certificate, by its template, and signing it.

use rcgen::{
    CertificateParams, CrlDistributionPoint, CustomExtension, Issuer, KeyIdMethod, KeyPair,
    SerialNumber,
};
use time::OffsetDateTime;

use super::passthrough::Passthrough;
use super::refusal::{internal, invalid_args};
use super::request::{SAN, SigningRequest};
use super::template::{Purpose, Template};
use super::validity::Period;
use crate::error::AwsError;

/// `subjectKeyIdentifier`
const KEY_IDENTIFIER: &[u64] = &[2, 5, 29, 14];

/// `basicConstraints`
const BASIC_CONSTRAINTS: &[u64] = &[2, 5, 29, 19];

/// `cRLDistributionPoints`
const CRL_DISTRIBUTION_POINTS: &[u64] = &[2, 5, 29, 31];

/// What a template or the CA sets, whoever else asks for it: these, key usages, the issuer's key identifier.
const SETTLED: [&[u64]; 5] =
    [KEY_IDENTIFIER, BASIC_CONSTRAINTS, &[2, 5, 29, 15], &[2, 5, 29, 37], &[2, 5, 29, 35]];

/// All that a certificate is made of.
pub(super) struct Contents {
    pub(super) template: Template,
    pub(super) request: SigningRequest,
    pub(super) passthrough: Passthrough,
    pub(super) serial: Vec<u8>,
    pub(super) period: Period,
    /// Where the issuer's CRL is.
    pub(super) crl: Option<String>,
}

impl Contents {
    /// Signs a certificate with the key that it certifies.
    pub(super) fn self_signed(self, pair: &KeyPair) -> Result<String, AwsError> {
        let signed = self.parameters()?.self_signed(pair);
        signed.map(|certificate| certificate.pem()).map_err(|error| internal(error.to_string()))
    }

    /// Signs a certificate as another one's.
    pub(super) fn signed_by(self, issuer: &Issuer<'_, KeyPair>) -> Result<String, AwsError> {
        let public_key = self.request.public_key.clone();
        let signed = self.parameters()?.signed_by(&public_key, issuer);
        signed.map(|certificate| certificate.pem()).map_err(|error| internal(error.to_string()))
    }

    fn parameters(self) -> Result<CertificateParams, AwsError> {
        let Self { template, request, passthrough, serial, period, crl } = self;
        let mut parameters = CertificateParams::default();
        parameters.serial_number = Some(SerialNumber::from(serial));
        parameters.not_before = moment(period.not_before)?;
        parameters.not_after = moment(period.not_after)?;
        parameters.is_ca = template.purpose.is_ca();
        parameters.key_usages = template.purpose.key_usages();
        parameters.extended_key_usages = template.purpose.extended_key_usages();
        parameters.key_identifier_method =
            KeyIdMethod::PreSpecified(request.key_identifier.clone());
        parameters.use_authority_key_identifier_extension = template.purpose != Purpose::Root;
        let is_in_crl = template.purpose != Purpose::Root;
        let crl = crl.filter(|_| is_in_crl);
        let has_crl = crl.is_some();
        parameters.crl_distribution_points =
            crl.into_iter().map(|url| CrlDistributionPoint { uris: vec![url] }).collect();
        if let Purpose::EndEntity(_) = template.purpose {
            parameters.custom_extensions = not_a_ca(&request.key_identifier);
        }
        for asked in &passthrough.extensions {
            let oid: Vec<u64> = asked.oid_components().collect();
            if SETTLED.contains(&oid.as_slice()) || oid == SAN {
                return Err(invalid_args("A custom extension must not be one of the template's"));
            }
            parameters.custom_extensions.push(asked.clone());
        }
        let is_named_anew = !passthrough.alternative_names.is_empty();
        let is_taken = |oid: &[u64]| match oid {
            SAN => !is_named_anew,
            CRL_DISTRIBUTION_POINTS => template.hears_request && !has_crl,
            oid => template.hears_request && !SETTLED.contains(&oid),
        };
        for asked in request.extensions.iter().filter(|asked| is_taken(&asked.oid)) {
            let mut extension = CustomExtension::from_oid_content(&asked.oid, asked.value.clone());
            extension.set_criticality(asked.critical);
            parameters.custom_extensions.push(extension);
        }
        parameters.subject_alt_names = passthrough.alternative_names;
        parameters.distinguished_name = passthrough.subject.unwrap_or(request.subject);
        Ok(parameters)
    }
}

/// That the holder is no CA, which is not critical, and the identifier of its key.
fn not_a_ca(key_identifier: &[u8]) -> Vec<CustomExtension> {
    let identifier = std::iter::once(4)
        .chain(u8::try_from(key_identifier.len()))
        .chain(key_identifier.iter().copied());
    vec![
        // An empty sequence.
        CustomExtension::from_oid_content(BASIC_CONSTRAINTS, vec![0x30, 0]),
        CustomExtension::from_oid_content(KEY_IDENTIFIER, identifier.collect()),
    ]
}

/// A time as certificates have it: in whole seconds.
pub(super) fn moment(at: jiff::Timestamp) -> Result<OffsetDateTime, AwsError> {
    OffsetDateTime::from_unix_timestamp(at.as_second())
        .map_err(|_| invalid_args("The time cannot be written into a certificate"))
}
