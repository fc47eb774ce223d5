//! What is measured, letter by letter.

pub(crate) mod files;
pub(crate) mod programs;
pub(crate) mod stacks;
pub(crate) mod terminals;
pub(crate) mod virtual_time;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::emulator::Emulator;
use crate::process::{self, Run};
use crate::proxy::Traffic;
use crate::tools::Found;
use crate::tools::reconcile::Reconcile;

/// What every scenario needs.
pub(crate) struct Bench {
    /// The built `reconcile`.
    pub(crate) program: PathBuf,
    /// It, and its peers or why they are not here.
    pub(crate) tools: Vec<(&'static str, Found)>,
    /// Another Python's YAML reader, if Sceptre brought it.
    pub(crate) python: PathBuf,
    /// The smallest sizes only.
    pub(crate) quick: bool,
}

impl Bench {
    /// Ours.
    pub(crate) fn ours(&self) -> Reconcile {
        Reconcile::new(&self.program)
    }

    /// All sizes, or the first one.
    pub(crate) fn sizes<'a>(&self, sizes: &'a [usize]) -> &'a [usize] {
        if self.quick { &sizes[..1] } else { sizes }
    }

    /// Lays out units in a process of its own: a child's peak memory counts what its parent had when it was
    /// started, so whoever measures has to stay small.
    pub(crate) fn lay_out(folder: &Path, what: &str, count: usize) -> Result<(), Box<dyn Error>> {
        Self::apart(&["lay-out", &folder.display().to_string(), what, &count.to_string()]).map(drop)
    }

    /// What this program says when it does something in a process of its own.
    pub(crate) fn apart(arguments: &[&str]) -> Result<String, Box<dyn Error>> {
        let output = Command::new(std::env::current_exe()?).args(arguments).output()?;
        if output.status.success() {
            return Ok(String::from_utf8(output.stdout)?);
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(format!("{} failed: {said}", arguments.join(" ")).into())
    }
}

/// A command at the emulator, and its calls.
fn at(emulator: &Emulator, mut command: Command) -> Result<(Run, Traffic), Box<dyn Error>> {
    emulator.enter(&mut command);
    emulator.proxy.take();
    let run = process::run(command)?;
    Ok((run, emulator.proxy.take()))
}

/// The run of median time out of several, all of which make the same calls.
fn median_at(
    emulator: &Emulator,
    runs: usize,
    command: impl Fn() -> Command,
) -> Result<(Run, Traffic), Box<dyn Error>> {
    let mut found = (0..runs).map(|_| at(emulator, command())).collect::<Result<Vec<_>, _>>()?;
    found.sort_unstable_by_key(|(run, _)| run.wall);
    found.get(runs / 2).copied().ok_or_else(|| "nothing was run".into())
}
