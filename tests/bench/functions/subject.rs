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

/// Builds a function as it is deployed.
pub(crate) fn built(name: &str) -> Result<Subject, Failure> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--locked", "--profile", "lambda", "--message-format", "json"]);
    let output =
        cargo.args(["--package", name, "--bin", name]).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("failed to build `{name}`").into());
    }
    let messages = std::str::from_utf8(&output.stdout)?.lines();
    let executable = messages
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| format!("cargo does not say where `{name}` is"))?;
    let program = std::fs::read(&executable)?;
    let sizes = Some((u64::try_from(program.len())?, u64::try_from(zipped(&program)?.len())?));
    Ok(Subject { program: executable, arguments: Vec::new(), environment: Vec::new(), sizes })
}

fn zipped(program: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip.start_file("bootstrap", options.compression_level(Some(9)))?;
    zip.write_all(program)?;
    Ok(zip.finish()?.into_inner())
}
