//! The AWS CLI's `cloudformation deploy`, once for each stack, as a script would.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Tool, Workshop, write};
use crate::process;
use crate::units::Unit;

pub(super) const NAME: &str = "AWS CLI";

/// The script: eight at a time.
const SCRIPT: &str = "ls *.json | sed 's/.json$//' | xargs -P 8 -I '{}' \"$0\" cloudformation deploy \
    --stack-name '{}' --template-file '{}.json' --no-fail-on-empty-changeset";

/// Installed from the Python Package Index.
#[derive(Debug)]
pub(super) struct AwsCli {
    venv: PathBuf,
    home: PathBuf,
}

impl AwsCli {
    pub(super) fn install(workshop: &Workshop) -> Result<Box<dyn Tool>, Box<dyn Error>> {
        let venv = workshop.python("awscli", "tests/external/awscli.txt")?;
        Ok(Box::new(Self { venv, home: workshop.home() }))
    }

    fn program(&self) -> PathBuf {
        self.venv.join("bin/aws")
    }
}

impl Tool for AwsCli {
    fn name(&self) -> &'static str {
        NAME
    }

    fn declare(&self, folder: &Path, units: &[Unit], _exist: bool) -> Result<(), Box<dyn Error>> {
        units.iter().try_for_each(|unit| write(&folder.join(unit.file()), &unit.template()))
    }

    fn deploy(&self, folder: &Path) -> Command {
        let mut command = process::clean("sh", &self.home);
        command.current_dir(folder).args(["-c", SCRIPT]).arg(self.program());
        command
    }

    fn version(&self) -> Command {
        let mut command = process::clean(self.program(), &self.home);
        command.arg("--version");
        command
    }

    fn files(&self) -> Vec<PathBuf> {
        vec![self.venv.clone()]
    }

    fn remark(&self) -> &'static str {
        "8 processes at a time; memory is one's"
    }
}
