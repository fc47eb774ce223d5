//! Looks at stacks, with as few calls as an honest answer takes.
//!
//! One paged `DescribeStacks` per region; a template or a policy is read only where the ledger does not
//! vouch for it, drifted resources only where there is drift.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::future::join_all;
use reconcile_cfn::Template;
use reconcile_core::address::Address;
use reconcile_core::digest::Digest;
use reconcile_core::observation::Observation;
use reconcile_engine::events::Event;
use reconcile_engine::kind::{Depth, Look, Seen, Wanted};
use reconcile_engine::state::ledger;

use crate::blind_spots::BlindSpots;
use crate::kind::StackKind;
use crate::note::Note;
use crate::spec::Spec;
use crate::state::{
    ADDRESS_TAG, Described, DriftStatus, ENVIRONMENT_TAG, Phase, SeenDrift, SeenPolicy,
    SeenTemplate, State,
};

/// A stack to be looked at in depth.
struct Subject<'a> {
    region: &'a str,
    /// What is declared; none where nothing is any more.
    spec: Option<&'a Spec>,
    /// What the ledger vouches for.
    note: Option<Note>,
}

/// A stack that was listed and is to be looked at in depth: its address, and what is declared of it.
pub(crate) type Listed<'a> = (Address, Option<&'a Spec>, Described);

impl StackKind {
    pub(crate) async fn look_at_all(&self, look: &Look<'_, Spec>) -> Seen<State> {
        let regions = regions(look);
        for region in &regions {
            look.events.tell(&Event::Phase { what: format!("reading stacks in {region}") });
        }
        let listings = regions.iter().map(|region| self.api.stacks(region));
        let listings = join_all(listings).await;
        let mut seen = Seen { declared: BTreeMap::new(), gone: Ok(Vec::new()) };
        for (region, listing) in regions.iter().zip(listings) {
            match listing {
                Ok(stacks) => self.look_in(region, stacks, look, &mut seen).await,
                Err(error) => {
                    let why = format!("the stacks of {region} could not be listed: {error}");
                    let here = look.declared.iter().filter(|(_, spec)| spec.region == **region);
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
        wanted: &Wanted<'_, Spec>,
    ) -> Observation<State> {
        let spec = match wanted {
            Wanted::Declared(spec) => Some(*spec),
            Wanted::Gone => None,
        };
        let known = self.known.lock().await.get(address).cloned();
        // What the listing found goes before the name: it may have another one.
        let (region, name) = match (known, spec) {
            (Some(known), _) => known,
            (None, Some(spec)) => (spec.region.clone(), spec.stack_name.clone()),
            (None, None) => return Observation::Absent,
        };
        match self.api.stack(&region, &name).await {
            Ok(None) => Observation::Absent,
            Ok(Some(stack)) => {
                // Only what AWS does not show is believed again.
                let vouched = self.vouched.lock().await.get(&stack.id).cloned();
                let note = vouched.filter(|note| note.is_about(&stack)).map(Note::of_hidden_alone);
                let subject = Subject { region: &region, spec, note };
                Observation::Present(self.in_depth(stack, &subject, Depth::default()).await)
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
        let listed = sort_out(region, stacks, look, seen);
        let gone: BTreeSet<Address> = listed
            .iter()
            .filter(|(_, spec, _)| spec.is_none())
            .map(|(address, _, _)| address.clone())
            .collect();
        let mut known = self.known.lock().await;
        for (address, spec, stack) in &listed {
            if spec.is_none_or(|spec| spec.stack_name != stack.name) {
                known.insert(address.clone(), (region.to_owned(), stack.id.clone()));
            }
        }
        drop(known);
        for (address, state) in self.look_at_each(region, listed, look).await {
            if !gone.contains(&address) {
                seen.declared.insert(address, Observation::Present(state));
            } else if let Ok(gone) = &mut seen.gone {
                gone.push((address, state));
            }
        }
    }

    /// Looks at a stack that was listed, as deep as is asked for.
    pub(crate) async fn look_closer(
        &self,
        (address, spec, stack): &Listed<'_>,
        look: &Look<'_, Spec>,
    ) -> State {
        let depth = look.focus.on(address);
        let note = look.notes.get(address).filter(|_| !depth.full);
        let note = note.and_then(ledger::Note::read::<Note>).filter(|note| note.is_about(stack));
        if let Some(note) = &note {
            self.vouched.lock().await.insert(stack.id.clone(), note.clone());
        }
        let subject = Subject { region: stack.region(), spec: *spec, note };
        self.in_depth(stack.clone(), &subject, depth).await
    }

    /// Everything that a plan needs of a stack that `DescribeStacks` showed.
    async fn in_depth(&self, described: Described, subject: &Subject<'_>, depth: Depth) -> State {
        let template = self.see_template(&described, subject).await;
        let policy = self.see_policy(&described, subject).await;
        let drift = self.see_drift(&described, subject, depth).await;
        let listed = compared(&drift).filter(|_| depth.detect);
        let blind_spots = self.see_blind_spots(&described, subject, (&template, listed)).await;
        let hidden = subject.note.as_ref().map(|note| note.hidden.clone()).unwrap_or_default();
        State { described, template, policy, drift, blind_spots, hidden }
    }

    async fn see_template(&self, described: &Described, subject: &Subject<'_>) -> SeenTemplate {
        let Subject { region, spec, note } = subject;
        let vouched = note.as_ref().and_then(|note| note.template.as_ref());
        if let Some(spec) = spec.filter(|spec| vouched == Some(&spec.template.digest)) {
            // What is deployed means what is declared: reading it would tell no more.
            return SeenTemplate::Read(Arc::clone(&spec.template.parsed));
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
            return SeenPolicy::Read(Some(declared.to_owned()));
        }
        match self.api.policy(region, &described.id).await {
            Ok(policy) => SeenPolicy::Read(policy),
            Err(error) => SeenPolicy::Unreadable(format!("its policy could not be read: {error}")),
        }
    }

    /// Reads what drift detection leaves out, where it detected or this run looked before.
    async fn see_blind_spots(
        &self,
        described: &Described,
        subject: &Subject<'_>,
        (template, listed): (&SeenTemplate, Option<BTreeSet<String>>),
    ) -> BlindSpots {
        let template = match (template, subject.spec) {
            (_, None) | (SeenTemplate::Unreadable(_), _) => return BlindSpots::default(),
            (SeenTemplate::Read(template), Some(_)) => template.as_ref(),
        };
        self.examine(described, template, listed).await
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

/// The resources that a detection compared, by logical ID; none where its result was not read.
fn compared(drift: &SeenDrift) -> Option<BTreeSet<String>> {
    match drift {
        SeenDrift::Resources(drifts) => {
            Some(drifts.iter().map(|drift| drift.logical_id.clone()).collect())
        }
        SeenDrift::Summary | SeenDrift::Unreadable(_) => None,
    }
}

/// Where this environment's stacks may be, whatever is declared; and where the ledger saw some, should the
/// environment have left a region.
fn regions<'a>(look: &'a Look<'_, Spec>) -> BTreeSet<Cow<'a, str>> {
    let own = look.environment.all_regions().map(Cow::from);
    let noted = look.notes.values().filter_map(ledger::Note::read::<Note>);
    let noted = noted.filter_map(|note| note.region().map(str::to_owned)).map(Cow::from);
    own.chain(noted).collect()
}

/// The stacks of a region that concern the environment: declared ones, and those that it owns without
/// declaring them, in the order in which they may be deleted.
fn sort_out<'a>(
    region: &str,
    stacks: Vec<Described>,
    look: &Look<'a, Spec>,
    seen: &mut Seen<State>,
) -> Vec<Listed<'a>> {
    let mut by_name: BTreeMap<String, Described> = stacks
        .into_iter()
        .filter(|stack| stack.status.phase() != Phase::Deleted)
        .map(|stack| (stack.name.clone(), stack))
        .collect();
    let mut listed: Vec<Listed<'a>> = Vec::new();
    let mut absent: BTreeMap<&Address, &'a Spec> = BTreeMap::new();
    for (address, spec) in look.declared.iter().filter(|(_, spec)| spec.region == region) {
        match by_name.remove(&spec.stack_name) {
            Some(stack) => listed.push((address.clone(), Some(*spec), stack)),
            None => drop(absent.insert(address, spec)),
        }
    }
    let mut gone: Vec<Listed<'a>> = Vec::new();
    for stack in by_name.into_values() {
        let Some(address) = owner(&stack, look) else { continue };
        let declared = look.declared.get(&address);
        match (absent.remove(&address), declared.is_some_and(|spec| spec.region == region)) {
            // It has another name than the one that is declared now.
            (Some(spec), _) => listed.push((address, Some(spec), stack)),
            (None, true) => {}
            (None, false) => {
                let address = alone(address, region, (look, seen));
                gone.extend(address.map(|address| (address, None, stack)));
            }
        }
    }
    seen.declared.extend(absent.into_keys().map(|at| (at.clone(), Observation::Absent)));
    // A stack can only read what was there before it: the newest goes first.
    gone.sort_by_key(|(_, _, stack)| Reverse(stack.created));
    listed.extend(gone);
    listed
}

/// The address of a stack that is not declared here: with its region, where the unit was moved and lives in
/// another one, or is gone from there, too.
fn alone(
    address: Address,
    region: &str,
    (look, seen): (&Look<'_, Spec>, &Seen<State>),
) -> Option<Address> {
    let is_taken = |address: &Address| {
        look.declared.contains_key(address)
            || seen.gone.iter().flatten().any(|(gone, _)| gone == address)
    };
    if !is_taken(&address) {
        return Some(address);
    }
    Some(address.with_part(region)).filter(|address| !is_taken(address))
}

/// The address that a stack belongs to, if it belongs to this environment.
fn owner(stack: &Described, look: &Look<'_, Spec>) -> Option<Address> {
    let environment = stack.tags.get(ENVIRONMENT_TAG)?;
    let address: Address = stack.tags.get(ADDRESS_TAG)?.parse().ok()?;
    (*environment == look.environment.name).then_some(address)
}
