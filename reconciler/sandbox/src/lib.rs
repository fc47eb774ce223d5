//! AWS in one process: for a first run without an account, for tests, and for measuring.
//!
//! Owns the behaviour of the services that `reconcile` calls, over their real wire protocols. Entered
//! through the SDK's own HTTP client trait ([`Sandbox::http_client`]). Not for production, and it knows
//! nothing of `reconcile`'s planning: it would answer any other AWS client in the same way.

mod call;
mod cloudformation;
mod error;
mod resource;
mod table;
mod world;
