//! What of a call's parameters may be kept.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// Parameters that hold a whole document, which may be large or hold secrets.
const DOCUMENTS: [&str; 11] = [
    "Certificate",
    "CertificateChain",
    "Csr",
    "DesiredState",
    "PatchDocument",
    "Policy",
    "StackPolicyBody",
    "StackPolicyDuringUpdateBody",
    "TemplateBody",
    "Document",
    "ZipFile",
];

/// Parameters whose values may be secret, such as a function's environment. Which of a stack's are `NoEcho` is known only to its template.
const SECRETS: [&str; 4] = ["ParameterValue", "SecretString", "SessionToken", "Variables"];

/// The parameters without what must not be kept.
pub(super) fn redacted(parameters: &Value) -> Value {
    match parameters {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), member(name, value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(redacted).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => parameters.clone(),
    }
}

fn member(name: &str, value: &Value) -> Value {
    if SECRETS.contains(&name) {
        return json!("****");
    }
    match value.as_str() {
        Some(text) if DOCUMENTS.contains(&name) => json!(digest(text)),
        _ => redacted(value),
    }
}

/// `sha256:4a5b6c7d8e9f (1234 bytes)`
fn digest(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    let hex = hash.iter().take(6).fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    format!("sha256:{hex} ({} bytes)", text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_become_digests_and_values_are_masked() {
        let parameters = json!({
            "StackName": "app",
            "TemplateBody": "Resources: {}",
            "Parameters": [{ "ParameterKey": "Password", "ParameterValue": "hunter2" }],
        });
        let expected = json!({
            "StackName": "app",
            "TemplateBody": "sha256:6983703a8fa9 (13 bytes)",
            "Parameters": [{ "ParameterKey": "Password", "ParameterValue": "****" }],
        });
        assert_eq!(redacted(&parameters), expected);
    }
}
