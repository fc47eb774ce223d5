//! What the API promises of its signed requests, kept or broken by an S3 that verifies them.

mod clinic;
mod downloads;
mod parts;
mod uploads;
