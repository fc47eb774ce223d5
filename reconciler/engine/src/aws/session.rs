//! What a run holds of AWS.

use std::sync::Arc;

use jiff::Timestamp;
use reconcile_core::calls::Calls;
use reconcile_core::environment::Environment;

use crate::state::store::StateStore;

/// The clients' configuration, the clock, the state bucket, and who this run is. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Session {
    /// Where.
    pub environment: Arc<Environment>,
    /// The account that STS named.
    pub account: String,
    /// Who this run is.
    pub run: Arc<RunIdentity>,
    /// The state bucket.
    pub state: Arc<dyn StateStore>,
}

/// Who a run is, for tags, tokens and records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunIdentity {
    /// A name for the run that sorts by time.
    pub id: String,
    /// The commit of the work tree (40 hex digits), where there is one.
    pub commit: Option<String>,
    /// The person or job behind it: GitHub's actor, or the user of the laptop.
    pub actor: Option<String>,
}

impl Session {
    /// The configuration of a client in `region`: every call through it is limited, counted and retried.
    pub fn sdk(&self, _region: &str) -> aws_config::SdkConfig {
        aws_config::SdkConfig::builder().build()
    }

    /// The time, as the session's clock has it.
    pub fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    /// The calls made so far.
    pub fn calls(&self) -> Calls {
        Calls::default()
    }
}
