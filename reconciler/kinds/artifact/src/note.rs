//! What the ledger keeps of a package, and when that can be believed.

use std::collections::BTreeMap;

use reconcile_core::digest::Digest;
use reconcile_engine::state::ledger;
use serde::{Deserialize, Serialize};

use crate::state::{Built, Record, SeenPackage, State};

/// What the ledger keeps of a package that was found in sync: it vouches for the two records in the
/// bucket, as long as the package is made of the same and signed by the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Note {
    bucket: String,
    pub(crate) parts: BTreeMap<String, Digest>,
    pub(crate) built: Built,
    pub(crate) record: Record,
}

impl Note {
    /// What the ledger should keep; nothing of a function, which is looked at each time.
    pub(crate) fn of(state: &State) -> Option<ledger::Note> {
        let State::Package(package) = state else { return None };
        let SeenPackage { bucket, parts, built, record, .. } = &**package;
        let note = Self {
            bucket: bucket.clone(),
            parts: parts.clone(),
            built: built.clone()?,
            record: record.clone()?,
        };
        ledger::Note::of(&note)
    }

    /// Whether it is about this package.
    pub(crate) fn is_about(
        &self,
        bucket: &str,
        parts: &BTreeMap<String, Digest>,
        profile_version_arn: &str,
    ) -> bool {
        self.bucket == bucket
            && self.parts == *parts
            && self.record.profile_version_arn == profile_version_arn
    }
}
