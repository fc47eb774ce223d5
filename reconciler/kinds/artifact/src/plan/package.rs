//! The decision about a package.
//!
//! | seen | decision |
//! |---|---|
//! | nothing was built of these sources | build |
//! | the package is not in the bucket | upload |
//! | no signing job, or only useless ones | sign |
//! | a job without its record | publish what it signed |
//! | another object behind the key, or none | publish again |
//! | a signature that ends soon | sign again |
//! | a signature that was revoked | only a person knows whether these bytes may live: with consent |
//! | a profile that does not sign any more | blocked |

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use reconcile_core::coverage::Coverage;
use reconcile_core::digest::Digest;
use reconcile_core::input::Value;
use reconcile_core::verdict::{Action, Change, Effect, FieldChange, Verdict};
use reconcile_engine::kind::PlanContext;

use super::{Draft, SPOKEN_OF_BEFORE, keys, renewal_horizon};
use crate::spec::{Package, output};
use crate::state::{Built, Job, JobOutcome, Profile, Record, SeenObject, SeenPackage};
use crate::step::{Destination, Publication, Recipe, Signing, Step, Upload};

/// Why a package is not as git says, and what makes it so.
struct Difference {
    action: Action,
    reason: String,
    remedy: Remedy,
}

/// What makes a package as git says.
enum Remedy {
    /// A new signature, instead of the one by this job.
    Sign { instead_of: Option<String> },
    /// What this job signed is put where it belongs.
    Publish { job: String, instead_of: Option<String> },
}

/// Of all that is declared.
pub(super) fn desired(package: &Package, context: &PlanContext<'_>) -> Digest {
    let Package { sources, architecture, bucket, signing_profile, sign_again, .. } = package;
    Digest::of_json(&(
        &sources.parts,
        architecture.word(),
        context.inputs.resolve(bucket),
        context.inputs.resolve(signing_profile),
        sign_again,
    ))
}

/// Of a package whose bucket or profile does not exist yet.
pub(super) fn absent(package: &Package, context: &PlanContext<'_>) -> Draft {
    let change = Change::new(Action::Create, "it was never built for this environment");
    Draft::change(change, Vec::new()).publishing(pending(package, context))
}

pub(super) fn present(package: &Package, seen: &SeenPackage, context: &PlanContext<'_>) -> Draft {
    if let Some(reason) = moved(package, seen, context) {
        let change = Change::new(Action::Update, reason);
        return Draft::change(change, Vec::new()).publishing(pending(package, context));
    }
    let held_back = |(why, unblock)| {
        let blocked = Verdict::Blocked { why, unblock, change: None };
        // What is not changed goes on publishing what it does.
        Draft::of(blocked).publishing(current(package, seen, context))
    };
    if let Some(why) = &seen.profile.unusable {
        return held_back(unusable(&seen.profile.name, why));
    }
    let Some(built) = &seen.built else { return to_build(package, seen, context) };
    if let Some(job) = revoked(package, seen) {
        return held_back(needs_consent(package, job));
    }
    match difference(seen, context.now) {
        Some(difference) => to_change(package, seen, context, (built, difference)),
        None => in_sync(package, seen, context),
    }
}

/// Whether this plan itself moves what was looked at: only when that is done, more can be said.
fn moved(package: &Package, seen: &SeenPackage, context: &PlanContext<'_>) -> Option<&'static str> {
    let bucket = context.inputs.resolve(&package.bucket);
    let profile = context.inputs.resolve(&package.signing_profile);
    if bucket.known() != Some(&seen.bucket) {
        Some("its bucket becomes another one")
    } else if profile.known().map(Profile::name_in) != Some(&seen.profile.name) {
        Some("its signing profile becomes another one")
    } else {
        None
    }
}

fn unusable(profile: &str, why: &str) -> (String, String) {
    let why = format!("the signing profile `{profile}` does not sign: {why}");
    (why, "give its stack a profile of another name: one that was cancelled stays so".to_owned())
}

/// Whoever revoked a signature meant that these bytes should not run: nothing undoes that by itself.
fn needs_consent(package: &Package, job: &Job) -> (String, String) {
    let (id, file) = (&job.id, file(package));
    let unblock = format!(
        "change the sources; or, if these bytes are good, add `allow: {{ signAgain: [{id}] }}` to {file}"
    );
    (job.uselessness(), unblock)
}

fn to_build(package: &Package, seen: &SeenPackage, context: &PlanContext<'_>) -> Draft {
    let fields = changed_parts(seen);
    let change = match (because(&fields), &seen.before) {
        (Some(reason), _) => Change { fields, ..Change::new(Action::Update, reason) },
        (None, Some(_)) => Change::new(Action::Recover, "its bucket does not know it any more"),
        (None, None) => Change::new(Action::Create, "it was never built for this environment"),
    };
    let build = Step::Build(Box::new(Recipe::of(package, seen.parts.clone())));
    Draft::change(change, vec![build]).publishing(pending(package, context))
}

/// The newest job of these bytes, if its signature was revoked and git does not say that it may be made anew.
fn revoked<'a>(package: &Package, seen: &'a SeenPackage) -> Option<&'a Job> {
    let newest = seen.jobs.first().filter(|job| job.revoked.is_some())?;
    (!package.sign_again.contains(&newest.id)).then_some(newest)
}

fn difference(seen: &SeenPackage, now: Timestamp) -> Option<Difference> {
    let horizon = renewal_horizon(now);
    let newest = seen.jobs.first();
    let of = |action, reason: String, remedy| Some(Difference { action, reason, remedy });
    let Some(record) = &seen.record else {
        let before = seen.jobs.get(1).map(|job| job.id.clone());
        return match newest {
            None => {
                let (action, reason) = match because(&changed_parts(seen)) {
                    Some(reason) => (Action::Update, reason),
                    None => (Action::Create, "it is built and not signed".to_owned()),
                };
                of(action, reason, Remedy::Sign { instead_of: None })
            }
            Some(job) if job.is_usable(horizon) => {
                let reason = match job.outcome {
                    JobOutcome::InProgress => format!("Signer is at work on it: job {}", job.id),
                    JobOutcome::Succeeded { .. } | JobOutcome::Failed(_) => {
                        format!("job {} signed it, and the record of that is missing", job.id)
                    }
                };
                let remedy = Remedy::Publish { job: job.id.clone(), instead_of: before };
                of(Action::Recover, reason, remedy)
            }
            Some(job) => {
                let remedy = Remedy::Sign { instead_of: Some(job.id.clone()) };
                of(Action::Recover, job.uselessness(), remedy)
            }
        };
    };
    let recorded = Some(record.job.clone());
    if let Some(job) = newest.filter(|job| job.id != record.job && job.is_usable(horizon)) {
        let reason = format!("job {} signed it anew, and that is not recorded", job.id);
        let remedy = Remedy::Publish { job: job.id.clone(), instead_of: recorded };
        return of(Action::Recover, reason, remedy);
    }
    if let Some(job) = newest.filter(|job| job.id == record.job && job.revoked.is_some()) {
        let reason = format!("{}, and git says that it may be signed again", job.uselessness());
        return of(Action::Update, reason, Remedy::Sign { instead_of: recorded });
    }
    if let Some(expires) = record.expires.filter(|expires| *expires <= horizon) {
        let ends = if expires <= now { "ended" } else { "ends" };
        let reason = format!("its signature {ends} on {}", day(expires));
        return of(Action::Update, reason, Remedy::Sign { instead_of: recorded });
    }
    let (action, what) = match seen.object {
        SeenObject::Vouched | SeenObject::Intact => return None,
        SeenObject::Replaced => (Action::Revert, "another object stands behind its key"),
        SeenObject::Absent => (Action::Recover, "nothing stands behind its key any more"),
    };
    let remedy = match newest.map(|job| &job.outcome) {
        Some(JobOutcome::Succeeded { .. }) => {
            Remedy::Publish { job: record.job.clone(), instead_of: record.instead_of.clone() }
        }
        Some(JobOutcome::InProgress | JobOutcome::Failed(_)) | None => {
            Remedy::Sign { instead_of: recorded }
        }
    };
    of(action, what.to_owned(), remedy)
}

fn to_change(
    package: &Package,
    seen: &SeenPackage,
    context: &PlanContext<'_>,
    (built, difference): (&Built, Difference),
) -> Draft {
    let Difference { action, reason, remedy } = difference;
    let instead_of = match &remedy {
        Remedy::Sign { instead_of } | Remedy::Publish { job: _, instead_of } => instead_of.clone(),
    };
    let to = destination(seen, built, instead_of);
    let mut outputs = pending(package, context);
    outputs.insert(output::KEY.to_owned(), Value::Known(to.key.clone()));
    let before = seen.record.as_ref().map(|record| record.key.clone());
    let mut change = Change::new(action, reason);
    if before.as_ref() != Some(&to.key) {
        let (path, after) = (output::KEY.to_owned(), Some(to.key.clone()));
        change.fields.push(FieldChange { path, before, after, effect: Effect::InPlace });
    }
    let step = match remedy {
        Remedy::Publish { job, instead_of: _ } => Step::Publish(Box::new(Publication { job, to })),
        Remedy::Sign { .. } => towards_signing(package, seen, built, to),
    };
    Draft::change(change, vec![step]).publishing(outputs)
}

/// The next step to a signature: what it needs may be missing, too.
fn towards_signing(package: &Package, seen: &SeenPackage, built: &Built, to: Destination) -> Step {
    match (&seen.unsigned_version, &seen.here) {
        (Some(version), _) => Step::Sign(Box::new(Signing {
            unsigned_key: keys::unsigned(&built.sha256),
            unsigned_version: version.clone(),
            profile: seen.profile.name.clone(),
            token: token(&to),
            to,
        })),
        (None, Some(file)) => Step::Upload(Upload {
            bucket: seen.bucket.clone(),
            file: file.clone(),
            sha256: built.sha256.clone(),
            key: keys::unsigned(&built.sha256),
            record_key: keys::inputs(&package.name, &Digest::of_json(&seen.parts)),
            size: built.size,
        }),
        (None, None) => Step::Build(Box::new(Recipe::of(package, seen.parts.clone()))),
    }
}

/// The same for the same bytes, signer and job before: a second request is the same one.
fn token(to: &Destination) -> String {
    let Destination { unsigned_sha256, profile_version_arn, instead_of, .. } = to;
    Digest::of_json(&(unsigned_sha256, profile_version_arn, instead_of)).to_string()
}

fn destination(seen: &SeenPackage, built: &Built, instead_of: Option<String>) -> Destination {
    let version = &seen.profile.version;
    Destination {
        bucket: seen.bucket.clone(),
        key: keys::signed(&built.sha256, version, instead_of.as_deref()),
        record_key: keys::record(&built.sha256, version),
        unsigned_sha256: built.sha256.clone(),
        profile_version_arn: seen.profile.version_arn.clone(),
        instead_of,
    }
}

fn in_sync(package: &Package, seen: &SeenPackage, context: &PlanContext<'_>) -> Draft {
    let soon = context.now.saturating_add(SPOKEN_OF_BEFORE).unwrap_or(Timestamp::MAX);
    let expires = seen.record.as_ref().and_then(|record| record.expires);
    let note = expires.filter(|expires| *expires <= soon).map(|expires| {
        format!("its signature ends on {}; it is signed again a week before", day(expires))
    });
    // The object and its signature, where they were looked at.
    let checked = if seen.object == SeenObject::Vouched { 0 } else { 2 };
    let coverage = Coverage { checked, notes: note.into_iter().collect(), ..Coverage::default() };
    Draft { coverage, ..Draft::of(Verdict::InSync) }.publishing(current(package, seen, context))
}

/// What is published as it is now.
fn current(
    package: &Package,
    seen: &SeenPackage,
    context: &PlanContext<'_>,
) -> BTreeMap<String, Value> {
    let Some(record) = &seen.record else { return pending(package, context) };
    let published = published(record).into_iter();
    let mut outputs = pending(package, context);
    outputs.extend(published.map(|(name, text)| (name, Value::Known(text))));
    outputs
}

/// What a record says of a package's outputs.
pub(super) fn published(record: &Record) -> BTreeMap<String, String> {
    BTreeMap::from([
        (output::KEY.to_owned(), record.key.clone()),
        (output::VERSION.to_owned(), record.version.clone()),
        (output::SHA256.to_owned(), record.code_sha256.clone()),
        (output::COMMIT.to_owned(), record.commit.clone().unwrap_or_else(|| "unknown".to_owned())),
        (output::SIGNING_JOB.to_owned(), record.job_arn.clone()),
        (output::SIGNING_PROFILE_VERSION.to_owned(), record.profile_version_arn.clone()),
    ])
}

/// What is known before anything is built.
pub(super) fn pending(package: &Package, context: &PlanContext<'_>) -> BTreeMap<String, Value> {
    let own = Value::Pending([context.address.clone()].into());
    let mut outputs: BTreeMap<_, _> =
        output::ALL.iter().map(|name| ((*name).to_owned(), own.clone())).collect();
    let architecture = package.architecture.word().to_owned();
    outputs.insert(output::ARCHITECTURE.to_owned(), Value::Known(architecture));
    outputs.insert(output::BUCKET.to_owned(), context.inputs.resolve(&package.bucket));
    outputs
}

/// What it is made of now and was not made of when it was in sync last, as far as the ledger knows.
fn changed_parts(seen: &SeenPackage) -> Vec<FieldChange> {
    let Some(before) = &seen.before else { return Vec::new() };
    let now = &seen.parts;
    let short = |parts: &BTreeMap<String, Digest>, name: &str| {
        parts.get(name).map(|digest| digest.short().to_owned())
    };
    let names: BTreeSet<_> = before.keys().chain(now.keys()).collect();
    let names = names.into_iter().filter(|name| before.get(*name) != now.get(*name));
    names
        .map(|name| FieldChange {
            path: name.clone(),
            before: short(before, name),
            after: short(now, name),
            effect: Effect::InPlace,
        })
        .collect()
}

/// The parts that changed, in words; none if none did.
fn because(changed: &[FieldChange]) -> Option<String> {
    let names: Vec<_> = changed.iter().map(|field| format!("`{}`", field.path)).collect();
    (!names.is_empty()).then(|| format!("{} changed", names.join(", ")))
}

fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}

fn file(package: &Package) -> &str {
    package.declared_in.split(':').next().unwrap_or_default()
}

impl Job {
    /// Why it is of no use.
    fn uselessness(&self) -> String {
        let Self { id, outcome, revoked, expires, .. } = self;
        match (outcome, revoked, expires) {
            (JobOutcome::Failed(why), ..) => format!("signing job {id} failed: {why}"),
            (_, Some(why), _) => format!("the signature of job {id} was revoked: {why}"),
            (_, None, Some(expires)) => {
                format!("the signature of job {id} ends on {}", day(*expires))
            }
            (_, None, None) => format!("job {id} is of no use"),
        }
    }
}
