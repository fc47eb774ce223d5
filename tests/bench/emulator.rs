//! The emulator that all tools are measured against: `reconcile sandbox serve`, in a process of its own.

use std::error::Error;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reconcile_tests::account::REGION;
use serde_json::Value;

use crate::proxy::Proxy;

/// The account that the sandbox is.
pub(crate) const ACCOUNT: &str = "000000000000";

/// It serves for as long as this lives.
#[derive(Debug)]
pub(crate) struct Emulator {
    child: Child,
    /// What the tools talk to.
    pub(crate) proxy: Proxy,
}

impl Emulator {
    /// Serves the account that is kept in a folder, an empty one if none is.
    pub(crate) fn serve(program: &Path, folder: &Path) -> Result<Self, Box<dyn Error>> {
        fs::create_dir_all(folder.join("desired"))?;
        let mut command = Command::new(program);
        command.arg("--root").arg(folder).args(["--output", "json", "sandbox", "serve"]);
        command.args(["--port", "0", "--tls-port", "0"]).env_clear();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().ok_or("the emulator says nothing")?;
        let mut said = String::new();
        // It says so when it is ready; with a large account that takes a while.
        BufReader::new(stdout).read_line(&mut said)?;
        let said: Value = serde_json::from_str(&said)
            .map_err(|error| format!("the emulator did not start: {error}"))?;
        let endpoint = said["endpoint"].as_str().ok_or("the emulator tells no endpoint")?;
        Ok(Self { child, proxy: Proxy::open(endpoint)? })
    }

    /// Lets a command find it.
    pub(crate) fn enter(&self, command: &mut Command) {
        command
            .env("AWS_ENDPOINT_URL", self.proxy.url())
            .env("AWS_ACCESS_KEY_ID", "sandbox")
            .env("AWS_SECRET_ACCESS_KEY", "sandbox")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_REGION", REGION)
            .env("AWS_DEFAULT_REGION", REGION);
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // One that has ended already is what is wanted.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}
