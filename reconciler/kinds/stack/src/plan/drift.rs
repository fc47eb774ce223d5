//! What was changed outside git: as fields of a plan, and as a measure of how much was seen.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use reconcile_cfn::Template;
use reconcile_cfn::registry::{self, ResourceType};
use reconcile_core::address::Address;
use reconcile_core::coverage::Coverage;
use reconcile_core::redaction::Veil;
use reconcile_core::verdict::{Effect, FieldChange};
use reconcile_engine::kind::PlanContext;

use super::compare::{Compared, compare};
use super::evaluate::EvaluatedResource;
use super::remedy;
use super::written::{self, Written};
use crate::blind_spots::Reading;
use crate::spec::Spec;
use crate::state::{Difference, DriftStatus, ResourceDrift, ResourceDriftStatus, SeenDrift, State};
use crate::step::Remedy;

/// Drift of one stack.
#[derive(Debug, Default)]
pub(super) struct Drift {
    /// Each property that CloudFormation found: `before` is what is there, `after` what was deployed.
    pub(super) fields: Vec<FieldChange>,
    /// What Cloud Control showed beside that.
    pub(super) unseen: Vec<UnseenDrift>,
    /// How much of the stack was seen.
    pub(super) coverage: Coverage,
    /// Why it cannot be told, although something says that there is drift.
    pub(super) unreadable: Option<String>,
}

/// Drift of one resource that no drift-aware change set sees.
#[derive(Debug)]
pub(super) struct UnseenDrift {
    pub(super) logical_id: String,
    pub(super) type_name: String,
    pub(super) identifier: String,
    pub(super) fields: Vec<FieldChange>,
    /// What puts the resource back, or why nothing does.
    pub(super) remedy: Result<Remedy, String>,
}

/// What drift is judged by.
#[derive(Clone, Copy)]
struct Judge<'a> {
    spec: &'a Spec,
    /// The deployed template.
    written: &'a Template,
    stack_tags: &'a BTreeMap<String, String>,
    today: Date,
    address: &'a Address,
    veil: Veil<'a>,
}

/// Reads the last drift detection of a stack whose deployed template is `written`, with `resources` in it.
pub(super) fn drift(
    spec: &Spec,
    state: &State,
    (written, resources): (&Template, usize),
    &PlanContext { address, now, veil, .. }: &PlanContext<'_>,
) -> Drift {
    let mut drift = Drift::default();
    let today = now.to_zoned(TimeZone::UTC).date();
    let stack_tags = &state.described.tags;
    let judge = Judge { spec, written, stack_tags, today, address, veil };
    let readings = &state.blind_spots.readings;
    let total = u64::try_from(resources.saturating_sub(readings.len())).unwrap_or(u64::MAX);
    match &state.drift {
        SeenDrift::Summary => {
            drift.coverage.checked = total;
            drift.coverage.notes.extend(freshness(state));
            if state.described.drift == DriftStatus::Drifted && !state.described.drift_is_outdated()
            {
                drift.unreadable = Some("the drifted resources were not read".to_owned());
            }
        }
        SeenDrift::Unreadable(why) => {
            drift.coverage.unreadable = total;
            drift.unreadable = Some(why.clone());
        }
        SeenDrift::Resources(seen) => {
            let listed = u64::try_from(seen.len()).unwrap_or(u64::MAX);
            drift.coverage.unsupported = total.saturating_sub(listed);
            for resource in seen {
                drift.resource(judge, resource);
            }
        }
    }
    if !readings.is_empty() {
        let deployed = state.blind_spots.deployed(written, &state.described);
        for (id, reading) in readings {
            if let Some(resource) = deployed.resources.get(id) {
                drift.reading(judge, (id, resource), reading);
            }
        }
    }
    drift
}

impl Drift {
    /// Every property, whoever found it.
    pub(super) fn all(&self) -> impl Iterator<Item = &FieldChange> {
        self.fields.iter().chain(self.unseen.iter().flat_map(|unseen| &unseen.fields))
    }

    fn resource(&mut self, judge: Judge<'_>, resource: &ResourceDrift) {
        let ResourceDrift { logical_id, type_name, status, differences } = resource;
        match status {
            ResourceDriftStatus::InSync => self.coverage.checked += 1,
            ResourceDriftStatus::NotChecked => self.coverage.unreadable += 1,
            ResourceDriftStatus::Deleted => {
                self.coverage.checked += 1;
                self.fields.push(deleted(logical_id, type_name));
            }
            ResourceDriftStatus::Modified => {
                self.coverage.checked += 1;
                for difference in differences {
                    let field = self.difference(judge, logical_id, difference);
                    self.fields.extend(field);
                }
            }
        }
    }

    fn reading(
        &mut self,
        judge: Judge<'_>,
        (logical_id, resource): (&str, &EvaluatedResource),
        reading: &Reading,
    ) {
        let facts = registry::resource_type(&resource.type_name);
        match (reading, facts) {
            (Reading::Unsupported, _) | (_, None) => self.coverage.unsupported += 1,
            (Reading::Unreadable(why), Some(_)) => {
                self.coverage.unreadable += 1;
                self.coverage.notes.push(format!("{logical_id} could not be read: {why}"));
            }
            (Reading::Missing { identifier }, Some(facts)) => {
                self.coverage.checked += 1;
                self.unseen.push(UnseenDrift {
                    logical_id: logical_id.to_owned(),
                    type_name: resource.type_name.clone(),
                    identifier: identifier.clone(),
                    fields: vec![deleted(logical_id, &resource.type_name)],
                    remedy: remedy::creation(&facts, &resource.properties, judge.stack_tags),
                });
            }
            (Reading::Live { identifier, properties }, Some(facts)) => {
                self.coverage.checked += 1;
                let compared =
                    compare(&facts, (&resource.properties, properties), judge.stack_tags);
                let (fields, remedy) = self.judged(judge, (logical_id, resource, &facts), compared);
                if !fields.is_empty() {
                    self.unseen.push(UnseenDrift {
                        logical_id: logical_id.to_owned(),
                        type_name: resource.type_name.clone(),
                        identifier: identifier.clone(),
                        fields,
                        remedy,
                    });
                }
            }
        }
    }

    /// What a comparison means: the drift that git does not accept, and what is done about it.
    fn judged(
        &mut self,
        judge: Judge<'_>,
        (logical_id, resource, facts): (&str, &EvaluatedResource, &ResourceType),
        compared: Compared,
    ) -> (Vec<FieldChange>, Result<Remedy, String>) {
        let Compared { differences, left_out } = compared;
        if left_out > 0 {
            self.coverage.notes.push(format!(
                "{logical_id}: values that cannot be read back, or depend on what is not known here, were not compared"
            ));
        }
        let (mut fields, mut drifted, mut kept) = (Vec::new(), Vec::new(), Vec::new());
        for difference in &differences {
            match self.difference(judge, logical_id, difference) {
                Some(field) => {
                    fields.push(field);
                    drifted.push(difference);
                }
                None => kept.push(difference),
            }
        }
        let remedy = if let Some(name) = in_both(&drifted, &kept) {
            let why = "which can only be set as a whole";
            Err(format!("`ignoreDrift` keeps a part of `{name}`, {why}"))
        } else {
            remedy::patch(facts, &resource.properties, &drifted, judge.stack_tags)
        };
        (fields, remedy)
    }

    /// The difference as a field, unless git accepts it.
    fn difference(
        &mut self,
        judge: Judge<'_>,
        logical_id: &str,
        found: &Difference,
    ) -> Option<FieldChange> {
        let path = &found.path;
        let ignored = judge.spec.ignore_drift.iter().find(|rule| rule.covers(logical_id, path));
        match ignored {
            Some(rule) if rule.until >= judge.today => {
                self.coverage.ignored += 1;
                return None;
            }
            Some(rule) => self.coverage.notes.push(format!(
                "ignoring drift of {logical_id}{path} ended on {}: {}",
                rule.until, rule.reason
            )),
            None => {}
        }
        let (before, after) = judge.shown(logical_id, found);
        Some(FieldChange {
            path: format!("Resources/{logical_id}/Properties{path}"),
            before,
            after,
            effect: Effect::InPlace,
        })
    }
}

impl Judge<'_> {
    /// What is there and what was deployed, as far as it may be shown: what stands where the template has
    /// a `NoEcho` parameter or a dynamic reference is a secret, whoever put it there.
    fn shown(self, logical_id: &str, found: &Difference) -> (Option<String>, Option<String>) {
        let Difference { path, expected, actual } = found;
        let hide = |value: &Option<String>| {
            value.as_ref().map(|value| self.veil.hidden(self.address, value))
        };
        let is_masked = |text: &String| text.contains("{{resolve:") || text.contains("****");
        match written::property(self.written, logical_id, path.trim_start_matches('/')) {
            Written::Hidden => (hide(actual), hide(expected)),
            Written::Shown(text) if is_masked(&text) => (hide(actual), Some(text)),
            Written::Shown(_) | Written::Nothing if expected.as_ref().is_some_and(is_masked) => {
                (hide(actual), expected.clone())
            }
            Written::Shown(_) | Written::Nothing => (actual.clone(), expected.clone()),
        }
    }
}

fn deleted(logical_id: &str, type_name: &str) -> FieldChange {
    FieldChange {
        path: format!("Resources/{logical_id}"),
        before: None,
        after: Some(format!("{type_name} (it was deleted outside CloudFormation)")),
        effect: Effect::Create,
    }
}

/// A property that holds drift to be put back as well as drift to be kept.
fn in_both<'a>(drifted: &[&Difference], kept: &[&'a Difference]) -> Option<&'a str> {
    let mut kept = kept.iter().filter_map(|one| remedy::top(&one.path));
    kept.find(|name| drifted.iter().any(|one| remedy::top(&one.path) == Some(name)))
}

/// What a reader should know of a drift result that nobody asked for again.
fn freshness(state: &State) -> Option<String> {
    match state.described.drift_checked {
        None => Some("drift was never detected (--detect asks AWS)".to_owned()),
        Some(_) if state.described.drift_is_outdated() => {
            Some("drift was not detected since the last update (--detect asks AWS)".to_owned())
        }
        Some(_) => None,
    }
}
