//! A sandbox with a clock that stands, and SDK clients that know nothing of either.

use std::path::Path;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::config::{BehaviorVersion, Region};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_async::time::{SharedTimeSource, StaticTimeSource};
use reconcile_sandbox::Sandbox;
use serde_json::json;

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

/// A service's client in process: the SDKs' builders are alike, and of no common type.
macro_rules! client {
    ($service:ident, $sandbox:expr, $region:expr) => {
        $service::Client::from_conf(
            $service::Config::builder()
                .behavior_version(BehaviorVersion::v2026_01_12())
                .region(Region::new($region))
                .credentials_provider(SharedCredentialsProvider::new($sandbox.credentials()))
                .http_client($sandbox.http_client())
                .time_source($sandbox.time_source())
                .build(),
        )
    };
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
    client!(aws_sdk_s3, sandbox, region)
}

pub(crate) fn cloudformation(sandbox: &Sandbox) -> aws_sdk_cloudformation::Client {
    client!(aws_sdk_cloudformation, sandbox, REGION)
}

pub(crate) fn cloudcontrol(sandbox: &Sandbox) -> aws_sdk_cloudcontrol::Client {
    client!(aws_sdk_cloudcontrol, sandbox, REGION)
}

pub(crate) fn lambda(sandbox: &Sandbox) -> aws_sdk_lambda::Client {
    client!(aws_sdk_lambda, sandbox, REGION)
}

pub(crate) fn private_ca(sandbox: &Sandbox) -> aws_sdk_acmpca::Client {
    client!(aws_sdk_acmpca, sandbox, REGION)
}

pub(crate) fn signer(sandbox: &Sandbox) -> aws_sdk_signer::Client {
    client!(aws_sdk_signer, sandbox, REGION)
}

pub(crate) fn sts(sandbox: &Sandbox) -> aws_sdk_sts::Client {
    sts_as(sandbox, &sandbox.credentials())
}

pub(crate) fn sts_as(sandbox: &Sandbox, credentials: &Credentials) -> aws_sdk_sts::Client {
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials.clone()))
        .http_client(sandbox.http_client())
        .time_source(sandbox.time_source())
        .build();
    aws_sdk_sts::Client::from_conf(config)
}

/// Temporary credentials, for an hour, of a role that is made for them.
pub(crate) async fn assume_role(sandbox: &Sandbox, role: &str, session: &str) -> Credentials {
    let template = json!({ "Resources": { "Role": { "Type": "AWS::IAM::Role", "Properties": {
        "RoleName": role,
        "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [] },
    }}}});
    let create = cloudformation(sandbox).create_stack().stack_name(role);
    let capability = aws_sdk_cloudformation::types::Capability::CapabilityNamedIam;
    let created = create.capabilities(capability).template_body(template.to_string()).send().await;
    created.expect("is created");
    sandbox.advance_clock(Duration::from_mins(10)).expect("the stack is done");
    let arn = format!("arn:aws:iam::{}:role/{role}", sandbox.account_id());
    let assumed = sts(sandbox).assume_role().role_arn(arn).role_session_name(session).send().await;
    let given = assumed.expect("is assumed").credentials.expect("credentials");
    let token = Some(given.session_token);
    Credentials::new(given.access_key_id, given.secret_access_key, token, None, "test")
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
