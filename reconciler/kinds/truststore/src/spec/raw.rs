//! A truststore as it is written, beyond the header that every file has.

use schemars::JsonSchema;
use serde::Deserialize;

/// The CAs whose certificates open an API's domain.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Truststore")]
pub struct RawTruststore {
    /// The bucket that the truststore is in; it is versioned.
    pub bucket: String,
    /// The ARNs of the CAs, each before the one that issued it: the issuing CA first, the root last.
    #[schemars(length(min = 1))]
    pub authorities: Vec<String>,
    /// Permission for what would otherwise be held back.
    #[serde(default)]
    pub allow: RawAllow,
}

/// Permission for what would otherwise be held back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawAllow {
    /// CAs that may leave the truststore, which locks out whoever has their certificates: the SHA-256 of the CA's
    /// certificate, or its beginning, as the plan shows it.
    #[serde(default)]
    pub remove: Vec<String>,
}
