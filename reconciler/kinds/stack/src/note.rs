//! What the ledger keeps of a stack, and when that can be believed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use reconcile_core::digest::Digest;
use reconcile_core::input::Outputs;
use reconcile_engine::state::ledger;
use serde::{Deserialize, Serialize};

use crate::spec::Spec;
use crate::state::{Described, State};

/// What the ledger keeps of a stack that was found in sync: it vouches for what `DescribeStacks` does
/// not show, as long as the stack is the same and was not updated since.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Note {
    stack_id: String,
    updated: Option<Timestamp>,
    /// Of the declared template that means what is deployed.
    pub(crate) template: Option<Digest>,
    /// Of the declared policy that is in force.
    pub(crate) policy: Option<Digest>,
    /// Of parameters that AWS does not show.
    pub(crate) hidden: BTreeMap<String, Digest>,
}

impl Note {
    /// What the ledger should keep of a stack that is in sync with its declaration.
    pub(crate) fn of(spec: &Spec, state: &State) -> Option<ledger::Note> {
        let (described, nothing) = (&state.described, Outputs::default());
        let hidden = described.parameters.iter().filter(|(_, value)| *value == "****");
        let hidden = hidden.filter_map(|(name, _)| {
            let literal = match spec.parameters.get(name) {
                Some(given) => nothing.seen_from("").resolve(given).known()?.to_owned(),
                None => spec.default_of(name)?,
            };
            Some((name.clone(), crate::plan::hidden_digest(state, &literal)))
        });
        let note = Self {
            stack_id: described.id.clone(),
            updated: described.updated,
            // A stack that went back had two templates at one time of update. An answer that came late may
            // have been about the other one, so it is read again each time.
            template: (!described.status.went_back()).then(|| spec.template.digest.clone()),
            policy: spec.policy.as_deref().map(Digest::of),
            hidden: hidden.collect(),
        };
        ledger::Note::of(&note)
    }

    /// What it says of parameters that AWS does not show, and no more.
    pub(crate) fn of_hidden_alone(self) -> Self {
        Self { template: None, policy: None, ..self }
    }

    /// Whether it is about this very stack as it is now.
    pub(crate) fn is_about(&self, described: &Described) -> bool {
        self.stack_id == described.id && self.updated == described.updated
    }

    /// Where the stack was: the fourth part of its ARN.
    pub(crate) fn region(&self) -> Option<&str> {
        self.stack_id.split(':').nth(3).filter(|region| !region.is_empty())
    }
}
