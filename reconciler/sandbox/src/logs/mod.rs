//! CloudWatch Logs: what functions and APIs wrote, and the calls that read it.
//!
//! Owns the lines. A log group is a resource as any other, whoever makes it; one that is written to and is not
//! there is made, as Lambda does.
//!
//! ## Caveats
//!
//! * All lines of a batch have the time at which it was written.
//! * Of a group, only the newest [`LARGEST_GROUP`] batches are kept: every process that opens the account
//!   reads them all.

mod groups;
mod pattern;
mod reading;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::resource::Resource;
use crate::resources::{self, Origin};
use crate::world::World;

/// The type of a log group.
const LOG_GROUP: &str = "AWS::Logs::LogGroup";

/// How many batches of a group are kept.
const LARGEST_GROUP: usize = 2_000;

/// Lines that were written at once: a row of [`World::logs`] by group, stream and running number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Batch {
    pub(crate) stream: String,
    pub(crate) at: Timestamp,
    pub(crate) lines: Vec<String>,
    /// Counts on over all groups.
    pub(crate) number: u64,
}

/// Where lines go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) region: &'a str,
    pub(crate) group: &'a str,
    pub(crate) stream: &'a str,
}

/// Answers one call.
pub(crate) fn handle(world: &mut World, call: &Call) -> Answer {
    match &*call.operation {
        "DescribeLogGroups" => groups::describe_log_groups(world, call),
        "DescribeLogStreams" => groups::describe_log_streams(world, call),
        "FilterLogEvents" => reading::filter_log_events(world, call),
        "GetLogEvents" => reading::get_log_events(world, call),
        _ => Err(AwsError::new("UnknownOperationException", "")),
    }
}

/// Writes lines, and forgets those that the group need not keep.
pub(crate) fn write(world: &mut World, place: Place<'_>, at: Timestamp, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    ensure_group(world, place, at);
    let number = world.next("log-batches");
    let batch = Batch { stream: place.stream.to_owned(), at, lines: lines.to_vec(), number };
    world.logs.insert(format!("{}{number:016}", prefix(place.region, place.group)), batch);
    forget(world, place, at);
}

/// Whether the group that an access log names is there.
pub(crate) fn has_group(world: &World, region: &str, group: &str) -> bool {
    world.resources.contains(&Resource::key(region, LOG_GROUP, group))
}

fn ensure_group(world: &mut World, place: Place<'_>, at: Timestamp) {
    if has_group(world, place.region, place.group) {
        return;
    }
    let origin = Origin {
        region: place.region,
        stack_name: "",
        stack_id: "",
        logical_id: place.group,
        predecessor: None,
        at,
    };
    let mut properties = Map::new();
    properties.insert("LogGroupName".to_owned(), json!(place.group));
    if let Err(failure) = resources::create(world, origin, LOG_GROUP, properties) {
        tracing::warn!(group = place.group, "no log group: {}", failure.message());
    }
}

/// Removes what is older than the group's retention, or than the group, and what is too much.
fn forget(world: &mut World, place: Place<'_>, now: Timestamp) {
    let Some(group) = world.resources.get(&Resource::key(place.region, LOG_GROUP, place.group))
    else {
        return;
    };
    let days = group.properties.get("RetentionInDays").and_then(Value::as_i64);
    let kept_since =
        days.map_or(Timestamp::MIN, |days| now - SignedDuration::from_hours(24 * days));
    let since = kept_since.max(group.created);
    let rows = world.logs.with_prefix(prefix(place.region, place.group));
    let keys: Vec<_> = rows.map(|(key, batch)| (key.to_owned(), batch.at)).collect();
    let too_many = keys.len().saturating_sub(LARGEST_GROUP);
    for (position, (key, at)) in keys.into_iter().enumerate() {
        if position < too_many || at < since {
            world.logs.remove(&key);
        }
    }
}

fn prefix(region: &str, group: &str) -> String {
    format!("{region}|{group}|")
}

/// The batches of a group, in the order in which they were written.
fn batches<'a>(world: &'a World, group: &Resource) -> impl Iterator<Item = &'a Batch> {
    let created = group.created;
    let rows = world.logs.with_prefix(prefix(&group.region, &group.identifier));
    rows.map(|(_, batch)| batch).filter(move |batch| created <= batch.at)
}
