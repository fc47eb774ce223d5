//! Zips, and their way through Signer.

use std::io::{Cursor, Read as _, Write as _};

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_signer::types::{
    Destination, S3Destination, S3Source, SignatureValidityPeriod, Source, ValidityType,
};
use reconcile_sandbox::Sandbox;
use zip::read::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::support::{BUCKET, s3, signer};

pub(crate) const PLATFORM: &str = "AWSLambda-SHA384-ECDSA";

/// A zip of these entries.
pub(crate) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).expect("is begun");
        writer.write_all(bytes).expect("is written");
    }
    writer.finish().expect("is finished").into_inner()
}

/// A package with this code.
pub(crate) fn package(code: &str) -> Vec<u8> {
    zip(&[("bootstrap", code.as_bytes())])
}

/// A signed package with other code than was signed.
pub(crate) fn tampered(signed: &[u8]) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(signed)).expect("is a zip");
    let mut signature = Vec::new();
    let name = archive.by_index(1).expect("is signed").name().expect("has a name").into_owned();
    archive.by_index(1).expect("is there").read_to_end(&mut signature).expect("is read");
    zip(&[("bootstrap", b"evil"), (&name, &signature)])
}

/// Makes a profile whose signatures are valid for days, or as long as usual; answers its version's ARN.
pub(crate) async fn profile(sandbox: &Sandbox, name: &str, days: Option<i32>) -> String {
    let period = days.map(|days| {
        SignatureValidityPeriod::builder().value(days).r#type(ValidityType::Days).build()
    });
    let put = signer(sandbox).put_signing_profile().profile_name(name).platform_id(PLATFORM);
    let made = put.set_signature_validity_period(period).send().await.expect("is made");
    made.profile_version_arn.expect("has a version")
}

/// Puts an object; answers its version.
pub(crate) async fn upload(sandbox: &Sandbox, key: &str, bytes: Vec<u8>) -> String {
    let put = s3(sandbox).put_object().bucket(BUCKET).key(key).body(ByteStream::from(bytes));
    put.send().await.expect("is put").version_id.expect("is versioned")
}

/// The bytes of an object.
pub(crate) async fn download(sandbox: &Sandbox, key: &str) -> Vec<u8> {
    let got = s3(sandbox).get_object().bucket(BUCKET).key(key).send().await.expect("is there");
    got.body.collect().await.expect("is read").to_vec()
}

/// The version of an object, to be signed.
pub(crate) fn source(key: &str, version: &str) -> Source {
    let s3 = S3Source::builder().bucket_name(BUCKET).key(key).version(version).build();
    Source::builder().s3(s3.expect("is complete")).build()
}

/// Where signed objects go.
pub(crate) fn destination() -> Destination {
    let s3 = S3Destination::builder().bucket_name(BUCKET).prefix("signed/").build();
    Destination::builder().s3(s3).build()
}

/// Signs a package; answers the ID of the job and the signed bytes.
pub(crate) async fn signed(sandbox: &Sandbox, profile: &str, code: &str) -> (String, Vec<u8>) {
    let key = format!("unsigned/{profile}/{code}");
    let version = upload(sandbox, &key, package(code)).await;
    let start = signer(sandbox).start_signing_job().profile_name(profile);
    let start = start.source(source(&key, &version)).destination(destination());
    let started = start.client_request_token(&key).send().await.expect("is started");
    let id = started.job_id.expect("has an ID");
    let bytes = download(sandbox, &format!("signed/{id}.zip")).await;
    (id, bytes)
}
