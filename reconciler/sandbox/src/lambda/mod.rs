//! Lambda: functions with their versions, aliases and permissions, code signing at deployment, and running
//! what was deployed.
//!
//! [`handle`] answers the calls that read and change functions. A function is one row of
//! [`World::resources`], whether CloudFormation, Cloud Control or Lambda's own API made it; see
//! [`function`]. Knows signatures only as [`crate::signer`] judges them.

mod aliases;
mod answers;
mod code_signing;
mod concurrency;
mod deployment;
mod event_invoke;
mod function;
mod functions;
mod invoke;
mod name;
mod package;
mod policy;
mod providers;
mod refusal;
mod routes;
mod runtime;
mod settings;
mod signing;
mod tags;
mod versions;

pub(crate) use function::FunctionVersion;
pub(crate) use invoke::{
    Functions, Invocation, Invoker, LARGEST_PAYLOAD, Wanted, is_invoke, permits, trace_root,
};
pub(crate) use providers::{
    AliasProvider, CodeSigningConfigProvider, FunctionProvider, PermissionProvider, VersionProvider,
};
pub(crate) use routes::API;
pub(crate) use runtime::{Ended, NotRun, Packages};

use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;

/// Answers one call.
pub(crate) fn handle(world: &mut World, call: &Call) -> Answer {
    let answer = match &*call.operation {
        "AddPermission" => policy::add_permission(world, call),
        "CreateAlias" => aliases::create_alias(world, call),
        "CreateCodeSigningConfig" => code_signing::create_code_signing_config(world, call),
        "CreateFunction" => functions::create_function(world, call),
        "DeleteAlias" => aliases::delete_alias(world, call),
        "DeleteCodeSigningConfig" => code_signing::delete_code_signing_config(world, call),
        "DeleteFunction" => functions::delete_function(world, call),
        "DeleteFunctionCodeSigningConfig" => {
            code_signing::delete_function_code_signing_config(world, call)
        }
        "DeleteFunctionConcurrency" => concurrency::delete_function_concurrency(world, call),
        "DeleteFunctionEventInvokeConfig" => {
            event_invoke::delete_function_event_invoke_config(world, call)
        }
        "GetAlias" => aliases::get_alias(world, call),
        "GetCodeSigningConfig" => code_signing::get_code_signing_config(world, call),
        "GetFunction" => functions::get_function(world, call),
        "GetFunctionCodeSigningConfig" => {
            code_signing::get_function_code_signing_config(world, call)
        }
        "GetFunctionConcurrency" => concurrency::get_function_concurrency(world, call),
        "GetFunctionConfiguration" => functions::get_function_configuration(world, call),
        "GetFunctionEventInvokeConfig" => {
            event_invoke::get_function_event_invoke_config(world, call)
        }
        "GetPolicy" => policy::get_policy(world, call),
        "ListAliases" => aliases::list_aliases(world, call),
        "ListCodeSigningConfigs" => code_signing::list_code_signing_configs(world, call),
        "ListFunctions" => functions::list_functions(world, call),
        "ListFunctionsByCodeSigningConfig" => {
            code_signing::list_functions_by_code_signing_config(world, call)
        }
        "ListTags" => tags::list_tags(world, call),
        "ListVersionsByFunction" => versions::list_versions_by_function(world, call),
        "PublishVersion" => versions::publish_version(world, call),
        "PutFunctionCodeSigningConfig" => {
            code_signing::put_function_code_signing_config(world, call)
        }
        "PutFunctionConcurrency" => concurrency::put_function_concurrency(world, call),
        "PutFunctionEventInvokeConfig" => {
            event_invoke::put_function_event_invoke_config(world, call)
        }
        "RemovePermission" => policy::remove_permission(world, call),
        "TagResource" => tags::tag_resource(world, call),
        "UntagResource" => tags::untag_resource(world, call),
        "UpdateAlias" => aliases::update_alias(world, call),
        "UpdateCodeSigningConfig" => code_signing::update_code_signing_config(world, call),
        "UpdateFunctionCode" => functions::update_function_code(world, call),
        "UpdateFunctionConfiguration" => functions::update_function_configuration(world, call),
        "UpdateFunctionEventInvokeConfig" => {
            event_invoke::update_function_event_invoke_config(world, call)
        }
        _ => Err(AwsError::new("UnknownOperationException", "")),
    };
    answer.map_err(|error| match error.code.as_str() {
        // What CloudFormation calls `ValidationError`.
        "ValidationError" => AwsError::new("ValidationException", error.message),
        _ => error,
    })
}
