//! Private CA's API.
//!
//! Sources: AWS Private CA API Reference, each operation's page; "Understand AWS Private CA CSR template" for what the
//! template takes from where.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_acmpca::Client;
use aws_sdk_acmpca::config::Builder;
use aws_sdk_acmpca::primitives::Blob;
use aws_sdk_acmpca::types::{
    ApiPassthrough, Asn1Subject, AuditReportResponseFormat, AuditReportStatus, RevocationReason,
    SigningAlgorithm, Validity, ValidityPeriodType,
};
use device_registry::Serial;
use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::aws::naming::NameCalls;
use reconcile_engine::aws::session::Session;
use tokio::time::timeout;

use super::answer;
use crate::port::authority::{Answer, Asked, Begun, Given, Issues, Progress, ReadsAuthorities};
use crate::signature::KeyKind;
use crate::spec::RawReason;

/// The template of every terminal's certificate: for clients, with the subject that we say.
const TEMPLATE: &str = "acm-pca:::template/EndEntityClientAuthCertificate_APIPassthrough/V1";

/// How the CA says that it is still at work, on a certificate or on a report.
const IN_PROGRESS: &str = "RequestInProgressException";

/// How the CA says that there is none.
const ABSENT: &str = "ResourceNotFoundException";

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

    async fn ask(&self, asked: &Asked<'_>) -> Result<String, AwsError> {
        let subject = Asn1Subject::builder().common_name(asked.common_name).build();
        let validity =
            Validity::builder().value(asked.days.into()).r#type(ValidityPeriodType::Days);
        let validity = validity.build().map_err(|error| AwsError::told(error.to_string()))?;
        let call = self
            .client
            .issue_certificate()
            .certificate_authority_arn(asked.authority)
            .csr(Blob::new(asked.csr.as_bytes()))
            .signing_algorithm(algorithm(asked.signer))
            .template_arn(format!("arn:{}:{TEMPLATE}", partition(asked.authority)))
            .api_passthrough(ApiPassthrough::builder().subject(subject).build())
            .validity(validity)
            .idempotency_token(&asked.token);
        Ok(answer(call.send().await)?.certificate_arn.unwrap_or_default())
    }
}

#[async_trait]
impl ReadsAuthorities for PrivateCa {
    async fn own_certificate(&self, authority: &str) -> Result<String, AwsError> {
        let call = self.client.get_certificate_authority_certificate();
        let call = call.certificate_authority_arn(authority).send().await;
        Ok(answer(call)?.certificate.unwrap_or_default())
    }

    async fn certificate(&self, authority: &str, arn: &str) -> Result<Answer, AwsError> {
        let call = self.client.get_certificate().certificate_authority_arn(authority);
        match answer(call.certificate_arn(arn).send().await) {
            Ok(found) => Ok(Answer::Issued(Given {
                pem: found.certificate.unwrap_or_default(),
                chain: found.certificate_chain.unwrap_or_default(),
            })),
            Err(error) if error.is(IN_PROGRESS) => Ok(Answer::InProgress),
            Err(error) if error.is(ABSENT) => Ok(Answer::Unknown),
            Err(error) => Err(error),
        }
    }

    async fn begin_report(&self, authority: &str, bucket: &str) -> Result<Begun, AwsError> {
        let call = self
            .client
            .create_certificate_authority_audit_report()
            .certificate_authority_arn(authority)
            .s3_bucket_name(bucket)
            .audit_report_response_format(AuditReportResponseFormat::Json);
        match answer(call.send().await) {
            Ok(begun) => Ok(Begun::Report(begun.audit_report_id.unwrap_or_default())),
            Err(error) if error.is(IN_PROGRESS) => Ok(Begun::TooSoon(error.message)),
            Err(error) => Err(error),
        }
    }

    async fn report(&self, authority: &str, id: &str) -> Result<Progress, AwsError> {
        let call = self.client.describe_certificate_authority_audit_report();
        let call = call.certificate_authority_arn(authority).audit_report_id(id).send().await;
        let found = answer(call)?;
        Ok(match (found.audit_report_status, found.s3_key) {
            (Some(AuditReportStatus::Success), Some(key)) => Progress::Written(key),
            (Some(AuditReportStatus::Failed), _) => Progress::Failed,
            _ => Progress::Creating,
        })
    }
}

#[async_trait]
impl Issues for PrivateCa {
    async fn issue(&self, asked: &Asked<'_>, within: Duration) -> Result<String, AwsError> {
        let late =
            |_| AwsError::told("the time within which the CA would know the request again is over");
        timeout(within, self.ask(asked)).await.map_err(late)?
    }

    async fn revoke(
        &self,
        authority: &str,
        serial: &Serial,
        reason: RawReason,
    ) -> Result<(), AwsError> {
        let call = self
            .client
            .revoke_certificate()
            .certificate_authority_arn(authority)
            .certificate_serial(serial.as_str())
            .revocation_reason(RevocationReason::from(reason.word()));
        match answer(call.send().await) {
            Err(error) if error.is("RequestAlreadyProcessedException") => Ok(()),
            revoked => revoked.map(drop),
        }
    }
}

/// How a CA of this key signs: its algorithm is of the key's family.
fn algorithm(key: KeyKind) -> SigningAlgorithm {
    match key {
        KeyKind::P256 => SigningAlgorithm::Sha256Withecdsa,
        KeyKind::P384 => SigningAlgorithm::Sha384Withecdsa,
        KeyKind::P521 => SigningAlgorithm::Sha512Withecdsa,
        KeyKind::Rsa(_) | KeyKind::Other => SigningAlgorithm::Sha256Withrsa,
    }
}

/// The second part of an ARN.
fn partition(arn: &str) -> &str {
    arn.split(':').nth(1).unwrap_or("aws")
}
