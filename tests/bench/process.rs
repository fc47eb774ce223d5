//! Runs a program as its user would, and measures it: from start to end, and the most memory of it.

use std::error::Error;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

/// What a run took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// From start to end.
    pub(crate) wall: Duration,
    /// The most memory that was resident at once in one of its processes, in bytes, with the program's own pages.
    pub(crate) memory: u64,
}

/// Lines of what a failed program said last.
const LAST_LINES: usize = 20;

/// A program with nothing of this process's environment but where programs and home are.
pub(crate) fn clean(program: impl AsRef<Path>, home: &Path) -> Command {
    let mut command = Command::new(program.as_ref());
    command.env_clear().stdin(Stdio::null());
    command.env("HOME", home).env("LANG", "C.UTF-8");
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// Runs it to its end. What it says goes to a file, and is told if it fails.
pub(crate) fn run(mut command: Command) -> Result<Run, Box<dyn Error>> {
    let said = tempfile::NamedTempFile::new()?;
    let file = File::options().append(true).open(said.path())?;
    command.stdout(file.try_clone()?).stderr(file);
    let started = Instant::now();
    let mut child =
        command.spawn().map_err(|error| format!("failed to run {command:?}: {error}"))?;
    let ended = child.wait4()?;
    let run = Run { wall: started.elapsed(), memory: ended.rusage.maxrss };
    if ended.status.success() {
        return Ok(run);
    }
    let text = String::from_utf8_lossy(&fs::read(said.path())?).into_owned();
    let lines: Vec<_> = text.lines().collect();
    let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
    Err(format!("{command:?} failed: {}\n{last}", ended.status).into())
}

/// The run of median time out of several.
pub(crate) fn median(runs: usize, command: impl Fn() -> Command) -> Result<Run, Box<dyn Error>> {
    let mut runs = (0..runs).map(|_| run(command())).collect::<Result<Vec<_>, _>>()?;
    runs.sort_unstable_by_key(|run| run.wall);
    runs.get(runs.len() / 2).copied().ok_or_else(|| "nothing was run".into())
}

/// A program with this process's environment: what installs has to reach registries as its user does.
pub(crate) fn inheriting(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.stdin(Stdio::null());
    command
}
