//! A sandbox with a clock that stands, and SDK clients that know nothing of either.

use std::path::Path;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::config::{BehaviorVersion, Region};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_async::time::{SharedTimeSource, StaticTimeSource};
use reconcile_sandbox::Sandbox;

pub(crate) const REGION: &str = "ap-northeast-1";
pub(crate) const BUCKET: &str = "state-bucket";

/// 2026-01-01T00:00:00Z
pub(crate) fn time() -> SharedTimeSource {
    StaticTimeSource::from_secs(1_767_225_600).into()
}

/// An account in memory with the state bucket.
pub(crate) fn sandbox() -> Sandbox {
    let sandbox = Sandbox::in_memory(time());
    sandbox.ensure_bucket(BUCKET, REGION).expect("the bucket is made");
    sandbox
}

/// The account in a directory, with the state bucket.
pub(crate) fn open(directory: &Path) -> Sandbox {
    let sandbox = Sandbox::open(directory, time()).expect("the sandbox opens");
    sandbox.ensure_bucket(BUCKET, REGION).expect("the bucket is made");
    sandbox
}

pub(crate) fn s3(sandbox: &Sandbox) -> aws_sdk_s3::Client {
    s3_in(sandbox, REGION)
}

pub(crate) fn s3_in(sandbox: &Sandbox, region: &'static str) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(sandbox.credentials()))
        .http_client(sandbox.http_client())
        .time_source(sandbox.time_source())
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

pub(crate) fn cloudformation(sandbox: &Sandbox) -> aws_sdk_cloudformation::Client {
    let config = aws_sdk_cloudformation::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(REGION))
        .credentials_provider(SharedCredentialsProvider::new(sandbox.credentials()))
        .http_client(sandbox.http_client())
        .time_source(sandbox.time_source())
        .build();
    aws_sdk_cloudformation::Client::from_conf(config)
}

pub(crate) fn sts(sandbox: &Sandbox) -> aws_sdk_sts::Client {
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(REGION))
        .credentials_provider(SharedCredentialsProvider::new(sandbox.credentials()))
        .http_client(sandbox.http_client())
        .time_source(sandbox.time_source())
        .build();
    aws_sdk_sts::Client::from_conf(config)
}

pub(crate) fn body(text: &'static str) -> ByteStream {
    ByteStream::from_static(text.as_bytes())
}

/// The text of an object.
pub(crate) async fn text(stream: ByteStream) -> String {
    let bytes = stream.collect().await.expect("the body is read").into_bytes();
    String::from_utf8(bytes.to_vec()).expect("the body is text")
}

/// AWS's error code, with the HTTP status.
pub(crate) fn refusal<E: ProvideErrorMetadata>(error: &SdkError<E>) -> (String, u16) {
    let status = error.raw_response().map(|response| response.status().as_u16());
    (error.code().unwrap_or_default().to_owned(), status.unwrap_or_default())
}
