//! Why a request is not done, and how that is told.

use gateway::{Problem, Reply};

use crate::identity::Denial;
use crate::path::PathError;
use crate::storage::StorageError;

/// Why a request is not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The caller is nobody here.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// There is no such route.
    #[error("there is no such route")]
    NoRoute,
    /// The route has other methods.
    #[error("the route takes {0} only")]
    Method(&'static str),
    /// The query or the body is not what the route takes.
    #[error("{0}")]
    Malformed(String),
    /// The body is larger than any that a route takes.
    #[error("the body is larger than {0} bytes")]
    BodyTooLarge(usize),
    /// The path names nothing below the terminal's prefix.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The object would be larger than any may be.
    #[error("an object may have {0} bytes")]
    ObjectTooLarge(u64),
    /// The object goes in parts, and the digests of the first are needed.
    #[error(
        "an object of this size goes in {count} parts: send the digests of the first in `parts`"
    )]
    PartsNeeded {
        /// The bytes of each part but the last.
        size: u64,
        /// How many parts there are.
        count: u32,
    },
    /// The upload's parts do not have these numbers.
    #[error("the upload has other parts: {0}")]
    WrongParts(String),
    /// The terminal has issued no such upload, or it is over.
    #[error("there is no such upload")]
    NoUpload,
    /// The object is there, and is never overwritten.
    #[error("there is an object of this path already")]
    Exists,
    /// No certificate was issued for the terminal through the registry.
    #[error("there is no certificate on record")]
    NoCertificate,
    /// S3 did not do it.
    #[error("the storage does not answer as it should")]
    Storage(String),
}

/// How a request ended, for the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Allowed,
    Denied,
    Failed,
}

impl Outcome {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

impl Refusal {
    /// HTTP's status and our own word for it.
    pub fn code(&self) -> (u16, &'static str) {
        match self {
            Self::Denied(denial) => denial.code(),
            Self::NoRoute => (404, "route-unknown"),
            Self::Method(_) => (405, "method-not-allowed"),
            Self::Malformed(_) => (400, "request-malformed"),
            Self::BodyTooLarge(_) => (413, "body-too-large"),
            Self::Path(error) => (400, path_code(*error)),
            Self::ObjectTooLarge(_) => (413, "object-too-large"),
            Self::PartsNeeded { .. } => (422, "parts-needed"),
            Self::WrongParts(_) => (422, "parts-wrong"),
            Self::NoUpload => (404, "upload-unknown"),
            Self::Exists => (409, "object-exists"),
            Self::NoCertificate => (404, "certificate-unknown"),
            Self::Storage(_) => (502, "storage-failed"),
        }
    }

    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::Storage(_) => Outcome::Failed,
            Self::Denied(_)
            | Self::NoRoute
            | Self::Method(_)
            | Self::Malformed(_)
            | Self::BodyTooLarge(_)
            | Self::Path(_)
            | Self::ObjectTooLarge(_)
            | Self::PartsNeeded { .. }
            | Self::WrongParts(_)
            | Self::NoUpload
            | Self::Exists
            | Self::NoCertificate => Outcome::Denied,
        }
    }

    /// The answer to it.
    pub(crate) fn reply(&self, request_id: &str) -> Reply {
        let (status, reason) = self.code();
        let problem = Problem::new(status, reason, self.to_string());
        match self {
            Self::PartsNeeded { size, count } => {
                problem.with("partBytes", *size).with("partCount", *count).reply(request_id)
            }
            Self::ObjectTooLarge(max) => problem.with("maxBytes", *max).reply(request_id),
            Self::Method(allowed) => problem.reply(request_id).with("allow", *allowed),
            Self::Denied(_)
            | Self::NoRoute
            | Self::Malformed(_)
            | Self::BodyTooLarge(_)
            | Self::Path(_)
            | Self::WrongParts(_)
            | Self::NoUpload
            | Self::Exists
            | Self::NoCertificate
            | Self::Storage(_) => problem.reply(request_id),
        }
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NoSuchUpload => Self::NoUpload,
            StorageError::Exists => Self::Exists,
            StorageError::WrongParts => Self::WrongParts("not as they were uploaded".to_owned()),
            StorageError::Failed(code) => Self::Storage(code),
        }
    }
}

fn path_code(error: PathError) -> &'static str {
    match error {
        PathError::Empty => "path-empty",
        PathError::TooLong => "path-too-long",
        PathError::NotNormal => "path-not-normal",
        PathError::Control => "path-control-character",
        PathError::EmptySegment => "path-empty-segment",
        PathError::Traversal => "path-traversal",
        PathError::Encoding => "path-encoding",
        PathError::WindowsCharacter => "path-windows-character",
        PathError::WindowsName => "path-windows-name",
    }
}
