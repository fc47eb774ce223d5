//! Private keys: of which kind they are, and what they sign with.

use rcgen::{
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512,
    PKCS_RSA_SHA256, PKCS_RSA_SHA384, PKCS_RSA_SHA512, RsaKeySize, SignatureAlgorithm,
};
use serde::{Deserialize, Serialize};

use super::refusal::{internal, invalid_args};
use crate::error::AwsError;

/// A private key, which never leaves the account.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PrivateKey {
    algorithm: KeyAlgorithm,
    /// PKCS #8.
    pem: String,
}

/// What kind of key one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum KeyAlgorithm {
    Rsa2048,
    Rsa3072,
    Rsa4096,
    P256,
    P384,
    P521,
}

impl KeyAlgorithm {
    /// The algorithm of a name of the API.
    pub(crate) fn of(name: &str) -> Result<Self, AwsError> {
        Ok(match name {
            "RSA_2048" => Self::Rsa2048,
            "RSA_3072" => Self::Rsa3072,
            "RSA_4096" => Self::Rsa4096,
            "EC_prime256v1" => Self::P256,
            "EC_secp384r1" => Self::P384,
            "EC_secp521r1" => Self::P521,
            other => {
                return Err(invalid_args(format!("The sandbox makes no keys of type {other}")));
            }
        })
    }

    /// What `SigningAlgorithm` means for such a key.
    pub(super) fn signs_with(self, name: &str) -> Result<&'static SignatureAlgorithm, AwsError> {
        let is_rsa = matches!(self, Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096);
        let family = if is_rsa { "RSA" } else { "ECDSA" };
        match (self, name) {
            (Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096, "SHA256WITHRSA") => {
                Ok(&PKCS_RSA_SHA256)
            }
            (Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096, "SHA384WITHRSA") => {
                Ok(&PKCS_RSA_SHA384)
            }
            (Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096, "SHA512WITHRSA") => {
                Ok(&PKCS_RSA_SHA512)
            }
            (Self::P256, "SHA256WITHECDSA") => Ok(&PKCS_ECDSA_P256_SHA256),
            (Self::P384, "SHA384WITHECDSA") => Ok(&PKCS_ECDSA_P384_SHA384),
            (Self::P521, "SHA512WITHECDSA") => Ok(&PKCS_ECDSA_P521_SHA512),
            (_, name) if name.split_once("WITH").is_some_and(|(_, of)| of == family) => {
                Err(invalid_args(format!(
                    "The sandbox signs with the digest of the key's own size, and not with {name}"
                )))
            }
            (_, name) => Err(invalid_args(format!(
                "The signing algorithm {name} does not match the algorithm family of the certificate authority's key"
            ))),
        }
    }

    /// The algorithm that such a key signs with where nobody says which.
    pub(super) fn usual(self) -> &'static SignatureAlgorithm {
        match self {
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => &PKCS_RSA_SHA256,
            Self::P256 => &PKCS_ECDSA_P256_SHA256,
            Self::P384 => &PKCS_ECDSA_P384_SHA384,
            Self::P521 => &PKCS_ECDSA_P521_SHA512,
        }
    }
}

impl PrivateKey {
    /// Makes a new key.
    pub(crate) fn generate(algorithm: KeyAlgorithm) -> Result<Self, AwsError> {
        let usual = algorithm.usual();
        let pair = match algorithm {
            KeyAlgorithm::Rsa2048 => KeyPair::generate_rsa_for(usual, RsaKeySize::_2048),
            KeyAlgorithm::Rsa3072 => KeyPair::generate_rsa_for(usual, RsaKeySize::_3072),
            KeyAlgorithm::Rsa4096 => KeyPair::generate_rsa_for(usual, RsaKeySize::_4096),
            KeyAlgorithm::P256 | KeyAlgorithm::P384 | KeyAlgorithm::P521 => {
                KeyPair::generate_for(usual)
            }
        };
        let pem = pair.map_err(|error| internal(error.to_string()))?.serialize_pem();
        Ok(Self { algorithm, pem })
    }

    /// PKCS #8 in PEM.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    pub(super) fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// The pair, ready to sign with an algorithm.
    pub(super) fn pair(&self, signing: &'static SignatureAlgorithm) -> Result<KeyPair, AwsError> {
        let pair = KeyPair::from_pkcs8_pem_and_sign_algo(&self.pem, signing);
        pair.map_err(|error| internal(error.to_string()))
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PrivateKey")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
