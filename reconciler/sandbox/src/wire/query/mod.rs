//! The awsQuery protocol: a form in, XML out.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use super::{Answered, Incoming};
use crate::account::Account;
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;
use crate::{cloudformation, sts};

use encode::Envelope;

/// A service that speaks awsQuery.
#[derive(Debug)]
pub(super) struct QueryService {
    /// As signatures name it.
    pub(super) name: &'static str,
    namespace: &'static str,
    handle: fn(&mut World, &Call) -> Answer,
}

/// Every service that speaks awsQuery.
pub(super) const SERVICES: [QueryService; 2] = [
    QueryService {
        name: "cloudformation",
        namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
        handle: cloudformation::handle,
    },
    QueryService {
        name: "sts",
        namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
        handle: sts::handle,
    },
];

/// The parameters that name what a call is about, the first that is given counting.
const SUBJECTS: [&str; 3] = ["StackName", "ChangeSetName", "StackDriftDetectionId"];

/// Decodes the request, lets the service handle it, and encodes what it answers.
pub(super) fn answer(service: &QueryService, account: &Account, incoming: Incoming) -> Answered {
    let (operation, parameters) = decode::form(incoming.request.body());
    let resource =
        SUBJECTS.iter().find_map(|name| parameters.get(name)?.as_str()).map(ToOwned::to_owned);
    let outcome = account.transact(|world, now| {
        let call = Call { operation: operation.clone(), region: incoming.region, parameters, now };
        (service.handle)(world, &call)
    });
    let answer = outcome.unwrap_or_else(|error| Err(AwsError::internal(&error)));
    let envelope = Envelope {
        namespace: service.namespace,
        operation: &operation,
        request_id: &incoming.request_id,
    };
    let (response, outcome) = respond(&envelope, &answer);
    Answered { response, operation, resource, outcome }
}

/// Refuses a request for a service that the sandbox does not play.
pub(super) fn unknown_service(service: &str, incoming: &Incoming) -> Answered {
    let message = format!("The sandbox does not play the service `{service}`");
    let envelope = Envelope { namespace: "", operation: "", request_id: &incoming.request_id };
    let refusal = Err(AwsError::new("UnknownService", message));
    let (response, outcome) = respond(&envelope, &refusal);
    Answered { response, operation: String::new(), resource: None, outcome }
}

/// Writes the answer down; also answers its word for the call log.
fn respond(envelope: &Envelope<'_>, answer: &Answer) -> (Response<Bytes>, String) {
    let (status, outcome, body) = match answer {
        Ok(result) => (200, "OK", envelope.success(result)),
        Err(error) => (error.status, &*error.code, envelope.failure(error)),
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    if let Ok(id) = HeaderValue::from_str(envelope.request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    (response, outcome.to_owned())
}
