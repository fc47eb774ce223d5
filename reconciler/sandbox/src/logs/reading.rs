//! The calls that read lines.

use serde_json::{Value, json};

use super::groups::{named, not_found, page};
use super::pattern::Pattern;
use super::{Batch, batches};
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;

/// The most events of a page.
const PAGE: usize = 10_000;

/// A line of a batch.
#[derive(Debug, Clone, Copy)]
struct Event<'a> {
    batch: &'a Batch,
    position: usize,
    message: &'a str,
}

pub(super) fn filter_log_events(world: &World, call: &Call) -> Answer {
    let group = named(world, call)?;
    let pattern = Pattern::parse(call.text("filterPattern").unwrap_or_default())?;
    let prefix = call.text("logStreamNamePrefix").unwrap_or_default();
    let streams: Vec<_> = call.list("logStreamNames").iter().filter_map(Value::as_str).collect();
    let is_asked = |batch: &&Batch| {
        batch.stream.starts_with(prefix)
            && (streams.is_empty() || streams.contains(&batch.stream.as_str()))
    };
    let found = batches(world, group).filter(is_asked).flat_map(events);
    let found = found.filter(|event| in_time(event, call) && pattern.fits(event.message));
    let (page, next) = page(found.collect(), call, PAGE)?;
    let shown = page.into_iter().map(|event: Event<'_>| {
        let mut shown = as_json(event);
        shown["logStreamName"] = json!(event.batch.stream);
        shown["eventId"] = json!(format!("{:040}{:016}", event.batch.number, event.position));
        shown
    });
    let shown: Vec<_> = shown.collect();
    Ok(json!({ "events": shown, "searchedLogStreams": [], "nextToken": next }))
}

pub(super) fn get_log_events(world: &World, call: &Call) -> Answer {
    let group = named(world, call)?;
    let stream = call.text("logStreamName").unwrap_or_default();
    let of_stream: Vec<_> =
        batches(world, group).filter(|batch| batch.stream == stream).flat_map(events).collect();
    if of_stream.is_empty() {
        return Err(not_found("The specified log stream does not exist."));
    }
    let found: Vec<_> = of_stream.into_iter().filter(|event| in_time(event, call)).collect();
    let size = call.number("limit").map_or(PAGE, |limit| limit.clamp(1, PAGE));
    let (start, end) = window(call, found.len(), size)?;
    let shown = found.get(start..end).unwrap_or_default().iter().map(|event| as_json(*event));
    Ok(json!({
        "events": shown.collect::<Vec<_>>(),
        "nextForwardToken": format!("f/{end}"),
        "nextBackwardToken": format!("b/{start}"),
    }))
}

/// Which events a call wants: those after or before a token, or else the first or the last ones.
fn window(call: &Call, length: usize, size: usize) -> Result<(usize, usize), AwsError> {
    let after = |start: usize| (start.min(length), start.saturating_add(size).min(length));
    let before = |end: usize| (end.saturating_sub(size), end.min(length));
    let Some(token) = call.text("nextToken") else {
        let from_head = call.flag("startFromHead") == Some(true);
        return Ok(if from_head { after(0) } else { before(length) });
    };
    let at = token.get(2..).and_then(|number| number.parse().ok());
    match (token.get(..2), at) {
        (Some("f/"), Some(start)) => Ok(after(start)),
        (Some("b/"), Some(end)) => Ok(before(end)),
        _ => {
            let message = "The specified nextToken is invalid.";
            Err(AwsError::new("InvalidParameterException", message))
        }
    }
}

fn events(batch: &Batch) -> impl Iterator<Item = Event<'_>> {
    let lines = batch.lines.iter().enumerate();
    lines.map(move |(position, message)| Event { batch, position, message })
}

/// Whether the event is not before the call's start, nor at or after its end.
fn in_time(event: &Event<'_>, call: &Call) -> bool {
    let bound = |name: &str| call.parameters.get(name).and_then(Value::as_i64);
    let at = event.batch.at.as_millisecond();
    bound("startTime").is_none_or(|start| start <= at)
        && bound("endTime").is_none_or(|end| at < end)
}

fn as_json(event: Event<'_>) -> Value {
    let at = event.batch.at.as_millisecond();
    json!({ "timestamp": at, "message": event.message, "ingestionTime": at })
}
