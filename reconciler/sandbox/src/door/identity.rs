//! The certificates that the sandbox's custom domain names show, and the authority that issues them.
//!
//! In AWS they are ACM's, of authorities that everybody trusts. Here the account has an authority of its own,
//! which clients are to be told of.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::store::StateError;
use crate::world::World;

/// The row key of the one authority.
const ONLY: &str = "root";

/// The authority that issues the certificates of custom domain names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ServerAuthority {
    /// Its certificate, which clients trust.
    pub(crate) certificate: String,
    key: String,
}

/// Why the authority cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum ServerAuthorityError {
    /// The account cannot be read or saved.
    #[error("failed to read the account")]
    State(#[from] StateError),
    /// A key or certificate cannot be made.
    #[error("failed to make a certificate")]
    Certificate(#[from] rcgen::Error),
}

/// A chain and its key: what a server proves its name with.
#[derive(Debug)]
pub(super) struct ServerIdentity {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

impl ServerAuthority {
    /// The account's authority, which is made when it is first asked for.
    pub(crate) fn of(account: &Account) -> Result<Self, ServerAuthorityError> {
        Ok(account.transact(|world, _| Self::kept(world))??)
    }

    fn kept(world: &mut World) -> Result<Self, rcgen::Error> {
        if let Some(known) = world.server_authorities.get(ONLY) {
            return Ok(known.clone());
        }
        let key = KeyPair::generate()?;
        let mut parameters = for_ever(CertificateParams::default());
        parameters.distinguished_name.push(DnType::CommonName, "reconcile sandbox, servers");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = parameters.self_signed(&key)?.pem();
        let made = Self { certificate, key: key.serialize_pem() };
        world.server_authorities.insert(ONLY, made.clone());
        Ok(made)
    }

    /// Issues a certificate for a name, with a new key.
    pub(super) fn identify(&self, name: &str) -> Result<ServerIdentity, rcgen::Error> {
        let issuer = Issuer::from_ca_cert_pem(&self.certificate, KeyPair::from_pem(&self.key)?)?;
        let root = CertificateDer::from_pem_slice(self.certificate.as_bytes());
        let root = root.map_err(|_| rcgen::Error::CouldNotParseCertificate)?;
        let key = KeyPair::generate()?;
        let mut parameters = for_ever(CertificateParams::new([name.to_owned()])?);
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = parameters.signed_by(&key, &issuer)?;
        Ok(ServerIdentity {
            chain: vec![certificate.into(), root],
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        })
    }
}

/// Clients go by their machine's clock, wherever the account's is.
fn for_ever(mut parameters: CertificateParams) -> CertificateParams {
    parameters.not_before = date_time_ymd(2000, 1, 1);
    parameters.not_after = date_time_ymd(2999, 1, 1);
    parameters
}
