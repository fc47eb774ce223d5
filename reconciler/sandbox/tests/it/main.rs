//! The sandbox as the real SDK meets it.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod authorities;
mod calls;
mod cloudcontrol;
mod cloudformation;
mod code_signing;
mod crash;
mod custom_domains;
mod deployed;
mod distributions;
mod door;
mod faults;
mod functions;
mod http_apis;
mod lambda;
mod lambda_resources;
mod limits;
mod persistence;
mod pki;
mod private_ca;
mod private_ca_issuance;
mod private_ca_resources;
mod private_ca_revocation;
mod s3_checksums;
mod s3_conditions;
mod s3_multipart;
mod s3_objects;
mod signatures;
mod signed;
mod signed_zips;
mod signer;
mod sts;
mod support;
mod wire;
