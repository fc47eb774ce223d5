//! An answer.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// An answer, as API Gateway takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    /// The HTTP status.
    pub status_code: u16,
    /// The headers, by their lower-case names.
    pub headers: BTreeMap<&'static str, String>,
    /// The body; empty where there is none.
    pub body: String,
}

impl Reply {
    /// Answers with JSON that no cache may keep.
    pub fn json(status_code: u16, body: &Value) -> Self {
        Self::typed(status_code, "application/json", body.to_string())
    }

    /// Answers that it was done, and nothing more.
    pub fn no_content() -> Self {
        Self { status_code: 204, headers: no_store(), body: String::new() }
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.insert(name, value.into());
        self
    }

    pub(crate) fn typed(status_code: u16, media_type: &str, body: String) -> Self {
        Self { status_code, headers: no_store(), body }.with("content-type", media_type)
    }
}

fn no_store() -> BTreeMap<&'static str, String> {
    BTreeMap::from([("cache-control", "no-store".to_owned())])
}
