//! That the roles of `infra/bootstrap.yaml` may do what is needed, and nothing else.
//!
//! What is needed is derived: from the sandbox's log of a [`life`] in which every command that calls AWS does all that it can,
//! each call giving actions on resources ([`needs`]); and from the registry's schemas, which say what the handlers of the
//! resource types need (`reconciler/cfn/registry/permissions.json`). What of that is [`withheld`] stands in a table, with the
//! reason. The policies are those that `reconcile bootstrap --print-policy` prints.

mod calls;
mod comparison;
mod life;
mod limits;
mod needs;
mod policy;
mod scenarios;
mod trust;
mod withheld;

use std::collections::{BTreeMap, BTreeSet};

use reconcile_tests::repository::root;
use serde_json::Value;

/// IAM actions.
type Actions = BTreeSet<String>;

/// What the registry says of the types in `infra/`.
struct Registry(Value);

impl Registry {
    fn read() -> Self {
        let path = root().join("reconciler/cfn/registry/permissions.json");
        let text = std::fs::read_to_string(path).expect("the permissions are read");
        Self(serde_json::from_str(&text).expect("they are JSON"))
    }

    /// What these handlers of these types need.
    fn handlers(&self, types: &BTreeSet<String>, handlers: &[&str]) -> Actions {
        let needed = types.iter().flat_map(|name| {
            let of_type = &self.0["handlers"][name];
            handlers.iter().flat_map(|handler| texts(&of_type[*handler]))
        });
        needed.collect()
    }

    /// The types that it speaks of.
    fn types(&self) -> BTreeSet<String> {
        self.0["handlers"].as_object().expect("there are types").keys().cloned().collect()
    }

    /// The actions for which AWS knows no resources.
    fn without_resources(&self) -> Actions {
        texts(&self.0["withoutResources"]).into_iter().collect()
    }
}

/// The templates of `infra/`, by name.
fn templates() -> BTreeMap<String, String> {
    texts_of("infra", "yaml")
}

/// The files of a folder that end in this, by name.
fn texts_of(folder: &str, extension: &str) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(root().join(folder)).expect("the folder is listed");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let paths = paths.filter(|path| path.extension().is_some_and(|found| found == extension));
    let named = paths.map(|path| {
        let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).expect("the file is read"))
    });
    named.collect()
}

/// The types of a template's resources.
fn types_of(template: &str) -> BTreeSet<String> {
    let lines = template.lines().filter_map(|line| line.strip_prefix("    Type: "));
    lines.filter(|name| name.starts_with("AWS::")).map(str::to_owned).collect()
}

/// One text, or a list of them.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

/// Compares both ways, and says what differs.
#[track_caller]
fn same(what: &str, allowed: &Actions, needed: &Actions) {
    let missing: Vec<_> = needed.difference(allowed).collect();
    let unused: Vec<_> = allowed.difference(needed).collect();
    assert!(
        missing.is_empty() && unused.is_empty(),
        "{what}: missing {missing:#?}, unused {unused:#?}"
    );
    assert!(!needed.is_empty(), "{what}: nothing was compared");
}
