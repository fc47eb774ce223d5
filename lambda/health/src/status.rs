//! What the function can say about its own deployment without a call, and without a secret.

use serde_json::{Map, Value, json};

use crate::handler::Circumstances;

/// The variables that a deployment sets; that they are there is shown, and not what they say.
const EXPECTED: [&str; 5] = [
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_REGION",
    "COMMIT",
    "CODE_SIGNING_POLICY",
];

/// The function's environment, as far as it may be shown.
pub(crate) struct Settings {
    set: Vec<(&'static str, bool)>,
    function_version: Option<String>,
    commit: Option<String>,
    log_level: Option<String>,
    code_signing: Option<String>,
}

impl Settings {
    /// Takes what the environment says; a variable that is empty counts as one that is not set.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        Self {
            set: EXPECTED.map(|name| (name, variable(name).is_some())).into(),
            function_version: variable("AWS_LAMBDA_FUNCTION_VERSION"),
            commit: variable("COMMIT"),
            log_level: variable("AWS_LAMBDA_LOG_LEVEL"),
            code_signing: variable("CODE_SIGNING_POLICY"),
        }
    }
}

pub(crate) fn status(settings: &Settings, now: &Circumstances<'_>) -> Value {
    let Settings { set, function_version, commit, log_level, code_signing } = settings;
    let variables: Map<_, _> =
        set.iter().map(|(name, is_set)| ((*name).to_owned(), (*is_set).into())).collect();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "functionVersion": function_version,
        "commit": commit,
        "coldStart": now.is_cold,
        "uptimeSeconds": now.uptime.as_secs(),
        "configuration": {
            "complete": set.iter().all(|(_, is_set)| *is_set),
            "variables": variables,
            "tracing": is_sampled(now.trace),
            "logLevel": log_level,
            // What the template says. The function cannot see what Lambda enforces.
            "codeSigning": code_signing,
        },
    })
}

/// Whether X-Ray records this request.
fn is_sampled(trace: Option<&str>) -> bool {
    trace.is_some_and(|trace| trace.split(';').any(|field| field.trim() == "Sampled=1"))
}
