//! What came of judging: breaches, exceptions, and each rule's record.

use jiff::civil::Date;
use reconcile_core::address::Address;
use reconcile_core::problem::{Place, Problem};
use schemars::JsonSchema;
use serde::Serialize;

/// Permission to break a rule for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The rule.
    pub rule: String,
    /// The resource that may break it; none for a rule about the whole template, or about the declaration.
    pub resource: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day.
    pub until: Date,
    /// Where it is declared.
    pub place: Place,
}

/// Everything that was found.
#[derive(Debug, Default)]
pub struct Judgement {
    /// What is wrong: broken rules, and exceptions that are none.
    pub breaches: Vec<Breach>,
    /// Each rule, in the order of their files.
    pub rules: Vec<RuleRecord>,
    /// The exceptions that hold, by unit.
    pub exceptions: Vec<ExceptionRecord>,
}

/// Something that may not be deployed.
#[derive(Debug, Clone)]
pub struct Breach {
    /// What is wrong, and where.
    pub problem: Problem,
    /// The units that it keeps from being deployed; none if it is about the environment, or nobody deploys it.
    pub units: Vec<Address>,
}

/// How a rule stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Nothing is there that it asks about.
    NotApplicable,
    /// Everything is as it asks.
    Kept,
    /// Something is not, by exceptions that hold.
    Excepted,
    /// Something is not.
    Broken,
}

/// A rule, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleRecord {
    /// Its name.
    pub rule: String,
    /// What it keeps: sections of documents, then controls.
    pub keeps: String,
    /// The file that it stands in.
    pub file: String,
    /// How it stands.
    pub standing: Standing,
    /// The files that it has to do with.
    pub checked: Vec<String>,
    /// What is not as it asks, with exceptions or without.
    pub findings: Vec<Record>,
}

/// Something that is not as a rule asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The file.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// The resource's logical ID, if it is one's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// What the rule says to it.
    pub message: String,
    /// Whether every unit that deploys it has an exception.
    pub excepted: bool,
}

/// An exception that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExceptionRecord {
    /// The unit that has it.
    pub unit: String,
    /// The rule.
    pub rule: String,
    /// The resource, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day.
    pub until: String,
    /// Days that it still holds, the last one included.
    pub days_left: i64,
}

/// How many days before its end an exception is said to end soon.
const SOON: i64 = 30;

impl Judgement {
    /// How many rules stand so.
    pub fn count(&self, standing: Standing) -> usize {
        self.rules.iter().filter(|rule| rule.standing == standing).count()
    }
}

impl ExceptionRecord {
    /// In a sentence, for whoever reads a plan.
    pub fn sentence(&self) -> String {
        let Self { unit, rule, resource, reason, until, days_left } = self;
        let resource = resource.as_ref().map_or_else(String::new, |id| format!("`{id}` of "));
        let soon = match days_left {
            1 => ", which is today".to_owned(),
            2..=SOON => format!(", which is in {} days", days_left - 1),
            _ => String::new(),
        };
        format!("{resource}{unit} may break `{rule}` until {until}{soon}: {reason}")
    }
}
