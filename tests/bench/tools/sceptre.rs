//! Sceptre, which deploys stacks declared in files, as we do.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use reconcile_tests::account::REGION;

use super::{Tool, Workshop, write};
use crate::process;
use crate::units::Unit;

pub(super) const NAME: &str = "Sceptre";

/// Installed from the Python Package Index.
#[derive(Debug)]
pub(super) struct Sceptre {
    venv: PathBuf,
    home: PathBuf,
}

impl Sceptre {
    pub(super) fn install(workshop: &Workshop) -> Result<Box<dyn Tool>, Box<dyn Error>> {
        let venv = workshop.python("sceptre", "tests/bench/peers/sceptre.txt")?;
        Ok(Box::new(Self { venv, home: workshop.home() }))
    }

    fn command(&self) -> Command {
        process::clean(self.venv.join("bin/sceptre"), &self.home)
    }
}

impl Tool for Sceptre {
    fn name(&self) -> &'static str {
        NAME
    }

    fn declare(&self, folder: &Path, units: &[Unit], _exist: bool) -> Result<(), Box<dyn Error>> {
        let project = format!("project_code: bench\nregion: {REGION}\n");
        write(&folder.join("config/config.yaml"), &project)?;
        for unit in units {
            let (name, file) = (&unit.name, unit.file());
            let text = format!("template: {{ path: {file}, type: file }}\nstack_name: {name}\n");
            write(&folder.join(format!("config/{name}.yaml")), &text)?;
            write(&folder.join("templates").join(file), &unit.template())?;
        }
        Ok(())
    }

    fn deploy(&self, folder: &Path) -> Command {
        let mut command = self.command();
        command.current_dir(folder).args(["launch", "--yes", "."]);
        command
    }

    fn version(&self) -> Command {
        let mut command = self.command();
        command.arg("--version");
        command
    }

    fn files(&self) -> Vec<PathBuf> {
        vec![self.venv.clone()]
    }
}
