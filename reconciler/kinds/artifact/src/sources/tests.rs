//! What makes another package, and what does not.

use std::collections::BTreeSet;

use reconcile_core::digest::Digest;
use reconcile_engine::load::files::MemoryFiles;

use super::{Asked, SourceError, Sources};

const LOCK: &str = r#"
version = 4
[[package]]
name = "health"
version = "0.1.0"
dependencies = ["shared", "serde", "insta"]
[[package]]
name = "shared"
version = "0.1.0"
dependencies = ["itoa 1.0.0"]
[[package]]
name = "other"
version = "0.1.0"
dependencies = ["tokio"]
[[package]]
name = "serde"
version = "1.0.0"
source = "registry"
checksum = "aa"
dependencies = ["serde_core"]
[[package]]
name = "serde_core"
version = "1.0.0"
source = "registry"
checksum = "bb"
[[package]]
name = "itoa"
version = "1.0.0"
source = "registry"
checksum = "cc"
[[package]]
name = "itoa"
version = "0.4.0"
source = "registry"
checksum = "dd"
[[package]]
name = "insta"
version = "1.0.0"
source = "registry"
checksum = "ee"
[[package]]
name = "tokio"
version = "1.0.0"
source = "registry"
checksum = "ff"
"#;

/// A repository with a function, a crate that it needs, and one that it does not.
fn repository() -> Vec<(&'static str, String)> {
    let text = |text: &str| text.to_owned();
    vec![
        (
            "Cargo.toml",
            text(
                "[workspace]\nresolver = \"3\"\nmembers = [\"lambda/*\", \"shared\", \"other\"]\n\
                 [workspace.dependencies]\nserde = \"1\"\ntokio = \"1\"\nshared = { path = \"shared\" }\n\
                 [profile.lambda]\ninherits = \"small\"\nlto = \"fat\"\n\
                 [profile.small]\ninherits = \"release\"\nopt-level = \"s\"\n\
                 [profile.bench]\ndebug = true\n",
            ),
        ),
        ("Cargo.lock", text(LOCK)),
        (
            "lambda/health/Cargo.toml",
            text(
                "[package]\nname = \"health\"\nversion = \"0.1.0\"\n\
                 [features]\nverbose = []\n\
                 [dependencies]\nshared.workspace = true\nserde.workspace = true\n\
                 [dev-dependencies]\ninsta = \"1\"\n",
            ),
        ),
        ("lambda/health/src/main.rs", text("fn main() {}")),
        ("lambda/health/src/words.txt", text("hello")),
        ("lambda/health/README.md", text("# health")),
        ("lambda/health/tests/all.rs", text("#[test] fn it() {}")),
        ("lambda/health/fuzz/Cargo.toml", text("[package]\nname = \"fuzz\"\n")),
        ("lambda/health/fuzz/main.rs", text("fn main() {}")),
        (
            "shared/Cargo.toml",
            text(
                "[package]\nname = \"shared\"\n[dependencies]\nnumbers = { package = \"itoa\", version = \"1\" }\n",
            ),
        ),
        ("shared/src/lib.rs", text("pub fn shared() {}")),
        (
            "other/Cargo.toml",
            text("[package]\nname = \"other\"\n[dependencies]\ntokio.workspace = true\n"),
        ),
        ("other/src/lib.rs", text("pub fn other() {}")),
        (".cargo/config.toml", text("[alias]\nx = \"run\"\n")),
    ]
}

fn read_with(
    edit: impl FnOnce(&mut Vec<(&'static str, String)>),
    asked: &Asked<'_>,
) -> Result<Sources, SourceError> {
    let mut repository = repository();
    edit(&mut repository);
    let files = repository.into_iter();
    let files = files.fold(MemoryFiles::default(), |files, (path, text)| files.with(path, text));
    Sources::read(&files, asked)
}

fn health() -> Asked<'static> {
    Asked { krate: "health", profile: "lambda", features: &[] }
}

fn digest(edit: impl FnOnce(&mut Vec<(&'static str, String)>)) -> Digest {
    Digest::of_json(&read_with(edit, &health()).unwrap().parts)
}

/// The digest with something in a file replaced, or with one more file.
fn with(path: &'static str, from: &str, to: &str) -> Digest {
    digest(|files| match files.iter_mut().find(|(file, _)| *file == path) {
        Some((_, text)) => {
            assert!(text.contains(from), "`{path}` does not have `{from}`");
            *text = text.replace(from, to);
        }
        None => files.push((path, to.to_owned())),
    })
}

#[test]
fn another_package() {
    let before = digest(|_| {});
    for (path, from, to) in [
        ("lambda/health/src/main.rs", "{}", "{ }"),
        ("lambda/health/src/words.txt", "hello", "hi"),
        ("lambda/health/build.rs", "", "fn main() {}"),
        ("lambda/health/Cargo.toml", "verbose = []", "verbose = []\nquiet = []"),
        ("shared/src/lib.rs", "shared()", "other()"),
        ("shared/Cargo.toml", "version = \"1\"", "version = \"1\", features = [\"x\"]"),
        ("Cargo.toml", "serde = \"1\"", "serde = { version = \"1\", features = [\"derive\"] }"),
        ("Cargo.toml", "lto = \"fat\"", "lto = \"thin\""),
        ("Cargo.toml", "opt-level = \"s\"", "opt-level = \"z\""),
        ("Cargo.toml", "resolver = \"3\"", "resolver = \"2\""),
        ("Cargo.lock", "checksum = \"aa\"", "checksum = \"a1\""),
        ("Cargo.lock", "checksum = \"bb\"", "checksum = \"b1\""),
        ("Cargo.lock", "checksum = \"cc\"", "checksum = \"c1\""),
        (
            ".cargo/config.toml",
            "[alias]",
            "[build]\nrustflags = [\"-Ctarget-cpu=native\"]\n[alias]",
        ),
    ] {
        assert_ne!(with(path, from, to), before, "{path}: {from} -> {to}");
    }
    let features = ["verbose".to_owned()];
    let asked = Asked { features: &features, ..health() };
    assert_ne!(Digest::of_json(&read_with(|_| {}, &asked).unwrap().parts), before);
    let asked = Asked { profile: "release", ..health() };
    assert_ne!(Digest::of_json(&read_with(|_| {}, &asked).unwrap().parts), before);
}

#[test]
fn the_same_package() {
    let before = digest(|_| {});
    for (path, from, to) in [
        ("lambda/health/README.md", "#", "##"),
        ("lambda/health/tests/all.rs", "it", "all"),
        ("lambda/health/fuzz/main.rs", "{}", "{ }"),
        ("lambda/health/.main.rs.swp", "", "an editor's"),
        ("lambda/health/Cargo.toml", "insta = \"1\"", "insta = \"2\""),
        ("lambda/health/Cargo.toml", "[features]", "# a comment\n[features]"),
        ("other/src/lib.rs", "other()", "another()"),
        ("Cargo.toml", "tokio = \"1\"", "tokio = \"2\""),
        ("Cargo.toml", "debug = true", "debug = false"),
        ("Cargo.lock", "checksum = \"dd\"", "checksum = \"d1\""),
        ("Cargo.lock", "checksum = \"ee\"", "checksum = \"e1\""),
        ("Cargo.lock", "checksum = \"ff\"", "checksum = \"f1\""),
        (".cargo/config.toml", "run", "build"),
        ("desired/stacks/s3.yaml", "", "kind: Stack"),
    ] {
        assert_eq!(with(path, from, to), before, "{path}: {from} -> {to}");
    }
}

#[test]
fn what_it_covers() {
    let sources = read_with(|_| {}, &health()).unwrap();
    assert_eq!(sources.binary, "health");
    let files: BTreeSet<_> = sources.files.iter().map(String::as_str).collect();
    let expected = [
        "lambda/health/Cargo.toml",
        "lambda/health/src/main.rs",
        "lambda/health/src/words.txt",
        "shared/Cargo.toml",
        "shared/src/lib.rs",
    ];
    assert_eq!(files, expected.into());
}

#[test]
fn what_cannot_be_built() {
    let wrong = |asked: &Asked<'_>| read_with(|_| {}, asked).unwrap_err().to_string();
    let features = ["verbos".to_owned()];
    assert_eq!(wrong(&Asked { krate: "helth", ..health() }), "the workspace has no crate `helth`");
    assert_eq!(
        wrong(&Asked { krate: "shared", ..health() }),
        "the crate `shared` has no binary: a function is the program `bootstrap`"
    );
    assert_eq!(
        wrong(&Asked { profile: "lamda", ..health() }),
        "`Cargo.toml` has no profile `lamda`"
    );
    assert_eq!(
        wrong(&Asked { features: &features, ..health() }),
        "the crate has no feature `verbos`"
    );
    let error = read_with(|files| files.retain(|(path, _)| *path != "Cargo.lock"), &health());
    assert_eq!(error.unwrap_err().to_string(), "`Cargo.lock` does not exist");
    let error = read_with(|files| files[0].1 = "[workspace".to_owned(), &health()).unwrap_err();
    assert!(error.to_string().starts_with("`Cargo.toml` is not TOML"), "{error}");
    let second = |files: &mut Vec<_>| {
        files.push(("lambda/health/src/bin/tool.rs", "fn main() {}".to_owned()));
    };
    let error = read_with(second, &health()).unwrap_err().to_string();
    assert_eq!(error, "the crate `health` has several binaries (health, tool)");
}
