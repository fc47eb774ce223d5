//! The sandbox as the real SDK meets it.

mod faults;
mod persistence;
mod s3_conditions;
mod s3_objects;
mod sts;
mod support;
mod wire;
