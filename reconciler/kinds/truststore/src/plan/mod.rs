//! The decision about a truststore: pure and total.
//!
//! | seen | decision |
//! |---|---|
//! | its bucket or a CA does not exist yet | create, once they do |
//! | the bucket keeps no versions | blocked: nothing could be pinned |
//! | a CA has no certificate; the certificates make no truststore | blocked |
//! | the object is what the CAs make | in sync; CAs that end soon are spoken of |
//! | no object, or another one than the CAs make | put it |
//! | a CA leaves it whose certificates may be in use | only a person knows whether they are: with consent |
//! | another object than the one that was in sync, and that one is what the CAs make | put it back |

mod departure;
mod offline;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use reconcile_core::coverage::Coverage;
use reconcile_core::digest::Digest;
use reconcile_core::input::Value;
use reconcile_core::observation::Observation;
use reconcile_core::verdict::{Action, Change, Verdict};
use reconcile_engine::draft;
use reconcile_engine::kind::{Decision, PlanContext, Wanted};

pub(crate) use offline::compare;

use self::departure::Departure;
use crate::certificate::Certificate;
use crate::chain;
use crate::spec::{Spec, output};
use crate::state::{SeenObject, State};
use crate::step::{Over, Step};

type Draft = draft::Draft<Step>;

/// What a unit publishes as it was seen.
pub(crate) fn published(state: &State) -> BTreeMap<String, String> {
    let version = state.object.as_ref().and_then(|object| object.version.clone());
    let version = version.map(|version| (output::VERSION.to_owned(), version));
    let uri = (output::URI.to_owned(), uri(&state.bucket, &state.key));
    version.map(|version| [uri, version].into()).unwrap_or_default()
}

/// Decides about one unit.
pub fn plan(
    wanted: &Wanted<'_, Spec>,
    seen: &Observation<State>,
    context: &PlanContext<'_>,
) -> Decision<Step> {
    let draft = match (wanted, seen) {
        (_, Observation::Unreadable(why)) => Draft::unreadable(why),
        // Whether a domain still pins what was left behind, only that domain knows.
        (Wanted::Gone, _) => Draft::of(Verdict::InSync),
        (Wanted::Declared(spec), Observation::Absent) => absent(spec, context),
        (Wanted::Declared(spec), Observation::Present(state)) => present(spec, state, context),
    };
    let desired = match wanted {
        Wanted::Declared(spec) => desired(spec, context),
        Wanted::Gone => Digest::of("gone"),
    };
    let observed = match seen {
        Observation::Absent => Digest::of("absent"),
        Observation::Present(state) => state.digest(),
        Observation::Unreadable(why) => Digest::of(why),
    };
    draft.decided(desired, observed)
}

/// Of all that is declared.
fn desired(spec: &Spec, context: &PlanContext<'_>) -> Digest {
    let Spec { name, bucket, authorities, removable, declared_in: _ } = spec;
    let resolve = |text| context.inputs.resolve(text);
    let authorities: Vec<_> = authorities.iter().map(resolve).collect();
    Digest::of_json(&(name, resolve(bucket), authorities, removable))
}

/// Of a truststore whose bucket or CAs do not exist yet.
fn absent(spec: &Spec, context: &PlanContext<'_>) -> Draft {
    let change = Change::new(Action::Create, "its bucket or a CA does not exist yet");
    Draft::change(change, Vec::new()).publishing(pending(spec, context))
}

fn present(spec: &Spec, seen: &State, context: &PlanContext<'_>) -> Draft {
    if let Some(reason) = moved(spec, seen, context) {
        let change = Change::new(Action::Update, reason);
        return Draft::change(change, Vec::new()).publishing(pending(spec, context));
    }
    if !seen.is_versioned {
        let why = format!("the bucket `{}` keeps no versions, so none can be pinned", seen.bucket);
        return held_back(
            spec,
            seen,
            context,
            (why, "switch versioning on in its stack".to_owned()),
        );
    }
    let certificates = match usable(spec, seen) {
        Ok(certificates) => certificates,
        Err(reasons) => return held_back(spec, seen, context, reasons),
    };
    let pem = chain::pem(&certificates);
    match &seen.object {
        Some(object) if object.digest == Digest::of(&pem) => {
            let coverage = coverage(&certificates, context);
            Draft { coverage, ..Draft::of(Verdict::InSync) }.publishing(current(seen))
        }
        _ => to_put(spec, seen, (&certificates, pem), context),
    }
}

/// Whether this plan itself moves what was looked at: only when that is done, more can be said.
fn moved(spec: &Spec, seen: &State, context: &PlanContext<'_>) -> Option<&'static str> {
    if context.inputs.resolve(&spec.bucket).known() != Some(&seen.bucket) {
        return Some("its bucket becomes another one");
    }
    let asked = seen.authorities.iter().map(|authority| Some(authority.arn.as_str()));
    let wanted: Vec<_> = spec.authorities.iter().map(|text| context.inputs.resolve(text)).collect();
    let same = wanted.iter().map(Value::known).eq(asked);
    (!same).then_some("a CA becomes another one")
}

/// The certificates that are to be in it, or why they cannot be, and what a person does about it.
fn usable(spec: &Spec, seen: &State) -> Result<Vec<Certificate>, (String, String)> {
    let (mut certificates, mut missing) = (Vec::new(), Vec::new());
    for authority in &seen.authorities {
        match &authority.certificate {
            Ok(certificate) => certificates.push(certificate.clone()),
            Err(why) => {
                missing.push(format!("the CA `{}` has no certificate: {why}", authority.arn));
            }
        }
    }
    if !missing.is_empty() {
        return Err((missing.join("; "), "activate it in its stack".to_owned()));
    }
    let flaws = chain::flaws(&certificates);
    if flaws.is_empty() {
        return Ok(certificates);
    }
    let unblock = format!(
        "list in `authorities` of {} each CA before the one that issued it, up to the root; a CA that is too weak has to be made anew",
        spec.declared_in
    );
    Err((flaws.join("; "), unblock))
}

fn to_put(
    spec: &Spec,
    seen: &State,
    (certificates, pem): (&[Certificate], String),
    context: &PlanContext<'_>,
) -> Draft {
    let digest = Digest::of(&pem);
    let is_tampered = seen.before.as_ref() == Some(&digest);
    let departures = match &seen.object {
        // What somebody put in beside git was never let in by it.
        Some(object) if !is_tampered => Departure::all(object, certificates, spec, context.now),
        Some(_) | None => Vec::new(),
    };
    let change = change(seen.object.as_ref(), certificates, is_tampered, &departures);
    if let Some(reasons) = Departure::held_back(&departures, spec) {
        let (why, unblock) = reasons;
        let blocked = Verdict::Blocked { why, unblock, change: Some(change) };
        return Draft::of(blocked).publishing(undisturbed(spec, seen, context));
    }
    let over = seen.object.as_ref().map_or(Over::Nothing, |object| Over::Tag(object.etag.clone()));
    let put = Step::Put { bucket: seen.bucket.clone(), key: spec.key(), pem, over };
    let coverage = coverage(certificates, context);
    Draft { coverage, ..Draft::change(change, vec![put]) }.publishing(pending(spec, context))
}

fn change(
    object: Option<&SeenObject>,
    certificates: &[Certificate],
    is_tampered: bool,
    departures: &[Departure<'_>],
) -> Change {
    let (action, reason) = match (object, is_tampered) {
        (None, true) => (Action::Revert, "its object was deleted"),
        (Some(_), true) => (Action::Revert, "its object was changed outside git"),
        (None, false) => (Action::Create, "it does not exist"),
        (Some(_), false) => (Action::Update, "its CAs have other certificates"),
    };
    let fields = departure::fields(object, certificates);
    let dangers = departures.iter().map(Departure::danger).collect();
    Change { dangers, fields, ..Change::new(action, reason) }
}

fn held_back(
    spec: &Spec,
    seen: &State,
    context: &PlanContext<'_>,
    (why, unblock): (String, String),
) -> Draft {
    let blocked = Verdict::Blocked { why, unblock, change: None };
    Draft::of(blocked).publishing(undisturbed(spec, seen, context))
}

/// What is published while nothing is changed: no version that nobody reviewed.
fn undisturbed(spec: &Spec, seen: &State, context: &PlanContext<'_>) -> BTreeMap<String, Value> {
    let object = seen.object.as_ref().map(|object| &object.digest);
    if object.is_some() && object == seen.before.as_ref() {
        current(seen)
    } else {
        pending(spec, context)
    }
}

fn current(seen: &State) -> BTreeMap<String, Value> {
    let published = published(seen).into_iter();
    published.map(|(name, value)| (name, Value::Known(value))).collect()
}

/// What is known before the object is put: everything but its version.
fn pending(spec: &Spec, context: &PlanContext<'_>) -> BTreeMap<String, Value> {
    let uri = match context.inputs.resolve(&spec.bucket) {
        Value::Known(bucket) => Value::Known(uri(&bucket, &spec.key())),
        pending @ Value::Pending(_) => pending,
    };
    let version = Value::Pending(BTreeSet::from([context.address.clone()]));
    BTreeMap::from([(output::URI.to_owned(), uri), (output::VERSION.to_owned(), version)])
}

fn coverage(certificates: &[Certificate], context: &PlanContext<'_>) -> Coverage {
    let notes = chain::warnings(certificates, context.now);
    Coverage { checked: 1, notes, ..Coverage::default() }
}

fn uri(bucket: &str, key: &str) -> String {
    format!("s3://{bucket}/{key}")
}
