//! Certificate signing requests: read, and checked as far as Private CA checks them.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use rcgen::{DistinguishedName, SubjectPublicKeyInfo};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::cri_attributes::ParsedCriAttribute;
use x509_parser::extensions::X509Extension;
use x509_parser::oid_registry::{OID_KEY_TYPE_EC_PUBLIC_KEY, OID_PKCS1_RSAENCRYPTION};
use x509_parser::pem::parse_x509_pem;
use x509_parser::prelude::FromDer as _;

use super::refusal::malformed_csr;
use super::subject;
use crate::error::AwsError;

/// `subjectAltName`
pub(super) const SAN: &[u64] = &[2, 5, 29, 17];

/// The largest request that is taken.
const LARGEST: usize = 32_768;

/// What a request asks for, signed with the key that it names.
#[derive(Debug)]
pub(super) struct SigningRequest {
    pub(super) subject: DistinguishedName,
    pub(super) public_key: SubjectPublicKeyInfo,
    pub(super) key_identifier: Vec<u8>,
    pub(super) extensions: Vec<RequestedExtension>,
}

/// An extension that a request asks for.
#[derive(Debug)]
pub(super) struct RequestedExtension {
    pub(super) oid: Vec<u64>,
    pub(super) critical: bool,
    /// DER.
    pub(super) value: Vec<u8>,
}

impl SigningRequest {
    /// Reads a request in PEM.
    pub(super) fn read(pem: &[u8]) -> Result<Self, AwsError> {
        let malformed = || malformed_csr("The certificate signing request is malformed");
        if pem.len() > LARGEST {
            return Err(malformed_csr(format!(
                "The certificate signing request is larger than {LARGEST} bytes"
            )));
        }
        let (_, pem) = parse_x509_pem(pem).map_err(|_| malformed())?;
        if !matches!(&*pem.label, "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST") {
            return Err(malformed());
        }
        let (rest, request) =
            X509CertificationRequest::from_der(&pem.contents).map_err(|_| malformed())?;
        if !rest.is_empty() {
            return Err(malformed());
        }
        Self::of(&request)
    }

    fn of(request: &X509CertificationRequest<'_>) -> Result<Self, AwsError> {
        let info = &request.certification_request_info;
        let algorithm = &info.subject_pki.algorithm.algorithm;
        if ![OID_PKCS1_RSAENCRYPTION, OID_KEY_TYPE_EC_PUBLIC_KEY].contains(algorithm) {
            return Err(malformed_csr("The type of the public key is not supported"));
        }
        request.verify_signature().map_err(|_| {
            malformed_csr("The signature of the certificate signing request is not valid")
        })?;
        let public_key = SubjectPublicKeyInfo::from_der(info.subject_pki.raw)
            .map_err(|_| malformed_csr("The public key is not supported"))?;
        let requested = info.iter_attributes().filter_map(|attribute| {
            if let ParsedCriAttribute::ExtensionRequest(asked) = attribute.parsed_attribute() {
                Some(&asked.extensions)
            } else {
                None
            }
        });
        let extensions: Option<Vec<_>> = requested.flatten().map(RequestedExtension::of).collect();
        let extensions =
            extensions.ok_or_else(|| malformed_csr("An extension has no identifier"))?;
        let is_anonymous = info.subject.iter_attributes().next().is_none();
        if is_anonymous && !extensions.iter().any(|extension| extension.oid == SAN) {
            return Err(malformed_csr(
                "The certificate signing request has neither a subject nor a subject alternative name",
            ));
        }
        Ok(Self {
            subject: subject::of_request(&info.subject)?,
            public_key,
            key_identifier: key_identifier(&info.subject_pki.subject_public_key.data),
            extensions,
        })
    }
}

impl RequestedExtension {
    fn of(extension: &X509Extension<'_>) -> Option<Self> {
        Some(Self {
            oid: extension.oid.iter()?.collect(),
            critical: extension.critical,
            value: extension.value.to_vec(),
        })
    }
}

/// The identifier of a public key (RFC 5280, section 4.2.1.2, method 1).
pub(super) fn key_identifier(public_key: &[u8]) -> Vec<u8> {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, public_key).as_ref().to_vec()
}
