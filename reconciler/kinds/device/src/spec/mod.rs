//! A terminal as it is meant.

mod days;
mod interpret;
mod raw;
mod settings;

use std::collections::BTreeSet;
use std::sync::Arc;

use device_registry::{Name, Prefix};
use reconcile_core::text::Text;

pub use days::{Days, NotDays};
pub use interpret::{check, interpret};
pub use raw::{RawAllow, RawDevice, RawReason, RawState};
pub use settings::{Issuance, RawIssuance, RawRevocation, RawSettings, Revocation, Settings};

use crate::csr::SigningRequest;

/// A terminal that git declares.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The file that declares it, for advice.
    pub declared_in: String,
    /// Its name, which is its certificate's only common name.
    pub name: Name,
    /// The clinic that it stands in.
    pub clinic: Name,
    /// What the keys of its objects begin with.
    pub prefix: Prefix,
    /// Its signing request.
    pub request: Arc<SigningRequest>,
    /// The ARN of the CA that issues its certificates.
    pub authority: Text,
    /// The clinic's bucket.
    pub bucket: Text,
    /// How long a certificate is good.
    pub validity: Days,
    /// How long before its end it is renewed.
    pub renew_before: Days,
    /// How long the certificate before is let in after a renewal.
    pub overlap: Days,
    /// What it may do.
    pub standing: Standing,
    /// Serial numbers of certificates that somebody revoked, and whose key may have a new one nevertheless.
    pub issue_again: BTreeSet<String>,
    /// Serial numbers of certificates that nobody knows of and that may be revoked.
    pub revoke: BTreeSet<String>,
}

/// What a terminal may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has a certificate, and is let in.
    Enrolled,
    /// It keeps its certificate, and is not let in.
    Suspended,
    /// Its certificates are revoked.
    Revoked(RawReason),
}
