//! Truststores: the authorities whose certificates a domain takes from its clients.
//!
//! ## Caveats
//!
//! * Which mistakes API Gateway warns of is not documented in full, and the words are not AWS's.
//! * A certificate without extended key usage may be a client's, one with another usage may not. AWS does
//!   not say so; it is what RFC 5280 means, and what OpenSSL does.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{
    ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, VerifiedPath, anchor_from_trusted_cert,
};
use x509_parser::certificate::X509Certificate;
use x509_parser::error::X509Error;
use x509_parser::prelude::{ASN1Time, FromDer as _};
use x509_parser::public_key::PublicKey;

/// The largest truststore.
const LARGEST: usize = 1024 * 1024;

/// The most certificates in one.
const MOST: usize = 1_000;

/// The most authorities between a client and the end of its chain, the last one included.
const DEEPEST: usize = 4;

/// What a truststore holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Truststore {
    certificates: Vec<CertificateDer<'static>>,
}

/// An object that cannot be a truststore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotATruststore {
    /// It is larger than API Gateway takes.
    #[error("Truststore file is larger than 1 MB")]
    TooLarge,
    /// There are more certificates than API Gateway takes.
    #[error("Truststore file has more than 1000 certificates")]
    TooMany,
    /// There is no certificate in it, or something that only looks like one.
    #[error("Truststore file is not a valid PEM bundle of certificates")]
    NotPem,
}

/// Why a client's certificate is not trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Untrusted {
    /// The certificate cannot be read, or leads to no authority of the truststore.
    #[error("{0}")]
    Chain(webpki::Error),
}

impl Truststore {
    /// Reads a bundle of certificates.
    pub(super) fn parse(pem: &[u8]) -> Result<Self, NotATruststore> {
        if pem.len() > LARGEST {
            return Err(NotATruststore::TooLarge);
        }
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let certificates = certificates.map_err(|_| NotATruststore::NotPem)?;
        match certificates.len() {
            0 => Err(NotATruststore::NotPem),
            count if count > MOST => Err(NotATruststore::TooMany),
            _ => Ok(Self { certificates }),
        }
    }

    /// What keeps some clients from getting in.
    pub(super) fn warnings(&self, now: Timestamp) -> Vec<String> {
        let mut subjects = BTreeSet::new();
        let mut warnings = Vec::new();
        for (index, der) in self.certificates.iter().enumerate() {
            let Ok((_, certificate)) = X509Certificate::from_der(der) else {
                warnings.push(format!("Certificate {} cannot be read", index + 1));
                continue;
            };
            let subject = certificate.subject().to_string();
            let mut warn = |what: &str| warnings.push(format!("Certificate \"{subject}\" {what}"));
            if !is_valid(&certificate, now) {
                warn("is expired or not yet valid");
            }
            if is_weak(&certificate).unwrap_or(true) {
                warn("has a weak key or signature");
            }
            if !certificate.is_ca() {
                warn("is not an authority's");
            }
            if !subjects.insert(certificate.subject().as_raw().to_vec()) {
                warn("has the subject of another one");
            }
        }
        warnings
    }

    /// Whether a client's certificate leads to the end of a chain, with certificates of this truststore only.
    pub(super) fn trusts(
        &self,
        client: &CertificateDer<'_>,
        now: Timestamp,
    ) -> Result<(), Untrusted> {
        let (anchors, intermediates) = self.authorities(now);
        let since_epoch = Duration::from_secs(now.as_second().try_into().unwrap_or_default());
        let is_short = |path: &VerifiedPath<'_>| match path.intermediate_certificates().count() {
            count if count < DEEPEST => Ok(()),
            _ => Err(webpki::Error::MaximumPathDepthExceeded),
        };
        let client = EndEntityCert::try_from(client).map_err(Untrusted::Chain)?;
        let verified = client.verify_for_usage(
            ALL_VERIFICATION_ALGS,
            &anchors,
            &intermediates,
            UnixTime::since_unix_epoch(since_epoch),
            KeyUsage::client_auth(),
            None,
            Some(&is_short),
        );
        verified.map(|_| ()).map_err(Untrusted::Chain)
    }

    /// The ends of chains that are valid, and all between them and clients, whose validity the path shows.
    fn authorities(&self, now: Timestamp) -> (Vec<TrustAnchor<'_>>, Vec<CertificateDer<'_>>) {
        let (mut anchors, mut intermediates) = (Vec::new(), Vec::new());
        for der in &self.certificates {
            let Ok((_, certificate)) = X509Certificate::from_der(der) else { continue };
            if certificate.subject().as_raw() != certificate.issuer().as_raw() {
                intermediates.push(CertificateDer::from(der.as_ref()));
            } else if is_valid(&certificate, now) {
                anchors.extend(anchor_from_trusted_cert(der));
            }
        }
        (anchors, intermediates)
    }
}

fn is_valid(certificate: &X509Certificate<'_>, now: Timestamp) -> bool {
    let now = ASN1Time::from_timestamp(now.as_second());
    now.is_ok_and(|now| certificate.validity().is_valid_at(now))
}

/// Whether the key is smaller, or the signature older, than API Gateway takes.
fn is_weak(certificate: &X509Certificate<'_>) -> Result<bool, X509Error> {
    let is_small = match certificate.public_key().parsed()? {
        PublicKey::RSA(key) => key.key_size() < 2048,
        PublicKey::EC(key) => key.key_size() < 256,
        PublicKey::DSA(_)
        | PublicKey::GostR3410(_)
        | PublicKey::GostR3410_2012(_)
        | PublicKey::Unknown(_) => true,
    };
    let algorithm = certificate.signature_algorithm.algorithm.to_id_string();
    Ok(is_small || OLD_SIGNATURES.contains(&algorithm.as_str()))
}

/// MD5 and SHA-1 with RSA, SHA-1 with ECDSA.
const OLD_SIGNATURES: [&str; 3] =
    ["1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.2.840.10045.4.1"];
