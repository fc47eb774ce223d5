//! What was changed outside git: as fields of a plan, and as a measure of how much was seen.

use jiff::civil::Date;
use reconcile_core::coverage::Coverage;
use reconcile_core::verdict::{Effect, FieldChange};

use crate::spec::Spec;
use crate::state::{Difference, DriftStatus, ResourceDrift, ResourceDriftStatus, SeenDrift, State};

/// Drift of one stack.
#[derive(Debug, Default)]
pub(super) struct Drift {
    /// Each property: `before` is what is there, `after` what was deployed.
    pub(super) fields: Vec<FieldChange>,
    /// How much of the stack was seen.
    pub(super) coverage: Coverage,
    /// Why it cannot be told, although something says that there is drift.
    pub(super) unreadable: Option<String>,
}

/// Reads the last drift detection of a stack that has `resources` resources.
pub(super) fn drift(spec: &Spec, state: &State, resources: usize, today: Date) -> Drift {
    let mut drift = Drift::default();
    let total = u64::try_from(resources).unwrap_or(u64::MAX);
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
                drift.resource(spec, resource, today);
            }
        }
    }
    drift
}

impl Drift {
    fn resource(&mut self, spec: &Spec, resource: &ResourceDrift, today: Date) {
        let ResourceDrift { logical_id, type_name, status, differences } = resource;
        match status {
            ResourceDriftStatus::InSync => self.coverage.checked += 1,
            ResourceDriftStatus::NotChecked => self.coverage.unreadable += 1,
            ResourceDriftStatus::Deleted => {
                self.coverage.checked += 1;
                self.fields.push(FieldChange {
                    path: format!("Resources/{logical_id}"),
                    before: None,
                    after: Some(format!("{type_name} (it was deleted outside CloudFormation)")),
                    effect: Effect::Create,
                });
            }
            ResourceDriftStatus::Modified => {
                self.coverage.checked += 1;
                for difference in differences {
                    self.difference(spec, logical_id, difference, today);
                }
            }
        }
    }

    fn difference(&mut self, spec: &Spec, logical_id: &str, found: &Difference, today: Date) {
        let Difference { path, expected, actual } = found;
        let ignored = spec.ignore_drift.iter().find(|rule| rule.covers(logical_id, path));
        match ignored {
            Some(rule) if rule.until >= today => {
                self.coverage.ignored += 1;
                return;
            }
            Some(rule) => self.coverage.notes.push(format!(
                "ignoring drift of {logical_id}{path} ended on {}: {}",
                rule.until, rule.reason
            )),
            None => {}
        }
        self.fields.push(FieldChange {
            path: format!("Resources/{logical_id}/Properties{path}"),
            before: actual.clone(),
            after: expected.clone(),
            effect: Effect::InPlace,
        });
    }
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
