//! Pre-deployment validation: what CloudFormation finds wrong before it touches a resource.
//!
//! Checks of mode `FAIL` stop a change set or a stack operation, those of mode `WARN` only speak. The
//! findings are read with `DescribeEvents`. Of AWS's six checks three are played. AWS leaves some types out of
//! one check or the other, and does not say which; here they are left out of both.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::changes;
use super::stack::{Deployment, Stack};
use crate::error::AwsError;
use crate::resources;
use crate::world::World;

/// Types that are not validated: of the long list in the User Guide ("Validate stack deployments", 2026)
/// those that this system's templates could have.
const UNSUPPORTED: [&str; 41] = [
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::Stage",
    "AWS::CertificateManager::Certificate",
    "AWS::CloudFormation::CustomResource",
    "AWS::CloudFormation::Macro",
    "AWS::CloudFormation::Stack",
    "AWS::CloudFormation::WaitCondition",
    "AWS::CloudFormation::WaitConditionHandle",
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::OriginRequestPolicy",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::Config::ConfigurationRecorder",
    "AWS::Config::DeliveryChannel",
    "AWS::EC2::SecurityGroup",
    "AWS::ECR::Repository",
    "AWS::IAM::AccessKey",
    "AWS::IAM::Group",
    "AWS::IAM::InstanceProfile",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IAM::User",
    "AWS::KMS::Alias",
    "AWS::KMS::Key",
    "AWS::Lambda::CodeSigningConfig",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Route53::HostedZone",
    "AWS::Route53::RecordSet",
    "AWS::S3::AccessPoint",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SSO::Assignment",
    "AWS::SSO::PermissionSet",
    "AWS::StepFunctions::StateMachine",
    "AWS::WAFv2::WebACL",
];

/// Something that validation found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Finding {
    check: Check,
    logical_id: String,
    physical_id: String,
    type_name: String,
    reason: String,
    /// Where it is in the template, as a JSON pointer.
    path: String,
}

/// Which check found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Check {
    #[serde(rename = "PROPERTY_VALIDATION")]
    Property,
    #[serde(rename = "NAME_CONFLICT_VALIDATION")]
    NameConflict,
    #[serde(rename = "BUCKET_EMPTINESS_VALIDATION")]
    BucketEmptiness,
}

impl Check {
    fn mode(self) -> &'static str {
        match self {
            Self::Property | Self::NameConflict => "FAIL",
            Self::BucketEmptiness => "WARN",
        }
    }

    /// What the status reason of a change set calls the check.
    fn hook(self) -> &'static str {
        match self {
            Self::Property => "AWS::EarlyValidation::PropertyValidation",
            Self::NameConflict => "AWS::EarlyValidation::ResourceExistenceCheck",
            Self::BucketEmptiness => "AWS::EarlyValidation::S3BucketEmptinessCheck",
        }
    }
}

impl Finding {
    /// Whether it stops the operation.
    fn is_blocking(&self) -> bool {
        self.check.mode() == "FAIL"
    }

    /// What `DescribeEvents` says of it, beside what every event has.
    pub(super) fn answer(&self) -> Value {
        json!({
            "EventType": "VALIDATION_ERROR",
            "LogicalResourceId": self.logical_id,
            "PhysicalResourceId": self.physical_id,
            "ResourceType": self.type_name,
            "ValidationFailureMode": self.check.mode(),
            "ValidationName": super::status::word(&self.check),
            "ValidationStatus": "FAILED",
            "ValidationStatusReason": self.reason,
            "ValidationPath": self.path,
        })
    }
}

/// The status reason of a change set that these findings stop, if they do.
pub(super) fn refusal(findings: &[Finding]) -> Option<String> {
    let stopping: BTreeSet<Check> =
        findings.iter().filter(|it| it.is_blocking()).map(|it| it.check).collect();
    let hooks: Vec<&str> = stopping.into_iter().map(Check::hook).collect();
    (!hooks.is_empty()).then(|| {
        format!(
            "The following hook(s)/validation failed: [{}]. To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information.",
            hooks.join(", ")
        )
    })
}

/// What stops a deployment: properties that its types do not take, and names that are taken.
pub(super) fn blocking(
    world: &World,
    stack: &Stack,
    deployment: &Deployment,
) -> Result<Vec<Finding>, AwsError> {
    let blueprint = changes::blueprint(world, stack, deployment)?;
    let mut findings = Vec::new();
    for (id, definition) in &blueprint.resources {
        let type_name = &definition.type_name;
        if !is_supported(type_name) {
            continue;
        }
        let finding = |check, reason, path| Finding {
            check,
            logical_id: id.clone(),
            physical_id: String::new(),
            type_name: type_name.clone(),
            reason,
            path,
        };
        let path = format!("/Resources/{id}/Properties");
        findings.extend(
            resources::complaints(type_name, &definition.properties)
                .into_iter()
                .map(|reason| finding(Check::Property, reason, path.clone())),
        );
        let exists = stack.resources.get(id).is_some_and(|resource| resource.key.is_some());
        if exists || deployment.imports.contains_key(id) {
            continue;
        }
        let taken = resources::taken(world, &stack.region, type_name, &definition.properties);
        let path = format!("/Resources/{id}");
        findings.extend(taken.map(|reason| finding(Check::NameConflict, reason, path)));
    }
    Ok(findings)
}

/// What a change set's changes are likely to fail at.
pub(super) fn warnings(world: &World, changes: &[Value]) -> Vec<Finding> {
    let text = |change: &Value, name: &str| {
        change.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let deleted = changes.iter().filter(|change| {
        text(change, "ResourceType") == crate::s3::BUCKET
            && matches!(text(change, "PolicyAction").as_str(), "Delete" | "ReplaceAndDelete")
    });
    let full =
        deleted.filter(|change| !crate::s3::is_empty(world, &text(change, "PhysicalResourceId")));
    let findings = full.map(|change| {
        let (logical_id, physical_id) =
            (text(change, "LogicalResourceId"), text(change, "PhysicalResourceId"));
        Finding {
            check: Check::BucketEmptiness,
            reason: format!(
                "The bucket '{physical_id}' is not empty. You must either delete all objects and versions or use the deletion policy to retain it, otherwise the delete operation will fail."
            ),
            path: format!("/Resources/{logical_id}"),
            type_name: crate::s3::BUCKET.to_owned(),
            logical_id,
            physical_id,
        }
    });
    findings.collect()
}

fn is_supported(type_name: &str) -> bool {
    type_name.starts_with("AWS::") && !UNSUPPORTED.contains(&type_name)
}
