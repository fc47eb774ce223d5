//! Looks at stacks, with as few calls as an honest answer takes.
//!
//! One paged `DescribeStacks` per region; a template or a policy is read only where the ledger does not
//! vouch for it, drifted resources only where there is drift.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::future::join_all;
use reconcile_cfn::Template;
use reconcile_core::address::Address;
use reconcile_core::digest::Digest;
use reconcile_core::observation::Observation;
use reconcile_engine::events::Event;
use reconcile_engine::kind::{Depth, Look, Seen};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::kind::StackKind;
use crate::spec::Spec;
use crate::state::{
    ADDRESS_TAG, Described, DriftStatus, ENVIRONMENT_TAG, Phase, SeenDrift, SeenPolicy,
    SeenTemplate, State,
};

/// What the ledger keeps of a stack that was found in sync: it vouches for what `DescribeStacks` does
/// not show, as long as the stack is the same and was not updated since.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Note {
    stack_id: String,
    updated: Option<jiff::Timestamp>,
    /// Of the declared template that means what is deployed.
    template: Option<Digest>,
    /// Of the declared policy that is in force.
    policy: Option<Digest>,
    /// Of parameters that AWS does not show.
    hidden: BTreeMap<String, Digest>,
}

/// What the ledger should keep of a stack that is in sync with its declaration.
pub(crate) fn note(spec: &Spec, state: &State) -> Option<Json> {
    let described = &state.described;
    let hidden = described.parameters.iter().filter(|(_, value)| *value == "****");
    let hidden = hidden.filter_map(|(name, _)| {
        let literal = spec.parameters.get(name)?.to_string();
        Some((name.clone(), crate::plan::hidden_digest(state, &literal)))
    });
    let note = Note {
        stack_id: described.id.clone(),
        updated: described.updated,
        template: Some(spec.template.digest.clone()),
        policy: spec.policy.as_deref().map(Digest::of),
        hidden: hidden.collect(),
    };
    serde_json::to_value(note).ok()
}

/// A stack to be looked at in depth.
struct Subject<'a> {
    region: &'a str,
    /// What is declared; none where nothing is any more.
    spec: Option<&'a Spec>,
    /// What the ledger vouches for.
    note: Option<Note>,
}

impl StackKind {
    pub(crate) async fn look_at_all(&self, look: &Look<'_, Spec>) -> Seen<State> {
        let regions: BTreeSet<&str> = look
            .declared
            .values()
            .map(|spec| spec.region.as_str())
            .chain([look.environment.target.region()])
            .collect();
        let mut seen = Seen { declared: BTreeMap::new(), gone: Ok(Vec::new()) };
        for region in regions {
            look.events.tell(&Event::Phase { what: format!("reading stacks in {region}") });
            match self.api.stacks(region).await {
                Ok(stacks) => self.look_in(region, stacks, look, &mut seen).await,
                Err(error) => {
                    let why = format!("the stacks of {region} could not be listed: {error}");
                    let here = look.declared.iter().filter(|(_, spec)| spec.region == region);
                    let unreadable =
                        here.map(|(at, _)| (at.clone(), Observation::Unreadable(why.clone())));
                    seen.declared.extend(unreadable);
                    seen.gone = Err(why);
                }
            }
        }
        seen
    }

    pub(crate) async fn look_at_one(
        &self,
        address: &Address,
        look: &Look<'_, Spec>,
    ) -> Observation<State> {
        let spec = look.declared.get(address).copied();
        let (region, name) = match (spec, self.known.lock().await.get(address)) {
            (Some(spec), _) => (spec.region.clone(), spec.stack_name.clone()),
            (None, Some((region, id))) => (region.clone(), id.clone()),
            (None, None) => return Observation::Absent,
        };
        match self.api.stack(&region, &name).await {
            Ok(None) => Observation::Absent,
            Ok(Some(stack)) => {
                let subject = Subject { region: &region, spec, note: None };
                Observation::Present(self.in_depth(stack, &subject, look.depth).await)
            }
            Err(error) => Observation::Unreadable(error.to_string()),
        }
    }

    async fn look_in(
        &self,
        region: &str,
        stacks: Vec<Described>,
        look: &Look<'_, Spec>,
        seen: &mut Seen<State>,
    ) {
        let mut by_name: BTreeMap<String, Described> = stacks
            .into_iter()
            .filter(|stack| stack.status.phase() != Phase::Deleted)
            .map(|stack| (stack.name.clone(), stack))
            .collect();
        let mut wanted = Vec::new();
        for (address, spec) in look.declared.iter().filter(|(_, spec)| spec.region == region) {
            match by_name.remove(&spec.stack_name) {
                Some(stack) => wanted.push((address.clone(), Some(*spec), stack)),
                None => {
                    seen.declared.insert(address.clone(), Observation::Absent);
                }
            }
        }
        let mut gone: Vec<_> = by_name
            .into_values()
            .filter_map(|stack| Some((owned_address(&stack, look)?, None, stack)))
            .collect();
        // A stack can only read what was there before it: the newest goes first.
        gone.sort_by_key(|(_, _, stack)| std::cmp::Reverse(stack.created));
        let owned: Vec<Address> = gone.iter().map(|(address, _, _)| address.clone()).collect();
        let mut known = self.known.lock().await;
        for (address, _, stack) in &gone {
            known.insert(address.clone(), (region.to_owned(), stack.id.clone()));
        }
        drop(known);
        wanted.extend(gone);
        if look.depth.detect {
            wanted = self.detect(region, wanted, look).await;
        }
        // All at once: the limiter paces the calls that it takes.
        let states = wanted.into_iter().map(|(address, spec, stack)| async move {
            let note = vouching(look, &address, &stack);
            let subject = Subject { region, spec, note };
            let state = self.in_depth(stack, &subject, look.depth).await;
            (address, state)
        });
        for (address, state) in join_all(states).await {
            if owned.contains(&address) {
                if let Ok(gone) = &mut seen.gone {
                    gone.push((address, state));
                }
            } else {
                seen.declared.insert(address, Observation::Present(state));
            }
        }
    }

    /// Everything that a plan needs of a stack that `DescribeStacks` showed.
    async fn in_depth(&self, described: Described, subject: &Subject<'_>, depth: Depth) -> State {
        let template = self.see_template(&described, subject).await;
        let policy = self.see_policy(&described, subject).await;
        let drift = self.see_drift(&described, subject, depth).await;
        let hidden = subject.note.as_ref().map(|note| note.hidden.clone()).unwrap_or_default();
        State { described, template, policy, drift, hidden }
    }

    async fn see_template(&self, described: &Described, subject: &Subject<'_>) -> SeenTemplate {
        let Subject { region, spec, note } = subject;
        let vouched = note.as_ref().and_then(|note| note.template.clone());
        match (vouched, spec) {
            (Some(digest), Some(spec)) if digest == spec.template.digest => {
                return SeenTemplate::Vouched(digest);
            }
            _ => {}
        }
        if matches!(described.status.phase(), Phase::Review | Phase::Busy) {
            return SeenTemplate::Unreadable("it is not settled".to_owned());
        }
        match self.api.template(region, &described.id).await {
            Ok(text) => match Template::parse(&text) {
                Ok(template) => SeenTemplate::Read(Arc::new(template)),
                Err(error) => SeenTemplate::Unreadable(format!(
                    "its deployed template cannot be understood: {error}"
                )),
            },
            Err(error) => {
                SeenTemplate::Unreadable(format!("its template could not be read: {error}"))
            }
        }
    }

    async fn see_policy(&self, described: &Described, subject: &Subject<'_>) -> SeenPolicy {
        let Subject { region, spec, note } = subject;
        // Only a declared policy is compared, and only on a stack that can have one.
        let Some(declared) = spec.and_then(|spec| spec.policy.as_deref()) else {
            return SeenPolicy::Read(None);
        };
        if described.status.phase() == Phase::Review {
            return SeenPolicy::Read(None);
        }
        let digest = Digest::of(declared);
        if note.as_ref().is_some_and(|note| note.policy.as_ref() == Some(&digest)) {
            return SeenPolicy::Vouched(digest);
        }
        match self.api.policy(region, &described.id).await {
            Ok(policy) => SeenPolicy::Read(policy),
            Err(error) => SeenPolicy::Unreadable(format!("its policy could not be read: {error}")),
        }
    }

    async fn see_drift(
        &self,
        described: &Described,
        subject: &Subject<'_>,
        depth: Depth,
    ) -> SeenDrift {
        let Subject { region, spec, note: _ } = subject;
        if let Some(why) = self.failed_detections.lock().await.get(&described.id) {
            return SeenDrift::Unreadable(why.clone());
        }
        let detected = depth.detect && described.status.allows_drift_detection();
        let drifted = described.drift == DriftStatus::Drifted && !described.drift_is_outdated();
        if spec.is_none() || !(detected || drifted) {
            return SeenDrift::Summary;
        }
        match self.api.resource_drifts(region, &described.id).await {
            Ok(drifts) => SeenDrift::Resources(drifts),
            Err(error) => SeenDrift::Unreadable(format!("its drift could not be read: {error}")),
        }
    }
}

/// The ledger's note of a stack, if it is about this very stack as it is now.
fn vouching(look: &Look<'_, Spec>, address: &Address, described: &Described) -> Option<Note> {
    if look.depth.full {
        return None;
    }
    let note: Note = serde_json::from_value(look.notes.get(address)?.clone()).ok()?;
    (note.stack_id == described.id && note.updated == described.updated).then_some(note)
}

/// The address that owns a stack, if this environment does and does not declare it.
fn owned_address(stack: &Described, look: &Look<'_, Spec>) -> Option<Address> {
    let environment = stack.tags.get(ENVIRONMENT_TAG)?;
    let address: Address = stack.tags.get(ADDRESS_TAG)?.parse().ok()?;
    (*environment == look.environment.name && !look.declared.contains_key(&address))
        .then_some(address)
}
