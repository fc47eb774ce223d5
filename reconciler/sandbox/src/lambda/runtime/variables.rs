//! The environment variables of a function: Lambda's, its own, and nothing of whoever runs the sandbox.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use super::environment::Identity;
use super::task::Task;
use crate::credentials::Session;

/// The variables of a process that is about to start; all but where its Runtime API is.
pub(super) fn of(
    task: &Task,
    package: &Path,
    identity: &Identity,
    credentials: &(String, Session),
    endpoint: SocketAddr,
) -> BTreeMap<String, String> {
    let (access_key_id, session) = credentials;
    let folder = package.display().to_string();
    let memory = task.memory_mb.to_string();
    let given = [
        ("AWS_ACCESS_KEY_ID", access_key_id.as_str()),
        ("AWS_DEFAULT_REGION", &task.region),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_FUNCTION_NAME", &task.name),
        ("AWS_LAMBDA_FUNCTION_VERSION", &task.version),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &task.log_group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", &identity.log_stream),
        ("AWS_REGION", &task.region),
        ("AWS_SECRET_ACCESS_KEY", &session.secret_access_key),
        ("AWS_SESSION_TOKEN", &session.token),
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR"),
        ("LAMBDA_TASK_ROOT", &folder),
        ("TZ", ":UTC"),
        ("_HANDLER", &task.handler),
    ];
    let mut variables = defaults(endpoint);
    variables.extend(task.variables.clone());
    variables.extend(given.map(|(name, value)| (name.to_owned(), value.to_owned())));
    variables
}

/// The variables that a function may set otherwise.
fn defaults(endpoint: SocketAddr) -> BTreeMap<String, String> {
    let defaults = [
        // Where AWS is for it. There is no such variable in Lambda, and no need for it.
        ("AWS_ENDPOINT_URL", format!("http://{endpoint}")),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin".to_owned()),
    ];
    defaults.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
