//! The wire protocols: which service a request is for, what it asks, and how the answer is written down.
//!
//! Knows no service's behaviour. A service joins as a row of [`services::SERVICES`]; S3, whose protocol is
//! spoken by a crate, has a door of its own.

mod asked;
mod json;
mod protocol;
mod query;
mod refusal;
mod rest_json;
mod rest_xml;
mod services;
mod xml;

use bytes::Bytes;
use http::{Request, Response};

use crate::account::Account;
use crate::credentials::Caller;
use crate::error::AwsError;
use crate::lambda::{self, Functions};
use crate::s3::S3Door;
use crate::signature::{self, Claim, Clocks, Refusal};

pub(crate) use asked::Asked;
pub(crate) use protocol::Protocol;
pub(crate) use rest_json::{Api, Body, Route};
use services::SERVICES;

/// A request whose signature was verified, on its way to its service.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) request: Request<Bytes>,
    pub(crate) region: String,
    pub(crate) request_id: String,
    pub(crate) caller: Caller,
}

/// An answer, with what the call log notes about it.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) response: Response<Bytes>,
    pub(crate) operation: String,
    pub(crate) resource: Option<String>,
    /// `OK`, or AWS's error code.
    pub(crate) outcome: String,
}

/// A call as it was understood and answered.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) service: String,
    pub(crate) region: String,
    pub(crate) answered: Answered,
}

/// The services whose calls take more than a look at the world.
#[derive(Debug)]
pub(crate) struct Doors {
    pub(crate) s3: S3Door,
    pub(crate) functions: Functions,
}

/// Answers the request that is call number `number`.
pub(crate) async fn answer(
    account: &Account,
    doors: &Doors,
    number: u64,
    request: Request<Bytes>,
) -> Exchange {
    let scope = Claim::scope_of(&request);
    let (service, region) = scope.map(|scope| (scope.service, scope.region)).unwrap_or_default();
    let protocol = Protocol::of(&service, &request);
    let request_id = request_id(number);
    let answered = match verify(account, protocol, &request) {
        Err(error) => protocol.refuse(&error, &request_id),
        Ok(caller) => {
            let incoming = Incoming { request, region: region.clone(), request_id, caller };
            match SERVICES.iter().find(|known| known.name == service) {
                Some(_) if service == "lambda" && lambda::is_invoke(&incoming.request) => {
                    doors.functions.answer(incoming).await
                }
                Some(known) => known.answer(account, incoming),
                None if service == "s3" => doors.s3.answer(incoming).await,
                None => protocol.refuse(&unknown_service(&service), &incoming.request_id),
            }
        }
    };
    Exchange { service, region, answered }
}

/// Tells who calls, or refuses in the words of the protocol.
fn verify(
    account: &Account,
    protocol: Protocol,
    request: &Request<Bytes>,
) -> Result<Caller, AwsError> {
    let machine = account.clock().machine();
    let verified = account
        .transact(|world, now| signature::verify(world, Clocks { account: now, machine }, request));
    let verified = verified.map_err(|error| AwsError::internal(&error))?;
    verified.map_err(|refusal| refusal::worded(&refusal, protocol))
}

/// Answers call number `number` with an error, without asking its service.
pub(crate) fn refuse(asked: &Asked, number: u64, error: &AwsError) -> Exchange {
    let mut refused = asked.protocol.refuse(error, &request_id(number));
    // Answers to HEAD have no body.
    if asked.operation.starts_with("Head") {
        *refused.response.body_mut() = Bytes::new();
    }
    let (operation, resource) = (asked.operation.clone(), asked.resource.clone());
    let answered = Answered { operation, resource, ..refused };
    Exchange { service: asked.service.clone(), region: asked.region.clone(), answered }
}

/// The error of a caller whose session has ended.
pub(crate) fn expired(protocol: Protocol) -> AwsError {
    refusal::worded(&Refusal::ExpiredToken, protocol)
}

fn unknown_service(service: &str) -> AwsError {
    AwsError::new("UnknownService", format!("The sandbox does not play the service `{service}`"))
}

/// An identifier in the form of AWS's, told from the number of the call.
fn request_id(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}
