//! What is asked of Private CA.

use std::time::Duration;

use async_trait::async_trait;
use device_registry::Serial;
use reconcile_engine::aws::errors::AwsError;

use crate::signature::KeyKind;
use crate::spec::RawReason;

/// A certificate as the CA gives it, with what leads from it to the root, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The certificate.
    pub pem: String,
    /// The certificates above it, the issuer's first.
    pub chain: String,
}

/// What the CA says of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is issued.
    Issued(Given),
    /// It is being issued.
    InProgress,
    /// There is none.
    Unknown,
}

/// A certificate that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The CA.
    pub authority: &'a str,
    /// The CA's key, which decides how it signs.
    pub signer: KeyKind,
    /// The request, in PEM.
    pub csr: String,
    /// The subject's common name, whatever the request says.
    pub common_name: &'a str,
    /// How many days it is to be good.
    pub days: u32,
    /// Makes a second request the same one, for five minutes.
    pub token: String,
}

/// How a CA took the wish for a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It will write one: this is its ID.
    Report(String),
    /// It wrote one less than half an hour ago, or is writing it.
    TooSoon(String),
}

/// How a report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// The CA is at work.
    Creating,
    /// It is written, to this key.
    Written(String),
    /// It failed.
    Failed,
}

/// Looks at CAs. Asking for a report changes nothing of a CA: it is how one looks at it.
#[async_trait]
pub trait ReadsAuthorities: Send + Sync {
    /// A CA's own certificate, in PEM.
    async fn own_certificate(&self, authority: &str) -> Result<String, AwsError>;
    /// A certificate of a CA, by its ARN.
    async fn certificate(&self, authority: &str, arn: &str) -> Result<Answer, AwsError>;
    /// Asks for an audit report into a bucket.
    async fn begin_report(&self, authority: &str, bucket: &str) -> Result<Begun, AwsError>;
    /// Asks how far a report is.
    async fn report(&self, authority: &str, id: &str) -> Result<Progress, AwsError>;
}

/// Lets CAs issue and revoke.
#[async_trait]
pub trait Issues: ReadsAuthorities {
    /// Asks for a certificate, and stops asking after a time; gives its ARN.
    async fn issue(&self, asked: &Asked<'_>, within: Duration) -> Result<String, AwsError>;
    /// Revokes a certificate. One that is revoked already is found done.
    async fn revoke(
        &self,
        authority: &str,
        serial: &Serial,
        reason: RawReason,
    ) -> Result<(), AwsError>;
}
