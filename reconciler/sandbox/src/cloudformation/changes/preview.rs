//! The resources of a stack as a change set sees them: some values are known only afterwards.

use std::collections::BTreeMap;

use serde_json::json;

use crate::cloudformation::operation::Deployed;
use crate::cloudformation::template::{Known, Resources};

/// What CloudFormation shows for a value that does not exist yet.
pub(super) const KNOWN_AFTER_APPLY: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";

/// What the change set does to a resource that others refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It stays as it is.
    Unchanged,
    /// It is changed in place: the same name, but its attributes may change.
    Modified,
    /// It will be another physical resource, or may be.
    Renewed,
}

/// The resources as far as their fate is decided.
pub(super) struct Preview<'a> {
    pub(super) deployed: Deployed<'a>,
    pub(super) fates: &'a BTreeMap<String, Fate>,
}

impl Resources for Preview<'_> {
    fn reference(&self, logical_id: &str) -> Known {
        match self.fates.get(logical_id) {
            Some(Fate::Unchanged | Fate::Modified) => self.deployed.reference(logical_id),
            Some(Fate::Renewed) => Known::Value(json!(KNOWN_AFTER_APPLY)),
            None => Known::Missing,
        }
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Known {
        match self.fates.get(logical_id) {
            Some(Fate::Unchanged) => self.deployed.attribute(logical_id, attribute),
            Some(Fate::Modified | Fate::Renewed) => Known::Value(json!(KNOWN_AFTER_APPLY)),
            None => Known::Missing,
        }
    }
}
