//! Where Lambda's operations are called, by its published model.

use super::refusal;
use crate::wire::{Api, Body, Route};

/// Lambda's part of the protocol.
pub(crate) static API: Api = Api { routes: &ROUTES, failure: refusal::body };

static ROUTES: [Route; 37] = [
    Route::new("AddPermission", "POST", "/2015-03-31/functions/{FunctionName}/policy", 201),
    Route::new("CreateAlias", "POST", "/2015-03-31/functions/{FunctionName}/aliases", 201),
    Route::new("CreateCodeSigningConfig", "POST", "/2020-04-22/code-signing-configs", 201),
    Route::new("CreateFunction", "POST", "/2015-03-31/functions", 201),
    Route::new("DeleteAlias", "DELETE", "/2015-03-31/functions/{FunctionName}/aliases/{Name}", 204),
    Route::new(
        "DeleteCodeSigningConfig",
        "DELETE",
        "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}",
        204,
    ),
    Route::new("DeleteFunction", "DELETE", "/2015-03-31/functions/{FunctionName}", 204),
    Route::new(
        "DeleteFunctionCodeSigningConfig",
        "DELETE",
        "/2020-06-30/functions/{FunctionName}/code-signing-config",
        204,
    ),
    Route::new(
        "DeleteFunctionConcurrency",
        "DELETE",
        "/2017-10-31/functions/{FunctionName}/concurrency",
        204,
    ),
    Route::new(
        "DeleteFunctionEventInvokeConfig",
        "DELETE",
        "/2019-09-25/functions/{FunctionName}/event-invoke-config",
        204,
    ),
    Route::new("GetAlias", "GET", "/2015-03-31/functions/{FunctionName}/aliases/{Name}", 200),
    Route::new(
        "GetCodeSigningConfig",
        "GET",
        "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}",
        200,
    ),
    Route::new("GetFunction", "GET", "/2015-03-31/functions/{FunctionName}", 200),
    Route::new(
        "GetFunctionCodeSigningConfig",
        "GET",
        "/2020-06-30/functions/{FunctionName}/code-signing-config",
        200,
    ),
    Route::new(
        "GetFunctionConcurrency",
        "GET",
        "/2019-09-30/functions/{FunctionName}/concurrency",
        200,
    ),
    Route::new(
        "GetFunctionConfiguration",
        "GET",
        "/2015-03-31/functions/{FunctionName}/configuration",
        200,
    ),
    Route::new(
        "GetFunctionEventInvokeConfig",
        "GET",
        "/2019-09-25/functions/{FunctionName}/event-invoke-config",
        200,
    ),
    Route::new("GetPolicy", "GET", "/2015-03-31/functions/{FunctionName}/policy", 200),
    Route {
        operation: "Invoke",
        method: "POST",
        path: "/2015-03-31/functions/{FunctionName}/invocations",
        status: 200,
        headers: &[
            ("x-amz-client-context", "ClientContext"),
            ("x-amz-invocation-type", "InvocationType"),
            ("x-amz-log-type", "LogType"),
        ],
        body: Body::Payload,
    },
    Route::new("ListAliases", "GET", "/2015-03-31/functions/{FunctionName}/aliases", 200),
    Route::new("ListCodeSigningConfigs", "GET", "/2020-04-22/code-signing-configs", 200),
    Route::new("ListFunctions", "GET", "/2015-03-31/functions", 200),
    Route::new(
        "ListFunctionsByCodeSigningConfig",
        "GET",
        "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}/functions",
        200,
    ),
    Route::new("ListTags", "GET", "/2017-03-31/tags/{Resource}", 200),
    Route::new(
        "ListVersionsByFunction",
        "GET",
        "/2015-03-31/functions/{FunctionName}/versions",
        200,
    ),
    Route::new("PublishVersion", "POST", "/2015-03-31/functions/{FunctionName}/versions", 201),
    Route::new(
        "PutFunctionCodeSigningConfig",
        "PUT",
        "/2020-06-30/functions/{FunctionName}/code-signing-config",
        200,
    ),
    Route::new(
        "PutFunctionConcurrency",
        "PUT",
        "/2017-10-31/functions/{FunctionName}/concurrency",
        200,
    ),
    Route::new(
        "PutFunctionEventInvokeConfig",
        "PUT",
        "/2019-09-25/functions/{FunctionName}/event-invoke-config",
        200,
    ),
    Route::new(
        "RemovePermission",
        "DELETE",
        "/2015-03-31/functions/{FunctionName}/policy/{StatementId}",
        204,
    ),
    Route::new("TagResource", "POST", "/2017-03-31/tags/{Resource}", 204),
    Route::new("UntagResource", "DELETE", "/2017-03-31/tags/{Resource}", 204),
    Route::new("UpdateAlias", "PUT", "/2015-03-31/functions/{FunctionName}/aliases/{Name}", 200),
    Route::new(
        "UpdateCodeSigningConfig",
        "PUT",
        "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}",
        200,
    ),
    Route::new("UpdateFunctionCode", "PUT", "/2015-03-31/functions/{FunctionName}/code", 200),
    Route::new(
        "UpdateFunctionConfiguration",
        "PUT",
        "/2015-03-31/functions/{FunctionName}/configuration",
        200,
    ),
    Route::new(
        "UpdateFunctionEventInvokeConfig",
        "POST",
        "/2019-09-25/functions/{FunctionName}/event-invoke-config",
        200,
    ),
];
