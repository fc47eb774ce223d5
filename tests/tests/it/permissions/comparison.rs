//! The policies beside what is needed, both ways.

use std::collections::BTreeSet;

use reconcile_sandbox::LoggedCall;

use super::life::life;
use super::needs;
use super::policy::Policy;
use super::withheld::{WITHHELD, matches, patterns, without_withheld};
use super::{Actions, Registry, same, templates, texts_of, types_of};

/// The handlers, by what they do.
const ALL: [&str; 4] = ["create", "read", "update", "delete"];

/// What the calls of the life need.
fn needed<'a>(calls: impl IntoIterator<Item = &'a LoggedCall>) -> Actions {
    let life = life();
    let needs = calls.into_iter().flat_map(|call| needs::of(call, life));
    needs.map(|need| need.action).collect()
}

/// What AWS reads for whoever looks, with their rights: the drift of every type, and what Cloud Control is asked for.
fn read_by_aws(registry: &Registry) -> Actions {
    without_withheld(registry.handlers(&registry.types(), &["read"]))
}

/// The types of the templates whose stacks take the environment's service role: all but those that say `roleArn: caller`. An
/// option that is off has no stack; it would be one of them.
fn deployed_by_cloudformation() -> BTreeSet<String> {
    let stacks = texts_of("desired/stacks", "yaml");
    let of_callers: BTreeSet<&str> = stacks
        .values()
        .filter(|stack| stack.lines().any(|line| line.starts_with("roleArn: caller")))
        .filter_map(|stack| stack.lines().find_map(|line| line.strip_prefix("template: infra/")))
        .filter_map(|path| path.strip_suffix(".yaml"))
        .collect();
    assert_eq!(of_callers, BTreeSet::from(["bootstrap", "iam", "identity-center"]));
    let templates = templates().into_iter();
    let templates = templates.filter(|(name, _)| !of_callers.contains(name.as_str()));
    templates.flat_map(|(_, text)| types_of(&text)).collect()
}

#[test]
fn the_registry_speaks_of_the_types_in_the_templates_and_no_others() {
    let used: BTreeSet<String> = templates().values().flat_map(|text| types_of(text)).collect();
    assert_eq!(Registry::read().types(), used, "run reconciler/cfn/registry/make.py");
}

#[test]
fn planning_may_look_and_nothing_else() {
    let mut needed = needed(&life().looking);
    needed.extend(read_by_aws(&Registry::read()));
    same("plan", &Policy::of("plan").actions(), &needed);
}

#[test]
fn applying_may_call_what_the_program_calls_and_nothing_else() {
    let mut needed = needed(life().calls());
    needed.extend(read_by_aws(&Registry::read()));
    same("apply", &Policy::of("apply").actions(), &needed);
}

#[test]
fn cloudformation_may_do_what_its_handlers_need_and_nothing_else() {
    let needed = Registry::read().handlers(&deployed_by_cloudformation(), &ALL);
    same("cloudformation", &Policy::of("cloudformation").actions(), &without_withheld(needed));
}

#[test]
fn what_is_withheld_could_be_used_and_is_not_given() {
    let registry = Registry::read();
    let usable = registry.handlers(&registry.types(), &ALL);
    for pattern in patterns() {
        assert!(
            usable.iter().any(|action| matches(pattern, action)),
            "`{pattern}` withholds nothing"
        );
    }
    // Writing is given to nobody; of reading, what the program itself needs.
    let given = Policy::of("cloudformation").actions();
    for (patterns, why) in WITHHELD {
        let slipped = |pattern: &&str| given.iter().any(|action| matches(pattern, action));
        assert_eq!(patterns.iter().find(|pattern| slipped(pattern)), None, "{why}");
    }
}
