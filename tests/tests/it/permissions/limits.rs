//! What holds for every statement, and how large AWS lets policies and templates be.

use reconcile_kind_stack::plan::evaluate::Evaluated;
use serde_json::Value;

use super::policy::{Policy, bootstrap};
use super::{Registry, templates, texts};

/// The actions that have resources in AWS's reference and are needed for all of them.
const FOR_ALL: [(&str, &str); 4] = [
    ("cloudformation:DescribeStacks", "asked of all stacks at once, it names none"),
    ("cloudwatch:DeleteAlarms", "of composite alarms only for all (API Reference, `DeleteAlarms`)"),
    (
        "cloudwatch:DescribeAlarms",
        "of composite alarms only for all (API Reference, `DescribeAlarms`)",
    ),
    ("cloudwatch:PutCompositeAlarm", "only for all (API Reference, `PutCompositeAlarm`)"),
];

/// What reads although its name does not say so, or IAM does not.
const READS: [(&str, &str); 2] = [
    ("acm-pca:CreateCertificateAuthorityAuditReport", "the only listing of certificates there is"),
    ("kms:Decrypt", "what is read is encrypted"),
];

/// The most characters of a managed policy, without white space (IAM User Guide, "IAM and STS quotas").
const POLICY_CHARACTERS: usize = 6_144;

/// The most managed policies of a role (the same).
const POLICIES_OF_A_ROLE: usize = 10;

/// The most bytes of a template in a request (CloudFormation User Guide, quotas).
const TEMPLATE_BYTES: usize = 51_200;

const ROLES: [&str; 3] = ["plan", "apply", "cloudformation"];

/// The template with names as long as they may be.
fn widest() -> Evaluated {
    bootstrap(&"p".repeat(20), &"s".repeat(63), ("us-gov-west-1", "111122223333"))
}

#[test]
fn actions_are_named_one_by_one() {
    for role in ROLES {
        for action in Policy::of(role).actions() {
            assert!(!action.contains('*'), "{role}: {action}");
        }
    }
}

#[test]
fn resources_are_named_wherever_aws_knows_any() {
    let bare = Registry::read().without_resources();
    let mut used = Vec::new();
    for role in ROLES {
        let policy = Policy::of(role);
        let for_all =
            policy.statements().filter(|one| texts(&one["Resource"]).contains(&"*".to_owned()));
        for action in for_all.flat_map(|statement| texts(&statement["Action"])) {
            let reason = FOR_ALL.iter().find(|(name, _)| *name == action);
            assert!(
                bare.contains(&action) || reason.is_some(),
                "{role}: `{action}` is allowed of everything"
            );
            used.extend(reason.map(|(name, _)| *name));
        }
    }
    assert!(
        FOR_ALL.iter().all(|(name, _)| used.contains(name)),
        "an exception is of no use: {used:?}"
    );
}

#[test]
fn everything_is_allowed_and_nothing_but() {
    for role in ROLES {
        for statement in Policy::of(role).statements() {
            assert_eq!(statement["Effect"], "Allow", "{role}: {statement}");
            assert!(statement["NotAction"].is_null() && statement["NotResource"].is_null());
        }
    }
}

#[test]
fn planning_changes_nothing() {
    const VERBS: [&str; 6] = ["BatchDescribe", "Describe", "Detect", "GET", "Get", "List"];
    for action in Policy::of("plan").actions() {
        let (_, name) = action.split_once(':').expect("an action has a service");
        let reads = VERBS.iter().any(|verb| name.starts_with(verb));
        assert!(reads || READS.iter().any(|(known, _)| *known == action), "{action}");
    }
}

#[test]
fn only_the_service_role_is_passed_and_only_to_cloudformation() {
    let policy = Policy::of("apply");
    let passing = policy
        .statements()
        .filter(|one| texts(&one["Action"]).contains(&"iam:PassRole".to_owned()));
    for statement in passing {
        let role = "arn:aws:iam::111122223333:role/clinic/bootstrap/clinic-cloudformation";
        assert_eq!(statement["Resource"], role);
        let to = &statement["Condition"]["StringEquals"]["iam:PassedToService"];
        assert_eq!(to, "cloudformation.amazonaws.com");
    }
    let creating =
        policy.statements().find(|one| one["Action"] == "cloudformation:CreateChangeSet");
    let creating = creating.expect("stacks are changed");
    assert!(creating["Condition"]["ArnEquals"]["cloudformation:RoleArn"].is_string(), "{creating}");
}

#[test]
fn policies_are_as_small_as_aws_wants_them() {
    let template = widest();
    let policies: Vec<&Value> = template
        .resources
        .values()
        .filter(|resource| resource.type_name == "AWS::IAM::ManagedPolicy")
        .map(|resource| &resource.properties)
        .collect();
    assert!(policies.len() > ROLES.len());
    for policy in &policies {
        let characters = policy["PolicyDocument"].to_string().len();
        assert!(characters <= POLICY_CHARACTERS, "{}: {characters}", policy["ManagedPolicyName"]);
    }
    for role in ["PlanRole", "ApplyRole", "CloudFormationRole"] {
        let of_role =
            |policy: &&&Value| policy["Roles"].to_string().contains(&format!("\"{role}\""));
        let attached = policies.iter().filter(of_role).count();
        assert!((1..=POLICIES_OF_A_ROLE).contains(&attached), "{role}: {attached}");
    }
}

#[test]
fn the_template_goes_without_the_bucket_that_it_makes() {
    let bytes = templates()["bootstrap"].len();
    assert!(bytes <= TEMPLATE_BYTES, "{bytes}");
}
