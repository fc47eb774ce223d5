//! What every file of `desired/` begins with: `kind`, `name` and, for units, `environments`.

use std::collections::BTreeSet;
use std::sync::Arc;

use reconcile_core::problem::{Place, Problem, SourceFile, did_you_mean};
use schemars::JsonSchema;

use super::kinds::KindInfo;
use super::tree::Node;

/// The keys that belong to loading rather than to a kind.
pub(super) const HEADER_KEYS: [&str; 3] = ["kind", "name", "environments"];

/// The header of a unit's file, for its schema; it is read from the tree.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct Header {
    /// What kind of thing the file declares; the folder must agree.
    kind: String,
    /// The file's name without `.yaml`. Others refer to the unit by it.
    #[schemars(
        length(max = 128),
        regex(pattern = "^[A-Za-z0-9][A-Za-z0-9_-]*$"),
        extend("patternErrorMessage" = "letters, digits, `-` and `_`, beginning with a letter or digit")
    )]
    name: String,
    /// The environments that it is meant for; all of them if left out.
    #[schemars(length(min = 1))]
    environments: Option<Vec<String>>,
}

/// Whether `kind:` is there and agrees with the folder; what is wrong otherwise.
pub(super) fn check_kind(
    file: &Arc<SourceFile>,
    root: &Node,
    kind: &KindInfo,
    kinds: &[KindInfo],
) -> Result<(), Problem> {
    let place = |pointer: &str| Place { file: Arc::clone(file), range: root.value_range(pointer) };
    let folder = kind.folder();
    if !root.is_map() {
        let problem = Problem::at(place(""), "a file of `desired/` is a map of keys and values");
        return Err(problem.hint(format!("begin with `kind: {}`", kind.word)));
    }
    let Some(word) = root.get("kind").and_then(Node::text) else {
        // The schema says so, in the same words as of any other key.
        return Ok(());
    };
    if word == kind.word {
        return Ok(());
    }
    let message = format!("`kind: {word}` cannot stand in `{folder}/`");
    let problem = Problem::at(place("/kind"), message);
    if let Some(other) = kinds.iter().find(|other| other.word == word) {
        return Err(problem.hint(format!("move the file to `{}/`", other.folder())));
    }
    let near = did_you_mean(word, [kind.word]);
    Err(problem
        .hint(near.unwrap_or_else(|| format!("files of `{folder}/` say `kind: {}`", kind.word))))
}

/// What is wrong with a name, seen beside its file's.
pub(super) fn check_name(file: &Arc<SourceFile>, root: &Node, stem: &str) -> Option<Problem> {
    let name = root.get("name")?.text()?;
    (name != stem).then(|| {
        let place = Place { file: Arc::clone(file), range: root.value_range("/name") };
        Problem::at(place, format!("the name `{name}` is not that of the file, `{stem}`"))
            .hint(format!("write `name: {stem}`, or rename the file to `{name}.yaml`"))
    })
}

/// The environments that a file names.
pub(super) fn environments(root: &Node) -> Option<BTreeSet<String>> {
    let names = root.get("environments")?.items().iter();
    Some(names.filter_map(Node::text).map(str::to_owned).collect())
}
