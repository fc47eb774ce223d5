//! What we keep of one terminal's certificates: `devices/ENVIRONMENT/NAME.json` in the state bucket.
//!
//! An *attempt* is written before a certificate is asked for, and has exactly one outcome: the certificate, or that there is
//! none. The document is written by compare-and-swap, so no two runs can begin the same attempt or disagree about
//! its outcome. Nothing is ever taken out of it: it is also the record of who had what when.

use std::collections::BTreeMap;

use device_registry::Serial;
use jiff::{SignedDuration, Timestamp};
use reconcile_core::digest::Digest;
use serde::{Deserialize, Deserializer, Serialize};

use crate::spec::Days;

/// How long after its beginning an attempt may still ask for its certificate.
///
/// Private CA keeps the token for five minutes: within them, the same request is the same certificate. The rest is for clocks that differ and for a
/// request on its way.
pub const ASKS_WITHIN: SignedDuration = SignedDuration::from_mins(4);

/// How long after its beginning an attempt cannot have a certificate any more that the CA does not know of.
pub const SETTLED_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// All attempts to give a terminal a certificate, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Journal {
    /// The attempts.
    #[serde(deserialize_with = "exactly")]
    pub attempts: Vec<Attempt>,
    /// Certificates that came of none of them, and when we revoked them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub taken_back: BTreeMap<Serial, Timestamp>,
}

/// An attempt to give a terminal a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attempt {
    /// From 1, without gaps.
    pub number: u32,
    /// When it was begun.
    pub opened: Timestamp,
    /// The run that began it.
    pub run: String,
    /// The commit that it was begun for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The CA that is asked.
    pub authority: String,
    /// The terminal's key.
    pub public_key: Digest,
    /// How many days the certificate is to be good.
    pub days: u32,
    /// What came of it; none as long as nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// A certificate.
    Issued(Issued),
    /// The CA's audit report of this time shows none.
    Nothing(Timestamp),
}

/// A certificate that was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Issued {
    /// Its ARN.
    pub arn: String,
    /// Its serial number.
    pub serial: Serial,
    /// From when it is good.
    pub not_before: Timestamp,
    /// Until when it is good.
    pub not_after: Timestamp,
    /// The digest of the certificate in PEM, as the CA gave it.
    pub pem: Digest,
    /// When we revoked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Timestamp>,
}

/// A certificate with the attempt that it came of.
#[derive(Debug, Clone, Copy)]
pub struct Held<'a> {
    /// The attempt.
    pub attempt: &'a Attempt,
    /// The certificate.
    pub issued: &'a Issued,
}

impl Attempt {
    /// What makes a second request the same one: the same for the same attempt, whoever makes it.
    pub fn token(&self) -> String {
        let Self { number, opened, authority, public_key, .. } = self;
        let digest = Digest::of_json(&(number, opened, authority, public_key));
        // As long as Private CA takes it.
        digest.as_str().chars().take(36).collect()
    }

    /// Until when it may ask for its certificate.
    pub fn asks_until(&self) -> Timestamp {
        self.opened.saturating_add(ASKS_WITHIN).unwrap_or(Timestamp::MAX)
    }

    /// From when on the CA's audit report can tell what came of it.
    pub fn settled_from(&self) -> Timestamp {
        self.opened.saturating_add(SETTLED_AFTER).unwrap_or(Timestamp::MAX)
    }

    /// How long its certificate is to be good.
    pub fn validity(&self) -> Days {
        Days::new(self.days)
    }
}

impl Journal {
    /// Where a terminal's is kept.
    pub fn key(environment: &str, terminal: &str) -> String {
        format!("devices/{environment}/{terminal}.json")
    }

    /// The attempt of which nobody knows what came of it.
    pub fn open(&self) -> Option<&Attempt> {
        self.attempts.last().filter(|attempt| attempt.outcome.is_none())
    }

    /// The number of the next attempt.
    pub fn next(&self) -> u32 {
        self.attempts.last().map_or(1, |attempt| attempt.number + 1)
    }

    /// All certificates, the oldest first.
    pub fn held(&self) -> impl DoubleEndedIterator<Item = Held<'_>> {
        self.attempts.iter().filter_map(|attempt| match &attempt.outcome {
            Some(Outcome::Issued(issued)) => Some(Held { attempt, issued }),
            Some(Outcome::Nothing(_)) | None => None,
        })
    }

    /// Whether it knows a certificate.
    pub fn knows(&self, serial: &Serial) -> bool {
        self.held().any(|held| held.issued.serial == *serial)
    }

    /// How many attempts were begun since a time and led, or may lead, to a certificate.
    pub fn begun_since(&self, time: Timestamp) -> usize {
        let counts = |attempt: &&Attempt| {
            attempt.opened > time && !matches!(attempt.outcome, Some(Outcome::Nothing(_)))
        };
        self.attempts.iter().filter(counts).count()
    }

    /// Puts an attempt where its number belongs: behind the others, or in place of the open one of that number.
    /// False if it does not belong there any more, because somebody else was faster.
    #[must_use]
    pub fn put(&mut self, attempt: Attempt) -> bool {
        let next = self.next();
        match self.attempts.last_mut() {
            Some(last) if last.number == attempt.number => {
                let is_same = last.opened == attempt.opened && last.outcome.is_none();
                if is_same {
                    *last = attempt;
                }
                is_same
            }
            Some(last) if last.outcome.is_none() => false,
            Some(_) | None if attempt.number == next => {
                self.attempts.push(attempt);
                true
            }
            Some(_) | None => false,
        }
    }

    /// Notes that we revoked a certificate.
    pub fn note_revocation(&mut self, serial: &Serial, at: Timestamp) {
        let issued = self.attempts.iter_mut().find_map(|attempt| match &mut attempt.outcome {
            Some(Outcome::Issued(issued)) if issued.serial == *serial => Some(issued),
            Some(Outcome::Issued(_) | Outcome::Nothing(_)) | None => None,
        });
        match issued {
            Some(issued) => issued.revoked = Some(at),
            None => drop(self.taken_back.insert(serial.clone(), at)),
        }
    }
}

/// Reads a list that takes no more memory than what is in it: most have one entry, and there are as many lists as
/// terminals.
pub(crate) fn exactly<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let mut list = Vec::deserialize(deserializer)?;
    list.shrink_to_fit();
    Ok(list)
}
