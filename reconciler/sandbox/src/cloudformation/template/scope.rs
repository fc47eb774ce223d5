//! The names that are known before any resource exists: parameters, mappings, conditions and exports.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::world::ACCOUNT;

/// What expressions can refer to besides resources.
#[derive(Debug, Default, Clone)]
pub(crate) struct Scope {
    pub(crate) region: String,
    /// Parameter values and pseudo parameters, by name.
    pub(crate) parameters: BTreeMap<String, Value>,
    pub(crate) mappings: Value,
    pub(crate) conditions: BTreeMap<String, bool>,
    /// Exported values of the region, by export name.
    pub(crate) exports: BTreeMap<String, String>,
    imported: RefCell<BTreeSet<String>>,
}

/// Whose template is evaluated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner<'a> {
    pub(crate) region: &'a str,
    pub(crate) stack_name: &'a str,
    pub(crate) stack_id: &'a str,
    pub(crate) notification_arns: &'a [String],
}

impl Scope {
    /// The scope of one stack, with the pseudo parameters beside its own `parameters`.
    pub(crate) fn of(owner: Owner<'_>, mut parameters: BTreeMap<String, Value>) -> Self {
        let pseudo = [
            ("AWS::AccountId", json!(ACCOUNT)),
            ("AWS::NotificationARNs", json!(owner.notification_arns)),
            ("AWS::Partition", json!("aws")),
            ("AWS::Region", json!(owner.region)),
            ("AWS::StackId", json!(owner.stack_id)),
            ("AWS::StackName", json!(owner.stack_name)),
            ("AWS::URLSuffix", json!("amazonaws.com")),
        ];
        parameters.extend(pseudo.map(|(name, value)| (name.to_owned(), value)));
        Self { region: owner.region.to_owned(), parameters, ..Self::default() }
    }

    /// The value of an export; it counts as imported from now on.
    pub(super) fn import(&self, name: &str) -> Result<Value, AwsError> {
        let Some(value) = self.exports.get(name) else {
            return Err(AwsError::validation(format!("No export named {name} found.")));
        };
        self.imported.borrow_mut().insert(name.to_owned());
        Ok(json!(value))
    }

    /// The exports that were imported so far.
    pub(super) fn imported(&self) -> BTreeSet<String> {
        self.imported.borrow().clone()
    }
}
