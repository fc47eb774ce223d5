//! Whether a certificate is what was asked for: compared before it is recorded or published.

use device_registry::Serial;
use jiff::Timestamp;
use reconcile_core::digest::Digest;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;
use x509_parser::time::ASN1Time;

use crate::journal::{Attempt, Issued};
use crate::pem;
use crate::signature::{KeyKind, fingerprint, is_by};
use crate::spec::Days;

/// A CA's own certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// Its ARN.
    pub arn: String,
    /// Its certificate in DER.
    der: Vec<u8>,
    /// Its key.
    pub key: KeyKind,
}

impl Authority {
    /// Reads a CA's certificate in PEM.
    pub fn read(arn: &str, text: &str) -> Result<Self, String> {
        let der = der(text)?;
        let key = KeyKind::of(&parsed(&der)?.tbs_certificate.subject_pki);
        Ok(Self { arn: arn.to_owned(), der, key })
    }

    /// Checks the certificate that this CA issued to a terminal for an attempt, and says what is recorded of it.
    pub fn check(
        &self,
        name: &str,
        attempt: &Attempt,
        (arn, text): (&str, &str),
    ) -> Result<Issued, String> {
        let der = der(text)?;
        let certificate = parsed(&der)?;
        let tbs = &certificate.tbs_certificate;
        let own = parsed(&self.der)?;
        let issuer = &own.tbs_certificate;
        let signed = (tbs.as_ref(), &*certificate.signature_value.data);
        let checks = [
            (
                "it is not for the terminal's key",
                fingerprint(&tbs.subject_pki) == attempt.public_key,
            ),
            ("its subject is not the terminal's name alone", is_named(&certificate, name)),
            (
                "it has other names",
                tbs.subject_alternative_name().is_ok_and(|names| names.is_none()),
            ),
            ("it is a CA's", !tbs.is_ca()),
            ("it is not for client authentication alone", is_for_clients(&certificate)),
            ("its issuer is not the CA", tbs.issuer.as_raw() == issuer.subject.as_raw()),
            (
                "it is not signed by the CA",
                is_by(&issuer.subject_pki, &certificate.signature_algorithm, signed),
            ),
            ("its time is not the one that was asked for", is_timely(&certificate, attempt)),
        ];
        if let Some((wrong, _)) = checks.iter().find(|(_, holds)| !holds) {
            return Err(format!("the certificate {arn} is not what was asked for: {wrong}"));
        }
        Ok(Issued {
            arn: arn.to_owned(),
            serial: Serial::from_bytes(tbs.raw_serial()).map_err(|error| error.to_string())?,
            not_before: timestamp(&tbs.validity.not_before)?,
            not_after: timestamp(&tbs.validity.not_after)?,
            pem: Digest::of(text),
            revoked: None,
        })
    }
}

/// The digest of the key that a certificate is for.
pub fn key_of(text: &str) -> Result<Digest, String> {
    let der = der(text)?;
    Ok(fingerprint(&parsed(&der)?.tbs_certificate.subject_pki))
}

/// From when until when a certificate is good.
pub fn times_of(text: &str) -> Result<(Timestamp, Timestamp), String> {
    let der = der(text)?;
    let certificate = parsed(&der)?;
    let validity = certificate.validity();
    Ok((timestamp(&validity.not_before)?, timestamp(&validity.not_after)?))
}

fn der(text: &str) -> Result<Vec<u8>, String> {
    match pem::only_block(text) {
        Some((label, der)) if label == "CERTIFICATE" => Ok(der),
        _ => Err("what the CA gave is not one certificate in PEM".to_owned()),
    }
}

fn parsed(der: &[u8]) -> Result<X509Certificate<'_>, String> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        Ok(_) => Err("something follows the certificate".to_owned()),
        Err(error) => Err(format!("the certificate cannot be read: {error}")),
    }
}

fn is_named(certificate: &X509Certificate<'_>, name: &str) -> bool {
    let subject = certificate.subject();
    let mut names = subject.iter_common_name();
    let is_own = names.next().and_then(|own| own.as_str().ok()) == Some(name);
    is_own && names.next().is_none() && subject.iter_attributes().count() == 1
}

fn is_for_clients(certificate: &X509Certificate<'_>) -> bool {
    let Ok(Some(usage)) = certificate.extended_key_usage() else { return false };
    let usage = usage.value;
    usage.client_auth
        && !(usage.any
            || usage.server_auth
            || usage.code_signing
            || usage.email_protection
            || usage.time_stamping
            || usage.ocsp_signing)
        && usage.other.is_empty()
}

/// Whether a certificate is good when it was asked for, and for as long as was asked for, give or take a day.
fn is_timely(certificate: &X509Certificate<'_>, attempt: &Attempt) -> bool {
    let validity = certificate.validity();
    let (Ok(from), Ok(until)) = (timestamp(&validity.not_before), timestamp(&validity.not_after))
    else {
        return false;
    };
    let day = Days::new(1);
    let wanted = attempt.validity().after(attempt.opened);
    from <= attempt.asks_until() && day.before(wanted) <= until && until <= day.after(wanted)
}

fn timestamp(time: &ASN1Time) -> Result<Timestamp, String> {
    Timestamp::from_second(time.timestamp()).map_err(|error| error.to_string())
}
