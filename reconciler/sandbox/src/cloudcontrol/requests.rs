//! Requests that go on by themselves, and how their callers follow them.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::changing;
use crate::call::{Answer, Call};
use crate::cloudformation::names;
use crate::cloudformation::paging::page;
use crate::error::AwsError;
use crate::resources::Failure;
use crate::world::World;

/// How many requests stand on a page.
const PAGE: usize = 20;

/// How long a client token holds (API Reference, `UpdateResource`).
const TOKEN_HOLDS: SignedDuration = SignedDuration::from_hours(36);

/// How long a request can be asked about (API Reference, `GetResourceRequestStatus`).
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 7);

/// A change of one resource. Its row key is its token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ResourceRequest {
    pub(super) token: String,
    pub(super) client_token: Option<String>,
    pub(super) type_name: String,
    pub(super) region: String,
    /// None until what is created has one.
    pub(super) identifier: Option<String>,
    pub(super) work: Work,
    begun: Timestamp,
    due: Timestamp,
    end: Option<End>,
}

/// What a request does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Work {
    /// It makes a resource.
    Create { properties: Map<String, Value> },
    /// It changes these properties of a resource to what they are to be.
    Update { wanted: Map<String, Value>, changed: BTreeSet<String> },
    /// It deletes a resource.
    Delete,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct End {
    at: Timestamp,
    /// The handler's error code and message, if it failed.
    failure: Option<(String, String)>,
}

/// What a request is about.
pub(super) struct Subject<'a> {
    pub(super) type_name: &'a str,
    pub(super) identifier: Option<String>,
}

/// Begins a request, or finds the one that the same client token began.
pub(super) fn begin(world: &mut World, call: &Call, subject: Subject<'_>, work: Work) -> Answer {
    let Subject { type_name, identifier } = subject;
    let client_token = call.text("ClientToken").map(str::to_owned);
    if let Some(earlier) = earlier(world, call, client_token.as_deref()) {
        let same = earlier.type_name == type_name && earlier.work.word() == work.word();
        let same = same && (identifier.is_none() || earlier.identifier == identifier);
        return if same {
            Ok(json!({ "ProgressEvent": earlier.event() }))
        } else {
            Err(AwsError::new(
                "ClientTokenConflictException",
                "The client token was used for another request",
            ))
        };
    }
    let busy = world.requests.iter().any(|(_, other)| {
        let same = other.type_name == type_name && other.region == call.region;
        same && other.end.is_none() && other.identifier.is_some() && other.identifier == identifier
    });
    if busy {
        return Err(AwsError::new(
            "ConcurrentOperationException",
            "The resource is being modified by another operation",
        ));
    }
    let request = ResourceRequest {
        token: next_token(world),
        client_token,
        type_name: type_name.to_owned(),
        region: call.region.clone(),
        identifier,
        work,
        begun: call.now,
        due: call.now + world.duration(type_name),
        end: None,
    };
    let event = request.event();
    world.requests.insert(request.token.clone(), request);
    Ok(json!({ "ProgressEvent": event }))
}

/// Changes a resource within the call, however long its type takes; answers as the handler does.
pub(super) fn at_once(
    world: &mut World,
    (type_name, region): (&str, &str),
    (identifier, work): (String, Work),
    now: Timestamp,
) -> Result<(), Failure> {
    let request = ResourceRequest {
        token: next_token(world),
        client_token: None,
        type_name: type_name.to_owned(),
        region: region.to_owned(),
        identifier: Some(identifier),
        work,
        begun: now,
        due: now,
        end: None,
    };
    let done = changing::carry_out(world, &request).map(drop);
    let end = Some(End { at: now, failure: done.as_ref().err().map(in_words) });
    world.requests.insert(request.token.clone(), ResourceRequest { end, ..request });
    done
}

fn next_token(world: &mut World) -> String {
    let count = world.next("cloudcontrol:requests").to_string();
    names::uuid(&["request", &count])
}

fn earlier<'a>(
    world: &'a World,
    call: &Call,
    client_token: Option<&str>,
) -> Option<&'a ResourceRequest> {
    let client_token = client_token?;
    let mut requests = world.requests.iter().map(|(_, request)| request);
    requests.find(|request| {
        request.client_token.as_deref() == Some(client_token)
            && request.region == call.region
            && call.now.duration_since(request.begun) < TOKEN_HOLDS
    })
}

/// Carries out every request that is due, in the order of time, and forgets what is long done.
pub(crate) fn advance(world: &mut World, now: Timestamp) {
    let old = |request: &ResourceRequest| now.duration_since(request.begun) > REMEMBERED;
    let forgotten = world.requests.iter().filter(|(_, request)| old(request));
    let forgotten: Vec<String> = forgotten.map(|(token, _)| token.to_owned()).collect();
    while let Some(mut request) = next(world, now) {
        let failure = match changing::carry_out(world, &request) {
            Ok(identifier) => {
                request.identifier = Some(identifier);
                None
            }
            Err(failure) => Some(in_words(&failure)),
        };
        request.end = Some(End { at: request.due, failure });
        world.requests.insert(request.token.clone(), request);
    }
    for token in forgotten {
        world.requests.remove(&token);
    }
}

fn in_words(failure: &Failure) -> (String, String) {
    (failure.code().to_owned(), failure.message().to_owned())
}

fn next(world: &World, now: Timestamp) -> Option<ResourceRequest> {
    let requests = world.requests.iter().map(|(_, request)| request);
    let due = requests.filter(|request| request.end.is_none() && request.due <= now);
    due.min_by_key(|request| (request.due, &request.token)).cloned()
}

/// Answers `GetResourceRequestStatus`.
pub(super) fn get_resource_request_status(world: &World, call: &Call) -> Answer {
    let token = call.required("RequestToken")?;
    let request = world.requests.get(token).filter(|request| request.region == call.region);
    let request = request.ok_or_else(|| {
        let message = format!("Request with token {token} was not found");
        AwsError::new("RequestTokenNotFoundException", message)
    })?;
    Ok(json!({ "ProgressEvent": request.event() }))
}

/// Answers `ListResourceRequests`, newest first.
pub(super) fn list_resource_requests(world: &World, call: &Call) -> Answer {
    let filter = call.parameters.get("ResourceRequestStatusFilter");
    let admits = |name: &str, word: &str| {
        let wanted = filter.and_then(|filter| filter.get(name)?.as_array());
        wanted.is_none_or(|words| words.iter().any(|one| one == word))
    };
    let mut requests: Vec<&ResourceRequest> = world
        .requests
        .iter()
        .map(|(_, request)| request)
        .filter(|request| request.region == call.region)
        .filter(|request| {
            admits("Operations", request.work.word())
                && admits("OperationStatuses", request.status())
        })
        .collect();
    requests.sort_by_key(|request| Reverse(request.begun));
    let events = requests.into_iter().map(ResourceRequest::event).collect();
    let (events, next) = page(events, call, PAGE)?;
    Ok(json!({ "ResourceRequestStatusSummaries": events, "NextToken": next }))
}

impl Work {
    fn word(&self) -> &'static str {
        match self {
            Self::Create { .. } => "CREATE",
            Self::Update { .. } => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

impl ResourceRequest {
    /// When it is carried out.
    pub(super) fn due(&self) -> Timestamp {
        self.due
    }

    fn status(&self) -> &'static str {
        match &self.end {
            None => "IN_PROGRESS",
            Some(End { failure: None, .. }) => "SUCCESS",
            Some(End { failure: Some(_), .. }) => "FAILED",
        }
    }

    fn event(&self) -> Value {
        let failure = self.end.as_ref().and_then(|end| end.failure.as_ref());
        let at = self.end.as_ref().map_or(self.begun, |end| end.at);
        json!({
            "TypeName": self.type_name,
            "Identifier": self.identifier,
            "RequestToken": self.token,
            "Operation": self.work.word(),
            "OperationStatus": self.status(),
            "EventTime": at.as_second(),
            "ErrorCode": failure.map(|(code, _)| code),
            "StatusMessage": failure.map(|(_, message)| message),
        })
    }
}
