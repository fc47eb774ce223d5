//! The SQLite file: every row of every table as JSON, with the number of the transaction that wrote it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::StateError;
use crate::table::Table;
use crate::world::{Row, TableVisitor, World};

const FILE: &str = "sandbox.sqlite";

/// Counted up when rows written before can no longer be read.
const FORMAT: i64 = 2;

/// How long a call waits for another process's call: far longer than any takes.
const BUSY: Duration = Duration::from_secs(30);

/// The journal is emptied instead of deleted, which is the cheapest that survives a kill. Not waiting for
/// the disk risks the state only when the machine itself loses power, and then it can be made anew.
const SETTINGS: &str = "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF;";

/// A removed row stays as NULL, so that other processes learn of it.
const TABLES: &str = "
    CREATE TABLE rows (
        noun TEXT NOT NULL,
        key TEXT NOT NULL,
        row TEXT,
        seq INTEGER NOT NULL,
        PRIMARY KEY (noun, key)
    ) WITHOUT ROWID;
    CREATE INDEX rows_by_seq ON rows (seq);
";

/// An open file, and up to which transaction the world in memory has followed it.
#[derive(Debug)]
pub(super) struct Database {
    path: PathBuf,
    connection: Connection,
    seen: i64,
}

impl Database {
    pub(super) fn open(directory: &Path) -> Result<Self, StateError> {
        std::fs::create_dir_all(directory)
            .map_err(|source| StateError::Directory { path: directory.to_owned(), source })?;
        let path = directory.join(FILE);
        let (connection, found) =
            connect(&path).map_err(|source| StateError::Database { path: path.clone(), source })?;
        if found != FORMAT {
            return Err(StateError::OtherFormat { path, found, expected: FORMAT });
        }
        Ok(Self { path, connection, seen: 0 })
    }

    /// Makes the next call read the whole file.
    pub(super) fn forget(&mut self) {
        self.seen = 0;
    }

    /// Brings `world` up to date, does `work`, and saves what it changed, in one transaction.
    pub(super) fn transact<R>(
        &mut self,
        world: &mut World,
        work: impl FnOnce(&mut World) -> R,
    ) -> Result<R, StateError> {
        let Self { path, connection, seen } = self;
        let database = |source| StateError::Database { path: path.clone(), source };
        // Taking the write lock at once keeps two processes from reading the same state and both writing.
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(database)?;
        let (changes, latest) = changes_since(&transaction, *seen).map_err(database)?;
        world.visit(&mut Restore { changes })?;
        let result = work(world);
        let mut save = Save { transaction: &transaction, seq: latest + 1, saved: false, path };
        world.visit(&mut save)?;
        let reached = if save.saved { latest + 1 } else { latest };
        transaction.commit().map_err(database)?;
        *seen = reached;
        Ok(result)
    }
}

/// Removes every row, so that processes that have the file open learn of it; a file that cannot be used is
/// deleted.
pub(super) fn reset(directory: &Path) -> Result<(), StateError> {
    if !directory.join(FILE).exists() {
        return Ok(());
    }
    let emptied = Database::open(directory).is_ok_and(|database| {
        let remove = "UPDATE rows SET row = NULL, seq = (SELECT max(seq) + 1 FROM rows)";
        database.connection.execute(remove, []).is_ok()
    });
    if emptied { Ok(()) } else { delete(directory) }
}

/// Deletes the file and SQLite's journal beside it, if they are there.
fn delete(directory: &Path) -> Result<(), StateError> {
    for name in [FILE.to_owned(), format!("{FILE}-journal")] {
        let path = directory.join(name);
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(StateError::Delete { path, source });
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Opens the file and makes its tables if it is new; answers its format.
fn connect(path: &Path) -> rusqlite::Result<(Connection, i64)> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.execute_batch(SETTINGS)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let tables: i64 =
        transaction.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    if tables == 0 {
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "user_version", FORMAT)?;
    }
    let format = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    transaction.commit()?;
    Ok((connection, format))
}

/// Rows by the name of their table; without JSON where the row was removed.
type Changes = BTreeMap<String, Vec<(String, Option<String>)>>;

/// What was saved after transaction `seen`, and the number of the last transaction.
fn changes_since(transaction: &Transaction<'_>, seen: i64) -> rusqlite::Result<(Changes, i64)> {
    let mut statement =
        transaction.prepare_cached("SELECT noun, key, row, seq FROM rows WHERE seq > ?1")?;
    let mut rows = statement.query([seen])?;
    let (mut changes, mut latest) = (Changes::new(), seen);
    while let Some(row) = rows.next()? {
        changes.entry(row.get(0)?).or_default().push((row.get(1)?, row.get(2)?));
        latest = latest.max(row.get(3)?);
    }
    Ok((changes, latest))
}

/// Takes rows of other processes into the tables.
struct Restore {
    changes: Changes,
}

impl TableVisitor for Restore {
    type Error = StateError;

    fn table<T: Row>(
        &mut self,
        name: &'static str,
        table: &mut Table<T>,
    ) -> Result<(), StateError> {
        for (key, json) in self.changes.remove(name).unwrap_or_default() {
            let row = json.as_deref().map(serde_json::from_str).transpose().map_err(|source| {
                StateError::Row { table: name.to_owned(), key: key.clone(), source }
            })?;
            table.restore(key, row);
        }
        Ok(())
    }
}

/// Writes the rows that changed.
struct Save<'a> {
    transaction: &'a Transaction<'a>,
    seq: i64,
    saved: bool,
    path: &'a Path,
}

impl TableVisitor for Save<'_> {
    type Error = StateError;

    fn table<T: Row>(
        &mut self,
        name: &'static str,
        table: &mut Table<T>,
    ) -> Result<(), StateError> {
        for key in table.take_changed() {
            let json =
                table.get(&key).map(serde_json::to_string).transpose().map_err(|source| {
                    StateError::Row { table: name.to_owned(), key: key.clone(), source }
                })?;
            self.transaction
                .prepare_cached("REPLACE INTO rows (noun, key, row, seq) VALUES (?1, ?2, ?3, ?4)")
                .and_then(|mut statement| statement.execute(params![name, key, json, self.seq]))
                .map_err(|source| StateError::Database { path: self.path.to_owned(), source })?;
            self.saved = true;
        }
        Ok(())
    }
}
