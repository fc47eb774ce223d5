//! The calls that tell which groups and streams there are.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Batch, LOG_GROUP, batches};
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::resource::Resource;
use crate::world::World;

/// The most groups or streams of a page.
const PAGE: usize = 50;

pub(super) fn describe_log_groups(world: &World, call: &Call) -> Answer {
    let prefix = call.text("logGroupNamePrefix").unwrap_or_default();
    let pattern = call.text("logGroupNamePattern").unwrap_or_default();
    let groups = world.resources.with_prefix(Resource::key(&call.region, LOG_GROUP, prefix));
    let groups = groups.map(|(_, group)| group);
    let groups: Vec<_> = groups.filter(|group| group.identifier.contains(pattern)).collect();
    let (page, next) = page(groups, call, PAGE)?;
    let shown: Vec<_> = page.into_iter().map(|group| shown(world, group)).collect();
    Ok(json!({ "logGroups": shown, "nextToken": next }))
}

fn shown(world: &World, group: &Resource) -> Value {
    let arn = group.attributes.get("Arn").and_then(Value::as_str).unwrap_or_default();
    let class = group.properties.get("LogGroupClass").cloned();
    json!({
        "logGroupName": group.identifier,
        "creationTime": group.created.as_millisecond(),
        "retentionInDays": group.properties.get("RetentionInDays"),
        "kmsKeyId": group.properties.get("KmsKeyId"),
        "metricFilterCount": 0,
        "arn": arn,
        "logGroupArn": arn.trim_end_matches(":*"),
        "logGroupClass": class.unwrap_or_else(|| json!("STANDARD")),
        "storedBytes": batches(world, group).map(size).sum::<usize>(),
    })
}

fn size(batch: &Batch) -> usize {
    batch.lines.iter().map(String::len).sum()
}

pub(super) fn describe_log_streams(world: &World, call: &Call) -> Answer {
    let group = named(world, call)?;
    let prefix = call.text("logStreamNamePrefix").unwrap_or_default();
    let mut streams: BTreeMap<&str, (&Batch, &Batch)> = BTreeMap::new();
    for batch in batches(world, group).filter(|batch| batch.stream.starts_with(prefix)) {
        streams.entry(&batch.stream).or_insert((batch, batch)).1 = batch;
    }
    let mut streams: Vec<_> = streams.into_iter().collect();
    if call.text("orderBy") == Some("LastEventTime") {
        streams.sort_by_key(|(_, (_, last))| last.number);
    }
    if call.flag("descending") == Some(true) {
        streams.reverse();
    }
    let (page, next) = page(streams, call, PAGE)?;
    let arn = group.attributes.get("Arn").and_then(Value::as_str).unwrap_or_default();
    let arn = arn.trim_end_matches('*');
    let shown = page.into_iter().map(|(name, (first, last))| {
        json!({
            "logStreamName": name,
            "creationTime": first.at.as_millisecond(),
            "firstEventTimestamp": first.at.as_millisecond(),
            "lastEventTimestamp": last.at.as_millisecond(),
            "lastIngestionTime": last.at.as_millisecond(),
            "arn": format!("{arn}log-stream:{name}"),
            "storedBytes": 0,
        })
    });
    Ok(json!({ "logStreams": shown.collect::<Vec<_>>(), "nextToken": next }))
}

/// The group that a call names, by its name or its ARN.
pub(super) fn named<'a>(world: &'a World, call: &Call) -> Result<&'a Resource, AwsError> {
    let Some(named) = call.text("logGroupName").or_else(|| call.text("logGroupIdentifier")) else {
        let message = "Either logGroupName or logGroupIdentifier must be given.";
        return Err(AwsError::new("InvalidParameterException", message));
    };
    let name = named.rsplit_once(":log-group:").map_or(named, |(_, name)| name);
    let key = Resource::key(&call.region, LOG_GROUP, name.trim_end_matches(":*"));
    let missing = || not_found("The specified log group does not exist.");
    world.resources.get(&key).ok_or_else(missing)
}

pub(super) fn not_found(message: &str) -> AwsError {
    AwsError::new("ResourceNotFoundException", message)
}

/// The page that `nextToken` asks for, and the token of the page after it.
pub(super) fn page<T>(
    items: Vec<T>,
    call: &Call,
    largest: usize,
) -> Result<(Vec<T>, Option<String>), AwsError> {
    let start = call.text("nextToken").map_or(Ok(0), str::parse::<usize>);
    let refused =
        |_| AwsError::new("InvalidParameterException", "The specified nextToken is invalid.");
    let start = start.map_err(refused)?;
    let size = call.number("limit").map_or(largest, |limit| limit.clamp(1, largest));
    let end = start.saturating_add(size);
    let next = (end < items.len()).then(|| end.to_string());
    Ok((items.into_iter().skip(start).take(size).collect(), next))
}
