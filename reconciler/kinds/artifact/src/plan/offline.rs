//! What two revisions of an artifact's declaration differ in.

use std::collections::{BTreeMap, BTreeSet};

use reconcile_core::plan::Planned;
use reconcile_engine::compare::{Properties, by_property, leaving};
use reconcile_engine::kind::{Declared, PlanContext, Wanted};

use super::package::pending;
use crate::spec::{Function, Package, Spec};

/// Decides about one unit as if AWS showed what another revision declares.
pub(crate) fn compare(
    before: Option<&Declared<'_, Spec>>,
    wanted: &Wanted<'_, Spec>,
    context: &PlanContext<'_>,
) -> Planned {
    let before = before.map(|one| properties(one.spec, &one.context));
    let (after, outputs) = match wanted {
        Wanted::Declared(spec) => {
            let outputs = match spec {
                Spec::Package(package) => pending(package, context),
                Spec::Function(_) => BTreeMap::new(),
            };
            (Some(properties(spec, context)), outputs)
        }
        Wanted::Gone => (None, BTreeMap::new()),
    };
    leaving(
        by_property(before.as_ref(), after.as_ref(), outputs),
        "what was made of it stays in AWS",
    )
}

fn properties(spec: &Spec, context: &PlanContext<'_>) -> Properties {
    let said = match spec {
        Spec::Package(package) => of_package(package, context),
        Spec::Function(function) => of_function(function, context),
    };
    said.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn of_package(package: &Package, context: &PlanContext<'_>) -> Properties {
    let Package { name: _, declared_in: _, krate, sources, architecture, profile, .. } = package;
    let Package { features, runs_on_lambda: _, bucket, signing_profile, sign_again, .. } = package;
    let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
    let said = [
        ("crate", krate.clone()),
        ("architecture", architecture.word().to_owned()),
        ("profile", profile.clone()),
        ("features", features.join(", ")),
        ("bucket", context.inputs.resolve(bucket).to_string()),
        ("signingProfile", context.inputs.resolve(signing_profile).to_string()),
        ("allow/signAgain", list(sign_again)),
    ];
    let parts =
        sources.parts.iter().map(|(part, digest)| (part.clone(), digest.short().to_owned()));
    said.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(parts).collect()
}

fn of_function(function: &Function, context: &PlanContext<'_>) -> Properties {
    let Function { declared_in: _, package, name, code_signing_config } = function;
    let config = code_signing_config.as_ref();
    let config = config.map(|config| context.inputs.resolve(config).to_string());
    Properties::from([
        ("package".to_owned(), package.to_string()),
        ("function".to_owned(), context.inputs.resolve(name).to_string()),
        ("codeSigningConfig".to_owned(), config.unwrap_or_default()),
    ])
}
