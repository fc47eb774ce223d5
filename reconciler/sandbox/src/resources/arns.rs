//! ARNs of the types that are used most; all others follow one pattern.

use serde_json::Value;

use crate::resource::Resource;
use crate::world::ACCOUNT;

/// ARN patterns by type. `{id}` is the physical name.
const PATTERNS: [(&str, &str); 17] = [
    (
        "AWS::ACMPCA::CertificateAuthority",
        "arn:aws:acm-pca:{region}:{account}:certificate-authority/{id}",
    ),
    ("AWS::CertificateManager::Certificate", "arn:aws:acm:{region}:{account}:certificate/{id}"),
    ("AWS::CloudTrail::Trail", "arn:aws:cloudtrail:{region}:{account}:trail/{id}"),
    ("AWS::DynamoDB::Table", "arn:aws:dynamodb:{region}:{account}:table/{id}"),
    ("AWS::IAM::InstanceProfile", "arn:aws:iam::{account}:instance-profile{path}{id}"),
    ("AWS::IAM::ManagedPolicy", "arn:aws:iam::{account}:policy{path}{id}"),
    ("AWS::IAM::Role", "arn:aws:iam::{account}:role{path}{id}"),
    ("AWS::IAM::User", "arn:aws:iam::{account}:user{path}{id}"),
    ("AWS::KMS::Alias", "arn:aws:kms:{region}:{account}:{id}"),
    ("AWS::KMS::Key", "arn:aws:kms:{region}:{account}:key/{id}"),
    ("AWS::Lambda::Function", "arn:aws:lambda:{region}:{account}:function:{id}"),
    ("AWS::Logs::LogGroup", "arn:aws:logs:{region}:{account}:log-group:{id}:*"),
    ("AWS::S3::Bucket", "arn:aws:s3:::{id}"),
    ("AWS::SNS::Topic", "arn:aws:sns:{region}:{account}:{id}"),
    ("AWS::Signer::SigningProfile", "arn:aws:signer:{region}:{account}:/signing-profiles/{id}"),
    ("AWS::SQS::Queue", "arn:aws:sqs:{region}:{account}:{id}"),
    ("AWS::SSM::Parameter", "arn:aws:ssm:{region}:{account}:parameter/{id}"),
];

/// The ARN of a resource of this type with this physical name.
pub(super) fn arn(type_name: &str, region: &str, path: Option<&str>, id: &str) -> String {
    let known = PATTERNS.iter().find(|(name, _)| *name == type_name);
    let pattern = known.map_or_else(
        || {
            let mut parts = type_name.split("::").skip(1).map(str::to_lowercase);
            let service = parts.next().unwrap_or_default();
            let noun = parts.next().unwrap_or_default();
            format!("arn:aws:{service}:{{region}}:{{account}}:{noun}/{{id}}")
        },
        |(_, pattern)| (*pattern).to_owned(),
    );
    // A log group's name keeps its leading slash; elsewhere the pattern has one.
    let id = if pattern.contains("/{id}") { id.trim_start_matches('/') } else { id };
    pattern
        .replace("{region}", region)
        .replace("{account}", ACCOUNT)
        .replace("{path}", path.unwrap_or("/"))
        .replace("{id}", id)
}

/// The ARN of a resource that exists, from its physical name.
pub(super) fn of(resource: &Resource, id: &str) -> String {
    if let Some(arn) = of_firewall(resource) {
        return arn;
    }
    let path = resource.properties.get("Path").and_then(Value::as_str);
    arn(&resource.type_name, &resource.region, path, id)
}

/// WAF's types are all identified and named in one way, and are global before CloudFront (WAF Developer Guide,
/// "How AWS WAF works with IAM").
fn of_firewall(resource: &Resource) -> Option<String> {
    let noun = resource.type_name.strip_prefix("AWS::WAFv2::")?.to_lowercase();
    let [name, id, scope] = resource.identifier.split('|').collect::<Vec<_>>().try_into().ok()?;
    let scope = if scope == "CLOUDFRONT" { "global" } else { "regional" };
    let region = &resource.region;
    Some(format!("arn:aws:wafv2:{region}:{ACCOUNT}:{scope}/{noun}/{name}/{id}"))
}
