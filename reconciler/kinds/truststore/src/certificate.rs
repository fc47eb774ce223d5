//! A CA's certificate, as far as a truststore depends on it.

use jiff::Timestamp;
use reconcile_core::digest::Digest;
use reconcile_x509::pem;
use reconcile_x509::signature::{KeyKind, fingerprint, is_by, is_sha1};
use serde::Serialize;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;
use x509_parser::time::ASN1Time;

/// As RFC 7468 labels a certificate.
const LABEL: &str = "CERTIFICATE";

/// A CA's certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
    #[serde(skip)]
    der: Vec<u8>,
    /// The SHA-256 of it, by which it is named.
    pub fingerprint: Digest,
    /// Whose it is: `C=JP, O=Clinic, CN=Issuing CA`.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// The digest of its public key.
    pub public_key: Digest,
    /// Until when it is good.
    pub not_after: Timestamp,
}

/// Why a certificate cannot be a CA's in a truststore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It may not issue certificates.
    NoCa,
    /// Its key is too short, or of a type that is not taken.
    WeakKey,
    /// It is signed with SHA-1.
    Sha1,
}

impl Certificate {
    /// Reads a certificate in DER.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        let (rest, parsed) = X509Certificate::from_der(der).ok()?;
        let certificate = Self {
            der: der.to_vec(),
            fingerprint: Digest::of(der),
            subject: parsed.subject().to_string(),
            issuer: parsed.issuer().to_string(),
            public_key: fingerprint(parsed.public_key()),
            not_after: timestamp(parsed.validity().not_after)?,
        };
        rest.is_empty().then_some(certificate)
    }

    /// Reads a text that is one certificate in PEM.
    pub fn from_pem(text: &str) -> Option<Self> {
        let (label, der) = pem::only_block(text)?;
        if label == LABEL { Self::from_der(&der) } else { None }
    }

    /// Reads all certificates of a text in PEM; what is none is passed over.
    pub fn all_in(text: &str) -> Vec<Self> {
        let blocks = pem::blocks(text).into_iter().filter(|(label, _)| label == LABEL);
        blocks.filter_map(|(_, der)| Self::from_der(&der)).collect()
    }

    /// It in PEM.
    pub fn to_pem(&self) -> String {
        pem::write(LABEL, &self.der)
    }

    /// Whether it is a root's.
    pub fn is_root(&self) -> bool {
        self.subject == self.issuer
    }

    /// Whether its time is over.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.not_after < now
    }

    /// Whether another one is of the same CA: the same name and the same key, so that what the one verifies the
    /// other does, too.
    pub fn is_same_authority(&self, other: &Self) -> bool {
        self.subject == other.subject && self.public_key == other.public_key
    }

    /// Why it cannot be a CA's in a truststore.
    pub fn unfit(&self) -> Option<Unfit> {
        let parsed = self.parsed()?;
        let may_sign =
            parsed.key_usage().ok().flatten().is_none_or(|usage| usage.value.key_cert_sign());
        match KeyKind::of(parsed.public_key()) {
            _ if !parsed.is_ca() || !may_sign => Some(Unfit::NoCa),
            KeyKind::Rsa(2048..) | KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => {
                is_sha1(&parsed.signature_algorithm).then_some(Unfit::Sha1)
            }
            KeyKind::Rsa(_) | KeyKind::Other => Some(Unfit::WeakKey),
        }
    }

    /// Whether another CA signed it.
    pub fn is_signed_by(&self, issuer: &Self) -> bool {
        let (Some(parsed), Some(issuer)) = (self.parsed(), issuer.parsed()) else { return false };
        let signed = (parsed.tbs_certificate.as_ref(), &*parsed.signature_value.data);
        is_by(issuer.public_key(), &parsed.signature_algorithm, signed)
    }

    fn parsed(&self) -> Option<X509Certificate<'_>> {
        X509Certificate::from_der(&self.der).ok().map(|(_, parsed)| parsed)
    }
}

fn timestamp(time: ASN1Time) -> Option<Timestamp> {
    Timestamp::from_second(time.timestamp()).ok()
}
