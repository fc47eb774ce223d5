//! Listing the terminal's objects.

use gateway::Reply;
use serde_json::{Value, json};

use crate::path::ObjectKey;
use crate::refusal::Refusal;
use crate::request::query;
use crate::service::Asked;
use crate::storage::{ListedObject, Listing, Storage};

const DEFAULT_LIMIT: u16 = 100;

/// S3's own.
const MAX_LIMIT: u16 = 1000;

impl<S: Storage> Asked<'_, S> {
    pub(super) async fn list_objects(&self) -> Result<Reply, Refusal> {
        let [beginning, after, limit] = query(self.event, ["prefix", "after", "limit"])?;
        let prefix = &self.registration.prefix;
        let beginning = ObjectKey::listed_below(prefix, &beginning.unwrap_or_default())?;
        let after = after.map(|after| ObjectKey::below(prefix, &after)).transpose()?;
        let listing = Listing {
            bucket: self.registration.bucket.as_str(),
            prefix: beginning.as_str(),
            after: after.as_ref().map(ObjectKey::as_str),
            limit: limit.as_deref().map_or(Ok(DEFAULT_LIMIT), limit_of)?,
        };
        let listed = self.storage.list(listing).await?;
        // The listing goes on after the last path, so that no token of S3's has to be trusted.
        let last = listed.objects.last().filter(|_| listed.is_truncated);
        let next = last.map(|object| self.path_of(object));
        let objects: Vec<_> = listed.objects.iter().map(|object| self.shown(object)).collect();
        Ok(Reply::json(200, &json!({ "objects": objects, "next": next })))
    }

    fn shown(&self, object: &ListedObject) -> Value {
        json!({ "path": self.path_of(object), "size": object.size, "storedAt": object.modified })
    }

    fn path_of<'o>(&self, object: &'o ListedObject) -> &'o str {
        let prefix = self.registration.prefix.as_str();
        object.key.strip_prefix(prefix).unwrap_or_default()
    }
}

fn limit_of(text: &str) -> Result<u16, Refusal> {
    let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
    limit.ok_or_else(|| Refusal::Malformed(format!("`limit` is a number from 1 to {MAX_LIMIT}")))
}
