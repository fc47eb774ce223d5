//! Reads the resources of a stack that CloudFormation's drift detection leaves out.
//!
//! One paged `ListStackResources` for a stack that has such resources, and one `GetResource` for each of
//! them and for each resource whose attributes they refer to.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use reconcile_cfn::Template;
use reconcile_cfn::intrinsics::{Reference, references};
use reconcile_cfn::registry::{self, DriftSupport, Handler, ResourceType};

use crate::blind_spots::{BlindSpots, Reading};
use crate::kind::StackKind;
use crate::plan::evaluate::{Evaluated, EvaluatedResource};
use crate::plan::identifier;
use crate::state::Described;

impl StackKind {
    /// Reads what drift detection leaves out. `listed` are the resources that it compared, by logical ID;
    /// without them, what an earlier look of this run found out is taken.
    pub(crate) async fn examine(
        &self,
        described: &Described,
        template: &Template,
        listed: Option<BTreeSet<String>>,
    ) -> BlindSpots {
        let mut examined = self.examined.lock().await;
        let listed = match (listed, examined.get(&described.id)) {
            (Some(listed), _) => {
                examined.insert(described.id.clone(), listed.clone());
                listed
            }
            (None, Some(listed)) => listed.clone(),
            (None, None) => return BlindSpots::default(),
        };
        drop(examined);
        let mut spots = BlindSpots::default();
        let blind: Vec<String> = spots
            .deployed(template, described)
            .resources
            .iter()
            .filter(|(id, resource)| !listed.contains(*id) && is_blind(&resource.type_name))
            .map(|(id, _)| id.clone())
            .collect();
        if blind.is_empty() {
            return spots;
        }
        let region = described.region();
        match self.api.physical_ids(region, &described.id).await {
            Ok(physical) => spots.physical = physical,
            Err(error) => {
                let why = format!("its resources could not be listed: {error}");
                let unreadable = |id| (id, Reading::Unreadable(why.clone()));
                spots.readings = blind.into_iter().map(unreadable).collect();
                return spots;
            }
        }
        let deployed = spots.deployed(template, described);
        let beside = referred(&blind, &deployed);
        spots.readings = self.read_all(region, &blind, &spots.physical, &deployed).await;
        let beside = self.read_all(region, &beside, &spots.physical, &deployed).await;
        let live = beside.into_iter().filter_map(|(id, reading)| match reading {
            Reading::Live { properties, identifier: _ } => Some((id, properties)),
            Reading::Missing { .. } | Reading::Unsupported | Reading::Unreadable(_) => None,
        });
        spots.beside = live.collect();
        spots
    }

    /// Reads resources all at once: the limiter paces the calls. One that was never made is left out.
    async fn read_all(
        &self,
        region: &str,
        ids: &[String],
        physical: &BTreeMap<String, String>,
        deployed: &Evaluated,
    ) -> BTreeMap<String, Reading> {
        let readings = ids.iter().filter_map(|id| {
            let (physical, resource) = (physical.get(id)?, deployed.resources.get(id)?);
            Some(async move { (id.clone(), self.read_one(region, physical, resource).await) })
        });
        join_all(readings).await.into_iter().collect()
    }

    async fn read_one(
        &self,
        region: &str,
        physical: &str,
        resource: &EvaluatedResource,
    ) -> Reading {
        let type_name = &resource.type_name;
        let facts = registry::resource_type(type_name);
        let identifier = facts.and_then(|facts| identifier(&facts, physical, &resource.properties));
        let Some(identifier) = identifier else {
            return Reading::Unreadable(format!(
                "what Cloud Control calls `{physical}` cannot be told"
            ));
        };
        let reading = self.resources.read(region, type_name, &identifier).await;
        reading.unwrap_or_else(|error| Reading::Unreadable(error.to_string()))
    }
}

/// Whether a type can be read although, as far as is known, its drift is not detected.
fn is_blind(type_name: &str) -> bool {
    let read = |facts: &ResourceType| facts.handles(Handler::Read);
    registry::resource_type(type_name)
        .is_some_and(|facts| read(&facts) && facts.drift_support() != DriftSupport::Supported)
}

/// The resources beside `blind` whose attributes those refer to.
fn referred(blind: &[String], deployed: &Evaluated) -> Vec<String> {
    let resources = blind.iter().filter_map(|id| deployed.resources.get(id));
    let references = resources.flat_map(|resource| references(&resource.properties));
    let named = references.filter_map(|reference| match reference {
        Reference::GetAtt { resource, attribute: _ } => Some(resource),
        Reference::Ref(_)
        | Reference::Import(_)
        | Reference::Condition(_)
        | Reference::Mapping(_) => None,
    });
    let named: BTreeSet<String> = named.filter(|id| !blind.contains(id)).collect();
    named.into_iter().collect()
}
