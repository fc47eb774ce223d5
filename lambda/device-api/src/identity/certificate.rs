//! What a client certificate says about its holder.

use device_registry::{Name, Serial};
use jiff::Timestamp;
use x509_parser::certificate::X509Certificate;
use x509_parser::pem::parse_x509_pem;
use x509_parser::prelude::FromDer as _;

use super::Denial;

/// A certificate that the caller holds the key of, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// The terminal's name, from the certificate's only common name.
    pub terminal: Name,
    /// The certificate's serial number.
    pub serial: Serial,
    /// When its period begins.
    pub not_before: Timestamp,
    /// When its period ends.
    pub not_after: Timestamp,
}

/// Why a certificate says nothing that could be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// There is none: the request did not come through the domain with mutual TLS.
    #[error("the request has no client certificate")]
    Missing,
    /// It is not one certificate in PEM.
    #[error("the client certificate cannot be read")]
    Unreadable,
    /// Its subject has no common name, or several.
    #[error("the certificate's subject has not exactly one common name")]
    NotOneName,
    /// Its common name is no terminal's name.
    #[error("the certificate's common name is not the name of a terminal")]
    InvalidName,
}

impl Presented {
    /// Reads a certificate.
    ///
    /// Organisation, country and the like may stand beside the common name: certificate authorities add
    /// them, and nothing here looks at them. A second common name is refused, since it is open which of
    /// the two another reader takes.
    pub fn read(pem: &str) -> Result<Self, Unusable> {
        let (rest, pem) = parse_x509_pem(pem.as_bytes()).map_err(|_| Unusable::Unreadable)?;
        if pem.label != "CERTIFICATE" || !rest.trim_ascii().is_empty() {
            return Err(Unusable::Unreadable);
        }
        let parsed = X509Certificate::from_der(&pem.contents);
        let (rest, certificate) = parsed.map_err(|_| Unusable::Unreadable)?;
        if !rest.is_empty() {
            return Err(Unusable::Unreadable);
        }
        let terminal = only_name(&certificate)?;
        let serial = Serial::from_bytes(certificate.raw_serial());
        let validity = certificate.validity();
        let time = |seconds| Timestamp::from_second(seconds).map_err(|_| Unusable::Unreadable);
        Ok(Self {
            terminal,
            serial: serial.map_err(|_| Unusable::Unreadable)?,
            not_before: time(validity.not_before.timestamp())?,
            not_after: time(validity.not_after.timestamp())?,
        })
    }

    /// Decides whether it is the certificate's time.
    pub(crate) fn check_period(&self, now: Timestamp) -> Result<(), Denial> {
        if now < self.not_before {
            Err(Denial::NotValidYet)
        } else if now > self.not_after {
            Err(Denial::Expired)
        } else {
            Ok(())
        }
    }
}

fn only_name(certificate: &X509Certificate<'_>) -> Result<Name, Unusable> {
    let mut names = certificate.subject().iter_common_name();
    let (Some(name), None) = (names.next(), names.next()) else {
        return Err(Unusable::NotOneName);
    };
    let name = name.as_str().map_err(|_| Unusable::InvalidName)?;
    Name::try_from(name.to_owned()).map_err(|_| Unusable::InvalidName)
}
