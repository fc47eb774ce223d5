//! What the digest says of types that matter here, and that it is whole.

use super::{DriftSupport, Handler, Replacement, TYPES, names, resource_type, suggest};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

#[test]
fn a_bucket_is_replaced_by_its_name_only() {
    let bucket = resource_type("AWS::S3::Bucket").unwrap();
    assert_eq!(bucket.replaces("BucketName"), Replacement::Always);
    assert_eq!(bucket.replaces("VersioningConfiguration/Status"), Replacement::Never);
    assert!(bucket.is_read_only("Arn"));
    assert!(bucket.is_write_only("LifecycleConfiguration/Rules/0/Transition/StorageClass"));
    assert!(!bucket.is_write_only("LifecycleConfiguration/Rules/0/Transitions"));
    assert!(bucket.is_unordered("Tags") && !bucket.is_unordered("Tags/0"));
    assert_eq!(bucket.primary_identifier(), ["BucketName"]);
    assert_eq!(bucket.tag_property(), Some("Tags"));
    assert_eq!(bucket.drift_support(), DriftSupport::Supported);
    assert!(bucket.properties().contains("VersioningConfiguration"));
}

#[test]
fn a_function_hides_its_code() {
    let function = resource_type("AWS::Lambda::Function").unwrap();
    assert_eq!(function.replaces("FunctionName"), Replacement::Always);
    assert_eq!(function.replaces("Code/S3Key"), Replacement::Never);
    assert!(function.is_write_only("Code/S3Key"));
    assert!(function.required().contains(&"Role"));
}

#[test]
fn a_conditional_property_or_one_above_a_create_only_one_may_replace() {
    let function = resource_type("AWS::Lambda::Function").unwrap();
    assert_eq!(function.replaces("DurableConfig"), Replacement::Conditional);
    let pipe = resource_type("AWS::Pipes::Pipe").unwrap();
    assert_eq!(
        pipe.replaces("SourceParameters/KinesisStreamParameters/StartingPosition"),
        Replacement::Always
    );
    assert_eq!(pipe.replaces("SourceParameters"), Replacement::Conditional);
}

#[test]
fn a_key_and_a_role_are_read_and_updated_in_place() {
    let key = resource_type("AWS::KMS::Key").unwrap();
    assert_eq!(key.replaces("KeyPolicy/Statement/0"), Replacement::Never);
    assert!(key.is_write_only("PendingWindowInDays"));
    assert!(key.handles(Handler::Read) && key.handles(Handler::Update));
    let role = resource_type("AWS::IAM::Role").unwrap();
    assert_eq!(role.replaces("RoleName"), Replacement::Always);
    assert!(role.is_unordered("ManagedPolicyArns"));
}

#[test]
fn a_type_that_cannot_be_updated_is_always_replaced() {
    let permission = resource_type("AWS::Lambda::Permission").unwrap();
    assert!(permission.is_immutable());
    assert_eq!(permission.replaces("Action"), Replacement::Always);
}

#[test]
fn drift_is_known_by_type_or_by_service() {
    let drift = |name| resource_type(name).unwrap().drift_support();
    assert_eq!(drift("AWS::WAFv2::WebACL"), DriftSupport::Supported);
    assert_eq!(drift("AWS::S3::BucketPolicy"), DriftSupport::Unsupported);
    assert_eq!(drift("AWS::IAM::Policy"), DriftSupport::Unlisted);
}

#[test]
fn unknown_types_are_unknown_and_near_ones_suggested() {
    assert_eq!(resource_type("AWS::S3::Bukket"), None);
    assert_eq!(resource_type(""), None);
    assert_eq!(suggest("AWS::S3::Bukket"), Some("AWS::S3::Bucket"));
    assert_eq!(suggest("Nothing::Like::It"), None);
    assert!(resource_type("Custom::Anything").unwrap().takes_any_property());
}

#[test]
fn every_line_is_found_by_its_name_and_reads() {
    assert!(names().is_sorted());
    assert_eq!(names().count(), TYPES.lines().count());
    for name in names() {
        assert_eq!(resource_type(name).map(|found| found.name()), Some(name));
    }
}

#[test]
fn the_digest_is_what_was_made() {
    let made = include_str!("../../registry/types.jsonl.sha256");
    let mut sum = String::new();
    for byte in Sha256::digest(TYPES) {
        write!(sum, "{byte:02x}").unwrap();
    }
    assert_eq!(made, format!("{sum}  types.jsonl\n"));
}
