//! A folder's history, made as a person makes it: with git's own program, and nothing of the machine's settings.

use std::path::Path;
use std::process::Command;

/// When everything is committed: the same files at the same time are the same commit.
const COMMITTED: &str = "2026-11-22T00:00:00Z";

/// Runs a command of git in a folder.
pub fn git(folder: &Path, arguments: &[&str]) {
    let git = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| name == "PATH"))
        .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("HOME", "/nonexistent")])
        .envs([("GIT_AUTHOR_NAME", "alice"), ("GIT_AUTHOR_EMAIL", "alice@example.jp")])
        .envs([("GIT_COMMITTER_NAME", "alice"), ("GIT_COMMITTER_EMAIL", "alice@example.jp")])
        .envs(["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"].map(|name| (name, COMMITTED)))
        .status();
    assert!(git.expect("git is installed").success(), "git {arguments:?}");
}

/// Commits everything in a folder; the first time it becomes a repository, on the branch `main`.
pub fn commit(folder: &Path, message: &str) {
    std::fs::write(folder.join(".gitignore"), ".reconcile/\n").expect("the file is written");
    if !folder.join(".git").is_dir() {
        git(folder, &["init", "-q", "-b", "main"]);
    }
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "-m", message]);
}
