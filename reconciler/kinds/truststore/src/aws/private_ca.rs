//! Private CA.
//!
//! Sources: AWS Private CA API Reference, `GetCertificateAuthorityCertificate`.

use async_trait::async_trait;
use aws_sdk_acmpca::Client;
use aws_sdk_acmpca::config::Builder;
use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::aws::naming::NameCalls;
use reconcile_engine::aws::session::Session;

use super::answer;
use crate::port::authorities::ReadsAuthorities;

/// How Private CA says that a CA has no certificate: it was not activated, or is about to be deleted.
const WITHOUT: [&str; 2] = ["InvalidStateException", "ResourceNotFoundException"];

/// Private CA, through the SDK.
#[derive(Debug)]
pub struct PrivateCa {
    client: Client,
}

impl PrivateCa {
    /// Over a session's connection.
    pub fn new(session: &Session) -> Self {
        let sdk = session.sdk(session.environment.target.region());
        let config = Builder::from(&sdk).interceptor(NameCalls).build();
        Self { client: Client::from_conf(config) }
    }
}

#[async_trait]
impl ReadsAuthorities for PrivateCa {
    async fn certificate(&self, arn: &str) -> Result<Result<String, String>, AwsError> {
        let call = self.client.get_certificate_authority_certificate();
        match answer(call.certificate_authority_arn(arn).send().await) {
            Ok(found) => Ok(found.certificate.ok_or_else(|| "the answer holds none".to_owned())),
            Err(error) if WITHOUT.iter().any(|code| error.is(code)) => Ok(Err(error.message)),
            Err(error) => Err(error),
        }
    }
}
