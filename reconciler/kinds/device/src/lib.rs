//! Kind Device: clinic terminals, from a signing request in git to a certificate that opens one clinic's bucket.
//!
//! A terminal makes its key itself and gives only a signing request, which stands in git beside the terminal's file.
//! From it comes a certificate by Private CA, and a *registration* (`registry/NAME.json`) by which the function behind the
//! mutual TLS decides who is let in. What was issued to whom is kept in a *journal* in the state bucket.
//!
//! # One certificate, and not one more
//!
//! Private CA has no list of certificates and forgets a token after five minutes, so a run that is killed between asking and
//! recording leaves a question. The journal makes it an answerable one: an attempt is written down before the CA
//! is asked. Within four minutes the same request is made again, with the token that is derived from the attempt, and is
//! answered with the same certificate; nobody asks for that attempt later. From five minutes on, the CA's audit report
//! shows what came of it, and its certificate is recorded, or the attempt is closed and another one may begin.
//!
//! # The template
//!
//! Certificates are issued by `EndEntityClientAuthCertificate_APIPassthrough/V1`, with the common name in the call. The plain
//! template would take the subject from the request: what a terminal is called would then hang on one parser
//! of ours alone, and whatever else stands in the request's subject would stand in the certificate. A name in a
//! subject alternative name can still only come from the request, where it is refused, and the certificate is looked at
//! again before it is published. The role needs only this template (`acm-pca:TemplateArn`).
//!
//! [`spec`] what is declared, [`csr`] what a signing request may be, [`journal`] what we record, [`report`] what the CA
//! tells, [`state`] all of that together, [`plan`] the pure decision, [`step`] what it leads to, [`port`] what is asked of
//! AWS, [`aws`] the asking. Looking is in `observe`, acting in `deliver`; [`import`] tells whether what is there can be taken over.

pub mod aws;
pub mod certificate;
pub mod csr;
pub mod import;
pub mod journal;
pub mod plan;
pub mod port;
pub mod report;
pub mod spec;
pub mod state;
pub mod step;

mod deliver;
mod kind;
mod observe;
mod reports;

#[cfg(test)]
mod tests;

pub use kind::DeviceKind;

use reconcile_x509::{pem, signature};
