//! An edit changes one value and nothing else, however the file is written.

use proptest::prelude::{Strategy as _, prop_assert_eq, proptest};
use proptest::sample::{select, subsequence};

use super::super::edit::{Editable, scalar};

fn read(text: &str) -> Editable {
    Editable::read("desired/devices/pc01.yaml", text.as_bytes()).unwrap()
}

#[track_caller]
fn becomes(before: &str, after: &str) {
    let edited = read(before).with("state", "suspended").unwrap();
    assert_eq!(edited.stored(), after);
}

#[test]
fn quotes_comments_and_line_ends_stay() {
    becomes("state: enrolled # for now\n", "state: suspended # for now\n");
    becomes("state: 'enrolled'\r\nname: a\r\n", "state: 'suspended'\r\nname: a\r\n");
    becomes("a: 1\nstate:   \"enrolled\"", "a: 1\nstate:   \"suspended\"");
    becomes("\u{feff}state: 鍵 # 端末\n", "\u{feff}state: suspended # 端末\n");
    becomes("state: # none yet\nname: a\n", "state: suspended # none yet\nname: a\n");
    becomes("{ name: a, state: enrolled }\n", "{ name: a, state: suspended }\n");
}

#[test]
fn a_key_that_is_not_there_becomes_the_last() {
    becomes("name: a", "name: a\nstate: suspended\n");
    becomes("name: a # x\r\n# end\r\n", "name: a # x\r\nstate: suspended\r\n# end\r\n");
    becomes("  name: a\n  list:\n    - b\n", "  name: a\n  list:\n    - b\n  state: suspended\n");
}

#[test]
fn what_takes_more_than_one_value_is_refused() {
    for text in ["{ name: a }\n", "state: [a]\n", "state: |\n  enrolled\nname: a\n"] {
        let problem = read(text).with("state", "suspended").unwrap_err();
        assert!(problem.message.contains("`state` cannot be changed"), "{text}: {problem:?}");
    }
}

#[test]
fn a_text_is_quoted_only_where_it_would_mean_something_else() {
    for (value, written) in [
        ("suspended", "suspended"),
        ("clinic-0001/pc01.csr.pem", "clinic-0001/pc01.csr.pem"),
        ("90d", "90d"),
        ("true", "\"true\""),
        ("0123", "0123"),
        ("12", "\"12\""),
        ("${stacks.pca.IssuingCaArn}", "\"${stacks.pca.IssuingCaArn}\""),
        ("a: b #\"", "\"a: b #\\\"\""),
        ("", "\"\""),
    ] {
        assert_eq!(scalar(value), written);
    }
}

const VALUES: [&str; 6] = ["suspended", "revoked", "true", "a: b # c", "端末", ""];

/// Other parts of a file, some of which look like the one that is edited.
const PARTS: [&str; 12] = [
    "# state: enrolled\n",
    "\n",
    "  # コメント\n",
    "clinic: \"clinic-0001\"  # 診療所\n",
    "validity: 90d\n",
    "renewBefore: '30d'\n",
    "bucket: \"${stacks.clinic-0001.BucketName}\"\n",
    "notes: |\n  state: enrolled\n  second\n",
    "tags:\n  state: enrolled\n  a: b\n",
    "environments: [production, sandbox]\n",
    "list:\n- state\n- enrolled\n",
    "flow: { state: enrolled }\n",
];

/// What stands before the value, the value, and what stands behind it.
const WRITTEN: [[&str; 3]; 5] = [
    ["state: ", "enrolled", "\n"],
    ["state: ", "'enrolled'", " # 盗難\n"],
    ["state :   ", "\"enrolled\"", "  \n"],
    ["state: ", "\"a # b\"", " # \"\n"],
    ["state:", "", " # none yet\n"],
];

proptest! {
    #[test]
    fn one_value_changes_and_nothing_else(
        (parts, at) in (subsequence(PARTS.to_vec(), 0..8).prop_shuffle(), 0usize..8),
        ([before, old, behind], value) in (select(&WRITTEN[..]), select(&VALUES[..])),
        newline in select(&["\n", "\r\n"][..]),
    ) {
        let new = match old.chars().next() {
            Some(quote @ ('"' | '\'')) if scalar(value) == value => format!("{quote}{value}{quote}"),
            Some(_) => scalar(value),
            None => format!(" {}", scalar(value)),
        };
        let at = at.min(parts.len());
        let line = |value: &str| format!("{before}{value}{behind}");
        let file = |value: &str| {
            let mut all = parts.clone();
            let line = line(value);
            all.insert(at, &line);
            all.concat().replace('\n', newline)
        };
        let edited = read(&file(old)).with("state", value).unwrap();
        prop_assert_eq!(&edited.file().text, &file(&new));
        prop_assert_eq!(edited.text("state"), Some(value));
    }
}
