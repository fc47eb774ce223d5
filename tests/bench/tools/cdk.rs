//! The CDK's command line, with an app that was synthesised before: its own half of the work only.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use reconcile_tests::account::REGION;
use serde_json::{Map, json};

use super::{Tool, Workshop, write};
use crate::emulator::ACCOUNT;
use crate::process;
use crate::units::Unit;

pub(super) const NAME: &str = "CDK";

/// The format of the cloud assembly that is written.
const ASSEMBLY: &str = "36.0.0";

/// Installed from npm.
#[derive(Debug)]
pub(super) struct Cdk {
    folder: PathBuf,
    home: PathBuf,
}

impl Cdk {
    pub(super) fn install(workshop: &Workshop) -> Result<Box<dyn Tool>, Box<dyn Error>> {
        let folder = workshop.node("cdk", "tests/bench/peers/cdk")?;
        Ok(Box::new(Self { folder, home: workshop.home() }))
    }

    fn command(&self) -> Command {
        let mut command = process::clean(self.folder.join("node_modules/.bin/cdk"), &self.home);
        command.env("CI", "1").env("CDK_DISABLE_CLI_TELEMETRY", "true");
        command
    }
}

impl Tool for Cdk {
    fn name(&self) -> &'static str {
        NAME
    }

    fn declare(&self, folder: &Path, units: &[Unit], _exist: bool) -> Result<(), Box<dyn Error>> {
        let mut artifacts = Map::new();
        for unit in units {
            let artifact = json!({
                "type": "aws:cloudformation:stack",
                "environment": format!("aws://{ACCOUNT}/{REGION}"),
                "properties": { "templateFile": unit.file(), "stackName": unit.name },
                "displayName": unit.name,
            });
            artifacts.insert(unit.name.clone(), artifact);
            write(&folder.join("cdk.out").join(unit.file()), &unit.template())?;
        }
        let manifest = json!({ "version": ASSEMBLY, "artifacts": artifacts });
        write(&folder.join("cdk.out/manifest.json"), &manifest.to_string())
    }

    fn deploy(&self, folder: &Path) -> Command {
        let mut command = self.command();
        command.current_dir(folder).args(["deploy", "--all", "--app", "cdk.out"]);
        command.args(["--concurrency", "10", "--require-approval", "never"]);
        command.args(["--progress", "events", "--no-notices"]);
        command
    }

    fn version(&self) -> Command {
        let mut command = self.command();
        command.arg("--version");
        command
    }

    fn files(&self) -> Vec<PathBuf> {
        vec![self.folder.join("node_modules")]
    }

    fn remark(&self) -> &'static str {
        "10 at a time, without synthesis"
    }
}
