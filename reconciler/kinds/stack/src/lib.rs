//! Kind Stack: CloudFormation stacks.
//!
//! [`spec`] what is declared, [`state`] what AWS shows, [`plan`] the pure decision, [`step`] what it
//! leads to, [`port`] what is asked of CloudFormation, [`aws`] the asking.

pub mod aws;
pub mod plan;
pub mod port;
pub mod spec;
pub mod state;
pub mod step;

mod cause;
mod deploy;
mod detect;
mod kind;
mod note;
mod observe;
mod watch;

pub use kind::StackKind;
