//! Rows of one noun, with the knowledge of which of them changed since they were last saved.

use std::collections::{BTreeMap, BTreeSet};

/// An ordered map that remembers which keys were written since [`Table::take_changed`].
#[derive(Debug, Clone)]
pub(crate) struct Table<T> {
    rows: BTreeMap<String, T>,
    changed: BTreeSet<String>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), changed: BTreeSet::new() }
    }
}

impl<T> Table<T> {
    pub(crate) fn get(&self, key: &str) -> Option<&T> {
        self.rows.get(key)
    }

    /// The row to write to; it counts as changed.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        let row = self.rows.get_mut(key)?;
        self.changed.insert(key.to_owned());
        Some(row)
    }

    pub(crate) fn insert(&mut self, key: impl Into<String>, row: T) -> Option<T> {
        let key = key.into();
        self.changed.insert(key.clone());
        self.rows.insert(key, row)
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<T> {
        let row = self.rows.remove(key)?;
        self.changed.insert(key.to_owned());
        Some(row)
    }

    pub(crate) fn contains(&self, key: &str) -> bool {
        self.rows.contains_key(key)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.rows.iter().map(|(key, row)| (key.as_str(), row))
    }

    /// Rows whose key starts with `prefix`, in key order.
    pub(crate) fn with_prefix(
        &self,
        prefix: impl Into<String>,
    ) -> impl Iterator<Item = (&str, &T)> {
        let prefix = prefix.into();
        self.rows
            .range(prefix.clone()..)
            .take_while(move |(key, _)| key.starts_with(&prefix))
            .map(|(key, row)| (key.as_str(), row))
    }

    /// The keys written since the last call; a key that has no row any more was removed.
    pub(crate) fn take_changed(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.changed)
    }

    /// Replaces or removes a row as another process saved it, without marking it as changed.
    pub(crate) fn restore(&mut self, key: String, row: Option<T>) {
        match row {
            Some(row) => self.rows.insert(key, row),
            None => self.rows.remove(&key),
        };
    }
}
