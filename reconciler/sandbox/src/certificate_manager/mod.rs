//! Certificate Manager: the certificates that the sandbox's custom domain names show.
//!
//! A certificate is a row of `World::resources`, which CloudFormation makes; its chain and its key are in
//! `World::server_certificates`, from where the door takes them. In AWS the issuer is an authority that
//! everybody trusts. Here the account has one of its own, which clients are to be told of.
//!
//! ## Caveats
//!
//! * A certificate is issued at once: that the names are its owner's is not asked.
//! * It is valid for ever, and so never renewed: clients go by their machine's clock, wherever the account's is.

mod authority;
mod certificate;
mod provider;

pub(crate) use authority::ServerAuthority;
pub use authority::ServerAuthorityError;
pub(crate) use certificate::{ServerCertificate, ServerIdentity, server_identity};
pub(crate) use provider::ServerCertificateProvider;

/// The type of the rows that are certificates.
const CERTIFICATE: &str = "AWS::CertificateManager::Certificate";
