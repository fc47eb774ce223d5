//! What the certificates of a truststore have to be, together.
//!
//! Source: API Gateway Developer Guide, "Configuring mutual TLS authentication for an HTTP API". What breaks these rules is
//! taken by API Gateway with a warning at the domain, and terminals are turned away.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::certificate::{Certificate, Unfit};

/// As many certificates as a truststore may have.
const MAX_CERTIFICATES: usize = 1_000;

/// As many bytes as a truststore may have.
const MAX_BYTES: usize = 1_000_000;

/// As many certificates as may lead from a terminal's to the root, both counted.
const MAX_LENGTH: usize = 4;

/// A CA that ends within this time is spoken of: its successor has to be in the truststore, and terminals renewed, before.
const SPOKEN_OF_BEFORE: SignedDuration = SignedDuration::from_hours(180 * 24);

/// The truststore as it is stored.
pub fn pem(certificates: &[Certificate]) -> String {
    certificates.iter().map(Certificate::to_pem).collect()
}

/// Everything that is wrong with these certificates, in this order.
pub fn flaws(certificates: &[Certificate]) -> Vec<String> {
    let mut flaws = Vec::new();
    for (index, certificate) in certificates.iter().enumerate() {
        flaws.extend(alone(certificate));
        flaws.extend(in_place(certificate, certificates, index));
    }
    flaws.extend(ambiguous(certificates));
    if certificates.len() > MAX_CERTIFICATES {
        flaws.push(format!("{} certificates are more than {MAX_CERTIFICATES}", certificates.len()));
    }
    let bytes = pem(certificates).len();
    if bytes > MAX_BYTES {
        flaws.push(format!("{bytes} bytes are more than {MAX_BYTES}"));
    }
    flaws
}

/// What is good now and will not stay so: nobody is told when a CA of a truststore expires.
pub fn warnings(certificates: &[Certificate], now: Timestamp) -> Vec<String> {
    let soon = now.saturating_add(SPOKEN_OF_BEFORE).unwrap_or(Timestamp::MAX);
    let ending = certificates.iter().filter(|certificate| certificate.not_after < soon);
    ending
        .map(|certificate| {
            let (subject, end) = (&certificate.subject, certificate.not_after.strftime("%Y-%m-%d"));
            if certificate.is_expired(now) {
                format!("the CA `{subject}` expired on {end}: API Gateway refuses its certificates")
            } else {
                format!(
                    "the CA `{subject}` expires on {end}: its successor has to be here well before"
                )
            }
        })
        .collect()
}

fn alone(certificate: &Certificate) -> Option<String> {
    let subject = &certificate.subject;
    Some(match certificate.unfit()? {
        Unfit::NoCa => format!("`{subject}` may not issue certificates: it is no CA"),
        Unfit::WeakKey => {
            format!("the key of `{subject}` is not RSA of 2048 bits or more, P-256, P-384 or P-521")
        }
        Unfit::Sha1 => format!("the certificate of `{subject}` is signed with SHA-1"),
    })
}

/// What is wrong with the way from a certificate to its root.
fn in_place(certificate: &Certificate, all: &[Certificate], index: usize) -> Option<String> {
    let Certificate { subject, issuer, .. } = certificate;
    if certificate.is_root() {
        let broken = !certificate.is_signed_by(certificate);
        return broken.then(|| format!("the root `{subject}` is not signed by its own key"));
    }
    let Some(place) = all.iter().position(|other| other.subject == *issuer) else {
        return Some(format!("`{issuer}`, which issued `{subject}`, is missing"));
    };
    let above = &all[place];
    if !certificate.is_signed_by(above) {
        return Some(format!("`{subject}` is not signed by the key of `{issuer}`"));
    }
    if place < index {
        return Some(format!("`{issuer}` stands before `{subject}`, which it issued"));
    }
    // The terminal's own certificate is the first of its chain.
    let length = 1 + length(certificate, all);
    (length > MAX_LENGTH).then(|| {
        format!("a terminal's certificate by `{subject}` would make a chain of {length}, and {MAX_LENGTH} is the most")
    })
}

/// As many certificates as lead from one to its root, both counted.
fn length(from: &Certificate, all: &[Certificate]) -> usize {
    let (mut length, mut at) = (1, from);
    while let Some(next) = all.iter().find(|other| !at.is_root() && other.subject == at.issuer) {
        length += 1;
        at = next;
        // Certificates that issued each other have no root.
        if length > all.len() {
            break;
        }
    }
    length
}

/// Names that more than one certificate has: API Gateway would not know which one issued what.
fn ambiguous(certificates: &[Certificate]) -> impl Iterator<Item = String> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for certificate in certificates {
        *count.entry(certificate.subject.as_str()).or_default() += 1;
    }
    let several: Vec<_> = count.into_iter().filter(|(_, count)| *count > 1).collect();
    several
        .into_iter()
        .map(|(subject, count)| format!("{count} certificates have the one name `{subject}`"))
}
