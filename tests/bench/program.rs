//! The program under measurement, run as a user runs it.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use wait4::Wait4;

/// A built `reconcile`.
pub(crate) struct Program(PathBuf);

/// What a run took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// From start to end.
    pub(crate) wall: Duration,
    /// The most memory that was resident at once, in bytes, with the program's own pages.
    pub(crate) memory: u64,
}

impl Program {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// The run of median time out of several, after one that does not count.
    pub(crate) fn median(
        &self,
        runs: usize,
        folder: &Path,
        arguments: &[&str],
    ) -> Result<Run, Box<dyn Error>> {
        self.run(folder, arguments)?;
        let runs = (0..runs).map(|_| self.run(folder, arguments));
        let mut runs = runs.collect::<Result<Vec<_>, _>>()?;
        runs.sort_unstable_by_key(|run| run.wall);
        runs.get(runs.len() / 2).copied().ok_or_else(|| "nothing was run".into())
    }

    fn run(&self, folder: &Path, arguments: &[&str]) -> Result<Run, Box<dyn Error>> {
        let started = Instant::now();
        let mut child = self.command(folder, arguments).stdout(Stdio::null()).spawn()?;
        let ended = child.wait4()?;
        let run = Run { wall: started.elapsed(), memory: ended.rusage.maxrss };
        if ended.status.success() {
            Ok(run)
        } else {
            Err(format!("`{self} {}` failed: {}", arguments.join(" "), ended.status).into())
        }
    }

    /// The calls of a plan, and the writing ones among them. There must be nothing to do.
    pub(crate) fn calls(&self, folder: &Path) -> Result<(u64, u64), Box<dyn Error>> {
        let output = self.command(folder, &["plan", "--output", "json"]).output()?;
        let plan: Value = serde_json::from_slice(&output.stdout)?;
        if plan["status"] != "in_sync" {
            return Err(format!("the stacks are not in sync: {}", plan["summary"]).into());
        }
        let count = |name| plan["calls"][name].as_u64().ok_or("the plan counts no calls");
        Ok((count("total")?, count("writes")?))
    }

    fn command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.0);
        command.arg("--root").arg(folder).arg("--no-progress").args(arguments);
        command.stdin(Stdio::null()).env_clear();
        command
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}
