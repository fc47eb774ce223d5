//! The tools that do the same work, and how each is told to do it.
//!
//! Owns what a tool is: its files, its commands, how it gets here. Knows no scenario and measures nothing.

mod aws_cli;
mod cdk;
pub(crate) mod install;
pub(crate) mod reconcile;
mod sceptre;
mod terraform;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) use install::Workshop;

use crate::units::Unit;

/// A tool that deploys CloudFormation stacks.
pub(crate) trait Tool {
    /// As its users call it.
    fn name(&self) -> &'static str;

    /// Writes its files, of as many stacks; `exist` if they are in AWS before it is run first.
    fn declare(&self, folder: &Path, units: &[Unit], exist: bool) -> Result<(), Box<dyn Error>>;

    /// Makes AWS as declared.
    fn deploy(&self, folder: &Path) -> Command;

    /// Whether it is the one that is measured against the others.
    fn is_ours(&self) -> bool {
        false
    }

    /// Does nothing but start.
    fn version(&self) -> Command;

    /// What it needs on disk.
    fn files(&self) -> Vec<PathBuf>;

    /// What a reader should know of its figures.
    fn remark(&self) -> &'static str {
        ""
    }
}

/// A tool, or why it is not here.
pub(crate) type Found = Result<Box<dyn Tool>, String>;

/// All of them, installed where they were not; ours is the first.
pub(crate) fn all(workshop: &Workshop, program: &Path) -> Vec<(&'static str, Found)> {
    let found =
        |tool: Result<Box<dyn Tool>, Box<dyn Error>>| tool.map_err(|error| error.to_string());
    vec![
        (reconcile::NAME, Ok(Box::new(reconcile::Reconcile::new(program)) as Box<dyn Tool>)),
        (sceptre::NAME, found(sceptre::Sceptre::install(workshop))),
        (cdk::NAME, found(cdk::Cdk::install(workshop))),
        (aws_cli::NAME, found(aws_cli::AwsCli::install(workshop))),
        (terraform::NAME, found(terraform::Terraform::find(workshop))),
    ]
}

/// Writes a file and the folders that it is in.
fn write(file: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(file, text)?)
}
