//! A state bucket that is still to be made: what the run that makes it writes is kept in memory until then.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::store::{StateStore, StoreError, Stored};

/// Objects in memory, with the compare-and-swap of a bucket.
///
/// Expected flow: the first run of an environment has this as its state, makes the bucket, and ends with
/// [`Provisional::hand_over`].
///
/// Guarantees: the same rules as [`S3Store`](super::s3::S3Store) within one process.
///
/// Assumptions: what is at stake is one stack. Two first runs at once do not see each other's lease; CloudFormation lets only
/// one of them change the stack.
///
/// Errors: of [`Provisional::hand_over`], the bucket's. Killed before that, a run leaves no record of itself but CloudFormation's.
#[derive(Debug, Default)]
pub struct Provisional(Mutex<Contents>);

#[derive(Debug, Default)]
struct Contents {
    objects: BTreeMap<String, Stored>,
    writes: u64,
}

impl Provisional {
    /// Writes everything into the bucket, now that there is one. What is there already was written by somebody else since,
    /// and stays.
    pub async fn hand_over(&self, bucket: &dyn StateStore) -> Result<(), StoreError> {
        let objects = std::mem::take(&mut self.contents().objects);
        for (key, stored) in objects {
            match bucket.create(&key, stored.body).await {
                Ok(_) | Err(StoreError::Lost { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An object, as it is.
    pub(super) fn stored(&self, key: &str) -> Option<Stored> {
        self.contents().objects.get(key).cloned()
    }

    /// Writes an object that must have this tag, or must not exist.
    pub(super) fn write(
        &self,
        key: &str,
        body: Vec<u8>,
        expected: Option<&str>,
    ) -> Result<String, StoreError> {
        let mut contents = self.contents();
        contents.expect(key, expected)?;
        contents.writes += 1;
        let etag = format!("\"{}\"", contents.writes);
        contents.objects.insert(key.to_owned(), Stored { body, etag: etag.clone() });
        Ok(etag)
    }
}

impl Contents {
    fn expect(&self, key: &str, etag: Option<&str>) -> Result<(), StoreError> {
        if self.objects.get(key).map(|stored| stored.etag.as_str()) == etag {
            return Ok(());
        }
        Err(StoreError::Lost { key: key.to_owned() })
    }
}

#[async_trait]
impl StateStore for Provisional {
    async fn get(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        Ok(self.stored(key))
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let contents = self.contents();
        let keys = contents.objects.keys().filter(|key| key.starts_with(prefix));
        Ok(keys.cloned().collect())
    }

    async fn create(&self, key: &str, body: Vec<u8>) -> Result<String, StoreError> {
        self.write(key, body, None)
    }

    async fn replace(&self, key: &str, body: Vec<u8>, etag: &str) -> Result<String, StoreError> {
        self.write(key, body, Some(etag))
    }

    async fn delete(&self, key: &str, etag: &str) -> Result<(), StoreError> {
        let mut contents = self.contents();
        if contents.objects.contains_key(key) {
            contents.expect(key, Some(etag))?;
            contents.objects.remove(key);
        }
        Ok(())
    }

    /// Nothing that CloudFormation could read: a template that needs a URL has to wait for the bucket.
    fn url(&self, key: &str) -> String {
        format!("memory:{key}")
    }
}
