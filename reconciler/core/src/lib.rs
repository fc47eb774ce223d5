//! The nouns of `reconcile`, and the planning that is the same for every kind.
//!
//! Nothing here is asynchronous, reads a clock, a file or the environment, or knows AWS: what a decision
//! needs is an argument of it.

pub mod address;
pub mod calls;
pub mod check;
pub mod comparison;
pub mod coverage;
pub mod digest;
pub mod environment;
pub mod input;
pub mod observation;
pub mod outcome;
pub mod plan;
pub mod problem;
pub mod redaction;
pub mod report;
pub mod status;
pub mod text;
pub mod verdict;
