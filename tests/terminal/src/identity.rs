//! Who the terminal is: a key that was born here, and the certificate that was issued for it.

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PublicKeyData as _};
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::error::X509Error;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::home::{Home, HomeError};

/// The terminal's key and chain.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) key: PrivateKeyDer<'static>,
    /// The terminal's own certificate comes first.
    pub(crate) chain: Vec<CertificateDer<'static>>,
}

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) serial: String,
    /// Seconds since 1970.
    pub(crate) not_after: i64,
    subject: String,
    public_key: Vec<u8>,
}

/// Why the terminal is nobody, or would not become who it should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IdentityError {
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The key cannot be made or read.
    #[error("failed to use the key")]
    Key(#[from] rcgen::Error),
    /// What should be in PEM is not.
    #[error("failed to read PEM")]
    Pem(#[from] pem::Error),
    /// There is no certificate where one should be.
    #[error("there is no certificate in it")]
    Empty,
    /// A certificate cannot be read.
    #[error("failed to read the certificate")]
    Certificate(#[from] X509Error),
    /// Somebody else's certificate.
    #[error("the certificate is for another key than this terminal's")]
    OtherKey,
    /// Another terminal's certificate.
    #[error("the certificate is for `{found}`, and this terminal is `{expected}`")]
    OtherName { found: String, expected: String },
}

/// Makes the key and the request for its certificate; the request, in PEM.
pub(crate) fn create(home: &Home, name: &str) -> Result<String, IdentityError> {
    let key = KeyPair::generate()?;
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, name);
    let request = parameters.serialize_request(&key)?.pem()?;
    home.write_secret(Home::KEY, &key.serialize_pem())?;
    home.write(Home::REQUEST, &request)?;
    Ok(request)
}

/// Keeps a certificate with its chain, if it is for this terminal's key, and for the name that it has had.
pub(crate) fn keep(home: &Home, chain: &str) -> Result<Facts, IdentityError> {
    let facts = Facts::of(&certificates(chain)?)?;
    let key = KeyPair::from_pem(&home.read(Home::KEY)?)?;
    if facts.public_key != key.subject_public_key_info() {
        return Err(IdentityError::OtherKey);
    }
    if let Some(known) = current(home)?
        && known.subject != facts.subject
    {
        return Err(IdentityError::OtherName { found: facts.subject, expected: known.subject });
    }
    home.write(Home::CERTIFICATE, chain)?;
    Ok(facts)
}

/// What the certificate says that the terminal has now, if it has one.
pub(crate) fn current(home: &Home) -> Result<Option<Facts>, IdentityError> {
    if !home.path(Home::CERTIFICATE).exists() {
        return Ok(None);
    }
    Facts::of(&certificates(&home.read(Home::CERTIFICATE)?)?).map(Some)
}

impl Identity {
    pub(crate) fn read(home: &Home) -> Result<Self, IdentityError> {
        Ok(Self {
            key: PrivateKeyDer::from_pem_slice(home.read(Home::KEY)?.as_bytes())?,
            chain: certificates(&home.read(Home::CERTIFICATE)?)?,
        })
    }
}

impl Facts {
    pub(crate) fn of(chain: &[CertificateDer<'_>]) -> Result<Self, IdentityError> {
        let der = chain.first().ok_or(IdentityError::Empty)?;
        let (_, certificate) = X509Certificate::from_der(der).map_err(X509Error::from)?;
        Ok(Self {
            serial: certificate.raw_serial_as_string(),
            not_after: certificate.validity().not_after.timestamp(),
            subject: certificate.subject().to_string(),
            public_key: certificate.public_key().raw.to_vec(),
        })
    }
}

/// The certificates of a file, at least one.
pub(crate) fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, IdentityError> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>()?;
    if chain.is_empty() { Err(IdentityError::Empty) } else { Ok(chain) }
}
