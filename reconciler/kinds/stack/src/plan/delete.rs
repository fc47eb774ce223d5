//! The decision about a stack that is ours and that `desired/` does not declare any more.

use reconcile_cfn::Template;
use reconcile_cfn::stateful::holds;
use reconcile_core::digest::Digest;
use reconcile_core::input::Value;
use reconcile_core::verdict::{Action, Change, Danger, DangerLevel, Effect, FieldChange, Verdict};
use reconcile_engine::kind::PlanContext;

use super::evaluate::{Evaluated, Setting};
use super::{Draft, is_kept, unfamiliar};
use crate::state::{Phase, SeenTemplate, State};
use crate::step::{Deletion, Step, Target};

/// Deletes it, if nothing in it holds data or identity or the environment's file permits it.
pub(super) fn delete(state: &State, context: &PlanContext<'_>, observed: &Digest) -> Draft {
    let described = &state.described;
    let region = region_of(&described.id);
    let target = Target {
        region: region.to_owned(),
        stack_name: described.name.clone(),
        stack_id: Some(described.id.clone()),
    };
    match described.status.phase() {
        Phase::Deleted => return Draft::of(Verdict::InSync),
        Phase::Busy => {
            let reason = format!("AWS is at work on it ({}): wait", described.status);
            return Draft::change(Change::new(Action::Recover, reason), vec![Step::Wait(target)]);
        }
        Phase::Unfamiliar => return unfamiliar(state),
        Phase::Review
        | Phase::Settled
        | Phase::NeverCreated
        | Phase::Interrupted
        | Phase::Stuck
        | Phase::RollbackFailed => {}
    }
    let permitted = context.environment.allow_delete.contains(context.address);
    let mut change = Change::new(Action::Delete, "`desired/` does not declare it any more");
    contents(state, permitted, &mut change);
    let loses = change.danger() == DangerLevel::High;
    if described.termination_protection {
        change.dangers.push(Danger {
            level: DangerLevel::High,
            subject: described.name.clone(),
            what: "is protected from termination: the protection is switched off".to_owned(),
            allowed: permitted,
        });
    }
    if change.danger() == DangerLevel::High && !permitted {
        let environment = &context.environment.name;
        return Draft::of(Verdict::Blocked {
            why: if loses {
                "it left `desired/`, and deleting it would destroy data or identity".to_owned()
            } else {
                "it left `desired/`, and is protected from termination".to_owned()
            },
            unblock: format!(
                "if that is meant, add `allow: {{ delete: [{}] }}` to desired/environments/{environment}.yaml",
                context.address
            ),
            change: Some(change),
        });
    }
    let identity = Digest::of_parts([described.id.as_bytes(), observed.as_str().as_bytes()]);
    let unprotect = described.termination_protection;
    Draft::change(change, vec![Step::Delete(Deletion { target, unprotect, identity })])
}

fn contents(state: &State, permitted: bool, change: &mut Change) {
    let described = &state.described;
    if matches!(described.status.phase(), Phase::Review | Phase::NeverCreated) {
        return;
    }
    let SeenTemplate::Read(template) = &state.template else {
        change.dangers.push(Danger {
            level: DangerLevel::High,
            subject: described.name.clone(),
            what: "is deleted, and what it holds could not be read".to_owned(),
            allowed: permitted,
        });
        return;
    };
    for (logical_id, resource) in deployed(template, state).resources {
        let kept = is_kept(&resource.deletion_policy);
        let (level, what) = match holds(&resource.type_name) {
            _ if kept => (DangerLevel::Low, "stays in AWS without a stack".to_owned()),
            Some(held) => (DangerLevel::High, format!("is deleted: {}", held.why)),
            None => (DangerLevel::None, String::new()),
        };
        if level > DangerLevel::None {
            let subject = format!("{logical_id} ({})", resource.type_name);
            let allowed = level < DangerLevel::High || permitted;
            change.dangers.push(Danger { level, subject, what, allowed });
        }
        change.fields.push(FieldChange {
            path: format!("Resources/{logical_id}"),
            before: Some(resource.type_name),
            after: None,
            effect: if kept { Effect::Record } else { Effect::Delete },
        });
    }
}

/// What of a template is deployed: conditions leave things out.
fn deployed(template: &Template, state: &State) -> Evaluated {
    let described = &state.described;
    let parameters = described.parameters.iter();
    let known = |(name, value): (&String, &String)| (name.clone(), Value::Known(value.clone()));
    let setting = Setting { region: region_of(&described.id), stack_name: &described.name };
    Evaluated::new(template, &parameters.map(known).collect(), &setting)
}

/// The fourth part of an ARN.
fn region_of(arn: &str) -> &str {
    arn.split(':').nth(3).unwrap_or_default()
}
