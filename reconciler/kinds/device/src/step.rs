//! What a decision leads to: steps with nothing left to choose.

use std::fmt;
use std::sync::Arc;

use device_registry::Serial;
use jiff::Timestamp;

use crate::csr::SigningRequest;
use crate::journal::Attempt;
use crate::spec::RawReason;
use crate::state::Card;

/// One thing to do.
#[derive(Debug, Clone)]
pub enum Step {
    /// Asks the CA for a certificate and records it.
    Issue(Box<Issuance>),
    /// Waits for an audit report that tells what came of an attempt.
    AwaitReport {
        /// The CA.
        authority: String,
        /// The bucket of its reports.
        bucket: String,
        /// What happened before this time has to be in it.
        since: Timestamp,
    },
    /// Records a certificate that the CA issued and that is the terminal's own.
    Adopt(Box<Adoption>),
    /// Records that an attempt came to nothing.
    Close {
        /// The terminal.
        terminal: String,
        /// The attempt, with that outcome.
        attempt: Box<Attempt>,
    },
    /// Writes the registration.
    Publish(Box<Publication>),
    /// Revokes a certificate at its CA.
    Revoke(Box<Revocation>),
    /// Takes a revoked terminal out of the registry.
    Forget {
        /// The registry.
        bucket: String,
        /// The terminal.
        terminal: String,
        /// The object's tag.
        etag: String,
    },
}

/// A certificate to be issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuance {
    /// The terminal.
    pub terminal: String,
    /// What it asks for.
    pub request: Arc<SigningRequest>,
    /// The attempt: an open one that is gone on with, or nothing if one is to be begun.
    pub open: Option<Attempt>,
    /// The number of the attempt.
    pub number: u32,
    /// The CA.
    pub authority: String,
    /// How many days the certificate is to be good.
    pub days: u32,
    /// How many certificates a run may issue.
    pub per_run: u32,
}

/// A certificate to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    /// The terminal.
    pub terminal: String,
    /// The attempt that it came of.
    pub attempt: Attempt,
    /// The certificate's ARN.
    pub arn: String,
}

/// A registration to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The registry.
    pub bucket: String,
    /// What it is to say.
    pub card: Card,
    /// The ARN of the newest certificate, where the registration has one.
    pub certificate: Option<String>,
    /// The tag of the object that it takes the place of.
    pub over: Option<String>,
}

/// A certificate to be revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// The terminal.
    pub terminal: String,
    /// The CA.
    pub authority: String,
    /// The certificate.
    pub serial: Serial,
    /// Why.
    pub reason: RawReason,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issue(issuance) => match &issuance.open {
                Some(open) => {
                    write!(f, "went on with attempt {} to issue a certificate", open.number)
                }
                None => write!(f, "issued a certificate for {} days", issuance.days),
            },
            Self::AwaitReport { since, .. } => {
                write!(f, "waited for an audit report of {since} or later")
            }
            Self::Adopt(adoption) => write!(f, "recorded the certificate {}", adoption.arn),
            Self::Close { attempt, .. } => {
                write!(f, "recorded that attempt {} came to nothing", attempt.number)
            }
            Self::Publish(publication) => {
                let serials = publication.card.serials.iter();
                let serials: Vec<_> = serials.map(|allowed| allowed.serial.as_str()).collect();
                let state = crate::plan::word(publication.card.state);
                write!(f, "registered it as {state} with serials [{}]", serials.join(", "))
            }
            Self::Revoke(revocation) => {
                write!(f, "revoked the certificate {} ({})", revocation.serial, revocation.reason)
            }
            Self::Forget { .. } => f.write_str("took it out of the registry"),
        }
    }
}
