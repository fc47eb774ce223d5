//! Gives terminals short-lived, signed requests for their clinic's bucket.
//!
//! From an event to a decision: who is asking ([`identity`]), what for ([`routes`]), and, if it may be, a
//! request that S3 takes from the terminal itself ([`storage`]). Data never passes through. The
//! environment, the clock and the log are `main`'s.

pub mod audit;
pub mod content;
pub mod identity;
pub mod path;
pub mod refusal;
mod request;
mod routes;
mod service;
pub mod settings;
pub mod storage;

pub use service::{Answer, Service};

#[cfg(test)]
mod tests;
