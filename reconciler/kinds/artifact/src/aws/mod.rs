//! The APIs that artifacts are reached by: the only folder of this kind that names the SDK.

mod lambda;
mod s3;
mod signer;

pub use lambda::Lambda;
pub use s3::Bucket;
pub use signer::Signer;

use aws_smithy_types::DateTime;
use jiff::Timestamp;
use reconcile_engine::aws::errors::{AwsError, answer};

/// The answer, or none where AWS says by one of these codes that there is none.
fn present<T>(result: Result<T, AwsError>, absent: &[&str]) -> Result<Option<T>, AwsError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if absent.iter().any(|code| error.is(code)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), 0).ok()
}
