//! What is measured: a program that speaks the Runtime API.

use std::ffi::OsString;
use std::io::{Cursor, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::Failure;

/// A program that speaks the Runtime API.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) environment: Vec<(String, String)>,
    /// The bytes of the program, where it is all there is, and those of its zip.
    pub(crate) sizes: Option<(u64, u64)>,
}

impl Subject {
    pub(crate) fn with(mut self, environment: Vec<(String, String)>) -> Self {
        self.environment.extend(environment);
        self
    }
}

/// The functions, built as they are deployed.
pub(crate) struct Functions {
    messages: Vec<Value>,
}

impl Functions {
    /// Builds them all at once, so that they share what they depend on.
    pub(crate) fn build() -> Result<Self, Failure> {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--locked", "--profile", "lambda", "--message-format", "json"]);
        cargo.args(["--package", "health", "--package", "device-api"]);
        let output = cargo.stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err("failed to build the functions".into());
        }
        let messages = std::str::from_utf8(&output.stdout)?.lines();
        Ok(Self { messages: messages.filter_map(|line| serde_json::from_str(line).ok()).collect() })
    }

    pub(crate) fn subject(&self, name: &str) -> Result<Subject, Failure> {
        let mut artifacts = self.messages.iter().filter(|it| it["target"]["name"] == name);
        let executable = artifacts.find_map(|it| it["executable"].as_str().map(PathBuf::from));
        let program = executable.ok_or_else(|| format!("cargo does not say where `{name}` is"))?;
        let bytes = std::fs::read(&program)?;
        let sizes = Some((u64::try_from(bytes.len())?, u64::try_from(zipped(&bytes)?.len())?));
        Ok(Subject { program, arguments: Vec::new(), environment: Vec::new(), sizes })
    }
}

fn zipped(program: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip.start_file("bootstrap", options.compression_level(Some(9)))?;
    zip.write_all(program)?;
    Ok(zip.finish()?.into_inner())
}
