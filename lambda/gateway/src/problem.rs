//! What went wrong, as RFC 9457 tells it.

use serde_json::{Map, Value, json};

use crate::reply::Reply;

/// A problem document in the making.
///
/// Its `type` is `about:blank`, which leaves the meaning to the status; `reason` is a word of our own for
/// programs, and never changes its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: u16,
    title: &'static str,
    reason: &'static str,
    detail: String,
    members: Map<String, Value>,
}

impl Problem {
    /// Begins a problem document.
    pub fn new(status: u16, reason: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { status, title: title(status), reason, detail, members: Map::new() }
    }

    /// Adds a member of the problem's own.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// The answer that tells it.
    pub fn reply(self, request_id: &str) -> Reply {
        let Self { status, title, reason, detail, members } = self;
        let mut document = json!({
            "type": "about:blank",
            "title": title,
            "status": status,
            "reason": reason,
            "detail": detail,
            "requestId": request_id,
        });
        if let Value::Object(document) = &mut document {
            document.extend(members);
        }
        Reply::typed(status, "application/problem+json", document.to_string())
    }
}

/// HTTP's phrase for the status, which is what a problem of type `about:blank` is called.
fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Error",
    }
}
