//! Compares units by a list of what is declared of them, for kinds in which nothing more is to be foreseen.

use std::collections::{BTreeMap, BTreeSet};

use reconcile_core::coverage::Coverage;
use reconcile_core::digest::Digest;
use reconcile_core::input::Value;
use reconcile_core::plan::Planned;
use reconcile_core::verdict::{Action, Change, Effect, FieldChange, Verdict};

/// What is declared of a unit, as it is shown, by the name that its file has for it.
pub type Properties = BTreeMap<String, String>;

/// Decides by what differs; none where the unit is not declared.
pub fn by_property(
    before: Option<&Properties>,
    after: Option<&Properties>,
    outputs: BTreeMap<String, Value>,
) -> Planned {
    Planned {
        verdict: verdict(before, after),
        outputs,
        desired: Digest::of_json(&after),
        observed: Digest::of_json(&before),
        coverage: Coverage::default(),
    }
}

fn verdict(before: Option<&Properties>, after: Option<&Properties>) -> Verdict {
    let (action, reason, fields) = match (before, after) {
        (None, None) => return Verdict::InSync,
        (Some(before), Some(after)) if before == after => return Verdict::InSync,
        (Some(before), Some(after)) => {
            let fields = fields(before, after, Effect::InPlace);
            (Action::Update, "it is declared otherwise", fields)
        }
        (None, Some(after)) => {
            (Action::Create, "it is new", fields(&Properties::new(), after, Effect::Create))
        }
        // What goes with it is the kind's to say.
        (Some(_), None) => (Action::Delete, "`desired/` does not declare it any more", Vec::new()),
    };
    Verdict::Change(Change { fields, ..Change::new(action, reason) })
}

fn fields(before: &Properties, after: &Properties, effect: Effect) -> Vec<FieldChange> {
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let differing = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let field = |name: &String| FieldChange {
        path: name.clone(),
        before: before.get(name).cloned(),
        after: after.get(name).cloned(),
        effect,
    };
    differing.map(field).collect()
}

/// Says of a unit that goes what of it stays.
pub fn leaving(planned: Planned, what_stays: &str) -> Planned {
    let Planned { verdict: Verdict::Change(mut change), .. } = planned else { return planned };
    if change.action == Action::Delete {
        change.reason.push_str(": ");
        change.reason.push_str(what_stays);
    }
    Planned { verdict: Verdict::Change(change), ..planned }
}
