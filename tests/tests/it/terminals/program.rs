//! The program `terminal`, run as a person would.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use reconcile_tests::binary::built;
use serde_json::Value;
use tempfile::TempDir;

/// A terminal with its folder.
pub(super) struct Terminal {
    pub(super) name: &'static str,
    folder: TempDir,
    /// How it reaches the API.
    api: Vec<String>,
}

impl Terminal {
    /// A terminal with a key and a request, and no certificate yet.
    pub(super) fn new(
        name: &'static str,
        domain: &str,
        (at, authority): (SocketAddr, &str),
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("authority.pem"), authority).expect("is written");
        let api = ["--api", &format!("https://{domain}"), "--connect", &at.to_string()];
        let api = api.map(str::to_owned).into();
        let terminal = Self { name, folder, api };
        terminal.run(&["new", name]).expect("makes its key");
        terminal
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn request(&self) -> String {
        fs::read_to_string(self.path("terminal/request.csr.pem")).expect("there is a request")
    }

    #[expect(clippy::unwrap_in_result, reason = "it is the test that fails then")]
    pub(super) fn install(&self, certificate: &str) -> Result<Value, String> {
        fs::write(self.path("issued.pem"), certificate).expect("is written");
        self.run(&["install", "issued.pem"])
    }

    /// Asks for something that the API is needed for: the answer, or what the program says against it.
    pub(super) fn ask(&self, arguments: &[&str]) -> Result<Value, String> {
        let api = self.api.iter().map(String::as_str).chain(["--authority", "authority.pem"]);
        self.run(&arguments.iter().copied().chain(api).collect::<Vec<_>>())
    }

    /// Writes a file that is to be stored.
    pub(super) fn write(&self, name: &str, content: &[u8]) {
        fs::write(self.path(name), content).expect("is written");
    }

    pub(super) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("is read")
    }

    /// What is noted about uploads that are under way.
    pub(super) fn notes(&self) -> Vec<Value> {
        let entries = fs::read_dir(self.path("terminal/uploads")).into_iter().flatten();
        let read = |path: &Path| fs::read(path).expect("is read");
        let notes = entries.map(|entry| read(&entry.expect("is there").path()));
        notes.map(|note| serde_json::from_slice(&note).expect("is JSON")).collect()
    }

    #[expect(clippy::unwrap_in_result, reason = "it is the test that fails then")]
    fn run(&self, arguments: &[&str]) -> Result<Value, String> {
        let mut program = Command::new(built("terminal"));
        let output = program.args(arguments).current_dir(self.folder.path()).output();
        let output = output.expect("the program runs");
        if output.status.success() {
            return Ok(serde_json::from_slice(&output.stdout).expect("is JSON"));
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
