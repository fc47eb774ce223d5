//! The files of a crate's folder that a build may read.

use std::collections::BTreeMap;
use std::path::Path;

use reconcile_core::digest::Digest;
use reconcile_engine::load::Files;

use super::SourceError;

/// Folders of a crate that a build of its binary does not read.
const OTHER_TARGETS: [&str; 4] = ["tests/", "benches/", "examples/", "target/"];

/// The digests of a crate's files, by their paths from the root of the repository, without its manifest
/// (of which not all counts), hidden files, documents, and the crates below it.
///
/// If a build reads one of those left out after all, it says so: see [`crate::build`].
pub(super) fn of_crate(
    files: &dyn Files,
    folder: &str,
) -> Result<BTreeMap<String, Digest>, SourceError> {
    let unreadable = |path: &str, error: &std::io::Error| SourceError::Broken {
        path: path.to_owned(),
        what: format!("cannot be read: {error}"),
    };
    let listed = files.list(folder).map_err(|error| unreadable(folder, &error))?;
    let within =
        |path: &str| path.strip_prefix(folder).map(|path| path.trim_start_matches('/').to_owned());
    let inner: Vec<String> = listed
        .iter()
        .filter_map(|path| Some(within(path)?.strip_suffix("/Cargo.toml")?.to_owned() + "/"))
        .collect();
    let mut digests = BTreeMap::new();
    for path in &listed {
        let Some(short) = within(path) else { continue };
        let is_of_inner = inner.iter().any(|folder| short.starts_with(folder));
        if is_of_inner || !may_be_read(&short) {
            continue;
        }
        let bytes = files.read(path).map_err(|error| unreadable(path, &error))?;
        // A file that went away between listing and reading is an editor's.
        digests.extend(bytes.map(|bytes| (path.clone(), Digest::of(bytes))));
    }
    Ok(digests)
}

fn may_be_read(path: &str) -> bool {
    let is_document = !path.contains('/')
        && Path::new(path).extension().is_some_and(|extension| extension == "md");
    let is_hidden = path.split('/').any(|part| part.starts_with('.'));
    let is_elsewhere = OTHER_TARGETS.iter().any(|folder| path.starts_with(folder));
    path != "Cargo.toml" && !is_document && !is_hidden && !is_elsewhere
}
