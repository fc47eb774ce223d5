//! What we keep for ourselves in the state bucket: ledger, lease and run records.

pub mod store;
