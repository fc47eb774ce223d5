//! A terminal as it is written, beyond the header that every file has.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::days::Days;

/// A clinic's terminal: a signing request that becomes a certificate, and the place in the clinic's bucket that it opens.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Device")]
pub struct RawDevice {
    /// The clinic that the terminal stands in.
    pub clinic: String,
    /// The terminal's signing request, in PEM: a file beside this one. Its key never leaves the terminal.
    pub csr: String,
    /// The ARN of the CA that issues its certificates.
    pub authority: String,
    /// The clinic's bucket.
    pub bucket: String,
    /// What the keys of its objects begin with; `terminals/NAME/` if left out.
    #[serde(default)]
    pub prefix: Option<String>,
    /// How long a certificate is good.
    #[serde(default = "default_validity")]
    pub validity: Days,
    /// How long before its end a certificate is renewed. Terminals take turns within the first third of that time.
    #[serde(default = "default_renew_before")]
    pub renew_before: Days,
    /// How long the certificate before is let in after a new one was issued.
    #[serde(default = "default_overlap")]
    pub overlap: Days,
    /// What the terminal may do.
    #[serde(default)]
    pub state: RawState,
    /// Why it is revoked.
    #[serde(default)]
    pub reason: Option<RawReason>,
    /// Permission for what would otherwise be held back.
    #[serde(default)]
    pub allow: RawAllow,
}

/// What a terminal may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RawState {
    /// It has a certificate, and is let in.
    #[default]
    Enrolled,
    /// It keeps its certificate, and is not let in.
    Suspended,
    /// Its certificates are revoked, for good.
    Revoked,
}

/// Makes the enumeration of reasons, with all that is to be said of each, from a table.
macro_rules! reasons {
    ($($reason:ident: $written:literal, $aws:literal, $meaning:literal;)*) => {
        /// Why a certificate is revoked (RFC 5280, 5.3.1), as revocation lists say it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        pub enum RawReason {
            $(#[doc = $meaning] #[serde(rename = $written)] $reason,)*
        }

        impl RawReason {
            /// Those of Private CA's reasons that can concern a terminal.
            pub const ALL: &[Self] = &[$(Self::$reason),*];

            /// As files and commands spell it.
            pub fn written(self) -> &'static str {
                match self { $(Self::$reason => $written),* }
            }

            /// As Private CA spells it.
            pub fn word(self) -> &'static str {
                match self { $(Self::$reason => $aws),* }
            }

            /// What it means, in a sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$reason => $meaning),* }
            }
        }
    };
}

reasons! {
    Unspecified: "unspecified", "UNSPECIFIED", "No reason is given.";
    KeyCompromise: "key-compromise", "KEY_COMPROMISE",
        "Somebody else has or may have the key: the terminal was stolen.";
    AffiliationChanged: "affiliation-changed", "AFFILIATION_CHANGED",
        "The terminal went to another clinic.";
    Superseded: "superseded", "SUPERSEDED", "Another certificate took its place.";
    CessationOfOperation: "cessation-of-operation", "CESSATION_OF_OPERATION",
        "The terminal is not used any more.";
    PrivilegeWithdrawn: "privilege-withdrawn", "PRIVILEGE_WITHDRAWN",
        "It may not do this any more.";
}

/// Permission for what would otherwise be held back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawAllow {
    /// Serial numbers of certificates that were revoked, and whose key may have a new one nevertheless.
    #[serde(default)]
    pub issue_again: Vec<String>,
    /// Serial numbers of certificates that the CA issued for this terminal without us, and that are to be revoked.
    #[serde(default)]
    pub revoke: Vec<String>,
}

impl fmt::Display for RawReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

fn default_validity() -> Days {
    Days::new(90)
}

fn default_renew_before() -> Days {
    Days::new(30)
}

fn default_overlap() -> Days {
    Days::new(14)
}
