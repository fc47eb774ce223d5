//! Public keys and what they sign, in the algorithms that Private CA has for certificates of terminals.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1,
    ECDSA_P521_SHA512_ASN1, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
};
use reconcile_core::digest::Digest;
use x509_parser::asn1_rs::{Oid, oid};
use x509_parser::oid_registry::{
    OID_EC_P256, OID_NIST_EC_P384, OID_NIST_EC_P521, OID_PKCS1_SHA1WITHRSA,
    OID_PKCS1_SHA256WITHRSA, OID_PKCS1_SHA384WITHRSA, OID_PKCS1_SHA512WITHRSA,
    OID_SIG_ECDSA_WITH_SHA256, OID_SIG_ECDSA_WITH_SHA384, OID_SIG_ECDSA_WITH_SHA512,
};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

/// ecdsa-with-SHA1 (RFC 3279).
const OID_ECDSA_WITH_SHA1: Oid<'_> = oid!(1.2.840.10045.4.1);

/// A public key's kind, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA of so many bits.
    Rsa(usize),
    /// The curve P-256.
    P256,
    /// The curve P-384.
    P384,
    /// The curve P-521.
    P521,
    /// Anything else.
    Other,
}

impl KeyKind {
    /// The kind of a key.
    pub fn of(key: &SubjectPublicKeyInfo<'_>) -> Self {
        match key.parsed() {
            // A leading zero octet of the modulus is no part of its size.
            Ok(PublicKey::RSA(rsa)) => {
                let bytes = rsa.modulus.iter().skip_while(|byte| **byte == 0);
                Self::Rsa(bytes.count() * 8)
            }
            Ok(PublicKey::EC(_)) => match curve(key) {
                Some(curve) if curve == OID_EC_P256 => Self::P256,
                Some(curve) if curve == OID_NIST_EC_P384 => Self::P384,
                Some(curve) if curve == OID_NIST_EC_P521 => Self::P521,
                _ => Self::Other,
            },
            _ => Self::Other,
        }
    }
}

/// The name of a public key: the digest of its `SubjectPublicKeyInfo`.
pub fn fingerprint(key: &SubjectPublicKeyInfo<'_>) -> Digest {
    Digest::of(key.raw)
}

/// Whether a signature is by SHA-1, which nobody may trust any more.
pub fn is_sha1(algorithm: &AlgorithmIdentifier<'_>) -> bool {
    algorithm.algorithm == OID_PKCS1_SHA1WITHRSA || algorithm.algorithm == OID_ECDSA_WITH_SHA1
}

/// Whether `signature` over `message` is by the owner of `key`. What is in no known algorithm is not.
pub fn is_by(
    key: &SubjectPublicKeyInfo<'_>,
    algorithm: &AlgorithmIdentifier<'_>,
    (message, signature): (&[u8], &[u8]),
) -> bool {
    verifier(KeyKind::of(key), &algorithm.algorithm).is_some_and(|verifier| {
        let key = UnparsedPublicKey::new(verifier, &*key.subject_public_key.data);
        key.verify(message, signature).is_ok()
    })
}

fn verifier(kind: KeyKind, algorithm: &Oid<'_>) -> Option<&'static dyn VerificationAlgorithm> {
    let table: [(Oid<'_>, bool, &'static dyn VerificationAlgorithm); 8] = {
        let is_rsa = matches!(kind, KeyKind::Rsa(_));
        [
            (OID_PKCS1_SHA256WITHRSA, is_rsa, &RSA_PKCS1_2048_8192_SHA256),
            (OID_PKCS1_SHA384WITHRSA, is_rsa, &RSA_PKCS1_2048_8192_SHA384),
            (OID_PKCS1_SHA512WITHRSA, is_rsa, &RSA_PKCS1_2048_8192_SHA512),
            (OID_SIG_ECDSA_WITH_SHA256, kind == KeyKind::P256, &ECDSA_P256_SHA256_ASN1),
            (OID_SIG_ECDSA_WITH_SHA384, kind == KeyKind::P256, &ECDSA_P256_SHA384_ASN1),
            (OID_SIG_ECDSA_WITH_SHA256, kind == KeyKind::P384, &ECDSA_P384_SHA256_ASN1),
            (OID_SIG_ECDSA_WITH_SHA384, kind == KeyKind::P384, &ECDSA_P384_SHA384_ASN1),
            (OID_SIG_ECDSA_WITH_SHA512, kind == KeyKind::P521, &ECDSA_P521_SHA512_ASN1),
        ]
    };
    let found = table.into_iter().find(|(oid, fits, _)| *fits && oid == algorithm);
    found.map(|(_, _, verifier)| verifier)
}

fn curve(key: &SubjectPublicKeyInfo<'_>) -> Option<Oid<'static>> {
    let parameters = key.algorithm.parameters.as_ref()?;
    parameters.as_oid().ok().map(|oid| oid.to_owned())
}
