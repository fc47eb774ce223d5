//! An existing function, written down as a file of `desired/artifacts/` would declare what it runs.
//!
//! Expected flow: [`find`] the function, [`Found::obstacle`] says why it cannot be taken over, [`Found::declared`] writes the
//! file.
//!
//! Guarantees: nothing is written to AWS. What the file says of bucket, signing profile, architecture and code-signing
//! configuration is what runs, or what a person said instead. That the running bytes are what the crate's sources build is
//! never claimed: the plan that follows tells whether the bucket knows them as that.

use std::collections::BTreeMap;

use reconcile_core::environment::Environment;
use reconcile_core::problem::Problem;
use reconcile_engine::aws::session::Session;
use reconcile_engine::load::edit::scalar;

use crate::aws::{Lambda, Signer};
use crate::port::functions::ReadsFunctions as _;
use crate::port::signing::ReadsSigning as _;
use crate::spec::Architecture;
use crate::state::{JobOutcome, Profile, SeenFunction};

/// The runtimes whose program is the package's own `bootstrap`.
const OWN_PROGRAM: &str = "provided.";

/// The variable of an environment that says what functions run on, where it has one.
const ARCHITECTURE: &str = "architecture";

/// A function that is there.
#[derive(Debug, Clone)]
pub struct Found {
    /// What Lambda says of it.
    pub function: SeenFunction,
    /// Its name, whatever it was asked for by.
    pub name: String,
    config: Option<String>,
    /// The bucket that its signed package was put into, or why that is not known.
    bucket: Result<String, String>,
}

/// What the declaration is called, and what a person says of it.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'a> {
    /// The file's stem.
    pub name: &'a str,
    /// The crate that its package is compiled from.
    pub krate: &'a str,
    /// The bucket, where it is to be another one or is not known.
    pub bucket: Option<&'a str>,
    /// The signing profile, where it is to be another one or is not known.
    pub signing_profile: Option<&'a str>,
    /// The environment that it is declared for.
    pub environment: &'a Environment,
    /// References to values that a declared stack publishes, by value.
    pub references: &'a BTreeMap<String, String>,
}

/// Looks for a function of the environment's region, by its name or ARN.
pub async fn find(session: &Session, function: &str) -> Result<Found, Problem> {
    let failed = |what: &str, error: &dyn std::fmt::Display| {
        Problem::whole(format!("failed to read {what} of `{function}`: {error}"))
    };
    let (lambda, signer) = (Lambda::new(session), Signer::new(session));
    let seen = lambda.function(function).await.map_err(|error| failed("the state", &error))?;
    let Some(seen) = seen else {
        let region = session.environment.target.region();
        return Err(Problem::whole(format!("there is no function `{function}` in {region}")));
    };
    let config = lambda.code_signing_config(function).await;
    let config = config.map_err(|error| failed("the code-signing configuration", &error))?;
    let bucket = match seen.signing_job.as_deref().map(last) {
        None => Err("nobody signed it".to_owned()),
        Some(job) => {
            match signer.job(job).await.map_err(|error| failed("the signature", &error))? {
                None => Err(format!("Signer does not know job {job}, which signed it")),
                Some(found) => match found.outcome {
                    JobOutcome::Succeeded { bucket, key: _ } => Ok(bucket),
                    JobOutcome::InProgress | JobOutcome::Failed(_) => {
                        Err(format!("job {job} does not say where it put what it signed"))
                    }
                },
            }
        }
    };
    let name = seen.arn.rsplit(':').next().unwrap_or(function).to_owned();
    Ok(Found { function: seen, name, config, bucket })
}

impl Found {
    /// Why it cannot be declared so.
    pub fn obstacle(&self, naming: &Naming<'_>) -> Option<Problem> {
        let Self { name, function, bucket, .. } = self;
        let runs = match &function.runtime {
            None => Some("a container image".to_owned()),
            Some(runtime) if !runtime.starts_with(OWN_PROGRAM) => Some(format!("on {runtime}")),
            Some(_) => None,
        };
        if let Some(runs) = runs {
            let message = format!("`{name}` runs {runs}: that is not compiled from a crate");
            return Some(Problem::whole(message).hint(
                "an artifact is a program for `provided.al2023`; import the function's stack, which has all else of it",
            ));
        }
        if let (Err(why), None) = (bucket, naming.bucket) {
            let message = format!("where packages of `{name}` are kept is not known: {why}");
            return Some(Problem::whole(message).hint(
                "say with `--bucket` and `--signing-profile` where they are to be kept and who signs them from now on",
            ));
        }
        if function.signing_profile_version.is_none() && naming.signing_profile.is_none() {
            let message = format!("who signs packages of `{name}` is not known");
            return Some(Problem::whole(message).hint("say it with `--signing-profile`"));
        }
        None
    }

    /// The file that declares it; empty values where [`Found::obstacle`] has something to say.
    pub fn declared(&self, naming: &Naming<'_>) -> String {
        let Naming { name, krate, environment, .. } = *naming;
        let seen = |value: &str| {
            let reference = naming.references.get(value);
            scalar(&reference.cloned().unwrap_or_else(|| value.replace("${", "$${")))
        };
        let given = |value: &str| scalar(value);
        let profile = self.function.signing_profile_version.as_deref().map(Profile::name_in);
        let bucket = naming.bucket.map(given);
        let bucket = bucket.or_else(|| self.bucket.as_deref().ok().map(seen)).unwrap_or_default();
        let signing_profile = naming.signing_profile.map(given).or_else(|| profile.map(seen));
        let by_name = naming.references.contains_key(&self.name);
        let by_arn = !by_name && naming.references.contains_key(&self.function.arn);
        let function = if by_arn { seen(&self.function.arn) } else { seen(&self.name) };
        let mut lines = vec![
            "# yaml-language-server: $schema=../.schemas/artifact.schema.json".to_owned(),
            "kind: Artifact".to_owned(),
            format!("name: {}", scalar(name)),
            format!("environments: [{}]", scalar(&environment.name)),
            format!("crate: {}", scalar(krate)),
            format!("architecture: {}", self.architecture(environment)),
            format!("bucket: {bucket}"),
            format!("signingProfile: {}", signing_profile.unwrap_or_default()),
            format!("function: {function}"),
        ];
        let config = self.config.as_deref();
        lines.extend(config.map(|config| format!("codeSigningConfig: {}", seen(config))));
        lines.join("\n") + "\n"
    }

    /// The environment's own word for it, if that means what runs.
    fn architecture(&self, environment: &Environment) -> String {
        let runs = &self.function.architecture;
        let variable = environment.variables.get(ARCHITECTURE);
        let variable = variable.and_then(|word| word.parse::<Architecture>().ok());
        match variable {
            Some(declared) if declared.word() == runs => {
                scalar(&format!("${{env.{ARCHITECTURE}}}"))
            }
            Some(_) | None => scalar(runs),
        }
    }
}

/// The last part of an ARN, after `/`.
fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
