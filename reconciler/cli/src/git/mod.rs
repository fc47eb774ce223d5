//! What git says of the work tree, and the files of its commits.

mod range;
mod revision;

use std::path::Path;

pub(crate) use range::{Range, Side};
pub(crate) use revision::Revision;

/// The commit of a work tree, and what is not committed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WorkTree {
    /// 40 hex digits; none outside a repository, or before its first commit.
    pub(crate) commit: Option<String>,
    /// Files under the folders that were asked for that differ from the commit, untracked ones included.
    pub(crate) dirty: Vec<String>,
}

/// Looks at the repository that `root` is in, and at the state of these folders of it.
pub(crate) fn look(root: &Path, folders: &[&str]) -> Result<WorkTree, String> {
    let Ok(repository) = gix::discover(root) else { return Ok(WorkTree::default()) };
    let commit = repository.head_id().ok().map(|id| id.to_string());
    let text =
        |error: &dyn std::fmt::Display| format!("failed to ask git what is committed: {error}");
    let status = repository.status(gix::progress::Discard).map_err(|error| text(&error))?;
    let patterns = folders.iter().map(|folder| format!(":/{folder}").into());
    let changes = status
        .untracked_files(gix::status::UntrackedFiles::Files)
        .into_iter(patterns.collect::<Vec<gix::bstr::BString>>())
        .map_err(|error| text(&error))?;
    let mut dirty = Vec::new();
    for change in changes {
        dirty.push(change.map_err(|error| text(&error))?.location().to_string());
    }
    dirty.sort();
    dirty.dedup();
    Ok(WorkTree { commit, dirty })
}
