//! What the handlers of the resource types could use, and the roles do not get.

use super::Actions;

/// Actions that are withheld, by pattern, and why.
pub(super) const WITHHELD: &[(&[&str], &str)] = &[
    (
        &[
            "acm-pca:DeleteCertificateAuthority",
            "cloudtrail:DeleteTrail",
            "cloudtrail:StopLogging",
            "config:DeleteConfigurationRecorder",
            "config:DeleteDeliveryChannel",
            "guardduty:DeleteDetector",
            "iam:DeleteRolePermissionsBoundary",
            "kms:DisableKey",
            "kms:DisableKeyRotation",
            "kms:ScheduleKeyDeletion",
        ],
        "losing evidence, keys, authorities and ceilings is for an administrator",
    ),
    (&["organizations:*"], "the trail is of one account"),
    (
        &["ec2:*", "elasticfilesystem:*", "s3files:*"],
        "functions are outside of networks, and without file systems",
    ),
    (
        &["lambda:GetLayerVersion", "lambda:PassCapacityProvider"],
        "functions have no layers, and no capacity of their own",
    ),
    (
        &[
            "lambda:PublishVersion",
            "lambda:PutFunctionRecursionConfig",
            "lambda:PutFunctionScalingConfig",
            "lambda:PutRuntimeManagementConfig",
        ],
        "properties of functions that no template sets",
    ),
    (
        &[
            "cloudfront:*ConnectionGroup",
            "cloudfront:GetVpcOrigin",
            "cloudfront:UpdateDistributionWithStagingConfig",
        ],
        "properties of distributions that no template sets",
    ),
    (
        &["cloudtrail:PutEventConfiguration", "cloudtrail:PutInsightSelectors"],
        "properties of trails that no template sets",
    ),
    (
        &["codewhisperer:*", "firehose:*", "logs:CreateLogDelivery", "workmail:*"],
        "logs are delivered from CloudFront to S3 only",
    ),
    (
        &[
            "logs:*DataProtectionPolicy",
            "logs:*IndexPolic*",
            "logs:*ResourcePolic*",
            "logs:PutBearerTokenAuthentication",
            "logs:PutLogGroupDeletionProtection",
        ],
        "properties of log groups that no template sets",
    ),
    (&["s3:*BucketMetadata*TableConfiguration", "s3tables:*"], "buckets have no tables"),
    (
        &["s3:DeleteObject", "s3:PutBucketAcl", "s3:PutObjectAcl"],
        "objects are not CloudFormation's, and buckets have no ACLs",
    ),
    (
        &[
            "s3:*BucketWebsite",
            "s3:PutAccelerateConfiguration",
            "s3:PutAnalyticsConfiguration",
            "s3:PutBucketAbac",
            "s3:PutBucketCORS",
            "s3:PutBucketNotification",
            "s3:PutIntelligentTieringConfiguration",
            "s3:PutInventoryConfiguration",
            "s3:PutMetricsConfiguration",
            "s3:PutReplicationConfiguration",
        ],
        "properties of buckets that no template sets",
    ),
    (&["iam:*SAMLProvider"], "Identity Center makes its provider itself"),
];

/// What is left of what handlers need.
pub(super) fn without_withheld(needed: Actions) -> Actions {
    needed
        .into_iter()
        .filter(|action| !patterns().any(|pattern| matches(pattern, action)))
        .collect()
}

/// All patterns.
pub(super) fn patterns() -> impl Iterator<Item = &'static str> {
    WITHHELD.iter().flat_map(|(patterns, _)| patterns.iter().copied())
}

/// Whether an action is one that a pattern names, in which `*` is any text.
pub(super) fn matches(pattern: &str, action: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == action };
    let Some(action) = action.strip_prefix(start) else { return false };
    (0..=action.len()).any(|skipped| matches(rest, &action[skipped..]))
}
