//! What a change of resources destroys, and whether git permits it.

use std::collections::BTreeMap;

use reconcile_cfn::stateful::holds;
use reconcile_core::verdict::{Danger, DangerLevel, Effect};

use super::diff::ResourceChange;
use crate::spec::Allow;

/// The dangers of these changes, the worst first.
pub(super) fn dangers(resources: &BTreeMap<String, ResourceChange>, allow: &Allow) -> Vec<Danger> {
    let mut dangers: Vec<_> =
        resources.iter().filter_map(|(id, change)| danger(id, change, allow)).collect();
    dangers.sort_by(|left, right| {
        right.level.cmp(&left.level).then_with(|| left.subject.cmp(&right.subject))
    });
    dangers
}

/// Whether a policy keeps the resource, or a copy of its data, when it leaves the stack.
/// `RetainExceptOnCreate` deletes only what a creation that failed had just made.
pub fn is_kept(policy: &str) -> bool {
    matches!(policy, "Retain" | "RetainExceptOnCreate" | "Snapshot")
}

fn danger(id: &str, change: &ResourceChange, allow: &Allow) -> Option<Danger> {
    let ResourceChange { type_name, effect, deletion_policy, update_replace_policy } = change;
    let held = holds(type_name);
    let (level, what, allowed) = match (effect, held) {
        (Effect::Record | Effect::Create | Effect::InPlace, _) => return None,
        (Effect::Delete, _) if is_kept(deletion_policy) => (
            DangerLevel::Low,
            format!("leaves the stack and stays in AWS, by its DeletionPolicy `{deletion_policy}`"),
            true,
        ),
        (Effect::Delete, Some(held)) => {
            (DangerLevel::High, format!("is deleted: {}", held.why), allow.delete.contains(id))
        }
        (Effect::Delete, None) => (DangerLevel::Low, "is deleted".to_owned(), true),
        (Effect::Replace, Some(held)) if is_kept(update_replace_policy) => (
            DangerLevel::High,
            format!("is replaced, the old one stays in AWS unused: {}", held.why),
            allow.replace.contains(id),
        ),
        (Effect::Replace, Some(held)) => (
            DangerLevel::High,
            format!("is replaced and the old one deleted: {}", held.why),
            allow.replace.contains(id),
        ),
        (Effect::Replace, None) => (DangerLevel::Low, "is replaced".to_owned(), true),
        (Effect::MayReplace, Some(held)) => (
            DangerLevel::Low,
            format!("may be replaced ({}); if so, nothing is executed without consent", held.why),
            true,
        ),
        (Effect::MayReplace, None) => (DangerLevel::Low, "may be replaced".to_owned(), true),
    };
    Some(Danger { level, subject: format!("{id} ({type_name})"), what, allowed })
}

/// The `allow:` that permits what is not permitted yet, as it is written in a stack's file.
pub(super) fn consent_needed(
    resources: &BTreeMap<String, ResourceChange>,
    allow: &Allow,
) -> Option<String> {
    let missing = |wanted: Effect| -> Vec<&str> {
        let held_back = resources.iter().filter(|(id, change)| {
            change.effect == wanted
                && danger(id, change, allow)
                    .is_some_and(|danger| danger.level == DangerLevel::High && !danger.allowed)
        });
        held_back.map(|(id, _)| id.as_str()).collect()
    };
    let entries: Vec<_> =
        [("replace", missing(Effect::Replace)), ("delete", missing(Effect::Delete))]
            .into_iter()
            .filter(|(_, ids)| !ids.is_empty())
            .map(|(word, ids)| format!("{word}: [{}]", ids.join(", ")))
            .collect();
    (!entries.is_empty()).then(|| format!("allow: {{ {} }}", entries.join(", ")))
}
