//! An existing stack, written down as a file of `desired/` would declare it.
//!
//! Expected flow: [`find`] the stack, [`Found::obstacle`] says why it cannot be taken over, [`Found::declared`] writes
//! the file. The template and the policy are files of their own, which the caller places.
//!
//! Guarantees: nothing is written to AWS. What the file says is what runs, with two exceptions that are told: the values of
//! `NoEcho` parameters, which AWS does not show, and settings that the format does not have.

use std::collections::BTreeSet;

use reconcile_cfn::Template;
use reconcile_cfn::intrinsics::short_form;
use reconcile_core::address::Address;
use reconcile_core::environment::Environment;
use reconcile_core::problem::Problem;
use reconcile_engine::aws::session::Session;
use reconcile_engine::load::edit::scalar;

use crate::aws::CloudFormation;
use crate::port::Looks as _;
use crate::spec::HIDDEN;
use crate::state::{ADDRESS_TAG, Described, ENVIRONMENT_TAG, Phase};

/// A stack that is there.
#[derive(Debug)]
pub struct Found {
    /// What `DescribeStacks` says.
    pub described: Described,
    /// The template, byte for byte as it was sent.
    pub template: String,
    /// The stack policy, if it has one.
    pub policy: Option<String>,
    parsed: Template,
}

/// Where the parts of a declaration are, and what it is called.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'a> {
    /// The file's stem.
    pub name: &'a str,
    /// The environment that it is declared for.
    pub environment: &'a Environment,
    /// The template's file.
    pub template: &'a str,
    /// The policy's file, if there is a policy.
    pub policy: Option<&'a str>,
}

/// A stack's file that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The file.
    pub text: String,
    /// The parameters whose values AWS does not show: a person has to say where they are kept.
    pub hidden: Vec<String>,
    /// What a reader should know besides, one sentence each.
    pub notes: Vec<String>,
}

/// Looks for a stack, by its name or ARN.
pub async fn find(session: &Session, region: &str, stack: &str) -> Result<Found, Problem> {
    let api = CloudFormation::new(session);
    let failed = |what: &str, error: &dyn std::fmt::Display| {
        Problem::whole(format!("failed to read {what} of `{stack}`: {error}"))
    };
    let described = api.stack(region, stack).await.map_err(|error| failed("the state", &error))?;
    let Some(described) = described else {
        return Err(Problem::whole(format!("there is no stack `{stack}` in {region}"))
            .hint("name another region with `--region`, or give the stack's ARN"));
    };
    let template = api.template(region, &described.id).await;
    let template = template.map_err(|error| failed("the template", &error))?;
    let policy = api.policy(region, &described.id).await;
    let policy = policy.map_err(|error| failed("the policy", &error))?;
    let parsed = Template::parse(&template).map_err(|error| {
        Problem::whole(format!("the template of `{stack}` cannot be understood: {}", error.message))
    })?;
    Ok(Found { described, template, policy, parsed })
}

impl Found {
    /// Why it cannot be declared under this address.
    pub fn obstacle(&self, address: &Address, environment: &Environment) -> Option<Problem> {
        let Described { name, status, settings, tags, .. } = &self.described;
        if let Some(parent) = &settings.parent {
            return Some(
                Problem::whole(format!("`{name}` is a part of the stack `{parent}`"))
                    .hint("import that one: it makes this one from its own template"),
            );
        }
        if status.phase() != Phase::Settled {
            return Some(
                Problem::whole(format!("`{name}` is {status}: what it is cannot be told"))
                    .hint("wait until it is done, or repair it first"),
            );
        }
        let owner = (tags.get(ENVIRONMENT_TAG)?, tags.get(ADDRESS_TAG)?);
        if *owner.0 == environment.name && *owner.1 == address.to_string() {
            return None;
        }
        let (of, owner) = owner;
        let problem =
            Problem::whole(format!("`{name}` belongs to `{owner}` of the environment `{of}`"));
        Some(if *of == environment.name {
            let name = owner.rsplit('/').next().unwrap_or(owner);
            problem.hint(format!("import it under that name: `--name {name}`"))
        } else {
            problem.hint("a stack has one owner: let that environment give it up first")
        })
    }

    /// Whether it is declared by its tags already: then no consent is needed to go on with it.
    fn is_ours(&self) -> bool {
        self.described.tags.contains_key(ADDRESS_TAG)
    }

    /// The file that declares it.
    pub fn declared(&self, naming: Naming<'_>) -> Declared {
        let Naming { name, environment, template, policy } = naming;
        let described = &self.described;
        let mut lines = vec![
            "# yaml-language-server: $schema=../.schemas/stack.schema.json".to_owned(),
            "kind: Stack".to_owned(),
            format!("name: {}", scalar(name)),
            format!("environments: [{}]", scalar(&environment.name)),
        ];
        if described.name != name {
            lines.push(format!("stackName: {}", scalar(&described.name)));
        }
        if described.region() != environment.target.region() {
            lines.push(format!("region: {}", scalar(described.region())));
        }
        lines.push(format!("template: {}", scalar(template)));
        let (parameters, hidden) = self.parameters();
        lines.extend(map("parameters", &parameters));
        lines.extend(policy.map(|policy| format!("policy: {}", scalar(policy))));
        if described.termination_protection {
            lines.push("terminationProtection: true".to_owned());
        }
        let capabilities: BTreeSet<&str> =
            described.settings.capabilities.iter().map(String::as_str).collect();
        if !capabilities.is_empty() {
            let list: Vec<&str> = capabilities.into_iter().collect();
            lines.push(format!("capabilities: [{}]", list.join(", ")));
        }
        lines.extend(map("tags", &self.tags(environment)));
        let role = described.settings.role_arn.as_deref();
        lines.extend(role.map(|role| format!("roleArn: {}", literal(role))));
        if !self.is_ours() {
            lines.push(
                "# It was not made by reconcile: this is the consent to take it over.".to_owned(),
            );
            lines.push("allow: { adopt: true }".to_owned());
        }
        Declared { text: lines.join("\n") + "\n", hidden, notes: self.notes() }
    }

    /// The parameters that are not what the template says by itself, and those that AWS does not show.
    fn parameters(&self) -> (Vec<(String, String)>, Vec<String>) {
        let mut shown = Vec::new();
        let mut hidden = Vec::new();
        for parameter in self.parsed.parameters() {
            let Some(value) = self.described.parameters.get(parameter.name) else { continue };
            let name = parameter.name.to_owned();
            if parameter.no_echo {
                hidden.push(name.clone());
                shown.push((name, HIDDEN.to_owned()));
            } else if parameter.default.map(short_form).as_ref() != Some(value) {
                shown.push((name, value.clone()));
            }
        }
        (shown, hidden)
    }

    /// Its tags, but for AWS's, ours, and those that the environment puts on every stack.
    fn tags(&self, environment: &Environment) -> Vec<(String, String)> {
        let reserved = |key: &str| key.starts_with("aws:") || key.starts_with("reconcile:");
        let tags = self.described.tags.iter().filter(|(key, _)| !reserved(key));
        let own = tags.filter(|(key, value)| environment.tags.get(*key) != Some(value));
        own.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    fn notes(&self) -> Vec<String> {
        let topics = &self.described.settings.notification_arns;
        let topics = (!topics.is_empty()).then(|| {
            format!(
                "the stack tells {} of its events: CloudFormation keeps that, and git does not declare it",
                topics.join(", ")
            )
        });
        topics.into_iter().collect()
    }
}

/// A key with a map under it; nothing for an empty one.
fn map(key: &str, values: &[(String, String)]) -> Vec<String> {
    let heading = (!values.is_empty()).then(|| format!("{key}:"));
    let lines =
        values.iter().map(|(name, value)| format!("  {}: {}", scalar(name), literal(value)));
    heading.into_iter().chain(lines).collect()
}

/// A text that means itself, whatever it contains.
fn literal(value: &str) -> String {
    scalar(&value.replace("${", "$${"))
}
