//! What a role of the stack may do, as one policy document.

use reconcile_core::problem::Problem;
use serde_json::{Value as Json, json};

use super::unit::Bootstrap;
use crate::args::BootstrapRole;

/// Everything that a role is allowed, from the template: what is attached to it, and what stands in it.
pub(super) fn of(role: BootstrapRole, bootstrap: &Bootstrap) -> Result<String, Problem> {
    let id = logical_id(role);
    let resources = &bootstrap.template.resources;
    let Some(resource) = resources.get(id) else {
        return Err(Problem::whole(format!("`{}` has no role `{id}`", bootstrap.path)));
    };
    let itself = json!({ "Ref": id });
    let attached = resources.values().filter(|resource| {
        let roles = resource.properties["Roles"].as_array();
        resource.type_name == "AWS::IAM::ManagedPolicy"
            && roles.is_some_and(|roles| roles.contains(&itself))
    });
    let inline = resource.properties["Policies"].as_array().into_iter().flatten();
    let documents = attached
        .map(|policy| &policy.properties["PolicyDocument"])
        .chain(inline.map(|policy| &policy["PolicyDocument"]));
    let statements: Vec<&Json> =
        documents.filter_map(|document| document["Statement"].as_array()).flatten().collect();
    let document = json!({ "Version": "2012-10-17", "Statement": statements });
    serde_json::to_string_pretty(&document).map_err(|error| Problem::whole(error.to_string()))
}

fn logical_id(role: BootstrapRole) -> &'static str {
    match role {
        BootstrapRole::Plan => "PlanRole",
        BootstrapRole::Apply => "ApplyRole",
        BootstrapRole::CloudFormation => "CloudFormationRole",
    }
}
