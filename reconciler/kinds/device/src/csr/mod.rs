//! What a terminal's certificate signing request (PKCS #10) may be, checked before anything is planned.
//!
//! A request is let in if it is signed by the key that it is for, with SHA-2; the key is RSA of 2,048 to 4,096 bits, or on the
//! curve P-256 or P-384; its subject has exactly one common name, which is the terminal's name; and what it asks for
//! besides is no more than a terminal gets anyway ([`attributes`]).
//!
//! Other attributes of the subject are let through and come to nothing: the certificate's subject is the
//! common name alone, and the CA takes it from us, not from the request.

mod attributes;

#[cfg(test)]
mod tests;

use reconcile_core::digest::Digest;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer as _;

use crate::pem;
use crate::signature::{KeyKind, fingerprint, is_by, is_sha1};

/// As RFC 7468 labels a request.
const LABEL: &str = "CERTIFICATE REQUEST";

/// As certreq labels one.
const OTHER_LABEL: &str = "NEW CERTIFICATE REQUEST";

/// As much as Private CA takes.
const MAX_BYTES: usize = 32_768;

/// A request that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningRequest {
    /// The request in DER.
    pub der: Vec<u8>,
    /// The digest of the public key: which key the terminal has.
    pub public_key: Digest,
}

/// What is wrong with a request, and how to make a right one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

impl Refusal {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }
}

impl SigningRequest {
    /// Reads and checks the request of the terminal `name`.
    pub fn of_terminal(name: &str, text: &str) -> Result<Self, Refusal> {
        let der = block(name, text)?;
        let (rest, request) = X509CertificationRequest::from_der(&der)
            .map_err(|_| again("it is not a signing request (PKCS #10)", name))?;
        if !rest.is_empty() {
            return Err(again("something follows the signing request in its block", name));
        }
        let info = &request.certification_request_info;
        check_key(KeyKind::of(&info.subject_pki), name)?;
        check_signature(&request, name)?;
        check_subject(&request, name)?;
        attributes::check(info.attributes(), name)?;
        let public_key = fingerprint(&info.subject_pki);
        Ok(Self { der, public_key })
    }

    /// The request in PEM, labelled as RFC 7468 does, whatever program wrote it.
    pub fn pem(&self) -> String {
        pem::write(LABEL, &self.der)
    }
}

fn block(name: &str, text: &str) -> Result<Vec<u8>, Refusal> {
    if text.len() > MAX_BYTES {
        let message = format!("it has {} bytes, and the CA takes {MAX_BYTES}", text.len());
        return Err(again(message, name));
    }
    match pem::only_block(text) {
        Some((label, der)) if label == LABEL || label == OTHER_LABEL => Ok(der),
        Some((label, _)) => {
            let message = format!("it holds a `{label}`, not a signing request");
            Err(again(message, name))
        }
        None => Err(again("it is not one signing request in PEM", name)),
    }
}

fn check_key(kind: KeyKind, name: &str) -> Result<(), Refusal> {
    let message = match kind {
        KeyKind::Rsa(2_048..=4_096) | KeyKind::P256 | KeyKind::P384 => return Ok(()),
        KeyKind::Rsa(bits) => format!("its key is RSA of {bits} bits, and 2048 to 4096 are taken"),
        KeyKind::P521 => "its key is on the curve P-521, and P-256 and P-384 are taken".to_owned(),
        KeyKind::Other => "its key is of a type that is not taken".to_owned(),
    };
    Err(again(message, name))
}

fn check_signature(request: &X509CertificationRequest<'_>, name: &str) -> Result<(), Refusal> {
    let (info, algorithm) = (&request.certification_request_info, &request.signature_algorithm);
    if is_sha1(algorithm) {
        let hint = format!(
            "say `HashAlgorithm = SHA256` in the .inf file of certreq; {}",
            how_to_make_one(name)
        );
        return Err(Refusal::new("it is signed with SHA-1", hint));
    }
    let signed = (info.raw, &*request.signature_value.data);
    let is_whole = request.signature_value.unused_bits == 0;
    if is_whole && is_by(&info.subject_pki, algorithm, signed) {
        return Ok(());
    }
    Err(again(
        "it is not signed by the key that it is for: it was altered, or made by no one",
        name,
    ))
}

fn check_subject(request: &X509CertificationRequest<'_>, name: &str) -> Result<(), Refusal> {
    let subject = &request.certification_request_info.subject;
    let names: Vec<_> = subject.iter_common_name().map(|name| name.as_str().ok()).collect();
    let message = match names.as_slice() {
        [Some(found)] if *found == name => return Ok(()),
        [Some(found)] => format!("its common name is `{}`, not `{name}`", found.escape_debug()),
        [None] => "its common name is in an encoding that is not taken".to_owned(),
        [] => "it has no common name".to_owned(),
        several => format!("it has {} common names, and one is taken", several.len()),
    };
    Err(again(message, name))
}

fn again(message: impl Into<String>, name: &str) -> Refusal {
    Refusal::new(message, how_to_make_one(name))
}

/// The advice that all refusals share: the two programs that make a right request.
pub fn how_to_make_one(name: &str) -> String {
    format!(
        "make a new one on the terminal: `certreq -new` with `Subject = \"CN={name}\"`, or \
         `openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {name}.key.pem \
         -subj /CN={name} -out {name}.csr.pem`"
    )
}
