//! What two revisions of a terminal's declaration differ in.

use std::collections::{BTreeMap, BTreeSet};

use reconcile_core::plan::Planned;
use reconcile_core::verdict::{Change, Danger, DangerLevel, Effect, FieldChange, Verdict};
use reconcile_engine::compare::{Properties, by_property};
use reconcile_engine::kind::{Declared, PlanContext, Wanted};

use super::new_certificate;
use super::work::LOST_CERTIFICATE;
use crate::spec::{Spec, Standing};

/// Decides about one terminal as if AWS showed what another revision declares.
pub(crate) fn compare(
    before: Option<&Declared<'_, Spec>>,
    wanted: &Wanted<'_, Spec>,
    context: &PlanContext<'_>,
) -> Planned {
    let said = before.map(|one| properties(one.spec, &one.context));
    let after = match wanted {
        Wanted::Declared(spec) => Some((*spec, properties(spec, context))),
        Wanted::Gone => None,
    };
    let says = after.as_ref().map(|(_, says)| says);
    let mut planned = by_property(said.as_ref(), says, BTreeMap::new());
    if let Verdict::Change(change) = &mut planned.verdict {
        let before = before.zip(said.as_ref()).map(|(one, said)| (one.spec, said));
        certificates(before, after.as_ref().map(|(spec, says)| (*spec, says)), change);
    }
    planned
}

type Side<'a> = (&'a Spec, &'a Properties);

/// What becomes of the terminal's certificates.
fn certificates(before: Option<Side<'_>>, after: Option<Side<'_>>, change: &mut Change) {
    let is_in =
        |side: Option<Side<'_>>, standing| side.is_some_and(|(spec, _)| spec.standing == standing);
    let is_revoked = |side: Option<Side<'_>>| {
        side.is_none_or(|(spec, _)| matches!(spec.standing, Standing::Revoked(_)))
    };
    let is_same = |name: &str| {
        before.zip(after).is_some_and(|((_, was), (_, is))| was.get(name) == is.get(name))
    };
    if let Some((spec, _)) = after.filter(|_| is_in(after, Standing::Enrolled))
        && !(is_same(KEY) && is_same(AUTHORITY))
    {
        change.fields.push(new_certificate(None, spec));
    }
    if !is_revoked(before) && is_revoked(after) {
        change.fields.push(FieldChange {
            path: LOST_CERTIFICATE.to_owned(),
            before: Some("every one that is live".to_owned()),
            after: None,
            effect: Effect::Delete,
        });
        change.dangers.push(Danger {
            level: DangerLevel::High,
            subject: "certificates".to_owned(),
            what: "are revoked: no terminal can use them again".to_owned(),
            allowed: true,
        });
    }
}

const KEY: &str = "csr";
const AUTHORITY: &str = "authority";

fn properties(spec: &Spec, context: &PlanContext<'_>) -> Properties {
    let Spec { declared_in: _, name: _, clinic, prefix, request, authority, bucket, .. } = spec;
    let Spec { validity, renew_before, overlap, standing, issue_again, revoke, .. } = spec;
    let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
    let standing = match standing {
        Standing::Enrolled => "enrolled".to_owned(),
        Standing::Suspended => "suspended".to_owned(),
        Standing::Revoked(reason) => format!("revoked ({reason})"),
    };
    let said = [
        ("clinic", clinic.to_string()),
        ("prefix", prefix.to_string()),
        (KEY, format!("key {}", request.public_key.short())),
        (AUTHORITY, context.inputs.resolve(authority).to_string()),
        ("bucket", context.inputs.resolve(bucket).to_string()),
        ("validity", validity.to_string()),
        ("renewBefore", renew_before.to_string()),
        ("overlap", overlap.to_string()),
        ("state", standing),
        ("allow/issueAgain", list(issue_again)),
        ("allow/revoke", list(revoke)),
    ];
    let said = said.into_iter().filter(|(_, value)| !value.is_empty());
    said.map(|(name, value)| (name.to_owned(), value)).collect()
}
