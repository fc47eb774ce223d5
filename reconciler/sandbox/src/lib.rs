//! AWS in one process: for a first run without an account, for tests, and for measuring.
//!
//! Owns the behaviour of the services that `reconcile` calls, over their real wire protocols. Entered
//! through the SDK's own HTTP client trait ([`Sandbox::http_client`]), over the network ([`Door`]), or with
//! any HTTP request ([`Sandbox::handle`]). Not for production, and it knows nothing of `reconcile`'s
//! planning: it would answer any other AWS client in the same way.
//!
//! The way of one call: `sandbox` numbers it, the `laboratory` may strike, `wire` finds its service,
//! lets `signature` tell the caller and takes the protocol off, `account` opens a transaction on the `world`,
//! a service's handler answers from it, and `store` saves the rows that changed.

mod account;
mod apigateway;
mod call;
mod certificate_manager;
mod clock;
mod cloudcontrol;
mod cloudformation;
mod cloudfront;
mod credentials;
mod door;
mod error;
mod http_client;
mod inventory;
mod kms;
mod laboratory;
mod lambda;
mod log;
mod logs;
mod private_ca;
mod resource;
mod resources;
mod s3;
mod sandbox;
mod signature;
mod signer;
mod store;
mod sts;
mod table;
mod tamper;
mod wildcard;
mod wire;
mod world;

pub use certificate_manager::ServerAuthorityError;
pub use door::Door;
pub use http_client::NoAnswer;
pub use inventory::{LiveApi, LiveDomain, LiveResource};
pub use laboratory::{
    Crash, Fault, FaultPlan, FaultPlanError, Latency, Limits, OperationPattern, PatternError,
    ResourceFailure, ResourceOperation, Rule, When,
};
pub use log::{CallCounts, LoggedCall};
pub use sandbox::Sandbox;
pub use store::StateError;
pub use tamper::{TamperError, TamperRequest};
pub use world::ACCOUNT;
