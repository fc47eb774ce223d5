//! The terminal's folder: what is kept, and that it is never kept by half.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

/// The folder.
#[derive(Debug, Clone)]
pub(crate) struct Home(PathBuf);

/// A file of the folder cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HomeError {
    /// It cannot be read.
    #[error("failed to read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// It cannot be written.
    #[error("failed to write `{}`", path.display())]
    Write { path: PathBuf, source: io::Error },
    /// It is not what it should be.
    #[error("`{}` is not what this program wrote", path.display())]
    NotOurs { path: PathBuf, source: serde_json::Error },
}

impl Home {
    pub(crate) const KEY: &str = "key.pem";
    pub(crate) const REQUEST: &str = "request.csr.pem";
    pub(crate) const CERTIFICATE: &str = "certificate.pem";

    pub(crate) fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Result<String, HomeError> {
        let path = self.path(name);
        fs::read_to_string(&path).map_err(|source| HomeError::Read { path, source })
    }

    /// Writes a file as a whole or not at all.
    pub(crate) fn write(&self, name: &str, content: &str) -> Result<(), HomeError> {
        let path = self.path(name);
        replace(&path, content).map_err(|source| HomeError::Write { path, source })
    }

    /// Writes a secret, for nobody else to read, and never over another one.
    pub(crate) fn write_secret(&self, name: &str, content: &str) -> Result<(), HomeError> {
        let path = self.path(name);
        create_secret(&path, content).map_err(|source| HomeError::Write { path, source })
    }

    /// What was noted about an upload to this path.
    pub(crate) fn noted<T: DeserializeOwned>(&self, upload: &str) -> Result<Option<T>, HomeError> {
        let path = self.note(upload);
        match fs::read(&path) {
            Ok(note) => serde_json::from_slice(&note)
                .map(Some)
                .map_err(|source| HomeError::NotOurs { path, source }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(HomeError::Read { path, source }),
        }
    }

    /// Notes how far an upload has come.
    pub(crate) fn note_down(&self, upload: &str, note: &impl Serialize) -> Result<(), HomeError> {
        let path = self.note(upload);
        let written = serde_json::to_string_pretty(note).map_err(io::Error::from);
        let written = written.and_then(|note| replace(&path, &note));
        written.map_err(|source| HomeError::Write { path, source })
    }

    /// Forgets an upload that is done.
    pub(crate) fn forget(&self, upload: &str) -> Result<(), HomeError> {
        let path = self.note(upload);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(HomeError::Write { path, source })
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// A path may have what a file's name may not.
    fn note(&self, upload: &str) -> PathBuf {
        self.0.join("uploads").join(format!("{}.json", hex::encode(Sha256::digest(upload))))
    }
}

fn replace(path: &Path, content: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder)?;
    let mut new = NamedTempFile::new_in(folder)?;
    new.write_all(content.as_bytes())?;
    new.as_file().sync_all()?;
    new.persist(path)?;
    Ok(())
}

fn create_secret(path: &Path, content: &str) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or_else(|| Path::new(".")))?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()
}
