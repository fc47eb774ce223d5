//! A storage that keeps what it is told and tells what it was asked.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use crate::content::Sha256;
use crate::storage::{
    Completed, CompletedPart, Listed, ListedObject, Listing, Object, Operation, Payload, Read,
    Request, Signed, Storage, StorageError, Upload,
};

#[derive(Debug, Default)]
pub(crate) struct Shelf {
    objects: RefCell<BTreeMap<(String, String), String>>,
    /// What was called, in order.
    calls: RefCell<Vec<String>>,
    failure: RefCell<Option<StorageError>>,
    uploads: Cell<u32>,
}

impl Shelf {
    pub(crate) fn store(&self, bucket: &str, key: &str, content: &str) {
        let place = (bucket.to_owned(), key.to_owned());
        self.objects.borrow_mut().insert(place, content.to_owned());
    }

    pub(crate) fn drop_all(&self) {
        self.objects.borrow_mut().clear();
    }

    /// From now on fails with this, or no longer.
    pub(crate) fn fail(&self, with: Option<StorageError>) {
        *self.failure.borrow_mut() = with;
    }

    /// What was called since this was last asked.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.take()
    }

    fn called(&self, call: String) -> Result<(), StorageError> {
        self.calls.borrow_mut().push(call);
        self.failure.borrow().clone().map_or(Ok(()), Err)
    }
}

impl Storage for &Shelf {
    async fn read(
        &self,
        bucket: &str,
        key: &str,
        known: Option<&str>,
    ) -> Result<Read, StorageError> {
        self.called(format!("read {bucket}/{key} unless {known:?}"))?;
        let place = (bucket.to_owned(), key.to_owned());
        Ok(match self.objects.borrow().get(&place) {
            None => Read::Absent,
            // The content names itself.
            Some(content) if known == Some(content) => Read::Unchanged,
            Some(content) => {
                Read::Found { etag: content.clone(), body: content.clone().into_bytes() }
            }
        })
    }

    async fn sign(&self, request: Request<'_>) -> Result<Signed, StorageError> {
        let Request { object: Object { bucket, key }, operation, now: _ } = request;
        let (method, what, payload) = match operation {
            Operation::Get => ("GET", String::new(), None),
            Operation::Put(payload) => ("PUT", String::new(), Some(payload)),
            Operation::PutPart { upload, number, payload } => {
                ("PUT", format!("?part={number}&upload={upload}"), Some(payload))
            }
        };
        let url = format!("https://{bucket}/{key}{what}");
        self.called(format!("sign {method} {url}"))?;
        let promised = payload.map(|Payload { size, sha256 }| {
            [("length", size.to_string()), ("sha256", sha256.hex())]
        });
        let promised = promised.into_iter().flatten();
        let headers = promised.map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(Signed { method: method.to_owned(), url, headers })
    }

    async fn begin(&self, object: Object<'_>, sha256: &Sha256) -> Result<String, StorageError> {
        let Object { bucket, key } = object;
        self.called(format!("begin {bucket}/{key} {}", &sha256.hex()[..8]))?;
        self.uploads.set(self.uploads.get() + 1);
        Ok(format!("upload-{}", self.uploads.get()))
    }

    async fn complete(
        &self,
        upload: Upload<'_>,
        parts: &[CompletedPart],
    ) -> Result<Completed, StorageError> {
        let Upload { object: Object { bucket, key }, id, size } = upload;
        self.called(format!("complete {bucket}/{key} {id} of {size} in {} parts", parts.len()))?;
        Ok(Completed { etag: Some("\"whole-3\"".to_owned()), version: Some("v1".to_owned()) })
    }

    async fn abort(&self, upload: Upload<'_>) -> Result<(), StorageError> {
        let Upload { object: Object { bucket, key }, id, size: _ } = upload;
        self.called(format!("abort {bucket}/{key} {id}"))
    }

    async fn list(&self, listing: Listing<'_>) -> Result<Listed, StorageError> {
        let Listing { bucket, prefix, after, limit } = listing;
        self.called(format!("list {bucket}/{prefix} after {after:?} at most {limit}"))?;
        let objects = self.objects.borrow();
        let found = objects.iter().filter(|((in_bucket, key), _)| {
            in_bucket == bucket
                && key.starts_with(prefix)
                && after.is_none_or(|after| key.as_str() > after)
        });
        let found: Vec<_> = found.collect();
        let shown = found.iter().take(limit.into()).map(|((_, key), content)| ListedObject {
            key: key.clone(),
            size: content.len() as u64,
            modified: Some(super::now()),
        });
        Ok(Listed { objects: shown.collect(), is_truncated: found.len() > limit.into() })
    }
}
