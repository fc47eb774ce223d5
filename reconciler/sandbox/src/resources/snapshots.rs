//! Snapshots: what is kept of a database or a volume that is deleted.

use serde_json::{Map, Value, json};

use super::Origin;
use crate::cloudformation::names::suffix;
use crate::resource::Resource;
use crate::world::World;

/// The types of which a snapshot can be kept (Template Reference, `DeletionPolicy`), and what that is called
/// (AWS Config's names, or names after their pattern).
const TYPES: [(&str, &str); 8] = [
    ("AWS::DocDB::DBCluster", "AWS::DocDB::DBClusterSnapshot"),
    ("AWS::EC2::Volume", "AWS::EC2::Snapshot"),
    ("AWS::ElastiCache::CacheCluster", "AWS::ElastiCache::Snapshot"),
    ("AWS::ElastiCache::ReplicationGroup", "AWS::ElastiCache::Snapshot"),
    ("AWS::Neptune::DBCluster", "AWS::Neptune::DBClusterSnapshot"),
    ("AWS::RDS::DBCluster", "AWS::RDS::DBClusterSnapshot"),
    ("AWS::RDS::DBInstance", "AWS::RDS::DBSnapshot"),
    ("AWS::Redshift::Cluster", "AWS::Redshift::ClusterSnapshot"),
];

/// Whether a snapshot can be kept of a type.
pub(crate) fn has_snapshots(type_name: &str) -> bool {
    TYPES.iter().any(|(name, _)| *name == type_name)
}

/// Keeps a snapshot of the origin's predecessor: a live resource of its own, under the name that
/// CloudFormation gives it.
pub(crate) fn keep_snapshot(world: &mut World, origin: Origin<'_>) {
    let Some(resource) = origin.predecessor.and_then(|key| world.resources.get(key)) else {
        return;
    };
    let Some((_, type_name)) = TYPES.iter().find(|(name, _)| *name == resource.type_name) else {
        return;
    };
    let Origin { region, stack_name, stack_id, logical_id, predecessor, at } = origin;
    let unique =
        suffix(&["snapshot", stack_id, predecessor.unwrap_or_default(), &at.to_string()], 12);
    let identifier = format!("{stack_name}-snapshot-{logical_id}-{unique}").to_lowercase();
    let properties = Map::from_iter([("Source".to_owned(), json!(resource.identifier))]);
    let snapshot = Resource {
        type_name: (*type_name).to_owned(),
        region: region.to_owned(),
        identifier,
        properties,
        attributes: Map::<String, Value>::new(),
        created: at,
    };
    let key = Resource::key(region, type_name, &snapshot.identifier);
    world.resources.insert(key, snapshot);
}
