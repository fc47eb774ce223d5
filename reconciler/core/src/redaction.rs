//! Values that must not be shown although they differ: what their names say is secret, and private keys.
//!
//! It works on what was decided, so that no view, record or file can forget it. In place of a value stands a short hash of
//! it, by which a reader sees whether it is still the same one. The hash has a key, without which nobody can try out short
//! values; where there is none, it is only said that the value changed.

use std::fmt::{self, Write as _};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::address::Address;
use crate::verdict::{FieldChange, Verdict};

/// What stands in place of a value.
const HIDDEN: &str = "(hidden)";
/// The same, where another one was before.
const CHANGED: &str = "(hidden, changed)";

/// What AWS shows in place of the value of a `NoEcho` parameter (CloudFormation API Reference, `Parameter`).
const MASK: &str = "****";

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

/// Bytes of a hash that are shown: enough to tell two values apart.
const SHOWN: usize = 4;

/// What values are hashed with, in hex. Who has it can try out short values: it is kept where only those read who may also
/// look at what is hidden.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

/// What hides values.
#[derive(Debug, Clone, Copy, Default)]
pub struct Veil<'a> {
    key: Option<&'a Key>,
}

impl Key {
    /// Of random bytes.
    pub fn new(random: [u8; 32]) -> Self {
        Self(hex(&random))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

impl<'a> Veil<'a> {
    /// With a key, or without.
    pub fn new(key: Option<&'a Key>) -> Self {
        Self { key }
    }

    /// What stands in place of a unit's value. Two units' values do not look alike though they are, and what AWS itself
    /// hides looks like nothing.
    pub fn hidden(self, address: &Address, value: &str) -> String {
        let key = self.key.filter(|_| !value.contains(MASK));
        let hash = key.and_then(|Key(key)| {
            let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok()?;
            mac.update(address.to_string().as_bytes());
            mac.update(&[0]);
            mac.update(value.as_bytes());
            Some(hex(mac.finalize().into_bytes().get(..SHOWN)?))
        });
        hash.map_or_else(|| HIDDEN.to_owned(), |hash| format!("(hidden {hash})"))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Hides what a verdict about a unit must not show.
pub fn redact(address: &Address, verdict: &mut Verdict, veil: Veil<'_>) {
    let change = match verdict {
        Verdict::Change(change) => Some(change),
        Verdict::Blocked { why: _, unblock: _, change } => change.as_mut(),
        Verdict::InSync | Verdict::Unknown { .. } => None,
    };
    for field in change.into_iter().flat_map(|change| &mut change.fields) {
        hide(field, |value| veil.hidden(address, value));
    }
}

fn hide(field: &mut FieldChange, hidden: impl Fn(&str) -> String) {
    let FieldChange { path, before, after, effect: _ } = field;
    // What is below a secret is a part of it: `SecretString/password`.
    let named = path.split('/').any(is_secret);
    let is_shown = |value: &String| !named && !holds_secret(value) || is_harmless(value);
    if before.iter().chain(&*after).all(is_shown) {
        return;
    }
    let differs = before.is_some() && before != after;
    *before = before.take().map(|value| hidden(&value));
    *after = after.take().map(|value| match hidden(&value) {
        same if differs && same == HIDDEN => CHANGED.to_owned(),
        hidden => hidden,
    });
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
    use super::{Key, Veil, redact};
    use crate::verdict::{Action, Change, Effect, FieldChange, Verdict};

    #[track_caller]
    fn shown(path: &str, before: Option<&str>, after: Option<&str>) -> String {
        veiled("stacks/api", Veil::default(), (path, before, after))
    }

    #[track_caller]
    fn veiled(
        address: &str,
        veil: Veil<'_>,
        (path, before, after): (&str, Option<&str>, Option<&str>),
    ) -> String {
        let field = FieldChange {
            path: path.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
            effect: Effect::InPlace,
        };
        let change = Change { fields: vec![field], ..Change::new(Action::Update, "it differs") };
        let mut verdict =
            Verdict::Blocked { why: String::new(), unblock: String::new(), change: Some(change) };
        redact(&address.parse().unwrap(), &mut verdict, veil);
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
    fn with_a_key_the_same_value_is_seen_to_be_the_same() {
        let (key, other) = (Key::new([7; 32]), Key::new([8; 32]));
        let of = |address, key, value| {
            veiled(address, Veil::new(Some(key)), ("Parameters/ApiToken", Some("a"), Some(value)))
        };
        let changed = of("stacks/api", &key, "b");
        assert_eq!(changed, "(hidden 3f1f7ff8) -> (hidden adeaa501)");
        assert_eq!(of("stacks/api", &key, "b"), changed, "it is the same the next time");
        assert_ne!(of("stacks/api", &key, "c"), changed);
        assert_ne!(of("stacks/other", &key, "b"), changed, "two units do not look alike");
        assert_ne!(of("stacks/api", &other, "b"), changed, "without the key, no guess");
        assert_eq!(of("stacks/api", &key, "****"), "(hidden 3f1f7ff8) -> (hidden, changed)");
        assert_eq!(format!("{key:?}"), "Key(..)");
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
