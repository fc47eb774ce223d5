//! What is let in at deployment: every state of a signature, under both policies, by every way.

use std::time::Duration;

use aws_sdk_lambda::error::ProvideErrorMetadata as _;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    AllowedPublishers, CodeSigningPolicies, CodeSigningPolicy, FunctionCode, Runtime,
};
use aws_sdk_signer::primitives::DateTime;
use reconcile_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::lambda::ROLE;
use crate::signed_zips::{package, profile, signed, tampered, upload};
use crate::support::{BUCKET, cloudformation, lambda, sandbox, signer};

const UNTRUSTED: &str = "CodeVerificationFailedException";
const BROKEN: &str = "InvalidCodeSignatureException";

/// A package, and the error that it meets.
struct Case {
    name: &'static str,
    zip: Vec<u8>,
    error: Option<&'static str>,
}

/// An account with packages in every state, and a configuration with this policy.
struct Laid {
    sandbox: Sandbox,
    cases: Vec<Case>,
    configuration: String,
}

async fn lay_out(policy: CodeSigningPolicy) -> Laid {
    let sandbox = sandbox();
    let untrusted_error = (policy == CodeSigningPolicy::Enforce).then_some(UNTRUSTED);
    let (cases, allowed) = cases(&sandbox, untrusted_error).await;
    let configuration = configuration(&sandbox, &allowed, policy).await;
    Laid { sandbox, cases, configuration }
}

/// Packages in every state, with the profile versions that are allowed.
async fn cases(sandbox: &Sandbox, refused: Option<&'static str>) -> (Vec<Case>, Vec<String>) {
    let client = signer(sandbox);
    let mut allowed = Vec::new();
    for (name, days) in [("trusted", None), ("brief", Some(1)), ("leaked", None)] {
        allowed.push(profile(sandbox, name, days).await);
    }
    profile(sandbox, "foreign", None).await;
    let (_, good) = signed(sandbox, "trusted", "good").await;
    let (revoked, withdrawn) = signed(sandbox, "trusted", "withdrawn").await;
    client.revoke_signature().job_id(revoked).reason("withdrawn").send().await.expect("is revoked");
    let (_, leaked) = signed(sandbox, "leaked", "leaked").await;
    let version = allowed[2].rsplit('/').next().expect("has a version");
    let revoke = client.revoke_signing_profile().profile_name("leaked").profile_version(version);
    let revoke = revoke.reason("leaked").effective_time(DateTime::from_secs(1_767_225_600));
    revoke.send().await.expect("is revoked");
    let (_, expired) = signed(sandbox, "brief", "expired").await;
    let (_, foreign) = signed(sandbox, "foreign", "foreign").await;
    sandbox.advance_clock(Duration::from_hours(25)).expect("it is later");
    let untrusted = |name, zip| Case { name, zip, error: refused };
    let broken = tampered(&good);
    let cases = vec![
        Case { name: "good", zip: good, error: None },
        Case { name: "tampered", zip: broken, error: Some(BROKEN) },
        untrusted("unsigned", package("unsigned")),
        untrusted("foreign", foreign),
        untrusted("revoked-profile", leaked),
        untrusted("revoked-signature", withdrawn),
        untrusted("expired", expired),
    ];
    (cases, allowed)
}

async fn configuration(sandbox: &Sandbox, allowed: &[String], policy: CodeSigningPolicy) -> String {
    let publishers = AllowedPublishers::builder()
        .set_signing_profile_version_arns(Some(allowed.to_vec()))
        .build()
        .expect("is complete");
    let policies = CodeSigningPolicies::builder().untrusted_artifact_on_deployment(policy).build();
    let create = lambda(sandbox).create_code_signing_config().allowed_publishers(publishers);
    let created = create.code_signing_policies(policies).send().await.expect("is made");
    created.code_signing_config.expect("is shown").code_signing_config_arn
}

const POLICIES: [CodeSigningPolicy; 2] = [CodeSigningPolicy::Warn, CodeSigningPolicy::Enforce];

/// The error that creating a function by the API meets.
async fn create(sandbox: &Sandbox, name: &str, zip: Vec<u8>, arn: Option<&str>) -> Option<String> {
    let code = FunctionCode::builder().zip_file(Blob::new(zip)).build();
    let create = lambda(sandbox).create_function().function_name(name).role(ROLE).code(code);
    let create = create.runtime(Runtime::Providedal2023).handler("bootstrap");
    let created = create.set_code_signing_config_arn(arn.map(str::to_owned)).send().await;
    created.err().and_then(|error| error.code().map(str::to_owned))
}

#[tokio::test]
async fn a_function_is_created_only_from_what_is_let_in() {
    for policy in POLICIES {
        let Laid { sandbox, cases, configuration } = lay_out(policy.clone()).await;
        for Case { name, zip, error } in cases {
            let met = create(&sandbox, name, zip, Some(&configuration)).await;
            assert_eq!(met.as_deref(), error, "{name} under {policy}");
            let get = lambda(&sandbox).get_function().function_name(name).send().await;
            assert_eq!(get.is_ok(), error.is_none(), "{name} under {policy}");
        }
    }
}

#[tokio::test]
async fn code_is_updated_only_to_what_is_let_in() {
    for policy in POLICIES {
        let Laid { sandbox, cases, configuration } = lay_out(policy.clone()).await;
        let client = lambda(&sandbox);
        let first = create(&sandbox, "f", package("first"), None).await;
        assert_eq!(first, None, "without a configuration nothing is checked");
        let put = client.put_function_code_signing_config().function_name("f");
        put.code_signing_config_arn(&configuration).send().await.expect("is set");
        let sha256 = || async {
            let shown = client.get_function_configuration().function_name("f").send().await;
            shown.expect("is there").code_sha256.expect("has code")
        };
        for Case { name, zip, error } in cases {
            let before = sha256().await;
            let update = || {
                let update = client.update_function_code().function_name("f");
                update.zip_file(Blob::new(zip.clone()))
            };
            for dry in [true, false] {
                let met = update().dry_run(dry).send().await.err();
                let met = met.as_ref().and_then(|error| error.code());
                assert_eq!(met, error, "{name} under {policy}, dry: {dry}");
                let changed = sha256().await != before;
                assert_eq!(changed, error.is_none() && !dry, "{name} under {policy}, dry: {dry}");
            }
        }
    }
}

fn template(configuration: &str, key: &str) -> Value {
    json!({ "Resources": { "Function": { "Type": "AWS::Lambda::Function", "Properties": {
        "FunctionName": "f",
        "Runtime": "provided.al2023",
        "Handler": "bootstrap",
        "Role": ROLE,
        "CodeSigningConfigArn": configuration,
        "Code": { "S3Bucket": BUCKET, "S3Key": key },
    }}}})
}

/// The status of the stack `app`, and the first reason that a resource gives for a failure after a time.
async fn failure(sandbox: &Sandbox, failed: &str) -> (String, Option<String>) {
    let client = cloudformation(sandbox);
    let stacks = client.describe_stacks().stack_name("app").send().await.expect("is there");
    let status = stacks.stacks()[0].stack_status().expect("has a status").to_string();
    let events = client.describe_stack_events().stack_name("app").send().await.expect("lists");
    let failed = events
        .stack_events()
        .iter()
        .find(|event| event.resource_status().is_some_and(|status| status.as_str() == failed));
    (status, failed.and_then(|event| event.resource_status_reason().map(str::to_owned)))
}

/// What CloudFormation shows of an error.
fn reason(error: Option<&str>, name: &str) -> Option<String> {
    Some(match error? {
        UNTRUSTED => format!(
            "Resource handler returned message: \"Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is not configured to accept. Check the provided signature for {name}.\" (RequestToken: "
        ),
        _ => "Resource handler returned message: \"The code signature failed the integrity check. "
            .to_owned(),
    })
}

fn assert_reason(found: Option<&str>, expected: Option<&str>, case: &str) {
    let fits = match (found, expected) {
        (Some(found), Some(expected)) => {
            found.starts_with(expected) && found.ends_with("HandlerErrorCode: InvalidRequest)")
        }
        (found, expected) => found == expected,
    };
    assert!(fits, "{case}: {found:?}");
}

#[tokio::test]
async fn cloudformation_creates_a_function_only_from_what_is_let_in() {
    for policy in POLICIES {
        let Laid { sandbox, cases, configuration } = lay_out(policy.clone()).await;
        let client = cloudformation(&sandbox);
        for Case { name, zip, error } in cases {
            upload(&sandbox, name, zip).await;
            let template = template(&configuration, name).to_string();
            let create = client.create_stack().stack_name("app").template_body(template);
            create.send().await.expect("is begun");
            let (status, found) = failure(&sandbox, "CREATE_FAILED").await;
            let expected = if error.is_some() { "ROLLBACK_COMPLETE" } else { "CREATE_COMPLETE" };
            assert_eq!(status, expected, "{name} under {policy}");
            assert_reason(found.as_deref(), reason(error, "f").as_deref(), name);
            client.delete_stack().stack_name("app").send().await.expect("is begun");
        }
    }
}

#[tokio::test]
async fn cloudformation_updates_code_only_to_what_is_let_in() {
    for policy in POLICIES {
        let Laid { sandbox, cases, configuration } = lay_out(policy.clone()).await;
        let client = cloudformation(&sandbox);
        let arn = format!("arn:aws:lambda:ap-northeast-1:{}:function:f", sandbox.account_id());
        let mut cases = cases.into_iter();
        let good = cases.next().expect("the first one is good");
        upload(&sandbox, "start", good.zip).await;
        for Case { name, zip, error } in cases {
            let template = |key| template(&configuration, key).to_string();
            let create = client.create_stack().stack_name("app").template_body(template("start"));
            create.send().await.expect("is begun");
            upload(&sandbox, name, zip).await;
            let update = client.update_stack().stack_name("app").template_body(template(name));
            update.send().await.expect("is begun");
            let (status, found) = failure(&sandbox, "UPDATE_FAILED").await;
            let expected =
                if error.is_some() { "UPDATE_ROLLBACK_COMPLETE" } else { "UPDATE_COMPLETE" };
            assert_eq!(status, expected, "{name} under {policy}");
            assert_reason(found.as_deref(), reason(error, &arn).as_deref(), name);
            client.delete_stack().stack_name("app").send().await.expect("is begun");
        }
    }
}
