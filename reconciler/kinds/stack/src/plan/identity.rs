//! What Cloud Control calls a resource that CloudFormation knows by its physical ID.

use reconcile_cfn::intrinsics::is_literal;
use reconcile_cfn::registry::ResourceType;
use serde_json::Value as Json;

/// The primary identifier; none where it cannot be told.
///
/// Most physical IDs are the identifier. Where it has parts that the template sets (a policy's bucket, an
/// integration's API), those are taken from there, and the physical ID stands for the one that AWS sets.
pub(crate) fn identifier(
    facts: &ResourceType,
    physical: &str,
    properties: &Json,
) -> Option<String> {
    let parts = facts.primary_identifier();
    if parts.len() > 1 && physical.split('|').count() == parts.len() {
        return Some(physical.to_owned());
    }
    let declared = |path: &&str| {
        let value = properties.pointer(&format!("/{path}")).filter(|value| is_literal(value))?;
        value.as_str().filter(|_| !facts.is_read_only(path)).map(str::to_owned)
    };
    let unknown: Vec<_> = parts.iter().filter(|path| declared(path).is_none()).collect();
    if unknown.len() > 1 || unknown.iter().any(|path| is_arn(path) && !physical.starts_with("arn:"))
    {
        return None;
    }
    let parts = parts.iter().map(|path| declared(path).unwrap_or_else(|| physical.to_owned()));
    Some(parts.collect::<Vec<_>>().join("|"))
}

/// Whether AWS takes the same identifier for a resource that is made again from its template.
pub(super) fn is_declared(facts: &ResourceType, properties: &Json) -> bool {
    facts.primary_identifier().iter().all(|path| {
        let declared = properties.pointer(&format!("/{path}"));
        !facts.is_read_only(path) && declared.is_some_and(is_literal)
    })
}

fn is_arn(path: &str) -> bool {
    path.to_ascii_lowercase().ends_with("arn")
}

#[cfg(test)]
mod tests {
    use reconcile_cfn::registry::resource_type;
    use serde_json::json;

    use super::*;

    fn of(type_name: &str, physical: &str, properties: &Json) -> Option<String> {
        identifier(&resource_type(type_name)?, physical, properties)
    }

    #[test]
    fn a_physical_id_is_the_identifier_unless_the_template_sets_it() {
        let alias = json!({ "AliasName": "alias/a", "TargetKeyId": "k" });
        assert_eq!(of("AWS::KMS::Alias", "alias/a", &alias).as_deref(), Some("alias/a"));
        let policy = json!({ "Bucket": "logs", "PolicyDocument": {} });
        let stack_name_first = "app-Policy-1ABCDEF";
        assert_eq!(of("AWS::S3::BucketPolicy", stack_name_first, &policy).as_deref(), Some("logs"));
    }

    #[test]
    fn a_composite_identifier_is_put_together_in_the_order_of_the_schema() {
        let integration = json!({ "ApiId": "api1", "IntegrationType": "AWS_PROXY" });
        let found = of("AWS::ApiGatewayV2::Integration", "int1", &integration);
        assert_eq!(found.as_deref(), Some("api1|int1"));
        let set = "arn:aws:sso:::instance/i|arn:aws:sso:::permissionSet/i/p";
        let properties = json!({ "InstanceArn": "arn:aws:sso:::instance/i", "Name": "n" });
        assert_eq!(of("AWS::SSO::PermissionSet", set, &properties).as_deref(), Some(set));
    }

    #[test]
    fn what_cannot_be_told_is_not_guessed() {
        let unknown_api = json!({ "ApiId": { "Fn::ImportValue": "api" } });
        assert_eq!(of("AWS::ApiGatewayV2::Integration", "int1", &unknown_api), None);
        assert_eq!(of("AWS::Events::Rule", "a-name", &json!({})), None);
    }
}
