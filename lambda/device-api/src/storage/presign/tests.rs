//! What is signed is what the SDK's client signs, to the letter.

use std::time::SystemTime;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::types::ServerSideEncryption;
use jiff::Timestamp;
use proptest::prelude::*;

use crate::content::Sha256;
use crate::settings::{Access, Settings};
use crate::storage::{Object, Operation, Payload, Request, S3, Signed, Storage as _};

const KEY: &str = "arn:aws:kms:ap-northeast-1:111122223333:key/0a1b";

/// A request, and who signs it when.
#[derive(Debug, Clone)]
struct Case {
    bucket: String,
    key: String,
    upload: String,
    number: u32,
    size: u64,
    sha256: String,
    seconds: i64,
    token: Option<String>,
    endpoint: Option<String>,
}

fn case() -> impl Strategy<Value = Case> {
    let endpoint = prop_oneof![
        Just(None),
        Just(Some("http://127.0.0.1:4599".to_owned())),
        Just(Some("https://s3.example/".to_owned())),
    ];
    let token = proptest::option::of("[A-Za-z0-9+/=]{20,60}");
    (
        // Also with dots, which are not put into a host name.
        "[a-z0-9]{3}[a-z0-9.-]{0,20}[a-z0-9]",
        "terminals/[^\u{0}-\u{1f}]{1,40}",
        "[A-Za-z0-9._~+/=-]{1,40}",
        1..=10_000_u32,
        0..1_u64 << 36,
        "[0-9a-f]{64}",
        (0..4_000_000_000_i64, token, endpoint),
    )
        .prop_map(|(bucket, key, upload, number, size, sha256, (seconds, token, endpoint))| {
            Case {
                bucket: bucket.replace("..", "-").replace(".-", "-").replace("-.", "-"),
                key,
                upload,
                number,
                size,
                sha256,
                seconds,
                token,
                endpoint,
            }
        })
}

impl Case {
    fn access(&self) -> Access {
        Access {
            region: "ap-northeast-1".to_owned(),
            key_id: "AKIDEXAMPLE".to_owned(),
            secret_key: "secret".to_owned(),
            session_token: self.token.clone(),
            endpoint: self.endpoint.clone(),
        }
    }

    fn client(&self) -> Client {
        let credentials =
            Credentials::new("AKIDEXAMPLE", "secret", self.token.clone(), None, "test");
        let mut config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("ap-northeast-1"))
            .credentials_provider(credentials);
        if let Some(endpoint) = &self.endpoint {
            config = config.endpoint_url(endpoint).force_path_style(true);
        }
        Client::from_conf(config.build())
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.seconds).expect("is a time")
    }

    async fn signed(&self, settings: &Settings, operation: Operation<'_>) -> Signed {
        let object = Object { bucket: &self.bucket, key: &self.key };
        let request = Request { object, operation, now: self.now() };
        S3::new(&self.access(), settings).sign(request).await.expect("is signed")
    }

    fn presigning(&self, settings: &Settings) -> PresigningConfig {
        let config = PresigningConfig::builder().start_time(SystemTime::from(self.now()));
        config.expires_in(settings.url_lifetime).build().expect("is right")
    }
}

/// The parts of a URL in an order of their own, since only their values matter.
fn parts(url: &str) -> (&str, Vec<&str>) {
    let (path, query) = url.split_once('?').expect("has a query");
    let mut query: Vec<&str> = query.split('&').collect();
    query.sort_unstable();
    (path, query)
}

fn assert_same(ours: &Signed, theirs: &PresignedRequest) {
    assert_eq!(ours.method, theirs.method());
    assert_eq!(parts(&ours.url), parts(theirs.uri()));
    let theirs = theirs.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(ours.headers, theirs.collect());
}

fn settings() -> Settings {
    let variables = |name: &str| match name {
        "REGISTRY_BUCKET" => Some("registry".to_owned()),
        "KMS_KEY_ID" => Some(KEY.to_owned()),
        "AWS_REGION" => Some("ap-northeast-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("unused".to_owned()),
        _ => None,
    };
    crate::settings::read(variables).expect("are right").0
}

proptest! {
    #[test]
    fn it_signs_as_the_client_does(case in case()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("is made").block_on(compare(&case));
    }
}

async fn compare(case: &Case) {
    let (settings, client) = (settings(), case.client());
    let presigning = || case.presigning(&settings);
    let sha256 = Sha256::try_from(case.sha256.clone()).expect("is a digest");
    let payload = Payload { size: case.size, sha256: &sha256 };
    let length = i64::try_from(case.size).expect("is no larger than objects are");

    let get = client.get_object().bucket(&case.bucket).key(&case.key);
    let get = get.presigned(presigning()).await.expect("is signed");
    assert_same(&case.signed(&settings, Operation::Get).await, &get);

    let put = client.put_object().bucket(&case.bucket).key(&case.key).content_length(length);
    let put = put.checksum_sha256(sha256.base64()).if_none_match("*");
    let put = put.server_side_encryption(ServerSideEncryption::AwsKms).ssekms_key_id(KEY);
    let put = put.presigned(presigning()).await.expect("is signed");
    assert_same(&case.signed(&settings, Operation::Put(payload)).await, &put);

    let part = client.upload_part().bucket(&case.bucket).key(&case.key).upload_id(&case.upload);
    let part = part.part_number(case.number.try_into().expect("is small")).content_length(length);
    let part = part.checksum_sha256(sha256.base64());
    let part = part.presigned(presigning()).await.expect("is signed");
    let operation = Operation::PutPart { upload: &case.upload, number: case.number, payload };
    assert_same(&case.signed(&settings, operation).await, &part);
}
