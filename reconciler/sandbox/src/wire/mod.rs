//! The wire protocols: which service a request is for, what it asks, and how the answer is written down.
//!
//! Knows no service's behaviour. A service joins in one line: an awsQuery one in [`query::SERVICES`], one
//! of another protocol in [`answer`].

mod query;
mod scope;

use bytes::Bytes;
use http::{Request, Response};

use crate::account::Account;
use crate::s3::S3Door;

use scope::Scope;

/// A request on its way to its service.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) request: Request<Bytes>,
    pub(crate) region: String,
    pub(crate) request_id: String,
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

/// Answers the request that is call number `number`.
pub(crate) async fn answer(
    account: &Account,
    s3: &S3Door,
    number: u64,
    request: Request<Bytes>,
) -> Exchange {
    let Scope { service, region } = Scope::of(&request);
    let incoming = Incoming { request, region: region.clone(), request_id: request_id(number) };
    let answered = match query::SERVICES.iter().find(|known| known.name == service) {
        Some(known) => query::answer(known, account, incoming),
        None if service == "s3" => s3.answer(incoming).await,
        None => query::unknown_service(&service, &incoming),
    };
    Exchange { service, region, answered }
}

/// An identifier in the form of AWS's, told from the number of the call.
fn request_id(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}
