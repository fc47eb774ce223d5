//! The YAML parser's complaints in words that say what usually helps.

/// What the parser complains of, and what usually helps.
pub(super) fn in_words(info: &str) -> (String, Option<&'static str>) {
    let has = |words: &str| info.contains(words);
    let (message, hint) = if has("mapping values are not allowed")
        || has("illegal placement of ':'")
    {
        (
            "`:` cannot stand here",
            "check the indentation and the space after each `:`, and quote text that contains `: `",
        )
    } else if has("quoted scalar") && (has("end of stream") || has("indentation")) {
        ("this quotation is never closed", "close it with the quote that it began with")
    } else if has("unknown escape character") {
        (
            "this text in double quotes has an unknown `\\` escape",
            "use single quotes, in which `\\` is an ordinary character",
        )
    } else if has("tab") {
        ("a tab cannot be used for indentation", "indent with spaces")
    } else if has("simple key") || has("expected ':'") {
        ("a `key: value` was expected here", "write a `:` and a space after the key")
    } else if has("unexpected character") {
        ("this character cannot begin a value", "put the value in quotes")
    } else if has("unknown anchor") {
        ("an alias (`*name`) cannot be used here", "put text that begins with `*` in quotes")
    } else if has("',' or ']'") || has("',' or '}'") {
        ("a `,` or the closing bracket was expected here", "close the bracket")
    } else if has("expected '-' indicator") || has("did not find expected key") {
        ("this line does not belong to the list or map around it", "check its indentation")
    } else {
        return (format!("not valid YAML: {info}"), None);
    };
    (message.to_owned(), Some(hint))
}
