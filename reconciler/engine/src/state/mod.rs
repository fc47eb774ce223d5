//! What we keep for ourselves in the state bucket: ledger, lease and run records; and the reading of what runs left. As long
//! as there is no bucket, it is kept in memory ([`provisional`]).
//!
//! Everything here is written by compare-and-swap ([`store`]); nothing here is the truth about AWS.

pub mod history;
pub mod lease;
pub mod ledger;
#[cfg(test)]
pub(crate) mod memory;
mod note;
pub mod provisional;
pub mod record;
pub mod s3;
pub mod store;
#[cfg(test)]
mod tests;
