//! A terminal as AWS and our own records show it.

use std::collections::BTreeMap;
use std::sync::Arc;

use device_registry::{
    AllowedSerial, Bucket, Name, Prefix, Registration, Serial, State as Registered,
};
use jiff::Timestamp;
use reconcile_core::digest::Digest;
use reconcile_core::status::Running;
use serde::{Deserialize, Serialize};

use crate::journal::{Journal, SETTLED_AFTER, exactly};
use crate::report::Entry;

/// A terminal, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Its name.
    pub terminal: String,
    /// Where it was looked for.
    pub places: Arc<Places>,
    /// What is on record of it.
    pub records: Records,
    /// What its CA says.
    pub inventory: Inventory,
}

/// Where terminals are registered, and where their CAs report.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Places {
    /// The bucket of registrations.
    pub registry: String,
    /// The bucket of audit reports.
    pub reports: String,
}

/// What is on record of a terminal; the ledger keeps it as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Records {
    /// The registration.
    pub entry: Option<Entered>,
    /// Its certificates, as we recorded them.
    pub journal: Journal,
}

/// A registration as it stands in the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entered {
    /// The object's tag.
    pub etag: String,
    /// What it says; none if nobody can read it.
    pub says: Option<Card>,
}

/// A registration, with digests in place of certificates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Card {
    /// The terminal.
    pub terminal: Name,
    /// Its clinic.
    pub clinic: Name,
    /// The clinic's bucket.
    pub bucket: Bucket,
    /// What the keys of its objects begin with.
    pub prefix: Prefix,
    /// Whether it may do anything.
    pub state: Registered,
    /// The certificates that it may come with.
    #[serde(deserialize_with = "exactly")]
    pub serials: Vec<AllowedSerial>,
    /// The digest of the newest certificate in PEM.
    pub certificate: Option<Digest>,
}

/// What a terminal's CA says of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inventory {
    /// Of which time the newest known audit report of each CA is that has to do with the terminal.
    pub as_of: BTreeMap<String, Timestamp>,
    /// Why there is none, where one should be readable.
    pub unreadable: Option<String>,
    /// The certificates of the terminal's name.
    pub entries: Vec<Arc<Entry>>,
    /// The keys of those that our records do not know, by their serial number.
    pub keys: BTreeMap<Serial, Digest>,
}

/// From when on an audit report shows what was done at a time.
pub(crate) fn settled(time: Timestamp) -> Timestamp {
    time.saturating_add(SETTLED_AFTER).unwrap_or(Timestamp::MAX)
}

impl Card {
    /// Of a registration.
    pub fn of(registration: Registration) -> Self {
        let Registration { terminal, clinic, bucket, prefix, state, serials, certificate } =
            registration;
        let certificate = certificate.map(|certificate| Digest::of(certificate.pem));
        Self { terminal, clinic, bucket, prefix, state, serials, certificate }
    }
}

impl Inventory {
    /// Whether a CA's report is new enough to tell what happened before a time.
    pub fn covers(&self, authority: &str, time: Timestamp) -> bool {
        self.as_of.get(authority).is_some_and(|as_of| *as_of >= time)
    }

    /// What it says of a certificate.
    pub fn entry(&self, serial: &Serial) -> Option<&Entry> {
        self.entries.iter().map(Arc::as_ref).find(|entry| entry.serial == *serial)
    }

    /// Certificates that could open a connection and that are in no record.
    pub fn strangers<'a>(
        &'a self,
        journal: &'a Journal,
        now: Timestamp,
    ) -> impl Iterator<Item = &'a Entry> {
        let is_stranger = move |entry: &&Entry| {
            entry.is_live(now)
                && !journal.knows(&entry.serial)
                && !self.is_taken_back(journal, entry)
        };
        self.entries.iter().map(Arc::as_ref).filter(is_stranger)
    }

    /// Whether we revoked a certificate, and its CA does not know better.
    fn is_taken_back(&self, journal: &Journal, entry: &Entry) -> bool {
        let at = journal.taken_back.get(&entry.serial);
        at.is_some_and(|at| !self.covers(entry.authority(), settled(*at)))
    }
}

impl State {
    /// Of everything that was seen, for a plan's digest. Of which time a report is says nothing about the terminal.
    pub(crate) fn digest(&self) -> Digest {
        let entries = self.inventory.entries.iter();
        let entries: Vec<_> = entries.map(|entry| (&entry.serial, entry.revoked_at)).collect();
        Digest::of_json(&(self.places.as_ref(), &self.records, entries, &self.inventory.keys))
    }

    /// What `reconcile status` shows.
    pub(crate) fn running(&self) -> Running {
        let card = self.records.entry.as_ref().and_then(|entry| entry.says.as_ref());
        let state = match card.map(|card| card.state) {
            Some(Registered::Enrolled) => "ENROLLED",
            Some(Registered::Suspended) => "SUSPENDED",
            Some(Registered::Revoked) => "REVOKED",
            None => "UNREGISTERED",
        };
        let newest = self.records.journal.held().next_back();
        Running {
            state: state.to_owned(),
            commit: newest.and_then(|held| held.attempt.commit.clone()),
            since: newest.map(|held| held.attempt.opened),
            identity: newest.map(|held| held.issued.arn.clone()).unwrap_or_default(),
        }
    }
}
