//! What holds of every file, however it is written.

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert_eq, proptest};
use proptest::sample::select;

use super::{Raw, files, loaded, shown};

/// What YAML is made of, and what upsets it.
const FRAGMENTS: [&str; 40] = [
    "kind: Stack",
    "name: s3",
    "template: ",
    "t.yaml",
    "parameters:",
    "A: ",
    "onDrift: ",
    "ignoreDrift:",
    "resource: x",
    "- ",
    "\n",
    "\n",
    "\n  ",
    "\r\n",
    "\t",
    ": ",
    ":",
    "#",
    " # ",
    "'",
    "\"",
    "[",
    "]",
    "{",
    "}",
    ",",
    "|\n",
    ">-\n",
    "&a ",
    "*a",
    "!t ",
    "!!str ",
    "---\n",
    "...\n",
    "? ",
    "<<: ",
    "鍵",
    "バックアップ",
    "~",
    "\u{feff}",
];

/// Text that may stand where text is wanted, quoted or not.
const VALUES: [&str; 24] = [
    "0123456789",
    "111122223333",
    "1.10",
    "1e3",
    "0x1f",
    "0o17",
    "0b11",
    "+5",
    "-0",
    "yes",
    "off",
    "null",
    "~",
    "true",
    "2027-03-31",
    "12:30:45",
    ".inf",
    "0.",
    "1_000",
    "鍵",
    "a b",
    "a#b",
    "${env.x}",
    "=",
];

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        if let Err(problems) = loaded(&files().with("desired/stacks/s3.yaml", bytes)) {
            shown(&problems);
        }
    }

    #[test]
    fn any_yaml_is_read_or_refused_at_a_place(parts in vec(select(&FRAGMENTS[..]), 0..30)) {
        let text = format!("kind: Stack\nname: s3\n{}", parts.concat());
        match loaded(&files().with("desired/stacks/s3.yaml", text)) {
            Ok(desired) => {
                for document in &desired.documents {
                    document.read::<Raw>().unwrap();
                }
            }
            Err(problems) => drop(shown(&problems)),
        }
    }

    #[test]
    fn typed_reading_and_the_schema_see_the_same(
        (value, quote) in (select(&VALUES[..]), select(&["", "'", "\""][..])),
    ) {
        let text = format!("kind: Stack\nname: s3\ntemplate: {quote}{value}{quote}\n");
        if let Ok(desired) = loaded(&files().with("desired/stacks/s3.yaml", text)) {
            prop_assert_eq!(desired.documents[1].read::<Raw>().unwrap().template, value);
        }
    }
}
