//! CAs that leave a truststore: whoever has a certificate of theirs is locked out.

use std::collections::BTreeSet;

use jiff::Timestamp;
use reconcile_core::verdict::{Danger, DangerLevel, Effect, FieldChange};

use crate::certificate::Certificate;
use crate::spec::Spec;
use crate::state::SeenObject;

/// A CA that is in the object and is not to be in it, although its certificates may be in use.
pub(super) struct Departure<'a> {
    certificate: &'a Certificate,
    is_allowed: bool,
}

impl<'a> Departure<'a> {
    /// All that leave. One that expired opens nothing any more, and one whose key stays under a new certificate
    /// does not leave.
    pub(super) fn all(
        object: &'a SeenObject,
        certificates: &[Certificate],
        spec: &Spec,
        now: Timestamp,
    ) -> Vec<Self> {
        let stays = |old: &Certificate| certificates.iter().any(|new| new.is_same_authority(old));
        let leaving = object.certificates.iter();
        leaving
            .filter(|certificate| !certificate.is_expired(now) && !stays(certificate))
            .map(|certificate| {
                let mut named = spec.removable.iter();
                let is_allowed = named.any(|typed| certificate.fingerprint.matches(typed));
                Self { certificate, is_allowed }
            })
            .collect()
    }

    /// For the plan.
    pub(super) fn danger(&self) -> Danger {
        Danger {
            level: DangerLevel::High,
            subject: self.certificate.subject.clone(),
            what: format!(
                "({}) leaves the truststore: terminals whose certificates it issued are locked out",
                self.certificate.fingerprint.short()
            ),
            allowed: self.is_allowed,
        }
    }

    /// Why a change waits for a person's word, and how that is given; none if it need not wait.
    pub(super) fn held_back(all: &[Self], spec: &Spec) -> Option<(String, String)> {
        let held: Vec<_> = all.iter().filter(|departure| !departure.is_allowed).collect();
        if held.is_empty() {
            return None;
        }
        let names = held.iter().map(|departure| departure.certificate.fingerprint.short());
        let names = names.collect::<Vec<_>>().join(", ");
        let why = "it would lock out terminals without consent".to_owned();
        let unblock = format!(
            "once no terminal has a certificate of theirs, add `allow: {{ remove: [{names}] }}` to {}",
            spec.declared_in
        );
        Some((why, unblock))
    }
}

/// What changes in the object, CA by CA.
pub(super) fn fields(
    object: Option<&SeenObject>,
    certificates: &[Certificate],
) -> Vec<FieldChange> {
    let old = object.map(|object| object.certificates.as_slice()).unwrap_or_default();
    let subjects = certificates.iter().chain(old).map(|certificate| certificate.subject.as_str());
    let mut seen = BTreeSet::new();
    let subjects = subjects.filter(|subject| seen.insert(*subject));
    subjects.filter_map(|subject| field(subject, old, certificates)).collect()
}

/// What changes of the CA of one name.
fn field(subject: &str, old: &[Certificate], new: &[Certificate]) -> Option<FieldChange> {
    let of = |these: &[Certificate]| {
        let these = these.iter().filter(|certificate| certificate.subject == subject);
        let shorts: Vec<_> = these.map(|it| it.fingerprint.short().to_owned()).collect();
        (!shorts.is_empty()).then(|| shorts.join(" "))
    };
    let (before, after) = (of(old), of(new));
    let effect = match (&before, &after) {
        (before, after) if before == after => return None,
        (None, _) => Effect::Create,
        (Some(_), None) => Effect::Delete,
        (Some(_), Some(_)) => Effect::InPlace,
    };
    Some(FieldChange { path: subject.to_owned(), before, after, effect })
}
