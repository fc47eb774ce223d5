//! Why a sandbox's state cannot be read or saved.

use std::path::PathBuf;

/// A failure of the sandbox itself, not an answer of AWS.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The directory of the state cannot be made.
    #[error("failed to create the sandbox directory `{}`", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The file of the state cannot be deleted.
    #[error("failed to delete the sandbox state `{}`", path.display())]
    Delete {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// SQLite cannot open, read or write the file.
    #[error("failed to use the sandbox state `{}`", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// Another version of the sandbox wrote the file.
    #[error(
        "the sandbox state `{}` has format {found}, this version reads {expected}: start anew with `reconcile sandbox reset`",
        path.display()
    )]
    OtherFormat {
        /// The file.
        path: PathBuf,
        /// The format of the file.
        found: i64,
        /// The format of this version.
        expected: i64,
    },
    /// A row of the file is not what its table holds.
    #[error(
        "row `{key}` of `{table}` in the sandbox state cannot be read: start anew with `reconcile sandbox reset`"
    )]
    Row {
        /// The table.
        table: String,
        /// The row's key.
        key: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A handler of an earlier call panicked while it changed the world.
    #[error("an earlier call to the sandbox failed half way")]
    Poisoned,
}
