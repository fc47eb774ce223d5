//! Where the story takes place: a copy of this repository, with an account of its own and doors to it.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use reconcile_core::problem::Problem;
use reconcile_sandbox::{Door, Sandbox};
use serde_json::Value;
use tokio::process::Command;
use tokio::task::JoinSet;

use super::narrator::Narrator;
use crate::workspace::Workspace;

/// What is declared, and what functions are built from: cargo wants all of a workspace.
const FOLDERS: [&str; 5] = ["desired", "infra", "lambda", "reconciler", "tests"];
const FILES: [&str; 3] = ["Cargo.toml", "Cargo.lock", ".cargo/config.toml"];

/// The stage.
pub(super) struct Stage {
    pub(super) folder: PathBuf,
    pub(super) sandbox: Sandbox,
    reconcile: PathBuf,
    terminal: PathBuf,
    tls: SocketAddr,
    _serving: JoinSet<()>,
}

/// How a command ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) succeeded: bool,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Stage {
    /// Builds what takes part, and sets an empty stage.
    pub(super) async fn set(
        workspace: &Workspace,
        narrator: &Narrator<'_>,
    ) -> Result<Self, Problem> {
        let root = fs::canonicalize(&workspace.root).map_err(failed("find the repository"))?;
        let folder = root.join(".reconcile").join("demo");
        narrator.chapter("The programs");
        let reconcile = std::env::current_exe().map_err(failed("find this program"))?;
        build_functions(&reconcile, &root, narrator).await?;
        let terminal = find_terminal(&reconcile, &root, narrator).await?;
        copy(workspace, &root, &folder).map_err(failed("copy the repository"))?;
        let state = folder.join(".reconcile").join("sandbox");
        let clock = SharedTimeSource::new(SystemTimeSource::new());
        let sandbox = Sandbox::open(&state, clock).map_err(failed("open the sandbox"))?;
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let door = Door::open(sandbox.clone(), anywhere).await.map_err(failed("open a port"))?;
        let door = door.and_tls(anywhere).await.map_err(failed("open a port"))?;
        let tls = door.tls_address().unwrap_or(anywhere);
        let authority = sandbox.server_authority().map_err(failed("make an authority"))?;
        fs::write(folder.join("authority.pem"), authority).map_err(failed("write"))?;
        let mut serving = JoinSet::new();
        serving.spawn(door.serve(std::future::pending()));
        Ok(Self { folder, sandbox, reconcile, terminal, tls, _serving: serving })
    }

    /// Types a `reconcile` command.
    pub(super) async fn reconcile(
        &self,
        narrator: &Narrator<'_>,
        line: &str,
    ) -> Result<Ended, Problem> {
        narrator.typed("", &format!("reconcile {line}"));
        let mut command = Command::new(&self.reconcile);
        run(command.args(line.split(' ')).current_dir(&self.folder)).await
    }

    /// Types a command at a terminal.
    pub(super) async fn terminal(
        &self,
        narrator: &Narrator<'_>,
        (name, line): (&str, &str),
    ) -> Result<Ended, Problem> {
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder).map_err(failed("make a terminal's folder"))?;
        narrator.typed(name, &format!("terminal {line}"));
        let mut command = Command::new(&self.terminal);
        command.args(line.split(' ')).current_dir(&folder);
        command.env("TERMINAL_API", format!("https://{}", self.domain()?));
        command.env("TERMINAL_AUTHORITY", "../authority.pem");
        run(command.env("TERMINAL_CONNECT", self.tls.to_string())).await
    }

    /// A file of a terminal's.
    pub(super) fn file(&self, terminal: &str, name: &str) -> PathBuf {
        self.folder.join(terminal).join(name)
    }

    /// The name that terminals call.
    fn domain(&self) -> Result<String, Problem> {
        let domains = self.sandbox.custom_domains().map_err(failed("read the account"))?;
        let mutual = domains.into_iter().find(|domain| domain.is_mutual);
        let mutual = mutual.ok_or_else(|| Problem::whole("there is no domain with mutual TLS"))?;
        Ok(mutual.name)
    }
}

impl Ended {
    /// That it succeeded; with what it said if it did not.
    pub(super) fn must(&self, what: &str) -> Result<bool, Problem> {
        if self.succeeded {
            return Ok(true);
        }
        let said = [self.stdout.trim(), self.stderr.trim()].join("\n");
        Err(Problem::whole(format!("`{what}` failed:\n{}", said.trim())))
    }

    /// What it answered; nothing if it did not answer in JSON.
    pub(super) fn answer(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_default()
    }

    /// Whether it was refused for this reason.
    pub(super) fn is_refused(&self, reason: &str) -> bool {
        !self.succeeded && self.stderr.contains(reason)
    }
}

/// Runs a program that nobody answers.
async fn run(command: &mut Command) -> Result<Ended, Problem> {
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await;
    let output = output.map_err(failed("run a program"))?;
    Ok(Ended {
        succeeded: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Builds the functions in the repository itself, where they stay: the first time takes minutes, which are shown.
async fn build_functions(
    reconcile: &Path,
    root: &Path,
    narrator: &Narrator<'_>,
) -> Result<(), Problem> {
    narrator.typed("", "reconcile build");
    let mut build = Command::new(reconcile);
    build.arg("build").current_dir(root).stdin(Stdio::null()).stdout(Stdio::null());
    let status = build.kill_on_drop(true).status().await.map_err(failed("run a program"))?;
    narrator.claim("the functions are built as they go to AWS", status.success())
}

/// The terminal: beside this program, or else built by cargo.
async fn find_terminal(
    reconcile: &Path,
    root: &Path,
    narrator: &Narrator<'_>,
) -> Result<PathBuf, Problem> {
    let beside = reconcile.with_file_name("terminal");
    if beside.is_file() {
        return Ok(beside);
    }
    narrator.typed("", "cargo build --bin terminal");
    let arguments = ["build", "--quiet", "--bin", "terminal", "--message-format", "json"];
    let built = run(Command::new("cargo").args(arguments).current_dir(root)).await?;
    let lines = built.stdout.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut programs = lines.filter(|line| line["target"]["name"] == "terminal");
    let file = programs.find_map(|line| line["executable"].as_str().map(PathBuf::from));
    narrator.claim("the terminal is built", built.must("cargo build")? && file.is_some())?;
    Ok(file.unwrap_or_default())
}

/// Copies the repository as it is, but for what was built, which stays where it is.
fn copy(workspace: &Workspace, root: &Path, folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => fs::create_dir_all(folder)?,
    }
    let mut paths = FILES.map(str::to_owned).to_vec();
    for folder in FOLDERS {
        paths.extend(workspace.files.list(folder).map_err(io::Error::other)?);
    }
    for path in paths {
        let Some(content) = workspace.files.read(&path).map_err(io::Error::other)? else {
            continue;
        };
        let copied = folder.join(&path);
        fs::create_dir_all(copied.parent().unwrap_or(folder))?;
        fs::write(copied, content)?;
    }
    std::os::unix::fs::symlink(root.join("target"), folder.join("target"))
}

/// A problem of the stage itself.
fn failed<E: std::fmt::Display>(what: &str) -> impl FnOnce(E) -> Problem {
    move |error| Problem::whole(format!("failed to {what}: {error}"))
}
