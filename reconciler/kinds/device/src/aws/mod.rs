//! The calls, through the SDKs: the only place in this crate that names them.

mod private_ca;
mod s3;

use reconcile_engine::aws::errors::answer;

pub use private_ca::PrivateCa;
pub use s3::Buckets;
