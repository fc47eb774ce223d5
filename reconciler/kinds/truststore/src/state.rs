//! A truststore as AWS shows it.

use reconcile_core::digest::Digest;
use reconcile_core::status::Running;
use serde::Serialize;

use crate::certificate::Certificate;

/// A truststore, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// The bucket that was looked into.
    pub bucket: String,
    /// Whether that keeps versions.
    pub is_versioned: bool,
    /// Where the object is in it.
    pub key: String,
    /// The CAs that were asked, in the order in which they are declared.
    pub authorities: Vec<SeenAuthority>,
    /// The object; none if there is none.
    pub object: Option<SeenObject>,
    /// The digest of the object that was in sync last, where the ledger says so.
    pub before: Option<Digest>,
}

/// A CA, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SeenAuthority {
    /// Its ARN.
    pub arn: String,
    /// Its certificate, or why it has none.
    pub certificate: Result<Certificate, String>,
}

/// A truststore's object, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SeenObject {
    /// Its newest version; none where the bucket keeps none.
    pub version: Option<String>,
    /// The tag by which it is replaced, and nothing that came after it.
    pub etag: String,
    /// Of its bytes.
    pub digest: Digest,
    /// What can be read of it.
    pub certificates: Vec<Certificate>,
}

impl State {
    /// What `reconcile status` shows.
    pub(crate) fn running(&self) -> Running {
        let (state, identity) = match &self.object {
            Some(object) => (
                format!("{} CAs", object.certificates.len()),
                object.version.clone().unwrap_or_default(),
            ),
            None => ("ABSENT".to_owned(), String::new()),
        };
        Running { state, commit: None, since: None, identity }
    }

    /// Of everything that was seen, for a plan's digest.
    pub(crate) fn digest(&self) -> Digest {
        let Self { bucket, key, is_versioned, authorities, object, before: _ } = self;
        let object = object.as_ref().map(|object| (&object.version, &object.digest));
        Digest::of_json(&(bucket, key, is_versioned, authorities, object))
    }
}
