//! The state bucket in memory, for unit tests: the same rules, and a way to make it fail.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;

use super::store::{StateStore, StoreError, Stored};

/// A bucket in memory.
#[derive(Debug, Default)]
pub(crate) struct MemoryStore(Mutex<Contents>);

#[derive(Debug, Default)]
struct Contents {
    objects: BTreeMap<String, Stored>,
    writes: u64,
    gets: u64,
    failing: bool,
}

impl MemoryStore {
    /// The number of writes that succeeded.
    pub(crate) fn writes(&self) -> u64 {
        self.0.lock().unwrap().writes
    }

    /// The number of reads.
    pub(crate) fn gets(&self) -> u64 {
        self.0.lock().unwrap().gets
    }

    /// Lets every following call fail, or work again.
    pub(crate) fn fail(&self, failing: bool) {
        self.0.lock().unwrap().failing = failing;
    }

    /// Writes whatever is there, as somebody else would.
    pub(crate) fn put(&self, key: &str, body: &str) {
        let mut contents = self.0.lock().unwrap();
        contents.store(key, body.as_bytes().to_vec());
    }

    /// An object as JSON.
    pub(crate) fn json(&self, key: &str) -> Option<serde_json::Value> {
        let contents = self.0.lock().unwrap();
        let stored = contents.objects.get(key)?;
        Some(serde_json::from_slice(&stored.body).unwrap())
    }
}

impl Contents {
    fn up(&self, operation: &'static str, key: &str) -> Result<(), StoreError> {
        if self.failing {
            return Err(StoreError::Failed {
                operation,
                key: key.to_owned(),
                why: "the network is down".to_owned(),
            });
        }
        Ok(())
    }

    fn store(&mut self, key: &str, body: Vec<u8>) -> String {
        self.writes += 1;
        let etag = format!("\"{}\"", self.writes);
        let stored = Stored { body, etag: etag.clone() };
        self.objects.insert(key.to_owned(), stored);
        etag
    }

    fn expect(&self, key: &str, etag: Option<&str>) -> Result<(), StoreError> {
        if self.objects.get(key).map(|stored| stored.etag.as_str()) == etag {
            return Ok(());
        }
        Err(StoreError::Lost { key: key.to_owned() })
    }
}

#[async_trait]
impl StateStore for MemoryStore {
    async fn get(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        let mut contents = self.0.lock().unwrap();
        contents.up("read", key)?;
        contents.gets += 1;
        Ok(contents.objects.get(key).cloned())
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let contents = self.0.lock().unwrap();
        contents.up("list", prefix)?;
        let keys = contents.objects.keys().filter(|key| key.starts_with(prefix));
        Ok(keys.cloned().collect())
    }

    async fn create(&self, key: &str, body: Vec<u8>) -> Result<String, StoreError> {
        let mut contents = self.0.lock().unwrap();
        contents.up("write", key)?;
        contents.expect(key, None)?;
        Ok(contents.store(key, body))
    }

    async fn replace(&self, key: &str, body: Vec<u8>, etag: &str) -> Result<String, StoreError> {
        let mut contents = self.0.lock().unwrap();
        contents.up("write", key)?;
        contents.expect(key, Some(etag))?;
        Ok(contents.store(key, body))
    }

    async fn delete(&self, key: &str, etag: &str) -> Result<(), StoreError> {
        let mut contents = self.0.lock().unwrap();
        contents.up("delete", key)?;
        if contents.objects.contains_key(key) {
            contents.expect(key, Some(etag))?;
            contents.objects.remove(key);
            contents.writes += 1;
        }
        Ok(())
    }

    fn url(&self, key: &str) -> String {
        format!("https://state.example/{key}")
    }
}
