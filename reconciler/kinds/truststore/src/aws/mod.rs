//! The APIs that truststores are reached by: the only folder of this kind that names the SDK.

mod private_ca;
mod s3;

pub use private_ca::PrivateCa;
pub use s3::Bucket;

use reconcile_engine::aws::errors::answer;
