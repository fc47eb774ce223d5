//! What loading knows of a kind: its word, its folder, its schema.

use reconcile_core::address::Address;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

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
    /// The schema of its section in an environment's file; none if it has no such section.
    pub settings: fn() -> Option<Schema>,
}

impl KindInfo {
    /// What loading knows of the kind `K`.
    pub const fn of<K: Kind>() -> Self {
        Self { word: K::WORD, plural: K::PLURAL, schema: schema_of::<K>, settings: K::settings }
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

/// The schema of settings of the type `T`, for [`Kind::settings`]: in one piece, since it stands within another one.
pub fn settings_schema<T: JsonSchema>() -> Schema {
    let whole = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    whole.into_generator().into_root_schema_for::<T>()
}
