//! Where files come from: the work tree, or a map in memory. Knows paths and bytes, not what they mean.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The files of a repository at one moment.
///
/// Paths are relative to its root and use `/`. A path comes from a person's file, so an implementation
/// must not follow one out of the repository.
pub trait Files: Debug + Send + Sync {
    /// All files under a folder, sorted; none if there is no such folder.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;
    /// A file's bytes, or none if there is no such file.
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>>;
}

/// The files as they are on disk.
#[derive(Debug, Clone)]
pub struct WorkTree {
    root: PathBuf,
}

impl WorkTree {
    /// The work tree whose root is this folder.
    pub fn new(root: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self { root: root.as_ref().canonicalize()? })
    }

    /// The absolute path of a file that is there and, symbolic links followed, inside the repository.
    fn inside(&self, path: &str) -> io::Result<Option<PathBuf>> {
        let real = match self.root.join(path).canonicalize() {
            Ok(real) => real,
            Err(error) if is_absence(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        if real.starts_with(&self.root) {
            Ok(Some(real))
        } else {
            Err(io::Error::other("it leads out of the repository"))
        }
    }

    fn collect(&self, folder: &str, found: &mut Vec<String>) -> io::Result<()> {
        for entry in fs::read_dir(self.root.join(folder))? {
            let entry = entry?;
            let name = entry.file_name();
            let path = format!("{folder}/{}", name.to_string_lossy());
            if entry.file_type()?.is_dir() {
                self.collect(&path, found)?;
            } else {
                found.push(path);
            }
        }
        Ok(())
    }
}

impl Files for WorkTree {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let mut found = Vec::new();
        if self.root.join(folder).is_dir() {
            self.collect(folder, &mut found)?;
        }
        found.sort_unstable();
        Ok(found)
    }

    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        self.inside(path)?.map(fs::read).transpose()
    }
}

fn is_absence(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound || error.kind() == io::ErrorKind::NotADirectory
}

/// Files that are held in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles(BTreeMap<String, Vec<u8>>);

impl MemoryFiles {
    /// With one more file.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.0.insert(path.into(), bytes.into());
        self
    }
}

impl Files for MemoryFiles {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let within =
            |path: &&String| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        Ok(self.0.keys().filter(within).cloned().collect())
    }

    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.0.get(path).cloned())
    }
}

/// Files of which some are to be others than they are.
#[derive(Debug)]
pub struct Proposed<'a> {
    now: &'a dyn Files,
    proposed: MemoryFiles,
}

impl<'a> Proposed<'a> {
    /// The files as they would be with these.
    pub fn new(now: &'a dyn Files, proposed: MemoryFiles) -> Self {
        Self { now, proposed }
    }
}

impl Files for Proposed<'_> {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let mut found = self.now.list(folder)?;
        found.extend(self.proposed.list(folder)?);
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match self.proposed.read(path)? {
            Some(bytes) => Ok(Some(bytes)),
            None => self.now.read(path),
        }
    }
}
