//! Deployment packages, unpacked where their functions run.

use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use bytes::Bytes;
use tempfile::TempDir;
use zip::ZipArchive;

/// The folder of the account's directory that holds the unpacked packages.
const FOLDER: &str = "functions";

/// Where packages are unpacked, each once, whoever runs them.
#[derive(Debug)]
pub(crate) enum Packages {
    /// Beside the account's file. They stay there for the next process.
    Kept(PathBuf),
    /// For an account in memory. They go when it goes.
    Temporary(OnceLock<TempDir>),
}

impl Packages {
    pub(crate) fn beside(directory: &Path) -> Self {
        Self::Kept(directory.join(FOLDER))
    }

    pub(crate) fn temporary() -> Self {
        Self::Temporary(OnceLock::new())
    }

    /// Removes what was unpacked for the account in `directory`.
    pub(crate) fn clear(directory: &Path) -> io::Result<()> {
        match std::fs::remove_dir_all(directory.join(FOLDER)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// The folder with the files of a zip, which has this digest. Its files have the modes that the zip
    /// gives them, as in Lambda: a `bootstrap` that may not be executed is not.
    pub(super) async fn unpack(&self, digest: &str, zip: Bytes) -> io::Result<PathBuf> {
        let home = self.home()?;
        let folder = home.join(digest);
        if folder.is_dir() {
            return Ok(folder);
        }
        let unpacked = folder.clone();
        let work = tokio::task::spawn_blocking(move || unpack(&home, &folder, &zip));
        work.await.map_err(io::Error::other)??;
        Ok(unpacked)
    }

    fn home(&self) -> io::Result<PathBuf> {
        match self {
            Self::Kept(home) => {
                std::fs::create_dir_all(home)?;
                // Functions run in their folder, and are not told of the caller's.
                std::path::absolute(home)
            }
            Self::Temporary(home) => {
                if let Some(home) = home.get() {
                    return Ok(home.path().to_owned());
                }
                let made = tempfile::Builder::new().prefix("functions-").tempdir()?;
                Ok(home.get_or_init(|| made).path().to_owned())
            }
        }
    }
}

/// Unpacks beside the folder and then puts it in place whole, so that another process sees all or nothing.
fn unpack(home: &Path, folder: &Path, zip: &[u8]) -> io::Result<()> {
    let made = tempfile::Builder::new().prefix(".unpacking-").tempdir_in(home)?;
    ZipArchive::new(Cursor::new(zip))?.extract(made.path())?;
    match std::fs::rename(made.path(), folder) {
        // Somebody else was faster.
        Err(_) if folder.is_dir() => Ok(()),
        other => other,
    }
}
