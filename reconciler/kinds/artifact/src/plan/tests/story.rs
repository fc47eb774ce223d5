//! What every story begins with, and the words in which a decision is told.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use reconcile_core::address::Address;
use reconcile_core::digest::Digest;
use reconcile_core::environment::{Environment, Target};
use reconcile_core::input::{Outputs, Value};
use reconcile_core::observation::Observation;
use reconcile_core::redaction::Veil;
use reconcile_core::text::Text;
use reconcile_core::verdict::{Change, Verdict};
use reconcile_engine::kind::{Decision, PlanContext, Wanted};

use crate::plan::plan;
use crate::sources::{CargoConfig, Sources};
use crate::spec::{Architecture, Function, Package, Spec};
use crate::state::{
    Built, Job, JobOutcome, Profile, Record, SeenCodeSigning, SeenFunction, SeenObject,
    SeenPackage, State,
};
use crate::step::Step;

/// When every story is told.
pub(super) const NOW: &str = "2026-11-21T12:00:00Z";

/// The ARN of the profile's version.
pub(super) const SIGNER: &str =
    "arn:aws:signer:ap-northeast-1:111122223333:/signing-profiles/lambda/v1";

/// One unit, what is declared of it and what is seen of it.
pub(super) struct Story {
    pub(super) spec: Spec,
    pub(super) seen: Observation<State>,
    address: Address,
    published: Outputs,
}

impl Story {
    /// A package that is declared, in a bucket and by a profile that exist.
    pub(super) fn package() -> Self {
        let mut published = Outputs::default();
        let known = |text: &str| Value::Known(text.to_owned());
        published.publish(
            "stacks/code".parse().unwrap(),
            BTreeMap::from([
                ("Bucket".to_owned(), known("clinic-code")),
                ("Profile".to_owned(), known("lambda")),
            ]),
        );
        let seen = Observation::Absent;
        let address = "artifacts/health".parse().unwrap();
        Self { spec: Spec::Package(Box::new(declared())), seen, address, published }
    }

    /// A package that was built, signed and published.
    pub(super) fn signed() -> Self {
        let state = State::Package(Box::new(signed()));
        Self { seen: Observation::Present(state), ..Self::package() }
    }

    /// A function that runs the package that git says.
    pub(super) fn function() -> Self {
        let mut story = Self::package();
        story.publish(
            "artifacts/health",
            &[
                ("bucket", "clinic-code"),
                ("key", "signed/aaaa-v1.zip"),
                ("version", "3"),
                ("sha256", "YWFhYQ=="),
                ("architecture", "arm64"),
                ("commit", "0123abcd"),
                ("signingJob", "arn:aws:signer:ap-northeast-1:111122223333:/signing-jobs/one"),
                ("signingProfileVersion", SIGNER),
            ],
        );
        story.publish("stacks/health", &[("FunctionName", "clinic-health"), ("Config", "csc-1")]);
        story.address = "artifacts/health@live".parse().unwrap();
        story.spec = Spec::Function(Function {
            declared_in: "desired/artifacts/health.yaml".to_owned(),
            package: "artifacts/health".parse().unwrap(),
            name: Text::parse("${stacks.health.FunctionName}").unwrap(),
            code_signing_config: Some(Text::parse("${stacks.health.Config}").unwrap()),
        });
        story.seen = Observation::Present(State::Function(Box::new(SeenFunction {
            arn: "arn:aws:lambda:ap-northeast-1:111122223333:function:clinic-health".to_owned(),
            code_sha256: "YWFhYQ==".to_owned(),
            signing_job: Some(
                "arn:aws:signer:ap-northeast-1:111122223333:/signing-jobs/one".to_owned(),
            ),
            signing_profile_version: Some(SIGNER.to_owned()),
            architecture: "arm64".to_owned(),
            runtime: Some("provided.al2023".to_owned()),
            modified: NOW.to_owned(),
            update: "Successful".to_owned(),
            code_signing: SeenCodeSigning::Config("csc-1".to_owned()),
        })));
        story
    }

    /// Another unit publishes these values, and no others.
    pub(super) fn publish(&mut self, unit: &str, values: &[(&str, &str)]) {
        let values = values.iter();
        let values =
            values.map(|(name, value)| ((*name).to_owned(), Value::Known((*value).to_owned())));
        self.published.publish(unit.parse().unwrap(), values.collect());
    }

    /// Nothing was seen yet.
    pub(super) fn absent(mut self) -> Self {
        self.seen = Observation::Absent;
        self
    }

    /// Another unit publishes something else.
    pub(super) fn published(mut self, unit: &str, values: &[(&str, &str)]) -> Self {
        self.publish(unit, values);
        self
    }

    /// Something else is declared of the package.
    pub(super) fn declare(mut self, change: impl FnOnce(&mut Package)) -> Self {
        let Spec::Package(package) = &mut self.spec else { panic!("it is no package") };
        change(package);
        self
    }

    /// The package is seen otherwise.
    pub(super) fn shows(mut self, change: impl FnOnce(&mut SeenPackage)) -> Self {
        let Observation::Present(State::Package(seen)) = &mut self.seen else {
            panic!("no package is seen")
        };
        change(seen);
        self
    }

    /// The function is seen otherwise.
    pub(super) fn runs(mut self, change: impl FnOnce(&mut SeenFunction)) -> Self {
        let Observation::Present(State::Function(seen)) = &mut self.seen else {
            panic!("no function is seen")
        };
        change(seen);
        self
    }

    fn decision(&self) -> Decision<Step> {
        let environment = Environment {
            regions: std::collections::BTreeSet::new(),
            name: "production".to_owned(),
            target: Target::Sandbox { region: "ap-northeast-1".to_owned() },
            state_bucket: "state".to_owned(),
            default: true,
            variables: BTreeMap::new(),
            tags: BTreeMap::new(),
            allow_delete: [].into(),
            sections: [].into(),
        };
        let context = PlanContext {
            address: &self.address,
            environment: &environment,
            inputs: self.published.seen_from("ap-northeast-1"),
            now: now(),
            veil: Veil::default(),
        };
        plan(&Wanted::Declared(&self.spec), &self.seen, &context)
    }

    /// The decision in words: verdict, fields, steps, and what is said of the look.
    pub(super) fn told(&self) -> String {
        let Decision { planned, steps } = self.decision();
        let mut told = match &planned.verdict {
            Verdict::InSync => "in sync\n".to_owned(),
            Verdict::Change(change) => in_words(change),
            Verdict::Blocked { why, unblock, change: _ } => {
                format!("blocked: {why}\n  unblock: {unblock}\n")
            }
            Verdict::Unknown { why } => format!("unknown: {why}\n"),
        };
        for step in &steps {
            writeln!(told, "  step: {step}").unwrap();
        }
        for note in &planned.coverage.notes {
            writeln!(told, "  note: {note}").unwrap();
        }
        told
    }

    /// What is published, in words.
    pub(super) fn outputs(&self) -> String {
        let outputs = self.decision().planned.outputs;
        let lines = outputs.iter().map(|(name, value)| format!("{name}: {value}\n"));
        lines.collect()
    }

    /// The one step.
    pub(super) fn step(&self) -> Step {
        let [step] = <[Step; 1]>::try_from(self.decision().steps).unwrap();
        step
    }
}

fn in_words(change: &Change) -> String {
    let mut told = format!("{}: {}\n", change.action, change.reason);
    for field in &change.fields {
        let none = || "-".to_owned();
        let (before, after) = (field.before.clone(), field.after.clone());
        let (before, after) = (before.unwrap_or_else(none), after.unwrap_or_else(none));
        writeln!(told, "  {}: {before} -> {after}", field.path).unwrap();
    }
    told
}

pub(super) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// A job that succeeded.
pub(super) fn job(id: &str) -> Job {
    Job {
        id: id.to_owned(),
        arn: format!("arn:aws:signer:ap-northeast-1:111122223333:/signing-jobs/{id}"),
        outcome: JobOutcome::Succeeded {
            bucket: "clinic-code".to_owned(),
            key: format!("signer/{id}.zip"),
        },
        revoked: None,
        expires: "2038-01-01T00:00:00Z".parse().ok(),
        created: NOW.parse().ok(),
    }
}

fn declared() -> Package {
    Package {
        name: "health".to_owned(),
        declared_in: "desired/artifacts/health.yaml:3".to_owned(),
        krate: "health".to_owned(),
        sources: Sources {
            binary: "health".to_owned(),
            parts: BTreeMap::new(),
            files: [].into(),
            config: CargoConfig::default(),
        },
        architecture: Architecture::Arm64,
        profile: "lambda".to_owned(),
        features: Vec::new(),
        runs_on_lambda: true,
        bucket: Text::parse("${stacks.code.Bucket}").unwrap(),
        signing_profile: Text::parse("${stacks.code.Profile}").unwrap(),
        sign_again: [].into(),
    }
}

fn signed() -> SeenPackage {
    let parts = ["lambda/health", "Cargo.lock", "toolchain"];
    let parts: BTreeMap<_, _> =
        parts.iter().map(|name| ((*name).to_owned(), Digest::of(name))).collect();
    let sha256 = Digest::of("zip");
    SeenPackage {
        bucket: "clinic-code".to_owned(),
        profile: Profile {
            name: "lambda".to_owned(),
            version: "v1".to_owned(),
            version_arn: SIGNER.to_owned(),
            unusable: None,
        },
        before: Some(parts.clone()),
        parts,
        built: Some(Built { sha256: sha256.clone(), size: 1_000 }),
        here: None,
        unsigned_version: Some("1".to_owned()),
        record: Some(Record {
            key: format!("signed/{sha256}-v1.zip"),
            unsigned_sha256: sha256,
            profile_version_arn: SIGNER.to_owned(),
            job: "one".to_owned(),
            job_arn: job("one").arn,
            instead_of: None,
            version: "3".to_owned(),
            code_sha256: "YWFhYQ==".to_owned(),
            expires: job("one").expires,
            commit: Some("0123abcd".to_owned()),
        }),
        jobs: vec![job("one")],
        object: SeenObject::Intact,
    }
}
