//! What git has that was not applied yet: commits that change what is deployed.

use std::collections::BTreeSet;
use std::path::Path;

use gix::revision::walk::Sorting;
use gix::traverse::commit::simple::CommitTimeOrder;
use gix::{Commit as Object, ObjectId, Repository, bstr::BStr};
use serde::Serialize;

/// The difference between what was applied and a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Unapplied {
    /// The branch, or `HEAD`.
    pub(crate) branch: String,
    /// Its commits that change what is deployed and were not applied, the newest first.
    pub(crate) commits: Vec<Commit>,
    /// Whether what was applied is no part of the branch: it was rewritten, or something else was applied.
    pub(crate) is_beside: bool,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Commit {
    /// 40 hex digits.
    pub(crate) id: String,
    /// The first line of its message.
    pub(crate) subject: String,
}

/// Finds the commits of `branch` (of `HEAD` if none is named) that are no part of `applied` and change what is under
/// one of these paths; or says why that cannot be told.
pub(crate) fn since(
    root: &Path,
    branch: Option<&str>,
    applied: &str,
    paths: &[&str],
) -> Result<Unapplied, String> {
    let branch = branch.unwrap_or("HEAD");
    let repository =
        gix::discover(root).map_err(|_| "this folder is in no git repository".to_owned())?;
    let tip = commit(&repository, branch).ok_or_else(|| format!("git knows no `{branch}`"))?;
    let short = applied.get(..12).unwrap_or(applied);
    let applied = commit(&repository, applied).ok_or_else(|| {
        format!("the applied commit {short} is not in this clone: fetch more of its history")
    })?;
    let failed = |error: &dyn std::fmt::Display| format!("failed to read git's history: {error}");
    let walk = repository.rev_walk([tip]).with_hidden([applied]);
    let walk = walk.sorting(Sorting::ByCommitTime(CommitTimeOrder::NewestFirst)).all();
    let mut commits = Vec::new();
    for step in walk.map_err(|error| failed(&error))? {
        let object = step.and_then(|info| info.object()).map_err(|error| failed(&error))?;
        if changes(&repository, &object, paths) {
            let message = object.message().map_err(|error| failed(&error))?;
            let (id, subject) = (object.id.to_string(), message.summary().to_string());
            commits.push(Commit { id, subject });
        }
    }
    let beside = repository.rev_walk([applied]).with_hidden([tip]).all();
    let is_beside = beside.map_err(|error| failed(&error))?.next().is_some();
    Ok(Unapplied { branch: branch.to_owned(), commits, is_beside })
}

fn commit(repository: &Repository, revision: &str) -> Option<ObjectId> {
    let id = repository.rev_parse_single(BStr::new(revision)).ok()?;
    Some(id.object().ok()?.peel_to_commit().ok()?.id)
}

/// Whether a commit brings something of its own to one of the paths: a merge only if none of its sides has the same.
fn changes(repository: &Repository, commit: &Object<'_>, paths: &[&str]) -> bool {
    let now = contents(commit, paths);
    let before: BTreeSet<_> = commit
        .parent_ids()
        // The first commit of a shallow clone names parents that are not there.
        .filter_map(|parent| repository.find_commit(parent.detach()).ok())
        .map(|parent| contents(&parent, paths))
        .collect();
    if before.is_empty() { now.iter().any(Option::is_some) } else { !before.contains(&now) }
}

/// What a commit has at each of the paths.
fn contents(commit: &Object<'_>, paths: &[&str]) -> Vec<Option<ObjectId>> {
    let tree = commit.tree().ok();
    let entry = |path: &&str| tree.as_ref()?.lookup_entry_by_path(path).ok()?;
    paths.iter().map(|path| entry(path).map(|entry| entry.object_id())).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::process::Command;

    use super::{Unapplied, since};

    const PATHS: [&str; 2] = ["desired", "infra"];

    fn git(folder: &Path, line: &str) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=alice", "-c", "user.email=alice@example.jp"])
            .args(line.split(' '))
            .current_dir(folder)
            .output()
            .unwrap();
        assert!(output.status.success(), "git {line}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits a file; gives the commit.
    fn commit(folder: &Path, path: &str, subject: &str) -> String {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, subject).unwrap();
        git(folder, "add -A");
        git(folder, &format!("commit -q -m {subject}"));
        git(folder, "rev-parse HEAD")
    }

    fn subjects(found: &Unapplied) -> Vec<&str> {
        found.commits.iter().map(|commit| commit.subject.as_str()).collect()
    }

    #[test]
    fn only_commits_that_change_what_is_deployed_are_ahead() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        git(root, "init -q -b main");
        let applied = commit(root, "desired/stacks/kms.yaml", "first");
        commit(root, "README.md", "words");
        let now = |branch| since(root, branch, &applied, &PATHS).unwrap();
        assert!(now(None).commits.is_empty());

        git(root, "checkout -q -b feature");
        commit(root, "infra/kms.yaml", "feature");
        git(root, "checkout -q main");
        assert!(now(None).commits.is_empty());
        assert_eq!(subjects(&now(Some("feature"))), ["feature"]);
        commit(root, "desired/stacks/kms.yaml", "second");
        git(root, "merge -q --no-ff -m merged feature");
        let mut both = subjects(&now(None)).into_iter().map(str::to_owned).collect::<Vec<_>>();
        both.sort();
        // The merge has what neither side has alone.
        assert_eq!(both, ["feature", "merged", "second"]);
        assert!(!now(None).is_beside);
    }

    #[test]
    fn what_was_rewritten_or_is_not_here_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("first");
        fs::create_dir(&root).unwrap();
        git(&root, "init -q -b main");
        commit(&root, "desired/a.yaml", "first");
        let applied = commit(&root, "desired/b.yaml", "second");
        git(&root, "commit -q --amend -m other");
        let found = since(&root, None, &applied, &PATHS).unwrap();
        assert!(found.is_beside);
        assert_eq!(subjects(&found), ["other"]);

        let url = format!("clone -q --depth 1 file://{} ../shallow", root.display());
        git(&root, &url);
        let shallow = folder.path().join("shallow");
        let why = since(&shallow, None, &applied, &PATHS).unwrap_err();
        assert!(why.ends_with("is not in this clone: fetch more of its history"), "{why}");
        assert_eq!(since(&shallow, Some("x"), &applied, &PATHS).unwrap_err(), "git knows no `x`");
        let head = git(&shallow, "rev-parse HEAD");
        assert!(since(&shallow, None, &head, &PATHS).unwrap().commits.is_empty());
        since(folder.path(), None, &applied, &PATHS).unwrap_err();
    }
}
