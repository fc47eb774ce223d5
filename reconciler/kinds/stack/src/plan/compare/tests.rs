//! What counts as drift and what does not.

use std::collections::BTreeMap;

use reconcile_cfn::registry::resource_type;
use serde_json::{Value as Json, json};

use super::{Compared, compare};
use crate::state::Difference;

/// `path: declared -> live` of each difference, and how many values were left out.
fn compared(type_name: &str, declared: &Json, live: &Json) -> (Vec<String>, u64) {
    let facts = resource_type(type_name).unwrap();
    let stack_tags = BTreeMap::from([("system".to_owned(), "backup".to_owned())]);
    let Compared { differences, left_out } = compare(&facts, (declared, live), &stack_tags);
    let shown = |value: Option<String>| value.unwrap_or_else(|| "nothing".to_owned());
    let told = |one: Difference| {
        let Difference { path, expected, actual } = one;
        format!("{path}: {} -> {}", shown(expected), shown(actual))
    };
    (differences.into_iter().map(told).collect(), left_out)
}

#[track_caller]
fn same(type_name: &str, declared: &Json, live: &Json) {
    assert_eq!(compared(type_name, declared, live), (Vec::new(), 0));
}

#[track_caller]
fn differs(type_name: &str, declared: &Json, live: &Json, expected: &[&str]) {
    assert_eq!(compared(type_name, declared, live).0, expected);
}

const POLICY: &str = "AWS::S3::BucketPolicy";

#[expect(clippy::needless_pass_by_value, reason = "it takes what `json!` makes")]
fn policy(statement: Json) -> Json {
    json!({ "Bucket": "b", "PolicyDocument": { "Statement": statement } })
}

#[test]
fn what_the_template_does_not_set_is_no_drift() {
    let declared = json!({ "RoleARN": "r", "RecordingGroup": { "AllSupported": true } });
    let live = json!({
        "Name": "default",
        "RoleARN": "r",
        "RecordingGroup": { "AllSupported": "true", "IncludeGlobalResourceTypes": false },
    });
    same("AWS::Config::ConfigurationRecorder", &declared, &live);
}

#[test]
fn a_policy_means_the_same_in_other_words() {
    let declared = policy(json!([{
        "Sid": "A",
        "Effect": "Allow",
        "Principal": { "AWS": "arn:aws:iam::000000000000:root" },
        "Action": ["s3:GetObject"],
        "Resource": ["one", "two"],
    }]));
    let live = policy(json!({
        "Effect": "Allow",
        "Principal": { "AWS": "000000000000" },
        "Action": "s3:GetObject",
        "Resource": ["two", "one"],
        "Sid": "A",
    }));
    same(POLICY, &declared, &live);
    let document = live["PolicyDocument"].to_string();
    same(POLICY, &declared, &json!({ "Bucket": "b", "PolicyDocument": document }));
}

#[test]
fn a_policy_counts_in_full() {
    let guard = json!({ "Sid": "Guard", "Effect": "Deny", "Action": "s3:*", "Principal": "*" });
    let open = json!({ "Effect": "Allow", "Action": "s3:Get*", "Principal": "*" });
    differs(
        POLICY,
        &policy(json!([guard])),
        &policy(json!([open, guard])),
        &["/PolicyDocument/Statement/1: nothing -> {Effect: Allow, Action: s3:Get*, Principal: *}"],
    );
    let mut weak = guard.clone();
    weak["Condition"] = json!({ "Bool": { "aws:SecureTransport": "false" } });
    weak["Action"] = json!(["s3:Put*", "s3:Get*"]);
    differs(
        POLICY,
        &policy(json!([guard])),
        &policy(json!([weak])),
        &[
            "/PolicyDocument/Statement/0/Action: [s3:*] -> [s3:Put*, s3:Get*]",
            "/PolicyDocument/Statement/0/Condition: nothing -> {Bool: {aws:SecureTransport: \"false\"}}",
        ],
    );
}

#[test]
fn lists_have_the_order_that_the_schema_gives_them() {
    let set =
        |policies: Json| json!({ "InstanceArn": "i", "Name": "n", "ManagedPolicies": policies });
    let type_name = "AWS::SSO::PermissionSet";
    same(type_name, &set(json!(["a", "b"])), &set(json!(["b", "a"])));
    differs(
        type_name,
        &set(json!(["a", "b"])),
        &set(json!(["a", "c"])),
        &["/ManagedPolicies: [a, b] -> [a, c]"],
    );
    let certificate = |names: Json| json!({ "DomainName": "d", "SubjectAlternativeNames": names });
    differs(
        "AWS::CertificateManager::Certificate",
        &certificate(json!(["a", "b"])),
        &certificate(json!(["b", "a"])),
        &["/SubjectAlternativeNames/0: a -> b", "/SubjectAlternativeNames/1: b -> a"],
    );
}

#[test]
fn the_tags_of_the_stack_and_of_aws_are_no_drift() {
    let tags = |tags: Json| json!({ "InstanceArn": "i", "Name": "n", "Tags": tags });
    let tag = |key: &str, value: &str| json!({ "Key": key, "Value": value });
    let declared = tags(json!([tag("owner", "us"), tag("kept", "yes")]));
    let live = tags(json!([
        tag("system", "backup"),
        tag("aws:cloudformation:stack-name", "s"),
        tag("kept", "yes"),
        tag("owner", "them"),
        tag("new", "1"),
    ]));
    differs(
        "AWS::SSO::PermissionSet",
        &declared,
        &live,
        &["/Tags/new: nothing -> 1", "/Tags/owner: us -> them"],
    );
}

#[test]
fn what_cannot_be_told_is_left_out_and_counted() {
    let declared = json!({
        "TopicArn": { "Fn::ImportValue": "topic" },
        "Protocol": "https",
        "Endpoint": "{{resolve:ssm:endpoint}}",
        "Region": "eu-west-1",
    });
    let live = json!({ "TopicArn": "arn", "Protocol": "https", "Endpoint": "https://example.com" });
    assert_eq!(compared("AWS::SNS::Subscription", &declared, &live), (Vec::new(), 3));
}
