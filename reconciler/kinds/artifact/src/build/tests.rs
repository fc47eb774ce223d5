//! Builds, of a crate without dependencies so that they are quick.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use reconcile_core::digest::Digest;
use reconcile_engine::load::WorkTree;

use super::Workshop;
use crate::port::builds::{Builds as _, Packed};
use crate::sources::{Asked, Sources};
use crate::spec::Architecture;
use crate::step::Recipe;

/// A work tree with one function, that panics so that a path of its sources is in the program.
fn work_tree(main: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in [
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"hello\"]\n\
             [profile.lambda]\ninherits = \"release\"\nstrip = true\n",
        ),
        ("Cargo.lock", "version = 4\n\n[[package]]\nname = \"hello\"\nversion = \"0.1.0\"\n"),
        (
            "hello/Cargo.toml",
            "[package]\nname = \"hello\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        ),
        ("hello/README.md", "# hello"),
        ("hello/src/main.rs", main),
    ] {
        let file = folder.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    folder
}

fn recipe(root: &Path) -> Recipe {
    let files = WorkTree::new(root).unwrap();
    let asked = Asked { krate: "hello", profile: "lambda", features: &[] };
    let sources = Sources::read(&files, &asked).unwrap();
    Recipe {
        name: "hello".to_owned(),
        declared_in: "desired/artifacts/hello.yaml:3".to_owned(),
        krate: "hello".to_owned(),
        binary: sources.binary,
        architecture: Architecture::Host,
        runs_on_lambda: false,
        profile: "lambda".to_owned(),
        features: Vec::new(),
        config: sources.config,
        parts: sources.parts,
        files: sources.files,
    }
}

async fn build(root: &Path) -> (Result<Packed, String>, Vec<String>) {
    let said = Mutex::new(Vec::new());
    let workshop = Workshop::new(Some(root.to_owned()));
    let tell = |line: &str| said.lock().unwrap().push(line.to_owned());
    let built = workshop.build(&recipe(root), &tell).await;
    (built, said.into_inner().unwrap())
}

const HELLO: &str = "fn main() { assert!(std::env::args().count() > 5, \"{}\", file!()); }";

#[tokio::test]
async fn two_folders_give_the_same_bytes() {
    let (one, other) = (work_tree(HELLO), work_tree(HELLO));
    let (first, said) = build(one.path()).await;
    let (first, second) = (first.unwrap(), build(other.path()).await.0.unwrap());
    assert_eq!(first.built, second.built);
    assert_eq!(said.first().map(String::as_str), Some("compiling `hello`"));
    assert_eq!(said.last().map(String::as_str), Some("packing"));
    let zip = fs::read(&first.file).unwrap();
    assert_eq!(Digest::of(&zip), first.built.sha256);
    let mut zip = ::zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    assert_eq!(zip.len(), 1);
    let entry = zip.by_index(0).unwrap();
    assert_eq!(entry.name().unwrap(), "bootstrap");
    assert_eq!(entry.unix_mode().map(|mode| mode & 0o777), Some(0o755));
    assert_eq!(entry.last_modified().unwrap().to_string(), "1980-01-01 00:00:00");
    let workshop = Workshop::new(Some(one.path().to_owned()));
    let found = workshop.built(&recipe(one.path())).await.unwrap();
    assert_eq!(found, Some(first), "what was built is found again");
    fs::write(one.path().join("hello/src/main.rs"), HELLO.replace('5', "6")).unwrap();
    assert_eq!(workshop.built(&recipe(one.path())).await, Ok(None), "of other sources");
}

#[tokio::test]
async fn what_cargo_refuses_is_told_whole() {
    let folder = work_tree("fn main() { let number: u8 = \"text\"; missing(); }");
    let error = build(folder.path()).await.0.unwrap_err();
    let expected = "desired/artifacts/hello.yaml:3: cargo could not build `hello`:\n";
    assert!(error.starts_with(expected), "{error}");
    assert!(error.contains("mismatched types") && error.contains("`missing`"), "{error}");
}

#[tokio::test]
async fn what_is_read_from_outside_is_refused() {
    let folder = work_tree("fn main() { print!(include_str!(\"../README.md\")); }");
    let error = build(folder.path()).await.0.unwrap_err();
    assert!(error.contains("is compiled with `hello/README.md`"), "{error}");
}

#[tokio::test]
async fn what_changes_meanwhile_is_refused() {
    let folder = work_tree(HELLO);
    let recipe = recipe(folder.path());
    fs::write(folder.path().join("hello/src/main.rs"), HELLO.replace('5', "6")).unwrap();
    let workshop = Workshop::new(Some(folder.path().to_owned()));
    let error = workshop.build(&recipe, &|_| {}).await.unwrap_err();
    assert!(error.ends_with("`hello` changed while it was built: begin again"), "{error}");
    assert_eq!(workshop.built(&recipe).await, Ok(None));
}

#[tokio::test]
async fn nothing_is_built_without_a_work_tree() {
    let folder = work_tree(HELLO);
    let recipe = Recipe { parts: BTreeMap::new(), ..recipe(folder.path()) };
    let error = Workshop::new(None).build(&recipe, &|_| {}).await.unwrap_err();
    assert_eq!(error, "there is no work tree to build in");
}
