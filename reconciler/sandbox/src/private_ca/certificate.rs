//! Certificates: as they are kept, and what is read in them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use x509_parser::certificate::X509Certificate;
use x509_parser::pem::parse_x509_pem;

use super::refusal::malformed_certificate;
use super::subject;
use crate::error::AwsError;

/// A certificate and what was read in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Certificate {
    pub(super) pem: String,
    /// As reports show it.
    pub(super) subject: String,
    /// As a decimal number.
    pub(super) serial: String,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
}

/// A certificate that a CA has issued. Its row key is its ARN.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct IssuedCertificate {
    /// The ARN of the CA.
    pub(super) authority: String,
    /// 32 hexadecimal digits.
    pub(super) serial: String,
    pub(super) certificate: Certificate,
    /// Whether it is the issuer's own.
    pub(super) self_signed: bool,
    pub(super) template: String,
    pub(super) issued: Timestamp,
    /// From when on it can be had.
    pub(super) ready: Timestamp,
    pub(super) revocation: Option<Revocation>,
}

/// That a certificate is no longer to be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Revocation {
    /// As the API spells it.
    pub(super) reason: String,
    pub(super) at: Timestamp,
}

/// That a token was used to ask for a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TokenUse {
    pub(super) certificate: String,
    /// From then on the token means another certificate.
    pub(super) until: Timestamp,
}

impl Certificate {
    /// Reads a certificate in PEM.
    pub(super) fn read(pem: &str) -> Result<Self, AwsError> {
        let parsed = parsed(pem.as_bytes())?;
        parsed.with(|certificate| {
            let time = |at: x509_parser::time::ASN1Time| {
                Timestamp::from_second(at.timestamp())
                    .map_err(|_| malformed_certificate("A time is out of range"))
            };
            let validity = certificate.validity();
            Ok(Self {
                pem: pem.trim_end().to_owned(),
                subject: subject::shown(certificate.subject()),
                serial: certificate.tbs_certificate.serial.to_string(),
                not_before: time(validity.not_before)?,
                not_after: time(validity.not_after)?,
            })
        })
    }
}

impl IssuedCertificate {
    pub(super) fn arn(&self) -> String {
        super::arns::certificate(&self.authority, &self.serial)
    }
}

/// The bytes of a certificate that was in PEM.
pub(super) struct Der(Vec<u8>);

/// The first certificate of a text in PEM.
pub(super) fn parsed(pem: &[u8]) -> Result<Der, AwsError> {
    let (_, pem) =
        parse_x509_pem(pem).map_err(|_| malformed_certificate("The certificate is not in PEM"))?;
    Ok(Der(pem.contents))
}

impl Der {
    /// Looks into the certificate.
    pub(super) fn with<R>(
        &self,
        look: impl FnOnce(&X509Certificate<'_>) -> Result<R, AwsError>,
    ) -> Result<R, AwsError> {
        let (_, certificate) = x509_parser::parse_x509_certificate(&self.0)
            .map_err(|_| malformed_certificate("The certificate cannot be read"))?;
        look(&certificate)
    }
}
