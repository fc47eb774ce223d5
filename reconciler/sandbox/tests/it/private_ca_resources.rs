//! CAs and certificates that stacks make.

use std::time::Duration;

use aws_sdk_acmpca::types::{
    CertificateAuthorityStatus, CrlConfiguration, RevocationConfiguration, Tag,
};
use aws_sdk_cloudformation::types::{Output, StackDriftStatus, StackStatus};
use reconcile_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::authorities::{OpenSsl, REPORTS, certificate, issue, open_bucket, request};
use crate::support::{cloudcontrol, cloudformation, private_ca, sandbox};

const HOUR: Duration = Duration::from_hours(1);

fn authority(kind: &str, name: &str) -> Value {
    json!({ "Type": "AWS::ACMPCA::CertificateAuthority", "Properties": {
        "Type": kind,
        "KeyAlgorithm": "EC_prime256v1",
        "SigningAlgorithm": "SHA256WITHECDSA",
        "Subject": { "Country": "JP", "CommonName": name },
        "RevocationConfiguration": { "CrlConfiguration": {
            "Enabled": "true",
            "ExpirationInDays": 7,
            "S3BucketName": REPORTS,
            "S3ObjectAcl": "BUCKET_OWNER_FULL_CONTROL",
        }},
        "Tags": [{ "Key": "system", "Value": "backup" }],
    }})
}

fn certificate_of(name: &str, above: &str, template: &str, years: u8) -> Value {
    json!({ "Type": "AWS::ACMPCA::Certificate", "Properties": {
        "CertificateAuthorityArn": { "Ref": above },
        "CertificateSigningRequest": { "Fn::GetAtt": [name, "CertificateSigningRequest"] },
        "SigningAlgorithm": "SHA256WITHECDSA",
        "TemplateArn": { "Fn::Sub": format!("arn:${{AWS::Partition}}:acm-pca:::template/{template}/V1") },
        "Validity": { "Type": "YEARS", "Value": years },
    }})
}

/// A root CA and one below it, in use, as the user guide of Private CA has it.
fn template() -> Value {
    let mut issuing = certificate_of("Issuing", "Root", "SubordinateCACertificate_PathLen0", 5);
    issuing["DependsOn"] = json!("RootActivation");
    json!({
        "Resources": {
            "Root": authority("ROOT", "Root"),
            "RootCertificate": certificate_of("Root", "Root", "RootCACertificate", 10),
            "RootActivation": {
                "Type": "AWS::ACMPCA::CertificateAuthorityActivation",
                "Properties": {
                    "CertificateAuthorityArn": { "Ref": "Root" },
                    "Certificate": { "Fn::GetAtt": "RootCertificate.Certificate" },
                    "Status": "ACTIVE",
                },
            },
            "Issuing": authority("SUBORDINATE", "Issuing"),
            "IssuingCertificate": issuing,
            "IssuingActivation": {
                "Type": "AWS::ACMPCA::CertificateAuthorityActivation",
                "Properties": {
                    "CertificateAuthorityArn": { "Ref": "Issuing" },
                    "Certificate": { "Fn::GetAtt": "IssuingCertificate.Certificate" },
                    "CertificateChain": { "Fn::GetAtt": "RootActivation.CompleteCertificateChain" },
                },
            },
            "Permission": {
                "Type": "AWS::ACMPCA::Permission",
                "Properties": {
                    "CertificateAuthorityArn": { "Ref": "Issuing" },
                    "Principal": "acm.amazonaws.com",
                    "Actions": ["IssueCertificate", "GetCertificate", "ListPermissions"],
                },
            },
        },
        "Outputs": {
            "RootArn": { "Value": { "Fn::GetAtt": "Root.Arn" } },
            "IssuingArn": { "Value": { "Ref": "Issuing" } },
            "CertificateArn": { "Value": { "Ref": "IssuingCertificate" } },
            "Chain": { "Value": { "Fn::GetAtt": "IssuingActivation.CompleteCertificateChain" } },
        },
    })
}

/// The stack's status, and its outputs by name.
async fn stack(sandbox: &Sandbox) -> (StackStatus, impl Fn(&str) -> String) {
    let described = cloudformation(sandbox).describe_stacks().stack_name("pca").send().await;
    let stack = described.expect("is there").stacks.unwrap_or_default().remove(0);
    let outputs = stack.outputs.unwrap_or_default();
    let value = move |name: &str| {
        let output = outputs.iter().find(|output| output.output_key() == Some(name));
        output.and_then(Output::output_value).unwrap_or_default().to_owned()
    };
    (stack.stack_status.expect("has a status"), value)
}

async fn deployed(sandbox: &Sandbox) {
    open_bucket(sandbox).await;
    let create = cloudformation(sandbox).create_stack().stack_name("pca");
    create.template_body(template().to_string()).send().await.expect("is begun");
    sandbox.advance_clock(HOUR).expect("it is later");
}

#[tokio::test]
async fn a_stack_makes_a_hierarchy_that_issues() {
    let sandbox = sandbox();
    deployed(&sandbox).await;
    let (status, output) = stack(&sandbox).await;
    assert_eq!(status, StackStatus::CreateComplete);
    let (root, issuing) = (output("RootArn"), output("IssuingArn"));
    assert!(output("CertificateArn").starts_with(&format!("{root}/certificate/")));
    let client = private_ca(&sandbox);
    let arn = issue(&client, &issuing, &request("pc01")).await;
    let (own, chain) = certificate(&client, &issuing, &arn).await;
    assert_eq!(chain, Some(output("Chain")));
    let permissions = client.list_permissions().certificate_authority_arn(&issuing).send().await;
    assert_eq!(permissions.expect("lists").permissions().len(), 1);
    let Some(openssl) = OpenSsl::found() else { return };
    openssl.put("chain.pem", output("Chain")).put("own.pem", own);
    let (is_valid, text) =
        openssl.run("verify -no_check_time -x509_strict -CAfile chain.pem own.pem");
    assert!(is_valid, "{text}");
}

#[tokio::test]
async fn a_cas_status_is_seen_and_its_revocation_is_not() {
    let sandbox = sandbox();
    deployed(&sandbox).await;
    let (_, output) = stack(&sandbox).await;
    let (client, issuing) = (private_ca(&sandbox), output("IssuingArn"));
    let update = client.update_certificate_authority().certificate_authority_arn(&issuing);
    let update = update.status(CertificateAuthorityStatus::Disabled);
    update.send().await.expect("is disabled");
    let read = |type_name: &str| {
        let get = cloudcontrol(&sandbox).get_resource().type_name(type_name).identifier(&issuing);
        async move {
            let got = get.send().await.expect("is there").resource_description.expect("is there");
            let properties = got.properties.expect("has properties");
            serde_json::from_str::<Value>(&properties).expect("is JSON")
        }
    };
    let activation = read("AWS::ACMPCA::CertificateAuthorityActivation").await;
    assert_eq!(activation["Status"], "DISABLED");
    assert_eq!(activation.get("Certificate"), None);
    let authority = read("AWS::ACMPCA::CertificateAuthority").await;
    assert_eq!(authority["Type"], "SUBORDINATE");
    assert_eq!(authority.get("RevocationConfiguration"), None);

    // Put back as one puts back what drift detection does not see: with what cannot be read, too.
    let chain = output("Chain");
    let (own, above) = chain.split_at(chain.find("\n-----BEGIN").expect("has two") + 1);
    let patch = json!([
        { "op": "add", "path": "/Status", "value": "ACTIVE" },
        { "op": "add", "path": "/Certificate", "value": own },
        { "op": "add", "path": "/CertificateChain", "value": above },
    ]);
    let update = cloudcontrol(&sandbox).update_resource().identifier(&issuing);
    let update = update.type_name("AWS::ACMPCA::CertificateAuthorityActivation");
    update.patch_document(patch.to_string()).send().await.expect("is begun");
    sandbox.advance_clock(HOUR).expect("it is later");
    let describe = client.describe_certificate_authority().certificate_authority_arn(&issuing);
    let described = describe.send().await.expect("is there").certificate_authority;
    let authority = described.expect("is there");
    assert_eq!(authority.status, Some(CertificateAuthorityStatus::Active));

    // The service's own API shows what nobody else does.
    let off = CrlConfiguration::builder().enabled(false).build().expect("is complete");
    let off = RevocationConfiguration::builder().crl_configuration(off).build();
    let update = client.update_certificate_authority().certificate_authority_arn(&issuing);
    update.revocation_configuration(off).send().await.expect("is turned off");
    let status = drift(&sandbox).await;
    assert_eq!(status, StackDriftStatus::InSync, "drift detection is blind to it");
    let describe = client.describe_certificate_authority().certificate_authority_arn(&issuing);
    let described = describe.send().await.expect("is there").certificate_authority;
    let revocation = described.and_then(|authority| authority.revocation_configuration);
    let crl = revocation.and_then(|revocation| revocation.crl_configuration);
    assert_eq!(crl.map(|crl| crl.enabled), Some(false));

    let tag = Tag::builder().key("system").value("other").build().expect("is one");
    let tag = client.tag_certificate_authority().certificate_authority_arn(&issuing).tags(tag);
    tag.send().await.expect("is tagged");
    assert_eq!(drift(&sandbox).await, StackDriftStatus::Drifted);
}

/// What a new drift detection finds.
async fn drift(sandbox: &Sandbox) -> StackDriftStatus {
    let client = cloudformation(sandbox);
    let begun = client.detect_stack_drift().stack_name("pca").send().await.expect("is begun");
    sandbox.advance_clock(HOUR).expect("it is later");
    let id = begun.stack_drift_detection_id.expect("has an ID");
    let status = client.describe_stack_drift_detection_status().stack_drift_detection_id(id);
    let status = status.send().await.expect("is there");
    status.stack_drift_status.expect("is done")
}

#[tokio::test]
async fn a_stack_that_goes_leaves_its_cas_to_be_restored() {
    let sandbox = sandbox();
    deployed(&sandbox).await;
    let (_, output) = stack(&sandbox).await;
    let issuing = output("IssuingArn");
    let client = cloudformation(&sandbox);
    client.delete_stack().stack_name("pca").send().await.expect("is begun");
    sandbox.advance_clock(HOUR).expect("it is later");
    client.describe_stacks().stack_name("pca").send().await.expect_err("is gone");
    let client = private_ca(&sandbox);
    let describe = client.describe_certificate_authority().certificate_authority_arn(&issuing);
    let described = describe.send().await.expect("is there").certificate_authority;
    let status = described.and_then(|authority| authority.status);
    assert_eq!(status, Some(CertificateAuthorityStatus::Deleted));
}

#[tokio::test]
async fn a_ca_without_a_certificate_cannot_be_changed() {
    let sandbox = sandbox();
    open_bucket(&sandbox).await;
    let client = cloudformation(&sandbox);
    let mut template = json!({ "Resources": { "Root": authority("ROOT", "Root") } });
    let create = client.create_stack().stack_name("pca").template_body(template.to_string());
    create.send().await.expect("is begun");
    sandbox.advance_clock(HOUR).expect("it is later");
    template["Resources"]["Root"]["Properties"]["Tags"] = json!([]);
    let update = client.update_stack().stack_name("pca").template_body(template.to_string());
    update.send().await.expect("is begun");
    sandbox.advance_clock(HOUR).expect("it is later");
    let events = client.describe_stack_events().stack_name("pca").send().await.expect("lists");
    let mut reasons = events.stack_events().iter().filter_map(|it| it.resource_status_reason());
    let expected = "is not in the correct state: it is PENDING_CERTIFICATE";
    assert!(reasons.any(|reason| reason.contains(expected)), "{events:?}");
}
