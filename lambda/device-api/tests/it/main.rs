//! What the API promises of its signed requests, kept or broken by an S3 that verifies them.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod clinic;
mod downloads;
mod parts;
mod uploads;
