//! Who may invoke a function: the statements of its policy, each of which is a resource.

use serde_json::{Map, Value, json};

use super::deployment::found;
use super::function::find;
use super::name::FunctionName;
use super::refusal::{conflict, invalid, not_found};
use crate::call::{Answer, Call};
use crate::cloudformation::names::uuid;
use crate::error::AwsError;
use crate::resource::Resource;
use crate::world::World;

/// The type of the rows that are statements.
pub(super) const PERMISSION: &str = "AWS::Lambda::Permission";

/// What `AddPermission` names as templates do.
const PROPERTIES: [&str; 8] = [
    "Action",
    "EventSourceToken",
    "FunctionUrlAuthType",
    "InvokedViaFunctionUrl",
    "Principal",
    "PrincipalOrgID",
    "SourceAccount",
    "SourceArn",
];

/// Answers `AddPermission`.
pub(super) fn add_permission(world: &mut World, call: &Call) -> Answer {
    let function = asked(call)?;
    let id = call.required("StatementId")?;
    for name in ["Action", "Principal"] {
        call.required(name)?;
    }
    let given = |name: &&str| Some(((*name).to_owned(), call.parameters.get(*name)?.clone()));
    let mut properties: Map<String, Value> = PROPERTIES.iter().filter_map(given).collect();
    let name = match &function.qualifier {
        Some(qualifier) => format!("{}:{qualifier}", function.name),
        None => function.name,
    };
    properties.insert("FunctionName".to_owned(), json!(name));
    let mut permission = Resource {
        type_name: PERMISSION.to_owned(),
        region: call.region.clone(),
        identifier: String::new(),
        properties,
        attributes: Map::new(),
        created: call.now,
    };
    admit(world, &mut permission, id)?;
    let statement = statement(&permission);
    world.resources.insert(permission.row_key(), permission);
    Ok(json!({ "Statement": statement.to_string() }))
}

/// Answers `RemovePermission`.
pub(super) fn remove_permission(world: &mut World, call: &Call) -> Answer {
    let function = asked(call)?;
    found(world, &call.region, &function.name)?;
    let id = call.required("StatementId")?;
    let permission = of(world, &call.region, &function).find(|one| one.attribute("Id") == id);
    let key = permission
        .map(Resource::row_key)
        .ok_or_else(|| not_found(format!("Statement {id} is not found in resource policy.")))?;
    world.resources.remove(&key);
    Ok(Value::Null)
}

/// Answers `GetPolicy`.
pub(super) fn get_policy(world: &World, call: &Call) -> Answer {
    let function = asked(call)?;
    found(world, &call.region, &function.name)?;
    let statements = statements(world, &call.region, &function);
    if statements.is_empty() {
        return Err(not_found("The resource you requested does not exist."));
    }
    let policy = json!({ "Version": "2012-10-17", "Id": "default", "Statement": statements });
    let policy = policy.to_string();
    let revision = uuid(&["policy", &function.arn(&call.region), &policy]);
    Ok(json!({ "Policy": policy, "RevisionId": revision }))
}

/// The statements of the policy of a function, or of one of its versions or aliases.
pub(crate) fn statements(world: &World, region: &str, function: &FunctionName) -> Vec<Value> {
    of(world, region, function).map(statement).collect()
}

/// Refuses a permission for what is not there, or under an ID that is taken, and gives it its identity.
pub(super) fn admit(world: &World, permission: &mut Resource, id: &str) -> Result<(), AwsError> {
    let named = permission.text("FunctionName").to_owned();
    let function = FunctionName::parse(&named);
    find(world, &permission.region, &named, None)?;
    if of(world, &permission.region, &function).any(|one| one.attribute("Id") == id) {
        return Err(conflict(format!(
            "The statement id ({id}) provided already exists. Please provide a new statement id, or remove the existing statement."
        )));
    }
    let action = permission.text("Action");
    if !action.starts_with("lambda:") {
        return Err(invalid(format!(
            "1 validation error detected: Value '{action}' at 'action' failed to satisfy constraint: Member must satisfy regular expression pattern: (lambda:[*]|lambda:[a-zA-Z]+|[*])"
        )));
    }
    permission.identifier = format!("{named}|{id}");
    permission.attributes = Map::new();
    permission.attributes.insert("Id".to_owned(), json!(id));
    Ok(())
}

fn asked(call: &Call) -> Result<FunctionName, AwsError> {
    let named = FunctionName::parse(call.required("FunctionName")?);
    Ok(named.qualified(call.text("Qualifier")))
}

fn of<'a>(
    world: &'a World,
    region: &str,
    function: &FunctionName,
) -> impl Iterator<Item = &'a Resource> {
    let function = function.clone();
    let permissions = world.resources.with_prefix(Resource::key(region, PERMISSION, ""));
    permissions
        .map(|(_, permission)| permission)
        .filter(move |one| FunctionName::parse(one.text("FunctionName")) == function)
}

fn statement(permission: &Resource) -> Value {
    let principal = permission.text("Principal");
    let principal = match principal {
        "*" => json!("*"),
        _ if principal.contains('.') => json!({ "Service": principal }),
        _ if principal.starts_with("arn:") => json!({ "AWS": principal }),
        account => json!({ "AWS": format!("arn:aws:iam::{account}:root") }),
    };
    let mut condition = Map::new();
    for (property, operator, key) in [
        ("SourceArn", "ArnLike", "AWS:SourceArn"),
        ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
        ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
        ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
        ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ] {
        if let Some(value) = permission.properties.get(property) {
            let of = condition.entry(operator).or_insert_with(|| json!({}));
            of[key] = value.clone();
        }
    }
    let function = FunctionName::parse(permission.text("FunctionName"));
    let mut statement = json!({
        "Sid": permission.attribute("Id"),
        "Effect": "Allow",
        "Principal": principal,
        "Action": permission.text("Action"),
        "Resource": function.arn(&permission.region),
    });
    if !condition.is_empty() {
        statement["Condition"] = Value::Object(condition);
    }
    statement
}
