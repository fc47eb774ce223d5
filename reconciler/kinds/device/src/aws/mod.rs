//! The calls, through the SDKs: the only place in this crate that names them.

mod private_ca;
mod s3;

use std::error::Error;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use reconcile_engine::aws::errors::AwsError;

pub use private_ca::PrivateCa;
pub use s3::Buckets;

fn answer<T, E>(result: Result<T, SdkError<E, HttpResponse>>) -> Result<T, AwsError>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    result.map_err(|error| AwsError::of(&error))
}
