//! `.cargo/config.toml`, as far as it has an effect on a binary.

use reconcile_core::digest::Digest;
use reconcile_engine::load::Files;
use toml::{Table, Value};

use super::{SourceError, toml};

/// Where it is.
pub(super) const PATH: &str = ".cargo/config.toml";

/// The tables that have an effect on a binary; others are about cargo itself.
const WITH_EFFECT: [&str; 6] = ["build", "env", "patch", "profile", "target", "unstable"];

/// What the repository tells cargo.
#[derive(Debug, Clone, Default)]
pub struct CargoConfig(Table);

impl CargoConfig {
    pub(super) fn read(files: &dyn Files) -> Result<Self, SourceError> {
        let table = toml(files, PATH)?.unwrap_or_default().into_iter();
        Ok(Self(table.filter(|(key, _)| WITH_EFFECT.contains(&key.as_str())).collect()))
    }

    /// None if nothing of it has an effect.
    pub(super) fn digest(&self) -> Option<Digest> {
        (!self.0.is_empty()).then(|| Digest::of_json(&self.0))
    }

    /// The compiler's flags for a target. A build sets flags of its own, which would replace these.
    pub fn flags(&self, target: &str) -> Vec<String> {
        let of_target =
            self.0.get("target").and_then(|targets| targets.get(target)?.get("rustflags"));
        let of_all = || self.0.get("build").and_then(|build| build.get("rustflags"));
        match of_target.or_else(of_all) {
            Some(Value::String(flags)) => flags.split_whitespace().map(str::to_owned).collect(),
            Some(flags) => {
                let flags = flags.as_array().into_iter().flatten().filter_map(Value::as_str);
                flags.map(str::to_owned).collect()
            }
            None => Vec::new(),
        }
    }

    /// The linker for a target, where one is set.
    pub fn linker(&self, target: &str) -> Option<&str> {
        self.0.get("target")?.get(target)?.get("linker")?.as_str()
    }
}
