//! Conditional requests: compare, and only then act.
//!
//! Calls happen one after the other, so a lost race is always seen here as a condition that does not hold
//! (412), never as S3's `ConditionalRequestConflict` (409).

use s3s::dto::{ETag, ETagCondition};
use s3s::{S3Error, S3Result, s3_error};

use super::object::Content;

/// What a conditional write asks of the object as it exists now.
pub(super) struct Conditions<'a> {
    pub(super) if_match: Option<&'a ETagCondition>,
    pub(super) if_none_match: Option<&'a ETagCondition>,
}

impl Conditions<'_> {
    /// Refuses unless a write may go ahead: `If-Match` needs the object, `If-None-Match: *` its absence.
    pub(super) fn check_write(&self, current: Option<&Content>) -> S3Result<()> {
        if let Some(ETagCondition::ETag(_)) = self.if_none_match {
            return Err(s3_error!(
                NotImplemented,
                "A header you provided implies functionality that is not implemented"
            ));
        }
        if self.if_none_match.is_some() && current.is_some() {
            return Err(failed());
        }
        match (self.if_match, current) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(absent()),
            (Some(condition), Some(content)) if matches(condition, content) => Ok(()),
            (Some(_), Some(_)) => Err(failed()),
        }
    }

    /// Refuses a read whose `If-Match` fails, and answers "not modified" where `If-None-Match` holds.
    pub(super) fn check_read(&self, content: &Content) -> S3Result<()> {
        if self.if_match.is_some_and(|condition| !matches(condition, content)) {
            return Err(failed());
        }
        if self.if_none_match.is_some_and(|condition| matches(condition, content)) {
            return Err(s3_error!(NotModified));
        }
        Ok(())
    }
}

/// The answer for a key that does not exist.
pub(super) fn absent() -> S3Error {
    s3_error!(NoSuchKey, "The specified key does not exist.")
}

fn failed() -> S3Error {
    s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
}

fn matches(condition: &ETagCondition, content: &Content) -> bool {
    condition.as_etag().map(ETag::value).is_none_or(|etag| etag == content.etag)
}
