//! What an HTTP API of API Gateway hands to a function and what it takes back, in payload format 2.0.
//!
//! Owns the two shapes and errors as RFC 9457 has them. Knows no route and no function.

mod event;
mod problem;
mod reply;

pub use event::{Authentication, ClientCertificate, Event, Headers, Http, RequestContext};
pub use problem::Problem;
pub use reply::Reply;

#[cfg(test)]
mod tests;
