//! The decisions about terminals: pure and total.
//!
//! | git | seen | decision |
//! |---|---|---|
//! | enrolled | no certificate, another key, another CA, one that ended or nears its end | issue |
//! | enrolled, suspended | an attempt of which nobody knows what came | go on with it, or look it up in the CA's audit report |
//! | enrolled, suspended | a certificate for the terminal's key that no record knows | record it |
//! | enrolled, suspended | a certificate for another key | blocked; with consent, revoke it |
//! | enrolled, suspended | a certificate that somebody revoked | let it in no more; a new one with consent or for another key |
//! | enrolled, suspended | another registration, or none | register |
//! | revoked | anything that lets it in | register as revoked, then revoke every certificate |
//! | nothing | a terminal of ours | the same, then take it out of the registry |
//! | nothing | a certificate that we did not issue | blocked; with consent, revoke it |

mod admission;
mod card;
mod offline;
mod removal;
mod renewal;
mod review;
mod settlement;
#[cfg(test)]
mod tests;
mod work;

use reconcile_core::digest::Digest;
use reconcile_core::observation::Observation;
use reconcile_core::verdict::{Action, Change, Effect, FieldChange};
use reconcile_engine::draft;
use reconcile_engine::kind::{Decision, PlanContext, Wanted};

pub(crate) use admission::attempt_of;
pub use card::word;
pub(crate) use offline::compare;
pub use renewal::renewal_of;
pub use review::review;

use crate::spec::{Settings, Spec, Standing};
use crate::state::State;
use crate::step::Step;

type Draft = draft::Draft<Step>;

/// Where a decision speaks of the certificate that a terminal gets.
const NEW_CERTIFICATE: &str = "certificate";

/// Decides about one terminal.
pub fn plan(
    wanted: &Wanted<'_, Spec>,
    seen: &Observation<State>,
    context: &PlanContext<'_>,
) -> Decision<Step> {
    let draft = match (wanted, seen) {
        (_, Observation::Unreadable(why)) => Draft::unreadable(why),
        (Wanted::Declared(spec), Observation::Absent) => unplaced(spec),
        (Wanted::Declared(spec), Observation::Present(state)) => declared(spec, state, context),
        (Wanted::Gone, Observation::Absent) => Draft::of(reconcile_core::verdict::Verdict::InSync),
        (Wanted::Gone, Observation::Present(state)) => removal::gone(state, context),
    };
    let desired = match wanted {
        Wanted::Declared(spec) => digest(spec, context),
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
fn digest(spec: &Spec, context: &PlanContext<'_>) -> Digest {
    let standing = match spec.standing {
        Standing::Enrolled => "enrolled",
        Standing::Suspended => "suspended",
        Standing::Revoked(reason) => reason.word(),
    };
    Digest::of_json(&(
        (&spec.name, &spec.clinic, &spec.prefix, &spec.request.public_key),
        (context.inputs.resolve(&spec.authority), context.inputs.resolve(&spec.bucket)),
        (spec.validity, spec.renew_before, spec.overlap, standing),
        (&spec.issue_again, &spec.revoke),
    ))
}

/// Of a terminal of which nobody knows yet where it will be registered.
fn unplaced(spec: &Spec) -> Draft {
    let mut change = Change::new(Action::Create, "it was never enrolled");
    if spec.standing == Standing::Enrolled {
        change.fields.push(new_certificate(None, spec));
    }
    Draft::change(change, Vec::new())
}

fn declared(spec: &Spec, state: &State, context: &PlanContext<'_>) -> Draft {
    let settings = match Settings::of(context.environment) {
        Ok(Some(settings)) => settings,
        Ok(None) => return Draft::unreadable("nobody says where terminals are registered"),
        Err(problem) => return Draft::unreadable(&problem.message),
    };
    let resolve = |text| context.inputs.resolve(text).known().map(str::to_owned);
    let is_there = resolve(&settings.registry).as_ref() == Some(&state.places.registry)
        && resolve(&settings.audit_reports).as_ref() == Some(&state.places.reports);
    let (Some(authority), Some(bucket), true) =
        (resolve(&spec.authority), resolve(&spec.bucket), is_there)
    else {
        return unplaced(spec);
    };
    let bucket = match device_registry::Bucket::try_from(bucket) {
        Ok(bucket) => bucket,
        Err(error) => return Draft::unreadable(&format!("its bucket: {error}")),
    };
    let terminal = Terminal { spec, state, settings, authority, bucket, context };
    match spec.standing {
        Standing::Enrolled | Standing::Suspended => admission::decide(&terminal),
        Standing::Revoked(reason) => removal::revoked(&terminal, reason),
    }
}

/// A declared terminal with all that is known of it.
struct Terminal<'a> {
    spec: &'a Spec,
    state: &'a State,
    settings: Settings,
    authority: String,
    bucket: device_registry::Bucket,
    context: &'a PlanContext<'a>,
}

fn new_certificate(before: Option<&str>, spec: &Spec) -> FieldChange {
    FieldChange {
        path: NEW_CERTIFICATE.to_owned(),
        before: before.map(str::to_owned),
        after: Some(format!("a new one for {}", spec.validity)),
        effect: Effect::Create,
    }
}
