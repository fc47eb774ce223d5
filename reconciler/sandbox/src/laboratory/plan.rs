//! A fault plan: what goes wrong, and when. A small file that a run is replayed from.

use jiff::SignedDuration;
use reconcile_cfn::template::{Template, TemplateError};
use serde::{Deserialize, Serialize};

use super::pattern::{OperationPattern, PatternError};

/// What goes wrong on purpose. The same plan does the same to the same calls.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FaultPlan {
    /// What the draws of rules with a rate follow from.
    #[serde(default)]
    pub seed: u64,
    /// The first rule that applies to a call strikes it.
    pub rules: Vec<Rule>,
}

/// Which calls a fault strikes: all that fit everything that is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Rule {
    /// What happens to them.
    pub fault: Fault,
    /// Only calls of these operations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<OperationPattern>,
    /// Only these of the rule's operations, counted from 1 since the plan was set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<u64>,
    /// Only from this one of them on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
    /// Only this share of them, from 0 to 1. A draw depends on the seed, the operation, what it is about
    /// and how often it was called, not on the order in which different calls come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// At most so often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
}

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Refused: too fast.
    Throttle,
    /// Refused with status 500.
    InternalError,
    /// Refused with status 503.
    Unavailable,
    /// The connection breaks before the call is acted on.
    Reset,
    /// Acted on, but no answer ever comes: the caller waits as long as its read timeout says.
    Timeout,
    /// Acted on only after this time.
    Slow(SignedDuration),
    /// Refused: the caller's session has ended.
    ExpiredCredentials,
    /// Refused: the caller lacks the permission.
    AccessDenied,
    /// Answered as the account was before the last call that could change something. Only reads of services
    /// that are eventually consistent are struck: S3 is not one.
    StaleRead,
    /// The caller dies before the call is acted on.
    CrashBefore,
    /// The caller dies after the call was acted on, before it sees the answer.
    CrashAfter,
}

/// Why a text is no fault plan.
#[derive(Debug, thiserror::Error)]
pub enum FaultPlanError {
    /// The text is neither YAML nor JSON.
    #[error("the fault plan cannot be read")]
    Text(#[source] TemplateError),
    /// It says something that a fault plan does not.
    #[error("the fault plan cannot be understood")]
    Content(#[source] serde_json::Error),
    /// A rate is no share.
    #[error("rate {0} is not between 0 and 1")]
    Rate(f64),
}

impl FaultPlan {
    /// Reads a plan that is written in YAML or JSON.
    pub fn parse(text: &str) -> Result<Self, FaultPlanError> {
        let document = Template::parse(text).map_err(FaultPlanError::Text)?;
        let plan: Self = serde_json::from_value(document.body).map_err(FaultPlanError::Content)?;
        let mut rates = plan.rules.iter().filter_map(|rule| rule.rate);
        match rates.find(|rate| !(0.0..=1.0).contains(rate)) {
            Some(rate) => Err(FaultPlanError::Rate(rate)),
            None => Ok(plan),
        }
    }

    /// A plan in which only this call is struck.
    pub fn at(call: u64, fault: Fault) -> Self {
        Self { seed: 0, rules: vec![Rule { calls: vec![call], ..Rule::always(fault) }] }
    }
}

impl Rule {
    /// A rule that strikes every call.
    pub fn always(fault: Fault) -> Self {
        Self { fault, operation: None, calls: Vec::new(), from: None, rate: None, times: None }
    }

    /// Only calls of these operations.
    pub fn on(self, pattern: &str) -> Result<Self, PatternError> {
        Ok(Self { operation: Some(pattern.parse()?), ..self })
    }
}

impl Fault {
    /// The name that plans and the call log have for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Throttle => "throttle",
            Self::InternalError => "internal_error",
            Self::Unavailable => "unavailable",
            Self::Reset => "reset",
            Self::Timeout => "timeout",
            Self::Slow(_) => "slow",
            Self::ExpiredCredentials => "expired_credentials",
            Self::AccessDenied => "access_denied",
            Self::StaleRead => "stale_read",
            Self::CrashBefore => "crash_before",
            Self::CrashAfter => "crash_after",
        }
    }
}
