//! The walls between crates and files, which the compiler does not see.

use std::collections::BTreeSet;
use std::path::Path;

use reconcile_engine::load::{Files as _, WorkTree};
use reconcile_tests::repository::root;

/// A source file, by its path from `reconciler/`.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) code: String,
}

/// The sources of every crate, without their tests and comments.
pub(crate) fn sources() -> Vec<Source> {
    let files = WorkTree::new(root()).expect("the repository is there");
    let paths = files.list("reconciler").expect("it is listed").into_iter();
    let paths = paths.filter(|path| is_rust(path) && path.contains("/src/"));
    let paths = paths.filter(|path| !path.contains("/tests") && !path.ends_with("/testing.rs"));
    paths
        .map(|path| {
            let text = files.read(&path).expect("it is read").unwrap_or_default();
            let text = String::from_utf8(text).expect("it is text");
            let code = without_tests(&text).filter(|line| !line.trim_start().starts_with("//"));
            let path = path.trim_start_matches("reconciler/").to_owned();
            Source { path, code: code.collect::<Vec<_>>().join("\n") }
        })
        .collect()
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// The lines before the tests that end a file. A module of tests in a file of its own ends nothing.
fn without_tests(text: &str) -> impl Iterator<Item = &str> {
    let mut last = "";
    text.lines().take_while(move |line| {
        let begins = last == "#[cfg(test)]" && line.ends_with('{');
        last = line;
        !begins
    })
}

/// Finds the files with this word that are not where it may stand.
#[track_caller]
fn only(word: &str, allowed: impl Fn(&str) -> bool) {
    let (mut inside, mut outside) = (0, Vec::new());
    for source in sources().iter().filter(|source| source.code.contains(word)) {
        if allowed(&source.path) {
            inside += 1;
        } else {
            outside.push(source.path.clone());
        }
    }
    assert!(inside > 0, "`{word}` is nowhere: the rule watches nothing");
    assert!(outside.is_empty(), "`{word}` in {}", outside.join(", "));
}

#[track_caller]
fn never(word: &str, forbidden: impl Fn(&str) -> bool) {
    let sources = sources();
    let watched: Vec<_> = sources.iter().filter(|source| forbidden(&source.path)).collect();
    assert!(!watched.is_empty(), "the rule watches nothing");
    for source in watched {
        assert!(!source.code.contains(word), "`{word}` in {}", source.path);
    }
}

/// The names under `[dependencies]` of a crate's manifest.
fn dependencies(krate: &str) -> BTreeSet<String> {
    let path = root().join("reconciler").join(krate).join("Cargo.toml");
    let manifest = std::fs::read_to_string(path).expect("the manifest is read");
    let lines = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    let names = lines.filter_map(|line| line.split(['.', '=']).next());
    names.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

#[track_caller]
fn does_not_depend_on(krate: &str, forbidden: &[&str]) {
    let found = dependencies(krate);
    assert!(!found.is_empty(), "the manifest of `{krate}` was not understood");
    let crossed: Vec<_> = found
        .iter()
        .filter(|name| forbidden.iter().any(|forbidden| name.starts_with(forbidden)))
        .collect();
    assert!(crossed.is_empty(), "`{krate}` depends on {crossed:?}");
}

fn is_in_a_kind(path: &str, part: &str) -> bool {
    path.strip_prefix("kinds/").and_then(|path| path.split_once("/src/")).is_some_and(
        |(_, rest)| rest == format!("{part}.rs") || rest.starts_with(&format!("{part}/")),
    )
}

#[test]
fn crates_depend_inwards_only() {
    does_not_depend_on("core", &["reconcile-", "aws", "tokio", "serde_yaml", "clap", "async"]);
    does_not_depend_on("cfn", &["reconcile-", "aws", "tokio", "clap", "async"]);
    does_not_depend_on(
        "sandbox",
        &["reconcile-core", "reconcile-engine", "reconcile-kind", "clap"],
    );
    let not_for_the_engine = ["reconcile-kind", "reconcile-cfn", "reconcile-sandbox", "clap"];
    does_not_depend_on("engine", &not_for_the_engine);
    for kind in std::fs::read_dir(root().join("reconciler/kinds")).expect("there are kinds") {
        let name = kind.expect("a folder").file_name();
        let kind = format!("kinds/{}", name.to_string_lossy());
        does_not_depend_on(&kind, &["reconcile-kind", "reconcile-sandbox", "serde_yaml", "clap"]);
    }
}

#[test]
fn aws_is_named_only_where_it_is_called() {
    only("aws_sdk_", |path| {
        is_in_a_kind(path, "aws")
            || path.starts_with("engine/src/aws/")
            || path.starts_with("engine/src/state/")
    });
}

#[test]
fn yaml_is_read_only_while_loading() {
    only("serde_yaml", |path| path.starts_with("engine/src/load/"));
}

#[test]
fn planning_waits_for_nothing() {
    for word in ["async ", ".await", "tokio"] {
        never(word, |path| {
            path.starts_with("core/")
                || path.starts_with("cfn/")
                || ["plan", "spec", "state", "step"].iter().any(|part| is_in_a_kind(path, part))
        });
    }
}

#[test]
fn only_the_console_writes_to_the_terminal() {
    for word in ["io::stdout()", "io::stderr()"] {
        only(word, |path| path == "cli/src/console.rs");
    }
    for word in ["println!", "print!", "eprint!"] {
        never(word, is_rust);
    }
}
