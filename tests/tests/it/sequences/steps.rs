//! What happens in a step, and how it is drawn.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use reconcile_sandbox::{Fault, FaultPlan, ResourceOperation, Rule};

use super::model::{Days, SLOTS, Stack, Wish};
use crate::faults::FAULTS;

/// What happens between two checks.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// A stack is declared or changed, or its file removed.
    pub(super) edits: Vec<(usize, Option<Stack>)>,
    pub(super) permits: bool,
    /// A stack of which somebody changes a resource by hand, if it is there.
    pub(super) tampered: Option<usize>,
    pub(super) mishap: Mishap,
}

/// What goes wrong in the run that follows.
#[derive(Debug, Clone)]
pub(super) enum Mishap {
    Nothing,
    /// Somebody else applies the same at the same time.
    Rival,
    /// A fault at this call.
    Strike(u64, Fault),
    /// Any fault at any call, as this seed draws.
    Storm(u64),
    /// The next operation of this kind on a resource of this name fails.
    Failure(&'static str, ResourceOperation),
}

impl Step {
    /// What git declares after the step.
    pub(super) fn edit(&self, wish: &mut Wish) {
        for &(slot, stack) in &self.edits {
            match stack {
                Some(stack) => drop(wish.stacks.insert(slot, stack)),
                None => drop(wish.stacks.remove(&slot)),
            }
        }
        wish.permits = self.permits;
    }
}

impl Mishap {
    /// What the sandbox does to the run's calls.
    pub(super) fn plan(&self) -> FaultPlan {
        match *self {
            Self::Strike(call, fault) => FaultPlan::at(call, fault),
            Self::Storm(seed) => storm(seed),
            Self::Nothing | Self::Rival | Self::Failure(..) => FaultPlan::default(),
        }
    }

    /// Whether what the run was told may have been untrue.
    pub(super) fn misleads(&self) -> bool {
        matches!(self, Self::Storm(_) | Self::Strike(_, Fault::StaleRead))
    }
}

/// Every fault at one call in sixty or so.
fn storm(seed: u64) -> FaultPlan {
    let rule = |fault| Rule { rate: Some(0.015), ..Rule::always(fault) };
    FaultPlan { seed, rules: FAULTS.into_iter().map(rule).collect() }
}

pub(super) fn sequence() -> impl Strategy<Value = Vec<Step>> {
    (1..=SLOTS).prop_flat_map(|slots| vec(step(slots), 3..=8))
}

/// A step that concerns the first `slots` stacks.
fn step(slots: usize) -> impl Strategy<Value = Step> {
    let slot = 0..slots;
    let edit = (slot.clone(), option::weighted(0.75, stack()));
    let edits = vec(edit, 1..=4);
    let tampered = option::weighted(0.25, slot);
    (edits, any::<bool>(), tampered, mishap()).prop_map(|(edits, permits, tampered, mishap)| Step {
        edits,
        permits,
        tampered,
        mishap,
    })
}

fn stack() -> impl Strategy<Value = Stack> {
    let days = select(vec![Days::Thirty, Days::One, Days::Year]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (days, 0..2_u8, 0..2_u8, flags).prop_map(
        |(days, name, label, (reads, policy, protected, reverts, consents))| Stack {
            days,
            name,
            label,
            reads,
            policy,
            protected,
            reverts,
            consents,
        },
    )
}

fn mishap() -> impl Strategy<Value = Mishap> {
    // A log group that an update fails to delete is left behind by CloudFormation itself.
    let failure = select(vec![
        ("Note", ResourceOperation::Create),
        ("Note", ResourceOperation::Update),
        ("Note", ResourceOperation::Delete),
        ("Log0", ResourceOperation::Create),
        ("Log0", ResourceOperation::Update),
    ]);
    prop_oneof![
        2 => Just(Mishap::Nothing),
        1 => Just(Mishap::Rival),
        4 => (1..80_u64, select(FAULTS.to_vec())).prop_map(|(call, fault)| Mishap::Strike(call, fault)),
        2 => (1..1_000_u64).prop_map(Mishap::Storm),
        1 => failure.prop_map(|(name, operation)| Mishap::Failure(name, operation)),
    ]
}
