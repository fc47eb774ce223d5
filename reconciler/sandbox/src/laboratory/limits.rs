//! How many calls a second an account may make in a region, by operation.
//!
//! The table is this crate's own: what the sandbox demands must not come from what it judges.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::wire::Asked;

/// Operations that share a number, as their service publishes it. The operations of a row have a quota each.
struct Quota {
    per_second: u32,
    service: &'static str,
    operations: &'static [&'static str],
}

/// Sources: "Service quotas" in the AWS General Reference, `docs.aws.amazon.com/general/latest/gr/cfn.html`,
/// `signer.html`, `pca.html` and `lambda-service.html` beside it;
/// for S3 "Best practices design patterns: optimizing Amazon S3 performance", whose numbers hold for a
/// prefix and are taken here for an operation.
const PUBLISHED: [Quota; 17] = [
    Quota {
        per_second: 2,
        service: "cloudformation",
        operations: &[
            "ContinueUpdateRollback",
            "CreateChangeSet",
            "CreateStack",
            "DeleteChangeSet",
            "DeleteStack",
            "DescribeChangeSet",
            "DescribeStackDriftDetectionStatus",
            "DescribeStackResourceDrifts",
            "DetectStackDrift",
            "ExecuteChangeSet",
            "GetStackPolicy",
            "GetTemplateSummary",
            "ListChangeSets",
            "RollbackStack",
            "SetStackPolicy",
            "UpdateStack",
            "UpdateTerminationProtection",
            "ValidateTemplate",
        ],
    },
    Quota { per_second: 3, service: "cloudformation", operations: &["DetectStackResourceDrift"] },
    Quota {
        per_second: 10,
        service: "cloudformation",
        operations: &[
            "DescribeStackEvents",
            "DescribeStackResources",
            "DescribeStacks",
            "GetTemplate",
            "ListExports",
            "ListStackResources",
            "ListStacks",
        ],
    },
    Quota { per_second: 20, service: "cloudformation", operations: &["DescribeStackResource"] },
    Quota {
        per_second: 3,
        service: "signer",
        operations: &[
            "GetSigningProfile",
            "PutSigningProfile",
            "RevokeSignature",
            "StartSigningJob",
        ],
    },
    Quota {
        per_second: 6,
        service: "signer",
        operations: &["DescribeSigningJob", "ListSigningJobs"],
    },
    Quota { per_second: 100, service: "signer", operations: &["GetRevocationStatus"] },
    Quota {
        per_second: 1,
        service: "acm-pca",
        operations: &[
            "CreateCertificateAuthority",
            "CreateCertificateAuthorityAuditReport",
            "CreatePermission",
            "DeletePermission",
        ],
    },
    Quota { per_second: 5, service: "acm-pca", operations: &["ListPermissions"] },
    Quota {
        per_second: 10,
        service: "acm-pca",
        operations: &[
            "DeleteCertificateAuthority",
            "GetCertificateAuthorityCsr",
            "ImportCertificateAuthorityCertificate",
            "TagCertificateAuthority",
            "UntagCertificateAuthority",
            "UpdateCertificateAuthority",
        ],
    },
    Quota {
        per_second: 20,
        service: "acm-pca",
        operations: &[
            "DescribeCertificateAuthority",
            "DescribeCertificateAuthorityAuditReport",
            "GetCertificateAuthorityCertificate",
            "ListCertificateAuthorities",
            "ListTags",
            "RestoreCertificateAuthority",
            "RevokeCertificate",
        ],
    },
    Quota { per_second: 25, service: "acm-pca", operations: &["IssueCertificate"] },
    Quota { per_second: 75, service: "acm-pca", operations: &["GetCertificate"] },
    Quota { per_second: 15, service: "lambda", operations: &["GetPolicy"] },
    Quota { per_second: 100, service: "lambda", operations: &["GetFunction"] },
    Quota {
        per_second: 3500,
        service: "s3",
        operations: &["CopyObject", "DeleteObject", "DeleteObjects", "PutObject"],
    },
    Quota {
        per_second: 5500,
        service: "s3",
        operations: &["GetObject", "HeadObject", "ListObjectVersions", "ListObjectsV2"],
    },
];

/// Quotas by `service:Operation`; what is not listed has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits(BTreeMap<String, u32>);

impl Limits {
    /// Any number of calls.
    pub fn none() -> Self {
        Self::default()
    }

    /// The quotas that AWS publishes.
    pub fn published() -> Self {
        let rows = PUBLISHED.iter().flat_map(|quota| {
            let Quota { per_second, service, operations } = quota;
            operations.iter().map(move |name| (format!("{service}:{name}"), *per_second))
        });
        Self(rows.collect())
    }

    /// The quota of one operation, such as `cloudformation:DescribeStacks`, if it has one.
    pub fn per_second(&self, operation: &str) -> Option<u32> {
        self.0.get(operation).copied()
    }

    /// Another quota for one operation, such as `cloudformation:DescribeStacks`.
    #[must_use]
    pub fn with(mut self, operation: &str, per_second: u32) -> Self {
        self.0.insert(operation.to_owned(), per_second);
        self
    }
}

/// What is left of the quotas: a bucket of tokens for every region and operation.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    limits: Limits,
    buckets: BTreeMap<(String, String), Bucket>,
}

/// Holds at most the calls of one second: AWS publishes no burst.
#[derive(Debug)]
struct Bucket {
    /// In thousandths of a call, so that time in milliseconds adds up exactly.
    tokens: i64,
    filled: Timestamp,
}

impl Buckets {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, buckets: BTreeMap::new() }
    }

    /// Takes a token, if there is one.
    pub(super) fn admit(&mut self, asked: &Asked, now: Timestamp) -> bool {
        let name = asked.name();
        let Some(per_second) = self.limits.0.get(&name) else {
            return true;
        };
        let per_second = i64::from(*per_second);
        let full = per_second * 1000;
        let bucket = self
            .buckets
            .entry((asked.region.clone(), name))
            .or_insert(Bucket { tokens: full, filled: now });
        let elapsed = now.as_millisecond() - bucket.filled.as_millisecond();
        bucket.tokens = elapsed.saturating_mul(per_second).saturating_add(bucket.tokens).min(full);
        bucket.filled = now;
        let admitted = bucket.tokens >= 1000;
        if admitted {
            bucket.tokens -= 1000;
        }
        admitted
    }
}
