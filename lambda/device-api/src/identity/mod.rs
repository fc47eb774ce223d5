//! Who is asking: from the certificate that mutual TLS proved, to the terminal that is on record.
//!
//! API Gateway checks that the certificate leads to the trust store, and nothing more: it knows neither
//! revocation nor our terminals. Only what is on record as allowed is let in.

mod certificate;
mod edge;
mod registry;

use device_registry::{Registration, Serial, State};
use jiff::Timestamp;

pub use certificate::{Presented, Unusable};
pub use edge::Edge;
pub(crate) use edge::certificate;
pub(crate) use registry::Registry;

/// Why a caller is nobody here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// The certificate says nothing that could be looked up.
    #[error(transparent)]
    Certificate(#[from] Unusable),
    /// The certificate's period has not begun.
    #[error("the certificate is not valid yet")]
    NotValidYet,
    /// The certificate's period is over.
    #[error("the certificate has expired")]
    Expired,
    /// There is no such terminal.
    #[error("no terminal of this name is registered")]
    NotRegistered,
    /// The terminal is suspended.
    #[error("the terminal is suspended")]
    Suspended,
    /// The terminal's enrolment was revoked.
    #[error("the terminal is revoked")]
    Revoked,
    /// The certificate was revoked, replaced, or never on record.
    #[error("the certificate's serial number is not allowed")]
    SerialNotAllowed,
    /// What is on record could not be looked up.
    #[error("the registry cannot be read")]
    RegistryUnreadable,
    /// What is on record could not be understood.
    #[error("the terminal's registration is malformed")]
    RegistryMalformed,
}

impl Denial {
    /// HTTP's status and our own word for it.
    pub fn code(&self) -> (u16, &'static str) {
        match self {
            Self::Certificate(Unusable::Missing) => (401, "certificate-missing"),
            Self::Certificate(Unusable::Unreadable) => (401, "certificate-unreadable"),
            Self::Certificate(Unusable::NotOneName) => (403, "common-name-not-single"),
            Self::Certificate(Unusable::InvalidName) => (403, "common-name-invalid"),
            Self::NotValidYet => (403, "certificate-not-valid-yet"),
            Self::Expired => (403, "certificate-expired"),
            Self::NotRegistered => (403, "terminal-not-registered"),
            Self::Suspended => (403, "terminal-suspended"),
            Self::Revoked => (403, "terminal-revoked"),
            Self::SerialNotAllowed => (403, "serial-not-allowed"),
            Self::RegistryUnreadable => (503, "registry-unreadable"),
            Self::RegistryMalformed => (500, "registry-malformed"),
        }
    }
}

/// Decides by a terminal's registration whether it may come with this certificate.
pub(crate) fn admit(
    registration: &Registration,
    serial: &Serial,
    now: Timestamp,
) -> Result<(), Denial> {
    match registration.state {
        State::Enrolled => {}
        State::Suspended => return Err(Denial::Suspended),
        State::Revoked => return Err(Denial::Revoked),
    }
    let is_allowed = registration
        .serials
        .iter()
        .any(|allowed| allowed.serial == *serial && now <= allowed.not_after);
    if is_allowed { Ok(()) } else { Err(Denial::SerialNotAllowed) }
}
