//! What is asked of this machine.

use std::path::PathBuf;

use async_trait::async_trait;

use crate::build::Toolchain;
use crate::spec::Package;
use crate::state::Built;
use crate::step::Recipe;

/// A package on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Its bytes' digest and size.
    pub built: Built,
    /// The zip.
    pub file: PathBuf,
}

/// Hears how a build goes on.
pub type Tell<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// Compiles and packs.
#[async_trait]
pub trait Builds: Send + Sync {
    /// What a package would be compiled with, or why it cannot be told.
    async fn toolchain(&self, package: &Package) -> Result<Toolchain, String>;
    /// The package that was built of these parts here, if it was.
    async fn built(&self, recipe: &Recipe) -> Result<Option<Packed>, String>;
    /// Builds it. What was built before of the same parts is built again.
    async fn build(&self, recipe: &Recipe, tell: Tell<'_>) -> Result<Packed, String>;
}
