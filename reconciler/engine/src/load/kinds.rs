//! What loading knows of a kind: its word, its folder, its schema.

use reconcile_core::address::Address;
use schemars::Schema;

use crate::kind::Kind;

/// The folder of everything that is declared.
pub const DESIRED: &str = "desired";

/// A kind of file, as loading sees it.
#[derive(Debug, Clone, Copy)]
pub struct KindInfo {
    /// As `kind:` spells it: `Stack`.
    pub word: &'static str,
    /// As the folder and addresses spell it: `stacks`.
    pub plural: &'static str,
    /// The schema of what a file says beyond its header (`kind`, `name`, `environments`).
    pub schema: fn() -> Schema,
}

impl KindInfo {
    /// What loading knows of the kind `K`.
    pub const fn of<K: Kind>() -> Self {
        Self { word: K::WORD, plural: K::PLURAL, schema: schema_of::<K> }
    }

    /// The folder of its files: `desired/stacks`.
    pub fn folder(&self) -> String {
        format!("{DESIRED}/{}", self.plural)
    }

    /// The address of its unit of this name.
    pub fn address(&self, name: &str) -> Address {
        Address::new(self.plural, name)
    }
}

fn schema_of<K: Kind>() -> Schema {
    schemars::schema_for!(K::Raw)
}
