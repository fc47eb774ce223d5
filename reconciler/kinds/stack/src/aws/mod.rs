//! The APIs that stacks are reached by: the only folder of this kind that names the SDK.

mod clients;
mod cloudcontrol;
mod cloudformation;

pub use cloudcontrol::CloudControl;
pub use cloudformation::CloudFormation;

use std::error::Error;

use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use reconcile_engine::aws::errors::AwsError;

fn answer<T, E>(result: Result<T, SdkError<E, HttpResponse>>) -> Result<T, AwsError>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    result.map_err(|error| AwsError::of(&error))
}
