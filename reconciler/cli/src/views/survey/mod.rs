//! What a page and a folder of evidence show: all that one look found of each environment.
//!
//! A command fills it, [`html`](super::html) and [`evidence`](super::evidence) read it. It knows neither AWS nor any kind.

#[cfg(test)]
pub(in crate::views) mod fixtures;

use std::collections::BTreeMap;

use jiff::Timestamp;
use reconcile_core::address::Address;
use reconcile_core::report::{Report, Status};
use reconcile_core::status::UnitStatus;
use reconcile_engine::state::history::History;
use reconcile_engine::state::record::RunRecord;
use reconcile_guard::Judgement;
use serde::Serialize;

use super::terminals::Terminal;

/// The environments that were asked for, in the order given.
#[derive(Debug)]
pub(crate) struct Survey {
    /// The program that looked.
    pub(crate) version: &'static str,
    /// What was found of each.
    pub(crate) environments: Vec<Surveyed>,
}

/// An environment, and what was found of it.
#[derive(Debug)]
pub(crate) struct Surveyed {
    /// Its name.
    pub(crate) name: String,
    /// What was seen, or why nothing was, one sentence each.
    pub(crate) sight: Result<Box<Sight>, Vec<String>>,
}

/// One look at an environment.
#[derive(Debug)]
pub(crate) struct Sight {
    /// Where, and by whom it was looked at.
    pub(crate) place: Place,
    /// What differs, how much was seen, and what looking cost.
    pub(crate) report: Report,
    /// Files that differ from the commit.
    pub(crate) dirty: Vec<String>,
    /// What runs.
    pub(crate) running: Vec<UnitStatus>,
    /// The declared units.
    pub(crate) declared: BTreeMap<Address, Declared>,
    /// When AWS last compared units with what was deployed, where it keeps that.
    pub(crate) compared: BTreeMap<Address, Timestamp>,
    /// The terminals.
    pub(crate) terminals: Vec<Enrolment>,
    /// The packages and the functions that run them.
    pub(crate) signatures: Vec<Signature>,
    /// The CAs that terminals are known by.
    pub(crate) authorities: Vec<Authority>,
    /// Who applied what, or why that could not be read.
    pub(crate) history: Result<History, String>,
    /// What the rules say of what is declared, or why they could not be asked.
    pub(crate) judgement: Result<Judgement, String>,
    /// What git accepts for a time.
    pub(crate) exceptions: Vec<Exception>,
}

/// Where an environment is, and who looked when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Place {
    /// The account.
    pub(crate) account: String,
    /// The Region that units are in unless they say otherwise.
    pub(crate) region: String,
    /// Whether it is the embedded AWS.
    pub(crate) sandbox: bool,
    /// Whom AWS saw.
    pub(crate) caller: String,
    /// When it was looked at.
    pub(crate) at: Timestamp,
}

/// Where a unit is declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Declared {
    /// The file, from the root of the repository.
    pub(crate) file: String,
    /// The digest of the file's text.
    pub(crate) sha256: String,
    /// The Region that it is to be in.
    pub(crate) region: String,
    /// What it is called in AWS.
    pub(crate) physical_name: String,
    /// The units that come directly before it.
    #[serde(skip)]
    pub(crate) after: Vec<Address>,
}

/// A terminal, with when its certificate is to be renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Enrolment {
    /// Its unit.
    pub(crate) address: Address,
    /// What is known of it.
    pub(crate) terminal: Terminal,
    /// How many days before its end a certificate is renewed.
    pub(crate) renew_before: u32,
}

/// A package, who signed it, and what runs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Signature {
    /// The package's unit.
    pub(crate) address: Address,
    /// The signed object; none if it is not signed.
    pub(crate) signed: Option<Signed>,
    /// Why the signature was revoked, where it was.
    pub(crate) revoked: Option<String>,
    /// The function that is to run it; none if there is none yet.
    pub(crate) function: Option<Function>,
}

/// A signed package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Signed {
    /// `s3://bucket/key`
    pub(crate) object: String,
    /// The object's version.
    pub(crate) version: String,
    /// The SHA-256 of the zip, as Lambda writes it.
    pub(crate) code_sha256: String,
    /// The signing job.
    pub(crate) job: String,
    /// The version of the signing profile.
    pub(crate) profile_version: String,
    /// When Lambda stops taking it; none where Signer does not say.
    pub(crate) expires: Option<Timestamp>,
    /// The commit that it was signed for.
    pub(crate) commit: Option<String>,
}

/// A function, as it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Function {
    /// Its ARN.
    pub(crate) arn: String,
    /// Of the zip that it runs.
    pub(crate) code_sha256: String,
    /// The job that signed it; none if it is not signed.
    pub(crate) job: Option<String>,
}

/// A CA's certificate that a truststore holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Authority {
    /// The truststore's unit.
    pub(crate) address: Address,
    /// Whose it is.
    pub(crate) subject: String,
    /// The SHA-256 of it.
    pub(crate) fingerprint: String,
    /// Until when it is good.
    pub(crate) not_after: Timestamp,
}

/// Something that would be a finding, and that git accepts for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Exception {
    /// The unit.
    pub(crate) unit: String,
    /// What is accepted: a rule that is broken, or drift.
    pub(crate) kind: ExceptionKind,
    /// The rule and the resource, or the property.
    pub(crate) subject: String,
    /// Why.
    pub(crate) reason: String,
    /// The last day.
    pub(crate) until: String,
}

/// What an [`Exception`] is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExceptionKind {
    /// A rule of `infra/rules/`.
    Rule,
    /// Finding drift.
    Drift,
}

/// Since when a unit has drifted, as narrowly as it is known.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Since<'a> {
    /// The comparison that found it.
    pub(crate) noticed: Timestamp,
    /// The last time at which it was known to be as git said; none if nobody knows of any.
    pub(crate) good: Option<Timestamp>,
    /// The run that left it so, where its record was read.
    pub(crate) run: Option<&'a str>,
}

impl Survey {
    /// Whether all of it was seen.
    pub(crate) fn is_complete(&self) -> bool {
        self.environments.iter().all(|environment| match &environment.sight {
            Ok(sight) => {
                let seen = sight.report.status() != Status::Error;
                seen && sight.history.is_ok() && sight.judgement.is_ok()
            }
            Err(_) => false,
        })
    }
}

impl Sight {
    /// Since when a unit has drifted.
    pub(crate) fn drifted_since(&self, address: &Address) -> Since<'_> {
        // What was found without CloudFormation's comparison was found by this look.
        let noticed = self.compared.get(address).copied().unwrap_or(self.place.at);
        let runs = self.history.iter().flat_map(|history| &history.runs);
        let before =
            runs.filter_map(|run| Some((run, run.finished_at.filter(|end| *end <= noticed)?)));
        let left_good = before.into_iter().find(|(run, _)| left_good(run, address));
        match left_good {
            Some((run, end)) => Since { noticed, good: Some(end), run: Some(&run.run) },
            None => Since { noticed, good: self.deployed(address), run: None },
        }
    }

    fn deployed(&self, address: &Address) -> Option<Timestamp> {
        let unit = self.running.iter().find(|unit| unit.address == *address)?;
        unit.running.as_ref()?.since
    }
}

/// Whether a unit was as git said when a run was done with it.
fn left_good(run: &RunRecord, address: &Address) -> bool {
    run.units.iter().any(|unit| unit.address == *address && unit.outcome.is_good())
}

impl Signature {
    /// Whether the function runs exactly this package; nothing where one of them is not there.
    pub(crate) fn is_running(&self) -> Option<bool> {
        let (signed, function) = (self.signed.as_ref()?, self.function.as_ref()?);
        Some(signed.code_sha256 == function.code_sha256)
    }
}
