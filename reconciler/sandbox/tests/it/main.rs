//! The sandbox as the real SDK meets it.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod cloudcontrol;
mod cloudformation;
mod door;
mod faults;
mod persistence;
mod s3_conditions;
mod s3_objects;
mod signatures;
mod signed;
mod sts;
mod support;
mod wire;
