//! Lambda's resource types: the functions that stacks and Cloud Control make are those of its API.

use aws_sdk_cloudformation::types::StackStatus;
use aws_sdk_lambda::primitives::Blob;
use reconcile_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::lambda::{ROLE, arn, create, given};
use crate::signed_zips::{package, signed, upload};
use crate::support::{BUCKET, REGION, cloudcontrol, cloudformation, lambda, sandbox};

/// A profile, a configuration that enforces, and a function with a version, an alias and a permission.
fn template(key: &str) -> Value {
    json!({
        "Resources": {
            "Profile": { "Type": "AWS::Signer::SigningProfile", "Properties": {
                "PlatformId": "AWSLambda-SHA384-ECDSA",
                "ProfileName": "release",
            } },
            "Signing": { "Type": "AWS::Lambda::CodeSigningConfig", "Properties": {
                "AllowedPublishers": { "SigningProfileVersionArns": [
                    { "Fn::GetAtt": ["Profile", "ProfileVersionArn"] },
                ] },
                "CodeSigningPolicies": { "UntrustedArtifactOnDeployment": "Enforce" },
            } },
            "Function": { "Type": "AWS::Lambda::Function", "Condition": "HasCode", "Properties": {
                "FunctionName": "api",
                "Runtime": "provided.al2023",
                "Handler": "bootstrap",
                "Role": ROLE,
                "Timeout": "10",
                "CodeSigningConfigArn": { "Ref": "Signing" },
                "Code": { "S3Bucket": BUCKET, "S3Key": key },
            } },
            "Version": { "Type": "AWS::Lambda::Version", "Condition": "HasCode", "Properties": {
                "FunctionName": { "Ref": "Function" },
            } },
            "Alias": { "Type": "AWS::Lambda::Alias", "Condition": "HasCode", "Properties": {
                "FunctionName": { "Ref": "Function" },
                "FunctionVersion": { "Fn::GetAtt": ["Version", "Version"] },
                "Name": "live",
            } },
            "Permission": { "Type": "AWS::Lambda::Permission", "Condition": "HasCode", "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": { "Ref": "Alias" },
                "Principal": "apigateway.amazonaws.com",
            } },
        },
        "Conditions": { "HasCode": { "Fn::Not": [{ "Fn::Equals": [key, ""] }] } },
        "Outputs": {
            "Profile": { "Value": { "Ref": "Profile" } },
            "Name": { "Value": { "Fn::GetAtt": ["Profile", "ProfileName"] } },
            "Signing": { "Value": { "Fn::GetAtt": ["Signing", "CodeSigningConfigArn"] } },
        },
    })
}

#[tokio::test]
async fn a_stack_makes_the_function_that_lambda_shows_and_the_other_way_round() {
    let sandbox = sandbox();
    let (client, stacks) = (lambda(&sandbox), cloudformation(&sandbox));
    let create = stacks.create_stack().stack_name("app").template_body(template("").to_string());
    create.send().await.expect("is begun");
    let (job, zip) = signed(&sandbox, "release", "1").await;
    upload(&sandbox, "1", zip).await;
    let update = stacks.update_stack().stack_name("app").template_body(template("1").to_string());
    update.send().await.expect("is begun");
    let stack = stacks.describe_stacks().stack_name("app").send().await.expect("is there");
    let stack = &stack.stacks()[0];
    assert_eq!(stack.stack_status().map(StackStatus::as_str), Some("UPDATE_COMPLETE"));
    let outputs: Vec<_> = stack.outputs().iter().filter_map(|it| it.output_value()).collect();
    let profile = format!("arn:aws:signer:{REGION}:000000000000:/signing-profiles/release");
    assert!(outputs.contains(&&*profile) && outputs.contains(&"release"), "{outputs:?}");

    let live = client.get_function_configuration().function_name("api").qualifier("live");
    let live = live.send().await.expect("is there");
    assert_eq!((live.version(), live.timeout()), (Some("1"), Some(10)));
    let job = format!("arn:aws:signer:{REGION}:000000000000:/signing-jobs/{job}");
    assert_eq!(live.signing_job_arn(), Some(&*job));
    assert!(live.signing_profile_version_arn().is_some_and(|arn| arn.starts_with(&profile)));
    let policy = client.get_policy().function_name("api").qualifier("live").send().await;
    assert!(
        policy.expect("has one").policy().is_some_and(|policy| policy.contains("app-Permission-"))
    );

    // Behind the stack's back: its template says the same as before, so nothing is seen of it.
    let (_, other) = signed(&sandbox, "release", "2").await;
    let deploy = client.update_function_code().function_name("api").zip_file(Blob::new(other));
    let deployed = deploy.send().await.expect("is deployed");
    let change = client.update_function_configuration().function_name("api").timeout(20);
    change.send().await.expect("is changed");
    let drifts = stacks.detect_stack_resource_drift().stack_name("app");
    let drift = drifts.logical_resource_id("Function").send().await.expect("is compared");
    let differences =
        drift.stack_resource_drift.expect("is shown").property_differences.expect("has some");
    let paths: Vec<_> = differences.iter().filter_map(|it| it.property_path()).collect();
    assert_eq!(paths, ["/Timeout"], "code is not compared");
    let shown = read(&sandbox).await;
    assert_eq!((&shown["Timeout"], shown.get("Code")), (&json!(20), None));
    assert_eq!(shown["Arn"], arn("api"));
    let shown = client.get_function_configuration().function_name("api").send().await;
    assert_eq!(shown.expect("is there").code_sha256(), deployed.code_sha256());

    stacks.delete_stack().stack_name("app").send().await.expect("is begun");
    let left = sandbox.resources().expect("are shown");
    let left: Vec<_> = left.iter().map(|resource| &*resource.type_name).collect();
    assert_eq!(left, ["AWS::S3::Bucket"]);
}

/// The function `api` as Cloud Control reads it.
async fn read(sandbox: &Sandbox) -> Value {
    let get = cloudcontrol(sandbox).get_resource().type_name("AWS::Lambda::Function");
    let read = get.identifier("api").send().await.expect("is read").resource_description;
    let read = read.expect("is described").properties.expect("has properties");
    serde_json::from_str(&read).expect("is JSON")
}

#[tokio::test]
async fn cloud_control_changes_the_same_function_and_is_told_its_code_again() {
    let sandbox = sandbox();
    let client = cloudcontrol(&sandbox);
    upload(&sandbox, "a.zip", package("1")).await;
    let code = json!({ "S3Bucket": BUCKET, "S3Key": "a.zip" });
    let state = json!({
        "FunctionName": "api",
        "Runtime": "provided.al2023",
        "Handler": "bootstrap",
        "Role": ROLE,
        "Code": code,
    });
    let create = client.create_resource().type_name("AWS::Lambda::Function");
    create.desired_state(state.to_string()).send().await.expect("is begun");
    assert_eq!(read(&sandbox).await["Timeout"], 3);

    let timeout = json!({ "op": "add", "path": "/Timeout", "value": 30 });
    let again = json!({ "op": "add", "path": "/Code", "value": code });
    for (patch, message) in
        [(json!([timeout]), Some("required key [Code] not found")), (json!([timeout, again]), None)]
    {
        let update = client.update_resource().type_name("AWS::Lambda::Function").identifier("api");
        let begun = update.patch_document(patch.to_string()).send().await.expect("is begun");
        let token = begun.progress_event.and_then(|event| event.request_token);
        let status = client.get_resource_request_status().set_request_token(token);
        let ended = status.send().await.expect("is known").progress_event.expect("is shown");
        let found = ended.status_message().unwrap_or_default();
        assert!(found.contains(message.unwrap_or_default()), "{found}");
        assert_eq!(ended.status_message().is_some(), message.is_some(), "{found}");
    }
    assert_eq!(read(&sandbox).await["Timeout"], 30);
    let shown = lambda(&sandbox).get_function_configuration().function_name("api").send().await;
    assert_eq!(shown.expect("is there").timeout(), Some(30));
}

#[tokio::test]
async fn a_version_is_made_once_of_what_has_not_changed() {
    let sandbox = sandbox();
    let stacks = cloudformation(&sandbox);
    create(&lambda(&sandbox), "f", given("1")).send().await.expect("is made");
    let version = json!({ "Type": "AWS::Lambda::Version", "Properties": { "FunctionName": "f" } });
    let template = json!({ "Resources": { "One": version } }).to_string();
    for stack in ["a", "b"] {
        let create = stacks.create_stack().stack_name(stack).template_body(&template);
        create.send().await.expect("is begun");
    }
    let events = stacks.describe_stack_events().stack_name("b").send().await.expect("lists");
    let mut reasons = events.stack_events().iter().filter_map(|it| it.resource_status_reason());
    let expected = "A version for this Lambda function exists ( 1 ). Modify the function to create a new version.";
    assert!(reasons.any(|reason| reason.contains(expected)));
}
