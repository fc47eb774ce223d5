//! Who may take the roles.

use reconcile_cfn::Template;
use serde_json::{Value, json};

use super::{templates, texts};

fn trust(role: &str) -> Value {
    let text = templates().remove("bootstrap").expect("there is a template");
    let template = Template::parse(&text).expect("it is a template");
    let role = template.resource(role).expect("there is the role");
    let properties = role.properties.expect("it has properties");
    let statements = properties["AssumeRolePolicyDocument"]["Statement"].as_array();
    let [statement] = statements.expect("there are statements").as_slice() else {
        panic!("one statement says who");
    };
    statement.clone()
}

/// What the subject of a token may be.
fn subjects(role: &str) -> Vec<String> {
    let statement = trust(role);
    let equals = &statement["Condition"]["StringEquals"];
    assert_eq!(statement["Condition"].as_object().map(serde_json::Map::len), Some(1), "{role}");
    let claim = |name: &str| &equals[format!("token.actions.githubusercontent.com:{name}")];
    assert_eq!(claim("aud"), "sts.amazonaws.com");
    assert_eq!(claim("repository_id"), &json!({ "Ref": "RepositoryId" }));
    assert_eq!(claim("repository_owner_id"), &json!({ "Ref": "RepositoryOwnerId" }));
    let subjects = claim("sub").as_array().expect("there are subjects").iter();
    subjects.flat_map(|subject| texts(&subject["Fn::Sub"])).collect()
}

const OLD: &str = "repo:${RepositoryOwner}/${RepositoryName}";
const IMMUTABLE: &str =
    "repo:${RepositoryOwner}@${RepositoryOwnerId}/${RepositoryName}@${RepositoryId}";

#[test]
fn whoever_applies_stands_in_the_protected_environment() {
    let expected =
        [OLD, IMMUTABLE].map(|name| format!("{name}:environment:${{ProtectedEnvironment}}"));
    assert_eq!(subjects("ApplyRole"), expected);
}

#[test]
fn whoever_plans_is_a_pull_request_or_the_protected_branch() {
    let expected = [OLD, IMMUTABLE]
        .map(|name| [format!("{name}:pull_request"), format!("{name}:ref:refs/heads/${{Branch}}")]);
    assert_eq!(subjects("PlanRole"), expected.concat());
}

#[test]
fn the_service_role_is_cloudformations() {
    let statement = trust("CloudFormationRole");
    assert_eq!(statement["Principal"], json!({ "Service": "cloudformation.amazonaws.com" }));
    assert_eq!(statement["Action"], "sts:AssumeRole");
}
