//! Values that must not be shown although they differ: what their names say is secret, and private keys.
//!
//! It works on what was decided, so that no view, record or file can forget it. That a value changed is said;
//! nothing is said of the value, no digest of it either: whoever knew the rest could try out short ones.

use crate::verdict::{FieldChange, Verdict};

/// What stands in place of a value.
const HIDDEN: &str = "(hidden)";
/// The same, where another one was before.
const CHANGED: &str = "(hidden, changed)";

/// How names of secrets end, in lower case and without `_` and `-`. What begins so is none by that:
/// `SecretArn`, `PasswordLength`.
const SECRETS: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "secretstring",
    "secretkey",
    "secretaccesskey",
    "token",
    "apikey",
    "privatekey",
    "connectionstring",
    "credentials",
];

/// How every private key in PEM begins to end its first line (RFC 7468, section 10).
const PRIVATE_KEY: &str = "PRIVATE KEY-----";

/// Hides what a verdict must not show.
pub fn redact(verdict: &mut Verdict) {
    let change = match verdict {
        Verdict::Change(change) => Some(change),
        Verdict::Blocked { why: _, unblock: _, change } => change.as_mut(),
        Verdict::InSync | Verdict::Unknown { .. } => None,
    };
    for field in change.into_iter().flat_map(|change| &mut change.fields) {
        hide(field);
    }
}

fn hide(field: &mut FieldChange) {
    let FieldChange { path, before, after, effect: _ } = field;
    // What is below a secret is a part of it: `SecretString/password`.
    let named = path.split('/').any(is_secret);
    let is_shown = |value: &String| !named && !holds_secret(value) || is_harmless(value);
    if before.iter().chain(&*after).all(is_shown) {
        return;
    }
    let differs = before.is_some() && before != after;
    *before = before.take().map(|_| HIDDEN.to_owned());
    *after = after.take().map(|_| if differs { CHANGED } else { HIDDEN }.to_owned());
}

fn is_secret(name: &str) -> bool {
    let name: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    SECRETS.iter().any(|secret| name.ends_with(secret))
}

/// Whether a value only says where the secret is, or is no more than a switch.
fn is_harmless(value: &str) -> bool {
    let is_reference = value.starts_with("!Ref ")
        || value.starts_with("!GetAtt ")
        || value.starts_with("arn:")
        || value.starts_with("{{resolve:")
        || value.starts_with("(known after ")
        || value.starts_with("(hidden");
    is_reference || matches!(value, "" | "true" | "false")
}

/// Whether a secret stands within a value: a private key, or what a map has under such a name.
fn holds_secret(value: &str) -> bool {
    if value.contains(PRIVATE_KEY) {
        return true;
    }
    let mut rest = value;
    while let Some((key, after)) = rest.split_once(':') {
        let start = key.rfind(['{', ',', '\n', '[', ';']).map_or(0, |at| at + 1);
        let name = key.get(start..).unwrap_or_default().trim_matches([' ', '"', '\'', '-']);
        let is_name = !name.is_empty() && !name.contains(char::is_whitespace);
        let after = after.trim_start_matches([' ', '"', '\'']);
        if is_name && start > 0 && is_secret(name) && !is_harmless(after) {
            return true;
        }
        rest = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::redact;
    use crate::verdict::{Action, Change, Effect, FieldChange, Verdict};

    #[track_caller]
    fn shown(path: &str, before: Option<&str>, after: Option<&str>) -> String {
        let field = FieldChange {
            path: path.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
            effect: Effect::InPlace,
        };
        let change = Change { fields: vec![field], ..Change::new(Action::Update, "it differs") };
        let mut verdict =
            Verdict::Blocked { why: String::new(), unblock: String::new(), change: Some(change) };
        redact(&mut verdict);
        let field = &verdict.change().unwrap().fields[0];
        format!(
            "{} -> {}",
            field.before.as_deref().unwrap_or("-"),
            field.after.as_deref().unwrap_or("-")
        )
    }

    #[test]
    fn what_is_secret_by_its_name_is_not_shown() {
        let path = "Resources/Api/Properties/Environment/Variables/DB_PASSWORD";
        assert_eq!(shown(path, Some("hunter2"), Some("hunter3")), "(hidden) -> (hidden, changed)");
        assert_eq!(shown(path, None, Some("hunter3")), "- -> (hidden)");
        assert_eq!(shown(path, Some("hunter2"), None), "(hidden) -> -");
        assert_eq!(
            shown("Parameters/ApiToken", Some("a"), Some("b")),
            "(hidden) -> (hidden, changed)"
        );
        let below = "Resources/S/Properties/SecretString/user";
        assert_eq!(shown(below, Some("a"), None), "(hidden) -> -");
    }

    #[test]
    fn a_secret_within_a_larger_value_hides_all_of_it() {
        let variables = "Resources/Api/Properties/Environment/Variables";
        let map = r#"{"LEVEL":"info","CLIENT_SECRET":"s3cr3t"}"#;
        assert_eq!(shown(variables, None, Some(map)), "- -> (hidden)");
        assert_eq!(shown(variables, None, Some("{LEVEL: info, ApiKey: k}")), "- -> (hidden)");
        let pem = "-----BEGIN RSA PRIVATE KEY-----\nMII";
        assert_eq!(shown("Resources/X/Properties/Body", Some(pem), None), "(hidden) -> -");
    }

    #[test]
    fn what_only_sounds_like_a_secret_is_shown() {
        for (path, value) in [
            ("Resources/X/Properties/SecretArn", "arn:aws:secretsmanager:x"),
            (
                "Resources/X/Properties/Password",
                "{{resolve:secretsmanager:db:SecretString:password}}",
            ),
            ("Resources/X/Properties/MasterUserPassword", "!Ref Password"),
            ("Resources/X/Properties/PasswordPolicy/MinimumLength", "12"),
            ("Resources/X/Properties/GenerateSecret", "true"),
            ("Resources/X/Properties/Policy", r#"{"Action":"secretsmanager:GetSecretValue"}"#),
            (
                "Resources/X/Properties/Variables",
                "{TOKEN_URL: https://example.jp, Secret: !Ref Name}",
            ),
        ] {
            assert_eq!(shown(path, None, Some(value)), format!("- -> {value}"), "{path}");
        }
    }
}
