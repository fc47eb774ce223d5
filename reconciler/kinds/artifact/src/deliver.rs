//! Carries steps out, from sources to a function that runs what was signed.
//!
//! Nothing is decided here. Every call may have been made by a run that was killed before it saw the answer:
//! names and tokens are derived from what they are about, so it is found done.

use std::time::Duration;

use reconcile_core::digest::Digest;
use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::events::UnitEvents;
use reconcile_engine::kind::StepError;
use serde::Serialize;
use tokio::time::{Instant, sleep};

use crate::build::base64_sha256;
use crate::kind::ArtifactKind;
use crate::port::objects::Over;
use crate::state::{Built, Job, JobOutcome, Record};
use crate::step::{Deployment, Destination, Recipe, Signing, Step, Upload};

/// The first pause between two looks at a job: most are done within seconds.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// How long a job or a deployment is waited for. The next run goes on where this one stopped.
const PATIENCE: Duration = Duration::from_mins(10);

/// How Lambda says that it is still at work on the change before.
const BUSY: &str = "ResourceConflictException";

pub(crate) async fn carry_out(
    kind: &ArtifactKind,
    step: &Step,
    tell: &UnitEvents,
) -> Result<(), StepError> {
    match step {
        Step::Build(recipe) => kind.build(recipe, tell).await,
        Step::Upload(upload) => kind.upload(upload, tell).await,
        Step::Sign(signing) => kind.sign(signing, tell).await,
        Step::Publish(publication) => kind.publish(&publication.job, &publication.to, tell).await,
        Step::Deploy(deployment) => kind.deploy(deployment, tell).await,
        Step::Enforce { function, config } => {
            tell.step("setting the code-signing configuration");
            let set = kind.functions.enforce(function, config).await;
            set.map_err(failed("set the code-signing configuration"))
        }
    }
}

impl ArtifactKind {
    async fn build(&self, recipe: &Recipe, tell: &UnitEvents) -> Result<(), StepError> {
        let built = self.builds.build(recipe, &|what| tell.step(what)).await;
        let packed = built.map_err(StepError::Failed)?;
        tell.step(format!("built {} bytes: {}", packed.built.size, packed.built.sha256.short()));
        Ok(())
    }

    async fn upload(&self, upload: &Upload, tell: &UnitEvents) -> Result<(), StepError> {
        let Upload { bucket, file, sha256, key, record_key, size } = upload;
        tell.step(format!("uploading {size} bytes"));
        let bytes = std::fs::read(file).map_err(|error| {
            StepError::Failed(format!("failed to read `{}`: {error}", file.display()))
        })?;
        if Digest::of(&bytes) != *sha256 {
            let why = format!("`{}` changed while it was to be uploaded", file.display());
            return Err(StepError::Failed(why));
        }
        let put = self.objects.write((bucket, key), bytes, Over::Nothing).await;
        put.map_err(failed("upload the package"))?;
        // Last, since it says that the package is there.
        let built = Built { sha256: sha256.clone(), size: *size };
        self.record((bucket, record_key), &built).await
    }

    async fn sign(&self, signing: &Signing, tell: &UnitEvents) -> Result<(), StepError> {
        tell.step(format!("signing by the profile `{}`", signing.profile));
        let job = self.signing.start(signing).await.map_err(failed("start a signing job"))?;
        self.publish(&job, &signing.to, tell).await
    }

    /// Puts what a job signed where it belongs, and records it.
    async fn publish(
        &self,
        job: &str,
        to: &Destination,
        tell: &UnitEvents,
    ) -> Result<(), StepError> {
        let job = self.finished(job, tell).await?;
        let (bucket, key) = match &job.outcome {
            JobOutcome::Succeeded { bucket, key } => (bucket, key),
            JobOutcome::Failed(why) => {
                return Err(StepError::Failed(format!("signing job {} failed: {why}", job.id)));
            }
            JobOutcome::InProgress => {
                let why = format!("signing job {} is still going on", job.id);
                return Err(StepError::Failed(format!("{why}: the next run goes on with it")));
            }
        };
        tell.step("publishing the signed package");
        let signed = self.objects.read(bucket, key).await;
        let signed = signed.map_err(failed("read the signed package"))?.ok_or_else(|| {
            StepError::Failed(format!("what job {} signed is not at `{key}` any more", job.id))
        })?;
        let code_sha256 = base64_sha256(&signed);
        let version = self.put_signed(to, signed, &code_sha256).await?;
        let record = Record {
            unsigned_sha256: to.unsigned_sha256.clone(),
            profile_version_arn: to.profile_version_arn.clone(),
            job_arn: job.arn.clone(),
            job: job.id,
            instead_of: to.instead_of.clone(),
            key: to.key.clone(),
            version,
            code_sha256,
            expires: job.expires,
            commit: self.session.run.commit.clone(),
        };
        self.record((&to.bucket, &to.record_key), &record).await
    }

    /// Writes a signed package unless it stands there already; answers with the object's version.
    async fn put_signed(
        &self,
        to: &Destination,
        signed: Vec<u8>,
        sha256: &str,
    ) -> Result<String, StepError> {
        let Destination { bucket, key, .. } = to;
        let look = || async {
            let head = self.objects.head(bucket, key).await;
            let head = head.map_err(failed("look at the signed package"))?;
            Ok(head.filter(|head| head.sha256.as_deref() == Some(sha256)))
        };
        let mut head = look().await?;
        if head.is_none() {
            let put = self.objects.write((bucket, key), signed, Over::Anything).await;
            put.map_err(failed("publish the signed package"))?;
            head = look().await?;
        }
        head.and_then(|head| head.version).ok_or_else(|| {
            let why = format!("`{key}` has no version: is the bucket `{bucket}` versioned?");
            StepError::Failed(why)
        })
    }

    async fn record<T: Serialize>(&self, at: (&str, &str), what: &T) -> Result<(), StepError> {
        let bytes = serde_json::to_vec_pretty(what);
        let bytes = bytes.map_err(|error| StepError::Failed(error.to_string()))?;
        let put = self.objects.write(at, bytes, Over::Anything).await;
        put.map_err(failed("write the record"))
    }

    /// The job, when Signer is done with it or patience is over.
    async fn finished(&self, id: &str, tell: &UnitEvents) -> Result<Job, StepError> {
        let begun = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let job = self.signing.job(id).await.map_err(failed("look at the signing job"))?;
            let job = job.ok_or_else(|| {
                StepError::Failed(format!("Signer does not know the job {id} any more"))
            })?;
            if job.outcome != JobOutcome::InProgress || begun.elapsed() > PATIENCE {
                return Ok(job);
            }
            tell.step(format!("waiting for the signing job {id}"));
            sleep(pause).await;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }

    async fn deploy(&self, deployment: &Deployment, tell: &UnitEvents) -> Result<(), StepError> {
        let function = &deployment.function;
        self.settled(function, tell).await?;
        tell.step(format!("updating the code of `{function}`"));
        match self.functions.deploy(deployment).await {
            Err(error) if error.is(BUSY) => {
                // Somebody changed it since: once that is done, the next round looks again.
                self.settled(function, tell).await
            }
            Err(error) => Err(failed("update the function's code")(error)),
            Ok(()) => self.settled(function, tell).await,
        }
    }

    /// Waits until Lambda is not at work on a function.
    async fn settled(&self, function: &str, tell: &UnitEvents) -> Result<(), StepError> {
        let begun = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let seen = self.functions.function(function).await;
            let seen = seen.map_err(failed("look at the function"))?;
            let is_busy = seen.is_some_and(|seen| seen.update == "InProgress");
            if !is_busy {
                return Ok(());
            }
            if begun.elapsed() > PATIENCE {
                let why = format!("Lambda is still at work on `{function}`");
                return Err(StepError::Failed(why));
            }
            tell.step(format!("waiting for Lambda to update `{function}`"));
            sleep(pause).await;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }
}

fn failed(what: &'static str) -> impl Fn(AwsError) -> StepError {
    move |error| StepError::Failed(format!("failed to {what}: {error}"))
}
