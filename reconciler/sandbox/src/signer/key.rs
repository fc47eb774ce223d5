//! The keys that profiles sign with: ECDSA on P-384 over SHA-384.

use aws_lc_rs::error::{KeyRejected, Unspecified};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _,
    UnparsedPublicKey,
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::s3::Body;

/// A private key, which never leaves the account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SigningKey(Body);

/// The key cannot be made or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signing key cannot be used")]
pub(crate) struct KeyError;

impl From<Unspecified> for KeyError {
    fn from(_: Unspecified) -> Self {
        Self
    }
}

impl From<KeyRejected> for KeyError {
    fn from(_: KeyRejected) -> Self {
        Self
    }
}

impl SigningKey {
    /// Makes a new key.
    pub(super) fn generate() -> Result<Self, KeyError> {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_ASN1_SIGNING, &random)?;
        Ok(Self(Body(Bytes::copy_from_slice(document.as_ref()))))
    }

    /// The public half, as a point.
    pub(super) fn public(&self) -> Result<Vec<u8>, KeyError> {
        Ok(self.pair()?.public_key().as_ref().to_vec())
    }

    /// Signs a message; no two signatures are the same.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        Ok(self.pair()?.sign(&SystemRandom::new(), message)?.as_ref().to_vec())
    }

    fn pair(&self) -> Result<EcdsaKeyPair, KeyError> {
        Ok(EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_ASN1_SIGNING, &self.0.0)?)
    }
}

/// Whether a signature of a message was made with the private half of a public key.
pub(super) fn verifies(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ECDSA_P384_SHA384_ASN1, public).verify(message, signature).is_ok()
}
