//! The process of an execution environment: how it begins, what it writes, how much memory it takes, and
//! how it ends.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::{Child, Command};

use super::failure::Failure;

/// The most that is kept of what a function writes in one go.
const LONGEST_OUTPUT: usize = 1024 * 1024;

/// How often a program is tried again that somebody still writes to.
const TRIES: u32 = 50;

/// How long such a program is left alone.
const PAUSE: Duration = Duration::from_millis(10);

/// A running `bootstrap`. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// Standard output and error in one, in the order in which they were written. A file rather than a pipe:
    /// what was written before an answer can be read after it, without waiting.
    output: File,
    read: u64,
}

impl Process {
    /// Starts the package's `bootstrap` with these variables and no others.
    pub(super) async fn start(
        package: &Path,
        variables: &BTreeMap<String, String>,
    ) -> Result<Self, Failure> {
        let program = package.join("bootstrap");
        if !program.exists() {
            let why = "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]";
            return Err(Failure::InvalidEntrypoint(why.to_owned()));
        }
        let refused = |error: &io::Error| {
            let error = error.to_string();
            let words = error.split(" (os error").next().unwrap_or_default().to_lowercase();
            Failure::InvalidEntrypoint(format!("fork/exec /var/task/bootstrap: {words}"))
        };
        let output = tempfile::tempfile().map_err(|error| refused(&error))?;
        let mut tries = 0;
        loop {
            let started = spawn(&program, package, variables, &output);
            match started {
                Ok(child) => return Ok(Self { child, output, read: 0 }),
                // A process that is started elsewhere at the same time may hold the file that was just
                // unpacked open for writing until it becomes another program.
                Err(error)
                    if error.kind() == io::ErrorKind::ExecutableFileBusy && tries < TRIES =>
                {
                    tries += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(refused(&error)),
            }
        }
    }

    /// What was written since this was last asked, by line.
    pub(super) fn written(&mut self) -> Vec<String> {
        let mut bytes = vec![0; LONGEST_OUTPUT];
        let mut length = 0;
        while let Some(rest) = bytes.get_mut(length..).filter(|rest| !rest.is_empty()) {
            match self.output.read_at(rest, self.read) {
                Ok(0) | Err(_) => break,
                Ok(more) => {
                    length += more;
                    self.read += more as u64;
                }
            }
        }
        bytes.truncate(length);
        // Of more than is kept, the rest is passed over.
        self.read = self.output.metadata().map_or(self.read, |file| file.len().max(self.read));
        String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
    }

    /// Its number, unless it has ended.
    pub(super) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Whether it ended by itself.
    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits until it ends, and tells how.
    pub(super) async fn ended(&mut self) -> Failure {
        let how = match self.child.wait().await {
            Ok(status) => words(status),
            Err(error) => error.to_string(),
        };
        Failure::Exited(how)
    }

    /// Ends it. This is all the notice that a function without extensions gets in Lambda, too.
    pub(super) async fn kill(&mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::warn!(%error, "a function could not be ended");
        }
    }
}

/// The most memory that a process ever held, in KiB; none where the machine does not tell.
pub(super) fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn spawn(
    program: &Path,
    package: &Path,
    variables: &BTreeMap<String, String>,
    output: &File,
) -> io::Result<Child> {
    Command::new(program)
        .current_dir(package)
        .env_clear()
        .envs(variables)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output.try_clone()?)
        // Ctrl-C in the terminal is for the sandbox, which ends its functions itself.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
}

/// How a runtime that ended is told of.
fn words(status: ExitStatus) -> String {
    if status.success() {
        return "Runtime exited without providing a reason".to_owned();
    }
    let how = match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => {
            let core = if status.core_dumped() { " (core dumped)" } else { "" };
            format!("signal: {}{core}", signal_name(signal))
        }
        (None, None) => status.to_string(),
    };
    format!("Runtime exited with error: {how}")
}

/// What Go, in which Lambda is written, calls the signals that end programs.
fn signal_name(signal: i32) -> String {
    match signal {
        4 => "illegal instruction".to_owned(),
        5 => "trace/breakpoint trap".to_owned(),
        6 => "aborted".to_owned(),
        7 => "bus error".to_owned(),
        8 => "floating point exception".to_owned(),
        9 => "killed".to_owned(),
        11 => "segmentation fault".to_owned(),
        13 => "broken pipe".to_owned(),
        15 => "terminated".to_owned(),
        other => format!("signal {other}"),
    }
}
