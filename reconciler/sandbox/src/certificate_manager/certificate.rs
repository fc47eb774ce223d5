//! A server's certificate with its key: what it proves its name with.

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde::{Deserialize, Serialize};

use crate::world::World;

/// A certificate that was issued. Its row key is its ARN.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ServerCertificate {
    /// The certificate and that of its authority, in PEM.
    pub(super) chain: String,
    /// The key, in PEM. It leaves the account in no other way than by proving itself.
    pub(super) key: String,
}

/// A chain and its key, as the door wants them.
#[derive(Debug)]
pub(crate) struct ServerIdentity {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

/// What the certificate of an ARN proves its names with.
pub(crate) fn server_identity(world: &World, arn: &str) -> Option<ServerIdentity> {
    let certificate = world.server_certificates.get(arn)?;
    let chain = CertificateDer::pem_slice_iter(certificate.chain.as_bytes());
    let key = PrivateKeyDer::from_pem_slice(certificate.key.as_bytes());
    Some(ServerIdentity { chain: chain.collect::<Result<_, _>>().ok()?, key: key.ok()? })
}

impl std::fmt::Debug for ServerCertificate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ServerCertificate")
            .field("chain", &self.chain)
            .finish_non_exhaustive()
    }
}
