//! Lambda's API.
//!
//! Sources: Lambda API Reference, each operation's page.

use async_trait::async_trait;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::Builder;
use aws_sdk_lambda::types::Architecture;
use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::aws::naming::NameCalls;
use reconcile_engine::aws::session::Session;

use super::{answer, present};
use crate::port::functions::{ChangesFunctions, ReadsFunctions};
use crate::state::{SeenCodeSigning, SeenFunction};
use crate::step::Deployment;

/// How Lambda says that there is none.
const ABSENT: [&str; 1] = ["ResourceNotFoundException"];

/// Lambda, through the SDK.
#[derive(Debug)]
pub struct Lambda {
    client: Client,
}

impl Lambda {
    /// Over a session's connection.
    pub fn new(session: &Session) -> Self {
        let sdk = session.sdk(session.environment.target.region());
        let config = Builder::from(&sdk).interceptor(NameCalls).build();
        Self { client: Client::from_conf(config) }
    }
}

#[async_trait]
impl ReadsFunctions for Lambda {
    async fn function(&self, function: &str) -> Result<Option<SeenFunction>, AwsError> {
        let call = self.client.get_function_configuration().function_name(function).send().await;
        let Some(found) = present(answer(call), &ABSENT)? else { return Ok(None) };
        // One that says nothing is of the first architecture that there was.
        let architecture = found.architectures().first().unwrap_or(&Architecture::X8664);
        Ok(Some(SeenFunction {
            architecture: architecture.to_string(),
            runtime: found.runtime().map(ToString::to_string),
            update: found.last_update_status().map(ToString::to_string).unwrap_or_default(),
            arn: found.function_arn.unwrap_or_default(),
            code_sha256: found.code_sha256.unwrap_or_default(),
            signing_job: found.signing_job_arn,
            signing_profile_version: found.signing_profile_version_arn,
            modified: found.last_modified.unwrap_or_default(),
            code_signing: SeenCodeSigning::Unasked,
        }))
    }

    async fn code_signing_config(&self, function: &str) -> Result<Option<String>, AwsError> {
        let call = self.client.get_function_code_signing_config().function_name(function);
        let found = present(answer(call.send().await), &ABSENT)?;
        let arn = found.map(|found| found.code_signing_config_arn);
        Ok(arn.filter(|arn| !arn.is_empty()))
    }
}

#[async_trait]
impl ChangesFunctions for Lambda {
    async fn deploy(&self, deployment: &Deployment) -> Result<(), AwsError> {
        let Deployment { function, bucket, key, version, architecture } = deployment;
        let call = self
            .client
            .update_function_code()
            .function_name(function)
            .s3_bucket(bucket)
            .s3_key(key)
            .s3_object_version(version)
            .architectures(Architecture::from(architecture.as_str()));
        answer(call.send().await).map(drop)
    }

    async fn enforce(&self, function: &str, config: &str) -> Result<(), AwsError> {
        let call = self.client.put_function_code_signing_config().function_name(function);
        answer(call.code_signing_config_arn(config).send().await).map(drop)
    }
}
