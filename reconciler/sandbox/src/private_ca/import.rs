//! Giving a CA its certificate, and showing it.

use aws_smithy_types::base64;
use jiff::Timestamp;
use serde_json::{Value, json};
use x509_parser::certificate::X509Certificate;
use x509_parser::pem::Pem;

use super::authority::{self, CertificateAuthority, Installed, Status};
use super::certificate::{self, Certificate};
use super::crl::{self, CrlConfiguration};
use super::refusal::{in_words, invalid_request, malformed_certificate};
use super::request;
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;

/// Answers `ImportCertificateAuthorityCertificate`.
pub(super) fn import_authority_certificate(world: &mut World, call: &Call) -> Answer {
    let arn = authority::find(world, call)?.arn.clone();
    let text = |name: &str| -> Result<Option<String>, AwsError> {
        let Some(blob) = call.text(name) else { return Ok(None) };
        let bytes = base64::decode(blob).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        bytes.map(Some).ok_or_else(|| malformed_certificate(format!("The {name} is not in PEM")))
    };
    call.required("Certificate")?;
    let certificate = text("Certificate")?.unwrap_or_default();
    let chain = text("CertificateChain")?.filter(|chain| !chain.trim().is_empty());
    install(world, (&call.region, &arn), &certificate, chain.as_deref(), call.now)?;
    Ok(Value::Null)
}

/// Gives a CA its certificate, with those above it, whereupon it is active.
pub(super) fn install(
    world: &mut World,
    (region, arn): (&str, &str),
    certificate: &str,
    chain: Option<&str>,
    now: Timestamp,
) -> Result<(), AwsError> {
    let authority = authority::of_arn(world, region, arn)?;
    let present = [Status::PendingCertificate, Status::Active, Status::Disabled, Status::Expired];
    authority.check(now, &present)?;
    let settings = authority.settings(world)?;
    let is_root = settings.text("Type") == "ROOT";
    let above = chain.map(certificates).transpose()?.unwrap_or_default();
    check_key(authority, certificate)?;
    check_chain(certificate, &above, is_root)?;
    let writes_crl = CrlConfiguration::of(settings)?.is_some();
    let installed = Installed {
        certificate: Certificate::read(certificate)?,
        chain: chain.map(|chain| chain.trim().to_owned()),
    };
    if let Some(authority) = world.certificate_authorities.get_mut(arn) {
        authority.certificate = Some(installed);
        authority.changed = now;
        authority.crl_due = writes_crl.then(|| now + crl::DELAY);
    }
    Ok(())
}

/// The certificates of a chain, each as DER.
fn certificates(chain: &str) -> Result<Vec<Vec<u8>>, AwsError> {
    let pems = Pem::iter_from_buffer(chain.as_bytes()).map(|pem| pem.map(|pem| pem.contents));
    pems.collect::<Result<Vec<_>, _>>()
        .map_err(|_| malformed_certificate("The certificate chain is not in PEM"))
}

/// A certificate is for the CA's own key, and lets it sign others.
fn check_key(authority: &CertificateAuthority, certificate: &str) -> Result<(), AwsError> {
    let signing = authority.key.algorithm().usual();
    let own = authority.key.pair(signing)?;
    let own = request::key_identifier(own.public_key_raw());
    certificate::parsed(certificate.as_bytes())?.with(|certificate| {
        let key = request::key_identifier(&certificate.public_key().subject_public_key.data);
        if key != own {
            return Err(mismatch("The certificate is not for the certificate authority's key"));
        }
        if certificate.is_ca() {
            Ok(())
        } else {
            Err(malformed_certificate("The certificate is not that of a certificate authority"))
        }
    })
}

/// Each certificate is signed by the one that follows, and the last by itself.
fn check_chain(certificate: &str, above: &[Vec<u8>], is_root: bool) -> Result<(), AwsError> {
    match (is_root, above) {
        (true, []) | (false, [_, ..]) => {}
        (true, _) => {
            return Err(invalid_request("A root certificate authority has no certificate chain"));
        }
        (false, []) => {
            return Err(invalid_request(
                "A subordinate certificate authority needs a certificate chain",
            ));
        }
    }
    let above: Vec<X509Certificate<'_>> = above
        .iter()
        .map(|der| x509_parser::parse_x509_certificate(der).map(|(_, parsed)| parsed))
        .collect::<Result<_, _>>()
        .map_err(|_| malformed_certificate("The certificate chain cannot be read"))?;
    certificate::parsed(certificate.as_bytes())?.with(|own| {
        let chain: Vec<&X509Certificate<'_>> = std::iter::once(own).chain(&above).collect();
        let issuers = chain.iter().skip(1).chain(chain.last());
        for (subject, issuer) in chain.iter().zip(issuers) {
            let is_signed = subject.verify_signature(Some(issuer.public_key())).is_ok();
            if subject.issuer().as_raw() != issuer.subject().as_raw() || !is_signed {
                return Err(mismatch(format!(
                    "The certificate of {} is not signed by that of {}",
                    subject.subject(),
                    issuer.subject()
                )));
            }
        }
        Ok(())
    })
}

fn mismatch(message: impl Into<String>) -> AwsError {
    AwsError::new("CertificateMismatchException", message)
}

/// Answers `GetCertificateAuthorityCertificate`.
pub(super) fn get_authority_certificate(world: &World, call: &Call) -> Answer {
    let authority = authority::find(world, call)?;
    // As terraform-provider-aws #26968 quotes it.
    let words = format!(
        "The certificate authority {} is not in the correct state to have a certificate signing request.",
        authority.arn
    );
    let present = [Status::Active, Status::Disabled, Status::Expired];
    authority.check(call.now, &present).map_err(|error| in_words(error, words))?;
    let Installed { certificate, chain } = authority.installed()?;
    Ok(json!({ "Certificate": certificate.pem, "CertificateChain": chain }))
}
