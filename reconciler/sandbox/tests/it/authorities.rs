//! CAs as an operator makes them, terminals that ask them for certificates, and `openssl` to judge by.

use std::path::Path;
use std::process::Command;

use aws_sdk_acmpca::Client;
use aws_sdk_acmpca::primitives::Blob;
use aws_sdk_acmpca::types::{
    Asn1Subject, CertificateAuthorityConfiguration, CertificateAuthorityType, CrlConfiguration,
    KeyAlgorithm, RevocationConfiguration, S3ObjectAcl, SigningAlgorithm, Validity,
    ValidityPeriodType,
};
use rcgen::{CertificateParams, DnType, KeyPair, SanType};
use reconcile_sandbox::Sandbox;
use serde_json::json;
use tempfile::TempDir;

use crate::support::{REGION, private_ca, s3};

pub(crate) const TEMPLATES: &str = "arn:aws:acm-pca:::template";
pub(crate) const CLIENT_AUTH: &str = "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate/V1";

/// The bucket that CAs write to.
pub(crate) const REPORTS: &str = "pca-reports";

/// What a CA is like unless a test says otherwise.
pub(crate) const EC: (KeyAlgorithm, SigningAlgorithm) =
    (KeyAlgorithm::EcPrime256v1, SigningAlgorithm::Sha256Withecdsa);

/// A root CA and one below it, both in use.
pub(crate) struct Authorities {
    pub(crate) root: String,
    pub(crate) issuing: String,
}

pub(crate) fn configuration(
    (key, signing): (KeyAlgorithm, SigningAlgorithm),
    name: &str,
) -> CertificateAuthorityConfiguration {
    let subject = Asn1Subject::builder()
        .country("JP")
        .organization("Clinic Backup, Inc.")
        .common_name(name)
        .build();
    CertificateAuthorityConfiguration::builder()
        .key_algorithm(key)
        .signing_algorithm(signing)
        .subject(subject)
        .build()
        .expect("is complete")
}

pub(crate) fn validity(kind: ValidityPeriodType, value: i64) -> Validity {
    Validity::builder().r#type(kind).value(value).build().expect("is complete")
}

pub(crate) fn days(days: i64) -> Validity {
    validity(ValidityPeriodType::Days, days)
}

/// Lets the CAs of the account write to [`REPORTS`].
pub(crate) async fn open_bucket(sandbox: &Sandbox) {
    sandbox.ensure_bucket(REPORTS, REGION).expect("the bucket is made");
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": { "Service": "acm-pca.amazonaws.com" },
        "Action": ["s3:PutObject", "s3:PutObjectAcl", "s3:GetBucketAcl", "s3:GetBucketLocation"],
        "Resource": [format!("arn:aws:s3:::{REPORTS}"), format!("arn:aws:s3:::{REPORTS}/*")],
        "Condition": { "StringEquals": { "aws:SourceAccount": sandbox.account_id() } },
    }]});
    let put = s3(sandbox).put_bucket_policy().bucket(REPORTS).policy(policy.to_string());
    put.send().await.expect("is set");
}

/// CRLs in [`REPORTS`], for a week each.
pub(crate) fn crl() -> RevocationConfiguration {
    let crl = CrlConfiguration::builder()
        .enabled(true)
        .expiration_in_days(7)
        .s3_bucket_name(REPORTS)
        .s3_object_acl(S3ObjectAcl::BucketOwnerFullControl)
        .build()
        .expect("is complete");
    RevocationConfiguration::builder().crl_configuration(crl).build()
}

/// Makes both CAs, with CRLs, as the user guide says: each gets its certificate from the one above.
pub(crate) async fn authorities(sandbox: &Sandbox) -> Authorities {
    open_bucket(sandbox).await;
    let client = private_ca(sandbox);
    let create = |kind: CertificateAuthorityType, name: &str| {
        client
            .create_certificate_authority()
            .certificate_authority_type(kind)
            .certificate_authority_configuration(configuration(EC, name))
            .revocation_configuration(crl())
            .send()
    };
    let root = create(CertificateAuthorityType::Root, "Root").await.expect("is made");
    let root = root.certificate_authority_arn.expect("has an ARN");
    activate(&client, &root, &root, "RootCACertificate").await;
    let issuing = create(CertificateAuthorityType::Subordinate, "Issuing").await.expect("is made");
    let issuing = issuing.certificate_authority_arn.expect("has an ARN");
    activate(&client, &issuing, &root, "SubordinateCACertificate_PathLen0").await;
    Authorities { root, issuing }
}

/// Gives a CA a certificate of the one above it.
pub(crate) async fn activate(client: &Client, authority: &str, above: &str, template: &str) {
    let request = client.get_certificate_authority_csr().certificate_authority_arn(authority);
    let request = request.send().await.expect("has a request").csr.expect("has a request");
    let years = if authority == above { 10 } else { 5 };
    let issued = client
        .issue_certificate()
        .certificate_authority_arn(above)
        .csr(Blob::new(request))
        .signing_algorithm(signing(client, above).await)
        .template_arn(format!("{TEMPLATES}/{template}/V1"))
        .validity(validity(ValidityPeriodType::Years, years))
        .send();
    let arn = issued.await.expect("is issued").certificate_arn.expect("has an ARN");
    let (certificate, chain) = certificate(client, above, &arn).await;
    let import = client
        .import_certificate_authority_certificate()
        .certificate_authority_arn(authority)
        .certificate(Blob::new(certificate))
        .set_certificate_chain(chain.map(Blob::new));
    import.send().await.expect("is imported");
}

async fn signing(client: &Client, authority: &str) -> SigningAlgorithm {
    let describe = client.describe_certificate_authority().certificate_authority_arn(authority);
    let authority = describe.send().await.expect("is there").certificate_authority;
    let configuration = authority.and_then(|it| it.certificate_authority_configuration);
    configuration.expect("has a configuration").signing_algorithm
}

/// A certificate that was issued, and those above it.
pub(crate) async fn certificate(
    client: &Client,
    authority: &str,
    arn: &str,
) -> (String, Option<String>) {
    let get = client.get_certificate().certificate_authority_arn(authority).certificate_arn(arn);
    let got = get.send().await.expect("is there");
    (got.certificate.expect("is issued"), got.certificate_chain)
}

/// A certificate signing request for a terminal, with a key of its own.
pub(crate) fn request(name: &str) -> String {
    request_with(name, |_| {})
}

pub(crate) fn request_with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> String {
    let key = KeyPair::generate().expect("a key is made");
    let mut wanted = CertificateParams::default();
    wanted.distinguished_name = rcgen::DistinguishedName::new();
    wanted.distinguished_name.push(DnType::CommonName, name);
    change(&mut wanted);
    let request = wanted.serialize_request(&key).expect("is signed");
    request.pem().expect("is written")
}

pub(crate) fn dns(name: &str) -> SanType {
    SanType::DnsName(name.try_into().expect("is a name"))
}

/// Issues a certificate for a terminal, for 90 days.
pub(crate) async fn issue(client: &Client, authority: &str, request: &str) -> String {
    let issue = client
        .issue_certificate()
        .certificate_authority_arn(authority)
        .csr(Blob::new(request))
        .signing_algorithm(SigningAlgorithm::Sha256Withecdsa)
        .template_arn(CLIENT_AUTH)
        .validity(days(90));
    issue.send().await.expect("is issued").certificate_arn.expect("has an ARN")
}

/// The serial number at the end of a certificate's ARN.
pub(crate) fn serial(arn: &str) -> &str {
    arn.rsplit('/').next().expect("has a serial number")
}

/// `openssl` in a folder of files. Where it is not installed, a test has to do without it and says so.
pub(crate) struct OpenSsl {
    folder: TempDir,
}

impl OpenSsl {
    #[expect(clippy::print_stderr, reason = "whoever reads the test's output is to know")]
    pub(crate) fn found() -> Option<Self> {
        let found = Command::new("openssl").arg("version").output().is_ok();
        if !found {
            eprintln!("openssl is not installed: what it would say is not checked");
        }
        found.then(|| Self { folder: TempDir::new().expect("a folder is made") })
    }

    pub(crate) fn put(&self, name: &str, contents: impl AsRef<[u8]>) -> &Self {
        std::fs::write(self.folder.path().join(name), contents).expect("is written");
        self
    }

    /// What it prints, on both streams.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &str) -> (bool, String) {
        let folder: &Path = self.folder.path();
        let arguments = arguments.split(' ');
        let output = Command::new("openssl").args(arguments).current_dir(folder).output();
        let output = output.expect("runs");
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }
}
