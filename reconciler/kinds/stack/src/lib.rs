//! Kind Stack: CloudFormation stacks.
//!
//! [`spec`] what is declared, [`state`] what AWS shows, [`plan`] the pure decision, [`step`] what it
//! leads to, [`port`] what is asked of AWS, [`aws`] the asking.
//!
//! Looking is in `observe`, with fresh drift detections in `detect` and what those leave out in `examine`
//! ([`blind_spots`]); acting is in `deploy` and `restore`. [`import`] writes down what is there already.

pub mod aws;
pub mod blind_spots;
pub mod import;
pub mod plan;
pub mod port;
pub mod spec;
pub mod state;
pub mod step;

mod cause;
mod deploy;
mod detect;
mod examine;
mod kind;
mod note;
mod observe;
mod restore;
mod watch;

pub use kind::StackKind;
