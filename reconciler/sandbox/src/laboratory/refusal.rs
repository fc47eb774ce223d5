//! How AWS words its refusals, which differs from protocol to protocol.

use super::plan::Fault;
use crate::error::AwsError;
use crate::wire::{self, Asked, Protocol};
use crate::world::ACCOUNT;

/// The error that a fault answers with; none if it lets the call be acted on.
pub(super) fn of(fault: Fault, asked: &Asked) -> Option<AwsError> {
    match fault {
        Fault::Throttle => Some(throttled(asked)),
        Fault::InternalError => Some(internal(asked)),
        Fault::Unavailable => Some(unavailable(asked)),
        Fault::ExpiredCredentials => Some(wire::expired(asked.protocol)),
        Fault::AccessDenied => Some(denied(asked)),
        Fault::Reset
        | Fault::Timeout
        | Fault::Slow(_)
        | Fault::StaleRead
        | Fault::CrashBefore
        | Fault::CrashAfter => None,
    }
}

/// Too many calls.
pub(super) fn throttled(asked: &Asked) -> AwsError {
    match asked.protocol {
        Protocol::Query { .. } => error(400, "Throttling", "Rate exceeded"),
        Protocol::Json { .. } => error(400, "ThrottlingException", "Rate exceeded"),
        Protocol::RestJson(_) => error(429, "TooManyRequestsException", "Rate exceeded"),
        Protocol::S3 => error(503, "SlowDown", "Please reduce your request rate."),
    }
}

fn internal(asked: &Asked) -> AwsError {
    match asked.protocol {
        Protocol::Query { .. } | Protocol::Json { .. } | Protocol::RestJson(_) => error(
            500,
            "InternalFailure",
            "The request processing has failed because of an unknown error, exception or failure.",
        ),
        Protocol::S3 => {
            error(500, "InternalError", "We encountered an internal error. Please try again.")
        }
    }
}

fn unavailable(asked: &Asked) -> AwsError {
    let message = match asked.protocol {
        Protocol::Query { .. } | Protocol::Json { .. } | Protocol::RestJson(_) => {
            "The request has failed due to a temporary failure of the server."
        }
        Protocol::S3 => "Service is unable to handle request.",
    };
    error(503, "ServiceUnavailable", message)
}

fn denied(asked: &Asked) -> AwsError {
    let action = asked.action();
    let message = format!(
        "User: arn:aws:sts::{ACCOUNT}:assumed-role/sandbox/reconcile is not authorized to perform: {action}{} because no identity-based policy allows the {action} action",
        asked.arn().map_or_else(String::new, |arn| format!(" on resource: {arn}")),
    );
    match asked.protocol {
        Protocol::Query { .. } | Protocol::S3 => error(403, "AccessDenied", message),
        Protocol::RestJson(_) => error(403, "AccessDeniedException", message),
        Protocol::Json { .. } => error(400, "AccessDeniedException", message),
    }
}

fn error(status: u16, code: &str, message: impl Into<String>) -> AwsError {
    AwsError { status, ..AwsError::new(code, message) }
}
