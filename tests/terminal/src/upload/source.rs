//! The file that is stored: read piece by piece, so that its size does not matter.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

/// How much is read at a time.
const PIECE: usize = 1024 * 1024;

/// A file, and what it held when it was opened.
#[derive(Debug)]
pub(super) struct Source {
    path: PathBuf,
    pub(super) size: u64,
    /// In hexadecimal.
    pub(super) sha256: String,
}

/// The file cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("failed to read `{}`", path.display())]
pub(crate) struct SourceError {
    path: PathBuf,
    source: io::Error,
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        let failed = |source| SourceError { path: path.to_owned(), source };
        let (size, sha256) = digest(path).map_err(failed)?;
        Ok(Self { path: path.to_owned(), size, sha256 })
    }

    /// The bytes from an offset on, at most so many. S3 refuses them if they are no longer what was hashed.
    pub(super) fn read(&self, offset: u64, length: u64) -> Result<Bytes, SourceError> {
        let read = || {
            let mut file = File::open(&self.path)?;
            file.seek(SeekFrom::Start(offset))?;
            let mut bytes = Vec::new();
            file.take(length).read_to_end(&mut bytes)?;
            io::Result::Ok(bytes.into())
        };
        read().map_err(|source| SourceError { path: self.path.clone(), source })
    }
}

/// The size and the SHA-256 of a file.
fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let (mut digest, mut size, mut piece) = (Sha256::new(), 0_u64, vec![0; PIECE]);
    loop {
        let read = file.read(&mut piece)?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        digest.update(bytes);
        size += bytes.len() as u64;
    }
    Ok((size, hex::encode(digest.finalize())))
}
