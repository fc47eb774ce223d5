use device_registry::Prefix;

use super::PathError::{
    Control, Empty, EmptySegment, Encoding, NotNormal, TooLong, Traversal, WindowsCharacter,
    WindowsName,
};
use super::{MAX_KEY, ObjectKey, PathError};

const PREFIX: &str = "terminals/clinic-0001-pc01/";

fn prefix() -> Prefix {
    Prefix::try_from(PREFIX.to_owned()).expect("is a prefix")
}

#[track_caller]
fn refused(path: &str, why: PathError) {
    assert_eq!(ObjectKey::below(&prefix(), path), Err(why), "{}", path.escape_debug());
}

#[test]
fn a_path_becomes_a_key_below_the_prefix() {
    for path in [
        "a",
        "2026/01/23/karte.zip",
        "バックアップ/患者一覧／控え.xlsx",
        "100% sure.txt",
        ".hidden/..data/v1..2",
        "contact.txt",
        "COM10",
        "家族👨\u{200d}👩\u{200d}👧.jpg",
        "clinic-0002-pc01/a",
        "~/a",
        "a%41b",
    ] {
        let key = ObjectKey::below(&prefix(), path).expect("is taken");
        assert_eq!((key.as_str(), key.path()), (format!("{PREFIX}{path}").as_str(), path));
    }
}

#[test]
fn no_spelling_of_a_traversal_is_taken() {
    for path in [
        "..",
        "../clinic-0002-pc01/a",
        "a/../../clinic-0002-pc01/a",
        "a/..",
        ".",
        "./a",
        "a/./b",
        "...",
        "a/.../b",
        ".. /a",
        ". ./a",
        "..\\a",
        "a\\..\\..\\b",
        "%2e%2e/a",
        "%2E%2e%2Fa",
        "..%2fa",
        "..%5ca",
        "%252e%252e%252fa",
        "%25252e%25252e/a",
        "..%00/a",
        "..%20/a",
        "．．/a",
        "．．／a",
        "‥/a",
        "․․/a",
        "﹒﹒/a",
        "%ef%bc%8e%ef%bc%8e/a",
        "a／．．／b",
    ] {
        refused(path, Traversal);
    }
    for path in
        ["%c0%ae%c0%ae/a", "%e0%80%ae/a", "%u002e%u002e/a", "%uff0e%uff0e/a", "%25c0%25ae/a"]
    {
        refused(path, Encoding);
    }
}

#[test]
fn no_other_path_is_taken_either() {
    for path in ["/", "/a", "a/", "a//b", "//server/share", "///"] {
        refused(path, EmptySegment);
    }
    for path in ["a\0", "a\n", "\u{7f}", "a\u{85}b", "\u{202e}gpj.exe", "a\u{200b}", "\u{feff}a"] {
        refused(path, Control);
    }
    for path in ["C:/a", "a\\b", "a:stream", "a?b", "*", "a\"b", "<a>", "a|b", "\\\\server\\share"]
    {
        refused(path, WindowsCharacter);
    }
    for path in ["con", "a/NUL", "nul.txt", "Aux .tar.gz", "COM1", "lpt9.log", "com¹", "a.", "a /b"]
    {
        refused(path, WindowsName);
    }
    refused("", Empty);
    refused("か\u{3099}", NotNormal);
    refused("\u{212b}", NotNormal);
}

#[test]
fn a_key_is_as_long_as_s3_takes() {
    let room = MAX_KEY - PREFIX.len();
    let key = ObjectKey::below(&prefix(), &"a".repeat(room)).expect("just fits");
    assert_eq!(key.as_str().len(), MAX_KEY);
    refused(&"a".repeat(room + 1), TooLong);
    // Bytes count, not characters.
    refused(&"あ".repeat(room / 3 + 1), TooLong);
}

#[test]
fn a_listing_begins_with_folders_and_the_beginning_of_a_name() {
    for beginning in ["", "2026/", "2026/01", "2026/01/", "con", "a/nul"] {
        let key = ObjectKey::listed_below(&prefix(), beginning).expect("is taken");
        assert_eq!(
            (key.as_str(), key.path()),
            (format!("{PREFIX}{beginning}").as_str(), beginning)
        );
    }
    for (beginning, why) in [
        ("/", Empty),
        ("../", Traversal),
        ("a/..", Traversal),
        ("..", Traversal),
        ("a//", EmptySegment),
        ("/a", Empty),
        ("con/", WindowsName),
        ("a\\", WindowsCharacter),
        ("%2e%2e", Traversal),
    ] {
        assert_eq!(ObjectKey::listed_below(&prefix(), beginning), Err(why), "{beginning}");
    }
    let long = "a".repeat(MAX_KEY - PREFIX.len());
    assert_eq!(ObjectKey::listed_below(&prefix(), &format!("{long}/")), Err(TooLong));
}
