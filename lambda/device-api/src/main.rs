//! Gives terminals short-lived presigned S3 URLs.

fn main() {}
