//! Makes sure that a build read nothing of the repository that its artifact's digest does not cover:
//! otherwise a change of it would go unnoticed.

use std::fs;
use std::path::{Path, PathBuf};

use super::TARGET;
use crate::step::Recipe;

/// Compares what cargo noted beside a binary with what is covered.
pub(super) fn check(root: &Path, recipe: &Recipe, binary: &Path) -> Result<(), String> {
    let noted = binary.with_extension("d");
    let text = fs::read_to_string(&noted)
        .map_err(|error| format!("`{}` cannot be read: {error}", noted.display()))?;
    let target = root.join(TARGET);
    for file in files(&text) {
        let Ok(path) = file.strip_prefix(root) else { continue };
        let path = path.to_string_lossy().replace('\\', "/");
        if !file.starts_with(&target) && !recipe.files.contains(&path) {
            return Err(format!(
                "`{}` is compiled with `{path}`, which is not among what makes it a new package: \
                 move it into the crate's `src`, or read it when the function runs",
                recipe.krate
            ));
        }
    }
    Ok(())
}

/// The files that a rule of make depends on; a space within a name is written `\ `.
fn files(text: &str) -> impl Iterator<Item = PathBuf> {
    let rules = text.lines().filter_map(|line| line.split_once(": "));
    rules.flat_map(|(_, files)| {
        let files = files.replace("\\ ", "\0");
        let names: Vec<_> =
            files.split(' ').map(|name| PathBuf::from(name.replace('\0', " "))).collect();
        names
    })
}
