//! What is not UTF-8, not YAML, or more YAML than is wanted.

use super::{files, loaded, refused, stack};

#[test]
fn what_is_not_yaml_is_told_where_it_goes_wrong() {
    let texts = [
        "a: b\n  c: d\n",
        "a: 鍵: c\n",
        "a: 'x\nb: c\n",
        "a: \"\\q\"\n",
        "a: [1, 2\nb: c\n",
        "a:b\nc: d\n",
        "a: b\nc\n",
        "a:\n\t- b\n",
        "a:\n  b: 1\n\tc: 2\n",
        "a: @x\n",
        "a: *x\n",
        "- a\nb: c\n",
        "a:\n  - b\n c\n",
        "a: {b: c\n",
        "? [a]\n: b\n",
    ];
    let refused: String =
        texts.iter().map(|text| refused(&files().with("desired/stacks/s3.yaml", *text))).collect();
    insta::assert_snapshot!(refused, @r#"
    desired/stacks/s3.yaml:2:4: `:` cannot stand here
      at: :
      hint: check the indentation and the space after each `:`, and quote text that contains `: `
    desired/stacks/s3.yaml:1:5: `:` cannot stand here
      at: :
      hint: check the indentation and the space after each `:`, and quote text that contains `: `
    desired/stacks/s3.yaml:1:4: this quotation is never closed
      at: '
      hint: close it with the quote that it began with
    desired/stacks/s3.yaml:1:4: this text in double quotes has an unknown `\` escape
      at: "
      hint: use single quotes, in which `\` is an ordinary character
    desired/stacks/s3.yaml:2:2: `:` cannot stand here
      at: :
      hint: check the indentation and the space after each `:`, and quote text that contains `: `
    desired/stacks/s3.yaml:2:2: `:` cannot stand here
      at: :
      hint: check the indentation and the space after each `:`, and quote text that contains `: `
    desired/stacks/s3.yaml:3:1: a `key: value` was expected here
      hint: write a `:` and a space after the key
    desired/stacks/s3.yaml:2:2: a tab cannot be used for indentation
      at: -
      hint: indent with spaces
    desired/stacks/s3.yaml:2:6: a tab cannot be used for indentation
      at: 1
      hint: indent with spaces
    desired/stacks/s3.yaml:1:4: this character cannot begin a value
      at: @
      hint: put the value in quotes
    desired/stacks/s3.yaml:1:4: an alias (`*name`) cannot be used here
      at: *
      hint: put text that begins with `*` in quotes
    desired/stacks/s3.yaml:2:1: this line does not belong to the list or map around it
      at: b
      hint: check its indentation
    desired/stacks/s3.yaml:3:2: this line does not belong to the list or map around it
      at: c
      hint: check its indentation
    desired/stacks/s3.yaml:2:1: a `,` or the closing bracket was expected here
      hint: close the bracket
    desired/stacks/s3.yaml:1:3: a key must be plain text
      at: [
    "#);
}

#[test]
fn deep_nesting_is_refused() {
    let text = format!("kind: {}", "[".repeat(100_000));
    insta::assert_snapshot!(refused(&files().with("desired/stacks/s3.yaml", text)), @r"
    desired/stacks/s3.yaml:1:262: not valid YAML: recursion limit exceeded
      at: [
    ");
}

#[test]
fn columns_count_characters() {
    insta::assert_snapshot!(stack("template: \"バックアップ\" # 鍵\nparameters: { 鍵: \"値\", 説明: 5, \"キー\": 値 }\r\n日本語: x\r\n"), @r#"
    desired/stacks/s3.yaml:4:27: `parameters.説明` must be text, not the number 5
      at: 5
      hint: put it in quotes: `"5"`
    desired/stacks/s3.yaml:5:1: unknown key `日本語`
      at: 日本語
      hint: known keys: `kind`, `name`, `environments`, `template`, `parameters`, `terminationProtection`, `onDrift`, `capabilities`, `ignoreDrift`, `replicas`, `dependsOn`
    "#);
}

#[test]
fn repetition_and_what_yaml_hides_is_refused() {
    insta::assert_snapshot!(stack("template: a.yaml\nparameters: { A: b, A: c }\ntemplate: b.yaml\n"), @r"
    desired/stacks/s3.yaml:4:21: `A` is there twice
      at: A
      hint: it was first written at 4:15: keep one of them
    desired/stacks/s3.yaml:5:1: `template` is there twice
      at: template
      hint: it was first written at 3:1: keep one of them
    ");
    insta::assert_snapshot!(stack("template: a.yaml\n---\nkind: Stack\n"), @r"
    desired/stacks/s3.yaml:5:1: a second document begins here, after `---`
      hint: declare one thing in a file: move it to a file of its own
    ");
    insta::assert_snapshot!(stack("template: !Sub a.yaml\nparameters: { A: &x b, B: !!str c }\n"), @r"
    desired/stacks/s3.yaml:3:11: `!Sub` means nothing here: it belongs in a template
      at: !Sub a.yaml
      hint: refer to another unit with `${stacks.NAME.OUTPUT}`
    desired/stacks/s3.yaml:4:18: an anchor (`&name`) cannot be used here
      at: &x b
      hint: write the value out where it is meant
    desired/stacks/s3.yaml:4:27: the tag `!!str` cannot be used here
      at: !!str c
      hint: put text in quotes; numbers and booleans need no tag
    ");
    insta::assert_snapshot!(stack("template: &x a.yaml\nparameters: { A: *x }\n"), @r"
    desired/stacks/s3.yaml:3:11: an anchor (`&name`) cannot be used here
      at: &x a.yaml
      hint: write the value out where it is meant
    desired/stacks/s3.yaml:4:18: an alias (`*name`) cannot be used here
      at: *x
      hint: write the value out where it is meant
    ");
}

#[test]
fn other_encodings_are_named() {
    let backup = b"kind: Stack\nname: s3\ntemplate: t.yaml\n# \x83\x6f\x83\x62\x83\x4e\x83\x41\x83\x62\x83\x76\n";
    let files = |bytes: &[u8]| files().with("desired/stacks/s3.yaml", bytes);
    insta::assert_snapshot!(refused(&files(backup)), @r#"
    desired/stacks/s3.yaml:4:3: `desired/stacks/s3.yaml` is not UTF-8: it looks like Shift_JIS (cp932)
      at: バックアップ
      hint: convert it with `iconv -f CP932 -t UTF-8 desired/stacks/s3.yaml`, or in VS Code with "Reopen with Encoding" and then "Save with Encoding: UTF-8"
    "#);
    let utf_16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        "kind: Stack\nname: 鍵\n".encode_utf16().flat_map(bytes).collect()
    };
    let marked = [b"\xff\xfe".to_vec(), utf_16(u16::to_le_bytes)].concat();
    insta::assert_snapshot!(refused(&files(&marked)), @r#"
    desired/stacks/s3.yaml:1:1: `desired/stacks/s3.yaml` is not UTF-8: it looks like UTF-16LE
      hint: convert it with `iconv -f UTF-16LE -t UTF-8 desired/stacks/s3.yaml`, or in VS Code with "Reopen with Encoding" and then "Save with Encoding: UTF-8"
    "#);
    insta::assert_snapshot!(refused(&files(&utf_16(u16::to_be_bytes))), @r#"
    desired/stacks/s3.yaml:1:1: `desired/stacks/s3.yaml` is not UTF-8: it looks like UTF-16BE
      hint: convert it with `iconv -f UTF-16BE -t UTF-8 desired/stacks/s3.yaml`, or in VS Code with "Reopen with Encoding" and then "Save with Encoding: UTF-8"
    "#);
    insta::assert_snapshot!(refused(&files(b"kind: Stack\n# caf\xe9 \xff\n")), @r"
    desired/stacks/s3.yaml:2:6: `desired/stacks/s3.yaml` is not UTF-8: byte 0xE9 begins no character
      at: �
      hint: save the file as UTF-8
    ");
    let marked = b"\xef\xbb\xbfkind: Stack\nname: s3\ntemplate: t.yaml\n";
    assert_eq!(loaded(&files(marked)).unwrap().documents.len(), 2);
}
