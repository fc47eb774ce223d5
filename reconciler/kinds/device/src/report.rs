//! The CA's audit report: the only listing of its certificates that there is.
//!
//! It shows serial numbers, subjects, times and revocations; no keys, and no names other than the subject. Source: "Using
//! audit reports with your private CA" in AWS Private CA's user guide.

use std::collections::BTreeMap;
use std::sync::Arc;

use device_registry::Serial;
use jiff::{SignedDuration, Timestamp, fmt::strtime};
use serde::{Deserialize, Deserializer, de};

/// How long the CA may take from being asked for a report to writing it: what was issued just before a report's object
/// appeared need not be in it. (The SDK's waiter gives up after three minutes.)
pub const TAKES: SignedDuration = SignedDuration::from_mins(5);

/// How often a CA may be asked.
pub const ASKED_EVERY: SignedDuration = SignedDuration::from_mins(30);

/// What a CA says of all of its certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What was issued or revoked before this time is in it.
    pub as_of: Timestamp,
    /// Its certificates of terminals, by the common name, each name's in the order in which they were issued.
    pub by_name: BTreeMap<String, Vec<Arc<Entry>>>,
}

/// A certificate as a report shows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its ARN.
    pub certificate_arn: String,
    /// Its serial number.
    pub serial: Serial,
    /// Its subject, as `CN=clinic-0001-pc01`.
    #[serde(default)]
    pub subject: String,
    /// Until when it is good.
    #[serde(deserialize_with = "time")]
    pub not_after: Timestamp,
    /// When it was issued.
    #[serde(deserialize_with = "time")]
    pub issued_at: Timestamp,
    /// When it was revoked.
    #[serde(default, deserialize_with = "maybe_time")]
    pub revoked_at: Option<Timestamp>,
    /// The template that it was issued by.
    #[serde(default)]
    pub template_arn: String,
}

impl Report {
    /// Reads a report.
    pub fn read(bytes: &[u8], as_of: Timestamp) -> Result<Self, serde_json::Error> {
        let entries: Vec<Entry> = serde_json::from_slice(bytes)?;
        let mut by_name: BTreeMap<String, Vec<Arc<Entry>>> = BTreeMap::new();
        // Certificates of CAs and of OCSP responders are the CA's own affair.
        for entry in entries.into_iter().filter(Entry::is_end_entity) {
            by_name.entry(entry.name().to_owned()).or_default().push(Arc::new(entry));
        }
        for entries in by_name.values_mut() {
            entries.sort_by(|one, other| {
                (one.issued_at, &one.serial).cmp(&(other.issued_at, &other.serial))
            });
        }
        Ok(Self { as_of, by_name })
    }

    /// The certificates of a terminal.
    pub fn of(&self, name: &str) -> &[Arc<Entry>] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }
}

impl Entry {
    /// The common name; the whole subject if it has none.
    pub fn name(&self) -> &str {
        let mut attributes = self.subject.split(',').map(str::trim);
        let common_name = attributes.find_map(|attribute| attribute.strip_prefix("CN="));
        common_name.unwrap_or(&self.subject)
    }

    /// The ARN of the CA that issued it.
    pub fn authority(&self) -> &str {
        authority_of(&self.certificate_arn)
    }

    /// Whether it could open a connection at a time.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.not_after > now
    }

    fn is_end_entity(&self) -> bool {
        let template = self.template_arn.rsplit("template/").next().unwrap_or_default();
        let is_authority = ["RootCACertificate", "SubordinateCACertificate", "OCSPSigning"]
            .iter()
            .any(|other| template.starts_with(other));
        !is_authority
    }
}

/// The CA in a certificate's ARN.
pub fn authority_of(certificate: &str) -> &str {
    certificate.split_once("/certificate/").map_or(certificate, |(authority, _)| authority)
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let written = String::deserialize(deserializer)?;
    understood(&written).ok_or_else(|| de::Error::custom(format!("`{written}` is not a time")))
}

fn maybe_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let written = Option::<String>::deserialize(deserializer)?;
    let known = written.filter(|written| !written.is_empty());
    known
        .map(|written| {
            let time = understood(&written);
            time.ok_or_else(|| de::Error::custom(format!("`{written}` is not a time")))
        })
        .transpose()
}

/// `2026-02-26T18:39:57+0000`, as the user guide shows it, or RFC 3339.
fn understood(written: &str) -> Option<Timestamp> {
    let by_guide = strtime::parse("%Y-%m-%dT%H:%M:%S%z", written);
    by_guide.and_then(|time| time.to_timestamp()).or_else(|_| written.parse()).ok()
}
