//! Kind Truststore: the CAs whose certificates open an API's domain, as one object in a versioned bucket.
//!
//! API Gateway reads the object when the domain is updated, so the domain's stack takes its URI and *version*: a
//! truststore changes only with a reviewed change of that stack. What API Gateway would accept with a warning that nobody
//! sees is checked here, before anything is written.
//!
//! [`spec`] what is declared, [`state`] what AWS shows, [`certificate`] and [`chain`] what the CAs' certificates have to be,
//! [`plan`] the pure decision, [`step`] what it leads to, [`port`] what is asked of AWS, [`aws`] the asking. Looking is in
//! `observe`, acting in `deliver`.

pub mod aws;
pub mod certificate;
pub mod chain;
pub mod plan;
pub mod port;
pub mod spec;
pub mod state;
pub mod step;

mod deliver;
mod kind;
mod observe;

pub use kind::TruststoreKind;
