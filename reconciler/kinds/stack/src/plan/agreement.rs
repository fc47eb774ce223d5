//! Whether what CloudFormation computed stays within what was planned and permitted.

use reconcile_cfn::stateful::holds;
use reconcile_core::verdict::Effect;

use crate::port::{ComputedChange, ComputedKind};
use crate::step::Deployment;

/// Why a change set may not be executed, and what would permit it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Disagreement {
    /// What goes too far.
    pub why: String,
    /// What a person does about it.
    pub unblock: String,
}

/// Compares every computed change with the plan; all that go too far are named.
pub(crate) fn disagreement(
    deployment: &Deployment,
    computed: &[ComputedChange],
) -> Option<Disagreement> {
    let too_far: Vec<_> =
        computed.iter().filter_map(|change| Some((change, excess(deployment, change)?))).collect();
    if too_far.is_empty() {
        return None;
    }
    let why: Vec<_> = too_far
        .iter()
        .map(|(change, excess)| format!("`{}` ({}) {excess}", change.logical_id, change.type_name))
        .collect();
    Some(Disagreement {
        why: format!("CloudFormation would go further than the plan: {}", why.join("; ")),
        unblock: advice(deployment, too_far.iter().map(|(change, _)| *change)),
    })
}

/// The consent that would permit it; what no consent permits is planned again.
fn advice<'a>(
    deployment: &Deployment,
    too_far: impl Iterator<Item = &'a ComputedChange>,
) -> String {
    let (mut replace, mut delete) = (Vec::new(), Vec::new());
    for ComputedChange { logical_id, kind, .. } in too_far {
        match kind {
            ComputedKind::Replace | ComputedKind::MayReplace => replace.push(logical_id.as_str()),
            ComputedKind::Remove => delete.push(logical_id.as_str()),
            ComputedKind::Add
            | ComputedKind::Modify
            | ComputedKind::Import
            | ComputedKind::Record
            | ComputedKind::Dynamic => {}
        }
    }
    let entries: Vec<_> = [("replace", replace), ("delete", delete)]
        .into_iter()
        .filter(|(_, ids)| !ids.is_empty())
        .map(|(word, ids)| format!("{word}: [{}]", ids.join(", ")))
        .collect();
    if entries.is_empty() {
        return "plan again with `--full`, which believes nothing but AWS".to_owned();
    }
    let Deployment { declared_in, .. } = deployment;
    format!("if that is meant, add `allow: {{ {} }}` to {declared_in}", entries.join(", "))
}

/// What a change does beyond the plan, in words that follow the resource's name.
fn excess(deployment: &Deployment, change: &ComputedChange) -> Option<&'static str> {
    let ComputedChange { logical_id, type_name, kind, is_direct, is_kept } = change;
    let allow = &deployment.allow;
    let planned = deployment.expected.get(logical_id).copied();
    let holds = holds(type_name).is_some();
    // What a macro makes of the template is known to CloudFormation only.
    let foreseen = deployment.template.parsed.transforms().is_empty();
    match kind {
        ComputedKind::Replace | ComputedKind::MayReplace if allow.replace.contains(logical_id) => {
            None
        }
        ComputedKind::Replace if holds => Some("would be replaced"),
        ComputedKind::Replace | ComputedKind::MayReplace
            if !holds && planned.is_some_and(Effect::is_destructive) =>
        {
            None
        }
        ComputedKind::Replace => Some("would be replaced, which was not planned"),
        ComputedKind::MayReplace if holds => Some("may be replaced"),
        ComputedKind::MayReplace => Some("may be replaced, which was not planned"),
        ComputedKind::Remove if allow.delete.contains(logical_id) => None,
        ComputedKind::Remove if holds && !is_kept => Some("would be deleted"),
        ComputedKind::Remove if planned == Some(Effect::Delete) => None,
        ComputedKind::Remove => Some("would leave the stack, which was not planned"),
        ComputedKind::Import => Some("would be taken into the stack, which was not planned"),
        ComputedKind::Add if planned.is_none() && foreseen => {
            Some("would be created, which was not planned")
        }
        ComputedKind::Modify if planned.is_none() && *is_direct && foreseen => {
            Some("would be changed, which was not planned")
        }
        // What a nested stack or a macro does is decided there; the stack itself is not destroyed.
        ComputedKind::Add | ComputedKind::Modify | ComputedKind::Record | ComputedKind::Dynamic => {
            None
        }
    }
}
