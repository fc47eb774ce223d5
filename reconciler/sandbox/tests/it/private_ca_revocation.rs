//! Revoked certificates: in the CRL that a CA writes, and in its audit report.

use std::time::Duration;

use aws_sdk_acmpca::error::ProvideErrorMetadata as _;
use aws_sdk_acmpca::types::{
    AuditReportResponseFormat, AuditReportStatus, CertificateAuthorityStatus, CrlConfiguration,
    RevocationConfiguration, RevocationReason,
};
use reconcile_sandbox::Sandbox;
use serde_json::Value;

use crate::authorities::{
    Authorities, CLIENT_AUTH, OpenSsl, REPORTS, authorities, issue, request, serial,
};
use crate::support::{BUCKET, private_ca, s3, sandbox};

const DELAY: Duration = Duration::from_mins(30);

async fn revoke(sandbox: &Sandbox, authority: &str, serial: &str) -> Result<(), String> {
    let revoke = private_ca(sandbox).revoke_certificate().certificate_authority_arn(authority);
    let revoke =
        revoke.certificate_serial(serial).revocation_reason(RevocationReason::KeyCompromise);
    let revoked = revoke.send().await;
    revoked.map(drop).map_err(|error| error.code().unwrap_or_default().to_owned())
}

/// The CRL of a CA, if there is one.
async fn crl(sandbox: &Sandbox, authority: &str) -> Option<Vec<u8>> {
    let id = authority.rsplit('/').next().expect("has an ID");
    let get = s3(sandbox).get_object().bucket(REPORTS).key(format!("crl/{id}.crl"));
    let body = get.send().await.ok()?.body.collect().await.expect("is read");
    Some(body.to_vec())
}

#[tokio::test]
async fn a_revoked_certificate_is_in_the_crl_half_an_hour_later() {
    let sandbox = sandbox();
    let client = private_ca(&sandbox);
    let Authorities { issuing, .. } = authorities(&sandbox).await;
    let arn = issue(&client, &issuing, &request("pc01")).await;
    let other = issue(&client, &issuing, &request("pc02")).await;
    sandbox.advance_clock(DELAY).expect("it is later");
    let first = crl(&sandbox, &issuing).await.expect("is written");
    let colons = |serial: &str| {
        let pairs = serial.as_bytes().chunks(2).map(String::from_utf8_lossy);
        pairs.collect::<Vec<_>>().join(":").to_uppercase()
    };
    revoke(&sandbox, &issuing, &colons(serial(&arn))).await.expect("is revoked");
    let again = revoke(&sandbox, &issuing, serial(&arn)).await;
    assert_eq!(again, Err("RequestAlreadyProcessedException".to_owned()));
    assert_eq!(
        revoke(&sandbox, &issuing, "0123").await,
        Err("ResourceNotFoundException".to_owned())
    );
    assert_eq!(
        revoke(&sandbox, &issuing, "no number").await,
        Err("ValidationException".to_owned())
    );
    sandbox.advance_clock(Duration::from_secs(29 * 60 + 59)).expect("it is later");
    assert_eq!(crl(&sandbox, &issuing).await, Some(first.clone()), "it is not yet time");
    sandbox.advance_clock(Duration::from_secs(1)).expect("it is later");
    let second = crl(&sandbox, &issuing).await.expect("is written");

    let (_, list) = x509_parser::parse_x509_crl(&second).expect("is a CRL");
    let revoked: Vec<String> =
        list.iter_revoked_certificates().map(|it| hex::encode(it.raw_serial())).collect();
    assert_eq!(revoked, [serial(&arn)]);
    let Some(openssl) = OpenSsl::found() else { return };
    let chain = client.get_certificate().certificate_authority_arn(&issuing);
    let get = |arn: &str| chain.clone().certificate_arn(arn).send();
    let (revoked, valid) =
        (get(&arn).await.expect("is there"), get(&other).await.expect("is there"));
    openssl
        .put("chain.pem", revoked.certificate_chain.expect("has a chain"))
        .put("revoked.pem", revoked.certificate.expect("is there"))
        .put("valid.pem", valid.certificate.expect("is there"))
        .put("list.crl", &second);
    let (is_signed, text) =
        openssl.run("crl -inform DER -in list.crl -CAfile chain.pem -noout -text");
    assert!(is_signed && text.contains("verify OK"), "{text}");
    for expected in [
        "Last Update: Jan  1 01:00:00 2026 GMT",
        "Next Update: Jan  8 01:00:00 2026 GMT",
        "X509v3 CRL Reason Code: \n                Key Compromise",
        "X509v3 Authority Key Identifier",
        &serial(&arn).to_uppercase(),
    ] {
        assert!(text.contains(expected), "{expected} is not in {text}");
    }
    openssl.run("crl -inform DER -in list.crl -out list.pem");
    let verify = |name: &str| {
        let arguments = "verify -attime 1767229200 -crl_check -CRLfile list.pem -CAfile chain.pem";
        openssl.run(&format!("{arguments} {name}"))
    };
    let (is_valid, text) = verify("valid.pem");
    assert!(is_valid, "{text}");
    let (is_valid, text) = verify("revoked.pem");
    assert!(!is_valid && text.contains("certificate revoked"), "{text}");
}

#[tokio::test]
async fn a_crl_is_renewed_before_its_time_is_over() {
    let sandbox = sandbox();
    let Authorities { issuing, .. } = authorities(&sandbox).await;
    sandbox.advance_clock(Duration::from_hours(24 * 60)).expect("it is much later");
    let list = crl(&sandbox, &issuing).await.expect("is written");
    let (_, list) = x509_parser::parse_x509_crl(&list).expect("is a CRL");
    let now = 1_767_225_600 + 60 * 86_400;
    let next = list.next_update().expect("has a next one").timestamp();
    assert!(list.last_update().timestamp() <= now && now < next, "{next}");
    // The issuing CA's and the root's: of those that were missed only the last.
    let versions = s3(&sandbox).list_object_versions().bucket(REPORTS).send().await.expect("lists");
    assert_eq!(versions.versions().len(), 2);
}

#[tokio::test]
async fn a_crl_goes_only_where_private_ca_may_write() {
    let sandbox = sandbox();
    let client = private_ca(&sandbox);
    let Authorities { issuing, .. } = authorities(&sandbox).await;
    let configure = |crl: CrlConfiguration| {
        let configuration = RevocationConfiguration::builder().crl_configuration(crl).build();
        let update = client.update_certificate_authority().certificate_authority_arn(&issuing);
        update.revocation_configuration(configuration).send()
    };
    let enabled = || CrlConfiguration::builder().enabled(true);
    // Everybody may read by default, which new buckets refuse; and the other bucket has no policy.
    for crl in [enabled().s3_bucket_name(REPORTS), enabled().s3_bucket_name(BUCKET)] {
        let refused = configure(crl.build().expect("is complete")).await.expect_err("is refused");
        assert_eq!(refused.code(), Some("ValidationException"));
        assert!(refused.message().is_some_and(|it| it.starts_with("Permission error")));
    }
    let off = CrlConfiguration::builder().enabled(false).build().expect("is complete");
    configure(off).await.expect("is turned off");
    sandbox.advance_clock(DELAY).expect("it is later");
    assert_eq!(crl(&sandbox, &issuing).await, None);
}

#[tokio::test]
async fn an_audit_report_lists_all_that_was_issued() {
    let sandbox = sandbox();
    let client = private_ca(&sandbox);
    let Authorities { issuing, .. } = authorities(&sandbox).await;
    let arn = issue(&client, &issuing, &request("pc01")).await;
    sandbox.advance_clock(Duration::from_secs(90)).expect("it is later");
    let second = issue(&client, &issuing, &request("pc02")).await;
    revoke(&sandbox, &issuing, serial(&arn)).await.expect("is revoked");
    let takes = Duration::from_secs(10);
    sandbox.set_duration(Some("AWS::ACMPCA::AuditReport"), takes).expect("is set");
    let create = |format: AuditReportResponseFormat, bucket: &str| {
        client
            .create_certificate_authority_audit_report()
            .certificate_authority_arn(&issuing)
            .s3_bucket_name(bucket)
            .audit_report_response_format(format)
            .send()
    };
    let refused = create(AuditReportResponseFormat::Json, BUCKET).await.expect_err("may not write");
    assert_eq!(refused.code(), Some("ValidationException"));
    let created = create(AuditReportResponseFormat::Json, REPORTS).await.expect("is begun");
    let (id, key) =
        (created.audit_report_id.expect("has an ID"), created.s3_key.expect("has a key"));
    let ca = issuing.rsplit('/').next().expect("has an ID");
    assert_eq!(key, format!("audit-report/{ca}/{id}.json"));
    let status = || async {
        let describe = client.describe_certificate_authority_audit_report();
        let describe = describe.certificate_authority_arn(&issuing).audit_report_id(&id);
        describe.send().await.expect("is there").audit_report_status.expect("has a status")
    };
    assert_eq!(status().await, AuditReportStatus::Creating);
    let again = create(AuditReportResponseFormat::Json, REPORTS).await.expect_err("is too soon");
    assert_eq!(again.code(), Some("RequestInProgressException"));
    sandbox.advance_clock(takes).expect("it is later");
    assert_eq!(status().await, AuditReportStatus::Success);
    let read = |key: String| async {
        let got =
            s3(&sandbox).get_object().bucket(REPORTS).key(key).send().await.expect("is there");
        let body = got.body.collect().await.expect("is read").to_vec();
        String::from_utf8(body).expect("is text")
    };
    let entries: Vec<Value> = serde_json::from_str(&read(key).await).expect("is JSON");
    let member = |entry: usize, name: &str| entries[entry][name].as_str().unwrap_or_default();
    assert_eq!(entries.len(), 2);
    for (name, expected) in [
        ("awsAccountId", "000000000000"),
        ("certificateArn", &*arn),
        ("subject", "CN=pc01"),
        ("notBefore", "2025-12-31T23:00:00+0000"),
        ("notAfter", "2026-04-01T00:00:00+0000"),
        ("issuedAt", "2026-01-01T00:00:00+0000"),
        ("revokedAt", "2026-01-01T00:01:30+0000"),
        ("revocationReason", "KEY_COMPROMISE"),
        ("templateArn", CLIENT_AUTH),
    ] {
        assert_eq!(member(0, name), expected);
    }
    assert_eq!(member(0, "serial").replace(':', ""), serial(&arn));
    assert_eq!((member(1, "certificateArn"), member(1, "revokedAt")), (&*second, ""));

    sandbox.advance_clock(DELAY).expect("it is later");
    let created = create(AuditReportResponseFormat::Csv, REPORTS).await.expect("is begun");
    sandbox.advance_clock(takes).expect("it is later");
    let text = read(created.s3_key.expect("has a key")).await;
    let mut rows = text.lines();
    let columns = "awsAccountId,requestedByServicePrincipal,certificateArn,serial,subject,notBefore,notAfter,issuedAt,revokedAt,revocationReason,templateArn";
    assert_eq!(rows.next(), Some(columns));
    assert_eq!(rows.count(), 2);
}

#[tokio::test]
async fn a_root_s_own_certificate_stays_and_its_issuer_may_be_out_of_use() {
    let sandbox = sandbox();
    let client = private_ca(&sandbox);
    let Authorities { root, issuing } = authorities(&sandbox).await;
    let create =
        client.create_certificate_authority_audit_report().certificate_authority_arn(&root);
    let create = create.s3_bucket_name(REPORTS);
    let created = create.audit_report_response_format(AuditReportResponseFormat::Json).send().await;
    let key = created.expect("is begun").s3_key.expect("has a key");
    let get = s3(&sandbox).get_object().bucket(REPORTS).key(key).send().await.expect("is there");
    let body = get.body.collect().await.expect("is read").to_vec();
    let entries: Vec<Value> = serde_json::from_slice(&body).expect("is JSON");
    let subjects: Vec<&str> =
        entries.iter().filter_map(|entry| entry["subject"].as_str()).collect();
    let named = |name: &str| format!("CN={name},O=Clinic Backup\\, Inc.,C=JP");
    assert_eq!(subjects.len(), 2);
    let own = entries.iter().find(|entry| entry["subject"] == *named("Root")).expect("is there");
    let own = own["serial"].as_str().expect("has a serial number");
    let refused = revoke(&sandbox, &root, own).await;
    assert_eq!(refused, Err("InvalidRequestException".to_owned()));
    assert!(subjects.contains(&&*named("Issuing")));

    let arn = issue(&client, &issuing, &request("pc01")).await;
    let update = client.update_certificate_authority().certificate_authority_arn(&issuing);
    let update = update.status(CertificateAuthorityStatus::Disabled);
    update.send().await.expect("is disabled");
    revoke(&sandbox, &issuing, serial(&arn)).await.expect("is revoked all the same");
}
