//! The files of a commit, read from git's objects: nothing is checked out.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;

use gix::ObjectId;
use reconcile_core::problem::Problem;
use reconcile_engine::load::Files;

use super::range::open;

/// Symbolic links that are followed, one after the other.
const LINKS: usize = 8;

/// A commit's files, from the folder that has `desired/` on down.
pub(crate) struct Revision {
    /// Its 40 hex digits.
    pub(crate) commit: String,
    /// All of them, read at once: a repository that is open belongs to one thread.
    entries: BTreeMap<String, Entry>,
}

/// A file, or a symbolic link with what it leads to.
struct Entry {
    bytes: Vec<u8>,
    is_link: bool,
}

impl Revision {
    /// The files of the commit that a person named.
    pub(crate) fn named(root: &Path, written: &str) -> Result<Self, Problem> {
        let repository = open(root)?;
        let id = repository.rev_parse_single(written);
        let id = id.map_err(|_| Problem::whole(format!("git has no revision `{written}`")))?;
        Self::read(root, id.detach())
    }

    /// The files of a commit; `root` is where they are in the work tree.
    pub(crate) fn read(root: &Path, id: ObjectId) -> Result<Self, Problem> {
        let repository = open(root)?;
        let failed = |error: &dyn fmt::Display| {
            Problem::whole(format!("failed to read the commit `{id}`: {error}"))
        };
        let folder = folder_of(&repository, root).map_err(|error| failed(&error))?;
        let object = repository.find_object(id).map_err(|error| failed(&error))?;
        let commit = object.peel_to_commit().map_err(|error| failed(&error))?;
        let tree = commit.tree().map_err(|error| failed(&error))?;
        let files = tree.traverse().breadthfirst.files().map_err(|error| failed(&error))?;
        let below = |path: String| match folder.as_str() {
            "" => Some(path),
            folder => Some(path.strip_prefix(folder)?.strip_prefix('/')?.to_owned()),
        };
        let mut entries = BTreeMap::new();
        for file in files.into_iter().filter(|file| file.mode.is_blob_or_symlink()) {
            let Some(path) = below(file.filepath.to_string()) else { continue };
            let blob = repository.find_blob(file.oid).map_err(|error| failed(&error))?;
            let entry = Entry { bytes: blob.detach().data, is_link: file.mode.is_link() };
            entries.insert(path, entry);
        }
        Ok(Self { commit: commit.id().to_string(), entries })
    }
}

impl Files for Revision {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let within =
            |path: &&String| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        Ok(self.entries.keys().filter(within).cloned().collect())
    }

    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        let mut path = path.to_owned();
        for _ in 0..LINKS {
            let Some(Entry { bytes, is_link }) = self.entries.get(&path) else { return Ok(None) };
            if !is_link {
                return Ok(Some(bytes.clone()));
            }
            path = target(&path, &String::from_utf8_lossy(bytes))
                .ok_or_else(|| io::Error::other("it leads out of the repository"))?;
        }
        Err(io::Error::other("its symbolic links have no end"))
    }
}

impl fmt::Debug for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Revision({})", self.commit)
    }
}

/// Where the root stands in the work tree, with `/`; empty if it is the work tree's own.
fn folder_of(repository: &gix::Repository, root: &Path) -> io::Result<String> {
    let Some(work_tree) = repository.workdir() else { return Ok(String::new()) };
    let root = root.canonicalize()?;
    let below = root.strip_prefix(work_tree.canonicalize()?).map_err(io::Error::other)?;
    let parts = below.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
    Ok(parts.collect::<Vec<_>>().join("/"))
}

/// What a link at a path leads to; none if that is not in the repository.
fn target(link: &str, written: &str) -> Option<String> {
    let mut parts: Vec<&str> = link.split('/').collect();
    parts.pop();
    if written.starts_with('/') {
        return None;
    }
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn a_link_leads_from_its_folder_and_not_out_of_the_repository() {
        assert_eq!(target("infra/a.yaml", "b.yaml").as_deref(), Some("infra/b.yaml"));
        assert_eq!(target("desired/x/a", "../../infra/./b").as_deref(), Some("infra/b"));
        assert_eq!(target("a", "../b"), None);
        assert_eq!(target("a", "/etc/passwd"), None);
    }
}
