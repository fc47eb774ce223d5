//! What two revisions of a truststore's declaration differ in.

use std::collections::BTreeMap;

use reconcile_core::plan::Planned;
use reconcile_engine::compare::{Properties, by_property, leaving};
use reconcile_engine::kind::{Declared, PlanContext, Wanted};

use crate::spec::Spec;

/// Decides about one truststore as if AWS showed what another revision declares.
pub(crate) fn compare(
    before: Option<&Declared<'_, Spec>>,
    wanted: &Wanted<'_, Spec>,
    context: &PlanContext<'_>,
) -> Planned {
    let before = before.map(|one| properties(one.spec, &one.context));
    let (after, outputs) = match wanted {
        Wanted::Declared(spec) => (Some(properties(spec, context)), super::pending(spec, context)),
        Wanted::Gone => (None, BTreeMap::new()),
    };
    leaving(by_property(before.as_ref(), after.as_ref(), outputs), "its object stays in its bucket")
}

fn properties(spec: &Spec, context: &PlanContext<'_>) -> Properties {
    let Spec { name: _, declared_in: _, bucket, authorities, removable } = spec;
    let authorities = authorities.iter().map(|text| context.inputs.resolve(text).to_string());
    let said = [
        ("bucket", context.inputs.resolve(bucket).to_string()),
        ("authorities", authorities.collect::<Vec<_>>().join("\n")),
        ("allow/remove", removable.join(", ")),
    ];
    let said = said.into_iter().filter(|(_, value)| !value.is_empty());
    said.map(|(name, value)| (name.to_owned(), value)).collect()
}
