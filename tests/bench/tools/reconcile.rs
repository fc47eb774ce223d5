//! Ours.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use reconcile_tests::account::REGION;

use super::{Tool, write};
use crate::emulator::ACCOUNT;
use crate::process;
use crate::units::Unit;

pub(super) const NAME: &str = "reconcile";

/// The environment of every folder that is measured.
pub(crate) const ENVIRONMENT: &str = "test";

/// The built program.
#[derive(Debug)]
pub(crate) struct Reconcile(PathBuf);

impl Reconcile {
    pub(crate) fn new(program: &Path) -> Self {
        Self(program.to_owned())
    }

    /// Declares stacks of the sandbox in this process.
    pub(crate) fn declare_in(folder: &Path, units: &[Unit]) -> Result<(), Box<dyn Error>> {
        let environment = format!(
            "kind: Environment\nname: {ENVIRONMENT}\ndefault: true\ntarget: sandbox\nstateBucket: state-{ENVIRONMENT}\n"
        );
        write(&folder.join(format!("desired/environments/{ENVIRONMENT}.yaml")), &environment)?;
        for unit in units {
            let (name, file) = (&unit.name, unit.file());
            let text = format!("kind: Stack\nname: {name}\ntemplate: infra/{file}\n");
            write(&folder.join(format!("desired/stacks/{name}.yaml")), &text)?;
            write(&folder.join("infra").join(file), &unit.template())?;
        }
        Ok(())
    }

    /// A command of it in a folder.
    pub(crate) fn command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = process::clean(&self.0, folder);
        command.arg("--root").arg(folder).arg("--no-progress").args(arguments);
        command
    }
}

/// Leads an environment that was laid out in the sandbox through the network to the same account.
pub(crate) fn through_the_network(text: &str) -> String {
    let target = format!("target: {{ aws: {{ account: \"{ACCOUNT}\", region: {REGION} }} }}");
    text.replace("target: sandbox", &target)
}

impl Tool for Reconcile {
    fn name(&self) -> &'static str {
        NAME
    }

    fn declare(&self, folder: &Path, units: &[Unit], _exist: bool) -> Result<(), Box<dyn Error>> {
        Self::declare_in(folder, units)?;
        let file = folder.join(format!("desired/environments/{ENVIRONMENT}.yaml"));
        let text = std::fs::read_to_string(&file)?;
        write(&file, &through_the_network(&text))
    }

    fn deploy(&self, folder: &Path) -> Command {
        self.command(folder, &["apply", "--yes", "--allow-dirty"])
    }

    fn is_ours(&self) -> bool {
        true
    }

    fn version(&self) -> Command {
        self.command(Path::new("."), &["--version"])
    }

    fn files(&self) -> Vec<PathBuf> {
        vec![self.0.clone()]
    }
}
