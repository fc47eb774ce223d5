//! What a template and the values given to it must agree on, before AWS is asked.

use std::collections::BTreeSet;

use reconcile_cfn::intrinsics::{self, Reference};
use reconcile_core::problem::{Problem, did_you_mean};
use reconcile_core::text::Part;
use reconcile_engine::load::document::Document;
use reconcile_engine::load::scope::Scope;
use serde_json::Value as Json;

use super::Spec;
use super::raw::Capability;
use crate::plan::evaluate::{Evaluated, Setting};

/// The most resources that a template may have (User Guide, CloudFormation quotas).
const MAX_RESOURCES: usize = 500;

/// What AWS shows of the value of a `NoEcho` parameter (API Reference, `Parameter`).
pub const HIDDEN: &str = "****";

/// Notes where the file and its template disagree.
pub(super) fn check(spec: &Spec, document: &Document, scope: &mut Scope<'_>) {
    parameters(spec, document, scope);
    consent(spec, document, scope);
    capabilities(spec, document, scope);
    let count = spec.template.parsed.resources().count();
    if count == 0 || count > MAX_RESOURCES {
        let path = &spec.template.path;
        let message = format!("`{path}` has {count} resources: CloudFormation takes 1 to 500");
        scope.problem(Problem::at(document.place("/template"), message));
    }
}

/// The names that the template exports in the stack's region, as far as they are known beforehand.
pub(super) fn exports(spec: &Spec) -> BTreeSet<String> {
    let evaluated = evaluated(spec);
    let names = evaluated.outputs.values().filter_map(|output| output.export.as_ref());
    names.filter_map(Json::as_str).map(str::to_owned).collect()
}

/// The exports of other stacks that the template imports, as far as they are known beforehand.
pub(super) fn imports(spec: &Spec) -> BTreeSet<String> {
    let evaluated = evaluated(spec);
    let values = evaluated.resources.values().map(|resource| &resource.properties);
    let values = values.chain(evaluated.outputs.values().map(|output| &output.value));
    let references = values.flat_map(intrinsics::references);
    references
        .filter_map(|reference| match reference {
            Reference::Import(Json::String(name)) => Some(name),
            Reference::Import(_)
            | Reference::Ref(_)
            | Reference::GetAtt { .. }
            | Reference::Condition(_)
            | Reference::Mapping(_) => None,
        })
        .collect()
}

fn evaluated(spec: &Spec) -> Evaluated {
    let inputs = reconcile_core::input::Outputs::default();
    let values = spec.parameters.iter();
    let values = values.map(|(name, text)| (name.clone(), inputs.seen_from("").resolve(text)));
    let setting = Setting { region: &spec.region, stack_name: &spec.stack_name };
    Evaluated::new(&spec.template.parsed, &values.collect(), &setting)
}

fn parameters(spec: &Spec, document: &Document, scope: &mut Scope<'_>) {
    let template = &spec.template.parsed;
    let declared: Vec<_> = template.parameters().map(|parameter| parameter.name).collect();
    for name in spec.parameters.keys() {
        if !declared.contains(&name.as_str()) {
            let place = document.key_place(&format!("/parameters/{name}"));
            let message = format!("`{}` declares no parameter `{name}`", spec.template.path);
            let hint = did_you_mean(name, declared.iter().copied())
                .unwrap_or_else(|| format!("it declares {}", list(&declared)));
            scope.problem(Problem::at(place, message).hint(hint));
        }
    }
    for parameter in template.parameters() {
        secret(parameter.no_echo, (spec, parameter.name), document, scope);
        match spec.parameters.get(parameter.name).map(reconcile_core::text::Text::parts) {
            None if parameter.default.is_none() => {
                let name = parameter.name;
                let message = format!("the parameter `{name}` is required and not given");
                let hint = format!("add `{name}:` under `parameters:`");
                let place = document.key_place("/parameters");
                scope.problem(Problem::at(place, message).hint(hint));
            }
            Some([Part::Literal(value)]) if !parameter.allowed_values.is_empty() => {
                let allowed: Vec<_> =
                    parameter.allowed_values.iter().map(intrinsics::short_form).collect();
                if !allowed.iter().any(|allowed| allowed == value) {
                    let place = document.place(&format!("/parameters/{}", parameter.name));
                    let message = format!("`{}` does not take the value `{value}`", parameter.name);
                    let allowed: Vec<_> = allowed.iter().map(String::as_str).collect();
                    let hint = format!("it takes {}", list(&allowed));
                    scope.problem(Problem::at(place, message).hint(hint));
                }
            }
            None | Some(_) => {}
        }
    }
}

/// A `NoEcho` parameter's value is a secret, and a secret that was in git once is known.
fn secret(no_echo: bool, (spec, name): (&Spec, &str), document: &Document, scope: &mut Scope<'_>) {
    let given = spec.parameters.get(name).map(reconcile_core::text::Text::parts);
    let Some([Part::Literal(value)]) = given else { return };
    if no_echo && !value.starts_with("{{resolve:") {
        let place = document.place(&format!("/parameters/{name}"));
        let message = if value == HIDDEN {
            format!(
                "AWS does not show the value of the NoEcho parameter `{name}`: say where it is kept"
            )
        } else {
            format!("the parameter `{name}` is NoEcho, and its value stands in git")
        };
        let hint = "keep it in Secrets Manager or SSM: `\"{{resolve:secretsmanager:NAME}}\"`";
        scope.problem(Problem::at(place, message).hint(hint));
    }
}

/// Consent to replace something that the template does not have is a slip of the pen. Consent to delete
/// may name what an earlier template had.
fn consent(spec: &Spec, document: &Document, scope: &mut Scope<'_>) {
    let template = &spec.template.parsed;
    for logical_id in &spec.allow.replace {
        if template.resource(logical_id).is_none() {
            let ids: Vec<_> = template.resources().map(|resource| resource.logical_id).collect();
            let message = format!("the template has no resource `{logical_id}`");
            let hint = did_you_mean(logical_id, ids);
            let place = document.place("/allow/replace");
            scope.problem(Problem { place: Some(place), message, hint });
        }
    }
}

/// CloudFormation refuses templates with IAM resources unless it was told that they are meant
/// (API Reference, `CreateChangeSet`, Capabilities).
fn capabilities(spec: &Spec, document: &Document, scope: &mut Scope<'_>) {
    let iam = spec.template.parsed.resources().filter(|resource| {
        ["Role", "User", "Group", "Policy", "ManagedPolicy", "InstanceProfile", "AccessKey"]
            .iter()
            .any(|name| resource.type_name.strip_prefix("AWS::IAM::") == Some(name))
    });
    let mut needed = None;
    for resource in iam {
        let named =
            ["RoleName", "UserName", "GroupName", "ManagedPolicyName", "InstanceProfileName"]
                .iter()
                .any(|name| resource.properties.is_some_and(|set| set.contains_key(*name)));
        let capability =
            if named { Capability::CapabilityNamedIam } else { Capability::CapabilityIam };
        needed = needed.max(Some((capability, resource.logical_id.to_owned())));
    }
    let Some((needed, because)) = needed else { return };
    if spec
        .capabilities
        .iter()
        .any(|given| *given == needed || *given == Capability::CapabilityNamedIam)
    {
        return;
    }
    let message = format!("the template needs {}, because of `{because}`", needed.as_str());
    let hint = format!("add `capabilities: [{}]`", needed.as_str());
    scope.problem(Problem::at(document.place("/template"), message).hint(hint));
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
