//! Looks at a package: first what vouches for most, then only what that leaves open.

use reconcile_core::digest::Digest;
use reconcile_engine::aws::errors::AwsError;
use serde::de::DeserializeOwned;

use super::Sight;
use crate::kind::ArtifactKind;
use crate::plan::{keys, renewal_horizon};
use crate::port::objects::Head;
use crate::port::signing::SourceOf;
use crate::spec::Package;
use crate::state::{Built, Job, Profile, Record, SeenObject, SeenPackage, State};
use crate::step::Recipe;

/// The package; none if its bucket or its profile is not known yet.
pub(super) async fn see(
    kind: &ArtifactKind,
    package: &Package,
    sight: &Sight<'_>,
) -> Result<Option<State>, String> {
    let (bucket, profile) =
        (sight.inputs.resolve(&package.bucket), sight.inputs.resolve(&package.signing_profile));
    let (Some(bucket), Some(profile)) = (bucket.known(), profile.known()) else { return Ok(None) };
    let toolchain = kind.builds.toolchain(package).await?;
    let profile = see_profile(kind, Profile::name_in(profile), sight).await?;
    let mut seen = SeenPackage {
        bucket: bucket.to_owned(),
        profile,
        parts: package.parts(&toolchain),
        before: sight.note.as_ref().map(|note| note.parts.clone()),
        built: None,
        here: None,
        unsigned_version: None,
        record: None,
        jobs: Vec::new(),
        object: SeenObject::Vouched,
    };
    let version_arn = &seen.profile.version_arn;
    let vouched =
        sight.note.as_ref().filter(|note| note.is_about(bucket, &seen.parts, version_arn));
    if let Some(note) = vouched.filter(|_| !sight.deep) {
        seen.built = Some(note.built.clone());
        seen.record = Some(note.record.clone());
        return Ok(Some(State::Package(Box::new(seen))));
    }
    Looking { kind, package, deep: sight.deep, seen }.finish().await.map(Some)
}

/// A package of which something is still to be looked at.
struct Looking<'a> {
    kind: &'a ArtifactKind,
    package: &'a Package,
    deep: bool,
    seen: SeenPackage,
}

impl Looking<'_> {
    async fn finish(mut self) -> Result<State, String> {
        let inputs = keys::inputs(&self.package.name, &Digest::of_json(&self.seen.parts));
        self.seen.built = self.document(&inputs).await?;
        if let Some(built) = self.seen.built.clone() {
            self.look_at_signature(&built).await?;
        }
        let is_signed = self.seen.record.is_some() && self.seen.jobs.is_empty();
        if !is_signed || self.deep {
            self.look_for_unsigned().await?;
        }
        if self.seen.record.is_none() || self.is_useless() {
            self.look_for_jobs().await?;
        }
        Ok(State::Package(Box::new(self.seen)))
    }

    /// The record, and in a deep look what it speaks of.
    async fn look_at_signature(&mut self, built: &Built) -> Result<(), String> {
        let key = keys::record(&built.sha256, &self.seen.profile.version);
        self.seen.record = self.document::<Record>(&key).await?;
        let Some(record) = self.seen.record.clone().filter(|_| self.deep) else { return Ok(()) };
        let job = self.kind.signing.job(&record.job).await;
        self.seen.jobs = job
            .map_err(|error| failed("the signing job", &record.job, &error))?
            .into_iter()
            .collect();
        self.seen.object = match self.head(&record.key).await? {
            None => SeenObject::Absent,
            Some(head) if is_recorded(&head, &record) => SeenObject::Intact,
            Some(_) => SeenObject::Replaced,
        };
        Ok(())
    }

    /// The unsigned package: on this machine, and in the bucket.
    async fn look_for_unsigned(&mut self) -> Result<(), String> {
        let recipe = Recipe::of(self.package, self.seen.parts.clone());
        let here = self.kind.builds.built(&recipe).await?;
        if let Some(built) = self.seen.built.clone() {
            let head = self.head(&keys::unsigned(&built.sha256)).await?;
            self.seen.unsigned_version = head.and_then(|head| head.version);
        }
        let Some(here) = here else { return Ok(()) };
        // Of the same sources, what is in the bucket goes before what is here.
        if self.seen.unsigned_version.is_none() && self.seen.record.is_none() {
            self.seen.built = Some(here.built.clone());
        }
        let is_same = self.seen.built.as_ref() == Some(&here.built);
        self.seen.here = is_same.then_some(here.file);
        Ok(())
    }

    /// Whether the recorded signature cannot be deployed much longer.
    fn is_useless(&self) -> bool {
        let horizon = renewal_horizon(self.kind.now());
        self.seen.jobs.first().is_some_and(|job| !job.is_usable(horizon))
    }

    /// All jobs of the package in the bucket. Signer lists them by nothing that would find them sooner.
    async fn look_for_jobs(&mut self) -> Result<(), String> {
        let (Some(built), Some(_)) = (&self.seen.built, &self.seen.unsigned_version) else {
            return Ok(());
        };
        let key = keys::unsigned(&built.sha256);
        let (bucket, profile_version) = (&self.seen.bucket, &self.seen.profile.version);
        let source = SourceOf { bucket, key: &key, profile_version };
        let jobs = self.kind.signing.jobs_of(source).await;
        let mut jobs =
            jobs.map_err(|error| format!("signing jobs could not be listed: {error}"))?;
        if let Some(newest) = jobs.first_mut() {
            // A listing does not say why.
            *newest = self.described(newest.clone()).await?;
        }
        self.seen.jobs = jobs;
        Ok(())
    }

    async fn described(&self, job: Job) -> Result<Job, String> {
        let described = self.kind.signing.job(&job.id).await;
        Ok(described.map_err(|error| failed("the signing job", &job.id, &error))?.unwrap_or(job))
    }

    async fn head(&self, key: &str) -> Result<Option<Head>, String> {
        let head = self.kind.objects.head(&self.seen.bucket, key).await;
        head.map_err(|error| failed("the object", key, &error))
    }

    /// A JSON object of the bucket; one that is not understood is as good as none.
    async fn document<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, String> {
        let bytes = self.kind.objects.read(&self.seen.bucket, key).await;
        let bytes = bytes.map_err(|error| failed("the object", key, &error))?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }
}

async fn see_profile(
    kind: &ArtifactKind,
    name: &str,
    sight: &Sight<'_>,
) -> Result<Profile, String> {
    // Held over the call: whoever else asks meanwhile takes this answer.
    let mut known = sight.profiles.lock().await;
    if let Some(profile) = known.get(name) {
        return Ok(profile.clone());
    }
    let profile = kind.signing.profile(name).await;
    let profile = profile
        .map_err(|error| failed("the signing profile", name, &error))?
        .ok_or_else(|| format!("the signing profile `{name}` does not exist"))?;
    known.insert(name.to_owned(), profile.clone());
    Ok(profile)
}

fn is_recorded(head: &Head, record: &Record) -> bool {
    head.version.as_deref() == Some(&record.version)
        && head.sha256.as_deref() == Some(&record.code_sha256)
}

fn failed(what: &str, name: &str, error: &AwsError) -> String {
    format!("{what} `{name}` could not be read: {error}")
}
