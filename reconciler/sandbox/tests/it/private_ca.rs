//! CAs over the wire, from their creation to their end.

use std::time::Duration;

use aws_sdk_acmpca::error::ProvideErrorMetadata as _;
use aws_sdk_acmpca::primitives::Blob;
use aws_sdk_acmpca::types::{
    ActionType, CertificateAuthorityStatus, CertificateAuthorityType, KeyAlgorithm,
    SigningAlgorithm, Tag,
};

use tempfile::TempDir;

use crate::authorities::{
    Authorities, EC, OpenSsl, activate, authorities, certificate, configuration, crl, issue,
    request,
};
use crate::support::{open, private_ca, refusal, sandbox};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_ca_waits_for_its_certificate_and_is_in_use_with_it() {
    let sandbox = sandbox();
    let client = private_ca(&sandbox);
    let creation = Duration::from_mins(1);
    sandbox.set_duration(Some("AWS::ACMPCA::CertificateAuthority"), creation).expect("is set");
    let create = || {
        let create = client.create_certificate_authority().idempotency_token("root");
        create
            .certificate_authority_type(CertificateAuthorityType::Root)
            .certificate_authority_configuration(configuration(EC, "Root"))
            .send()
    };
    let arn = create().await.expect("is made").certificate_authority_arn.expect("has an ARN");
    let again = create().await.expect("is the same").certificate_authority_arn;
    assert_eq!(again.as_ref(), Some(&arn));
    let status = || async {
        let describe = client.describe_certificate_authority().certificate_authority_arn(&arn);
        let described = describe.send().await.expect("is there").certificate_authority;
        described.and_then(|authority| authority.status).expect("has a status")
    };
    assert_eq!(status().await, CertificateAuthorityStatus::Creating);
    let csr = client.get_certificate_authority_csr().certificate_authority_arn(&arn);
    let refused = csr.clone().send().await.expect_err("is not there yet");
    assert_eq!(refusal(&refused), ("RequestInProgressException".to_owned(), 400));

    sandbox.advance_clock(creation).expect("it is later");
    assert_eq!(status().await, CertificateAuthorityStatus::PendingCertificate);
    let own = client.get_certificate_authority_certificate().certificate_authority_arn(&arn);
    let refused = own.clone().send().await.expect_err("has none");
    assert_eq!(refused.code(), Some("InvalidStateException"));
    activate(&client, &arn, &arn, "RootCACertificate").await;
    assert_eq!(status().await, CertificateAuthorityStatus::Active);
    assert_eq!(own.send().await.expect("has one").certificate_chain, None);

    sandbox.advance_clock(DAY).expect("it is later");
    let other = create().await.expect("is another").certificate_authority_arn;
    assert_ne!(other.as_ref(), Some(&arn), "a token stands for one CA for five minutes");
    let listed = client.list_certificate_authorities().max_results(1).into_paginator().items();
    let listed = listed.send().collect::<Result<Vec<_>, _>>().await.expect("lists");
    assert_eq!(listed.len(), 2);
    sandbox.advance_clock(10 * 365 * DAY).expect("it is later");
    sandbox.advance_clock(10 * DAY).expect("it is later");
    assert_eq!(status().await, CertificateAuthorityStatus::Expired);
    activate(&client, &arn, &arn, "RootCACertificate").await;
    assert_eq!(status().await, CertificateAuthorityStatus::Active);
}

#[tokio::test]
async fn openssl_agrees_with_every_kind_of_key() {
    let Some(openssl) = OpenSsl::found() else { return };
    let sandbox = sandbox();
    let client = private_ca(&sandbox);
    for (key, signing, shown) in [
        (KeyAlgorithm::EcPrime256v1, SigningAlgorithm::Sha256Withecdsa, "ecdsa-with-SHA256"),
        (KeyAlgorithm::EcSecp384r1, SigningAlgorithm::Sha384Withecdsa, "ecdsa-with-SHA384"),
        (KeyAlgorithm::Rsa2048, SigningAlgorithm::Sha512Withrsa, "sha512WithRSAEncryption"),
    ] {
        let create = client
            .create_certificate_authority()
            .certificate_authority_type(CertificateAuthorityType::Root)
            .certificate_authority_configuration(configuration((key, signing), "Root"));
        let arn = create.send().await.expect("is made").certificate_authority_arn.expect("is made");
        activate(&client, &arn, &arn, "RootCACertificate").await;
        let own = client.get_certificate_authority_certificate().certificate_authority_arn(arn);
        let own = own.send().await.expect("has one").certificate.expect("has one");
        let (is_valid, text) = openssl
            .put("root.pem", own)
            .run("verify -no_check_time -x509_strict -CAfile root.pem root.pem");
        assert!(is_valid, "{text}");
        let (_, text) = openssl.run("x509 -in root.pem -noout -text");
        for expected in [
            shown,
            "Subject: C = JP, O = \"Clinic Backup, Inc.\", CN = Root",
            "X509v3 Basic Constraints: critical\n                CA:TRUE\n",
            "X509v3 Key Usage: critical\n                Digital Signature, Certificate Sign, CRL Sign",
            "Not Before: Dec 31 23:00:00 2025 GMT",
            "Not After : Jan  1 00:00:00 2036 GMT",
        ] {
            assert!(text.contains(expected), "{expected} is not in {text}");
        }
    }
}

#[tokio::test]
async fn a_ca_takes_no_certificate_but_its_own() {
    let sandbox = sandbox();
    let client = private_ca(&sandbox);
    let Authorities { root, issuing } = authorities(&sandbox).await;
    let own = |arn: &str| {
        client.get_certificate_authority_certificate().certificate_authority_arn(arn).send()
    };
    let (above, below) =
        (own(&root).await.expect("has one"), own(&issuing).await.expect("has one"));
    let (above, below) =
        (above.certificate.expect("is there"), below.certificate.expect("is there"));
    let import = |authority: &str, own: &str, chain: Option<&str>| {
        client
            .import_certificate_authority_certificate()
            .certificate_authority_arn(authority)
            .certificate(Blob::new(own))
            .set_certificate_chain(chain.map(Blob::new))
            .send()
    };
    for (authority, own, chain, code) in [
        (&root, &below, Some(&above), "CertificateMismatchException"),
        (&root, &above, Some(&above), "InvalidRequestException"),
        (&issuing, &below, None, "InvalidRequestException"),
        (&issuing, &below, Some(&below), "CertificateMismatchException"),
        (&issuing, &"no certificate".to_owned(), Some(&above), "MalformedCertificateException"),
    ] {
        let refused = import(authority, own, chain.map(String::as_str)).await;
        assert_eq!(refused.expect_err("is refused").code(), Some(code));
    }
    import(&issuing, &below, Some(&above)).await.expect("is its own");
}

#[tokio::test]
async fn a_ca_is_disabled_deleted_and_restored() {
    let sandbox = sandbox();
    let client = private_ca(&sandbox);
    let Authorities { root, issuing } = authorities(&sandbox).await;
    let set = |status: CertificateAuthorityStatus| {
        let update = client.update_certificate_authority().certificate_authority_arn(&issuing);
        update.status(status).send()
    };
    let delete = || {
        let delete = client.delete_certificate_authority().certificate_authority_arn(&issuing);
        delete.permanent_deletion_time_in_days(7).send()
    };
    let refused = delete().await.expect_err("is in use");
    assert_eq!(refused.code(), Some("InvalidStateException"));
    set(CertificateAuthorityStatus::Disabled).await.expect("is disabled");
    let issue = client
        .issue_certificate()
        .certificate_authority_arn(&issuing)
        .csr(Blob::new(request("pc01")))
        .signing_algorithm(SigningAlgorithm::Sha256Withecdsa)
        .validity(crate::authorities::days(1));
    let refused = issue.send().await.expect_err("issues nothing");
    assert_eq!(refused.code(), Some("InvalidStateException"));
    delete().await.expect("is deleted");
    set(CertificateAuthorityStatus::Active).await.expect_err("is deleted");
    let status = || async {
        let describe = client.describe_certificate_authority().certificate_authority_arn(&issuing);
        let described = describe.send().await.ok()?.certificate_authority?;
        Some((described.status?, described.restorable_until.is_some()))
    };
    assert_eq!(status().await, Some((CertificateAuthorityStatus::Deleted, true)));
    let restore = client.restore_certificate_authority().certificate_authority_arn(&issuing);
    restore.clone().send().await.expect("is restored");
    assert_eq!(status().await, Some((CertificateAuthorityStatus::Disabled, false)));
    delete().await.expect("is deleted");
    sandbox.advance_clock(7 * DAY).expect("it is later");
    let refused = restore.send().await.expect_err("is gone");
    assert_eq!(refusal(&refused), ("ResourceNotFoundException".to_owned(), 400));
    assert_eq!(status().await, None);
    let describe = client.describe_certificate_authority().certificate_authority_arn(root);
    describe.send().await.expect("the other one is there");
}

#[tokio::test]
async fn a_ca_has_tags_permissions_and_a_policy() {
    let sandbox = sandbox();
    let client = private_ca(&sandbox);
    let Authorities { issuing, .. } = authorities(&sandbox).await;
    let tag =
        |key: &str, value: &str| Tag::builder().key(key).value(value).build().expect("is one");
    let add = client.tag_certificate_authority().certificate_authority_arn(&issuing);
    let add = add.tags(tag("system", "backup")).tags(tag("stage", "test"));
    add.send().await.expect("is tagged");
    let remove = client.untag_certificate_authority().certificate_authority_arn(&issuing);
    let remove = remove
        .tags(tag("stage", "other"))
        .tags(Tag::builder().key("system").build().expect("is one"));
    remove.send().await.expect("is untagged");
    let tags = client.list_tags().certificate_authority_arn(&issuing).send().await.expect("lists");
    assert_eq!(tags.tags(), [tag("stage", "test")], "only the value that was named goes");

    let permit = || {
        let permit = client.create_permission().certificate_authority_arn(&issuing);
        permit.principal("acm.amazonaws.com").actions(ActionType::IssueCertificate).send()
    };
    permit().await.expect("is permitted");
    let refused = permit().await.expect_err("is there");
    assert_eq!(refused.code(), Some("PermissionAlreadyExistsException"));
    let list = || client.list_permissions().certificate_authority_arn(&issuing).send();
    let permissions = list().await.expect("lists").permissions.unwrap_or_default();
    assert_eq!(permissions[0].actions(), [ActionType::IssueCertificate]);
    let forbid = client.delete_permission().certificate_authority_arn(&issuing);
    forbid.principal("acm.amazonaws.com").send().await.expect("is taken back");
    assert_eq!(list().await.expect("lists").permissions().len(), 0);

    let policy = || client.get_policy().resource_arn(&issuing).send();
    assert_eq!(policy().await.expect_err("has none").code(), Some("ResourceNotFoundException"));
    let put = client.put_policy().resource_arn(&issuing).policy("{\"Version\":\"2012-10-17\"}");
    put.send().await.expect("is put");
    assert_eq!(policy().await.expect("has one").policy(), Some("{\"Version\":\"2012-10-17\"}"));
    client.delete_policy().resource_arn(&issuing).send().await.expect("is deleted");
    policy().await.expect_err("has none");
}

#[tokio::test]
async fn what_no_ca_can_be_is_refused() {
    let sandbox = sandbox();
    let client = private_ca(&sandbox);
    let create = || {
        let create = client.create_certificate_authority();
        create.certificate_authority_type(CertificateAuthorityType::Root)
    };
    let of = |key, signing| configuration((key, signing), "Root");
    let wrong = of(KeyAlgorithm::Rsa2048, SigningAlgorithm::Sha256Withecdsa);
    let refused = create().certificate_authority_configuration(wrong).send().await;
    assert_eq!(refused.expect_err("is refused").code(), Some("InvalidArgsException"));
    let with_crl = create().certificate_authority_configuration(configuration(EC, "Root"));
    let refused = with_crl.revocation_configuration(crl()).send().await.expect_err("has no bucket");
    assert_eq!(refused.code(), Some("ValidationException"));
    let describe =
        |arn: &str| client.describe_certificate_authority().certificate_authority_arn(arn).send();
    let other = "arn:aws:acm-pca:ap-northeast-1:000000000000:certificate-authority/00000000-0000-0000-0000-000000000000";
    assert_eq!(describe("x").await.expect_err("is none").code(), Some("InvalidArnException"));
    assert_eq!(
        describe(other).await.expect_err("is none").code(),
        Some("ResourceNotFoundException")
    );
}

#[tokio::test]
async fn another_process_goes_on_with_the_same_cas() {
    let directory = TempDir::new().expect("a folder is made");
    let sandbox = open(directory.path());
    let client = private_ca(&sandbox);
    let Authorities { issuing, .. } = authorities(&sandbox).await;
    let arn = issue(&client, &issuing, &request("pc01")).await;
    let (own, chain) = certificate(&client, &issuing, &arn).await;
    let other = open(directory.path());
    let client = private_ca(&other);
    assert_eq!(certificate(&client, &issuing, &arn).await, (own, chain));
    let second = issue(&client, &issuing, &request("pc02")).await;
    certificate(&private_ca(&sandbox), &issuing, &second).await;
}
