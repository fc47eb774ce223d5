//! Kind Artifact: Lambda packages, built reproducibly, signed once, and watched where they run.
//!
//! A file makes two units. `artifacts/NAME` is the *package*: a zip in a bucket whose name is what it is made of,
//! with the record of the one signing job of its bytes. `artifacts/NAME@live` is the *function* that runs it;
//! it comes after the function's stack, which comes after the package.
//!
//! [`spec`] what is declared, [`sources`] what that is compiled from, [`state`] what AWS and this machine show,
//! [`plan`] the pure decision, [`step`] what it leads to, [`port`] what is asked of AWS and of cargo, [`aws`] and
//! [`build`] the asking, [`import`] how a function that is there would be declared. Looking is in `observe`, acting in `deliver`.

pub mod aws;
pub mod build;
pub mod import;
pub mod plan;
pub mod port;
pub mod sources;
pub mod spec;
pub mod state;
pub mod step;

mod deliver;
mod kind;
mod note;
mod observe;

pub use kind::ArtifactKind;
