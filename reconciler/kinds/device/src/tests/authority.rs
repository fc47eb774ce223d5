//! A CA in memory with a real key, which forgets tokens after five minutes and lists nothing.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SerialNumber, SubjectPublicKeyInfo,
};
use serde_json::{Value as Json, json};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer as _;

use crate::pem;
use crate::port::authority::{Asked, Given};

/// Its ARN.
pub(super) const ARN: &str =
    "arn:aws:acm-pca:ap-northeast-1:111122223333:certificate-authority/aaaa";

/// A certificate that it issued.
#[derive(Debug, Clone)]
pub(super) struct Certificate {
    pub(super) name: String,
    pub(super) serial: u64,
    pub(super) pem: String,
    pub(super) issued_at: Timestamp,
    pub(super) not_after: Timestamp,
    pub(super) revoked: Option<(Timestamp, String)>,
}

/// What a CA keeps.
#[derive(Debug, Default)]
pub(super) struct Authority {
    pub(super) certificates: Vec<Certificate>,
    tokens: BTreeMap<String, (Timestamp, usize)>,
    reported: Option<Timestamp>,
}

struct Key {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

fn key() -> &'static Key {
    static KEY: OnceLock<Key> = OnceLock::new();
    KEY.get_or_init(|| {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Terminals");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let pair = KeyPair::generate().unwrap();
        let pem = params.self_signed(&pair).unwrap().pem();
        Key { pem, issuer: Issuer::new(params, pair) }
    })
}

/// Its own certificate.
pub(super) fn own_certificate() -> String {
    key().pem.clone()
}

impl Authority {
    /// Issues a certificate, or gives the same one again to who asks again soon enough.
    pub(super) fn issue(&mut self, asked: &Asked<'_>, now: Timestamp) -> String {
        let known = self.tokens.get(&asked.token).copied();
        let five_minutes = SignedDuration::from_mins(5);
        if let Some((_, index)) = known.filter(|(at, _)| now.duration_since(*at) < five_minutes) {
            return arn(self.certificates[index].serial);
        }
        self.tokens.insert(asked.token.clone(), (now, self.certificates.len()));
        self.add(&asked.csr, (asked.common_name, asked.days), now)
    }

    /// Issues a certificate for which nobody has a token.
    pub(super) fn add(&mut self, csr: &str, (name, days): (&str, u32), now: Timestamp) -> String {
        let serial = 0x0a00_0000 + u64::try_from(self.certificates.len()).unwrap();
        let not_after = now + SignedDuration::from_hours(24 * i64::from(days));
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.serial_number = Some(SerialNumber::from(serial));
        params.not_before = system_time(now - SignedDuration::from_hours(1)).into();
        params.not_after = system_time(not_after).into();
        let pem = params.signed_by(&public_key(csr), &key().issuer).unwrap().pem();
        let (name, issued_at) = (name.to_owned(), now);
        let revoked = None;
        self.certificates.push(Certificate { name, serial, pem, issued_at, not_after, revoked });
        arn(serial)
    }

    pub(super) fn given(&self, arn: &str) -> Option<Given> {
        let found = self.certificates.iter().find(|one| self::arn(one.serial) == arn)?;
        Some(Given { pem: found.pem.clone(), chain: own_certificate() })
    }

    pub(super) fn revoke(&mut self, serial: &str, reason: &str, now: Timestamp) {
        let found = self.certificates.iter_mut().find(|one| hex(one.serial) == serial).unwrap();
        found.revoked.get_or_insert_with(|| (now, reason.to_owned()));
    }

    /// What an audit report says, at most once in half an hour.
    pub(super) fn report(&mut self, now: Timestamp) -> Option<Json> {
        let half_an_hour = SignedDuration::from_mins(30);
        if self.reported.is_some_and(|last| now.duration_since(last) < half_an_hour) {
            return None;
        }
        self.reported = Some(now);
        let time = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string();
        let entries = self.certificates.iter().map(|one| {
            let mut entry = json!({
                "awsAccountId": "111122223333",
                "certificateArn": arn(one.serial),
                "serial": colons(one.serial),
                "subject": format!("CN={}", one.name),
                "notBefore": time(one.issued_at),
                "notAfter": time(one.not_after),
                "issuedAt": time(one.issued_at),
                "templateArn": "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate_APIPassthrough/V1",
            });
            if let Some((at, reason)) = &one.revoked {
                entry["revokedAt"] = json!(time(*at));
                entry["revocationReason"] = json!(reason);
            }
            entry
        });
        Some(entries.collect())
    }

    /// Certificates that could open a connection, of a terminal.
    pub(super) fn live(&self, name: &str, now: Timestamp) -> Vec<&Certificate> {
        let live = self.certificates.iter().filter(|one| one.name == name);
        live.filter(|one| one.revoked.is_none() && one.not_after > now).collect()
    }
}

pub(super) fn hex(serial: u64) -> String {
    format!("{serial:x}")
}

fn arn(serial: u64) -> String {
    format!("{ARN}/certificate/{serial:0>32x}")
}

fn colons(serial: u64) -> String {
    let bytes: Vec<_> = serial.to_be_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(":")
}

/// The key of a signing request.
fn public_key(csr: &str) -> SubjectPublicKeyInfo {
    let (_, der) = pem::only_block(csr).unwrap();
    let (_, request) = X509CertificationRequest::from_der(&der).unwrap();
    let key = request.certification_request_info.subject_pki.raw;
    SubjectPublicKeyInfo::from_der(key).unwrap()
}

fn system_time(time: Timestamp) -> SystemTime {
    let seconds = u64::try_from(time.as_second()).unwrap();
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}
