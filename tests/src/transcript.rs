//! A session with the built program, written down as Markdown for people to read.

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::binary::reconcile;
use crate::git::{self, git};
use crate::redact::redact;
use crate::repository::{Repository, root};

/// A repository of its own, nothing of the machine's environment, and what was said so far.
#[derive(Debug)]
pub struct Transcript {
    name: &'static str,
    folder: TempDir,
    text: String,
}

impl Transcript {
    /// Begins a session in a repository.
    pub fn begin(name: &'static str, title: &str, repository: &Repository) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        repository.write_to(folder.path());
        Self { name, folder, text: format!("# {title}\n") }
    }

    /// Says something to the reader.
    pub fn say(&mut self, words: &str) {
        self.add(&format!("\n{words}\n"));
    }

    /// Runs a command, and shows what it wrote and how it ended.
    pub fn run(&mut self, command: &str) {
        let output = self.output(command);
        let shown = |bytes: &[u8]| redact(&String::from_utf8_lossy(bytes));
        let (result, talk) = (shown(&output.stdout), shown(&output.stderr));
        self.add(&format!("\n```console\n$ {command}\n{result}```\n"));
        if !talk.is_empty() {
            self.add(&format!("\nand on stderr:\n\n```console\n{talk}```\n"));
        }
        match output.status.code() {
            Some(0) => {}
            Some(code) => self.add(&format!("\nIt ends with {code}.\n")),
            None => panic!("{command}: {}", output.status),
        }
    }

    /// Replaces something in a file, and says so.
    pub fn edit(&mut self, path: &str, from: &str, to: &str) {
        let file = self.folder.path().join(path);
        let text = fs::read_to_string(&file).expect("the file is read");
        assert!(text.contains(from), "`{path}` does not have `{from}`");
        fs::write(file, text.replace(from, to)).expect("the file is written");
        self.say(&format!("In `{path}`, `{from}` becomes `{to}`."));
    }

    /// Adds a line to the end of a file, and says so.
    pub fn append(&mut self, path: &str, line: &str) {
        let file = self.folder.path().join(path);
        let text = fs::read_to_string(&file).expect("the file is read");
        fs::write(file, format!("{text}{line}\n")).expect("the file is written");
        self.say(&format!("`{path}` gets one more line: `{line}`."));
    }

    /// Commits everything, and says so. The same files at the same time are the same commit.
    pub fn commit(&mut self, message: &str) {
        git::commit(self.folder.path(), message);
        self.say(&format!("It is committed: \"{message}\"."));
    }

    /// Begins a branch, and says so.
    pub fn branch(&mut self, name: &str) {
        git(self.folder.path(), &["switch", "-q", "-c", name]);
        self.say(&format!("On a branch `{name}`:"));
    }

    /// Goes to a branch that is there, and says so.
    pub fn switch(&mut self, name: &str) {
        git(self.folder.path(), &["switch", "-q", name]);
        self.say(&format!("Back on `{name}`:"));
    }

    /// Gives a file another name, and says so.
    pub fn rename(&mut self, from: &str, to: &str) {
        let path = |name: &str| self.folder.path().join(name);
        fs::rename(path(from), path(to)).expect("the file is renamed");
        self.say(&format!("`{from}` is called `{to}` now."));
    }

    /// Removes a file, and says so.
    pub fn remove(&mut self, path: &str) {
        fs::remove_file(self.folder.path().join(path)).expect("the file is removed");
        self.say(&format!("`{path}` is removed."));
    }

    /// Writes bytes into a file without a word.
    pub fn write(&self, path: &str, bytes: &[u8]) {
        fs::write(self.folder.path().join(path), bytes).expect("the file is written");
    }

    /// Keeps what a command writes to stdout in a file.
    pub fn keep(&mut self, command: &str, path: &str) {
        let output = self.output(command);
        self.write(path, &output.stdout);
        self.add(&format!("\n```console\n$ {command} > {path}\n```\n"));
    }

    /// Compares the session with the one that is kept in `tests/transcripts/`. `SNAPSHOTS=overwrite` in the
    /// environment keeps this one instead.
    #[track_caller]
    pub fn end(self) {
        let kept = root().join("tests/transcripts").join(format!("{}.md", self.name));
        let text = settle(&self.text, &fs::read_to_string(&kept).unwrap_or_default());
        let kept = snapbox::Data::read_from(&kept, Some(snapbox::data::DataFormat::Text));
        snapbox::Assert::new().action_env("SNAPSHOTS").eq(text, kept.raw());
    }

    fn output(&self, command: &str) -> Output {
        let mut words = command.split(' ');
        assert_eq!(words.next(), Some("reconcile"), "only the program is run: {command}");
        Command::new(reconcile())
            .args(words)
            .current_dir(self.folder.path())
            .env_clear()
            .envs([("CI", "true"), ("GITHUB_ACTOR", "alice"), ("HOME", "/nonexistent")])
            .output()
            .expect("the program runs")
    }

    fn add(&mut self, text: &str) {
        write!(self.text, "{text}").expect("text takes text");
    }
}

/// Writes of a run's record by which two equal runs may differ: units that end together are written together.
const TOGETHER: u64 = 2;

/// The text with the counts of calls that are kept, where they differ by no more than writes of a run's record.
fn settle(text: &str, kept: &str) -> String {
    let mut settled = String::with_capacity(text.len());
    let mut kept = kept.split_inclusive('\n');
    for line in text.split_inclusive('\n') {
        let kept = kept.next().unwrap_or_default();
        settled.push_str(if differ_by_records(line, kept) { kept } else { line });
    }
    settled
}

/// Whether two lines tell of as many looks, and of nearly as many writes.
fn differ_by_records(line: &str, kept: &str) -> bool {
    let (Some(one), Some(other)) = (counts(line), counts(kept)) else { return false };
    let ((before, calls, writes, after), (kept_before, kept_calls, kept_writes, kept_after)) =
        (one, other);
    (before, after) == (kept_before, kept_after)
        && calls.abs_diff(kept_calls) <= TOGETHER
        && calls.checked_sub(writes) == kept_calls.checked_sub(kept_writes)
        && writes.min(kept_writes) > TOGETHER
}

/// `cost      25 calls, 9 writes`, taken apart.
fn counts(line: &str) -> Option<(&str, u64, u64, &str)> {
    let (head, rest) = line.split_once(" calls, ")?;
    let at = head.rfind(' ').map_or(0, |at| at + 1);
    let (writes, after) = rest.split_once(" writes")?;
    Some((&head[..at], head[at..].parse().ok()?, writes.parse().ok()?, after))
}

#[cfg(test)]
mod tests {
    use super::settle;

    #[test]
    fn only_writes_of_records_may_differ() {
        let same = |text: &str, kept: &str| assert_eq!(settle(text, kept), kept);
        same("a\n47 calls, 18 writes\n", "a\n48 calls, 19 writes\n");
        same("cost      26 calls, 10 writes\n", "cost      25 calls, 9 writes\n");
        for other in ["45 calls, 16 writes", "47 calls, 19 writes", "47 calls, 18 writes more"] {
            assert_eq!(settle(other, "48 calls, 19 writes"), other);
        }
        assert_eq!(settle("4 calls, 1 writes", "3 calls, 0 writes"), "4 calls, 1 writes");
    }
}
