//! Reads `desired/`: files to documents with positions, documents to environments and units.
//!
//! Expected flow: [`load`] reads and checks every file at once and tells everything that is wrong in one
//! go; [`Desired::environment`] picks an environment; each kind interprets its
//! [`Desired::documents`] with one [`scope::Scope`] for that environment. What a kind's keys mean is the kind's affair.
//!
//! The rules of the folder: `desired/environments/NAME.yaml` are environments, `desired/PLURAL/**/NAME.yaml`
//! are documents of that kind. `.yml` is refused rather than ignored, and so is YAML anywhere else under
//! `desired/`. Of other files only one thing is asked: that no private key stands in them. Folders that begin with
//! a dot are ignored.

mod body;
pub mod desired;
pub mod document;
pub mod edit;
mod encoding;
mod environment;
pub mod files;
mod header;
pub mod kinds;
mod problems;
pub mod reader;
mod schema;
pub mod scope;
mod secrets;
pub mod section;
mod tree;

#[cfg(test)]
mod tests;

pub use desired::{Desired, Loaded, load, load_what_can_be_read};
pub use environment::ENVIRONMENT;
pub use files::{Files, WorkTree};
pub use kinds::KindInfo;
pub use problems::in_order;
pub use schema::generated;
