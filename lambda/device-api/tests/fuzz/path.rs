//! Paths of all kinds.

use std::path::{Component, Path};

use bolero::check;
use device_api::path::ObjectKey;
use device_registry::Prefix;

use crate::witness::PREFIX;

fn prefix() -> Prefix {
    Prefix::try_from(PREFIX.to_owned()).expect("is a prefix")
}

/// What is so of every path that is taken.
fn holds(path: &str) {
    let Ok(key) = ObjectKey::below(&prefix(), path) else { return };
    assert_eq!(key.as_str(), format!("{PREFIX}{path}"));
    assert_eq!(key.path(), path);
    assert!(key.as_str().len() <= 1024);
    let mut segments = Path::new(path).components();
    assert!(segments.all(|segment| matches!(segment, Component::Normal(_))), "{path}");
    assert_eq!(Path::new(path).components().count(), path.split('/').count(), "{path}");
    assert!(ObjectKey::listed_below(&prefix(), path).is_ok(), "{path} can be listed");
}

#[test]
fn any() {
    check!().for_each(|bytes| holds(&String::from_utf8_lossy(bytes)));
}

/// Random bytes seldom are a traversal; these are little else.
#[test]
fn of_dangerous_pieces() {
    const PIECES: [&str; 24] = [
        ".",
        "..",
        "/",
        "\\",
        "%2e",
        "%2E",
        "%2f",
        "%5c",
        "%25",
        "%",
        "．",
        "／",
        "‥",
        " ",
        "\0",
        "%c0%ae",
        "%u002e",
        "a",
        "CON",
        ":",
        "か\u{3099}",
        "\u{202e}",
        "terminals",
        "2e",
    ];
    check!().for_each(|bytes| {
        let piece = |byte: &u8| PIECES[usize::from(*byte) % PIECES.len()];
        holds(&bytes.iter().map(piece).collect::<String>());
    });
}
