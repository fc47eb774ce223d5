//! (h) Checking many files, (i) comparing two revisions: no AWS is asked.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::Bench;
use crate::fleet;
use crate::process;
use crate::report::Row;
use crate::tools::reconcile::Reconcile;
use crate::units::Unit;

const FILES: usize = 10_000;
const TEMPLATES: usize = 200;
const RUNS: usize = 3;

/// What a script would do that only reads the files, with libyaml.
const READ: &str = "import glob, yaml
for path in glob.glob('desired/**/*.yaml', recursive=True):
    yaml.load(open(path, encoding='utf-8'), yaml.CSafeLoader)
";

/// (h).
pub(crate) fn validated(bench: &Bench, row: &mut dyn FnMut(Row)) {
    let count = if bench.quick { 100 } else { FILES };
    let task = format!("validate {count} terminals' files");
    let named = |tool: &str| Row::of('h', &*task, tool, count);
    tell(row, named("reconcile"), || {
        let folder = tempfile::tempdir()?;
        fleet::terminals(count).write_to(folder.path());
        let ours = || bench.ours().command(folder.path(), &["validate"]);
        process::run(ours())?;
        let ours = named("reconcile").took(process::median(RUNS, ours)?);
        let read = || {
            let mut command = process::clean(&bench.python, folder.path());
            command.current_dir(folder.path()).args(["-c", READ]);
            command
        };
        let peer = named("PyYAML").noted("only reads them, with libyaml");
        Ok(vec![ours, peer.took(process::median(RUNS, read)?)])
    });
}

/// (i).
pub(crate) fn compared(bench: &Bench, row: &mut dyn FnMut(Row)) {
    let task = format!("diff of two revisions with {TEMPLATES} templates");
    let named = |tool: &str| Row::of('i', &*task, tool, TEMPLATES);
    tell(row, named("reconcile"), || {
        let folder = tempfile::tempdir()?;
        two_revisions(folder.path())?;
        let ours = || bench.ours().command(folder.path(), &["diff", "HEAD~1..HEAD"]);
        let ours = named("reconcile").took(process::median(RUNS, ours)?);
        let lines = || git(folder.path(), &["diff", "HEAD~1..HEAD"]);
        let peer = named("git diff").noted("lines, not resources");
        Ok(vec![ours, peer.took(process::median(RUNS, lines)?)])
    });
}

/// In the second one every template says something else.
fn two_revisions(folder: &Path) -> Result<(), Box<dyn Error>> {
    process::run(git(folder, &["init", "--quiet", "--initial-branch", "main"]))?;
    let mut units = Unit::many(TEMPLATES);
    for timeout in [30, 60] {
        for unit in &mut units {
            unit.timeout = timeout;
        }
        Reconcile::declare_in(folder, &units)?;
        fs::write(folder.join("timeout"), timeout.to_string())?;
        process::run(git(folder, &["add", "--all"]))?;
        process::run(git(folder, &["commit", "--quiet", "--message", "change"]))?;
    }
    Ok(())
}

fn git(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = process::clean("git", folder);
    command.current_dir(folder).args([
        "-c",
        "user.name=bench",
        "-c",
        "user.email=bench@example.com",
    ]);
    command.arg("--no-pager").args(arguments);
    command
}

fn tell(
    row: &mut dyn FnMut(Row),
    named: Row,
    measure: impl Fn() -> Result<Vec<Row>, Box<dyn Error>>,
) {
    match measure() {
        Ok(rows) => rows.into_iter().for_each(row),
        Err(error) => row(named.noted(format!("failed: {error}"))),
    }
}
