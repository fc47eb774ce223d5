//! Runs a program as its user would, and measures it: from start to end, and the most memory of it.
//!
//! On Linux a process begins with the peak memory of the one that started it (getrusage(2): `exec` keeps it). So what is measured is
//! started by a process that does nothing else: this program once more, [`stand_between`].

use std::env;
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

/// The word by which this program is asked to stand between.
pub(crate) const BETWEEN: &str = "measure";

/// The variable that names the file for what was measured.
const MEASURED: &str = "RECONCILE_BENCH_MEASURED";

/// Lines of what a failed program said last.
const LAST_LINES: usize = 20;

/// Runs a program, and writes down what that took.
pub(crate) fn stand_between(program: &str, arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    let file = env::var_os(MEASURED).ok_or("it is not said where to write what is measured")?;
    let mut command = Command::new(program);
    command.args(arguments).env_remove(MEASURED);
    let started = Instant::now();
    let ended =
        command.spawn().map_err(|error| format!("failed to run {command:?}: {error}"))?.wait4()?;
    let wall = started.elapsed().as_nanos();
    fs::write(file, format!("{wall} {}", ended.rusage.maxrss))?;
    ended.status.success().then_some(()).ok_or_else(|| format!("{}", ended.status).into())
}

/// A program with nothing of this process's environment but where programs and home are.
pub(crate) fn clean(program: impl AsRef<Path>, home: &Path) -> Command {
    let mut command = measured(program.as_ref());
    command.env_clear().stdin(Stdio::null());
    command.env("HOME", home).env("LANG", "C.UTF-8");
    if let Some(path) = env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// Runs it to its end. What it says goes to a file, and is told if it fails.
pub(crate) fn run(mut command: Command) -> Result<Run, Box<dyn Error>> {
    let said = tempfile::NamedTempFile::new()?;
    let file = File::options().append(true).open(said.path())?;
    let measured = tempfile::NamedTempFile::new()?;
    command.stdout(file.try_clone()?).stderr(file).env(MEASURED, measured.path());
    let status = command.status().map_err(|error| format!("failed to run {command:?}: {error}"))?;
    if status.success() {
        return Run::read(&fs::read_to_string(measured.path())?);
    }
    let text = String::from_utf8_lossy(&fs::read(said.path())?).into_owned();
    let lines: Vec<_> = text.lines().collect();
    let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
    Err(format!("{command:?} failed: {status}\n{last}").into())
}

impl Run {
    fn read(written: &str) -> Result<Self, Box<dyn Error>> {
        let (wall, memory) = written.split_once(' ').ok_or("nothing was measured")?;
        Ok(Self { wall: Duration::from_nanos(wall.parse()?), memory: memory.parse()? })
    }
}

/// A program with a process between it and this one.
fn measured(program: &Path) -> Command {
    // A program that cannot find itself could not have been started.
    let mut command = Command::new(env::current_exe().unwrap_or_default());
    command.arg(BETWEEN).arg(program);
    command
}

/// The run of median time out of several.
pub(crate) fn median(runs: usize, command: impl Fn() -> Command) -> Result<Run, Box<dyn Error>> {
    let mut runs = (0..runs).map(|_| run(command())).collect::<Result<Vec<_>, _>>()?;
    runs.sort_unstable_by_key(|run| run.wall);
    runs.get(runs.len() / 2).copied().ok_or_else(|| "nothing was run".into())
}

/// A program with this process's environment: what installs has to reach registries as its user does.
pub(crate) fn inheriting(program: impl AsRef<Path>) -> Command {
    let mut command = measured(program.as_ref());
    command.stdin(Stdio::null());
    command
}
