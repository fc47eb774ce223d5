//! The state bucket in memory, for unit tests: counted, and with a way to make it fail.

use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;

use super::provisional::Provisional;
use super::store::{StateStore, StoreError, Stored};

/// A bucket in memory.
#[derive(Debug, Default)]
pub(crate) struct MemoryStore {
    objects: Provisional,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    writes: u64,
    gets: u64,
    failing: bool,
}

impl MemoryStore {
    /// The number of writes that succeeded.
    pub(crate) fn writes(&self) -> u64 {
        self.counts().writes
    }

    /// The number of reads.
    pub(crate) fn gets(&self) -> u64 {
        self.counts().gets
    }

    /// Lets every following call fail, or work again.
    pub(crate) fn fail(&self, failing: bool) {
        self.counts().failing = failing;
    }

    /// Writes whatever is there, as somebody else would.
    pub(crate) fn put(&self, key: &str, body: &str) {
        let expected = self.objects.stored(key).map(|stored| stored.etag);
        let body = body.as_bytes().to_vec();
        self.count(self.objects.write(key, body, expected.as_deref())).unwrap();
    }

    /// An object as JSON.
    pub(crate) fn json(&self, key: &str) -> Option<serde_json::Value> {
        let stored = self.objects.stored(key)?;
        Some(serde_json::from_slice(&stored.body).unwrap())
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap()
    }

    fn up(&self, operation: &'static str, key: &str) -> Result<(), StoreError> {
        if self.counts().failing {
            return Err(StoreError::Failed {
                operation,
                key: key.to_owned(),
                why: "the network is down".to_owned(),
            });
        }
        Ok(())
    }

    fn count<T>(&self, written: Result<T, StoreError>) -> Result<T, StoreError> {
        self.counts().writes += u64::from(written.is_ok());
        written
    }
}

#[async_trait]
impl StateStore for MemoryStore {
    async fn get(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        self.up("read", key)?;
        self.counts().gets += 1;
        self.objects.get(key).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.up("list", prefix)?;
        self.objects.list(prefix).await
    }

    async fn create(&self, key: &str, body: Vec<u8>) -> Result<String, StoreError> {
        self.up("write", key)?;
        self.count(self.objects.create(key, body).await)
    }

    async fn replace(&self, key: &str, body: Vec<u8>, etag: &str) -> Result<String, StoreError> {
        self.up("write", key)?;
        self.count(self.objects.replace(key, body, etag).await)
    }

    async fn delete(&self, key: &str, etag: &str) -> Result<(), StoreError> {
        self.up("delete", key)?;
        self.count(self.objects.delete(key, etag).await)
    }

    fn url(&self, key: &str) -> String {
        format!("https://state.example/{key}")
    }
}
