//! A storage that lets nothing happen outside the terminal's prefix.

use std::collections::BTreeMap;

use device_api::content::Sha256;
use device_api::storage::{
    Completed, CompletedPart, Listed, ListedObject, Listing, Object, Read, Request, Signed,
    Storage, StorageError, Upload,
};

pub(crate) const BUCKET: &str = "clinic-backup-clinic-0001";
pub(crate) const PREFIX: &str = "terminals/clinic-0001-pc01/";
pub(crate) const REGISTRATION: &str = r#"{
    "terminal": "clinic-0001-pc01",
    "clinic": "clinic-0001",
    "bucket": "clinic-backup-clinic-0001",
    "prefix": "terminals/clinic-0001-pc01/",
    "state": "enrolled",
    "serials": [{ "serial": "771a0c", "notAfter": "2099-01-01T00:00:00Z" }]
}"#;

/// S3, where only one terminal's objects may be touched.
#[derive(Debug)]
pub(crate) struct Witness;

#[track_caller]
fn own(bucket: &str, key: &str) {
    assert_eq!(bucket, BUCKET);
    assert!(key.starts_with(PREFIX) && key.len() <= 1024, "{key}");
}

impl Storage for Witness {
    async fn read(
        &self,
        bucket: &str,
        key: &str,
        _known: Option<&str>,
    ) -> Result<Read, StorageError> {
        assert_eq!(bucket, "registry");
        if key == "registry/clinic-0001-pc01.json" {
            Ok(Read::Found { etag: "1".to_owned(), body: REGISTRATION.as_bytes().to_vec() })
        } else {
            Ok(Read::Absent)
        }
    }

    async fn sign(&self, request: Request<'_>) -> Result<Signed, StorageError> {
        own(request.object.bucket, request.object.key);
        Ok(Signed { method: "PUT".to_owned(), url: String::new(), headers: BTreeMap::new() })
    }

    async fn begin(&self, object: Object<'_>, _sha256: &Sha256) -> Result<String, StorageError> {
        own(object.bucket, object.key);
        Ok("upload".to_owned())
    }

    async fn complete(
        &self,
        upload: Upload<'_>,
        parts: &[CompletedPart],
    ) -> Result<Completed, StorageError> {
        own(upload.object.bucket, upload.object.key);
        assert!((1..=10_000).contains(&parts.len()));
        Ok(Completed { etag: None, version: None })
    }

    async fn abort(&self, upload: Upload<'_>) -> Result<(), StorageError> {
        own(upload.object.bucket, upload.object.key);
        Ok(())
    }

    async fn list(&self, listing: Listing<'_>) -> Result<Listed, StorageError> {
        own(listing.bucket, listing.prefix);
        let object =
            |path| ListedObject { key: format!("{PREFIX}{path}"), size: 1, modified: None };
        Ok(Listed { objects: ["a", "b"].map(object).into(), is_truncated: true })
    }
}
