//! How a function fails, in Lambda's words.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::json;

/// Why an invocation has no answer.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// The runtime could not be started.
    InvalidEntrypoint(String),
    /// The runtime ended.
    Exited(String),
    /// The function took too long.
    TimedOut { seconds: f64, at: Timestamp },
    /// The function says so itself.
    Reported { error_type: String, document: Bytes },
    /// The answer is longer than may be.
    TooLarge { largest: usize },
}

impl Failure {
    /// Whether the execution environment is lost with it.
    pub(super) fn is_fatal(&self) -> bool {
        match self {
            Self::InvalidEntrypoint(_) | Self::Exited(_) | Self::TimedOut { .. } => true,
            Self::Reported { .. } | Self::TooLarge { .. } => false,
        }
    }

    pub(crate) fn error_type(&self) -> &str {
        match self {
            Self::InvalidEntrypoint(_) => "Runtime.InvalidEntrypoint",
            Self::Exited(_) => "Runtime.ExitError",
            Self::TimedOut { .. } => "Sandbox.Timedout",
            Self::Reported { error_type, .. } => error_type,
            Self::TooLarge { .. } => "Function.ResponseSizeTooLarge",
        }
    }

    /// The status of the `REPORT` line.
    pub(super) fn status(&self) -> String {
        match self {
            Self::TimedOut { .. } => "Status: timeout".to_owned(),
            Self::InvalidEntrypoint(_)
            | Self::Exited(_)
            | Self::Reported { .. }
            | Self::TooLarge { .. } => format!("Status: error\tError Type: {}", self.error_type()),
        }
    }

    /// What Lambda itself logs about it.
    pub(super) fn logged(&self, request_id: &str) -> Vec<String> {
        match self {
            Self::TimedOut { at, .. } => {
                let at = at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ");
                vec![format!("{at} {request_id} {}", self.sentence())]
            }
            Self::InvalidEntrypoint(_) | Self::Exited(_) => vec![
                format!("RequestId: {request_id} Error: {}", self.sentence()),
                self.error_type().to_owned(),
            ],
            Self::Reported { .. } | Self::TooLarge { .. } => Vec::new(),
        }
    }

    /// The payload that the caller gets.
    pub(crate) fn document(&self, request_id: &str) -> Bytes {
        let message = match self {
            Self::Reported { document, .. } => return document.clone(),
            Self::TooLarge { .. } => self.sentence(),
            Self::InvalidEntrypoint(_) | Self::Exited(_) | Self::TimedOut { .. } => {
                format!("RequestId: {request_id} Error: {}", self.sentence())
            }
        };
        json!({ "errorType": self.error_type(), "errorMessage": message }).to_string().into()
    }

    fn sentence(&self) -> String {
        match self {
            Self::InvalidEntrypoint(why) | Self::Exited(why) => why.clone(),
            Self::TimedOut { seconds, .. } => format!("Task timed out after {seconds:.2} seconds"),
            Self::Reported { error_type, .. } => error_type.clone(),
            Self::TooLarge { largest } => format!(
                "Response payload size exceeded maximum allowed payload size ({largest} bytes)."
            ),
        }
    }
}
