//! That the life that permissions are derived from leaves no call out.

use std::collections::BTreeSet;

use super::life::life;
use crate::boundaries::sources;

/// The verbs with which AWS's operations begin.
const VERBS: &[&str] = &[
    "abort",
    "accept",
    "add",
    "associate",
    "attach",
    "batch",
    "cancel",
    "complete",
    "continue",
    "copy",
    "create",
    "delete",
    "deregister",
    "describe",
    "detach",
    "detect",
    "disable",
    "disassociate",
    "enable",
    "estimate",
    "execute",
    "generate",
    "get",
    "head",
    "import",
    "invoke",
    "issue",
    "list",
    "modify",
    "move",
    "poll",
    "publish",
    "purge",
    "put",
    "query",
    "read",
    "register",
    "remove",
    "rename",
    "reset",
    "restore",
    "resume",
    "revoke",
    "rollback",
    "run",
    "scan",
    "search",
    "select",
    "send",
    "set",
    "sign",
    "signal",
    "start",
    "stop",
    "tag",
    "terminate",
    "test",
    "untag",
    "update",
    "validate",
];

/// The operations that adapters name: `.describe_stacks()`, whose builder takes no argument.
fn called() -> BTreeSet<String> {
    let adapters = sources()
        .into_iter()
        .filter(|source| source.code.contains("aws_sdk_") || source.path.contains("/aws/"));
    let mut found = BTreeSet::new();
    for source in adapters {
        for (at, _) in source.code.match_indices("()") {
            let before = source.code.get(..at).unwrap_or_default();
            let start =
                before.rfind(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && c != '_');
            let Some(start) = start.filter(|start| before[*start..].starts_with('.')) else {
                continue;
            };
            let name = &before[start + 1..];
            if name.split_once('_').is_some_and(|(verb, _)| VERBS.contains(&verb)) {
                found.insert(pascal(name));
            }
        }
    }
    found
}

fn pascal(name: &str) -> String {
    let word = |word: &str| {
        let mut characters = word.chars();
        let first = characters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(characters).collect::<String>()
    };
    name.split('_').map(word).collect()
}

#[test]
fn every_operation_that_an_adapter_calls_is_called() {
    let lived: BTreeSet<String> = life().calls().map(|call| call.operation.clone()).collect();
    assert_eq!(called(), lived);
}
