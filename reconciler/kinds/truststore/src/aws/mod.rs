//! The APIs that truststores are reached by: the only folder of this kind that names the SDK.

mod private_ca;
mod s3;

pub use private_ca::PrivateCa;
pub use s3::Bucket;

use std::error::Error;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use reconcile_engine::aws::errors::AwsError;

fn answer<T, E>(result: Result<T, SdkError<E, HttpResponse>>) -> Result<T, AwsError>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    result.map_err(|error| AwsError::of(&error))
}
