//! What only the kinds know of their units: terminals, signatures, CAs, comparisons, exceptions.

use std::collections::BTreeMap;

use jiff::Timestamp;
use reconcile_core::address::Address;
use reconcile_core::observation::Observation;
use reconcile_engine::plan::World;
use reconcile_kind_artifact::ArtifactKind;
use reconcile_kind_artifact::spec::Spec as ArtifactSpec;
use reconcile_kind_artifact::state::{SeenFunction, SeenPackage, State as ArtifactState};
use reconcile_kind_device::DeviceKind;
use reconcile_kind_stack::StackKind;
use reconcile_kind_truststore::TruststoreKind;

use super::super::device;
use crate::views::survey::{
    Authority, Enrolment, Exception, ExceptionKind, Function, Signature, Signed,
};

/// When CloudFormation last compared each stack, where that still says something.
pub(super) fn compared(world: &World) -> BTreeMap<Address, Timestamp> {
    let seen = world.seen_of::<StackKind>().into_iter();
    let checked = seen.filter_map(|(unit, seen)| {
        let described = &seen.state()?.described;
        let checked = described.drift_checked.filter(|_| !described.drift_is_outdated())?;
        Some((unit.address.clone(), checked))
    });
    checked.collect()
}

/// The terminals, by name.
pub(super) fn terminals(world: &World) -> Vec<Enrolment> {
    let seen = world.seen_of::<DeviceKind>().into_iter();
    seen.map(|(unit, seen)| Enrolment {
        address: unit.address.clone(),
        terminal: device::terminal(unit, &seen),
        renew_before: unit.spec.renew_before.count(),
    })
    .collect()
}

/// The packages, each with the function that is to run it.
pub(super) fn signatures(world: &World) -> Vec<Signature> {
    let seen = world.seen_of::<ArtifactKind>();
    let mut functions = BTreeMap::new();
    for (unit, seen) in &seen {
        if let (ArtifactSpec::Function(spec), Some(ArtifactState::Function(function))) =
            (&unit.spec, seen.state())
        {
            functions.insert(spec.package.clone(), running(function));
        }
    }
    let packages = seen.iter().filter_map(|(unit, seen)| match &unit.spec {
        ArtifactSpec::Package(_) => Some((&unit.address, seen)),
        ArtifactSpec::Function(_) => None,
    });
    packages.map(|(address, seen)| signature(address, seen, functions.remove(address))).collect()
}

fn signature(
    address: &Address,
    seen: &Observation<ArtifactState>,
    function: Option<Function>,
) -> Signature {
    let package = match seen.state() {
        Some(ArtifactState::Package(package)) => Some(&**package),
        Some(ArtifactState::Function(_)) | None => None,
    };
    Signature {
        address: address.clone(),
        signed: package.and_then(signed),
        revoked: package.and_then(|package| package.jobs.first()?.revoked.clone()),
        function,
    }
}

fn signed(package: &SeenPackage) -> Option<Signed> {
    let record = package.record.as_ref()?;
    Some(Signed {
        object: format!("s3://{}/{}", package.bucket, record.key),
        version: record.version.clone(),
        code_sha256: record.code_sha256.clone(),
        job: record.job_arn.clone(),
        profile_version: record.profile_version_arn.clone(),
        expires: record.expires,
        commit: record.commit.clone(),
    })
}

fn running(function: &SeenFunction) -> Function {
    Function {
        arn: function.arn.clone(),
        code_sha256: function.code_sha256.clone(),
        job: function.signing_job.clone(),
    }
}

/// The certificates that truststores hold.
pub(super) fn authorities(world: &World) -> Vec<Authority> {
    let mut authorities = Vec::new();
    for (unit, seen) in world.seen_of::<TruststoreKind>() {
        let object = seen.state().and_then(|state| state.object.as_ref());
        for certificate in object.map(|object| &object.certificates).into_iter().flatten() {
            authorities.push(Authority {
                address: unit.address.clone(),
                subject: certificate.subject.clone(),
                fingerprint: certificate.fingerprint.as_str().to_owned(),
                not_after: certificate.not_after,
            });
        }
    }
    authorities
}

/// The drift that git accepts for a time.
pub(super) fn exceptions(world: &World) -> Vec<Exception> {
    let mut exceptions = Vec::new();
    for (unit, _) in world.seen_of::<StackKind>() {
        exceptions.extend(unit.spec.ignore_drift.iter().map(|ignored| Exception {
            unit: unit.address.to_string(),
            kind: ExceptionKind::Drift,
            subject: format!("{}{}", ignored.resource, ignored.property),
            reason: ignored.reason.clone(),
            until: ignored.until.to_string(),
        }));
    }
    exceptions
}
