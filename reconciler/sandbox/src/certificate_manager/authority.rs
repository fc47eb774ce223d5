//! The authority that issues servers' certificates.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use serde::{Deserialize, Serialize};

use super::certificate::ServerCertificate;
use crate::account::Account;
use crate::private_ca::PrivateKey;
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

impl ServerAuthority {
    /// The account's authority, which is made when it is first asked for.
    pub(crate) fn of(account: &Account) -> Result<Self, ServerAuthorityError> {
        Ok(account.transact(|world, _| Self::kept(world))??)
    }

    pub(super) fn kept(world: &mut World) -> Result<Self, rcgen::Error> {
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

    /// Issues a certificate for names, the first of them its subject.
    pub(super) fn certify(
        &self,
        names: Vec<String>,
        key: &PrivateKey,
    ) -> Result<ServerCertificate, rcgen::Error> {
        let issuer = Issuer::from_ca_cert_pem(&self.certificate, KeyPair::from_pem(&self.key)?)?;
        let subject = names.first().cloned().unwrap_or_default();
        let mut parameters = for_ever(CertificateParams::new(names)?);
        parameters.distinguished_name.push(DnType::CommonName, subject);
        parameters.key_usages =
            vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        parameters.use_authority_key_identifier_extension = true;
        let certificate = parameters.signed_by(&KeyPair::from_pem(key.pem())?, &issuer)?;
        let chain = format!("{}{}", certificate.pem(), self.certificate);
        Ok(ServerCertificate { chain, key: key.pem().to_owned() })
    }
}

/// The longest validity that there is.
fn for_ever(mut parameters: CertificateParams) -> CertificateParams {
    parameters.not_before = date_time_ymd(2000, 1, 1);
    parameters.not_after = date_time_ymd(2999, 1, 1);
    parameters
}
