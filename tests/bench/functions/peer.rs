//! The Python functions, in an environment of their own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use reconcile_tests::repository::root;

use crate::subject::Subject;

/// A Python that has what the functions import.
pub(crate) struct Python {
    interpreter: PathBuf,
    functions: PathBuf,
}

impl Python {
    /// Makes the environment under `target/`, or says why it cannot be made.
    pub(crate) fn prepare() -> Result<Self, String> {
        let functions = root().join("tests/bench/functions/peer");
        let environment = root().join("target/bench-venv");
        let interpreter = environment.join("bin/python");
        let wanted = functions.join("requirements.txt");
        let installed = environment.join("installed");
        if !is_same(&wanted, &installed) {
            let mut venv = Command::new("python3");
            venv.args(["-m", "venv", "--clear"]).arg(&environment);
            run(venv, "python3 cannot make an environment")?;
            let mut pip = Command::new(&interpreter);
            pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
            pip.args(["--require-hashes", "--requirement"]).arg(&wanted);
            run(pip, "pip cannot install boto3")?;
            std::fs::copy(&wanted, &installed).map_err(|error| error.to_string())?;
        }
        Ok(Self { interpreter, functions })
    }

    pub(crate) fn subject(&self, module: &str) -> Subject {
        Subject {
            program: self.interpreter.clone(),
            arguments: vec![self.functions.join("runtime.py").into(), module.into()],
            environment: Vec::new(),
            sizes: None,
        }
    }
}

fn is_same(wanted: &Path, installed: &Path) -> bool {
    let read = |path| std::fs::read(path).ok();
    read(wanted).is_some_and(|wanted| read(installed) == Some(wanted))
}

fn run(mut command: Command, failure: &str) -> Result<(), String> {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{failure}: {status}")),
        Err(error) => Err(format!("{failure}: {error}")),
    }
}
