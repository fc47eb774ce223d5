//! An environment: where units live, and what is true for all of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::address::Address;
use crate::problem::Place;

/// An account, a region, and the variables and tags that hold there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// The file stem.
    pub name: String,
    /// Where it is.
    pub target: Target,
    /// The other regions that units may be in. All are looked at, whether anything is declared there or not: what
    /// has left git is found without a note of it.
    pub regions: BTreeSet<String>,
    /// The bucket of ledger, lease and run records.
    pub state_bucket: String,
    /// Whether it is taken when none is named.
    pub default: bool,
    /// What `${env.NAME}` means.
    pub variables: BTreeMap<String, String>,
    /// Tags put on every stack.
    pub tags: BTreeMap<String, String>,
    /// Owned units that left `desired/` and may be deleted although they hold data.
    pub allow_delete: BTreeSet<Address>,
    /// What it says of whole kinds, by their plural.
    pub sections: BTreeMap<String, Section>,
}

/// What an environment says of a kind as a whole. Only the kind knows what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// As it is written.
    pub value: Json,
    /// Where.
    pub place: Place,
}

/// What an environment's calls go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The embedded AWS.
    Sandbox {
        /// The region that units are in unless they say otherwise.
        region: String,
    },
    /// An AWS account.
    Aws {
        /// Twelve digits; compared with STS before any other call.
        account: String,
        /// The region that units are in unless they say otherwise.
        region: String,
    },
}

impl Environment {
    /// Every region that units may be in.
    pub fn all_regions(&self) -> impl Iterator<Item = &str> {
        let others = self.regions.iter().map(String::as_str);
        std::iter::once(self.target.region()).chain(others)
    }
}

impl Target {
    /// The region that units are in unless they say otherwise.
    pub fn region(&self) -> &str {
        match self {
            Self::Sandbox { region } | Self::Aws { account: _, region } => region,
        }
    }

    /// Whether this is the embedded AWS.
    pub fn is_sandbox(&self) -> bool {
        matches!(self, Self::Sandbox { .. })
    }
}
