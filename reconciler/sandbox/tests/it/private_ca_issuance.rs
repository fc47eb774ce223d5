//! Certificates that a CA issues: what stands in them, and when the same one is given again.

use std::time::Duration;

use aws_sdk_acmpca::Client;
use aws_sdk_acmpca::client::Waiters as _;
use aws_sdk_acmpca::error::ProvideErrorMetadata as _;
use aws_sdk_acmpca::operation::issue_certificate::builders::IssueCertificateFluentBuilder;
use aws_sdk_acmpca::primitives::Blob;
use aws_sdk_acmpca::types::{
    ApiPassthrough, Asn1Subject, CertificateAuthorityType, CertificateAuthorityUsageMode,
    Extensions, GeneralName, SigningAlgorithm, ValidityPeriodType,
};
use rcgen::{CustomExtension, ExtendedKeyUsagePurpose, IsCa};
use reconcile_sandbox::Limits;
use x509_parser::pem::parse_x509_pem;

use crate::authorities::{
    Authorities, CLIENT_AUTH, EC, OpenSsl, TEMPLATES, activate, authorities, certificate,
    configuration, days, dns, issue, request, request_with, serial, validity,
};
use crate::support::{private_ca, refusal, sandbox};

fn order(client: &Client, authority: &str, request: &str) -> IssueCertificateFluentBuilder {
    client
        .issue_certificate()
        .certificate_authority_arn(authority)
        .csr(Blob::new(request))
        .signing_algorithm(SigningAlgorithm::Sha256Withecdsa)
        .template_arn(CLIENT_AUTH)
        .validity(days(90))
}

#[tokio::test]
async fn a_terminals_certificate_is_what_openssl_says_it_is() {
    let sandbox = sandbox();
    let client = private_ca(&sandbox);
    let Authorities { issuing, .. } = authorities(&sandbox).await;
    let arn = issue(&client, &issuing, &request("clinic-0001-pc01")).await;
    let (own, chain) = certificate(&client, &issuing, &arn).await;
    let chain = chain.expect("has a chain");
    assert_eq!(chain.matches("BEGIN CERTIFICATE").count(), 2, "the issuing CA's and the root's");
    let (_, pem) = parse_x509_pem(own.as_bytes()).expect("is PEM");
    let parsed = pem.parse_x509().expect("is a certificate");
    assert_eq!(hex::encode(parsed.raw_serial()), serial(&arn));

    let Some(openssl) = OpenSsl::found() else { return };
    openssl.put("own.pem", &own).put("chain.pem", &chain);
    let verify =
        "verify -attime 1767225600 -x509_strict -purpose sslclient -CAfile chain.pem own.pem";
    let (is_valid, text) = openssl.run(verify);
    assert!(is_valid, "{text}");
    let (is_server, _) = openssl.run(&verify.replace("sslclient", "sslserver"));
    assert!(!is_server);
    let (_, text) = openssl.run("x509 -in own.pem -noout -text");
    for expected in [
        "Issuer: C = JP, O = \"Clinic Backup, Inc.\", CN = Issuing",
        "Subject: CN = clinic-0001-pc01",
        "Not Before: Dec 31 23:00:00 2025 GMT",
        "Not After : Apr  1 00:00:00 2026 GMT",
        "X509v3 Key Usage: critical\n                Digital Signature, Key Encipherment\n",
        "X509v3 Extended Key Usage: \n                TLS Web Client Authentication\n",
        "X509v3 Basic Constraints: \n                CA:FALSE\n",
        "X509v3 Authority Key Identifier",
        "X509v3 Subject Key Identifier",
        "URI:http://pca-reports.s3.ap-northeast-1.amazonaws.com/crl/",
    ] {
        assert!(text.contains(expected), "{expected} is not in {text}");
    }
}

#[tokio::test]
async fn a_token_stands_for_one_certificate_for_five_minutes() {
    let sandbox = sandbox();
    let client = private_ca(&sandbox);
    let Authorities { issuing, .. } = authorities(&sandbox).await;
    let request = request("pc01");
    let ask = |token: &str| order(&client, &issuing, &request).idempotency_token(token).send();
    let first = ask("a").await.expect("is issued").certificate_arn;
    assert_eq!(ask("a").await.expect("is issued").certificate_arn, first);
    assert_ne!(ask("b").await.expect("is issued").certificate_arn, first);
    sandbox.advance_clock(Duration::from_secs(299)).expect("it is later");
    assert_eq!(ask("a").await.expect("is issued").certificate_arn, first);
    sandbox.advance_clock(Duration::from_secs(1)).expect("it is later");
    let second = ask("a").await.expect("is issued").certificate_arn;
    assert_ne!(second, first);
    assert_eq!(ask("a").await.expect("is issued").certificate_arn, second);
}

#[tokio::test(start_paused = true)]
async fn a_certificate_can_be_waited_for() {
    let sandbox = sandbox();
    let client = private_ca(&sandbox);
    let Authorities { issuing, .. } = authorities(&sandbox).await;
    let takes = Duration::from_secs(2);
    sandbox.set_duration(Some("AWS::ACMPCA::Certificate"), takes).expect("is set");
    let arn = issue(&client, &issuing, &request("pc01")).await;
    let get = client.get_certificate().certificate_authority_arn(&issuing).certificate_arn(&arn);
    let refused = get.send().await.expect_err("is not there yet");
    assert_eq!(refusal(&refused), ("RequestInProgressException".to_owned(), 400));
    sandbox.advance_clock(takes).expect("it is later");
    let wait = client.wait_until_certificate_issued();
    let wait = wait.certificate_authority_arn(&issuing).certificate_arn(&arn);
    wait.wait(Duration::from_secs(5)).await.expect("is issued");
}

#[tokio::test]
async fn the_template_decides_and_not_the_request() {
    let sandbox = sandbox();
    let client = private_ca(&sandbox);
    let Authorities { issuing, .. } = authorities(&sandbox).await;
    let request = request_with("pc01", |wanted| {
        wanted.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        wanted.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        wanted.subject_alt_names = vec![dns("pc01.clinic.example")];
        let own = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 1, 1], vec![5, 0]);
        wanted.custom_extensions = vec![own];
    });
    let text = |template: &'static str, passthrough: Option<ApiPassthrough>| {
        let order = order(&client, &issuing, &request).set_api_passthrough(passthrough);
        let order = order.template_arn(format!("{TEMPLATES}/{template}/V1"));
        let client = client.clone();
        let issuing = issuing.clone();
        async move {
            let arn = order.send().await.expect("is issued").certificate_arn.expect("has an ARN");
            let (own, _) = certificate(&client, &issuing, &arn).await;
            let (_, pem) = parse_x509_pem(own.as_bytes()).expect("is PEM");
            let parsed = pem.parse_x509().expect("is a certificate");
            let usages = parsed.extended_key_usage().expect("is one").expect("is there").value;
            let names = parsed
                .subject_alternative_name()
                .expect("is one")
                .map(|it| format!("{:?}", it.value));
            assert!(!parsed.is_ca());
            let custom =
                parsed.extensions().iter().any(|it| it.oid.to_id_string() == "1.3.6.1.4.1.1.1");
            let usages = (usages.client_auth, usages.server_auth);
            (parsed.subject().to_string(), names.unwrap_or_default(), usages, custom)
        }
    };
    let passthrough = || {
        let subject = Asn1Subject::builder().common_name("forced").build();
        let name = GeneralName::builder().dns_name("forced.example").build();
        let extensions = Extensions::builder().subject_alternative_names(name).build();
        Some(ApiPassthrough::builder().subject(subject).extensions(extensions).build())
    };
    let (subject, names, usages, custom) =
        text("EndEntityClientAuthCertificate", passthrough()).await;
    assert_eq!((&*subject, usages, custom), ("CN=pc01", (true, false), false));
    assert!(names.contains("pc01.clinic.example"), "{names}");
    let (subject, _, usages, custom) = text("EndEntityCertificate_CSRPassthrough", None).await;
    assert_eq!((&*subject, usages, custom), ("CN=pc01", (true, true), true));
    let (subject, names, usages, custom) =
        text("EndEntityServerAuthCertificate_APIPassthrough", passthrough()).await;
    assert_eq!((&*subject, usages, custom), ("CN=forced", (false, true), false));
    assert!(names.contains("forced.example") && !names.contains("pc01"), "{names}");
}

#[tokio::test]
async fn what_cannot_be_issued_is_refused() {
    let sandbox = sandbox();
    let client = private_ca(&sandbox);
    let Authorities { issuing, .. } = authorities(&sandbox).await;
    let good = request("pc01");
    let forged = {
        let (_, pem) = parse_x509_pem(good.as_bytes()).expect("is PEM");
        let at = pem.contents.windows(4).position(|bytes| bytes == b"pc01").expect("has a name");
        let mut contents = pem.contents;
        contents[at + 3] = b'2';
        let body = aws_smithy_types::base64::encode(contents);
        format!("-----BEGIN CERTIFICATE REQUEST-----\n{body}\n-----END CERTIFICATE REQUEST-----\n")
    };
    let nameless =
        request_with("x", |wanted| wanted.distinguished_name = rcgen::DistinguishedName::new());
    for request in ["no request", &forged, &nameless, &"x".repeat(32_769)] {
        let refused = order(&client, &issuing, request).send().await.expect_err("is refused");
        assert_eq!(refused.code(), Some("MalformedCSRException"), "{request}");
    }
    let order = || order(&client, &issuing, &good);
    let years = validity(ValidityPeriodType::Years, 6);
    for refused in [
        order().signing_algorithm(SigningAlgorithm::Sha256Withrsa).send().await,
        order().validity(validity(ValidityPeriodType::Absolute, 1)).send().await,
        order().template_arn(format!("{TEMPLATES}/NoCertificate/V1")).send().await,
        order().template_arn(format!("{TEMPLATES}/RootCACertificate/V1")).send().await,
        order()
            .template_arn(format!("{TEMPLATES}/SubordinateCACertificate_PathLen0/V1"))
            .send()
            .await,
    ] {
        assert_eq!(refused.expect_err("is refused").code(), Some("InvalidArgsException"));
    }
    let longer = order().validity(years).send().await.expect_err("outlives its CA");
    assert_eq!(longer.code(), Some("ValidationException"));
}

#[tokio::test]
async fn a_ca_for_short_lived_certificates_issues_no_others() {
    let sandbox = sandbox();
    let client = private_ca(&sandbox);
    let create = client
        .create_certificate_authority()
        .certificate_authority_type(CertificateAuthorityType::Root)
        .certificate_authority_configuration(configuration(EC, "Short"))
        .usage_mode(CertificateAuthorityUsageMode::ShortLivedCertificate);
    let arn = create.send().await.expect("is made").certificate_authority_arn.expect("has an ARN");
    activate(&client, &arn, &arn, "RootCACertificate").await;
    order(&client, &arn, &request("pc01")).validity(days(7)).send().await.expect("is issued");
    let refused = order(&client, &arn, &request("pc01")).validity(days(8)).send().await;
    assert_eq!(refused.expect_err("is too long").code(), Some("InvalidArgsException"));
}

#[tokio::test]
async fn a_thousand_certificates_come_as_fast_as_the_quota_allows() {
    let sandbox = sandbox();
    let client = private_ca(&sandbox);
    let Authorities { issuing, .. } = authorities(&sandbox).await;
    sandbox.set_limits(Limits::published());
    let request = request("pc01");
    for _ in 0..40 {
        for _ in 0..25 {
            issue(&client, &issuing, &request).await;
        }
        sandbox.advance_clock(Duration::from_secs(1)).expect("it is later");
    }
    assert_eq!(sandbox.call_counts().by_operation["acm-pca:IssueCertificate"], 1002);
}
