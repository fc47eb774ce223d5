//! Whether a bucket's policy lets a service of AWS in. Nobody else's access is decided here: policies are
//! stored, and of those who call with credentials everybody may do everything.

use serde_json::{Map, Value};

use crate::resource::Resource;
use crate::wildcard::matches;
use crate::world::{ACCOUNT, World};

/// A service that acts on a bucket, and on whose behalf.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Service<'a> {
    /// `acm-pca.amazonaws.com`
    pub(crate) principal: &'a str,
    /// The ARN of what the service acts for.
    pub(crate) source_arn: &'a str,
}

/// What a service does to what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Access<'a> {
    /// `s3:PutObject`
    pub(crate) action: &'a str,
    /// The ARN of the bucket or the object.
    pub(crate) resource: &'a str,
}

/// Whether a bucket's policy allows it: some statement does, and none denies it.
pub(crate) fn permits(
    world: &World,
    (region, bucket): (&str, &str),
    service: Service<'_>,
    access: Access<'_>,
) -> bool {
    let key = Resource::key(region, "AWS::S3::BucketPolicy", bucket);
    let policy = world.resources.get(&key);
    let document = policy.and_then(|policy| policy.properties.get("PolicyDocument"));
    let statements = document.and_then(|document| document.get("Statement"));
    let applying: Vec<&Value> =
        many(statements).filter(|statement| applies(statement, service, access)).collect();
    applying.iter().any(|statement| statement["Effect"] == "Allow")
        && !applying.iter().any(|statement| statement["Effect"] == "Deny")
}

fn applies(statement: &Value, service: Service<'_>, access: Access<'_>) -> bool {
    let principal = statement.get("Principal");
    let is_principal = principal.is_some_and(|principal| *principal == "*")
        || many(principal.and_then(|principal| principal.get("Service")))
            .any(|name| *name == service.principal);
    let fits = |member: &str, text: &str| {
        texts(statement.get(member)).any(|pattern| matches(pattern, text))
    };
    let conditions = statement.get("Condition").and_then(Value::as_object);
    let mut conditions = conditions.into_iter().flatten();
    is_principal
        && fits("Action", access.action)
        && fits("Resource", access.resource)
        && conditions.all(|(operator, keys)| {
            keys.as_object().is_some_and(|keys| holds(operator, keys, service))
        })
}

/// Whether the conditions of one operator hold. One about something that is not known does not.
fn holds(operator: &str, keys: &Map<String, Value>, service: Service<'_>) -> bool {
    keys.iter().all(|(key, values)| {
        let Some(actual) = known(key, service) else { return false };
        match operator {
            "Bool" | "StringEquals" => texts(Some(values)).any(|value| value == actual),
            "StringNotEquals" => !texts(Some(values)).any(|value| value == actual),
            "StringLike" | "ArnLike" | "ArnEquals" => {
                texts(Some(values)).any(|pattern| matches(pattern, actual))
            }
            "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => {
                !texts(Some(values)).any(|pattern| matches(pattern, actual))
            }
            _ => false,
        }
    })
}

/// What a service tells of itself.
fn known<'a>(key: &str, service: Service<'a>) -> Option<&'a str> {
    match key.to_ascii_lowercase().as_str() {
        "aws:sourcearn" => Some(service.source_arn),
        "aws:sourceaccount" => Some(ACCOUNT),
        "aws:securetransport" | "aws:principalisawsservice" => Some("true"),
        _ => None,
    }
}

/// One value, or each of several.
fn many(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let (one, several) = match value {
        Some(Value::Array(items)) => (None, items.as_slice()),
        one => (one, [].as_slice()),
    };
    one.into_iter().chain(several)
}

fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    many(value).filter_map(|value| match value {
        Value::String(text) => Some(text.as_str()),
        Value::Bool(true) => Some("true"),
        Value::Bool(false) => Some("false"),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SERVICE: Service<'static> = Service {
        principal: "acm-pca.amazonaws.com",
        source_arn: "arn:aws:acm-pca:eu-west-1:000000000000:certificate-authority/a",
    };
    const PUT: Access<'static> =
        Access { action: "s3:PutObject", resource: "arn:aws:s3:::reports/audit-report/a" };

    fn allowing() -> Value {
        json!({
            "Effect": "Allow",
            "Principal": { "Service": "acm-pca.amazonaws.com" },
            "Action": ["s3:GetBucketAcl", "s3:PutObject"],
            "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"],
            "Condition": { "StringEquals": { "aws:SourceAccount": ACCOUNT } },
        })
    }

    #[test]
    fn a_statement_applies_if_all_of_it_does() {
        assert!(applies(&allowing(), SERVICE, PUT));
        for (pointer, value) in [
            ("/Principal/Service", json!("cloudtrail.amazonaws.com")),
            ("/Action", json!("s3:GetObject")),
            ("/Resource", json!("arn:aws:s3:::reports")),
            ("/Condition", json!({ "StringEquals": { "aws:SourceAccount": "111122223333" } })),
            ("/Condition", json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } })),
            ("/Condition", json!({ "Bool": { "aws:SecureTransport": "false" } })),
        ] {
            let mut other = allowing();
            *other.pointer_mut(pointer).expect("is there") = value;
            assert!(!applies(&other, SERVICE, PUT), "{other}");
        }
    }
}
