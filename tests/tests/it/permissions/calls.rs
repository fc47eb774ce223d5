//! What each call of the program needs, and that no call is missing from the list.
//!
//! Sources: Service Authorization Reference, the page of each service; S3 API Reference, each operation's page, and "Conditional
//! writes" in its user guide; CloudFormation User Guide, "Detect unmanaged configuration changes to stacks and resources" and
//! "CloudFormation service role"; Cloud Control User Guide, on the permissions of resource handlers; Signer Developer Guide,
//! "Define an IAM policy"; Lambda API Reference, `UpdateFunctionCode`; STS API Reference, `GetCallerIdentity`.

use std::collections::BTreeSet;

use reconcile_core::calls::is_write;

use super::Actions;
use crate::boundaries::sources;

/// One operation.
pub(super) struct Call {
    /// As AWS's API spells it.
    pub(super) operation: &'static str,
    /// The actions, the call's own first.
    pub(super) actions: &'static [&'static str],
    /// Whether AWS also reads the resources concerned, with the rights of whoever calls.
    pub(super) reads_resources: bool,
}

const fn call(operation: &'static str, actions: &'static [&'static str]) -> Call {
    Call { operation, actions, reads_resources: false }
}

const fn reading(operation: &'static str, actions: &'static [&'static str]) -> Call {
    Call { operation, actions, reads_resources: true }
}

/// Every operation that the program calls.
pub(super) const CALLS: &[Call] = &[
    // Of CloudFormation. Whoever acts on a stack with a service role has to be permitted to pass that role.
    call("ContinueUpdateRollback", &["cloudformation:ContinueUpdateRollback", "iam:PassRole"]),
    // It reads a template that is given by URL.
    call("CreateChangeSet", &["cloudformation:CreateChangeSet", "iam:PassRole", "s3:GetObject"]),
    call("DeleteChangeSet", &["cloudformation:DeleteChangeSet"]),
    call("DeleteStack", &["cloudformation:DeleteStack", "iam:PassRole"]),
    call("DescribeChangeSet", &["cloudformation:DescribeChangeSet"]),
    call("DescribeEvents", &["cloudformation:DescribeEvents"]),
    call(
        "DescribeStackDriftDetectionStatus",
        &["cloudformation:DescribeStackDriftDetectionStatus"],
    ),
    call("DescribeStackEvents", &["cloudformation:DescribeStackEvents"]),
    call("DescribeStackResourceDrifts", &["cloudformation:DescribeStackResourceDrifts"]),
    call("DescribeStacks", &["cloudformation:DescribeStacks"]),
    reading(
        "DetectStackDrift",
        &["cloudformation:DetectStackDrift", "cloudformation:BatchDescribeTypeConfigurations"],
    ),
    call("ExecuteChangeSet", &["cloudformation:ExecuteChangeSet", "iam:PassRole"]),
    call("GetStackPolicy", &["cloudformation:GetStackPolicy"]),
    call("GetTemplate", &["cloudformation:GetTemplate"]),
    call("ListStackResources", &["cloudformation:ListStackResources"]),
    call("SetStackPolicy", &["cloudformation:SetStackPolicy"]),
    call("UpdateTerminationProtection", &["cloudformation:UpdateTerminationProtection"]),
    // Of Cloud Control, whose changes are made by the stack's service role.
    call("CreateResource", &["cloudformation:CreateResource", "iam:PassRole"]),
    reading("GetResource", &["cloudformation:GetResource"]),
    call("GetResourceRequestStatus", &["cloudformation:GetResourceRequestStatus"]),
    call("UpdateResource", &["cloudformation:UpdateResource", "iam:PassRole"]),
    // Of Lambda, which reads a package as whoever deploys it.
    call("GetFunctionCodeSigningConfig", &["lambda:GetFunctionCodeSigningConfig"]),
    call("GetFunctionConfiguration", &["lambda:GetFunctionConfiguration"]),
    call("PutFunctionCodeSigningConfig", &["lambda:PutFunctionCodeSigningConfig"]),
    call(
        "UpdateFunctionCode",
        &["lambda:UpdateFunctionCode", "s3:GetObject", "s3:GetObjectVersion"],
    ),
    // Of Private CA.
    call(
        "CreateCertificateAuthorityAuditReport",
        &["acm-pca:CreateCertificateAuthorityAuditReport"],
    ),
    call(
        "DescribeCertificateAuthorityAuditReport",
        &["acm-pca:DescribeCertificateAuthorityAuditReport"],
    ),
    call("GetCertificate", &["acm-pca:GetCertificate"]),
    call("GetCertificateAuthorityCertificate", &["acm-pca:GetCertificateAuthorityCertificate"]),
    call("IssueCertificate", &["acm-pca:IssueCertificate"]),
    call("RevokeCertificate", &["acm-pca:RevokeCertificate"]),
    // Of S3. Only who may list is told that there is no such object; the registry is encrypted with a key.
    call("DeleteObject", &["s3:DeleteObject", "s3:GetObject"]),
    call("GetBucketVersioning", &["s3:GetBucketVersioning"]),
    call("GetObject", &["s3:GetObject", "s3:ListBucket", "kms:Decrypt"]),
    call("HeadObject", &["s3:GetObject", "s3:ListBucket"]),
    call("ListObjectsV2", &["s3:ListBucket"]),
    call("PutObject", &["s3:PutObject", "s3:GetObject", "kms:GenerateDataKey"]),
    // Of Signer, which reads and writes packages as whoever begins the job.
    call("DescribeSigningJob", &["signer:DescribeSigningJob"]),
    call("GetSigningProfile", &["signer:GetSigningProfile"]),
    call("ListSigningJobs", &["signer:ListSigningJobs"]),
    call(
        "StartSigningJob",
        &["signer:StartSigningJob", "s3:GetObjectVersion", "s3:ListBucket", "s3:PutObject"],
    ),
    // Of STS: it needs no permission, and no policy can deny it.
    call("GetCallerIdentity", &[]),
];

/// What the calls need that only look, or all of them.
pub(super) fn needed(writes: bool) -> Actions {
    let calls = CALLS.iter().filter(|call| writes || !is_write(call.operation));
    calls.flat_map(|call| call.actions).map(|&action| action.to_owned()).collect()
}

/// The verbs with which AWS's operations begin.
const VERBS: &[&str] = &[
    "abort",
    "accept",
    "add",
    "associate",
    "attach",
    "batch",
    "cancel",
    "complete",
    "continue",
    "copy",
    "create",
    "delete",
    "deregister",
    "describe",
    "detach",
    "detect",
    "disable",
    "disassociate",
    "enable",
    "estimate",
    "execute",
    "generate",
    "get",
    "head",
    "import",
    "invoke",
    "issue",
    "list",
    "modify",
    "move",
    "poll",
    "publish",
    "purge",
    "put",
    "query",
    "read",
    "register",
    "remove",
    "rename",
    "reset",
    "restore",
    "resume",
    "revoke",
    "rollback",
    "run",
    "scan",
    "search",
    "select",
    "send",
    "set",
    "sign",
    "signal",
    "start",
    "stop",
    "tag",
    "terminate",
    "test",
    "untag",
    "update",
    "validate",
];

/// The operations that adapters name: `.describe_stacks()`, whose builder takes no argument.
fn called() -> BTreeSet<String> {
    let adapters = sources()
        .into_iter()
        .filter(|source| source.code.contains("aws_sdk_") || source.path.contains("/aws/"));
    let mut found = BTreeSet::new();
    for source in adapters {
        for (at, _) in source.code.match_indices("()") {
            let before = source.code.get(..at).unwrap_or_default();
            let start =
                before.rfind(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && c != '_');
            let Some(start) = start.filter(|start| before[*start..].starts_with('.')) else {
                continue;
            };
            let name = &before[start + 1..];
            if name.split_once('_').is_some_and(|(verb, _)| VERBS.contains(&verb)) {
                found.insert(pascal(name));
            }
        }
    }
    found
}

fn pascal(name: &str) -> String {
    let word = |word: &str| {
        let mut characters = word.chars();
        let first = characters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(characters).collect::<String>()
    };
    name.split('_').map(word).collect()
}

#[test]
fn every_operation_that_an_adapter_calls_is_listed() {
    let listed: BTreeSet<String> = CALLS.iter().map(|call| call.operation.to_owned()).collect();
    assert_eq!(called(), listed);
}
