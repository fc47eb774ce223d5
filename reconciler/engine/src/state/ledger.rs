//! The ledger: what we noted about units, so that the next look costs less.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::join_all;
use reconcile_core::address::Address;
use reconcile_core::redaction::Key;
use serde::{Deserialize, Serialize};

pub use super::note::Note;
use super::store::{StateStore, StoreError, Stored};
use crate::aws::session::Session;

/// The version of the objects' format.
const FORMAT_VERSION: &str = "1.0";

/// How often [`Ledger::save`] starts again because somebody else wrote: more runs than that do not
/// finish within the same second.
const ROUNDS: usize = 10;

/// The notes of one environment, one object per kind: `ledger/<environment>/<kind>.json`.
///
/// Expected flow: [`Ledger::load`]; [`Ledger::set`] and [`Ledger::remove`] as units are done;
/// [`Ledger::save`].
///
/// Guarantees: loading costs one read per kind, however many units there are, and never fails; saving
/// writes only kinds in which something changed, and keeps what other runs noted about other units.
///
/// Assumptions: the ledger is a cache and may vanish at any time. Whatever is decided from a note must be
/// decided the same, only slower, without it.
///
/// Errors: only [`Ledger::save`] has any, and they cost the next run time, not correctness.
#[derive(Debug)]
pub struct Ledger {
    store: Arc<dyn StateStore>,
    environment: String,
    notes: BTreeMap<Address, Note>,
    changes: BTreeMap<Address, Option<Note>>,
    etags: BTreeMap<String, Option<String>>,
    keys: BTreeMap<String, Key>,
    remarks: Vec<String>,
}

/// An object of the ledger as it is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Page {
    format_version: String,
    /// What secret values of the kind's units are hidden with. Who may read the ledger may look at these values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<Key>,
    notes: BTreeMap<Address, Note>,
}

/// A page as it was found: unreadable ones are empty, and say why.
struct Found {
    key: Option<Key>,
    notes: BTreeMap<Address, Note>,
    etag: Option<String>,
    remark: Option<String>,
}

impl Ledger {
    /// Reads the notes of these kinds (`stacks`), all at once.
    pub async fn load(session: &Session, kinds: &[&str]) -> Self {
        let mut ledger = Self {
            store: Arc::clone(&session.state),
            environment: session.environment.name.clone(),
            notes: BTreeMap::new(),
            changes: BTreeMap::new(),
            etags: BTreeMap::new(),
            keys: BTreeMap::new(),
            remarks: Vec::new(),
        };
        let keys: Vec<String> = kinds.iter().map(|kind| ledger.key(kind)).collect();
        let pages = join_all(keys.iter().map(|key| ledger.store.get(key))).await;
        for ((kind, key), page) in kinds.iter().zip(keys).zip(pages) {
            let found = understand(&key, page);
            ledger.notes.extend(found.notes);
            ledger.etags.insert((*kind).to_owned(), found.etag);
            ledger.keys.extend(found.key.map(|key| ((*kind).to_owned(), key)));
            ledger.remarks.extend(found.remark);
        }
        ledger
    }

    /// All notes.
    pub fn notes(&self) -> &BTreeMap<Address, Note> {
        &self.notes
    }

    /// What secret values are hidden with, by kind; none before a kind's first notes.
    pub fn keys(&self) -> &BTreeMap<String, Key> {
        &self.keys
    }

    /// Why parts of it could not be used, one sentence each.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// Notes something about a unit.
    pub fn set(&mut self, address: &Address, note: Note) {
        if self.notes.get(address) == Some(&note) {
            return;
        }
        self.changes.insert(address.clone(), Some(note.clone()));
        self.notes.insert(address.clone(), note);
    }

    /// Forgets a unit.
    pub fn remove(&mut self, address: &Address) {
        if self.notes.remove(address).is_some() {
            self.changes.insert(address.clone(), None);
        }
    }

    /// Writes what changed since it was loaded or saved.
    pub async fn save(&mut self) -> Result<(), StoreError> {
        while let Some(address) = self.changes.keys().next() {
            let kind = address.kind().to_owned();
            self.save_kind(&kind).await?;
            self.changes.retain(|address, _| address.kind() != kind);
        }
        Ok(())
    }

    async fn save_kind(&mut self, kind: &str) -> Result<(), StoreError> {
        let key = self.key(kind);
        if !self.keys.contains_key(kind) {
            let mut random = [0; 32];
            // Without it, secret values are hidden all the same, only without a hash.
            let made = getrandom::fill(&mut random).ok().map(|()| Key::new(random));
            self.keys.extend(made.map(|made| (kind.to_owned(), made)));
        }
        for _ in 0..ROUNDS {
            let etag = self.etags.get(kind).cloned().flatten();
            let body = self.page(kind);
            let written = match &etag {
                Some(etag) => self.store.replace(&key, body, etag).await,
                None => self.store.create(&key, body).await,
            };
            match written {
                Ok(etag) => {
                    self.etags.insert(kind.to_owned(), Some(etag));
                    return Ok(());
                }
                Err(StoreError::Lost { .. }) => self.merge(kind, &key).await,
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Lost { key })
    }

    /// Takes what somebody else wrote, and puts our changes on top.
    async fn merge(&mut self, kind: &str, key: &str) {
        let found = understand(key, self.store.get(key).await);
        self.etags.insert(kind.to_owned(), found.etag);
        self.keys.extend(found.key.map(|key| (kind.to_owned(), key)));
        self.notes.retain(|address, _| address.kind() != kind);
        self.notes.extend(found.notes);
        let ours = self.changes.iter();
        for (address, note) in ours.filter(|(address, _)| address.kind() == kind) {
            match note {
                Some(note) => self.notes.insert(address.clone(), note.clone()),
                None => self.notes.remove(address),
            };
        }
    }

    fn page(&self, kind: &str) -> Vec<u8> {
        let page = Page {
            format_version: FORMAT_VERSION.to_owned(),
            key: self.keys.get(kind).cloned(),
            notes: self
                .notes
                .iter()
                .filter(|(address, _)| address.kind() == kind)
                .map(|(address, note)| (address.clone(), note.clone()))
                .collect(),
        };
        // Addresses and JSON always serialise.
        serde_json::to_vec(&page).unwrap_or_default()
    }

    fn key(&self, kind: &str) -> String {
        format!("ledger/{}/{kind}.json", self.environment)
    }
}

fn understand(key: &str, page: Result<Option<Stored>, StoreError>) -> Found {
    let empty = |etag, remark| Found { key: None, notes: BTreeMap::new(), etag, remark };
    let stored = match page {
        Ok(Some(stored)) => stored,
        Ok(None) => return empty(None, None),
        Err(error) => {
            let remark = format!("the ledger was not used: {error}");
            return empty(None, Some(remark));
        }
    };
    match serde_json::from_slice::<Page>(&stored.body) {
        Ok(page) if page.format_version == FORMAT_VERSION => {
            Found { key: page.key, notes: page.notes, etag: Some(stored.etag), remark: None }
        }
        Ok(page) => {
            let remark = format!(
                "the ledger was not used: `{key}` has format {}, not {FORMAT_VERSION}",
                page.format_version
            );
            empty(Some(stored.etag), Some(remark))
        }
        Err(error) => {
            let remark = format!("the ledger was not used: `{key}` is malformed: {error}");
            empty(Some(stored.etag), Some(remark))
        }
    }
}
