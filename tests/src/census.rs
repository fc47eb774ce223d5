//! All that an account holds, in a form in which two accounts with the same history compare equal.
//!
//! Asked through the API where there is one. Times and the names that AWS makes up are left out, since they
//! differ from one account to the next: a made-up name is written as the stack and logical ID that it belongs to.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::Stack;

use crate::account::Account;

/// What an account holds: text, for a difference that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Census(String);

impl Census {
    /// Takes it, within a process.
    pub async fn of(account: &Account) -> Self {
        let client = account.cloudformation();
        let mut lines = Vec::new();
        let mut made_up = BTreeMap::new();
        let mut pages = client.describe_stacks().into_paginator().send();
        while let Some(page) = pages.next().await {
            for stack in page.expect("stacks are listed").stacks.unwrap_or_default() {
                lines.extend(of_stack(&client, &stack, &mut made_up).await);
            }
        }
        for live in account.sandbox.resources().expect("the account can be read") {
            lines.push(format!("{} {} {}", live.type_name, live.identifier, live.properties));
        }
        let mut text = lines.join("\n");
        for (physical, logical) in made_up {
            text = text.replace(&physical, &logical);
        }
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        Self(lines.join("\n"))
    }

    /// What only the one has (`-`) and what only the other (`+`); empty if they are the same.
    pub fn difference(&self, other: &Self) -> String {
        let (ours, theirs): (BTreeSet<_>, BTreeSet<_>) =
            (self.0.lines().collect(), other.0.lines().collect());
        let less = ours.difference(&theirs).map(|line| format!("- {line}\n"));
        less.chain(theirs.difference(&ours).map(|line| format!("+ {line}\n"))).collect()
    }
}

/// A line for each thing that a stack is, and the names that AWS made up for it.
async fn of_stack(
    client: &Client,
    stack: &Stack,
    made_up: &mut BTreeMap<String, String>,
) -> Vec<String> {
    let name = stack.stack_name().unwrap_or_default();
    if let Some(id) = stack.stack_id() {
        made_up.insert(id.to_owned(), format!("<{name}>"));
    }
    let mut lines = Vec::new();
    let mut line = |what: &str, value: &dyn std::fmt::Debug| {
        lines.push(format!("stack {name} {what} {value:?}"));
    };
    line("status", &stack.stack_status());
    line("protection", &stack.enable_termination_protection());
    for parameter in stack.parameters() {
        line("parameter", &(parameter.parameter_key(), parameter.parameter_value()));
    }
    for output in stack.outputs() {
        line("output", &(output.output_key(), output.output_value()));
    }
    for tag in stack.tags() {
        line("tag", &(tag.key(), tag.value()));
    }
    let sets = client.list_change_sets().stack_name(name).send().await;
    for set in sets.expect("change sets are listed").summaries() {
        line("change set", &(set.execution_status(), set.status()));
    }
    let template = client.get_template().stack_name(name).send().await;
    line("template", &template.ok().and_then(|answer| answer.template_body));
    let policy = client.get_stack_policy().stack_name(name).send().await;
    line("policy", &policy.ok().and_then(|answer| answer.stack_policy_body));
    let resources = client.describe_stack_resources().stack_name(name).send().await;
    for one in resources.expect("resources are listed").stack_resources() {
        let logical = one.logical_resource_id().unwrap_or_default();
        line("resource", &(logical, one.resource_type(), one.resource_status()));
        if let Some(physical) = one.physical_resource_id() {
            let named = format!("<{name}.{logical}>");
            // Of an ARN, the end stands in properties, too.
            let end = physical.rsplit([':', '/']).next().unwrap_or(physical);
            made_up.insert(end.to_owned(), named);
        }
    }
    lines
}
